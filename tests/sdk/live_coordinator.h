// A real coordinator in this process, on the store without a database, behind a real channel.
#pragma once

#include <grpcpp/grpcpp.h>

#include <memory>
#include <string>

#include "coordinator/api/policy.h"
#include "coordinator/api/services.h"
#include "coordinator/engine/engine.h"
#include "coordinator/store/memory/memory_store.h"

namespace baton::testing {

class LiveCoordinator {
 public:
  LiveCoordinator();
  // Checks every history that it leaves behind.
  ~LiveCoordinator();

  std::string address() const { return "127.0.0.1:" + std::to_string(port_); }
  store::MemoryStore& store() { return *store_; }
  // The process ends, and another one comes back on the same data at the same address.
  void restart();

 private:
  void start();
  void stop();

  std::unique_ptr<store::MemoryStore> store_;
  std::unique_ptr<core::Authorizer> authorizer_ = api::allow_all();
  const core::Limits limits_;
  std::unique_ptr<api::Tokens> tokens_;
  std::unique_ptr<engine::Engine> engine_;
  std::unique_ptr<api::Services> services_;
  std::unique_ptr<grpc::Server> server_;
  int port_ = 0;
};

}  // namespace baton::testing
