// CancelTimer: TimerCanceled wakes nobody (facts.md §6, rule 6).
#include "coordinator/core/decisions/decisions.h"
#include "coordinator/core/names.h"

namespace baton::core {
namespace {
using Attributes = baton::v1::CancelTimerAttributes;
}

absl::Status check(const std::string& field, const Attributes& decision, const Limits&) {
  return check_name(field + ".timer_id", decision.timer_id());
}

void apply_decision(Deciding& deciding, const Attributes& decision) {
  const Timer* open = deciding.draft.state().timers.get(decision.timer_id());
  const bool allowed = deciding.allows("CancelTimer");
  if (!allowed || open == nullptr) {
    deciding.draft.event([&](journal::Event& event) {
      auto& failed = *event.mutable_cancel_timer_failed();
      failed.set_timer_id(decision.timer_id());
      failed.set_cause(allowed ? journal::CANCEL_TIMER_FAILED_CAUSE_TIMER_ID_UNKNOWN
                               : journal::CANCEL_TIMER_FAILED_CAUSE_OPERATION_NOT_PERMITTED);
      failed.set_decision_task_completed_event_id(deciding.completed_event_id);
    });
    return deciding.draft.need_decision();
  }
  const int64_t started_event_id = open->started_event_id;
  deciding.draft.event([&](journal::Event& event) {
    auto& canceled = *event.mutable_timer_canceled();
    canceled.set_timer_id(decision.timer_id());
    canceled.set_started_event_id(started_event_id);
    canceled.set_decision_task_completed_event_id(deciding.completed_event_id);
  });
}

}  // namespace baton::core
