#include "replay/replayer.h"

#include "wire.h"

namespace baton::detail {

using Event = v1::HistoryEvent;

namespace {

// No answer has these among the events of its decisions: all of them are there. (DecisionTaskScheduled
// is the last event of an answer that needs it.)
bool follows_decisions(const Event& event) {
  return event.has_decision_task_scheduled() || event.has_decision_task_started() ||
         event.has_workflow_execution_signaled() || event.has_activity_task_completed() ||
         event.has_activity_task_failed();
}

}  // namespace

void Replayer::add(const Events& events, std::shared_ptr<const void> owner) {
  if (events.empty()) return;
  if (owner != nullptr) owners_.push_back({events.rbegin()->event_id(), std::move(owner)});
  for (const Event& event : events) {
    if (event.event_id() != last_event_id_ + 1 && !gap_) {
      gap_ = DecisionFailure{"INCOMPLETE_HISTORY", "event " + std::to_string(event.event_id()) +
                                                       " follows event " +
                                                       std::to_string(last_event_id_)};
    }
    last_event_id_ = event.event_id();
    if (!run_.failure() && !gap_) take(event);
  }
  if (run_.failure() || gap_) {
    pending_.clear();
    owners_.clear();
  }
}

void Replayer::take(const Event& event) {
  if (completed_ && follows_decisions(event)) replay_completed();
  pending_.push_back(&event);
  if (event.has_workflow_execution_started()) {
    run_.set_headers(from_wire(event.workflow_execution_started().headers()));
  } else if (event.has_decision_task_started()) {
    open_started_ = event.event_id();
  } else if (event.has_decision_task_timed_out()) {
    open_started_ = 0;
  } else if (event.has_decision_task_completed()) {
    completed_ = {event.decision_task_completed().started_event_id(), event.event_id()};
    open_started_ = 0;
    if (completed_->started_event_id == decided_) replay_completed();
  }
  if (!run_.failure()) apply_up_to(may_be_applied());
}

// Everything, but what came after the start of a decision that is not replayed and may have been
// made.
int64_t Replayer::may_be_applied() const {
  if (asked_ != 0 && decided_ == asked_) return applied_;
  if (completed_) return completed_->started_event_id;
  return open_started_ > decided_ ? open_started_ : last_event_id_;
}

void Replayer::apply_up_to(int64_t event_id) {
  for (; next_ < pending_.size() && pending_[next_]->event_id() <= event_id; ++next_) {
    const Event& event = *pending_[next_];
    if (event.has_decision_task_started()) started_time_ = from_wire(event.event_time());
    run_.apply(event);
    if (run_.failure()) return;
    applied_ = event.event_id();
  }
  if (next_ == pending_.size()) {
    pending_.clear();
    next_ = 0;
  }
  while (!owners_.empty() && owners_.front().last_event_id <= applied_) owners_.pop_front();
}

// The markers among the events of the decisions that followed this completion.
void Replayer::add_recorded_markers(int64_t completed_event_id) {
  for (size_t i = next_; i < pending_.size(); ++i) {
    const Event& event = *pending_[i];
    if (event.event_id() <= completed_event_id) continue;
    if (event.has_marker_recorded() || event.has_record_marker_failed()) {
      run_.add_recorded_marker(event);
    }
  }
}

// Runs the code for the decision that completed_ names, unless it is the one made here last.
void Replayer::replay_completed() {
  const Completion completed = *std::exchange(completed_, std::nullopt);
  if (run_.failure() || gap_) return;
  if (completed.started_event_id == decided_) {
    last_completed_ = completed.completed_event_id;
    return;
  }
  apply_up_to(completed.started_event_id);
  if (run_.failure()) return;
  run_.expect_all_matched(last_completed_);
  if (run_.failure()) return;
  run_.forget_recorded_markers();
  add_recorded_markers(completed.completed_event_id);
  replayed_.Clear();
  run_.execute(/*replaying=*/true, started_time_, &replayed_);
  decided_ = completed.started_event_id;
  last_completed_ = completed.completed_event_id;
}

std::optional<DecisionFailure> Replayer::decide(int64_t started_event_id,
                                                v1::RespondDecisionTaskCompletedRequest* answer) {
  if (completed_) replay_completed();
  if (gap_) return gap_;
  if (last_event_id_ != started_event_id && !run_.failure()) {
    return DecisionFailure{"INCOMPLETE_HISTORY", "the history shown ends with event " +
                                                     std::to_string(last_event_id_) +
                                                     " instead of DecisionTaskStarted, event " +
                                                     std::to_string(started_event_id)};
  }
  if (!run_.failure()) apply_up_to(started_event_id);
  if (!run_.failure()) run_.expect_all_matched(last_completed_);
  if (run_.failure()) return run_.failure();
  run_.forget_recorded_markers();
  run_.execute(/*replaying=*/false, started_time_, answer->mutable_decisions());
  if (run_.failure()) return run_.failure();
  decided_ = started_event_id;
  answer->set_all_or_nothing_close(true);
  if (auto context = run_.take_execution_context()) {
    answer->set_execution_context(*std::move(context));
  }
  return std::nullopt;
}

std::optional<DecisionFailure> Replayer::catch_up() {
  const int64_t started_event_id = asked_;
  if (completed_) replay_completed();
  if (gap_) return gap_;
  if (!run_.failure() && decided_ != started_event_id) {
    return DecisionFailure{"INCOMPLETE_HISTORY",
                           "the history shown has no DecisionTaskCompleted of DecisionTaskStarted, "
                           "event " +
                               std::to_string(started_event_id) + ", as its last one"};
  }
  return run_.failure();
}

std::optional<DecisionFailure> Replayer::check() {
  asked_ = 0;
  if (completed_) replay_completed();
  if (gap_) return gap_;
  if (!run_.failure()) apply_up_to(last_event_id_);
  if (!run_.failure() && last_completed_ != 0) run_.expect_all_matched(last_completed_);
  return run_.failure();
}

}  // namespace baton::detail
