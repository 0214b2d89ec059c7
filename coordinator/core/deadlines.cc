#include "coordinator/core/deadlines.h"

#include <optional>

#include "coordinator/core/decide.h"

namespace baton::core {

Deadline execution_deadline(const ExecutionState& state) {
  const auto& started = state.started();
  int64_t timeout_ms = kMaxTimeoutMs;
  if (started.has_execution_start_to_close_timeout_ms() && started.execution_start_to_close_timeout_ms() != kNoTimeoutMs) {
    timeout_ms = std::min(timeout_ms, started.execution_start_to_close_timeout_ms());
  }
  return {state.identity->started.time_ms() + started.start_delay_ms() + timeout_ms, DeadlineKind::kExecutionStartToClose, 0, nullptr, false};
}

std::optional<int64_t> earliest_deadline_ms(const ExecutionState& state) {
  if (!state.open()) return std::nullopt;
  int64_t earliest_ms = execution_deadline(state).time_ms;
  visit_deadlines(
      state, [](const ActivityTask& task) { return task.last_heartbeat_ms; },
      [&](const Deadline& deadline) { earliest_ms = std::min(earliest_ms, deadline.time_ms); });
  return earliest_ms;
}

}  // namespace baton::core
