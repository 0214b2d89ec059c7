#include "replay/activity_machine.h"

#include <algorithm>

#include "decisions.h"
#include "symbol.h"
#include "wire.h"

namespace baton::detail {

ActivityMachine* Activities::take_place() {
  if (free_.empty()) {
    machines_.push_back(std::make_unique<ActivityMachine>());
    return machines_.back().get();
  }
  ActivityMachine* const place = free_.back();
  free_.pop_back();
  return place;
}

ActivityMachine* Activities::schedule(std::string_view name, std::string_view version,
                                      std::optional<Payload> input, const ActivityOptions& options,
                                      const std::source_location& where) {
  ActivityMachine* const activity = take_place();
  const int64_t number = next_id_++;
  activity->id_ =
      options.activity_id.empty() ? std::to_string(number) : std::string(options.activity_id);
  activity->name_ = name;
  activity->version_ = version;
  activity->pins_ = 1;

  v1::Decision* const decision =
      log_.add({DecisionKind::kScheduleActivityTask, activity, activity->id_, where});
  auto* const attributes = decision->mutable_schedule_activity_task();
  attributes->set_activity_id(activity->id_);
  attributes->mutable_activity_type()->set_name(activity->name_);
  attributes->mutable_activity_type()->set_version(activity->version_);
  if (input) to_wire(*std::move(input), attributes->mutable_input());
  set_options(options, attributes);
  return activity;
}

void Activities::cancel(ActivityMachine* activity, const std::source_location& where) {
  if (activity->state_ == ActivityMachine::State::kEnded || activity->cancel_requested_) return;
  activity->cancel_requested_ = true;
  ++activity->pins_;
  log_.add({DecisionKind::kRequestCancelActivityTask, activity, activity->id_, where})
      ->mutable_request_cancel_activity_task()
      ->set_activity_id(activity->id_);
}

// The place is used again when nothing of the old life can refer to it any more.
void Activities::release(ActivityMachine* activity) {
  activity->released_ = true;
  ++activity->pins_;
  unpin(activity);
}

void Activities::unpin(ActivityMachine* activity) {
  if (--activity->pins_ > 0 || !activity->released_) return;
  activity->recycle();
  activity->state_ = ActivityMachine::State::kDecided;
  activity->cancel_requested_ = activity->released_ = false;
  activity->result_.reset();
  activity->failure_.reset();
  free_.push_back(activity);
}

// The activity of the decision that this event answers.
ActivityMachine* Activities::decided(const std::string& activity_id, const v1::ActivityType& type,
                                     std::string* why) {
  const Decided* const match = log_.match(DecisionKind::kScheduleActivityTask, activity_id);
  if (match == nullptr) return nullptr;
  auto* const activity = static_cast<ActivityMachine*>(match->machine);
  if (activity->name_ != type.name() || activity->version_ != type.version()) {
    *why = "the code scheduled " + activity->name_ + "/" + activity->version_ + " as activity " +
           activity->id_;
    return nullptr;
  }
  return activity;
}

bool Activities::scheduled(const v1::HistoryEvent& event, std::string* why) {
  const auto& attributes = event.activity_task_scheduled();
  ActivityMachine* const activity =
      decided(attributes.activity_id(), attributes.activity_type(), why);
  if (activity == nullptr) return false;
  activity->state_ = ActivityMachine::State::kScheduled;
  open_.emplace_back(event.event_id(), activity);
  ++open_count_;
  unpin(activity);
  return true;
}

bool Activities::schedule_failed(const v1::HistoryEvent& event, std::string* why) {
  const auto& attributes = event.schedule_activity_task_failed();
  ActivityMachine* const activity =
      decided(attributes.activity_id(), attributes.activity_type(), why);
  if (activity == nullptr) return false;
  fail(activity, ActivityFailure::kScheduleFailed, symbol(attributes.cause()));
  unpin(activity);
  return true;
}

bool Activities::cancel_requested(const std::string& activity_id) {
  const Decided* const match = log_.match(DecisionKind::kRequestCancelActivityTask, activity_id);
  if (match == nullptr) return false;
  unpin(static_cast<ActivityMachine*>(match->machine));
  return true;
}

// Takes the activity out of the open ones.
ActivityMachine* Activities::close(int64_t scheduled_event_id) {
  const auto place =
      std::lower_bound(open_.begin(), open_.end(), scheduled_event_id,
                       [](const auto& entry, int64_t id) { return entry.first < id; });
  if (place == open_.end() || place->first != scheduled_event_id) return nullptr;
  ActivityMachine* const activity = std::exchange(place->second, nullptr);
  if (activity == nullptr) return nullptr;
  if (--open_count_ == 0) {
    open_.clear();
  } else if (open_count_ < open_.size() / 2) {
    std::erase_if(open_, [](const auto& entry) { return entry.second == nullptr; });
  }
  return activity;
}

void Activities::end(ActivityMachine* activity) {
  activity->state_ = ActivityMachine::State::kEnded;
  activity->set_ready(true);
  activity->wake(scheduler_);
}

void Activities::fail(ActivityMachine* activity, ActivityFailure kind, std::string reason,
                      FailureFacts facts) {
  activity->failure_ = ActivityFailed::Facts{kind,
                                             {activity->name_, activity->version_},
                                             activity->id_,
                                             std::move(reason),
                                             std::move(facts.details),
                                             std::move(facts.type),
                                             std::move(facts.causes)};
  end(activity);
}

bool Activities::completed(const v1::HistoryEvent& event) {
  const auto& attributes = event.activity_task_completed();
  ActivityMachine* const activity = close(attributes.scheduled_event_id());
  if (activity == nullptr) return false;
  activity->result_ = payload_of(attributes.has_result(), attributes.result());
  end(activity);
  return true;
}

bool Activities::failed(const v1::HistoryEvent& event) {
  const auto& attributes = event.activity_task_failed();
  ActivityMachine* const activity = close(attributes.scheduled_event_id());
  if (activity == nullptr) return false;
  fail(activity, ActivityFailure::kFailed, attributes.reason(),
       from_details(payload_of(attributes.has_details(), attributes.details())));
  return true;
}

bool Activities::timed_out(const v1::HistoryEvent& event) {
  const auto& attributes = event.activity_task_timed_out();
  ActivityMachine* const activity = close(attributes.scheduled_event_id());
  if (activity == nullptr) return false;
  fail(activity, ActivityFailure::kTimedOut, symbol(attributes.timeout_type()),
       {.details = payload_of(attributes.has_details(), attributes.details())});
  return true;
}

bool Activities::canceled(const v1::HistoryEvent& event) {
  const auto& attributes = event.activity_task_canceled();
  ActivityMachine* const activity = close(attributes.scheduled_event_id());
  if (activity == nullptr) return false;
  fail(activity, ActivityFailure::kCanceled, "",
       {.details = payload_of(attributes.has_details(), attributes.details())});
  return true;
}

}  // namespace baton::detail
