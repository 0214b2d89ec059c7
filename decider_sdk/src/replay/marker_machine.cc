#include "replay/marker_machine.h"

#include "wire.h"

namespace baton::detail {

void Markers::add_recorded(const v1::HistoryEvent& event) {
  if (event.has_record_marker_failed()) {
    recorded_.push_back(
        {event.event_id(), event.record_marker_failed().marker_name(), true, std::nullopt});
    return;
  }
  const auto& attributes = event.marker_recorded();
  std::optional<Payload> details;
  if (attributes.has_details()) details = from_wire(attributes.details());
  recorded_.push_back({event.event_id(), attributes.marker_name(), false, std::move(details)});
}

void Markers::record(std::string_view name, std::optional<Payload> details, bool replaying,
                     const std::source_location& where) {
  if (replaying && !recorded_.empty()) recorded_.pop_front();
  auto* const attributes =
      log_.add({DecisionKind::kRecordMarker, nullptr, std::string(name), where})
          ->mutable_record_marker();
  attributes->set_marker_name(std::string(name));
  if (details) to_wire(*std::move(details), attributes->mutable_details());
}

std::optional<std::optional<Payload>> Markers::next_value(std::string_view name,
                                                          std::string* error) const {
  if (recorded_.empty()) {
    *error = "the history has no marker for it";
    return std::nullopt;
  }
  const Recorded& next = recorded_.front();
  const std::string event = "event " + std::to_string(next.event_id);
  if (next.name != name) {
    *error = event + ": the history says marker \"" + next.name + "\"";
    return std::nullopt;
  }
  if (next.refused) {
    *error = event +
             ": its value was not recorded, since the decider may not record markers "
             "(OPERATION_NOT_PERMITTED)";
    return std::nullopt;
  }
  return next.details;
}

}  // namespace baton::detail
