// StartChildWorkflowExecution (facts.md §7, §9): initiated here, started by a message.
#include "coordinator/core/decisions/decisions.h"
#include "coordinator/core/run_settings.h"

namespace baton::core {
namespace {

using Attributes = baton::v1::StartChildWorkflowExecutionAttributes;
using Cause = journal::StartChildWorkflowExecutionFailedCause;

Cause cause_of(MissingSetting missing) {
  switch (missing) {
    case MissingSetting::kNone:
      break;
    case MissingSetting::kExecutionStartToCloseTimeout:
      return journal::START_CHILD_WORKFLOW_EXECUTION_FAILED_CAUSE_DEFAULT_EXECUTION_START_TO_CLOSE_TIMEOUT_UNDEFINED;
    case MissingSetting::kTaskList:
      return journal::START_CHILD_WORKFLOW_EXECUTION_FAILED_CAUSE_DEFAULT_TASK_LIST_UNDEFINED;
    case MissingSetting::kTaskStartToCloseTimeout:
      return journal::START_CHILD_WORKFLOW_EXECUTION_FAILED_CAUSE_DEFAULT_TASK_START_TO_CLOSE_TIMEOUT_UNDEFINED;
    case MissingSetting::kChildPolicy:
      return journal::START_CHILD_WORKFLOW_EXECUTION_FAILED_CAUSE_DEFAULT_CHILD_POLICY_UNDEFINED;
  }
  return journal::START_CHILD_WORKFLOW_EXECUTION_FAILED_CAUSE_UNSPECIFIED;
}

// UNSPECIFIED: nothing is against it, as far as the parent can tell.
Cause find_cause(Deciding& deciding, const Attributes& decision, RunSettings& settings) {
  Draft& draft = deciding.draft;
  if (!deciding.allows("StartChildWorkflowExecution")) {
    return journal::START_CHILD_WORKFLOW_EXECUTION_FAILED_CAUSE_OPERATION_NOT_PERMITTED;
  }
  const std::string& domain = draft.state().identity->domain;
  const WorkflowTypeRecord* type =
      draft.context().registry.find_workflow_type(domain, decision.workflow_type().name(), decision.workflow_type().version());
  if (type == nullptr || type->deprecated) {
    draft.rests_on_registry();
    return type == nullptr ? journal::START_CHILD_WORKFLOW_EXECUTION_FAILED_CAUSE_WORKFLOW_TYPE_DOES_NOT_EXIST
                           : journal::START_CHILD_WORKFLOW_EXECUTION_FAILED_CAUSE_WORKFLOW_TYPE_DEPRECATED;
  }
  if (draft.state().children.size() >= static_cast<size_t>(draft.context().limits.open_children)) {
    draft.rests_on_registry();
    return journal::START_CHILD_WORKFLOW_EXECUTION_FAILED_CAUSE_OPEN_CHILDREN_LIMIT_EXCEEDED;
  }
  const MissingSetting missing = resolve(decision, *type, settings);
  // The type may have been deleted and registered anew, with defaults.
  if (missing != MissingSetting::kNone) {
    draft.rests_on_registry();
  } else if (!deciding.within_rate("StartChildWorkflowExecution")) {
    return journal::START_CHILD_WORKFLOW_EXECUTION_FAILED_CAUSE_CHILD_CREATION_RATE_EXCEEDED;
  }
  return cause_of(missing);
}

}  // namespace

absl::Status check(const std::string& field, const Attributes& decision, const Limits& limits) {
  if (absl::Status s = check_workflow_id(field + ".workflow_id", decision.workflow_id()); !s.ok()) return s;
  if (absl::Status s = check_name(field + ".workflow_type.name", decision.workflow_type().name()); !s.ok()) return s;
  if (absl::Status s = check_version(field + ".workflow_type.version", decision.workflow_type().version()); !s.ok()) return s;
  if (absl::Status s = check_settings(field + ".", decision, limits); !s.ok()) return s;
  if (absl::Status s = check_headers(field + ".headers", decision.headers(), limits.headers_bytes); !s.ok()) return s;
  return check_text(field + ".control", decision.control(), kMaxControlChars);
}

void apply_decision(Deciding& deciding, const Attributes& decision) {
  RunSettings settings;
  const Cause cause = find_cause(deciding, decision, settings);
  if (cause != journal::START_CHILD_WORKFLOW_EXECUTION_FAILED_CAUSE_UNSPECIFIED) {
    deciding.draft.event([&](journal::Event& event) {
      auto& failed = *event.mutable_start_child_workflow_execution_failed();
      failed.set_workflow_id(decision.workflow_id());
      *failed.mutable_workflow_type() = to_journal(decision.workflow_type());
      failed.set_cause(cause);
      failed.set_decision_task_completed_event_id(deciding.completed_event_id);
      if (decision.has_control()) failed.set_control(decision.control());
    });
    return deciding.draft.need_decision();
  }
  const RunId child_run_id = sibling(deciding.fresh_run_id, ++deciding.children);
  deciding.draft.event([&](journal::Event& event) {
    auto& initiated = *event.mutable_start_child_workflow_execution_initiated();
    initiated.set_workflow_id(decision.workflow_id());
    *initiated.mutable_workflow_type() = to_journal(decision.workflow_type());
    fill(decision, settings, initiated);
    if (decision.has_control()) initiated.set_control(decision.control());
    initiated.set_decision_task_completed_event_id(deciding.completed_event_id);
    to_journal(decision.headers(), initiated.mutable_headers());
    initiated.set_child_run_id(std::string(child_run_id.view()));
  });
}

}  // namespace baton::core
