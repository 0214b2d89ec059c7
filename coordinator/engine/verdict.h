// What became of a call with a request id, as the store keeps it: the first outcome is every later copy's.
#pragma once

#include <string>

#include "absl/status/statusor.h"
#include "coordinator/engine/lane_request.h"

namespace baton::engine {

// Serialized baton.v1.StartWorkflowExecutionsResponse.Verdict.
std::string to_verdict(const absl::StatusOr<LaneReply>& reply);
absl::StatusOr<LaneReply> from_verdict(const std::string& verdict);

}  // namespace baton::engine
