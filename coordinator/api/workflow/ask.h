// How long updates and queries wait for a decider. Without gRPC.
#pragma once

#include <google/protobuf/duration.pb.h>

#include <cstdint>

#include "absl/status/statusor.h"

namespace baton::api {

// How long the call waits, in milliseconds: as it says, `least_ms` to kMaxAskWaitMs, or `otherwise_ms`. VALIDATION names the field.
absl::StatusOr<int64_t> check_wait(bool present, const google::protobuf::Duration& wait, int64_t least_ms, int64_t otherwise_ms);

}  // namespace baton::api
