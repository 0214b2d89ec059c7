// What must hold of every history that any test leaves in a store, whatever the test was about. Failures are GoogleTest failures.
#pragma once

#include <set>
#include <span>

#include "coordinator/core/state.h"
#include "coordinator/store/store.h"
#include "tests/engine/stored_run.h"

namespace baton::testing {

// Every run in `store`, while nobody writes to it: rebuilding gives the live state on every prefix and from a snapshot taken at every
// record; ids and times are in order, references well-formed, at most one decider, one close and it is last (invariants I1 to I6 and I8);
// the rows beside the journal say what the journal says (I12). `unreadable` runs are left out.
void check_histories(store::Store& store, const std::set<core::RunId>& unreadable = {});

// A run and the state that its journal gives.
struct FoldedRun {
  const StoredRun* run = nullptr;
  const core::ExecutionState* state = nullptr;
};
// The rows beside the journals: execution rows, deadlines and backlog, of all the runs that `store` has but for those of `unreadable`. What
// was overdue may have been put off until after `now_ms`, by a coordinator that took the run over; 0: nothing was overdue.
void check_rows_beside(store::Store& store, std::span<const FoldedRun> runs, int64_t now_ms, const std::set<core::RunId>& unreadable = {});

// The parts, for one run.
void check_rebuilding(const StoredRun& run);
void check_events(const StoredRun& run);

}  // namespace baton::testing
