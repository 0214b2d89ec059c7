// The one table from Baton's errors to gRPC's (proto/baton/v1/errors.proto), for calls and for what is refused on a stream.
#pragma once

#include <grpcpp/support/status.h>

#include "absl/status/status.h"
#include "baton/v1/errors.pb.h"

namespace baton::api {

// With google.rpc.Status details: an ErrorInfo with the fault, and a RetryInfo where a delay is known. Errors without a fault are
// INTERNAL; UNAVAILABLE stays what it is.
grpc::Status to_grpc(const absl::Status& status);
// `status` is not OK.
void to_refusal(const absl::Status& status, v1::Refusal* refusal);

}  // namespace baton::api
