// Which deliveries of a decision task count (design: acknowledged hand-out): until one is acknowledged in the journal, any that was made since
// the task was last given up; from then on that one alone.
#pragma once

#include <string_view>

#include "absl/status/status.h"
#include "coordinator/core/command.h"
#include "coordinator/core/state.h"

namespace baton::core {

// How this delivery answered before; null when it did not. Of both kinds of tasks.
const AnsweredTask* find_answer(const ExecutionState& state, const TaskRef& task);
// OK: `task`, which has not been answered, is open, and its answer counts. UNKNOWN_RESOURCE when it is closed or never was, SUPERSEDED when
// another delivery counts.
absl::Status check_decision_delivery(const ExecutionState& state, const TaskRef& task);

absl::Status no_such_decision(const TaskRef& task, std::string_view why);
absl::Status superseded_decision(const TaskRef& task);

}  // namespace baton::core
