// WorkerService on gRPC.
#pragma once

#include <grpcpp/grpcpp.h>

#include <memory>

#include "coordinator/api/backend.h"

namespace baton::api {

std::unique_ptr<grpc::Service> make_worker_service(const Backend& backend);

}  // namespace baton::api
