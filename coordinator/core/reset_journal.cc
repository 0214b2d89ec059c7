#include "coordinator/core/reset_journal.h"

#include "coordinator/core/fault.h"
#include "coordinator/core/limits.h"
#include "coordinator/core/names.h"

namespace baton::core {

absl::Status check_reset(const baton::v1::ResetWorkflowExecutionRequest& request) {
  if (request.decision_task_completed_event_id() < 1) {
    return invalid_field("decision_task_completed_event_id",
                         "is required: the event id of the DecisionTaskCompleted whose decision is to be made anew");
  }
  return check_text("reason", request.reason(), kMaxReasonChars);
}

bool ResetJournal::has_room(const google::protobuf::Message& taken_over) {
  bytes_ += taken_over.ByteSizeLong();
  too_large_ |= bytes_ > kMaxResetBytes;
  return !too_large_;
}

bool ResetJournal::add(const baton::journal::v1::Record& record) {
  if (record.has_event()) ++last_event_id_;
  if (last_event_id_ < point_) {
    if (has_room(record)) kept_.push_back(record);
    return !too_large_;
  }
  const baton::journal::v1::Event& event = record.event();
  if (record.has_event() && last_event_id_ == point_) ends_at_decision_ = event.has_decision_task_completed();
  const bool came = event.has_workflow_execution_signaled() || event.has_workflow_execution_cancel_requested();
  if (came && has_room(event)) came_since_.push_back(event);
  return !too_large_;
}

}  // namespace baton::core
