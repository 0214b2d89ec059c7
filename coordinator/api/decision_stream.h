// DeciderService.PollDecisionTasks.
#pragma once

#include <grpcpp/grpcpp.h>

#include "baton/v1/decider_service.pb.h"
#include "coordinator/api/call.h"

namespace baton::api {

// Deletes itself when the stream is over.
grpc::ServerBidiReactor<v1::PollDecisionTasksRequest, v1::PollDecisionTasksResponse>* make_decision_stream(
    const Backend& backend, grpc::CallbackServerContext* context);


}  // namespace baton::api
