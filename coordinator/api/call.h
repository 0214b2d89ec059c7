// What every call has in common: who calls, may they, and how it ends.
#pragma once

#include <grpcpp/grpcpp.h>

#include <string>
#include <string_view>

#include "coordinator/api/status.h"
#include "coordinator/api/tokens.h"
#include "coordinator/core/context.h"
#include "coordinator/engine/engine.h"

namespace baton::api {

// What the services work with; outlives them.
struct Backend {
  engine::Engine& engine;
  const Tokens& tokens;
  const core::Authorizer& authorizer;
  const core::Limits& limits;
};

core::Caller caller_of(const grpc::CallbackServerContext& context);
// OPERATION_NOT_PERMITTED, or OK.
absl::Status authorize(const Backend& backend, const core::Caller& caller, std::string_view action, const std::string& domain);

// One unary call: the reactor that ends it, and its caller. Copied into callbacks; end() is called once.
class Call {
 public:
  explicit Call(grpc::CallbackServerContext* context) : reactor_(context->DefaultReactor()), caller_(caller_of(*context)) {}

  const core::Caller& caller() const { return caller_; }
  grpc::ServerUnaryReactor* reactor() const { return reactor_; }
  grpc::ServerUnaryReactor* end(const absl::Status& status) const {
    reactor_->Finish(to_grpc(status));
    return reactor_;
  }
  // Ends the call when it has failed: `if (!call.passes(...)) return call.reactor();`
  bool passes(const absl::Status& status) const {
    if (!status.ok()) end(status);
    return status.ok();
  }

 private:
  grpc::ServerUnaryReactor* reactor_;
  core::Caller caller_;
};

// Hash of a request without its page token: what the page token is bound to.
uint64_t hash_arguments(std::string_view operation, const google::protobuf::Message& request_without_page_token);
// 0 to kMaxPageSize; 0 means the most.
absl::StatusOr<int32_t> page_size(int32_t asked);
absl::Status not_implemented(std::string_view operation);

}  // namespace baton::api
