// RequestCancelActivityTask: whoever has the task hears of it; when nobody has, it is canceled at once (facts.md §7).
#include "coordinator/core/decisions/decisions.h"
#include "coordinator/core/names.h"

namespace baton::core {
namespace {
using Attributes = baton::v1::RequestCancelActivityTaskAttributes;
}

absl::Status check(const std::string& field, const Attributes& decision, const Limits&) {
  return check_name(field + ".activity_id", decision.activity_id());
}

void apply_decision(Deciding& deciding, const Attributes& decision) {
  Draft& draft = deciding.draft;
  const int64_t* open = draft.state().activity_ids.get(decision.activity_id());
  const bool allowed = deciding.allows("RequestCancelActivityTask");
  if (!allowed || open == nullptr) {
    draft.event([&](journal::Event& event) {
      auto& failed = *event.mutable_request_cancel_activity_task_failed();
      failed.set_activity_id(decision.activity_id());
      failed.set_cause(allowed ? journal::REQUEST_CANCEL_ACTIVITY_TASK_FAILED_CAUSE_ACTIVITY_ID_UNKNOWN
                               : journal::REQUEST_CANCEL_ACTIVITY_TASK_FAILED_CAUSE_OPERATION_NOT_PERMITTED);
      failed.set_decision_task_completed_event_id(deciding.completed_event_id);
    });
    return draft.need_decision();
  }
  const int64_t scheduled_event_id = *open;
  const int64_t requested_event_id = draft.event([&](journal::Event& event) {
    auto& requested = *event.mutable_activity_task_cancel_requested();
    requested.set_activity_id(decision.activity_id());
    requested.set_decision_task_completed_event_id(deciding.completed_event_id);
  });
  const ActivityTask* task = draft.state().activities.get(scheduled_event_id);
  if (task == nullptr) return;  // the fold failed, and finish() says so
  if (task->held()) {
    return draft.notify_of_cancel(
        {scheduled_event_id, task->attempt, task->acknowledged ? task->acknowledged->delivery : task->offer->delivery});
  }
  // Between two attempts, too, although it was started once.
  const int64_t started_event_id = task->started_event_id;
  draft.event([&](journal::Event& event) {
    auto& canceled = *event.mutable_activity_task_canceled();
    canceled.set_scheduled_event_id(scheduled_event_id);
    canceled.set_started_event_id(started_event_id);
    canceled.set_latest_cancel_requested_event_id(requested_event_id);
  });
  draft.need_decision();
}

}  // namespace baton::core
