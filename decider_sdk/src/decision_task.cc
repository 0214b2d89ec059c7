#include "baton/decision_task.h"

#include <algorithm>
#include <set>

namespace baton {
namespace {

std::vector<HistoryEvent> named(const History& history, EventType type, const char* field,
                                std::string_view name) {
  std::vector<HistoryEvent> found;
  std::copy_if(history.begin(), history.end(), std::back_inserter(found),
               [&](const HistoryEvent& event) {
                 return event.type() == type && event.text(field) == name;
               });
  return found;
}

}  // namespace

std::span<const HistoryEvent> DecisionTask::new_events() const {
  // Ids are 1, 2, 3, … without a gap.
  const auto seen = std::min<int64_t>(previous_started_event_id, std::ssize(history));
  return {history.begin() + seen, history.end()};
}

std::optional<Step> DecisionTask::activity(std::string_view activity_id) const {
  return Step::activity(history, activity_id);
}
std::optional<Step> DecisionTask::timer(std::string_view timer_id) const {
  return Step::timer(history, timer_id);
}
std::optional<Step> DecisionTask::child(std::string_view workflow_id) const {
  return Step::child(history, workflow_id);
}
std::optional<Step> DecisionTask::function(std::string_view id) const {
  return Step::function(history, id);
}

std::vector<HistoryEvent> DecisionTask::signals(std::string_view name) const {
  auto found = named(history, EventType::kWorkflowExecutionSignaled, "signal_name", name);
  std::erase_if(found, [](const HistoryEvent& event) { return !event.update_id().empty(); });
  return found;
}
std::vector<HistoryEvent> DecisionTask::open_updates(std::string_view name) const {
  auto found = named(history, EventType::kWorkflowExecutionSignaled, "signal_name", name);
  std::set<int64_t> answered;
  for (const HistoryEvent& event : history) {
    if (event.type() != EventType::kWorkflowExecutionUpdateAnswered) continue;
    answered.insert(event.number("signaled_event_id"));
  }
  std::erase_if(found, [&](const HistoryEvent& event) {
    return event.update_id().empty() || answered.contains(event.id());
  });
  return found;
}
std::vector<HistoryEvent> DecisionTask::markers(std::string_view name) const {
  return named(history, EventType::kMarkerRecorded, "marker_name", name);
}

}  // namespace baton
