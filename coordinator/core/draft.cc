#include "coordinator/core/draft.h"

#include <algorithm>

#include "coordinator/core/deadlines.h"
#include "coordinator/core/decide.h"

namespace baton::core {
namespace {

// Who has the task: the delivery that is out or acknowledged; 0: nobody.
template <class Task>
int32_t held_delivery(const Task& task) {
  return task.offer ? task.offer->delivery : task.acknowledged ? task.acknowledged->delivery : 0;
}

// The base has an offer or a waiting task where now another delivery, made before, is acknowledged. One made just now was a unary offer.
template <class Task>
bool was_superseded(const Task& before, const Task& after) {
  if (before.acknowledged || !after.acknowledged || after.acknowledged->delivery > before.deliveries) return false;
  return held_delivery(before) != after.acknowledged->delivery;
}

// What a decision task waits for may have changed.
bool changed_hands(const std::optional<DecisionTask>& before, const DecisionTask& after) {
  return !before || before->scheduled_event_id != after.scheduled_event_id || before->deliveries != after.deliveries ||
         before->offer.has_value() != after.offer.has_value() || before->acknowledged.has_value() != after.acknowledged.has_value() ||
         before->parked_until_ms != after.parked_until_ms;
}

WaitingTask waiting_decision(const ExecutionState& state) {
  WaitingTask waiting;
  waiting.kind = TaskKind::kDecision;
  waiting.scheduled_event_id = state.decision->scheduled_event_id;
  waiting.task_list = state.decision->task_list;
  waiting.priority = state.started().task_priority();
  waiting.scheduled_ms = state.decision->scheduled_ms;
  if (state.last_answer && state.last_answer->run_cached) waiting.preferred_instance = state.last_answer->instance_id;
  return waiting;
}

WaitingTask waiting_activity(const ActivityTask& task) {
  WaitingTask waiting;
  waiting.kind = task.kind();
  waiting.scheduled_event_id = task.scheduled_event_id;
  waiting.task_list = task.task_list();
  waiting.priority = task.attributes().task_priority();
  waiting.scheduled_ms = task.scheduled->time_ms();
  return waiting;
}

}  // namespace

Draft::Draft(const ExecutionState& base, const Context& context) : base_(base), context_(context) {
  commit_.after = base;
  commit_.records.reserve(8);
}

void Draft::fold(const journal::Record& record) {
  if (!failure_.ok()) return;
  const journal::Event& event = record.event();
  if (event.has_workflow_execution_terminated() || event.has_workflow_execution_timed_out()) children_at_close_ = state().children;
  failure_ = apply(commit_.after, record);
  if (failure_.ok()) touch(record);
}

void Draft::touch(const journal::Record& record) {
  switch (record.kind_case()) {
    case journal::Record::kEvent:
      return touch_event(record.event());
    case journal::Record::kOfferMade:
      return touch_task(record.offer_made().scheduled_event_id());
    case journal::Record::kOfferAcknowledged:
      return touch_task(record.offer_acknowledged().scheduled_event_id());
    case journal::Record::kOfferWithdrawn:
      return touch_task(record.offer_withdrawn().scheduled_event_id());
    case journal::Record::kAttemptEnded:
      return touch_task(record.attempt_ended().scheduled_event_id());
    case journal::Record::kBackOffEnded:
      return touch_task(record.back_off_ended().scheduled_event_id());
    default:
      return;  // answers come with an event or the end of their attempt; a heartbeat makes nothing due earlier
  }
}

void Draft::touch_event(const journal::Event& event) {
  switch (event.attributes_case()) {
    case journal::Event::kActivityTaskScheduled:
      return touch_task(state().last_event_id);
    case journal::Event::kActivityTaskCompleted:
      return touch_task(event.activity_task_completed().scheduled_event_id());
    case journal::Event::kActivityTaskFailed:
      return touch_task(event.activity_task_failed().scheduled_event_id());
    case journal::Event::kActivityTaskTimedOut:
      return touch_task(event.activity_task_timed_out().scheduled_event_id());
    case journal::Event::kActivityTaskCanceled:
      return touch_task(event.activity_task_canceled().scheduled_event_id());
    case journal::Event::kLambdaFunctionScheduled:
      return touch_task(state().last_event_id);
    case journal::Event::kLambdaFunctionCompleted:
      return touch_task(event.lambda_function_completed().scheduled_event_id());
    case journal::Event::kLambdaFunctionFailed:
      return touch_task(event.lambda_function_failed().scheduled_event_id());
    case journal::Event::kLambdaFunctionTimedOut:
      return touch_task(event.lambda_function_timed_out().scheduled_event_id());
    case journal::Event::kStartLambdaFunctionFailed:
      return touch_task(event.start_lambda_function_failed().scheduled_event_id());
    case journal::Event::kTimerStarted:
      earliest_new_timer_ms_ =
          std::min(earliest_new_timer_ms_, event.time_ms() + event.timer_started().start_to_fire_timeout_ms());
      return;
    case journal::Event::kStartChildWorkflowExecutionInitiated:
    case journal::Event::kSignalExternalWorkflowExecutionInitiated:
    case journal::Event::kRequestCancelExternalWorkflowExecutionInitiated:
      requests_.emplace_back(state().last_event_id, &event);
      return;
    case journal::Event::kSignalExternalWorkflowExecutionFailed:
      return drop_request(event.signal_external_workflow_execution_failed().initiated_event_id());
    case journal::Event::kRequestCancelExternalWorkflowExecutionFailed:
      return drop_request(event.request_cancel_external_workflow_execution_failed().initiated_event_id());
    case journal::Event::kWorkflowExecutionCompleted:
    case journal::Event::kWorkflowExecutionFailed:
    case journal::Event::kWorkflowExecutionCanceled:
    case journal::Event::kWorkflowExecutionContinuedAsNew:
    case journal::Event::kWorkflowExecutionTerminated:
    case journal::Event::kWorkflowExecutionTimedOut:
      closing_ = &event;
      return;
    case journal::Event::kWorkflowExecutionUpdateAnswered: {
      const auto& answered = event.workflow_execution_update_answered();
      commit_.answered_updates.push_back({answered.update_id(), answered.signaled_event_id(), &answered.reply()});
      return;
    }
    case journal::Event::kWorkflowExecutionPaused:
    case journal::Event::kWorkflowExecutionResumed:
      pause_changed_ = true;
      return;
    default:
      return;
  }
}

void Draft::touch_task(int64_t scheduled_event_id) {
  // Records about one task follow one another; the few repeats that remain are taken out at the end.
  if (touched_.empty() || touched_.back() != scheduled_event_id) touched_.push_back(scheduled_event_id);
}

void Draft::wake_decider(int64_t time_ms) {
  const ExecutionState& state = this->state();
  if (state.queued_decision || (state.decision && state.decision->started_event_id == 0)) return;
  event_at(time_ms, [&](journal::Event& event) {
    journal::DecisionTaskScheduledAttributes& scheduled = *event.mutable_decision_task_scheduled();
    scheduled.set_task_list(state.decision_task_list());
    scheduled.set_task_priority(state.started().task_priority());
    scheduled.set_start_to_close_timeout_ms(decision_start_to_close_ms(state));
    scheduled.set_schedule_to_start_timeout_ms(state.task_list_override_timeout_ms.value_or(kNoTimeoutMs));
  });
}

void Draft::arm_deadline(int64_t deadline_ms) {
  deadline_armed_ = true;
  if (deadline_ms == state().armed_deadline_ms) return;
  record([&](journal::Record& record) { record.mutable_deadline_armed()->set_deadline_ms(deadline_ms); });
  commit_.deadline_ms = deadline_ms;
}

void Draft::note_limit_neared(bool last_decision) {
  event([&](journal::Event& event) {
    auto& neared = *event.mutable_workflow_execution_history_limit_neared();
    neared.set_history_limit(context_.limits.history_events);
    neared.set_last_decision(last_decision);
  });
  wake_decider();
}

// True: the run may still go on.
bool Draft::warn_of_full_history() {
  const int64_t limit = context_.limits.history_events;
  const int64_t warned_from = limit / 100 * kHistoryWarningPercent + limit % 100 * kHistoryWarningPercent / 100;
  if (state().history_warned_event_id == 0 && state().last_event_id >= warned_from) note_limit_neared(false);
  if (state().last_event_id <= limit) return true;
  if (state().last_decision_event_id == 0) note_limit_neared(true);
  const bool was_decided = state().previous_started_event_id > state().last_decision_event_id;
  return !was_decided && state().last_event_id <= limit + kEventsForLastDecision;
}

void Draft::end_full_history() {
  if (!state().open()) return;
  if (state().started().history_limit_warning() && warn_of_full_history()) return;
  // Loosely, as in SWF: what the command itself appended is kept.
  if (state().last_event_id <= context_.limits.history_events) return;
  rests_on_registry();  // the domain may have raised its limit
  event([&](journal::Event& event) {
    journal::WorkflowExecutionTerminatedAttributes& terminated = *event.mutable_workflow_execution_terminated();
    terminated.set_child_policy(state().started().child_policy());
    terminated.set_cause(journal::WORKFLOW_EXECUTION_TERMINATED_CAUSE_EVENT_LIMIT_EXCEEDED);
  });
}

void Draft::arm_earlier_deadline() {
  if (deadline_armed_) return;  // maybe later than what is due: clients may have a grace
  const ExecutionState& state = this->state();
  int64_t earliest_ms = earliest_new_timer_ms_;
  const auto consider = [&](const Deadline& deadline) { earliest_ms = std::min(earliest_ms, deadline.time_ms); };
  if (!base_.exists()) consider(execution_deadline(state));
  if (state.decision && changed_hands(base_.decision, *state.decision)) {
    visit_deadlines(*state.decision, decision_start_to_close_ms(state), consider);
  }
  for (const int64_t id : touched_) {
    if (const ActivityTask* task = state.activities.get(id)) visit_deadlines(*task, task->last_heartbeat_ms, consider);
  }
  const int64_t armed_ms = state.armed_deadline_ms;
  if (earliest_ms != INT64_MAX && (armed_ms == 0 || earliest_ms < armed_ms)) arm_deadline(earliest_ms);
}

EndedTask Draft::ended(TaskKind kind, int64_t scheduled_event_id, int32_t attempt, int32_t held_delivery, bool was_waiting) const {
  EndedTask ended;
  ended.kind = kind;
  ended.scheduled_event_id = scheduled_event_id;
  ended.was_waiting = was_waiting;
  ended.held_delivery = held_delivery;
  ended.held_attempt = attempt;
  ended.answered_by_holder = answered_event_id_ == scheduled_event_id && answered_delivery_ == held_delivery;
  return ended;
}

// It goes on, but waits for nobody until the run is resumed; whoever had a delivery of it before has it still.
EndedTask Draft::paused(TaskKind kind, int64_t scheduled_event_id) const { return ended(kind, scheduled_event_id, 0, 0, true); }

void Draft::derive_decision_change() {
  const std::optional<DecisionTask>& before = base_.decision;
  const std::optional<DecisionTask>& after = state().decision;
  const bool same = before && after && before->scheduled_event_id == after->scheduled_event_id;
  const bool given_up = same && before->given_up_delivery != after->given_up_delivery;
  if (before && (!same || given_up || was_superseded(*before, *after))) {
    commit_.ended.push_back(
        ended(TaskKind::kDecision, before->scheduled_event_id, 1, held_delivery(*before), base_.can_be_offered(*before)));
    commit_.ended.back().superseded = same && !given_up;
  }
  const bool waited = before && base_.can_be_offered(*before), waits = after && state().can_be_offered(*after);
  if (waits && !(same && waited)) commit_.waiting.push_back(waiting_decision(state()));
  if (same && !given_up && waited && after->waiting() && !waits) commit_.ended.push_back(paused(TaskKind::kDecision, after->scheduled_event_id));
}

void Draft::derive_activity_change(int64_t scheduled_event_id) {
  const ActivityTask* before = base_.activities.get(scheduled_event_id);
  const ActivityTask* after = state().activities.get(scheduled_event_id);
  const bool same = before != nullptr && after != nullptr && before->attempt == after->attempt;
  if (before != nullptr && (!same || was_superseded(*before, *after))) {
    commit_.ended.push_back(
        ended(before->kind(), scheduled_event_id, before->attempt, held_delivery(*before), base_.can_be_offered(*before)));
    commit_.ended.back().superseded = same;
  }
  const bool waited = before != nullptr && base_.can_be_offered(*before), waits = after != nullptr && state().can_be_offered(*after);
  if (waits && !(same && waited)) commit_.waiting.push_back(waiting_activity(*after));
  if (same && waited && after->waiting() && !waits) commit_.ended.push_back(paused(after->kind(), scheduled_event_id));
}

void Draft::derive_activity_changes() {
  if (!state().open()) {
    for (const auto& [id, task] : base_.activities) derive_activity_change(id);
    return;
  }
  if (pause_changed_) {
    for (const auto& [id, task] : state().activities) {
      if (!std::binary_search(touched_.begin(), touched_.end(), id)) derive_activity_change(id);
    }
  }
  for (const int64_t id : touched_) derive_activity_change(id);
}

void Draft::derive_visibility() {
  commit_.visibility.opened = !base_.exists();
  commit_.visibility.closed = !state().open();
  commit_.visibility.cancel_requested = state().cancel_requested && !base_.cancel_requested;
  commit_.visibility.attributes_changed = state().search_attributes != base_.search_attributes;
}

absl::StatusOr<Commit> Draft::finish(Reply reply) && {
  Commit commit;
  commit.reply = std::move(reply);
  if (!commit_.records.empty()) {
    end_full_history();
    std::sort(touched_.begin(), touched_.end());
    touched_.erase(std::unique(touched_.begin(), touched_.end()), touched_.end());
    if (state().open()) arm_earlier_deadline();
    if (!state().open()) commit_.deadline_ms.reset();  // armed before the history turned out to be full
    if (!failure_.ok()) return failure_;
    derive_decision_change();
    derive_activity_changes();
    derive_visibility();
    derive_messages();
  }
  commit.rests_on_registry = rests_on_registry_;
  commit_.run_id = state().identity->run_id;
  commit.runs.push_back(std::move(commit_));
  return commit;
}

}  // namespace baton::core
