// What every call has in common: who calls, may they, and how it ends.
#pragma once

#include <grpcpp/grpcpp.h>

#include <string>
#include <string_view>

#include "coordinator/api/backend.h"
#include "coordinator/api/status.h"

namespace baton::api {

core::Caller caller_of(const grpc::CallbackServerContext& context);

// One unary call: the reactor that ends it, and its caller. Copied into callbacks; end() is called once. Requests and responses live until
// then.
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
  // For calls whose only answer is that they succeeded.
  engine::DoneEmpty ender() const {
    return [call = *this](const absl::Status& status) { call.end(status); };
  }

 private:
  grpc::ServerUnaryReactor* reactor_;
  core::Caller caller_;
};

}  // namespace baton::api
