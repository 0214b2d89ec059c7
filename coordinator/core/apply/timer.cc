// Timers.
#include "coordinator/core/apply/fold.h"

namespace baton::core::fold {

absl::Status timer_started(ExecutionState& state, const journal::TimerStartedAttributes& event, Place place) {
  if (state.timers.contains(event.timer_id())) return misfit(state, "TimerStarted with the id of an open timer");
  state.timers.put(event.timer_id(), Timer{place.id, place.time_ms + event.start_to_fire_timeout_ms()});
  return absl::OkStatus();
}

absl::Status timer_ended(ExecutionState& state, const std::string& timer_id, int64_t started_event_id) {
  const Timer* open = state.timers.get(timer_id);
  if (open == nullptr || open->started_event_id != started_event_id) return misfit(state, "the end of a timer that is not open");
  state.timers.erase(timer_id);
  return absl::OkStatus();
}

}  // namespace baton::core::fold
