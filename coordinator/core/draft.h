// A commit in the making: appends records to a copy of the state, so that each sees what the ones before it did, and derives from the
// difference what the engine must do. Used within one decide(); the base state outlives it. Not thread-safe.
#pragma once

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/statusor.h"
#include "coordinator/core/commit.h"
#include "coordinator/core/context.h"
#include "coordinator/core/state.h"

namespace baton::core {

class Draft {
 public:
  Draft(const ExecutionState& base, const Context& context);

  // With everything appended so far.
  const ExecutionState& state() const { return commit_.after; }
  const Context& context() const { return context_; }

  // Appends an event at max(previous event's time, `time_ms`); `fill(event)` sets its attributes. Returns its id.
  template <class Fill>
  int64_t event_at(int64_t time_ms, Fill fill) {
    journal::Record& record = new_record();
    journal::Event& event = *record.mutable_event();
    event.set_time_ms(std::max(state().last_event_ms, time_ms));
    fill(event);
    fold(record);
    return state().last_event_id;
  }
  // The same, now.
  template <class Fill>
  int64_t event(Fill fill) {
    return event_at(context_.now_ms, std::move(fill));
  }
  // Appends an internal record; `fill(record)` sets its kind.
  template <class Fill>
  void record(Fill fill) {
    journal::Record& record = new_record();
    fill(record);
    fold(record);
  }

  // Something happened that the decider must see: schedules a decision task if none is there that will show it (facts.md §6, rules 2 to
  // 4), at max(previous event's time, `time_ms`).
  void wake_decider(int64_t time_ms);
  void wake_decider() { wake_decider(context_.now_ms); }
  // Within an answer: the same, at its end (rule 5).
  void need_decision() { decision_needed_ = true; }
  bool decision_needed() const { return decision_needed_; }

  // The client with this delivery ended the task itself.
  void answered_by(int64_t scheduled_event_id, int32_t delivery) {
    answered_event_id_ = scheduled_event_id;
    answered_delivery_ = delivery;
  }
  // What was asked of other executions until now is answered, and was sent before.
  void forget_requests() {
    requests_.clear();
    commit_.answered_updates.clear();
  }
  void notify_of_cancel(CancelNotice notice) { commit_.cancel_notices.push_back(notice); }
  void rests_on_registry() { rests_on_registry_ = true; }
  // The row's deadline, up or down, and what everything now open waits for; without it the draft arms what comes new and earlier.
  void arm_deadline(int64_t deadline_ms);

  // Ends an execution whose history is full, derives the rest, and gives all of it away.
  absl::StatusOr<Commit> finish(Reply reply) &&;

 private:
  journal::Record& new_record() {
    return *commit_.records.emplace_back(google::protobuf::Arena::CreateMessage<journal::Record>(&context_.arena));
  }
  void fold(const journal::Record& record);
  void touch(const journal::Record& record);
  void touch_event(const journal::Event& event);
  void touch_task(int64_t scheduled_event_id);
  void end_full_history();
  bool warn_of_full_history();
  void note_limit_neared(bool last_decision);
  void arm_earlier_deadline();
  void derive_decision_change();
  void derive_activity_changes();
  void derive_activity_change(int64_t scheduled_event_id);
  void derive_visibility();
  // Refused by the answer that initiated it.
  void drop_request(int64_t initiated_event_id) {
    std::erase_if(requests_, [&](const auto& request) { return request.first == initiated_event_id; });
  }

  // draft_messages.cc
  void derive_messages();
  journal::Message& new_message(MessageKind kind, int64_t subject);
  void send_request(int64_t initiated_event_id, const journal::Event& initiated);
  void tell_parent(const journal::Event& closing);
  void apply_child_policy(journal::ChildPolicy policy);
  EndedTask ended(TaskKind kind, int64_t scheduled_event_id, int32_t attempt, int32_t held_delivery, bool was_waiting) const;
  EndedTask paused(TaskKind kind, int64_t scheduled_event_id) const;

  const ExecutionState& base_;
  const Context& context_;
  RunCommit commit_;  // `after` is the state in the making
  absl::Status failure_;
  bool rests_on_registry_ = false;
  bool decision_needed_ = false;
  bool deadline_armed_ = false;
  std::vector<int64_t> touched_;                // activities that records were about, each once
  int64_t earliest_new_timer_ms_ = INT64_MAX;
  std::vector<std::pair<int64_t, const journal::Event*>> requests_;  // initiated, and not refused at once: for other executions
  const journal::Event* closing_ = nullptr;                          // the event that closed the run
  bool pause_changed_ = false;
  SharedMap<int64_t, ChildExecution> children_at_close_;
  int64_t answered_event_id_ = 0;
  int32_t answered_delivery_ = 0;
};

}  // namespace baton::core
