// PostgreSQL for a test with real programs: a database of its own on a server that others use too, or a server of its own that it may crash.
#pragma once

#include <cstdint>
#include <memory>
#include <string>

#include "program.h"

namespace baton::testing {

// On the server of BATON_TEST_POSTGRES_URL; made now, dropped at the end with whoever still uses it. Without that variable the test fails.
class OwnDatabase {
 public:
  OwnDatabase();
  ~OwnDatabase();
  const std::string& url() const { return url_; }

 private:
  std::string server_url_;
  std::string name_;
  std::string url_;
};

// A cluster and its server, fsync on, on a socket that only this test knows. As root it runs as the user "postgres".
class OwnServer {
 public:
  OwnServer();
  ~OwnServer();
  // Returns when it answers. Also after crash().
  void start();
  // SIGQUIT, as `pg_ctl stop -m immediate`: every connection is cut, nothing is written; the next start recovers from the log.
  void crash();
  const std::string& url() const { return url_; }

 private:
  ScratchDirectory directory_;
  std::string url_;
  std::unique_ptr<RunningProgram> server_;
};

// How far a coordinator's work is: each row is one commit of one execution. 0: nothing yet, or no answer.
int64_t journal_rows(const std::string& database_url);

}  // namespace baton::testing
