// The gRPC server: the four services, health and reflection on one address.
#pragma once

#include <chrono>
#include <memory>
#include <string>

#include "absl/status/statusor.h"
#include "coordinator/api/services.h"

namespace baton {

class Server {
 public:
  // Listens on `address`; `services` outlive the server. UNAVAILABLE when it cannot.
  static absl::StatusOr<std::unique_ptr<Server>> start(api::Services& services, const std::string& address);
  ~Server();

  // Where it listens, with the port that was bound.
  const std::string& address() const { return address_; }
  void set_healthy(bool healthy);
  // Takes no new calls, waits for those in progress, cancels what is left after `patience`. Idempotent.
  void stop(std::chrono::milliseconds patience);

 private:
  Server() = default;

  std::unique_ptr<grpc::Server> server_;
  std::string address_;
};

}  // namespace baton
