// Activities and calls of functions, from scheduled to closed.
#include <algorithm>
#include <memory>
#include <utility>

#include "coordinator/core/apply/fold.h"
#include "coordinator/core/limits.h"

namespace baton::core::fold {
namespace {

Answer answer_of(journal::ActivityAnswered::Outcome outcome) {
  switch (outcome) {
    case journal::ActivityAnswered::FAILED:
      return Answer::kFailed;
    case journal::ActivityAnswered::CANCELED:
      return Answer::kCanceled;
    default:
      return Answer::kCompleted;
  }
}

}  // namespace

absl::Status activity_scheduled(ExecutionState& state, const journal::Event& event, Place place) {
  const std::string& activity_id = event.activity_task_scheduled().activity_id();
  if (state.activity_ids.contains(activity_id)) return misfit(state, "ActivityTaskScheduled with the id of an open activity");
  ActivityTask task;
  task.scheduled_event_id = place.id;
  task.scheduled = std::make_shared<const journal::Event>(event);
  task.available_ms = place.time_ms;
  state.activities.put(place.id, std::move(task));
  state.activity_ids.put(activity_id, place.id);
  state.latest_activity_ms = place.time_ms;
  return absl::OkStatus();
}

absl::Status function_scheduled(ExecutionState& state, const journal::Event& event, Place place) {
  const std::string& id = event.lambda_function_scheduled().id();
  if (state.function_ids.contains(id)) return misfit(state, "LambdaFunctionScheduled with the id of an open function");
  ActivityTask task;
  task.scheduled_event_id = place.id;
  task.scheduled = std::make_shared<const journal::Event>(event);
  task.available_ms = place.time_ms;
  state.activities.put(place.id, std::move(task));
  state.function_ids.put(id, place.id);
  return absl::OkStatus();
}

absl::Status activity_started(ExecutionState& state, TaskKind kind, int64_t scheduled_event_id, Place place) {
  const ActivityTask* open = state.activities.get(scheduled_event_id);
  if (open == nullptr || open->kind() != kind || !open->acknowledged || open->started_event_id != 0) {
    return misfit(state, "the start of an activity or a function that is not acknowledged, or twice");
  }
  ActivityTask task = *open;
  task.started_event_id = place.id;
  state.activities.put(scheduled_event_id, std::move(task));
  if (kind == TaskKind::kActivity) state.latest_activity_ms = place.time_ms;
  return absl::OkStatus();
}

absl::Status activity_cancel_requested(ExecutionState& state, const journal::ActivityTaskCancelRequestedAttributes& event,
                                       Place place) {
  const int64_t* scheduled_event_id = state.activity_ids.get(event.activity_id());
  if (scheduled_event_id == nullptr) return misfit(state, "ActivityTaskCancelRequested of an activity that is not open");
  ActivityTask task = *state.activities.get(*scheduled_event_id);
  task.cancel_requested_event_id = place.id;
  state.activities.put(*scheduled_event_id, std::move(task));
  return absl::OkStatus();
}

absl::Status function_closed(ExecutionState& state, int64_t scheduled_event_id, int64_t started_event_id) {
  const ActivityTask* open = state.activities.get(scheduled_event_id);
  if (open == nullptr || !open->is_function() || open->started_event_id != started_event_id) {
    return misfit(state, "the end of a function that is not open, or started otherwise");
  }
  state.function_ids.erase(open->function().id());
  state.activities.erase(scheduled_event_id);
  return absl::OkStatus();
}

absl::Status activity_closed(ExecutionState& state, int64_t scheduled_event_id, int64_t started_event_id, Place place) {
  const ActivityTask* open = state.activities.get(scheduled_event_id);
  if (open == nullptr || open->is_function() || open->started_event_id != started_event_id) {
    return misfit(state, "the end of an activity that is not open, or started otherwise");
  }
  state.activity_ids.erase(open->attributes().activity_id());
  state.activities.erase(scheduled_event_id);
  state.latest_activity_ms = place.time_ms;
  return absl::OkStatus();
}

absl::Status activity_answered(ExecutionState& state, const journal::ActivityAnswered& record) {
  const ActivityTask* open = state.activities.get(record.scheduled_event_id());
  if (open == nullptr || !open->acknowledged || open->acknowledged->delivery != record.delivery()) {
    return misfit(state, "an answer to an activity by another delivery than the acknowledged one");
  }
  state.answered.push({.scheduled_event_id = record.scheduled_event_id(),
                       .attempt = open->attempt,
                       .delivery = record.delivery(),
                       .answer = answer_of(record.outcome())},
                      kRememberedAnswers);
  return absl::OkStatus();
}

absl::Status attempt_ended(ExecutionState& state, const journal::AttemptEnded& record) {
  const ActivityTask* open = state.activities.get(record.scheduled_event_id());
  if (open == nullptr || open->attempt != std::max(1, record.attempt()) || !open->acknowledged) {
    return misfit(state, "the end of an attempt that is not started");
  }
  auto failure = std::make_shared<AttemptFailure>();
  failure->timeout_type = record.timeout_type();
  failure->reason = record.failure_reason();
  if (record.has_failure_details()) failure->details = record.failure_details();
  // What is left is the activity itself, its first start and a request to cancel it.
  ActivityTask next;
  next.scheduled_event_id = open->scheduled_event_id;
  next.scheduled = open->scheduled;
  next.attempt = open->attempt + 1;
  next.started_event_id = open->started_event_id;
  next.cancel_requested_event_id = open->cancel_requested_event_id;
  next.available_ms = next.parked_until_ms = record.parked_until_ms();
  next.last_failure = std::move(failure);
  state.activities.put(record.scheduled_event_id(), std::move(next));
  return absl::OkStatus();
}

absl::Status heartbeat_recorded(ExecutionState& state, const journal::HeartbeatRecorded& record) {
  const ActivityTask* open = state.activities.get(record.scheduled_event_id());
  if (open == nullptr || !open->acknowledged) return misfit(state, "a heartbeat of an activity that is not started");
  ActivityTask task = *open;
  task.last_heartbeat_ms = std::max(task.last_heartbeat_ms, record.time_ms());
  if (record.has_details()) task.heartbeat_details = std::make_shared<const journal::Payload>(record.details());
  state.activities.put(record.scheduled_event_id(), std::move(task));
  return absl::OkStatus();
}

}  // namespace baton::core::fold
