#include "saved_history.h"

#include <google/protobuf/util/json_util.h>

#include <fstream>
#include <iterator>
#include <nlohmann/json.hpp>
#include <stdexcept>

#include "baton/history.h"
#include "wire.h"

namespace baton {
namespace {

template <class Message>
void parse(const nlohmann::json& json, const std::string& what, Message* out) {
  const auto parsed = google::protobuf::util::JsonStringToMessage(json.dump(), out);
  if (parsed.ok()) return;
  throw std::runtime_error(what + " cannot be read: " + std::string(parsed.message()));
}

void add_event(const nlohmann::json& json, SavedHistory* history) {
  const int64_t id = history->events.size() + 1;
  v1::HistoryEvent* const event = history->events.Add();
  parse(json, "event " + std::to_string(id), event);
  if (event->event_id() == id) return;
  throw std::runtime_error("event " + std::to_string(event->event_id()) + " stands where event " +
                           std::to_string(id) +
                           " belongs: the whole history is needed, the oldest event first");
}

}  // namespace

std::string to_json(const Execution& execution, const History& history) {
  nlohmann::json events = nlohmann::json::array();
  for (const HistoryEvent& event : history) {
    events.push_back(nlohmann::json::parse(event.to_json()));
  }
  const nlohmann::json json{
      {"execution", {{"workflow_id", execution.workflow_id}, {"run_id", execution.run_id}}},
      {"events", std::move(events)}};
  return json.dump();
}

SavedHistory parse_saved_history(std::string_view text) {
  const auto json = nlohmann::json::parse(text, nullptr, /*allow_exceptions=*/false);
  if (!json.is_object() || !json.contains("execution") || !json.contains("events") ||
      !json["events"].is_array() || json["events"].empty()) {
    throw std::runtime_error(
        "this is no history: a JSON object with \"execution\" and \"events\" is needed, as "
        "`baton workflow history ID -o json` prints it");
  }
  SavedHistory history;
  v1::WorkflowExecution execution;
  parse(json["execution"], "the history's \"execution\"", &execution);
  history.execution = from_wire(execution);
  for (const auto& event : json["events"]) add_event(event, &history);
  if (!history.events.Get(0).has_workflow_execution_started()) {
    throw std::runtime_error("the history does not begin with WorkflowExecutionStarted");
  }
  const auto& type = history.events.Get(0).workflow_execution_started().workflow_type();
  history.type = {type.name(), type.version()};
  return history;
}

SavedHistory read_saved_history(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  if (!file) throw std::runtime_error("cannot read " + path);
  return parse_saved_history(std::string(std::istreambuf_iterator<char>(file), {}));
}

}  // namespace baton
