#include "coordinator/core/commands/activity_retry.h"

#include <algorithm>
#include <cmath>
#include <optional>

#include "coordinator/core/journal_values.h"
#include "coordinator/core/limits.h"

namespace baton::core {
namespace {

// How long to wait after `attempt`, at least a millisecond. What comes out is recorded, so that no other machine need agree.
int64_t wait_ms(const journal::RetryPolicy& policy, int32_t attempt) {
  const double coefficient = policy.backoff_coefficient() == 0 ? kDefaultBackOffCoefficient : policy.backoff_coefficient();
  const int64_t most_ms = policy.has_maximum_interval_ms()
                              ? policy.maximum_interval_ms()
                              : std::min(kMaxTimeoutMs, kDefaultMaximumIntervals * policy.initial_interval_ms());
  const double wait_ms = static_cast<double>(policy.initial_interval_ms()) * std::pow(coefficient, attempt - 1);
  return wait_ms < static_cast<double>(most_ms) ? static_cast<int64_t>(wait_ms) : most_ms;
}

// When the attempt after the one that ended at `time_ms` is due; nothing: there is none.
std::optional<int64_t> next_attempt_ms(const ActivityTask& task, int64_t time_ms) {
  const journal::ActivityTaskScheduledAttributes& scheduled = task.attributes();
  if (!scheduled.has_retry_policy() || task.cancel_requested_event_id != 0) return std::nullopt;
  const int32_t most = scheduled.retry_policy().maximum_attempts();
  if (most != 0 && task.attempt >= most) return std::nullopt;
  const int64_t due_ms = time_ms + wait_ms(scheduled.retry_policy(), task.attempt);
  const int64_t close_ms = scheduled.schedule_to_close_timeout_ms();
  if (close_ms != kNoTimeoutMs && due_ms >= task.scheduled->time_ms() + close_ms) return std::nullopt;
  return due_ms;
}

template <class Fill>
bool end_attempt(Draft& draft, const ActivityTask& task, int64_t time_ms, Fill fill) {
  const std::optional<int64_t> due_ms = next_attempt_ms(task, time_ms);
  if (!due_ms) return false;
  const int64_t scheduled_event_id = task.scheduled_event_id;
  const int32_t attempt = task.attempt;
  draft.record([&](journal::Record& record) {
    auto& ended = *record.mutable_attempt_ended();
    ended.set_scheduled_event_id(scheduled_event_id);
    if (attempt != 1) ended.set_attempt(attempt);
    ended.set_time_ms(time_ms);
    ended.set_parked_until_ms(*due_ms);
    fill(ended);
  });
  return true;
}

}  // namespace

bool retry_after_failure(Draft& draft, const ActivityTask& task, const baton::v1::ActivityFailure& failure) {
  const auto& final_ones = task.attributes().retry_policy().non_retryable_reasons();
  if (std::find(final_ones.begin(), final_ones.end(), failure.reason()) != final_ones.end()) return false;
  return end_attempt(draft, task, draft.context().now_ms, [&](journal::AttemptEnded& ended) {
    ended.set_failure_reason(failure.reason());
    if (failure.has_details()) *ended.mutable_failure_details() = to_journal(failure.details());
  });
}

bool retry_after_timeout(Draft& draft, const ActivityTask& task, journal::ActivityTaskTimeoutType type, int64_t time_ms) {
  const bool of_the_attempt =
      type == journal::ACTIVITY_TASK_TIMEOUT_TYPE_START_TO_CLOSE || type == journal::ACTIVITY_TASK_TIMEOUT_TYPE_HEARTBEAT;
  if (!of_the_attempt) return false;
  return end_attempt(draft, task, time_ms, [&](journal::AttemptEnded& ended) { ended.set_timeout_type(type); });
}

}  // namespace baton::core
