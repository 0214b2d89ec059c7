// A signal of a client, alone or with the start of the run that it is for.
#pragma once

#include <string>

#include "absl/status/status.h"
#include "baton/v1/workflow_service.pb.h"
#include "coordinator/core/draft.h"
#include "coordinator/core/limits.h"

namespace baton::core {

// The signal itself, wherever it goes; `prefix` goes before the names of its input and headers ("signal_", where a start has its own).
absl::Status check_signal(const baton::v1::SignalWorkflowExecutionRequest& request, const Limits& limits, const std::string& prefix = "");
// WorkflowExecutionSignaled, and the decider hears of it.
void add_signal(Draft& draft, const baton::v1::SignalWorkflowExecutionRequest& request);

}  // namespace baton::core
