// The beginning and the end of a run.
#include <optional>
#include <utility>

#include "coordinator/core/apply/fold.h"

namespace baton::core::fold {

absl::Status started(ExecutionState& state, const journal::Event& event) {
  if (!event.has_workflow_execution_started()) {
    return misfit(state, "does not begin with WorkflowExecutionStarted");
  }
  const auto& attributes = event.workflow_execution_started();
  const std::optional<RunId> run_id = RunId::from_bytes(attributes.execution().run_id());
  if (!run_id || run_id->empty()) return misfit(state, "WorkflowExecutionStarted without a run id");
  auto identity = std::make_shared<ExecutionIdentity>();
  identity->domain = attributes.domain();
  identity->workflow_id = attributes.execution().workflow_id();
  identity->run_id = *run_id;
  identity->started = event;
  state.identity = std::move(identity);
  if (!attributes.search_attributes().empty()) {
    state.search_attributes =
        std::make_shared<const SearchAttributes>(attributes.search_attributes().begin(), attributes.search_attributes().end());
  }
  return absl::OkStatus();
}

absl::Status search_attributes_upserted(ExecutionState& state, const journal::SearchAttributesUpsertedAttributes& event) {
  SearchAttributes after;
  if (state.search_attributes != nullptr) after = *state.search_attributes;
  for (const std::string& name : event.removed()) after.erase(name);
  for (const auto& [name, attribute] : event.search_attributes()) after[name] = attribute;
  state.search_attributes = after.empty() ? nullptr : std::make_shared<const SearchAttributes>(std::move(after));
  return absl::OkStatus();
}

absl::Status signaled(ExecutionState& state, const journal::WorkflowExecutionSignaledAttributes& event, Place place) {
  if (event.update_id().empty()) return absl::OkStatus();
  if (state.updates.contains(event.update_id())) return misfit(state, "an update of an id that one has already");
  state.updates.put(event.update_id(), Update{place.id, place.time_ms, event.signal_name()});
  return absl::OkStatus();
}

absl::Status update_answered(ExecutionState& state, const journal::WorkflowExecutionUpdateAnsweredAttributes& event) {
  const Update* open = state.updates.get(event.update_id());
  if (open == nullptr || open->signaled_event_id != event.signaled_event_id()) return misfit(state, "an answer to no update");
  state.updates.erase(event.update_id());
  return absl::OkStatus();
}

absl::Status paused(ExecutionState& state, const journal::WorkflowExecutionPausedAttributes& event, Place place) {
  if (state.pause) return misfit(state, "WorkflowExecutionPaused of a run that is paused");
  state.pause = Pause{place.time_ms, event.reason()};
  return absl::OkStatus();
}

absl::Status resumed(ExecutionState& state) {
  if (!state.pause) return misfit(state, "WorkflowExecutionResumed of a run that is not paused");
  state.pause.reset();
  return absl::OkStatus();
}

absl::Status history_limit_neared(ExecutionState& state, const journal::WorkflowExecutionHistoryLimitNearedAttributes& event, Place place) {
  (event.last_decision() ? state.last_decision_event_id : state.history_warned_event_id) = place.id;
  return absl::OkStatus();
}

namespace {

// Nobody has it, and its clocks begin now.
ActivityTask anew(const ActivityTask& open, int64_t time_ms) {
  journal::Event scheduled = *open.scheduled;
  scheduled.set_time_ms(time_ms);
  ActivityTask task;
  task.scheduled_event_id = open.scheduled_event_id;
  task.scheduled = std::make_shared<const journal::Event>(std::move(scheduled));
  task.started_event_id = open.started_event_id;
  task.cancel_requested_event_id = open.cancel_requested_event_id;
  task.available_ms = time_ms;
  return task;
}

}  // namespace

absl::Status reset(ExecutionState& state, Place place) {
  if (!state.children.empty() || !state.external_requests.empty()) return misfit(state, "WorkflowExecutionReset with open requests to others");
  auto identity = std::make_shared<ExecutionIdentity>(*state.identity);
  identity->started.set_time_ms(place.time_ms);
  journal::WorkflowExecutionStartedAttributes& started = *identity->started.mutable_workflow_execution_started();
  started.clear_parent_workflow_execution();
  started.clear_parent_initiated_event_id();
  started.clear_start_delay_ms();
  state.identity = std::move(identity);
  // What the base's clients held and said, and who had stopped it.
  state.pause.reset();
  state.decision.reset();
  state.queued_decision.reset();
  state.decision_failure.reset();
  state.last_answer.reset();
  state.answered = {};
  SharedMap<int64_t, ActivityTask> activities;
  for (const auto& [id, task] : state.activities) activities.put(id, anew(task, place.time_ms));
  state.activities = std::move(activities);
  state.armed_deadline_ms = 0;
  return absl::OkStatus();
}

absl::Status closed(ExecutionState& state, journal::CloseStatus status, Place place) {
  state.close_status = status;
  state.close_ms = place.time_ms;
  // Dropped without events (facts.md §5). What was answered stays known: the same answer may come again.
  state.decision.reset();
  state.queued_decision.reset();
  state.activities.clear();
  state.activity_ids.clear();
  state.function_ids.clear();
  state.pause.reset();
  state.timers.clear();
  state.children.clear();
  state.external_requests.clear();
  state.updates.clear();
  state.armed_deadline_ms = 0;
  return absl::OkStatus();
}

}  // namespace baton::core::fold
