// Headers on their way from an execution to those that it signals and starts. Private.
#pragma once

#include "baton/payload.h"
#include "baton/v1/decider_service.pb.h"

namespace baton::detail {

// Adds what the execution was started with to the decisions that reach others; a header of the
// decision's own stays. Activities and functions get them from the coordinator.
void pass_on(const Headers& headers, v1::RespondDecisionTaskCompletedRequest* answer);

}  // namespace baton::detail
