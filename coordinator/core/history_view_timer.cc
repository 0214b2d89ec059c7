#include "coordinator/core/history_view_attributes.h"
#include "coordinator/core/journal_values.h"

namespace baton::core::history_view {

void show(const journal::MarkerRecordedAttributes& kept, v1::MarkerRecordedAttributes* shown) {
  shown->set_marker_name(kept.marker_name());
  if (kept.has_details()) to_api(kept.details(), shown->mutable_details());
  shown->set_decision_task_completed_event_id(kept.decision_task_completed_event_id());
}

void show(const journal::RecordMarkerFailedAttributes& kept,
          v1::RecordMarkerFailedAttributes* shown) {
  shown->set_marker_name(kept.marker_name());
  shown->set_cause(static_cast<v1::RecordMarkerFailedCause>(kept.cause()));
  shown->set_decision_task_completed_event_id(kept.decision_task_completed_event_id());
}

void show(const journal::TimerStartedAttributes& kept, v1::TimerStartedAttributes* shown) {
  shown->set_timer_id(kept.timer_id());
  if (kept.has_start_to_fire_timeout_ms()) {
    set_duration(kept.start_to_fire_timeout_ms(), shown->mutable_start_to_fire_timeout());
  }
  shown->set_decision_task_completed_event_id(kept.decision_task_completed_event_id());
  if (kept.has_control()) shown->set_control(kept.control());
}

void show(const journal::StartTimerFailedAttributes& kept, v1::StartTimerFailedAttributes* shown) {
  shown->set_timer_id(kept.timer_id());
  shown->set_cause(static_cast<v1::StartTimerFailedCause>(kept.cause()));
  shown->set_decision_task_completed_event_id(kept.decision_task_completed_event_id());
}

void show(const journal::TimerFiredAttributes& kept, v1::TimerFiredAttributes* shown) {
  shown->set_timer_id(kept.timer_id());
  shown->set_started_event_id(kept.started_event_id());
}

void show(const journal::TimerCanceledAttributes& kept, v1::TimerCanceledAttributes* shown) {
  shown->set_timer_id(kept.timer_id());
  shown->set_started_event_id(kept.started_event_id());
  shown->set_decision_task_completed_event_id(kept.decision_task_completed_event_id());
}

void show(const journal::CancelTimerFailedAttributes& kept,
          v1::CancelTimerFailedAttributes* shown) {
  shown->set_timer_id(kept.timer_id());
  shown->set_cause(static_cast<v1::CancelTimerFailedCause>(kept.cause()));
  shown->set_decision_task_completed_event_id(kept.decision_task_completed_event_id());
}

}  // namespace baton::core::history_view
