// WorkflowService on gRPC; its filters and its batch are in workflow/.
#pragma once

#include <grpcpp/grpcpp.h>

#include <memory>

#include "coordinator/api/backend.h"

namespace baton::api {

std::unique_ptr<grpc::Service> make_workflow_service(const Backend& backend);

}  // namespace baton::api
