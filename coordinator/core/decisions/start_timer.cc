// StartTimer (facts.md §7).
#include "coordinator/core/decisions/decisions.h"
#include "coordinator/core/fault.h"
#include "coordinator/core/journal_values.h"
#include "coordinator/core/names.h"

namespace baton::core {
namespace {

using Attributes = baton::v1::StartTimerAttributes;
using Cause = journal::StartTimerFailedCause;

Cause find_cause(const Deciding& deciding, const Attributes& decision) {
  const ExecutionState& state = deciding.draft.state();
  if (!deciding.allows("StartTimer")) return journal::START_TIMER_FAILED_CAUSE_OPERATION_NOT_PERMITTED;
  if (state.timers.contains(decision.timer_id())) return journal::START_TIMER_FAILED_CAUSE_TIMER_ID_ALREADY_IN_USE;
  if (state.timers.size() >= static_cast<size_t>(deciding.draft.context().limits.open_timers)) {
    deciding.draft.rests_on_registry();
    return journal::START_TIMER_FAILED_CAUSE_OPEN_TIMERS_LIMIT_EXCEEDED;
  }
  if (!deciding.within_rate("StartTimer")) return journal::START_TIMER_FAILED_CAUSE_TIMER_CREATION_RATE_EXCEEDED;
  return journal::START_TIMER_FAILED_CAUSE_UNSPECIFIED;
}

}  // namespace

absl::Status check(const std::string& field, const Attributes& decision, const Limits&) {
  if (absl::Status s = check_name(field + ".timer_id", decision.timer_id()); !s.ok()) return s;
  if (!decision.has_start_to_fire_timeout()) {
    return invalid_field(field + ".start_to_fire_timeout", "is missing: say how long the timer runs (0 fires at once)");
  }
  baton::v1::Timeout timeout;
  *timeout.mutable_after() = decision.start_to_fire_timeout();
  if (absl::Status s = check_timeout(field + ".start_to_fire_timeout", true, timeout, false); !s.ok()) return s;
  return check_text(field + ".control", decision.control(), kMaxControlChars);
}

void apply_decision(Deciding& deciding, const Attributes& decision) {
  const Cause cause = find_cause(deciding, decision);
  if (cause != journal::START_TIMER_FAILED_CAUSE_UNSPECIFIED) {
    deciding.draft.event([&](journal::Event& event) {
      auto& failed = *event.mutable_start_timer_failed();
      failed.set_timer_id(decision.timer_id());
      failed.set_cause(cause);
      failed.set_decision_task_completed_event_id(deciding.completed_event_id);
    });
    return deciding.draft.need_decision();
  }
  deciding.draft.event([&](journal::Event& event) {
    auto& started = *event.mutable_timer_started();
    started.set_timer_id(decision.timer_id());
    started.set_start_to_fire_timeout_ms(duration_ms(decision.start_to_fire_timeout()));
    started.set_decision_task_completed_event_id(deciding.completed_event_id);
    if (decision.has_control()) started.set_control(decision.control());
  });
}

}  // namespace baton::core
