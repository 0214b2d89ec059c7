// Children, and what was asked of other executions.
#include "coordinator/core/apply/fold.h"

namespace baton::core::fold {

absl::Status external_initiated(ExecutionState& state, const journal::Event& event, Place place) {
  state.external_requests.put(place.id, std::make_shared<const journal::Event>(event));
  return absl::OkStatus();
}

absl::Status external_answered(ExecutionState& state, int64_t initiated_event_id) {
  if (!state.external_requests.contains(initiated_event_id)) return misfit(state, "the answer to an external request that is not open");
  state.external_requests.erase(initiated_event_id);
  return absl::OkStatus();
}

absl::Status child_initiated(ExecutionState& state, const journal::Event& event, Place place) {
  const auto& attributes = event.start_child_workflow_execution_initiated();
  if (!RunId::from_bytes(attributes.child_run_id())) return misfit(state, "StartChildWorkflowExecutionInitiated without a run id");
  state.children.put(place.id, ChildExecution{std::make_shared<const journal::Event>(event), 0});
  return absl::OkStatus();
}

absl::Status child_start_failed(ExecutionState& state, int64_t initiated_event_id) {
  if (initiated_event_id == 0) return absl::OkStatus();  // the decision was refused
  const ChildExecution* child = state.children.get(initiated_event_id);
  if (child == nullptr || child->started_event_id != 0) return misfit(state, "the failed start of a child that was not initiated");
  state.children.erase(initiated_event_id);
  return absl::OkStatus();
}

absl::Status child_started(ExecutionState& state, int64_t initiated_event_id, Place place) {
  const ChildExecution* open = state.children.get(initiated_event_id);
  if (open == nullptr || open->started_event_id != 0) return misfit(state, "the start of a child that was not initiated");
  ChildExecution child = *open;
  child.started_event_id = place.id;
  state.children.put(initiated_event_id, std::move(child));
  return absl::OkStatus();
}

absl::Status child_ended(ExecutionState& state, int64_t initiated_event_id, int64_t started_event_id) {
  const ChildExecution* child = state.children.get(initiated_event_id);
  if (child == nullptr || child->started_event_id == 0 || child->started_event_id != started_event_id) {
    return misfit(state, "the end of a child that is not open");
  }
  state.children.erase(initiated_event_id);
  return absl::OkStatus();
}

}  // namespace baton::core::fold
