// A PostgreSQL of our own, in a directory: made on first use, started as a child, stopped with us. Durable: fsync stays on.
#pragma once

#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "cli/child_process.h"

namespace baton::cli {

class PrivatePostgres {
 public:
  // Makes the cluster below `data_dir` if it is not there, starts the server and waits until it answers. As root the server runs as the
  // user "postgres" (or "nobody"), who must be able to reach `data_dir`.
  static absl::StatusOr<PrivatePostgres> start(const std::string& data_dir);

  // For libpq and the coordinator; holds no secret: the socket's directory is only ours.
  const std::string& url() const { return url_; }
  bool running() { return server_.running(); }
  std::string ending() const { return server_.ending(); }
  // Fast shutdown: open transactions are rolled back, everything committed stays.
  void stop();

 private:
  ChildProcess server_;
  std::string url_;
};

}  // namespace baton::cli
