// A signal of a client, alone or with the start of the run that it is for.
#pragma once

#include "absl/status/status.h"
#include "baton/v1/workflow_service.pb.h"
#include "coordinator/core/draft.h"
#include "coordinator/core/limits.h"

namespace baton::core {

// The signal itself, wherever it goes.
absl::Status check_signal(const baton::v1::SignalWorkflowExecutionRequest& request, const Limits& limits);
// WorkflowExecutionSignaled, and the decider hears of it.
void add_signal(Draft& draft, const baton::v1::SignalWorkflowExecutionRequest& request);

}  // namespace baton::core
