// ContinueAsNewWorkflowExecution: closes the run, and its successor begins in the same commit (facts.md §5).
#include "coordinator/core/decisions/decisions.h"
#include "coordinator/core/run_settings.h"

namespace baton::core {
namespace {

using Attributes = baton::v1::ContinueAsNewWorkflowExecutionAttributes;
using Cause = journal::ContinueAsNewWorkflowExecutionFailedCause;

Cause cause_of(MissingSetting missing) {
  switch (missing) {
    case MissingSetting::kNone:
      break;
    case MissingSetting::kExecutionStartToCloseTimeout:
      return journal::CONTINUE_AS_NEW_WORKFLOW_EXECUTION_FAILED_CAUSE_DEFAULT_EXECUTION_START_TO_CLOSE_TIMEOUT_UNDEFINED;
    case MissingSetting::kTaskList:
      return journal::CONTINUE_AS_NEW_WORKFLOW_EXECUTION_FAILED_CAUSE_DEFAULT_TASK_LIST_UNDEFINED;
    case MissingSetting::kTaskStartToCloseTimeout:
      return journal::CONTINUE_AS_NEW_WORKFLOW_EXECUTION_FAILED_CAUSE_DEFAULT_TASK_START_TO_CLOSE_TIMEOUT_UNDEFINED;
    case MissingSetting::kChildPolicy:
      return journal::CONTINUE_AS_NEW_WORKFLOW_EXECUTION_FAILED_CAUSE_DEFAULT_CHILD_POLICY_UNDEFINED;
  }
  return journal::CONTINUE_AS_NEW_WORKFLOW_EXECUTION_FAILED_CAUSE_UNSPECIFIED;
}

// UNSPECIFIED: nothing is against it.
Cause find_cause(Deciding& deciding, const Attributes& decision, const journal::TypeRef& type_ref, RunSettings& settings) {
  Draft& draft = deciding.draft;
  if (!deciding.allows("ContinueAsNewWorkflowExecution")) {
    return journal::CONTINUE_AS_NEW_WORKFLOW_EXECUTION_FAILED_CAUSE_OPERATION_NOT_PERMITTED;
  }
  if (deciding.unhandled) return journal::CONTINUE_AS_NEW_WORKFLOW_EXECUTION_FAILED_CAUSE_UNHANDLED_DECISION;
  const std::string& domain = draft.state().identity->domain;
  const WorkflowTypeRecord* type = draft.context().registry.find_workflow_type(domain, type_ref.name(), type_ref.version());
  if (type == nullptr || type->deprecated) {
    draft.rests_on_registry();
    return type == nullptr ? journal::CONTINUE_AS_NEW_WORKFLOW_EXECUTION_FAILED_CAUSE_WORKFLOW_TYPE_DOES_NOT_EXIST
                           : journal::CONTINUE_AS_NEW_WORKFLOW_EXECUTION_FAILED_CAUSE_WORKFLOW_TYPE_DEPRECATED;
  }
  const MissingSetting missing = resolve(decision, *type, settings);
  // The type may have been deleted and registered anew, with defaults.
  if (missing != MissingSetting::kNone) {
    draft.rests_on_registry();
  } else if (!deciding.within_rate("ContinueAsNewWorkflowExecution")) {
    return journal::CONTINUE_AS_NEW_WORKFLOW_EXECUTION_FAILED_CAUSE_CONTINUE_AS_NEW_WORKFLOW_EXECUTION_RATE_EXCEEDED;
  }
  return cause_of(missing);
}

}  // namespace

absl::Status check(const std::string& field, const Attributes& decision, const Limits& limits) {
  if (decision.has_workflow_type_version()) {
    if (absl::Status s = check_version(field + ".workflow_type_version", decision.workflow_type_version()); !s.ok()) return s;
  }
  return check_settings(field + ".", decision, limits);
}

void apply_decision(Deciding& deciding, const Attributes& decision) {
  const journal::WorkflowExecutionStartedAttributes& closing = deciding.draft.state().started();
  journal::TypeRef type = closing.workflow_type();
  if (decision.has_workflow_type_version()) type.set_version(decision.workflow_type_version());
  RunSettings settings;
  const Cause cause = find_cause(deciding, decision, type, settings);
  if (cause != journal::CONTINUE_AS_NEW_WORKFLOW_EXECUTION_FAILED_CAUSE_UNSPECIFIED) {
    deciding.draft.event([&](journal::Event& event) {
      auto& failed = *event.mutable_continue_as_new_workflow_execution_failed();
      failed.set_cause(cause);
      failed.set_decision_task_completed_event_id(deciding.completed_event_id);
    });
    return deciding.draft.need_decision();
  }
  // Nothing is carried over but whose run it is and who its parent is.
  journal::WorkflowExecutionStartedAttributes& started = deciding.successor.emplace();
  fill(decision, settings, started);
  *started.mutable_workflow_type() = type;
  started.set_continued_execution_run_id(closing.execution().run_id());
  if (closing.has_parent_workflow_execution()) {
    *started.mutable_parent_workflow_execution() = closing.parent_workflow_execution();
    started.set_parent_initiated_event_id(closing.parent_initiated_event_id());
  }
  started.set_history_limit_warning(closing.history_limit_warning());
  if (const auto& attributes = deciding.draft.state().search_attributes) {
    started.mutable_search_attributes()->insert(attributes->begin(), attributes->end());
  }
  started.set_domain(closing.domain());
  *started.mutable_execution() = execution_ref(closing.execution().workflow_id(), deciding.fresh_run_id);
  deciding.draft.event([&](journal::Event& event) {
    auto& continued = *event.mutable_workflow_execution_continued_as_new();
    fill(decision, settings, continued);
    *continued.mutable_workflow_type() = std::move(type);
    continued.set_new_execution_run_id(started.execution().run_id());
    continued.set_decision_task_completed_event_id(deciding.completed_event_id);
  });
}

}  // namespace baton::core
