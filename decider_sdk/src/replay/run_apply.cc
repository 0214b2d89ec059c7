// What each event of a history means to a run.
#include "replay/run.h"
#include "symbol.h"
#include "wire.h"

namespace baton::detail {

using Event = v1::HistoryEvent;

void Run::apply(const Event& event) {
  switch (event.attributes_case()) {
    case Event::kWorkflowExecutionStarted:
      started_event_seen_ = true;
      if (event.workflow_execution_started().has_original_run_id()) {
        random_state_ = hash(event.workflow_execution_started().original_run_id());
        children_.name_after(event.workflow_execution_started().original_run_id());
      }
      if (event.workflow_execution_started().has_input()) {
        input_ = from_wire(event.workflow_execution_started().input());
      }
      break;
    case Event::kWorkflowExecutionSignaled:
      if (event.workflow_execution_signaled().update_id().empty()) {
        channels_.signaled(event);
      } else {
        updates_.signaled(event);
      }
      break;
    case Event::kWorkflowExecutionCancelRequested:
      cancel_request_.requested();
      break;
    case Event::kWorkflowExecutionReset:
      random_state_ ^= hash(event.workflow_execution_reset().new_run_id());
      children_.name_after(event.workflow_execution_reset().new_run_id());
      break;
    case Event::kDecisionTaskScheduled:
    case Event::kDecisionTaskStarted:
    case Event::kDecisionTaskCompleted:
    case Event::kDecisionTaskTimedOut:
    case Event::kActivityTaskStarted:
    case Event::kWorkflowExecutionTimedOut:
    case Event::kWorkflowExecutionTerminated:
    case Event::kWorkflowExecutionPaused:
    case Event::kWorkflowExecutionResumed:
    case Event::kWorkflowExecutionHistoryLimitNeared:
    case Event::kLambdaFunctionStarted:
      break;
    case Event::ATTRIBUTES_NOT_SET:
      fail("UNKNOWN_EVENT", "event " + std::to_string(event.event_id()) +
                                ": written by a newer coordinator, this decider does not know it");
      break;
    default:
      if (const std::optional<bool> known = apply_outcome(event); !known) {
        apply_decision_event(event);
      } else if (!*known) {
        fail("NONDETERMINISM",
             log_.mismatch(event, "which refers to nothing that is open in the replayed code"));
      }
  }
}

// What became of something that an earlier event started: is that known here? Nothing: the event is
// about something else.
std::optional<bool> Run::apply_outcome(const Event& event) {
  std::string unused;
  switch (event.attributes_case()) {
    case Event::kActivityTaskCompleted:
      return activities_.completed(event);
    case Event::kActivityTaskFailed:
      return activities_.failed(event);
    case Event::kActivityTaskTimedOut:
      return activities_.timed_out(event);
    case Event::kActivityTaskCanceled:
      return activities_.canceled(event);
    case Event::kTimerFired:
      return timers_.fired(event);
    case Event::kChildWorkflowExecutionStarted:
      return children_.started(event);
    case Event::kChildWorkflowExecutionCompleted:
      return children_.completed(event);
    case Event::kChildWorkflowExecutionFailed:
      return children_.failed(event);
    case Event::kChildWorkflowExecutionTimedOut:
      return children_.timed_out(event);
    case Event::kChildWorkflowExecutionCanceled:
      return children_.canceled(event);
    case Event::kChildWorkflowExecutionTerminated:
      return children_.terminated(event);
    case Event::kLambdaFunctionCompleted:
      return functions_.completed(event);
    case Event::kLambdaFunctionFailed:
      return functions_.failed(event);
    case Event::kLambdaFunctionTimedOut:
      return functions_.timed_out(event);
    case Event::kStartLambdaFunctionFailed:
      return functions_.start_failed(event);
    case Event::kSignalExternalWorkflowExecutionFailed:
      return deliveries_.signal_failed(event);
    case Event::kRequestCancelExternalWorkflowExecutionFailed:
      return deliveries_.cancel_failed(event);
    case Event::kExternalWorkflowExecutionSignaled:
      return deliveries_.signaled(event);
    case Event::kExternalWorkflowExecutionCancelRequested:
      return deliveries_.cancel_requested(event);
    case Event::kStartChildWorkflowExecutionFailed:
      // Otherwise it is the decision that was refused.
      if (event.start_child_workflow_execution_failed().initiated_event_id() == 0) break;
      return children_.refused(event, &unused);
    default:
      break;
  }
  return std::nullopt;
}

// The answer to a decision: it must be the next one that the code made.
void Run::apply_decision_event(const Event& event) {
  std::string why;
  bool fits = false;
  switch (event.attributes_case()) {
    case Event::kActivityTaskScheduled:
      fits = activities_.scheduled(event, &why);
      break;
    case Event::kScheduleActivityTaskFailed:
      fits = activities_.schedule_failed(event, &why);
      break;
    case Event::kActivityTaskCancelRequested:
      fits = activities_.cancel_requested(event.activity_task_cancel_requested().activity_id());
      break;
    case Event::kRequestCancelActivityTaskFailed:
      fits =
          activities_.cancel_requested(event.request_cancel_activity_task_failed().activity_id());
      break;
    case Event::kTimerStarted:
      fits = timers_.started(event);
      break;
    case Event::kStartTimerFailed:
      fits = timers_.start_failed(event);
      break;
    case Event::kTimerCanceled:
      fits = timers_.canceled(event);
      break;
    case Event::kCancelTimerFailed:
      fits = timers_.cancel_failed(event);
      break;
    case Event::kMarkerRecorded:
      fits = markers_.recorded(event.marker_recorded().marker_name());
      break;
    case Event::kRecordMarkerFailed:
      fits = markers_.recorded(event.record_marker_failed().marker_name());
      break;
    case Event::kStartChildWorkflowExecutionInitiated:
      fits = children_.initiated(event, &why);
      break;
    case Event::kStartChildWorkflowExecutionFailed:
      fits = children_.refused(event, &why);
      break;
    case Event::kSignalExternalWorkflowExecutionInitiated:
      fits = deliveries_.signal_initiated(event, &why);
      break;
    case Event::kRequestCancelExternalWorkflowExecutionInitiated:
      fits = deliveries_.cancel_initiated(event, &why);
      break;
    case Event::kLambdaFunctionScheduled:
      fits = functions_.scheduled(event, &why);
      break;
    case Event::kScheduleLambdaFunctionFailed:
      fits = functions_.schedule_failed(event, &why);
      break;
    case Event::kSearchAttributesUpserted:
      fits = search_attributes_.upserted(event);
      break;
    case Event::kUpsertSearchAttributesFailed:
      fits = search_attributes_.refused();
      break;
    case Event::kWorkflowExecutionUpdateAnswered:
      fits = updates_.answered(event);
      break;
    case Event::kAnswerUpdateFailed:
      fits = updates_.refused(event.answer_update_failed().update_id());
      break;
    default:
      fits = apply_closing(event);
  }
  if (!fits) fail("NONDETERMINISM", log_.mismatch(event, why));
}

bool Run::apply_closing(const Event& event) {
  switch (event.attributes_case()) {
    case Event::kWorkflowExecutionCompleted:
      return completion_.accepted(DecisionKind::kCompleteWorkflowExecution);
    case Event::kWorkflowExecutionFailed:
      return completion_.accepted(DecisionKind::kFailWorkflowExecution);
    case Event::kWorkflowExecutionCanceled:
      return completion_.accepted(DecisionKind::kCancelWorkflowExecution);
    case Event::kWorkflowExecutionContinuedAsNew:
      return completion_.accepted(DecisionKind::kContinueAsNewWorkflowExecution);
    case Event::kContinueAsNewWorkflowExecutionFailed:
      return completion_.refused(DecisionKind::kContinueAsNewWorkflowExecution,
                                 symbol(event.continue_as_new_workflow_execution_failed().cause()));
    case Event::kCompleteWorkflowExecutionFailed:
      return completion_.refused(DecisionKind::kCompleteWorkflowExecution,
                                 symbol(event.complete_workflow_execution_failed().cause()));
    case Event::kFailWorkflowExecutionFailed:
      return completion_.refused(DecisionKind::kFailWorkflowExecution,
                                 symbol(event.fail_workflow_execution_failed().cause()));
    case Event::kCancelWorkflowExecutionFailed:
      return completion_.refused(DecisionKind::kCancelWorkflowExecution,
                                 symbol(event.cancel_workflow_execution_failed().cause()));
    default:
      return false;
  }
}

}  // namespace baton::detail
