#include "coordinator/core/apply/fold.h"
#include "coordinator/core/decide.h"

namespace baton::core {

namespace fold {

absl::Status misfit(const ExecutionState& state, std::string_view what) {
  const std::string run = state.exists() ? state.identity->run_id.to_text() : "a new run";
  return absl::DataLossError("journal of " + run + " after event " + std::to_string(state.last_event_id) + ": " +
                             std::string(what));
}

namespace {

// Events that a decision was refused with change nothing but the length of the history.
bool only_noted(journal::Event::AttributesCase kind) {
  using Event = journal::Event;
  switch (kind) {
    case Event::kMarkerRecorded:
    case Event::kCompleteWorkflowExecutionFailed:
    case Event::kFailWorkflowExecutionFailed:
    case Event::kCancelWorkflowExecutionFailed:
    case Event::kContinueAsNewWorkflowExecutionFailed:
    case Event::kScheduleActivityTaskFailed:
    case Event::kRequestCancelActivityTaskFailed:
    case Event::kRecordMarkerFailed:
    case Event::kStartTimerFailed:
    case Event::kCancelTimerFailed:
    case Event::kScheduleLambdaFunctionFailed:
    case Event::kUpsertSearchAttributesFailed:
    case Event::kAnswerUpdateFailed:
      return true;
    default:
      return false;
  }
}

absl::Status function_event(ExecutionState& state, const journal::Event& event, Place place) {
  using Event = journal::Event;
  const auto ended = [&](const auto& closed) { return function_closed(state, closed.scheduled_event_id(), closed.started_event_id()); };
  switch (event.attributes_case()) {
    case Event::kLambdaFunctionScheduled:
      return function_scheduled(state, event, place);
    case Event::kLambdaFunctionStarted:
      return activity_started(state, TaskKind::kFunction, event.lambda_function_started().scheduled_event_id(), place);
    case Event::kLambdaFunctionCompleted:
      return ended(event.lambda_function_completed());
    case Event::kLambdaFunctionFailed:
      return ended(event.lambda_function_failed());
    case Event::kLambdaFunctionTimedOut:
      return ended(event.lambda_function_timed_out());
    case Event::kStartLambdaFunctionFailed:
      return function_closed(state, event.start_lambda_function_failed().scheduled_event_id(), 0);
    default:
      // Not set: a kind that a later version wrote.
      return misfit(state, "an event of a kind that this version does not serve (field " +
                               std::to_string(event.attributes_case()) + ")");
  }
}

absl::Status activity_event(ExecutionState& state, const journal::Event& event, Place place) {
  using Event = journal::Event;
  switch (event.attributes_case()) {
    case Event::kActivityTaskScheduled:
      return activity_scheduled(state, event, place);
    case Event::kActivityTaskStarted:
      return activity_started(state, TaskKind::kActivity, event.activity_task_started().scheduled_event_id(), place);
    case Event::kActivityTaskCompleted: {
      const auto& closed = event.activity_task_completed();
      return activity_closed(state, closed.scheduled_event_id(), closed.started_event_id(), place);
    }
    case Event::kActivityTaskFailed: {
      const auto& closed = event.activity_task_failed();
      return activity_closed(state, closed.scheduled_event_id(), closed.started_event_id(), place);
    }
    case Event::kActivityTaskTimedOut: {
      const auto& closed = event.activity_task_timed_out();
      return activity_closed(state, closed.scheduled_event_id(), closed.started_event_id(), place);
    }
    case Event::kActivityTaskCanceled: {
      const auto& closed = event.activity_task_canceled();
      return activity_closed(state, closed.scheduled_event_id(), closed.started_event_id(), place);
    }
    case Event::kActivityTaskCancelRequested:
      return activity_cancel_requested(state, event.activity_task_cancel_requested(), place);
    default:
      return function_event(state, event, place);
  }
}

absl::Status external_event(ExecutionState& state, const journal::Event& event, Place place) {
  using Event = journal::Event;
  const auto ended = [&](const auto& child) { return child_ended(state, child.initiated_event_id(), child.started_event_id()); };
  switch (event.attributes_case()) {
    case Event::kStartChildWorkflowExecutionInitiated:
      return child_initiated(state, event, place);
    case Event::kStartChildWorkflowExecutionFailed:
      return child_start_failed(state, event.start_child_workflow_execution_failed().initiated_event_id());
    case Event::kChildWorkflowExecutionStarted:
      return child_started(state, event.child_workflow_execution_started().initiated_event_id(), place);
    case Event::kChildWorkflowExecutionCompleted:
      return ended(event.child_workflow_execution_completed());
    case Event::kChildWorkflowExecutionFailed:
      return ended(event.child_workflow_execution_failed());
    case Event::kChildWorkflowExecutionTimedOut:
      return ended(event.child_workflow_execution_timed_out());
    case Event::kChildWorkflowExecutionCanceled:
      return ended(event.child_workflow_execution_canceled());
    case Event::kChildWorkflowExecutionTerminated:
      return ended(event.child_workflow_execution_terminated());
    case Event::kSignalExternalWorkflowExecutionInitiated:
    case Event::kRequestCancelExternalWorkflowExecutionInitiated:
      return external_initiated(state, event, place);
    case Event::kSignalExternalWorkflowExecutionFailed:
      return external_answered(state, event.signal_external_workflow_execution_failed().initiated_event_id());
    case Event::kExternalWorkflowExecutionSignaled:
      return external_answered(state, event.external_workflow_execution_signaled().initiated_event_id());
    case Event::kRequestCancelExternalWorkflowExecutionFailed:
      return external_answered(state, event.request_cancel_external_workflow_execution_failed().initiated_event_id());
    case Event::kExternalWorkflowExecutionCancelRequested:
      return external_answered(state, event.external_workflow_execution_cancel_requested().initiated_event_id());
    default:
      return activity_event(state, event, place);
  }
}

absl::Status task_event(ExecutionState& state, const journal::Event& event, Place place) {
  using Event = journal::Event;
  switch (event.attributes_case()) {
    case Event::kDecisionTaskScheduled:
      return decision_scheduled(state, event.decision_task_scheduled(), place);
    case Event::kDecisionTaskStarted:
      return decision_started(state, event.decision_task_started(), place);
    case Event::kDecisionTaskCompleted:
      return decision_completed(state, event.decision_task_completed(), place);
    case Event::kDecisionTaskTimedOut:
      return decision_timed_out(state, event.decision_task_timed_out(), place);
    case Event::kTimerStarted:
      return timer_started(state, event.timer_started(), place);
    case Event::kTimerFired:
      return timer_ended(state, event.timer_fired().timer_id(), event.timer_fired().started_event_id());
    case Event::kTimerCanceled:
      return timer_ended(state, event.timer_canceled().timer_id(), event.timer_canceled().started_event_id());
    default:
      return external_event(state, event, place);
  }
}

absl::Status execution_event(ExecutionState& state, const journal::Event& event, Place place) {
  using Event = journal::Event;
  switch (event.attributes_case()) {
    case Event::kWorkflowExecutionStarted:
      return misfit(state, "a second WorkflowExecutionStarted");
    case Event::kWorkflowExecutionCancelRequested:
      state.cancel_requested = true;
      return absl::OkStatus();
    case Event::kWorkflowExecutionCompleted:
      return closed(state, journal::CLOSE_STATUS_COMPLETED, place);
    case Event::kWorkflowExecutionFailed:
      return closed(state, journal::CLOSE_STATUS_FAILED, place);
    case Event::kWorkflowExecutionCanceled:
      return closed(state, journal::CLOSE_STATUS_CANCELED, place);
    case Event::kWorkflowExecutionContinuedAsNew:
      return closed(state, journal::CLOSE_STATUS_CONTINUED_AS_NEW, place);
    case Event::kWorkflowExecutionTimedOut:
      return closed(state, journal::CLOSE_STATUS_TIMED_OUT, place);
    case Event::kWorkflowExecutionTerminated:
      return closed(state, journal::CLOSE_STATUS_TERMINATED, place);
    case Event::kWorkflowExecutionPaused:
      return paused(state, event.workflow_execution_paused(), place);
    case Event::kWorkflowExecutionResumed:
      return resumed(state);
    case Event::kWorkflowExecutionReset:
      return reset(state, place);
    case Event::kWorkflowExecutionHistoryLimitNeared:
      return history_limit_neared(state, event.workflow_execution_history_limit_neared(), place);
    case Event::kWorkflowExecutionSignaled:
      return signaled(state, event.workflow_execution_signaled(), place);
    case Event::kWorkflowExecutionUpdateAnswered:
      return update_answered(state, event.workflow_execution_update_answered());
    case Event::kSearchAttributesUpserted:
      return search_attributes_upserted(state, event.search_attributes_upserted());
    default:
      if (only_noted(event.attributes_case())) return absl::OkStatus();
      return task_event(state, event, place);
  }
}

absl::Status public_event(ExecutionState& state, const journal::Event& event) {
  const Place place{state.last_event_id + 1, event.time_ms()};
  if (place.time_ms < state.last_event_ms) return misfit(state, "the next event is earlier");
  absl::Status applied = state.exists() ? execution_event(state, event, place) : started(state, event);
  if (!applied.ok()) return applied;
  state.last_event_id = place.id;
  state.last_event_ms = place.time_ms;
  return applied;
}

}  // namespace
}  // namespace fold

absl::Status apply(ExecutionState& state, const journal::Record& record) {
  using Record = journal::Record;
  if (state.close_status != 0) return fold::misfit(state, "a record after the close");
  if (record.kind_case() == Record::kEvent) return fold::public_event(state, record.event());
  if (!state.exists()) return fold::misfit(state, "does not begin with WorkflowExecutionStarted");
  switch (record.kind_case()) {
    case Record::kOfferMade:
      return fold::offer_made(state, record.offer_made());
    case Record::kOfferAcknowledged:
      return fold::offer_acknowledged(state, record.offer_acknowledged());
    case Record::kOfferWithdrawn:
      return fold::offer_withdrawn(state, record.offer_withdrawn());
    case Record::kDeadlineArmed:
      state.armed_deadline_ms = record.deadline_armed().deadline_ms();
      return absl::OkStatus();
    case Record::kHeartbeatRecorded:
      return fold::heartbeat_recorded(state, record.heartbeat_recorded());
    case Record::kDecisionAnswered:
      return fold::decision_answered(state, record.decision_answered());
    case Record::kDecisionAbandoned:
      return fold::decision_abandoned(state, record.decision_abandoned());
    case Record::kActivityAnswered:
      return fold::activity_answered(state, record.activity_answered());
    case Record::kAttemptEnded:
      return fold::attempt_ended(state, record.attempt_ended());
    case Record::kBackOffEnded:
      return fold::back_off_ended(state, record.back_off_ended());
    default:
      return fold::misfit(state, "a record of a kind that this version does not know");
  }
}

}  // namespace baton::core
