// CancelWorkflowExecution: closes the run as canceled; a cancel request need not have come before (facts.md §5, §6).
#include "coordinator/core/decisions/decisions.h"
#include "coordinator/core/journal_values.h"
#include "coordinator/core/names.h"

namespace baton::core {
namespace {
using Attributes = baton::v1::CancelWorkflowExecutionAttributes;
}

absl::Status check(const std::string& field, const Attributes& decision, const Limits& limits) {
  return check_payload(field + ".details", decision.details(), limits.payload_bytes);
}

void apply_decision(Deciding& deciding, const Attributes& decision) {
  const bool allowed = deciding.allows("CancelWorkflowExecution");
  if (!allowed || deciding.unhandled) {
    deciding.draft.event([&](journal::Event& event) {
      auto& failed = *event.mutable_cancel_workflow_execution_failed();
      failed.set_cause(allowed ? journal::CANCEL_WORKFLOW_EXECUTION_FAILED_CAUSE_UNHANDLED_DECISION
                               : journal::CANCEL_WORKFLOW_EXECUTION_FAILED_CAUSE_OPERATION_NOT_PERMITTED);
      failed.set_decision_task_completed_event_id(deciding.completed_event_id);
    });
    return deciding.draft.need_decision();
  }
  deciding.draft.event([&](journal::Event& event) {
    auto& closed = *event.mutable_workflow_execution_canceled();
    if (decision.has_details()) *closed.mutable_details() = to_journal(decision.details());
    closed.set_decision_task_completed_event_id(deciding.completed_event_id);
  });
}

}  // namespace baton::core
