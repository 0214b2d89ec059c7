// CompleteWorkflowExecution: closes the run as completed (facts.md §5, §6).
#include "coordinator/core/decisions/decisions.h"
#include "coordinator/core/journal_values.h"
#include "coordinator/core/names.h"

namespace baton::core {
namespace {
using Attributes = baton::v1::CompleteWorkflowExecutionAttributes;
}

absl::Status check(const std::string& field, const Attributes& decision, const Limits& limits) {
  return check_payload(field + ".result", decision.result(), limits.payload_bytes);
}

void apply_decision(Deciding& deciding, const Attributes& decision) {
  const bool allowed = deciding.allows("CompleteWorkflowExecution");
  if (!allowed || deciding.unhandled) {
    deciding.draft.event([&](journal::Event& event) {
      auto& failed = *event.mutable_complete_workflow_execution_failed();
      failed.set_cause(allowed ? journal::COMPLETE_WORKFLOW_EXECUTION_FAILED_CAUSE_UNHANDLED_DECISION
                               : journal::COMPLETE_WORKFLOW_EXECUTION_FAILED_CAUSE_OPERATION_NOT_PERMITTED);
      failed.set_decision_task_completed_event_id(deciding.completed_event_id);
    });
    return deciding.draft.need_decision();
  }
  deciding.draft.event([&](journal::Event& event) {
    auto& closed = *event.mutable_workflow_execution_completed();
    if (decision.has_result()) *closed.mutable_result() = to_journal(decision.result());
    closed.set_decision_task_completed_event_id(deciding.completed_event_id);
  });
}

}  // namespace baton::core
