#include "coordinator/schedule/round.h"

#include <algorithm>
#include <iterator>

#include "coordinator/core/fault.h"
#include "coordinator/schedule/bounds.h"

namespace baton::schedule {
namespace {

namespace journal = baton::journal::v1;

// A start that goes on failing is refused by whoever tries it, before it counts as missed.
constexpr int64_t kFailingGraceMs = 60'000;

ScheduledTime spec_time(int64_t nominal_ms) {
  ScheduledTime time;
  time.set_nominal_ms(nominal_ms);
  time.set_source(journal::SCHEDULED_SOURCE_SPEC);
  time.set_since_ms(nominal_ms);
  return time;
}

ScheduledTime backfill_time(const journal::ScheduleBackfill& backfill, int64_t nominal_ms) {
  ScheduledTime time;
  time.set_nominal_ms(nominal_ms);
  time.set_source(journal::SCHEDULED_SOURCE_BACKFILL);
  time.set_serial(backfill.serial());
  time.set_since_ms(backfill.since_ms());
  return time;
}

bool is_same(const ScheduledTime& a, const ScheduledTime& b) {
  return a.nominal_ms() == b.nominal_ms() && a.source() == b.source() && a.serial() == b.serial();
}

journal::SettledTime& note(State& state, const ScheduledTime& time, int64_t now_ms) {
  if (state.recent_size() >= kRecentRuns) state.mutable_recent()->DeleteSubrange(0, state.recent_size() - kRecentRuns + 1);
  journal::SettledTime& settled = *state.add_recent();
  settled.set_nominal_ms(time.nominal_ms());
  settled.set_source(time.source());
  settled.set_settled_ms(now_ms);
  return settled;
}

void note_not_started(State& state, const ScheduledTime& time, v1::NotStartedReason reason, int64_t now_ms) {
  note(state, time, now_ms).set_not_started(reason);
}

bool is_of_backfill(const ScheduledTime& time) { return time.source() == journal::SCHEDULED_SOURCE_BACKFILL; }

template <class Predicate>
int place_of(const State& state, Predicate is_it) {
  const auto& waiting = state.waiting();
  const auto found = std::find_if(waiting.begin(), waiting.end(), is_it);
  return found == waiting.end() ? -1 : static_cast<int>(found - waiting.begin());
}

// The place of the first that waits so; -1: none does. That of a backfill waits as its backfill does.
int first_waiting(const State& state, bool buffered) {
  return place_of(state, [&](const ScheduledTime& time) { return !is_of_backfill(time) && time.buffered() == buffered; });
}

ScheduledTime take_waiting(State& state, int place) {
  ScheduledTime time = state.waiting(place);
  state.mutable_waiting()->DeleteSubrange(place, 1);
  return time;
}

// Of a schedule that is paused: what waits because its time had come.
void drop_waiting_times(State& state, int64_t now_ms) {
  for (int place = 0; place < state.waiting_size();) {
    if (state.waiting(place).source() != journal::SCHEDULED_SOURCE_SPEC) {
      ++place;
    } else {
      note_not_started(state, take_waiting(state, place), v1::NOT_STARTED_REASON_PAUSED, now_ms);
      state.clear_failing_since_ms();
    }
  }
}

bool has_waiting_times(const State& state) {
  const auto& waiting = state.waiting();
  return std::any_of(waiting.begin(), waiting.end(), [](const auto& time) { return time.source() == journal::SCHEDULED_SOURCE_SPEC; });
}

// That this one was not started, if that was noted.
void take_back(State& state, const ScheduledTime& time) {
  if (is_of_backfill(time)) return;  // another may have filled up the same time
  auto& recent = *state.mutable_recent();
  const auto is_it = [&](const journal::SettledTime& settled) {
    return settled.nominal_ms() == time.nominal_ms() && settled.source() == time.source() && settled.has_not_started() &&
           settled.missed_count() == 0;
  };
  recent.erase(std::remove_if(recent.begin(), recent.end(), is_it), recent.end());
}

void buffer(State& state, ScheduledTime time) {
  time.set_buffered(true);
  *state.add_waiting() = std::move(time);
}

// Times of the spec within (settled, until]; at most so many.
int64_t count_due(const Contents& contents, int64_t until_ms) {
  int64_t count = 0;
  auto next = contents.times.next_after(contents.state.settled_ms());
  for (; next && *next <= until_ms && count < kMaxMissedCounted; next = contents.times.next_after(*next)) ++count;
  return count;
}

void pass_over(Contents& contents, int64_t until_ms, int64_t now_ms) {
  State& state = contents.state;
  const auto first = contents.times.next_after(state.settled_ms());
  if (!first || *first > until_ms) return;
  const int64_t missed = count_due(contents, until_ms);
  journal::SettledTime& settled = note(state, spec_time(*first), now_ms);
  settled.set_not_started(v1::NOT_STARTED_REASON_MISSED);
  settled.set_missed_count(missed);
  state.set_settled_ms(until_ms);
}

// The last moment whose time would be missed now.
int64_t missed_until(const Contents& contents, int64_t now_ms) { return now_ms - catch_up_ms(contents.schedule) - 1; }

// The same of the times of the spec that wait for nothing: while the start that is next fails, whoever tries it refuses it when its window has
// passed, and says why.
int64_t passed_over_until(const Contents& contents, int64_t now_ms) {
  const int64_t since_ms = contents.state.failing_since_ms();
  const bool is_tried = since_ms != 0 && now_ms - since_ms <= catch_up_ms(contents.schedule) + kFailingGraceMs;
  return missed_until(contents, now_ms) - (is_tried ? kFailingGraceMs : 0);
}

void pass_over_missed(Contents& contents, int64_t now_ms) {
  if (!contents.state.paused()) pass_over(contents, passed_over_until(contents, now_ms), now_ms);
}

// The first time of the spec that has come and is not missed.
std::optional<int64_t> first_due(const Contents& contents, int64_t now_ms) {
  const auto next = contents.times.next_after(std::max(contents.state.settled_ms(), passed_over_until(contents, now_ms)));
  return next && *next <= now_ms ? next : std::nullopt;
}

// Lets a time meet the runs that are open. True: it is the start of this round.
bool meet(State& state, const ScheduledTime& time, v1::OverlapPolicy policy, int64_t now_ms, Round& round) {
  if (state.open().empty() || policy == v1::OVERLAP_POLICY_ALLOW_ALL) {
    round.start = time;
    return true;
  }
  switch (policy) {
    case v1::OVERLAP_POLICY_TERMINATE_OTHER:
      for (const auto& run : state.open()) round.terminate.push_back(run.execution());
      state.clear_open();
      round.for_time = time;
      round.start = time;
      return true;
    case v1::OVERLAP_POLICY_CANCEL_OTHER:
      for (int place = first_waiting(state, true); place >= 0; place = first_waiting(state, true)) {
        note_not_started(state, take_waiting(state, place), v1::NOT_STARTED_REASON_REPLACED, now_ms);
      }
      for (auto& run : *state.mutable_open()) {
        if (!run.cancel_requested()) round.cancel.push_back(run.execution());
        run.set_cancel_requested(true);
      }
      if (!round.cancel.empty()) round.for_time = time;
      buffer(state, time);
      return false;
    case v1::OVERLAP_POLICY_BUFFER_ONE:
      if (first_waiting(state, true) < 0) {
        buffer(state, time);
        return false;
      }
      break;
    default:
      break;
  }
  note_not_started(state, time, v1::NOT_STARTED_REASON_OVERLAP, now_ms);
  return false;
}

v1::OverlapPolicy policy_for(const Contents& contents, const ScheduledTime& time) {
  return time.overlap_policy() != 0 ? static_cast<v1::OverlapPolicy>(time.overlap_policy()) : policy_of(contents.schedule);
}

// The next time of a backfill; nothing: it is through.
std::optional<int64_t> next_of(const Contents& contents, const journal::ScheduleBackfill& backfill) {
  const auto next = contents.times.next_of_all_after(backfill.settled_ms());
  return next && *next <= backfill.until_ms() ? next : std::nullopt;
}

// Nobody has tried it before this, if this round is kept.
int64_t untried_until(int64_t now_ms) { return now_ms - kClockMarginMs; }

// With other times than when they began, perhaps.
void drop_backfills_that_are_through(Contents& contents) {
  auto& backfills = *contents.state.mutable_backfills();
  while (!backfills.empty() && !next_of(contents, backfills[0])) backfills.DeleteSubrange(0, 1);
}

// What is next of backfills.
std::optional<ScheduledTime> next_to_fill(const Contents& contents) {
  if (const int place = place_of(contents.state, is_of_backfill); place >= 0) return contents.state.waiting(place);
  for (const journal::ScheduleBackfill& backfill : contents.state.backfills()) {
    if (const auto next = next_of(contents, backfill)) return backfill_time(backfill, *next);
  }
  return std::nullopt;
}

// The next time of the first backfill has not been tried.
void note_untried(State& state, int64_t now_ms) {
  if (state.backfills_size() > 0) state.mutable_backfills(0)->set_since_ms(untried_until(now_ms));
}

// This time of a backfill is settled, or waits from now on: nobody has tried what is next.
void move_on(Contents& contents, const ScheduledTime& time, int64_t now_ms) {
  auto& backfills = *contents.state.mutable_backfills();
  for (int place = 0; place < backfills.size(); ++place) {
    journal::ScheduleBackfill& backfill = backfills[place];
    if (backfill.serial() != time.serial() || time.nominal_ms() <= backfill.settled_ms()) continue;
    backfill.set_settled_ms(time.nominal_ms());
    backfill.set_since_ms(untried_until(now_ms));
    drop_backfills_that_are_through(contents);
    if (place == 0) note_untried(contents.state, now_ms);
    return;
  }
}

bool backfills_wait(const Contents& contents) {
  return !contents.state.open().empty() && policy_of(contents.schedule) != v1::OVERLAP_POLICY_ALLOW_ALL;
}

void fill_up(Contents& contents, int64_t now_ms, Round& round) {
  drop_backfills_that_are_through(contents);
  if (backfills_wait(contents)) return;
  round.start = next_to_fill(contents);
  if (const int place = place_of(contents.state, is_of_backfill); place >= 0) {
    take_waiting(contents.state, place);
    note_untried(contents.state, now_ms);
  } else if (round.start) {
    move_on(contents, *round.start, now_ms);
  }
}

// What waits for open runs has not been tried yet: runs that begin meanwhile are not its own.
void hold_back(Contents& contents, int64_t now_ms) {
  State& state = contents.state;
  if (state.open().empty()) return;
  const bool fills = !backfills_wait(contents);
  for (ScheduledTime& time : *state.mutable_waiting()) {
    if (is_of_backfill(time) ? !fills : time.buffered()) time.set_since_ms(untried_until(now_ms));
  }
  if (!fills) note_untried(state, now_ms);
}

// How soon to look again whether the runs have closed: the longer they take, the later.
int64_t look_again_ms(const State& state, int64_t now_ms) {
  int64_t since_ms = 0;
  for (const auto& run : state.open()) since_ms = std::max(since_ms, run.since_ms());
  return now_ms + std::clamp((now_ms - since_ms) / 10, kFirstLookMs, kLastLookMs);
}

// What there is to do now, without what is held back.
Round play_times(Contents& contents, int64_t now_ms) {
  Round round;
  State& state = contents.state;
  if (state.paused()) drop_waiting_times(state, now_ms);
  pass_over_missed(contents, now_ms);
  if (const int place = first_waiting(state, true); place >= 0 && state.open().empty()) {
    round.start = take_waiting(state, place);
    return round;
  }
  for (int place = first_waiting(state, false); place >= 0; place = first_waiting(state, false)) {
    const ScheduledTime time = take_waiting(state, place);
    if (meet(state, time, policy_for(contents, time), now_ms, round)) return round;
  }
  for (int i = 0; i < kTimesPerRound && !state.paused(); ++i) {
    const auto next = contents.times.next_after(state.settled_ms());
    if (!next || *next > now_ms) break;
    state.set_settled_ms(*next);
    if (meet(state, spec_time(*next), policy_of(contents.schedule), now_ms, round)) return round;
  }
  fill_up(contents, now_ms, round);
  return round;
}

}  // namespace

Round play(Contents& contents, int64_t now_ms) {
  Round round = play_times(contents, now_ms);
  hold_back(contents, now_ms);
  return round;
}

void note_started(State& state, const ScheduledTime& time, const journal::ExecutionRef& execution, int64_t now_ms) {
  state.clear_failing_since_ms();
  *note(state, time, now_ms).mutable_started() = execution;
  auto& runs = *state.mutable_open();
  const auto is_same_id = [&](const auto& run) { return run.execution().workflow_id() == execution.workflow_id(); };
  runs.erase(std::remove_if(runs.begin(), runs.end(), is_same_id), runs.end());
  if (state.open_size() >= kOpenRuns) state.mutable_open()->DeleteSubrange(0, state.open_size() - kOpenRuns + 1);
  auto& open = *state.add_open();
  *open.mutable_execution() = execution;
  open.set_since_ms(now_ms);
}

void note_refused(State& state, const ScheduledTime& time, const absl::Status& why, int64_t now_ms) {
  state.clear_failing_since_ms();
  auto& refused = *note(state, time, now_ms).mutable_refused();
  refused.set_fault(core::fault_of(why));
  refused.set_message(std::string(why.message()));
}

bool failed_for_long(const Contents& contents, const ScheduledTime& time, int64_t now_ms) {
  const int64_t failing_ms = contents.state.failing_since_ms();
  // What waited for the end of a run is late by that already.
  const bool by_the_clock = time.source() == journal::SCHEDULED_SOURCE_SPEC && !time.buffered();
  const int64_t since_ms = by_the_clock ? std::min(failing_ms, time.nominal_ms()) : failing_ms;
  return failing_ms != 0 && now_ms - since_ms > catch_up_ms(contents.schedule);
}

std::vector<ScheduledTime> startable(const Contents& contents, int64_t now_ms) {
  const State& state = contents.state;
  std::vector<ScheduledTime> times(state.waiting().begin(), state.waiting().end());
  if (const auto next = first_due(contents, now_ms); next && !state.paused()) times.push_back(spec_time(*next));
  const auto fill = next_to_fill(contents);
  if (fill && place_of(state, is_of_backfill) < 0) times.push_back(*fill);
  return times;
}

std::vector<ScheduledTime> doubtful(const Contents& contents, int64_t now_ms) {
  std::vector<ScheduledTime> times;
  const State& state = contents.state;
  const int64_t forgotten_ms = now_ms - kAttemptRememberedMs;
  const auto is_forgotten = [&](const ScheduledTime& time) { return time.since_ms() <= forgotten_ms; };
  // Any of them: a round passes over those that meet a run, and starts one behind them.
  std::copy_if(state.waiting().begin(), state.waiting().end(), std::back_inserter(times), is_forgotten);
  if (!state.paused()) {
    const auto next = contents.times.next_after(state.settled_ms());
    if (next && *next <= std::max(forgotten_ms, missed_until(contents, now_ms))) times.push_back(spec_time(*next));
  }
  const auto fill = next_to_fill(contents);
  if (fill && is_forgotten(*fill) && place_of(state, is_of_backfill) < 0) times.push_back(*fill);
  return times;
}

bool says(const State& state, const journal::ExecutionRef& execution) {
  return std::any_of(state.recent().begin(), state.recent().end(),
                     [&](const auto& settled) { return settled.started().run_id() == execution.run_id(); });
}

bool knows(const State& state, const journal::ExecutionRef& execution) {
  const auto is_it = [&](const auto& run) { return run.execution().run_id() == execution.run_id(); };
  return says(state, execution) || std::any_of(state.open().begin(), state.open().end(), is_it);
}

void note_found(Contents& contents, const ScheduledTime& time, const journal::ExecutionRef& execution, bool is_open, int64_t now_ms) {
  State& state = contents.state;
  take_back(state, time);
  const auto& waiting = state.waiting();
  const auto waits = std::find_if(waiting.begin(), waiting.end(), [&](const ScheduledTime& one) { return is_same(one, time); });
  if (waits != waiting.end()) {
    take_waiting(state, static_cast<int>(waits - waiting.begin()));
    if (is_of_backfill(time)) note_untried(state, now_ms);
  } else if (time.source() == journal::SCHEDULED_SOURCE_SPEC) {
    pass_over(contents, time.nominal_ms() - 1, now_ms);
    state.set_settled_ms(std::max(state.settled_ms(), time.nominal_ms()));
  } else {
    move_on(contents, time, now_ms);
  }
  note_started(state, time, execution, now_ms);
  if (!is_open) state.mutable_open()->RemoveLast();
}

int64_t next_ms(const Contents& contents, int64_t now_ms) {
  const State& state = contents.state;
  const bool waits_for_runs = !state.open().empty();
  if (first_waiting(state, false) >= 0 || (state.paused() && has_waiting_times(state))) return now_ms;
  std::optional<int64_t> next;
  const auto consider = [&](int64_t ms) { next = next ? std::min(*next, ms) : ms; };
  if (first_waiting(state, true) >= 0) consider(waits_for_runs ? look_again_ms(state, now_ms) : now_ms);
  if (state.backfills_size() > 0 || place_of(state, is_of_backfill) >= 0) {
    consider(backfills_wait(contents) ? look_again_ms(state, now_ms) : now_ms);
  }
  const auto of_spec = contents.times.next_after(state.settled_ms());
  if (of_spec && !state.paused()) consider(std::max(*of_spec, now_ms));
  return next.value_or(0);
}

void take_due_times(Contents& contents, int64_t now_ms) {
  State& state = contents.state;
  drop_backfills_that_are_through(contents);
  if (const auto next = next_to_fill(contents); next && place_of(state, is_of_backfill) < 0) {
    *state.add_waiting() = *next;
    move_on(contents, *next, now_ms);
  }
  if (state.paused()) return;
  pass_over_missed(contents, now_ms);
  while (state.waiting_size() < kMaxWaiting) {
    const auto next = contents.times.next_after(state.settled_ms());
    if (!next || *next > now_ms) break;
    state.set_settled_ms(*next);
    *state.add_waiting() = spec_time(*next);
  }
  pass_over(contents, now_ms, now_ms);
}

void keep_workflow_ids(const Name& name, const v1::Schedule& before, Contents& contents) {
  for (ScheduledTime& time : *contents.state.mutable_waiting()) {
    const std::string id = workflow_id_of(name, before, time);
    if (id != workflow_id_of(name, contents.schedule, time)) time.set_workflow_id(id);
  }
}

}  // namespace baton::schedule
