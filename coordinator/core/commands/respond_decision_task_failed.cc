// RespondDecisionTaskFailed: the decider cannot decide. The task ends with nothing decided and is parked, longer each time in a row.
#include <algorithm>

#include "coordinator/core/commands/commands.h"
#include "coordinator/core/commands/decision_delivery.h"
#include "coordinator/core/draft.h"
#include "coordinator/core/journal_values.h"
#include "coordinator/core/limits.h"
#include "coordinator/core/names.h"

namespace baton::core {
namespace {

int64_t back_off_ms(const ExecutionState& state) {
  const int32_t before = state.decision_failure == nullptr ? 0 : state.decision_failure->count;
  constexpr int32_t kMostDoublings = 30;  // far beyond the bound, far below an overflow
  return std::min(kMaxDecisionBackOffMs, kFirstDecisionBackOffMs << std::min(before, kMostDoublings));
}

void abandon(Draft& draft, const RespondDecisionTaskFailed& command) {
  const int64_t now_ms = draft.context().now_ms;
  const int64_t parked_until_ms = now_ms + back_off_ms(draft.state());
  draft.record([&](journal::Record& record) {
    auto& abandoned = *record.mutable_decision_abandoned();
    abandoned.set_started_event_id(command.task.started_event_id);
    abandoned.set_delivery(command.task.delivery);
    abandoned.set_reason(journal::DecisionAbandoned::DECIDER_FAILED);
    abandoned.set_failure_reason(command.request.reason());
    if (command.request.has_details()) *abandoned.mutable_failure_details() = to_journal(command.request.details());
    abandoned.set_time_ms(now_ms);
    abandoned.set_parked_until_ms(parked_until_ms);
  });
  draft.answered_by(command.task.scheduled_event_id, command.task.delivery);
}

}  // namespace

absl::StatusOr<Commit> respond_decision_task_failed(const ExecutionState& state, const Caller&, const RespondDecisionTaskFailed& command,
                                                    const Context& context) {
  if (absl::Status s = check_text("reason", command.request.reason(), kMaxReasonChars); !s.ok()) return s;
  if (absl::Status s = check_payload("details", command.request.details(), context.limits.payload_bytes); !s.ok()) return s;
  if (const AnsweredTask* answered = find_answer(state, command.task)) {
    if (answered->answer == Answer::kGivenUp) return Commit{{}, RepeatReply{}, false};
    return no_such_decision(command.task, "was answered with decisions before, and that stands");
  }
  if (absl::Status s = check_decision_delivery(state, command.task); !s.ok()) return s;
  Draft draft(state, context);
  const bool leaves_its_list = state.task_list_override_timeout_ms.has_value();
  abandon(draft, command);
  // As after a timeout: the list that an answer chose for a while is left, and a task that was scheduled there with it.
  const std::optional<DecisionTask>& next = draft.state().decision;
  if (leaves_its_list && next && next->given_up()) draft.wake_decider();
  return std::move(draft).finish(EmptyReply{});
}

}  // namespace baton::core
