// WorkerService.PollActivityTasks.
#pragma once

#include <grpcpp/grpcpp.h>

#include "baton/v1/worker_service.pb.h"
#include "coordinator/api/call.h"

namespace baton::api {

// Deletes itself when the stream is over.
grpc::ServerBidiReactor<v1::PollActivityTasksRequest, v1::PollActivityTasksResponse>* make_activity_stream(
    const Backend& backend, grpc::CallbackServerContext* context);

}  // namespace baton::api
