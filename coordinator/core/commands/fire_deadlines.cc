// FireDeadlines: what time does to a run (facts.md §10). Never early; each event at its deadline, in the order of deadlines.
#include <algorithm>
#include <memory>
#include <tuple>
#include <vector>

#include "coordinator/core/commands/activity_retry.h"
#include "coordinator/core/commands/commands.h"
#include "coordinator/core/deadlines.h"
#include "coordinator/core/draft.h"

namespace baton::core {
namespace {

// More are fired by the next command.
constexpr size_t kMaxFiredPerCommand = 1'000;

// When `deadline` may fire at the earliest: a coordinator that took the run over gives clients time to come back.
int64_t fires_ms(const Deadline& deadline, int64_t clients_have_until_ms, const ExecutionState& state) {
  if (!deadline.client_could_meet || clients_have_until_ms == 0) return deadline.time_ms;
  if (deadline.kind != DeadlineKind::kActivityHeartbeat) return std::max(deadline.time_ms, clients_have_until_ms);
  const ActivityTask* task = state.activities.get(deadline.scheduled_event_id);
  const int64_t interval_ms = task == nullptr ? 0 : task->heartbeat_timeout_ms();
  return std::max(deadline.time_ms, clients_have_until_ms + interval_ms);
}

template <class Visit>
void visit_all(const ExecutionState& state, Visit visit) {
  visit_deadlines(state, [](const ActivityTask& task) { return task.last_heartbeat_ms; }, visit);
}

// A heartbeat that was only in memory and is what keeps its activity alive goes into the journal first.
void keep_heartbeats(Draft& draft, const FireDeadlines& command) {
  const int64_t now_ms = draft.context().now_ms;
  for (const HeldHeartbeat& held : command.heartbeats) {
    const ActivityTask* task = draft.state().activities.get(held.scheduled_event_id);
    if (task == nullptr || task->attempt != held.attempt || !task->acknowledged || held.time_ms <= task->last_heartbeat_ms) continue;
    const int64_t timeout_ms = task->heartbeat_timeout_ms();
    if (timeout_ms == kNoTimeoutMs || std::max(task->acknowledged->time_ms, task->last_heartbeat_ms) + timeout_ms > now_ms) continue;
    draft.record([&](journal::Record& record) {
      auto& recorded = *record.mutable_heartbeat_recorded();
      recorded.set_scheduled_event_id(held.scheduled_event_id);
      recorded.set_time_ms(held.time_ms);
      if (held.details != nullptr) *recorded.mutable_details() = *held.details;
    });
  }
}

// What the worker said last, in the journal or not; null: nothing.
std::shared_ptr<const journal::Payload> last_details(const ActivityTask& task, const FireDeadlines& command) {
  for (const HeldHeartbeat& held : command.heartbeats) {
    const bool is_its = held.scheduled_event_id == task.scheduled_event_id && held.attempt == task.attempt && task.acknowledged;
    if (is_its && held.time_ms > task.last_heartbeat_ms && held.details != nullptr) return held.details;
  }
  return task.heartbeat_details;
}

bool clock_of_attempt(journal::ActivityTaskTimeoutType type) {
  return type == journal::ACTIVITY_TASK_TIMEOUT_TYPE_START_TO_CLOSE || type == journal::ACTIVITY_TASK_TIMEOUT_TYPE_HEARTBEAT;
}

void time_out_activity(Draft& draft, const FireDeadlines& command, const Deadline& deadline, journal::ActivityTaskTimeoutType type) {
  const ActivityTask* task = draft.state().activities.get(deadline.scheduled_event_id);
  if (task == nullptr) return;  // an earlier deadline closed it
  if (clock_of_attempt(type) && !task->acknowledged) return;  // or its attempt
  if (retry_after_timeout(draft, *task, type, deadline.time_ms)) return;
  const int64_t started_event_id = task->started_event_id;
  const auto details = last_details(*task, command);
  const bool is_function = task->is_function();
  draft.event_at(deadline.time_ms, [&](journal::Event& event) {
    if (is_function) {
      auto& timed_out = *event.mutable_lambda_function_timed_out();
      timed_out.set_timeout_type(journal::LAMBDA_FUNCTION_TIMEOUT_TYPE_START_TO_CLOSE);
      timed_out.set_scheduled_event_id(deadline.scheduled_event_id);
      timed_out.set_started_event_id(started_event_id);
      return;
    }
    auto& timed_out = *event.mutable_activity_task_timed_out();
    timed_out.set_timeout_type(type);
    timed_out.set_scheduled_event_id(deadline.scheduled_event_id);
    timed_out.set_started_event_id(started_event_id);
    if (details != nullptr) *timed_out.mutable_details() = *details;
  });
  draft.wake_decider(deadline.time_ms);
}

void time_out_decision(Draft& draft, const Deadline& deadline, journal::DecisionTaskTimeoutType type) {
  const auto& open = draft.state().decision;
  if (!open || open->scheduled_event_id != deadline.scheduled_event_id) return;
  const int64_t started_event_id = open->started_event_id;
  draft.event_at(deadline.time_ms, [&](journal::Event& event) {
    auto& timed_out = *event.mutable_decision_task_timed_out();
    timed_out.set_timeout_type(type);
    timed_out.set_scheduled_event_id(deadline.scheduled_event_id);
    timed_out.set_started_event_id(started_event_id);
  });
  draft.wake_decider(deadline.time_ms);
}

void withdraw(Draft& draft, const Deadline& deadline) {
  const auto& decision = draft.state().decision;
  const ActivityTask* activity = draft.state().activities.get(deadline.scheduled_event_id);
  const bool is_decision = decision && decision->scheduled_event_id == deadline.scheduled_event_id;
  const std::optional<Offer> offer = is_decision ? decision->offer : activity != nullptr ? activity->offer : std::nullopt;
  if (!offer) return;
  const int32_t attempt = is_decision ? 1 : activity->attempt;
  draft.record([&](journal::Record& record) {
    auto& withdrawn = *record.mutable_offer_withdrawn();
    withdrawn.set_scheduled_event_id(deadline.scheduled_event_id);
    if (attempt != 1) withdrawn.set_attempt(attempt);
    withdrawn.set_delivery(offer->delivery);
    withdrawn.set_reason(journal::OfferWithdrawn::DELIVERY_TIMEOUT);
    withdrawn.set_time_ms(draft.context().now_ms);
  });
}

void end_back_off(Draft& draft, const Deadline& deadline) {
  const auto& decision = draft.state().decision;
  const ActivityTask* activity = draft.state().activities.get(deadline.scheduled_event_id);
  const bool is_decision = decision && decision->scheduled_event_id == deadline.scheduled_event_id;
  const int64_t parked_until_ms = is_decision ? decision->parked_until_ms : activity != nullptr ? activity->parked_until_ms : 0;
  if (parked_until_ms == 0) return;  // an earlier deadline closed it
  const int32_t attempt = is_decision ? 1 : activity->attempt;
  draft.record([&](journal::Record& record) {
    auto& ended = *record.mutable_back_off_ended();
    ended.set_scheduled_event_id(deadline.scheduled_event_id);
    ended.set_time_ms(draft.context().now_ms);
    if (attempt != 1) ended.set_attempt(attempt);
  });
}

void fire_timer(Draft& draft, const Deadline& deadline) {
  const std::string timer_id = *deadline.timer_id;
  draft.event_at(deadline.time_ms, [&](journal::Event& event) {
    auto& fired = *event.mutable_timer_fired();
    fired.set_timer_id(timer_id);
    fired.set_started_event_id(deadline.scheduled_event_id);
  });
  draft.wake_decider(deadline.time_ms);
}

void time_out_execution(Draft& draft, const Deadline& deadline) {
  draft.event_at(deadline.time_ms, [&](journal::Event& event) {
    auto& timed_out = *event.mutable_workflow_execution_timed_out();
    timed_out.set_timeout_type(journal::WORKFLOW_EXECUTION_TIMEOUT_TYPE_START_TO_CLOSE);
    timed_out.set_child_policy(draft.state().started().child_policy());
  });
}

void fire(Draft& draft, const FireDeadlines& command, const Deadline& deadline) {
  switch (deadline.kind) {
    case DeadlineKind::kTimer:
      return fire_timer(draft, deadline);
    case DeadlineKind::kBackOff:
      return end_back_off(draft, deadline);
    case DeadlineKind::kDelivery:
      return withdraw(draft, deadline);
    case DeadlineKind::kActivityScheduleToStart:
      return time_out_activity(draft, command, deadline, journal::ACTIVITY_TASK_TIMEOUT_TYPE_SCHEDULE_TO_START);
    case DeadlineKind::kActivityStartToClose:
      return time_out_activity(draft, command, deadline, journal::ACTIVITY_TASK_TIMEOUT_TYPE_START_TO_CLOSE);
    case DeadlineKind::kActivityHeartbeat:
      return time_out_activity(draft, command, deadline, journal::ACTIVITY_TASK_TIMEOUT_TYPE_HEARTBEAT);
    case DeadlineKind::kActivityScheduleToClose:
      return time_out_activity(draft, command, deadline, journal::ACTIVITY_TASK_TIMEOUT_TYPE_SCHEDULE_TO_CLOSE);
    case DeadlineKind::kDecisionScheduleToStart:
      return time_out_decision(draft, deadline, journal::DECISION_TASK_TIMEOUT_TYPE_SCHEDULE_TO_START);
    case DeadlineKind::kDecisionStartToClose:
      return time_out_decision(draft, deadline, journal::DECISION_TASK_TIMEOUT_TYPE_START_TO_CLOSE);
    case DeadlineKind::kExecutionStartToClose:
      return time_out_execution(draft, deadline);
  }
}

std::vector<Deadline> due_in(const ExecutionState& state, int64_t clients_have_until_ms, int64_t now_ms) {
  std::vector<Deadline> due;
  visit_all(state, [&](const Deadline& deadline) {
    if (fires_ms(deadline, clients_have_until_ms, state) <= now_ms) due.push_back(deadline);
  });
  std::sort(due.begin(), due.end(), [](const Deadline& a, const Deadline& b) {
    return std::tie(a.time_ms, a.kind, a.scheduled_event_id) < std::tie(b.time_ms, b.kind, b.scheduled_event_id);
  });
  return due;
}

// What fires can make something due that was not: a withdrawn task waits again, and may have waited long enough.
void fire_due(Draft& draft, const FireDeadlines& command) {
  size_t left = kMaxFiredPerCommand;
  while (left > 0 && draft.state().open()) {
    const ExecutionState before = draft.state();  // deadlines point into it
    std::vector<Deadline> due = due_in(before, command.clients_have_until_ms, draft.context().now_ms);
    if (due.empty()) return;
    if (due.size() > left) due.resize(left);
    left -= due.size();
    for (const Deadline& deadline : due) {
      if (draft.state().open()) fire(draft, command, deadline);
    }
  }
}

}  // namespace

absl::StatusOr<Commit> fire_deadlines(const ExecutionState& state, const Caller&, const FireDeadlines& command,
                                      const Context& context) {
  if (!state.open()) return Commit{{}, EmptyReply{}, false};
  Draft draft(state, context);
  keep_heartbeats(draft, command);
  fire_due(draft, command);
  if (draft.state().open()) {
    int64_t next_ms = INT64_MAX;
    visit_all(draft.state(), [&](const Deadline& deadline) {
      next_ms = std::min(next_ms, fires_ms(deadline, command.clients_have_until_ms, draft.state()));
    });
    const int64_t armed_ms = draft.state().armed_deadline_ms;
    // One that is merely early costs less than the batch that moves it.
    if (armed_ms <= context.now_ms || armed_ms > next_ms) draft.arm_deadline(next_ms);
  }
  return std::move(draft).finish(EmptyReply{});
}

}  // namespace baton::core
