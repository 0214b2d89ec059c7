// RecordMarker: a note in the history; MarkerRecorded wakes nobody.
#include "coordinator/core/decisions/decisions.h"
#include "coordinator/core/journal_values.h"
#include "coordinator/core/names.h"

namespace baton::core {
namespace {
using Attributes = baton::v1::RecordMarkerAttributes;
}

absl::Status check(const std::string& field, const Attributes& decision, const Limits& limits) {
  if (absl::Status s = check_name(field + ".marker_name", decision.marker_name()); !s.ok()) return s;
  return check_payload(field + ".details", decision.details(), limits.payload_bytes);
}

void apply_decision(Deciding& deciding, const Attributes& decision) {
  if (!deciding.allows("RecordMarker")) {
    deciding.draft.event([&](journal::Event& event) {
      auto& failed = *event.mutable_record_marker_failed();
      failed.set_marker_name(decision.marker_name());
      failed.set_cause(journal::RECORD_MARKER_FAILED_CAUSE_OPERATION_NOT_PERMITTED);
      failed.set_decision_task_completed_event_id(deciding.completed_event_id);
    });
    return deciding.draft.need_decision();
  }
  deciding.draft.event([&](journal::Event& event) {
    auto& recorded = *event.mutable_marker_recorded();
    recorded.set_marker_name(decision.marker_name());
    if (decision.has_details()) *recorded.mutable_details() = to_journal(decision.details());
    recorded.set_decision_task_completed_event_id(deciding.completed_event_id);
  });
}

}  // namespace baton::core
