// Which deliveries of an activity count (design: acknowledged hand-out): until one is acknowledged in the journal, any of the open attempt;
// from then on that one alone.
#pragma once

#include "absl/status/statusor.h"
#include "coordinator/core/command.h"
#include "coordinator/core/draft.h"
#include "coordinator/core/state.h"

namespace baton::core {

// The open activity that `task` may act on. UNKNOWN_RESOURCE when it is closed, or its attempt is; SUPERSEDED when another delivery counts.
absl::StatusOr<const ActivityTask*> find_delivery(const ExecutionState& state, const TaskRef& task);
// A commit that writes nothing: the command is in the journal already.
absl::StatusOr<Commit> repeat(const ExecutionState& state, const Context& context);
// Writes the acknowledgement and, for the first attempt to have one, ActivityTaskStarted or
// LambdaFunctionStarted, unless they are there. `time_ms` is when the client acknowledged.
void acknowledge_activity(Draft& draft, const TaskRef& task, const std::string& identity, int64_t time_ms);

}  // namespace baton::core
