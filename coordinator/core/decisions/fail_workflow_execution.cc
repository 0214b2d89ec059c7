// FailWorkflowExecution: closes the run as failed (facts.md §5, §6).
#include "coordinator/core/decisions/decisions.h"
#include "coordinator/core/journal_values.h"
#include "coordinator/core/names.h"

namespace baton::core {
namespace {
using Attributes = baton::v1::FailWorkflowExecutionAttributes;
}

absl::Status check(const std::string& field, const Attributes& decision, const Limits& limits) {
  if (absl::Status s = check_text(field + ".reason", decision.reason(), kMaxReasonChars); !s.ok()) return s;
  return check_payload(field + ".details", decision.details(), limits.payload_bytes);
}

void apply_decision(Deciding& deciding, const Attributes& decision) {
  const bool allowed = deciding.allows("FailWorkflowExecution");
  if (!allowed || deciding.unhandled) {
    deciding.draft.event([&](journal::Event& event) {
      auto& failed = *event.mutable_fail_workflow_execution_failed();
      failed.set_cause(allowed ? journal::FAIL_WORKFLOW_EXECUTION_FAILED_CAUSE_UNHANDLED_DECISION
                               : journal::FAIL_WORKFLOW_EXECUTION_FAILED_CAUSE_OPERATION_NOT_PERMITTED);
      failed.set_decision_task_completed_event_id(deciding.completed_event_id);
    });
    return deciding.draft.need_decision();
  }
  deciding.draft.event([&](journal::Event& event) {
    auto& closed = *event.mutable_workflow_execution_failed();
    if (decision.has_reason()) closed.set_reason(decision.reason());
    if (decision.has_details()) *closed.mutable_details() = to_journal(decision.details());
    closed.set_decision_task_completed_event_id(deciding.completed_event_id);
  });
}

}  // namespace baton::core
