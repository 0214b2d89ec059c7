#include "coordinator/api/call.h"

namespace baton::api {

// Nobody is authenticated yet: the coordinator listens on loopback only unless it is told otherwise.
core::Caller caller_of(const grpc::CallbackServerContext& context) { return {"anonymous", context.peer()}; }

}  // namespace baton::api
