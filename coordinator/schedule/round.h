// What a schedule does when it has something to do, round by round: each settles what needs nobody, and names at most one run to start. Pure:
// equal contents at equal times give equal rounds, so that whoever plays one again starts the same run.
//
//   play() -> the caller cancels, terminates and starts -> note_started() or note_refused() -> the contents are kept by compare and set
//
// A round that could not be carried out is dropped with its contents, and played again from those that were kept.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "coordinator/schedule/contents.h"

namespace baton::schedule {

struct Round {
  std::vector<journal::v1::ExecutionRef> cancel;     // to be asked to cancel, for the sake of `for_time`
  std::vector<journal::v1::ExecutionRef> terminate;  // before the start
  ScheduledTime for_time;
  std::optional<ScheduledTime> start;
};

// `contents.state.open` has only runs that are open now.
Round play(Contents& contents, int64_t now_ms);

// How the start of play()'s round came out.
void note_started(State& state, const ScheduledTime& time, const journal::v1::ExecutionRef& execution, int64_t now_ms);
void note_refused(State& state, const ScheduledTime& time, const absl::Status& why, int64_t now_ms);
// Refused for a reason that may pass: true when it is final all the same, since the catch-up window of its time has passed, or it has gone on
// for as long.
bool failed_for_long(const Contents& contents, const ScheduledTime& time, int64_t now_ms);

// Times that may be started from now on, and that somebody may have started already without being able to note it: of each it is asked by its
// request id, and what was started is noted before a round is played, which would take its run for another's. Normally one.
std::vector<ScheduledTime> startable(const Contents& contents, int64_t now_ms);
// The same of those for which that is too long ago for their request ids to tell: their runs are looked for. Few, and normally none.
std::vector<ScheduledTime> doubtful(const Contents& contents, int64_t now_ms);
// It was started, as has been found out; takes it from where it waits, and takes back that it was not started.
void note_found(Contents& contents, const ScheduledTime& time, const journal::v1::ExecutionRef& execution, bool is_open, int64_t now_ms);
// Whether it is said of one of the last times that it was started so.
bool says(const State& state, const journal::v1::ExecutionRef& execution);
// The same, or the run is known to be open: whoever started it.
bool knows(const State& state, const journal::v1::ExecutionRef& execution);

// When there is something to do again; 0: never, as things are. Not before `now_ms`.
int64_t next_ms(const Contents& contents, int64_t now_ms);

// For whoever changes the schedule: the times that have come wait from now on, whatever the spec will be, those whose window has passed are
// noted as missed, and what is next of backfills waits too.
void take_due_times(Contents& contents, int64_t now_ms);
// For whoever has changed it: what waits, and may have been started before, keeps the workflow id that it had then.
void keep_workflow_ids(const Name& name, const v1::Schedule& before, Contents& contents);

}  // namespace baton::schedule
