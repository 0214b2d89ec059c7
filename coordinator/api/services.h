// The four services as one thing: what a server serves, and what must be told when it stops.
#pragma once

#include <grpcpp/grpcpp.h>
#include <grpcpp/impl/service_type.h>

#include <memory>
#include <vector>

#include "coordinator/api/backend.h"

namespace baton::api {

class Services {
 public:
  // The arguments outlive the services; the services outlive the server.
  Services(engine::Engine& engine, const Tokens& tokens, const core::Authorizer& authorizer, const core::Limits& limits);

  // Registers them, with the bounds of messages, streams and keepalive that the wire promises.
  void add_to(grpc::ServerBuilder& builder);
  // Ends every poll: unary ones empty, streams with a notice once their answers are confirmed. New ones end as they come. Idempotent.
  void end_polls() { polls_.stop(); }

 private:
  OpenPolls polls_;
  const Backend backend_;
  std::vector<std::unique_ptr<grpc::Service>> services_;
};

}  // namespace baton::api
