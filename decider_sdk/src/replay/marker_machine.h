// Markers of a run: notes, and the recorded values of side effects.
#pragma once

#include <deque>
#include <optional>
#include <string>

#include "baton/payload.h"
#include "replay/decision_log.h"

namespace baton::detail {

// Owned by the run. While a decision is replayed, the markers it recorded are given before the code
// runs, in order; each marker that the code makes takes the next.
class Markers {
 public:
  explicit Markers(DecisionLog& log) : log_(log) {}

  // --- before the code runs ---
  void forget_recorded() { recorded_.clear(); }
  void add_recorded(const v1::HistoryEvent& event);

  // --- what the code does ---
  void record(std::string_view name, std::optional<Payload> details, bool replaying,
              const std::source_location& where);
  // Did the decision that is replayed record a marker of this name next?
  bool next_is(std::string_view name) const {
    return !recorded_.empty() && recorded_.front().name == name;
  }
  // The value that the next marker recorded. `error` says why there is none.
  std::optional<std::optional<Payload>> next_value(std::string_view name, std::string* error) const;

  // --- what the history says. False: it does not fit. ---
  bool recorded(const std::string& name) {
    return log_.match(DecisionKind::kRecordMarker, name) != nullptr;
  }

 private:
  struct Recorded {
    int64_t event_id;
    std::string name;
    bool refused;
    std::optional<Payload> details;
  };

  DecisionLog& log_;
  std::deque<Recorded> recorded_;
};

}  // namespace baton::detail
