#include "coordinator/core/history_view_attributes.h"
#include "coordinator/core/journal_values.h"
#include "coordinator/core/search_attributes.h"

namespace baton::core::history_view {

void show(const journal::WorkflowExecutionStartedAttributes& kept,
          v1::WorkflowExecutionStartedAttributes* shown) {
  if (kept.has_workflow_type()) to_api(kept.workflow_type(), shown->mutable_workflow_type());
  if (!kept.task_list().empty()) shown->mutable_task_list()->set_name(kept.task_list());
  if (kept.has_input()) to_api(kept.input(), shown->mutable_input());
  if (kept.has_execution_start_to_close_timeout_ms()) {
    set_timeout(kept.execution_start_to_close_timeout_ms(),
                shown->mutable_execution_start_to_close_timeout());
  }
  if (kept.has_task_start_to_close_timeout_ms()) {
    set_timeout(kept.task_start_to_close_timeout_ms(),
                shown->mutable_task_start_to_close_timeout());
  }
  shown->set_child_policy(static_cast<v1::ChildPolicy>(kept.child_policy()));
  shown->set_task_priority(kept.task_priority());
  *shown->mutable_tag_list() = kept.tag_list();
  if (kept.has_parent_workflow_execution()) {
    to_api(kept.parent_workflow_execution(), shown->mutable_parent_workflow_execution());
  }
  shown->set_parent_initiated_event_id(kept.parent_initiated_event_id());
  if (!kept.continued_execution_run_id().empty()) {
    shown->set_continued_execution_run_id(run_id_text(kept.continued_execution_run_id()));
  }
  if (kept.has_lambda_role()) shown->set_lambda_role(kept.lambda_role());
  to_api(kept.headers(), shown->mutable_headers());
  if (kept.start_delay_ms() != 0) set_duration(kept.start_delay_ms(), shown->mutable_start_delay());
  shown->set_history_limit_warning(kept.history_limit_warning());
  if (!kept.original_run_id().empty()) shown->set_original_run_id(run_id_text(kept.original_run_id()));
  for (const auto& [name, attribute] : kept.search_attributes()) to_api(attribute, &(*shown->mutable_search_attributes())[name]);
}

void show(const journal::SearchAttributesUpsertedAttributes& kept, v1::SearchAttributesUpsertedAttributes* shown) {
  for (const auto& [name, attribute] : kept.search_attributes()) to_api(attribute, &(*shown->mutable_search_attributes())[name]);
  *shown->mutable_removed() = kept.removed();
  shown->set_decision_task_completed_event_id(kept.decision_task_completed_event_id());
}

void show(const journal::UpsertSearchAttributesFailedAttributes& kept, v1::UpsertSearchAttributesFailedAttributes* shown) {
  shown->set_cause(static_cast<v1::UpsertSearchAttributesFailedCause>(kept.cause()));
  shown->set_decision_task_completed_event_id(kept.decision_task_completed_event_id());
}

void show(const journal::WorkflowExecutionCancelRequestedAttributes& kept,
          v1::WorkflowExecutionCancelRequestedAttributes* shown) {
  if (kept.has_external_workflow_execution()) {
    to_api(kept.external_workflow_execution(), shown->mutable_external_workflow_execution());
  }
  shown->set_external_initiated_event_id(kept.external_initiated_event_id());
  shown->set_cause(static_cast<v1::WorkflowExecutionCancelRequestedCause>(kept.cause()));
}

void show(const journal::WorkflowExecutionCompletedAttributes& kept,
          v1::WorkflowExecutionCompletedAttributes* shown) {
  if (kept.has_result()) to_api(kept.result(), shown->mutable_result());
  shown->set_decision_task_completed_event_id(kept.decision_task_completed_event_id());
}

void show(const journal::CompleteWorkflowExecutionFailedAttributes& kept,
          v1::CompleteWorkflowExecutionFailedAttributes* shown) {
  shown->set_cause(static_cast<v1::CompleteWorkflowExecutionFailedCause>(kept.cause()));
  shown->set_decision_task_completed_event_id(kept.decision_task_completed_event_id());
}

void show(const journal::WorkflowExecutionFailedAttributes& kept,
          v1::WorkflowExecutionFailedAttributes* shown) {
  if (kept.has_reason()) shown->set_reason(kept.reason());
  if (kept.has_details()) to_api(kept.details(), shown->mutable_details());
  shown->set_decision_task_completed_event_id(kept.decision_task_completed_event_id());
}

void show(const journal::FailWorkflowExecutionFailedAttributes& kept,
          v1::FailWorkflowExecutionFailedAttributes* shown) {
  shown->set_cause(static_cast<v1::FailWorkflowExecutionFailedCause>(kept.cause()));
  shown->set_decision_task_completed_event_id(kept.decision_task_completed_event_id());
}

void show(const journal::WorkflowExecutionTimedOutAttributes& kept,
          v1::WorkflowExecutionTimedOutAttributes* shown) {
  shown->set_timeout_type(static_cast<v1::WorkflowExecutionTimeoutType>(kept.timeout_type()));
  shown->set_child_policy(static_cast<v1::ChildPolicy>(kept.child_policy()));
}

void show(const journal::WorkflowExecutionCanceledAttributes& kept,
          v1::WorkflowExecutionCanceledAttributes* shown) {
  if (kept.has_details()) to_api(kept.details(), shown->mutable_details());
  shown->set_decision_task_completed_event_id(kept.decision_task_completed_event_id());
}

void show(const journal::CancelWorkflowExecutionFailedAttributes& kept,
          v1::CancelWorkflowExecutionFailedAttributes* shown) {
  shown->set_cause(static_cast<v1::CancelWorkflowExecutionFailedCause>(kept.cause()));
  shown->set_decision_task_completed_event_id(kept.decision_task_completed_event_id());
}

void show(const journal::WorkflowExecutionContinuedAsNewAttributes& kept,
          v1::WorkflowExecutionContinuedAsNewAttributes* shown) {
  if (!kept.new_execution_run_id().empty()) {
    shown->set_new_execution_run_id(run_id_text(kept.new_execution_run_id()));
  }
  if (kept.has_workflow_type()) to_api(kept.workflow_type(), shown->mutable_workflow_type());
  if (!kept.task_list().empty()) shown->mutable_task_list()->set_name(kept.task_list());
  if (kept.has_input()) to_api(kept.input(), shown->mutable_input());
  if (kept.has_execution_start_to_close_timeout_ms()) {
    set_timeout(kept.execution_start_to_close_timeout_ms(),
                shown->mutable_execution_start_to_close_timeout());
  }
  if (kept.has_task_start_to_close_timeout_ms()) {
    set_timeout(kept.task_start_to_close_timeout_ms(),
                shown->mutable_task_start_to_close_timeout());
  }
  shown->set_child_policy(static_cast<v1::ChildPolicy>(kept.child_policy()));
  shown->set_task_priority(kept.task_priority());
  *shown->mutable_tag_list() = kept.tag_list();
  shown->set_decision_task_completed_event_id(kept.decision_task_completed_event_id());
  if (kept.has_lambda_role()) shown->set_lambda_role(kept.lambda_role());
}

void show(const journal::ContinueAsNewWorkflowExecutionFailedAttributes& kept,
          v1::ContinueAsNewWorkflowExecutionFailedAttributes* shown) {
  shown->set_cause(static_cast<v1::ContinueAsNewWorkflowExecutionFailedCause>(kept.cause()));
  shown->set_decision_task_completed_event_id(kept.decision_task_completed_event_id());
}

void show(const journal::WorkflowExecutionTerminatedAttributes& kept,
          v1::WorkflowExecutionTerminatedAttributes* shown) {
  if (kept.has_reason()) shown->set_reason(kept.reason());
  if (kept.has_details()) to_api(kept.details(), shown->mutable_details());
  shown->set_child_policy(static_cast<v1::ChildPolicy>(kept.child_policy()));
  shown->set_cause(static_cast<v1::WorkflowExecutionTerminatedCause>(kept.cause()));
}

void show(const journal::WorkflowExecutionUpdateAnsweredAttributes& kept, v1::WorkflowExecutionUpdateAnsweredAttributes* shown) {
  shown->set_update_id(kept.update_id());
  shown->set_signaled_event_id(kept.signaled_event_id());
  if (kept.has_reply()) to_api(kept.reply(), shown->mutable_reply());
  shown->set_decision_task_completed_event_id(kept.decision_task_completed_event_id());
}

void show(const journal::AnswerUpdateFailedAttributes& kept, v1::AnswerUpdateFailedAttributes* shown) {
  shown->set_update_id(kept.update_id());
  shown->set_cause(static_cast<v1::AnswerUpdateFailedCause>(kept.cause()));
  shown->set_decision_task_completed_event_id(kept.decision_task_completed_event_id());
}

void show(const journal::WorkflowExecutionSignaledAttributes& kept,
          v1::WorkflowExecutionSignaledAttributes* shown) {
  shown->set_signal_name(kept.signal_name());
  if (kept.has_input()) to_api(kept.input(), shown->mutable_input());
  if (kept.has_external_workflow_execution()) {
    to_api(kept.external_workflow_execution(), shown->mutable_external_workflow_execution());
  }
  shown->set_external_initiated_event_id(kept.external_initiated_event_id());
  to_api(kept.headers(), shown->mutable_headers());
  shown->set_update_id(kept.update_id());
}

void show(const journal::WorkflowExecutionPausedAttributes& kept, v1::WorkflowExecutionPausedAttributes* shown) {
  shown->set_reason(kept.reason());
}

void show(const journal::WorkflowExecutionResumedAttributes& kept, v1::WorkflowExecutionResumedAttributes* shown) {
  shown->set_reason(kept.reason());
}

void show(const journal::WorkflowExecutionResetAttributes& kept, v1::WorkflowExecutionResetAttributes* shown) {
  shown->set_base_run_id(run_id_text(kept.base_run_id()));
  shown->set_decision_task_completed_event_id(kept.decision_task_completed_event_id());
  shown->set_reason(kept.reason());
  shown->set_new_run_id(run_id_text(kept.new_run_id()));
}

void show(const journal::WorkflowExecutionHistoryLimitNearedAttributes& kept,
          v1::WorkflowExecutionHistoryLimitNearedAttributes* shown) {
  shown->set_history_limit(kept.history_limit());
  shown->set_last_decision(kept.last_decision());
}

}  // namespace baton::core::history_view
