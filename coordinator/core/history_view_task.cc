#include "coordinator/core/history_view_attributes.h"
#include "coordinator/core/journal_values.h"

namespace baton::core::history_view {

void show(const journal::DecisionTaskScheduledAttributes& kept,
          v1::DecisionTaskScheduledAttributes* shown) {
  if (!kept.task_list().empty()) shown->mutable_task_list()->set_name(kept.task_list());
  shown->set_task_priority(kept.task_priority());
  if (kept.has_start_to_close_timeout_ms()) {
    set_timeout(kept.start_to_close_timeout_ms(), shown->mutable_start_to_close_timeout());
  }
  if (kept.has_schedule_to_start_timeout_ms()) {
    set_timeout(kept.schedule_to_start_timeout_ms(), shown->mutable_schedule_to_start_timeout());
  }
}

void show(const journal::DecisionTaskStartedAttributes& kept,
          v1::DecisionTaskStartedAttributes* shown) {
  shown->set_identity(kept.identity());
  shown->set_scheduled_event_id(kept.scheduled_event_id());
}

void show(const journal::DecisionTaskCompletedAttributes& kept,
          v1::DecisionTaskCompletedAttributes* shown) {
  if (kept.has_execution_context()) shown->set_execution_context(kept.execution_context());
  shown->set_scheduled_event_id(kept.scheduled_event_id());
  shown->set_started_event_id(kept.started_event_id());
  if (!kept.task_list().empty()) shown->mutable_task_list()->set_name(kept.task_list());
  if (kept.has_task_list_schedule_to_start_timeout_ms()) {
    set_timeout(kept.task_list_schedule_to_start_timeout_ms(),
                shown->mutable_task_list_schedule_to_start_timeout());
  }
}

void show(const journal::DecisionTaskTimedOutAttributes& kept,
          v1::DecisionTaskTimedOutAttributes* shown) {
  shown->set_timeout_type(static_cast<v1::DecisionTaskTimeoutType>(kept.timeout_type()));
  shown->set_scheduled_event_id(kept.scheduled_event_id());
  shown->set_started_event_id(kept.started_event_id());
}

void show(const journal::ActivityTaskScheduledAttributes& kept,
          v1::ActivityTaskScheduledAttributes* shown) {
  shown->set_activity_id(kept.activity_id());
  if (kept.has_activity_type()) to_api(kept.activity_type(), shown->mutable_activity_type());
  if (!kept.task_list().empty()) shown->mutable_task_list()->set_name(kept.task_list());
  if (kept.has_input()) to_api(kept.input(), shown->mutable_input());
  shown->set_decision_task_completed_event_id(kept.decision_task_completed_event_id());
  if (kept.has_schedule_to_start_timeout_ms()) {
    set_timeout(kept.schedule_to_start_timeout_ms(), shown->mutable_schedule_to_start_timeout());
  }
  if (kept.has_schedule_to_close_timeout_ms()) {
    set_timeout(kept.schedule_to_close_timeout_ms(), shown->mutable_schedule_to_close_timeout());
  }
  if (kept.has_start_to_close_timeout_ms()) {
    set_timeout(kept.start_to_close_timeout_ms(), shown->mutable_start_to_close_timeout());
  }
  if (kept.has_heartbeat_timeout_ms()) {
    set_timeout(kept.heartbeat_timeout_ms(), shown->mutable_heartbeat_timeout());
  }
  shown->set_task_priority(kept.task_priority());
  if (kept.has_control()) shown->set_control(kept.control());
  to_api(kept.headers(), shown->mutable_headers());
  if (kept.has_retry_policy()) to_api(kept.retry_policy(), shown->mutable_retry_policy());
}

void show(const journal::ScheduleActivityTaskFailedAttributes& kept,
          v1::ScheduleActivityTaskFailedAttributes* shown) {
  shown->set_activity_id(kept.activity_id());
  if (kept.has_activity_type()) to_api(kept.activity_type(), shown->mutable_activity_type());
  shown->set_cause(static_cast<v1::ScheduleActivityTaskFailedCause>(kept.cause()));
  shown->set_decision_task_completed_event_id(kept.decision_task_completed_event_id());
}

void show(const journal::ActivityTaskStartedAttributes& kept,
          v1::ActivityTaskStartedAttributes* shown) {
  shown->set_identity(kept.identity());
  shown->set_scheduled_event_id(kept.scheduled_event_id());
}

void show(const journal::ActivityTaskCompletedAttributes& kept,
          v1::ActivityTaskCompletedAttributes* shown) {
  if (kept.has_result()) to_api(kept.result(), shown->mutable_result());
  shown->set_scheduled_event_id(kept.scheduled_event_id());
  shown->set_started_event_id(kept.started_event_id());
}

void show(const journal::ActivityTaskFailedAttributes& kept,
          v1::ActivityTaskFailedAttributes* shown) {
  if (kept.has_reason()) shown->set_reason(kept.reason());
  if (kept.has_details()) to_api(kept.details(), shown->mutable_details());
  shown->set_scheduled_event_id(kept.scheduled_event_id());
  shown->set_started_event_id(kept.started_event_id());
}

void show(const journal::ActivityTaskTimedOutAttributes& kept,
          v1::ActivityTaskTimedOutAttributes* shown) {
  shown->set_timeout_type(static_cast<v1::ActivityTaskTimeoutType>(kept.timeout_type()));
  shown->set_scheduled_event_id(kept.scheduled_event_id());
  shown->set_started_event_id(kept.started_event_id());
  if (kept.has_details()) to_api(kept.details(), shown->mutable_details());
}

void show(const journal::ActivityTaskCanceledAttributes& kept,
          v1::ActivityTaskCanceledAttributes* shown) {
  if (kept.has_details()) to_api(kept.details(), shown->mutable_details());
  shown->set_scheduled_event_id(kept.scheduled_event_id());
  shown->set_started_event_id(kept.started_event_id());
  shown->set_latest_cancel_requested_event_id(kept.latest_cancel_requested_event_id());
}

void show(const journal::ActivityTaskCancelRequestedAttributes& kept,
          v1::ActivityTaskCancelRequestedAttributes* shown) {
  shown->set_activity_id(kept.activity_id());
  shown->set_decision_task_completed_event_id(kept.decision_task_completed_event_id());
}

void show(const journal::RequestCancelActivityTaskFailedAttributes& kept,
          v1::RequestCancelActivityTaskFailedAttributes* shown) {
  shown->set_activity_id(kept.activity_id());
  shown->set_cause(static_cast<v1::RequestCancelActivityTaskFailedCause>(kept.cause()));
  shown->set_decision_task_completed_event_id(kept.decision_task_completed_event_id());
}

}  // namespace baton::core::history_view
