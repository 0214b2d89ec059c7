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
  state.armed_deadline_ms = 0;
  return absl::OkStatus();
}

}  // namespace baton::core::fold
