// SignalExternalWorkflowExecution (facts.md §7, §9): initiated here, delivered by a message.
#include "coordinator/core/decisions/decisions.h"
#include "coordinator/core/journal_values.h"
#include "coordinator/core/names.h"

namespace baton::core {
namespace {

using Attributes = baton::v1::SignalExternalWorkflowExecutionAttributes;
using Cause = journal::SignalExternalWorkflowExecutionFailedCause;

// UNSPECIFIED: only its target can tell.
Cause find_cause(const Deciding& deciding, const Attributes& decision) {
  if (!deciding.allows("SignalExternalWorkflowExecution")) {
    return journal::SIGNAL_EXTERNAL_WORKFLOW_EXECUTION_FAILED_CAUSE_OPERATION_NOT_PERMITTED;
  }
  if (!decision.run_id().empty() && !RunId::from_text(decision.run_id())) {
    return journal::SIGNAL_EXTERNAL_WORKFLOW_EXECUTION_FAILED_CAUSE_UNKNOWN_EXTERNAL_WORKFLOW_EXECUTION;
  }
  if (!deciding.within_rate("SignalExternalWorkflowExecution")) {
    return journal::SIGNAL_EXTERNAL_WORKFLOW_EXECUTION_FAILED_CAUSE_SIGNAL_EXTERNAL_WORKFLOW_EXECUTION_RATE_EXCEEDED;
  }
  return journal::SIGNAL_EXTERNAL_WORKFLOW_EXECUTION_FAILED_CAUSE_UNSPECIFIED;
}

}  // namespace

absl::Status check(const std::string& field, const Attributes& decision, const Limits& limits) {
  if (absl::Status s = check_workflow_id(field + ".workflow_id", decision.workflow_id()); !s.ok()) return s;
  if (absl::Status s = check_text(field + ".run_id", decision.run_id(), kMaxRunIdChars); !s.ok()) return s;
  if (absl::Status s = check_name(field + ".signal_name", decision.signal_name()); !s.ok()) return s;
  if (absl::Status s = check_payload(field + ".input", decision.input(), limits.payload_bytes); !s.ok()) return s;
  if (absl::Status s = check_headers(field + ".headers", decision.headers(), limits.headers_bytes); !s.ok()) return s;
  return check_text(field + ".control", decision.control(), kMaxControlChars);
}

// Initiated always comes first (facts.md §7).
void apply_decision(Deciding& deciding, const Attributes& decision) {
  const Cause cause = find_cause(deciding, decision);
  const int64_t initiated_event_id = deciding.draft.event([&](journal::Event& event) {
    auto& initiated = *event.mutable_signal_external_workflow_execution_initiated();
    initiated.set_workflow_id(decision.workflow_id());
    if (decision.has_run_id()) initiated.set_run_id(decision.run_id());
    initiated.set_signal_name(decision.signal_name());
    if (decision.has_input()) *initiated.mutable_input() = to_journal(decision.input());
    initiated.set_decision_task_completed_event_id(deciding.completed_event_id);
    if (decision.has_control()) initiated.set_control(decision.control());
    to_journal(decision.headers(), initiated.mutable_headers());
  });
  if (cause == journal::SIGNAL_EXTERNAL_WORKFLOW_EXECUTION_FAILED_CAUSE_UNSPECIFIED) return;
  fail_external_request(deciding.draft, initiated_event_id, cause);
  deciding.draft.need_decision();
}

}  // namespace baton::core
