#include "coordinator/core/history_view_attributes.h"
#include "coordinator/core/journal_values.h"

namespace baton::core::history_view {

void show(const journal::StartChildWorkflowExecutionInitiatedAttributes& kept,
          v1::StartChildWorkflowExecutionInitiatedAttributes* shown) {
  shown->set_workflow_id(kept.workflow_id());
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
  if (kept.has_control()) shown->set_control(kept.control());
  shown->set_decision_task_completed_event_id(kept.decision_task_completed_event_id());
  if (kept.has_lambda_role()) shown->set_lambda_role(kept.lambda_role());
  to_api(kept.headers(), shown->mutable_headers());
}

void show(const journal::StartChildWorkflowExecutionFailedAttributes& kept,
          v1::StartChildWorkflowExecutionFailedAttributes* shown) {
  shown->set_workflow_id(kept.workflow_id());
  if (kept.has_workflow_type()) to_api(kept.workflow_type(), shown->mutable_workflow_type());
  shown->set_cause(static_cast<v1::StartChildWorkflowExecutionFailedCause>(kept.cause()));
  shown->set_initiated_event_id(kept.initiated_event_id());
  shown->set_decision_task_completed_event_id(kept.decision_task_completed_event_id());
  if (kept.has_control()) shown->set_control(kept.control());
}

void show(const journal::ChildWorkflowExecutionStartedAttributes& kept,
          v1::ChildWorkflowExecutionStartedAttributes* shown) {
  if (kept.has_workflow_execution()) {
    to_api(kept.workflow_execution(), shown->mutable_workflow_execution());
  }
  if (kept.has_workflow_type()) to_api(kept.workflow_type(), shown->mutable_workflow_type());
  shown->set_initiated_event_id(kept.initiated_event_id());
}

void show(const journal::ChildWorkflowExecutionCompletedAttributes& kept,
          v1::ChildWorkflowExecutionCompletedAttributes* shown) {
  if (kept.has_workflow_execution()) {
    to_api(kept.workflow_execution(), shown->mutable_workflow_execution());
  }
  if (kept.has_workflow_type()) to_api(kept.workflow_type(), shown->mutable_workflow_type());
  shown->set_initiated_event_id(kept.initiated_event_id());
  shown->set_started_event_id(kept.started_event_id());
  if (kept.has_result()) to_api(kept.result(), shown->mutable_result());
}

void show(const journal::ChildWorkflowExecutionFailedAttributes& kept,
          v1::ChildWorkflowExecutionFailedAttributes* shown) {
  if (kept.has_workflow_execution()) {
    to_api(kept.workflow_execution(), shown->mutable_workflow_execution());
  }
  if (kept.has_workflow_type()) to_api(kept.workflow_type(), shown->mutable_workflow_type());
  shown->set_initiated_event_id(kept.initiated_event_id());
  shown->set_started_event_id(kept.started_event_id());
  if (kept.has_reason()) shown->set_reason(kept.reason());
  if (kept.has_details()) to_api(kept.details(), shown->mutable_details());
}

void show(const journal::ChildWorkflowExecutionTimedOutAttributes& kept,
          v1::ChildWorkflowExecutionTimedOutAttributes* shown) {
  if (kept.has_workflow_execution()) {
    to_api(kept.workflow_execution(), shown->mutable_workflow_execution());
  }
  if (kept.has_workflow_type()) to_api(kept.workflow_type(), shown->mutable_workflow_type());
  shown->set_initiated_event_id(kept.initiated_event_id());
  shown->set_started_event_id(kept.started_event_id());
  shown->set_timeout_type(static_cast<v1::WorkflowExecutionTimeoutType>(kept.timeout_type()));
}

void show(const journal::ChildWorkflowExecutionCanceledAttributes& kept,
          v1::ChildWorkflowExecutionCanceledAttributes* shown) {
  if (kept.has_workflow_execution()) {
    to_api(kept.workflow_execution(), shown->mutable_workflow_execution());
  }
  if (kept.has_workflow_type()) to_api(kept.workflow_type(), shown->mutable_workflow_type());
  shown->set_initiated_event_id(kept.initiated_event_id());
  shown->set_started_event_id(kept.started_event_id());
  if (kept.has_details()) to_api(kept.details(), shown->mutable_details());
}

void show(const journal::ChildWorkflowExecutionTerminatedAttributes& kept,
          v1::ChildWorkflowExecutionTerminatedAttributes* shown) {
  if (kept.has_workflow_execution()) {
    to_api(kept.workflow_execution(), shown->mutable_workflow_execution());
  }
  if (kept.has_workflow_type()) to_api(kept.workflow_type(), shown->mutable_workflow_type());
  shown->set_initiated_event_id(kept.initiated_event_id());
  shown->set_started_event_id(kept.started_event_id());
}

void show(const journal::SignalExternalWorkflowExecutionInitiatedAttributes& kept,
          v1::SignalExternalWorkflowExecutionInitiatedAttributes* shown) {
  shown->set_workflow_id(kept.workflow_id());
  if (kept.has_run_id()) shown->set_run_id(kept.run_id());
  shown->set_signal_name(kept.signal_name());
  if (kept.has_input()) to_api(kept.input(), shown->mutable_input());
  shown->set_decision_task_completed_event_id(kept.decision_task_completed_event_id());
  if (kept.has_control()) shown->set_control(kept.control());
  to_api(kept.headers(), shown->mutable_headers());
}

void show(const journal::SignalExternalWorkflowExecutionFailedAttributes& kept,
          v1::SignalExternalWorkflowExecutionFailedAttributes* shown) {
  shown->set_workflow_id(kept.workflow_id());
  if (kept.has_run_id()) shown->set_run_id(kept.run_id());
  shown->set_cause(static_cast<v1::SignalExternalWorkflowExecutionFailedCause>(kept.cause()));
  shown->set_initiated_event_id(kept.initiated_event_id());
  shown->set_decision_task_completed_event_id(kept.decision_task_completed_event_id());
  if (kept.has_control()) shown->set_control(kept.control());
}

void show(const journal::ExternalWorkflowExecutionSignaledAttributes& kept,
          v1::ExternalWorkflowExecutionSignaledAttributes* shown) {
  if (kept.has_workflow_execution()) {
    to_api(kept.workflow_execution(), shown->mutable_workflow_execution());
  }
  shown->set_initiated_event_id(kept.initiated_event_id());
}

void show(const journal::RequestCancelExternalWorkflowExecutionInitiatedAttributes& kept,
          v1::RequestCancelExternalWorkflowExecutionInitiatedAttributes* shown) {
  shown->set_workflow_id(kept.workflow_id());
  if (kept.has_run_id()) shown->set_run_id(kept.run_id());
  shown->set_decision_task_completed_event_id(kept.decision_task_completed_event_id());
  if (kept.has_control()) shown->set_control(kept.control());
}

void show(const journal::RequestCancelExternalWorkflowExecutionFailedAttributes& kept,
          v1::RequestCancelExternalWorkflowExecutionFailedAttributes* shown) {
  shown->set_workflow_id(kept.workflow_id());
  if (kept.has_run_id()) shown->set_run_id(kept.run_id());
  shown->set_cause(
      static_cast<v1::RequestCancelExternalWorkflowExecutionFailedCause>(kept.cause()));
  shown->set_initiated_event_id(kept.initiated_event_id());
  shown->set_decision_task_completed_event_id(kept.decision_task_completed_event_id());
  if (kept.has_control()) shown->set_control(kept.control());
}

void show(const journal::ExternalWorkflowExecutionCancelRequestedAttributes& kept,
          v1::ExternalWorkflowExecutionCancelRequestedAttributes* shown) {
  if (kept.has_workflow_execution()) {
    to_api(kept.workflow_execution(), shown->mutable_workflow_execution());
  }
  shown->set_initiated_event_id(kept.initiated_event_id());
}

}  // namespace baton::core::history_view
