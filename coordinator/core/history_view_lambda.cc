#include "coordinator/core/history_view_attributes.h"
#include "coordinator/core/journal_values.h"

namespace baton::core::history_view {

void show(const journal::LambdaFunctionScheduledAttributes& kept,
          v1::LambdaFunctionScheduledAttributes* shown) {
  shown->set_id(kept.id());
  shown->set_name(kept.name());
  if (kept.has_control()) shown->set_control(kept.control());
  if (kept.has_input()) to_api(kept.input(), shown->mutable_input());
  if (kept.has_start_to_close_timeout_ms()) {
    set_timeout(kept.start_to_close_timeout_ms(), shown->mutable_start_to_close_timeout());
  }
  shown->set_decision_task_completed_event_id(kept.decision_task_completed_event_id());
}

void show(const journal::LambdaFunctionStartedAttributes& kept,
          v1::LambdaFunctionStartedAttributes* shown) {
  shown->set_scheduled_event_id(kept.scheduled_event_id());
}

void show(const journal::LambdaFunctionCompletedAttributes& kept,
          v1::LambdaFunctionCompletedAttributes* shown) {
  shown->set_scheduled_event_id(kept.scheduled_event_id());
  shown->set_started_event_id(kept.started_event_id());
  if (kept.has_result()) to_api(kept.result(), shown->mutable_result());
}

void show(const journal::LambdaFunctionFailedAttributes& kept,
          v1::LambdaFunctionFailedAttributes* shown) {
  shown->set_scheduled_event_id(kept.scheduled_event_id());
  shown->set_started_event_id(kept.started_event_id());
  if (kept.has_reason()) shown->set_reason(kept.reason());
  if (kept.has_details()) to_api(kept.details(), shown->mutable_details());
}

void show(const journal::LambdaFunctionTimedOutAttributes& kept,
          v1::LambdaFunctionTimedOutAttributes* shown) {
  shown->set_scheduled_event_id(kept.scheduled_event_id());
  shown->set_started_event_id(kept.started_event_id());
  shown->set_timeout_type(static_cast<v1::LambdaFunctionTimeoutType>(kept.timeout_type()));
}

void show(const journal::ScheduleLambdaFunctionFailedAttributes& kept,
          v1::ScheduleLambdaFunctionFailedAttributes* shown) {
  shown->set_id(kept.id());
  shown->set_name(kept.name());
  shown->set_cause(static_cast<v1::ScheduleLambdaFunctionFailedCause>(kept.cause()));
  shown->set_decision_task_completed_event_id(kept.decision_task_completed_event_id());
}

void show(const journal::StartLambdaFunctionFailedAttributes& kept,
          v1::StartLambdaFunctionFailedAttributes* shown) {
  shown->set_scheduled_event_id(kept.scheduled_event_id());
  shown->set_cause(static_cast<v1::StartLambdaFunctionFailedCause>(kept.cause()));
  if (kept.has_message()) shown->set_message(kept.message());
}

}  // namespace baton::core::history_view
