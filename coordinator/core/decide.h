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
// (see fault.h) means that nothing is written. For StartWorkflowExecution `state` is the empty one.
absl::StatusOr<Commit> decide(const ExecutionState& state, const Command& command, const Context& context);

// Folds one record into the state; the only mutator. `domain` is not stored in records: pass it in `seed` for the first record.
// Fails with DATA_LOSS on a record of an unknown kind or one that contradicts the state: the run must then be left unserved.
struct RunSeed {
  std::string domain;
  std::string workflow_id;
  RunId run_id;
};
absl::Status apply(ExecutionState& state, const journal::Record& record, const RunSeed& seed);

// The earliest moment at which something is due by itself; nothing when the run is closed or truly only waits for a signal.
std::optional<int64_t> earliest_deadline_ms(const ExecutionState& state, const Limits& limits);

}  // namespace baton::core
