// One function per kind of event: fills the attributes that the API shows from the stored ones.
// Only for history_view*.cc; everyone else calls to_history_event(). `shown` comes empty. What is
// absent in the journal stays absent.
#pragma once

#include "baton/journal/v1/event.pb.h"
#include "baton/v1/history_event.pb.h"

namespace baton::core::history_view {

namespace journal = baton::journal::v1;

// history_view_execution.cc
void show(const journal::WorkflowExecutionStartedAttributes& kept,
          v1::WorkflowExecutionStartedAttributes* shown);
void show(const journal::WorkflowExecutionCancelRequestedAttributes& kept,
          v1::WorkflowExecutionCancelRequestedAttributes* shown);
void show(const journal::WorkflowExecutionCompletedAttributes& kept,
          v1::WorkflowExecutionCompletedAttributes* shown);
void show(const journal::CompleteWorkflowExecutionFailedAttributes& kept,
          v1::CompleteWorkflowExecutionFailedAttributes* shown);
void show(const journal::WorkflowExecutionFailedAttributes& kept,
          v1::WorkflowExecutionFailedAttributes* shown);
void show(const journal::FailWorkflowExecutionFailedAttributes& kept,
          v1::FailWorkflowExecutionFailedAttributes* shown);
void show(const journal::WorkflowExecutionTimedOutAttributes& kept,
          v1::WorkflowExecutionTimedOutAttributes* shown);
void show(const journal::WorkflowExecutionCanceledAttributes& kept,
          v1::WorkflowExecutionCanceledAttributes* shown);
void show(const journal::CancelWorkflowExecutionFailedAttributes& kept,
          v1::CancelWorkflowExecutionFailedAttributes* shown);
void show(const journal::WorkflowExecutionContinuedAsNewAttributes& kept,
          v1::WorkflowExecutionContinuedAsNewAttributes* shown);
void show(const journal::ContinueAsNewWorkflowExecutionFailedAttributes& kept,
          v1::ContinueAsNewWorkflowExecutionFailedAttributes* shown);
void show(const journal::WorkflowExecutionTerminatedAttributes& kept,
          v1::WorkflowExecutionTerminatedAttributes* shown);
void show(const journal::SearchAttributesUpsertedAttributes& kept, v1::SearchAttributesUpsertedAttributes* shown);
void show(const journal::UpsertSearchAttributesFailedAttributes& kept, v1::UpsertSearchAttributesFailedAttributes* shown);
void show(const journal::WorkflowExecutionPausedAttributes& kept, v1::WorkflowExecutionPausedAttributes* shown);
void show(const journal::WorkflowExecutionResumedAttributes& kept, v1::WorkflowExecutionResumedAttributes* shown);
void show(const journal::WorkflowExecutionResetAttributes& kept, v1::WorkflowExecutionResetAttributes* shown);
void show(const journal::WorkflowExecutionHistoryLimitNearedAttributes& kept,
          v1::WorkflowExecutionHistoryLimitNearedAttributes* shown);
void show(const journal::WorkflowExecutionUpdateAnsweredAttributes& kept, v1::WorkflowExecutionUpdateAnsweredAttributes* shown);
void show(const journal::AnswerUpdateFailedAttributes& kept, v1::AnswerUpdateFailedAttributes* shown);
void show(const journal::WorkflowExecutionSignaledAttributes& kept,
          v1::WorkflowExecutionSignaledAttributes* shown);

// history_view_task.cc
void show(const journal::DecisionTaskScheduledAttributes& kept,
          v1::DecisionTaskScheduledAttributes* shown);
void show(const journal::DecisionTaskStartedAttributes& kept,
          v1::DecisionTaskStartedAttributes* shown);
void show(const journal::DecisionTaskCompletedAttributes& kept,
          v1::DecisionTaskCompletedAttributes* shown);
void show(const journal::DecisionTaskTimedOutAttributes& kept,
          v1::DecisionTaskTimedOutAttributes* shown);
void show(const journal::ActivityTaskScheduledAttributes& kept,
          v1::ActivityTaskScheduledAttributes* shown);
void show(const journal::ScheduleActivityTaskFailedAttributes& kept,
          v1::ScheduleActivityTaskFailedAttributes* shown);
void show(const journal::ActivityTaskStartedAttributes& kept,
          v1::ActivityTaskStartedAttributes* shown);
void show(const journal::ActivityTaskCompletedAttributes& kept,
          v1::ActivityTaskCompletedAttributes* shown);
void show(const journal::ActivityTaskFailedAttributes& kept,
          v1::ActivityTaskFailedAttributes* shown);
void show(const journal::ActivityTaskTimedOutAttributes& kept,
          v1::ActivityTaskTimedOutAttributes* shown);
void show(const journal::ActivityTaskCanceledAttributes& kept,
          v1::ActivityTaskCanceledAttributes* shown);
void show(const journal::ActivityTaskCancelRequestedAttributes& kept,
          v1::ActivityTaskCancelRequestedAttributes* shown);
void show(const journal::RequestCancelActivityTaskFailedAttributes& kept,
          v1::RequestCancelActivityTaskFailedAttributes* shown);

// history_view_timer.cc
void show(const journal::MarkerRecordedAttributes& kept, v1::MarkerRecordedAttributes* shown);
void show(const journal::RecordMarkerFailedAttributes& kept,
          v1::RecordMarkerFailedAttributes* shown);
void show(const journal::TimerStartedAttributes& kept, v1::TimerStartedAttributes* shown);
void show(const journal::StartTimerFailedAttributes& kept, v1::StartTimerFailedAttributes* shown);
void show(const journal::TimerFiredAttributes& kept, v1::TimerFiredAttributes* shown);
void show(const journal::TimerCanceledAttributes& kept, v1::TimerCanceledAttributes* shown);
void show(const journal::CancelTimerFailedAttributes& kept, v1::CancelTimerFailedAttributes* shown);

// history_view_external.cc
void show(const journal::StartChildWorkflowExecutionInitiatedAttributes& kept,
          v1::StartChildWorkflowExecutionInitiatedAttributes* shown);
void show(const journal::StartChildWorkflowExecutionFailedAttributes& kept,
          v1::StartChildWorkflowExecutionFailedAttributes* shown);
void show(const journal::ChildWorkflowExecutionStartedAttributes& kept,
          v1::ChildWorkflowExecutionStartedAttributes* shown);
void show(const journal::ChildWorkflowExecutionCompletedAttributes& kept,
          v1::ChildWorkflowExecutionCompletedAttributes* shown);
void show(const journal::ChildWorkflowExecutionFailedAttributes& kept,
          v1::ChildWorkflowExecutionFailedAttributes* shown);
void show(const journal::ChildWorkflowExecutionTimedOutAttributes& kept,
          v1::ChildWorkflowExecutionTimedOutAttributes* shown);
void show(const journal::ChildWorkflowExecutionCanceledAttributes& kept,
          v1::ChildWorkflowExecutionCanceledAttributes* shown);
void show(const journal::ChildWorkflowExecutionTerminatedAttributes& kept,
          v1::ChildWorkflowExecutionTerminatedAttributes* shown);
void show(const journal::SignalExternalWorkflowExecutionInitiatedAttributes& kept,
          v1::SignalExternalWorkflowExecutionInitiatedAttributes* shown);
void show(const journal::SignalExternalWorkflowExecutionFailedAttributes& kept,
          v1::SignalExternalWorkflowExecutionFailedAttributes* shown);
void show(const journal::ExternalWorkflowExecutionSignaledAttributes& kept,
          v1::ExternalWorkflowExecutionSignaledAttributes* shown);
void show(const journal::RequestCancelExternalWorkflowExecutionInitiatedAttributes& kept,
          v1::RequestCancelExternalWorkflowExecutionInitiatedAttributes* shown);
void show(const journal::RequestCancelExternalWorkflowExecutionFailedAttributes& kept,
          v1::RequestCancelExternalWorkflowExecutionFailedAttributes* shown);
void show(const journal::ExternalWorkflowExecutionCancelRequestedAttributes& kept,
          v1::ExternalWorkflowExecutionCancelRequestedAttributes* shown);

// history_view_lambda.cc
void show(const journal::LambdaFunctionScheduledAttributes& kept,
          v1::LambdaFunctionScheduledAttributes* shown);
void show(const journal::LambdaFunctionStartedAttributes& kept,
          v1::LambdaFunctionStartedAttributes* shown);
void show(const journal::LambdaFunctionCompletedAttributes& kept,
          v1::LambdaFunctionCompletedAttributes* shown);
void show(const journal::LambdaFunctionFailedAttributes& kept,
          v1::LambdaFunctionFailedAttributes* shown);
void show(const journal::LambdaFunctionTimedOutAttributes& kept,
          v1::LambdaFunctionTimedOutAttributes* shown);
void show(const journal::ScheduleLambdaFunctionFailedAttributes& kept,
          v1::ScheduleLambdaFunctionFailedAttributes* shown);
void show(const journal::StartLambdaFunctionFailedAttributes& kept,
          v1::StartLambdaFunctionFailedAttributes* shown);

}  // namespace baton::core::history_view
