// AnswerUpdate (beyond SWF): WorkflowExecutionUpdateAnswered wakes nobody.
#include "coordinator/core/decisions/decisions.h"
#include "coordinator/core/fault.h"
#include "coordinator/core/journal_values.h"
#include "coordinator/core/names.h"

namespace baton::core {
namespace {

using Attributes = baton::v1::AnswerUpdateAttributes;
using Cause = journal::AnswerUpdateFailedCause;

Cause find_cause(const Deciding& deciding, const Attributes& decision) {
  if (!deciding.allows("AnswerUpdate")) return journal::ANSWER_UPDATE_FAILED_CAUSE_OPERATION_NOT_PERMITTED;
  if (!deciding.draft.state().updates.contains(decision.update_id())) return journal::ANSWER_UPDATE_FAILED_CAUSE_UPDATE_ID_UNKNOWN;
  return journal::ANSWER_UPDATE_FAILED_CAUSE_UNSPECIFIED;
}

}  // namespace

absl::Status check(const std::string& field, const Attributes& decision, const Limits& limits) {
  if (decision.update_id().empty()) return invalid_field(field + ".update_id", "is missing");
  if (absl::Status s = check_text(field + ".update_id", decision.update_id(), kMaxRequestIdChars); !s.ok()) return s;
  return check_reply(field + ".reply", decision.reply(), limits);
}

void apply_decision(Deciding& deciding, const Attributes& decision) {
  const Cause cause = find_cause(deciding, decision);
  if (cause != journal::ANSWER_UPDATE_FAILED_CAUSE_UNSPECIFIED) {
    deciding.draft.event([&](journal::Event& event) {
      auto& failed = *event.mutable_answer_update_failed();
      failed.set_update_id(decision.update_id());
      failed.set_cause(cause);
      failed.set_decision_task_completed_event_id(deciding.completed_event_id);
    });
    return deciding.draft.need_decision();
  }
  const int64_t signaled_event_id = deciding.draft.state().updates.get(decision.update_id())->signaled_event_id;
  deciding.draft.event([&](journal::Event& event) {
    auto& answered = *event.mutable_workflow_execution_update_answered();
    answered.set_update_id(decision.update_id());
    answered.set_signaled_event_id(signaled_event_id);
    *answered.mutable_reply() = to_journal(decision.reply());
    answered.set_decision_task_completed_event_id(deciding.completed_event_id);
  });
}

}  // namespace baton::core
