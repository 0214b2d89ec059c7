#include <google/protobuf/util/json_util.h>

#include <fstream>
#include <iterator>
#include <nlohmann/json.hpp>

#include "baton/testing.h"
#include "replay/replayer.h"
#include "workflows.h"

namespace baton::testing {
namespace {

using Events = google::protobuf::RepeatedPtrField<v1::HistoryEvent>;

Events parse(std::string_view history_json) {
  const auto json = nlohmann::json::parse(history_json, nullptr, /*allow_exceptions=*/false);
  if (!json.is_array() || json.empty()) {
    throw std::runtime_error("this is no history: an array of events is needed, as `baton workflow history -o json` prints it");
  }
  Events events;
  for (const auto& item : json) {
    const auto parsed = google::protobuf::util::JsonStringToMessage(item.dump(), events.Add());
    if (parsed.ok()) continue;
    throw std::runtime_error("event " + std::to_string(events.size()) + " of the history cannot be read: " + std::string(parsed.message()));
  }
  if (!events.Get(0).has_workflow_execution_started()) throw std::runtime_error("the history does not begin with WorkflowExecutionStarted");
  return events;
}

}  // namespace

struct HistoryChecker::Known {
  std::map<TypeName, baton::detail::WorkflowFunction> functions;
};

HistoryChecker::HistoryChecker() : known_(std::make_unique<Known>()) {}
HistoryChecker::~HistoryChecker() = default;

void HistoryChecker::add(const TypeName& type, baton::detail::WorkflowFunction function) { known_->functions[type] = std::move(function); }

void HistoryChecker::check(std::string_view history_json, const Execution& execution) const {
  const Events events = parse(history_json);
  const auto& started = events.Get(0).workflow_execution_started();
  const TypeName type{started.workflow_type().name(), started.workflow_type().version()};
  const auto found = known_->functions.find(type);
  if (found == known_->functions.end()) throw std::runtime_error("nobody knows workflow type " + type.name + " " + type.version + ": give its code with on()");
  baton::detail::Replayer replayer(found->second, execution, type);
  replayer.add(events);
  if (const auto failure = replayer.check()) throw DecisionFailed(failure->reason, failure->message);
}

void HistoryChecker::check_file(const std::string& path, const Execution& execution) const {
  std::ifstream file(path, std::ios::binary);
  if (!file) throw std::runtime_error("cannot read " + path);
  check(std::string(std::istreambuf_iterator<char>(file), {}), execution);
}

}  // namespace baton::testing
