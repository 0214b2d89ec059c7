#include "coordinator/core/history_view.h"

#include "coordinator/core/history_view_attributes.h"
#include "coordinator/core/journal_values.h"

namespace baton::core {

using baton::journal::v1::Event;
using history_view::show;

void to_history_event(const Event& event, int64_t event_id, v1::HistoryEvent* shown) {
  shown->Clear();
  shown->set_event_id(event_id);
  set_timestamp(event.time_ms(), shown->mutable_event_time());
  switch (event.attributes_case()) {  // no default: the compiler names a forgotten event
    case Event::kWorkflowExecutionStarted:
      return show(event.workflow_execution_started(), shown->mutable_workflow_execution_started());
    case Event::kWorkflowExecutionCancelRequested:
      return show(event.workflow_execution_cancel_requested(),
                  shown->mutable_workflow_execution_cancel_requested());
    case Event::kWorkflowExecutionCompleted:
      return show(event.workflow_execution_completed(),
                  shown->mutable_workflow_execution_completed());
    case Event::kCompleteWorkflowExecutionFailed:
      return show(event.complete_workflow_execution_failed(),
                  shown->mutable_complete_workflow_execution_failed());
    case Event::kWorkflowExecutionFailed:
      return show(event.workflow_execution_failed(), shown->mutable_workflow_execution_failed());
    case Event::kFailWorkflowExecutionFailed:
      return show(event.fail_workflow_execution_failed(),
                  shown->mutable_fail_workflow_execution_failed());
    case Event::kWorkflowExecutionTimedOut:
      return show(event.workflow_execution_timed_out(),
                  shown->mutable_workflow_execution_timed_out());
    case Event::kWorkflowExecutionCanceled:
      return show(event.workflow_execution_canceled(),
                  shown->mutable_workflow_execution_canceled());
    case Event::kCancelWorkflowExecutionFailed:
      return show(event.cancel_workflow_execution_failed(),
                  shown->mutable_cancel_workflow_execution_failed());
    case Event::kWorkflowExecutionContinuedAsNew:
      return show(event.workflow_execution_continued_as_new(),
                  shown->mutable_workflow_execution_continued_as_new());
    case Event::kContinueAsNewWorkflowExecutionFailed:
      return show(event.continue_as_new_workflow_execution_failed(),
                  shown->mutable_continue_as_new_workflow_execution_failed());
    case Event::kWorkflowExecutionTerminated:
      return show(event.workflow_execution_terminated(),
                  shown->mutable_workflow_execution_terminated());
    case Event::kDecisionTaskScheduled:
      return show(event.decision_task_scheduled(), shown->mutable_decision_task_scheduled());
    case Event::kDecisionTaskStarted:
      return show(event.decision_task_started(), shown->mutable_decision_task_started());
    case Event::kDecisionTaskCompleted:
      return show(event.decision_task_completed(), shown->mutable_decision_task_completed());
    case Event::kDecisionTaskTimedOut:
      return show(event.decision_task_timed_out(), shown->mutable_decision_task_timed_out());
    case Event::kActivityTaskScheduled:
      return show(event.activity_task_scheduled(), shown->mutable_activity_task_scheduled());
    case Event::kScheduleActivityTaskFailed:
      return show(event.schedule_activity_task_failed(),
                  shown->mutable_schedule_activity_task_failed());
    case Event::kActivityTaskStarted:
      return show(event.activity_task_started(), shown->mutable_activity_task_started());
    case Event::kActivityTaskCompleted:
      return show(event.activity_task_completed(), shown->mutable_activity_task_completed());
    case Event::kActivityTaskFailed:
      return show(event.activity_task_failed(), shown->mutable_activity_task_failed());
    case Event::kActivityTaskTimedOut:
      return show(event.activity_task_timed_out(), shown->mutable_activity_task_timed_out());
    case Event::kActivityTaskCanceled:
      return show(event.activity_task_canceled(), shown->mutable_activity_task_canceled());
    case Event::kActivityTaskCancelRequested:
      return show(event.activity_task_cancel_requested(),
                  shown->mutable_activity_task_cancel_requested());
    case Event::kRequestCancelActivityTaskFailed:
      return show(event.request_cancel_activity_task_failed(),
                  shown->mutable_request_cancel_activity_task_failed());
    case Event::kWorkflowExecutionSignaled:
      return show(event.workflow_execution_signaled(),
                  shown->mutable_workflow_execution_signaled());
    case Event::kMarkerRecorded:
      return show(event.marker_recorded(), shown->mutable_marker_recorded());
    case Event::kRecordMarkerFailed:
      return show(event.record_marker_failed(), shown->mutable_record_marker_failed());
    case Event::kTimerStarted:
      return show(event.timer_started(), shown->mutable_timer_started());
    case Event::kStartTimerFailed:
      return show(event.start_timer_failed(), shown->mutable_start_timer_failed());
    case Event::kTimerFired:
      return show(event.timer_fired(), shown->mutable_timer_fired());
    case Event::kTimerCanceled:
      return show(event.timer_canceled(), shown->mutable_timer_canceled());
    case Event::kCancelTimerFailed:
      return show(event.cancel_timer_failed(), shown->mutable_cancel_timer_failed());
    case Event::kStartChildWorkflowExecutionInitiated:
      return show(event.start_child_workflow_execution_initiated(),
                  shown->mutable_start_child_workflow_execution_initiated());
    case Event::kStartChildWorkflowExecutionFailed:
      return show(event.start_child_workflow_execution_failed(),
                  shown->mutable_start_child_workflow_execution_failed());
    case Event::kChildWorkflowExecutionStarted:
      return show(event.child_workflow_execution_started(),
                  shown->mutable_child_workflow_execution_started());
    case Event::kChildWorkflowExecutionCompleted:
      return show(event.child_workflow_execution_completed(),
                  shown->mutable_child_workflow_execution_completed());
    case Event::kChildWorkflowExecutionFailed:
      return show(event.child_workflow_execution_failed(),
                  shown->mutable_child_workflow_execution_failed());
    case Event::kChildWorkflowExecutionTimedOut:
      return show(event.child_workflow_execution_timed_out(),
                  shown->mutable_child_workflow_execution_timed_out());
    case Event::kChildWorkflowExecutionCanceled:
      return show(event.child_workflow_execution_canceled(),
                  shown->mutable_child_workflow_execution_canceled());
    case Event::kChildWorkflowExecutionTerminated:
      return show(event.child_workflow_execution_terminated(),
                  shown->mutable_child_workflow_execution_terminated());
    case Event::kSignalExternalWorkflowExecutionInitiated:
      return show(event.signal_external_workflow_execution_initiated(),
                  shown->mutable_signal_external_workflow_execution_initiated());
    case Event::kSignalExternalWorkflowExecutionFailed:
      return show(event.signal_external_workflow_execution_failed(),
                  shown->mutable_signal_external_workflow_execution_failed());
    case Event::kExternalWorkflowExecutionSignaled:
      return show(event.external_workflow_execution_signaled(),
                  shown->mutable_external_workflow_execution_signaled());
    case Event::kRequestCancelExternalWorkflowExecutionInitiated:
      return show(event.request_cancel_external_workflow_execution_initiated(),
                  shown->mutable_request_cancel_external_workflow_execution_initiated());
    case Event::kRequestCancelExternalWorkflowExecutionFailed:
      return show(event.request_cancel_external_workflow_execution_failed(),
                  shown->mutable_request_cancel_external_workflow_execution_failed());
    case Event::kExternalWorkflowExecutionCancelRequested:
      return show(event.external_workflow_execution_cancel_requested(),
                  shown->mutable_external_workflow_execution_cancel_requested());
    case Event::kLambdaFunctionScheduled:
      return show(event.lambda_function_scheduled(), shown->mutable_lambda_function_scheduled());
    case Event::kLambdaFunctionStarted:
      return show(event.lambda_function_started(), shown->mutable_lambda_function_started());
    case Event::kLambdaFunctionCompleted:
      return show(event.lambda_function_completed(), shown->mutable_lambda_function_completed());
    case Event::kLambdaFunctionFailed:
      return show(event.lambda_function_failed(), shown->mutable_lambda_function_failed());
    case Event::kLambdaFunctionTimedOut:
      return show(event.lambda_function_timed_out(), shown->mutable_lambda_function_timed_out());
    case Event::kScheduleLambdaFunctionFailed:
      return show(event.schedule_lambda_function_failed(),
                  shown->mutable_schedule_lambda_function_failed());
    case Event::kStartLambdaFunctionFailed:
      return show(event.start_lambda_function_failed(),
                  shown->mutable_start_lambda_function_failed());
    case Event::kWorkflowExecutionPaused:
      return show(event.workflow_execution_paused(), shown->mutable_workflow_execution_paused());
    case Event::kWorkflowExecutionResumed:
      return show(event.workflow_execution_resumed(), shown->mutable_workflow_execution_resumed());
    case Event::kWorkflowExecutionHistoryLimitNeared:
      return show(event.workflow_execution_history_limit_neared(), shown->mutable_workflow_execution_history_limit_neared());
    case Event::kWorkflowExecutionReset:
      return show(event.workflow_execution_reset(), shown->mutable_workflow_execution_reset());
    case Event::kSearchAttributesUpserted:
      return show(event.search_attributes_upserted(), shown->mutable_search_attributes_upserted());
    case Event::kUpsertSearchAttributesFailed:
      return show(event.upsert_search_attributes_failed(), shown->mutable_upsert_search_attributes_failed());
    case Event::kWorkflowExecutionUpdateAnswered:
      return show(event.workflow_execution_update_answered(), shown->mutable_workflow_execution_update_answered());
    case Event::kAnswerUpdateFailed:
      return show(event.answer_update_failed(), shown->mutable_answer_update_failed());
    case Event::ATTRIBUTES_NOT_SET:
      return;
  }
}

v1::HistoryEvent to_history_event(const Event& event, int64_t event_id) {
  v1::HistoryEvent shown;
  to_history_event(event, event_id, &shown);
  return shown;
}

}  // namespace baton::core
