// RequestCancelExternalWorkflowExecution (facts.md §7, §9): initiated here, delivered by a message.
#include "coordinator/core/decisions/decisions.h"
#include "coordinator/core/journal_values.h"
#include "coordinator/core/names.h"

namespace baton::core {
namespace {

using Attributes = baton::v1::RequestCancelExternalWorkflowExecutionAttributes;
using Cause = journal::RequestCancelExternalWorkflowExecutionFailedCause;

// UNSPECIFIED: only its target can tell.
Cause find_cause(const Deciding& deciding, const Attributes& decision) {
  if (!deciding.allows("RequestCancelExternalWorkflowExecution")) {
    return journal::REQUEST_CANCEL_EXTERNAL_WORKFLOW_EXECUTION_FAILED_CAUSE_OPERATION_NOT_PERMITTED;
  }
  if (!decision.run_id().empty() && !RunId::from_text(decision.run_id())) {
    return journal::REQUEST_CANCEL_EXTERNAL_WORKFLOW_EXECUTION_FAILED_CAUSE_UNKNOWN_EXTERNAL_WORKFLOW_EXECUTION;
  }
  if (!deciding.within_rate("RequestCancelExternalWorkflowExecution")) {
    return journal::REQUEST_CANCEL_EXTERNAL_WORKFLOW_EXECUTION_FAILED_CAUSE_REQUEST_CANCEL_EXTERNAL_WORKFLOW_EXECUTION_RATE_EXCEEDED;
  }
  return journal::REQUEST_CANCEL_EXTERNAL_WORKFLOW_EXECUTION_FAILED_CAUSE_UNSPECIFIED;
}

}  // namespace

absl::Status check(const std::string& field, const Attributes& decision, const Limits&) {
  if (absl::Status s = check_workflow_id(field + ".workflow_id", decision.workflow_id()); !s.ok()) return s;
  if (absl::Status s = check_text(field + ".run_id", decision.run_id(), kMaxRunIdChars); !s.ok()) return s;
  return check_text(field + ".control", decision.control(), kMaxControlChars);
}

// Initiated always comes first (facts.md §7).
void apply_decision(Deciding& deciding, const Attributes& decision) {
  const Cause cause = find_cause(deciding, decision);
  const int64_t initiated_event_id = deciding.draft.event([&](journal::Event& event) {
    auto& initiated = *event.mutable_request_cancel_external_workflow_execution_initiated();
    initiated.set_workflow_id(decision.workflow_id());
    if (decision.has_run_id()) initiated.set_run_id(decision.run_id());
    initiated.set_decision_task_completed_event_id(deciding.completed_event_id);
    if (decision.has_control()) initiated.set_control(decision.control());
  });
  if (cause == journal::REQUEST_CANCEL_EXTERNAL_WORKFLOW_EXECUTION_FAILED_CAUSE_UNSPECIFIED) return;
  fail_external_request(deciding.draft, initiated_event_id, cause);
  deciding.draft.need_decision();
}

}  // namespace baton::core
