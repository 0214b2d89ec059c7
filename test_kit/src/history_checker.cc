#include <map>

#include "baton/testing.h"
#include "coded_payloads.h"
#include "replay/replayer.h"
#include "saved_history.h"
#include "workflows.h"

namespace baton::testing {

struct HistoryChecker::Known {
  std::shared_ptr<const PayloadCodec> codec;
  std::map<TypeName, baton::detail::WorkflowFunction> functions;

  void check(SavedHistory history) const {
    const auto found = functions.find(history.type);
    if (found == functions.end()) {
      throw std::runtime_error("nobody knows workflow type " + history.type.name + " " + history.type.version + ": give its code with on()");
    }
    for (auto& event : history.events) decode_payloads(codec.get(), &event);
    baton::detail::Replayer replayer(found->second, history.execution, history.type);
    replayer.add(history.events);
    if (const auto failure = replayer.check()) throw DecisionFailed(failure->reason, failure->message);
  }
};

HistoryChecker::HistoryChecker(std::shared_ptr<const PayloadCodec> codec) : known_(std::make_unique<Known>()) { known_->codec = std::move(codec); }
HistoryChecker::~HistoryChecker() = default;

void HistoryChecker::add(const TypeName& type, baton::detail::WorkflowFunction function) { known_->functions[type] = std::move(function); }

void HistoryChecker::check(std::string_view history_json) const { known_->check(parse_saved_history(history_json)); }
void HistoryChecker::check_file(const std::string& path) const { known_->check(read_saved_history(path)); }

}  // namespace baton::testing
