// The one entry to the rules of SWF.
#pragma once

#include <optional>

#include "absl/status/statusor.h"
#include "coordinator/core/command.h"
#include "coordinator/core/commit.h"
#include "coordinator/core/context.h"
#include "coordinator/core/state.h"

namespace baton::core {

// What becomes of `command` on an execution in `state`. Pure: no clock, no I/O, no mutation; equal arguments give equal results. An error
// (see fault.h; it may rest on the registry) means that nothing is written. Authorises and validates the whole request. `state` is the
// empty one for StartWorkflowExecution, and for a command on a run that does not exist.
absl::StatusOr<Commit> decide(const ExecutionState& state, const Command& command, const Context& context);

// Folds one record into the state; the only mutator. Fails with DATA_LOSS on a record of an unknown kind or one that contradicts the
// state, which is then of no more use: the run must be left unserved.
absl::Status apply(ExecutionState& state, const journal::Record& record);

// The earliest moment at which something is due by itself; nothing when there is no open run. Looks at everything open: for the usual
// case there is state.armed_deadline_ms, which is never later (but for the grace of FireDeadlines) and often earlier.
std::optional<int64_t> earliest_deadline_ms(const ExecutionState& state);

}  // namespace baton::core
