// Baton's errors as gRPC's (proto/baton/v1/errors.proto); the code of each fault is the core's table.
#pragma once

#include <grpcpp/support/status.h>

#include "absl/status/status.h"

namespace baton::api {

// With google.rpc.Status details: an ErrorInfo with the fault, and a RetryInfo where a delay is known. Errors without a fault are
// INTERNAL; UNAVAILABLE stays what it is. A status travels in headers, of which clients take 8 KiB: words of callers that would not fit are
// shortened.
grpc::Status to_grpc(const absl::Status& status);

}  // namespace baton::api
