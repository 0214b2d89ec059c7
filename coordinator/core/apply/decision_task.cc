// Decision tasks: Idle, Scheduled, Started, and another one queued while Started (facts.md §6).
#include <utility>

#include "coordinator/core/apply/fold.h"
#include "coordinator/core/limits.h"

namespace baton::core::fold {
namespace {

// The open task ended at `time_ms`; the queued one takes its place.
void end_decision(ExecutionState& state, int64_t time_ms) {
  state.decision.reset();
  if (!state.queued_decision) return;
  QueuedDecision& queued = *state.queued_decision;
  DecisionTask& next = state.decision.emplace();
  next.scheduled_event_id = queued.scheduled_event_id;
  next.scheduled_ms = queued.scheduled_ms;
  next.task_list = std::move(queued.task_list);
  next.schedule_to_start_timeout_ms = queued.schedule_to_start_timeout_ms;
  next.available_ms = time_ms;
  state.queued_decision.reset();
}

void drop_temporary_override(ExecutionState& state) {
  if (!state.task_list_override_timeout_ms) return;
  state.task_list_override.clear();
  state.task_list_override_timeout_ms.reset();
}

void remember(ExecutionState& state, int32_t delivery, Answer answer) {
  state.answered.push({.scheduled_event_id = state.decision->scheduled_event_id, .attempt = 1, .delivery = delivery, .answer = answer},
                      kRememberedAnswers);
}

bool is_started(const ExecutionState& state, int64_t started_event_id) {
  return state.decision && started_event_id != 0 && state.decision->started_event_id == started_event_id;
}

// A new task takes the place of one that was given up and handed to nobody since, and is parked as long. The first one waits for the start
// delay to be over.
void schedule(ExecutionState& state, const std::string& task_list, int64_t schedule_to_start_ms, Place place) {
  int64_t parked_until_ms = state.decision ? state.decision->parked_until_ms : 0;
  if (state.last_event_id == 1 && state.started().start_delay_ms() > 0) parked_until_ms = place.time_ms + state.started().start_delay_ms();
  DecisionTask& task = state.decision.emplace();
  task.scheduled_event_id = place.id;
  task.scheduled_ms = place.time_ms;
  task.task_list = task_list;
  task.schedule_to_start_timeout_ms = schedule_to_start_ms;
  task.available_ms = place.time_ms;
  task.parked_until_ms = parked_until_ms;
}

// The task that follows is handed to nobody for a while, whichever it is.
void park(ExecutionState& state, const journal::DecisionAbandoned& record) {
  if (state.queued_decision) {
    end_decision(state, record.time_ms());
  } else {
    state.decision->offer.reset();
    state.decision->acknowledged.reset();
    state.decision->given_up_delivery = state.decision->deliveries;
  }
  state.decision->parked_until_ms = record.parked_until_ms();
  auto failure = std::make_shared<DecisionFailure>();
  failure->count = state.decision_failure == nullptr ? 1 : state.decision_failure->count + 1;
  failure->reason = record.failure_reason();
  if (record.has_failure_details()) failure->details = record.failure_details();
  state.decision_failure = std::move(failure);
}

}  // namespace

absl::Status decision_scheduled(ExecutionState& state, const journal::DecisionTaskScheduledAttributes& event, Place place) {
  const int64_t schedule_to_start =
      event.has_schedule_to_start_timeout_ms() ? event.schedule_to_start_timeout_ms() : kNoTimeoutMs;
  if (!state.decision || state.decision->given_up()) {
    schedule(state, event.task_list(), schedule_to_start, place);
    return absl::OkStatus();
  }
  if (state.decision->started_event_id == 0) return misfit(state, "a second scheduled decision task");
  if (state.queued_decision) return misfit(state, "a second queued decision task");
  state.queued_decision = QueuedDecision{place.id, place.time_ms, event.task_list(), schedule_to_start};
  return absl::OkStatus();
}

absl::Status decision_started(ExecutionState& state, const journal::DecisionTaskStartedAttributes& event, Place place) {
  if (!state.decision || state.decision->scheduled_event_id != event.scheduled_event_id()) {
    return misfit(state, "DecisionTaskStarted of a task that is not open");
  }
  if (state.decision->started_event_id != 0) return misfit(state, "DecisionTaskStarted twice");
  state.decision->started_event_id = place.id;
  state.decision->started_ms = place.time_ms;
  return absl::OkStatus();
}

absl::Status decision_completed(ExecutionState& state, const journal::DecisionTaskCompletedAttributes& event, Place place) {
  if (!is_started(state, event.started_event_id()) || state.decision->scheduled_event_id != event.scheduled_event_id()) {
    return misfit(state, "DecisionTaskCompleted of a task that is not started");
  }
  state.previous_started_event_id = event.started_event_id();
  state.decision_failure.reset();
  if (event.has_execution_context()) state.execution_context = std::make_shared<const std::string>(event.execution_context());
  if (!event.task_list().empty()) {
    state.task_list_override = event.task_list();
    state.task_list_override_timeout_ms.reset();
    if (event.has_task_list_schedule_to_start_timeout_ms() && event.task_list_schedule_to_start_timeout_ms() != kNoTimeoutMs) {
      state.task_list_override_timeout_ms = event.task_list_schedule_to_start_timeout_ms();
    }
  }
  end_decision(state, place.time_ms);
  return absl::OkStatus();
}

absl::Status decision_timed_out(ExecutionState& state, const journal::DecisionTaskTimedOutAttributes& event, Place place) {
  if (!state.decision || state.decision->scheduled_event_id != event.scheduled_event_id() ||
      state.decision->started_event_id != event.started_event_id()) {
    return misfit(state, "DecisionTaskTimedOut of a task that is not open");
  }
  drop_temporary_override(state);
  end_decision(state, place.time_ms);
  return absl::OkStatus();
}

absl::Status decision_answered(ExecutionState& state, const journal::DecisionAnswered& record) {
  if (!is_started(state, record.started_event_id())) return misfit(state, "an answer to a decision task that is not started");
  remember(state, record.delivery(), Answer::kDecided);
  DecisionAnswer& answer = state.last_answer.emplace();
  answer.scheduled_event_id = state.decision->scheduled_event_id;
  answer.started_event_id = record.started_event_id();
  answer.delivery = record.delivery();
  answer.instance_id = record.instance_id();
  answer.run_cached = record.run_cached();
  return absl::OkStatus();
}

absl::Status decision_abandoned(ExecutionState& state, const journal::DecisionAbandoned& record) {
  if (!is_started(state, record.started_event_id())) return misfit(state, "the end of a decision task that is not started");
  const bool given_up = record.reason() == journal::DecisionAbandoned::DECIDER_FAILED;
  remember(state, record.delivery(), given_up ? Answer::kGivenUp : Answer::kAbandoned);
  DecisionAnswer& answer = state.last_answer.emplace();
  answer.scheduled_event_id = state.decision->scheduled_event_id;
  answer.started_event_id = record.started_event_id();
  answer.delivery = record.delivery();
  answer.abandoned = true;
  if (given_up) {
    drop_temporary_override(state);
    park(state, record);
  } else {
    end_decision(state, record.time_ms());
  }
  return absl::OkStatus();
}

}  // namespace baton::core::fold
