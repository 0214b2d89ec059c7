// DeciderService on gRPC.
#pragma once

#include <grpcpp/grpcpp.h>

#include <memory>

#include "coordinator/api/backend.h"

namespace baton::api {

std::unique_ptr<grpc::Service> make_decider_service(const Backend& backend);

}  // namespace baton::api
