#include "coordinator/core/commands/decision_delivery.h"

#include "coordinator/core/fault.h"

namespace baton::core {

absl::Status no_such_decision(const TaskRef& task, std::string_view why) {
  return fault(baton::v1::UNKNOWN_RESOURCE, "task_token",
               "task_token: decision task " + std::to_string(task.scheduled_event_id) + " " + std::string(why) + "; drop it");
}

absl::Status superseded_decision(const TaskRef& task) {
  return fault(baton::v1::SUPERSEDED, "task_token",
               "task_token: another delivery of decision task " + std::to_string(task.scheduled_event_id) + " counts; drop this one");
}

const AnsweredTask* find_answer(const ExecutionState& state, const TaskRef& task) {
  return state.answered.find_newest([&](const AnsweredTask& a) {
    return a.scheduled_event_id == task.scheduled_event_id && a.attempt == task.attempt && a.delivery == task.delivery;
  });
}

absl::Status check_decision_delivery(const ExecutionState& state, const TaskRef& task) {
  if (!state.exists()) return no_such_decision(task, "belongs to a run that does not exist");
  const std::optional<DecisionTask>& open = state.decision;
  const bool is_open = state.open() && open && open->scheduled_event_id == task.scheduled_event_id && open->started_event_id != 0 &&
                       open->started_event_id == task.started_event_id;
  if (!is_open) {
    const bool by_another =
        state.answered.find_newest([&](const AnsweredTask& a) { return a.scheduled_event_id == task.scheduled_event_id; }) != nullptr;
    if (by_another) return superseded_decision(task);
    if (!state.open()) return no_such_decision(task, "ended with its execution");
    return no_such_decision(task, "is not open any more (answered, or timed out)");
  }
  if (task.delivery < 1 || task.delivery > open->deliveries) return no_such_decision(task, "was not handed out like this");
  const bool counts = task.delivery > open->given_up_delivery && (!open->acknowledged || open->acknowledged->delivery == task.delivery);
  return counts ? absl::OkStatus() : superseded_decision(task);
}

}  // namespace baton::core
