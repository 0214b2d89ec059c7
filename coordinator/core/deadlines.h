// What is due in an execution by itself, and when (facts.md §10; design: deadlines).
#pragma once

#include <algorithm>
#include <cstdint>
#include <string>

#include "coordinator/core/limits.h"
#include "coordinator/core/state.h"

namespace baton::core {

// In the order in which deadlines of the same moment fire.
enum class DeadlineKind : uint8_t {
  kTimer,
  kBackOff,   // of a decision task or an activity: it is parked no longer
  kDelivery,  // of a decision task or an activity
  kActivityScheduleToStart,
  kActivityStartToClose,
  kActivityHeartbeat,
  kActivityScheduleToClose,
  kDecisionScheduleToStart,
  kDecisionStartToClose,
  kExecutionStartToClose,
};

struct Deadline {
  int64_t time_ms = 0;
  DeadlineKind kind = DeadlineKind::kTimer;
  int64_t scheduled_event_id = 0;         // of the task; timers: of TimerStarted
  const std::string* timer_id = nullptr;  // in the state
  // A client that has the task can prevent it: a coordinator that takes the run over gives it time to.
  bool client_could_meet = false;
};

// Calls `visit(Deadline)` for what `task` is waiting for.
template <class Visit>
void visit_deadlines(const DecisionTask& task, int64_t start_to_close_ms, Visit visit) {
  const auto at = [&](int64_t time_ms, DeadlineKind kind, bool client_could_meet) {
    visit(Deadline{time_ms, kind, task.scheduled_event_id, nullptr, client_could_meet});
  };
  if (task.offer) {
    at(task.offer->made_ms + kDeliveryTimeoutMs + kDeliveryGraceMs, DeadlineKind::kDelivery, true);
  } else if (task.acknowledged) {
    if (start_to_close_ms != kNoTimeoutMs) {
      at(task.acknowledged->time_ms + start_to_close_ms, DeadlineKind::kDecisionStartToClose, true);
    }
  } else if (task.parked_until_ms != 0) {
    at(task.parked_until_ms, DeadlineKind::kBackOff, false);
  } else if (task.schedule_to_start_timeout_ms != kNoTimeoutMs) {
    // A withdrawn offer counts as never started: the list that it waits on may have lost its only decider.
    at(task.available_ms + task.schedule_to_start_timeout_ms, DeadlineKind::kDecisionScheduleToStart, false);
  }
}

// `last_heartbeat_ms`: the newest one known, 0 for none.
template <class Visit>
void visit_deadlines(const ActivityTask& task, int64_t last_heartbeat_ms, Visit visit) {
  const auto after = [&](int64_t since_ms, int64_t timeout_ms, DeadlineKind kind) {
    if (timeout_ms == kNoTimeoutMs) return;
    visit(Deadline{since_ms + timeout_ms, kind, task.scheduled_event_id, nullptr, task.held()});
  };
  after(task.scheduled->time_ms(), task.schedule_to_close_timeout_ms(), DeadlineKind::kActivityScheduleToClose);
  if (task.acknowledged) {
    const int64_t start_ms = task.acknowledged->time_ms;
    after(start_ms, task.start_to_close_timeout_ms(), DeadlineKind::kActivityStartToClose);
    after(std::max(start_ms, last_heartbeat_ms), task.heartbeat_timeout_ms(), DeadlineKind::kActivityHeartbeat);
    return;
  }
  if (task.parked_until_ms != 0) return after(task.parked_until_ms, 0, DeadlineKind::kBackOff);
  after(task.available_ms, task.schedule_to_start_timeout_ms(), DeadlineKind::kActivityScheduleToStart);
  if (task.offer) after(task.offer->made_ms, kDeliveryTimeoutMs + kDeliveryGraceMs, DeadlineKind::kDelivery);
}

// When the run ends by itself: after one year even without a limit.
Deadline execution_deadline(const ExecutionState& state);

// How long a decider has; kNoTimeoutMs: no limit.
inline int64_t decision_start_to_close_ms(const ExecutionState& state) {
  const auto& started = state.started();
  return started.has_task_start_to_close_timeout_ms() ? started.task_start_to_close_timeout_ms() : kNoTimeoutMs;
}

// Everything that an open run waits for. `last_heartbeat_ms(task)` is the newest heartbeat known of an activity.
template <class LastHeartbeat, class Visit>
void visit_deadlines(const ExecutionState& state, LastHeartbeat last_heartbeat_ms, Visit visit) {
  visit(execution_deadline(state));
  if (state.decision) visit_deadlines(*state.decision, decision_start_to_close_ms(state), visit);
  for (const auto& [id, task] : state.activities) visit_deadlines(task, last_heartbeat_ms(task), visit);
  for (const auto& [timer_id, timer] : state.timers) {
    visit(Deadline{timer.fire_ms, DeadlineKind::kTimer, timer.started_event_id, &timer_id, false});
  }
}

}  // namespace baton::core
