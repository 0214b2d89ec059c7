// Workflow code and a history make decisions: the one pure function under the decider SDK.
//
// A decision saw exactly the events recorded before its DecisionTaskStarted; starts that never
// completed decided nothing. So for each DecisionTaskCompleted in the history the code runs once,
// with the events up to the DecisionTaskStarted it names, and what it decides must be what the
// history has right after the completion. No sorting. What is held back is only what came while one
// decision was being made, until it is known whether it was made, and the events of its decisions:
// a long history goes through page by page.
#pragma once

#include <cstdint>
#include <deque>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "baton/v1/decider_service.pb.h"
#include "replay/run.h"

namespace baton::detail {

// One run, from its first event on. Used by one thread at a time. After a failure it is of no use.
class Replayer {
 public:
  using Events = google::protobuf::RepeatedPtrField<v1::HistoryEvent>;

  Replayer(WorkflowFunction function, Execution execution, TypeName type)
      : run_(std::move(function), std::move(execution), std::move(type)) {}

  // The next events, ascending and without a gap. `owner` keeps them alive as long as they are
  // needed, mostly until the next page; may be null when decide() follows before they go away.
  void add(const Events& events, std::shared_ptr<const void> owner = nullptr);
  // The answer to the task whose DecisionTaskStarted is `started_event_id`, the last event given.
  // Fills decisions, execution_context and all_or_nothing_close of `answer`, which must be empty
  // and stay until the next decide() begins. A failure decides nothing.
  std::optional<DecisionFailure> decide(int64_t started_event_id,
                                        v1::RespondDecisionTaskCompletedRequest* answer);
  // Before the first events: the code stays where it was when the task whose DecisionTaskStarted is
  // `started_event_id` was completed. What comes later is in the events, or not; it does not see it.
  void stop_after(int64_t started_event_id) { asked_ = started_event_id; }
  // All events are given. A failure: the code is not there.
  std::optional<DecisionFailure> catch_up();
  // Asks the code, as it is after the last decide() or catch_up(), and changes nothing.
  Reply query(const std::string& name, const std::optional<Payload>& input) {
    return run_.query(name, input);
  }
  // Compares a history that is not about to be decided (a saved one) with the code.
  std::optional<DecisionFailure> check();

  // Of the last decide(); 0: none yet.
  int64_t decided_started_event_id() const { return decided_; }
  bool ended() const { return run_.ended(); }
  // What the execution was started with.
  const Headers& headers() const { return run_.headers(); }

 private:
  struct Completion {
    int64_t started_event_id;
    int64_t completed_event_id;
  };
  struct Owner {
    int64_t last_event_id;
    std::shared_ptr<const void> owner;
  };

  void take(const v1::HistoryEvent& event);
  void replay_completed();
  int64_t may_be_applied() const;
  void apply_up_to(int64_t event_id);
  void add_recorded_markers(int64_t completed_event_id);

  Run run_;
  // Events not applied yet, oldest first; those before next_ are done.
  std::vector<const v1::HistoryEvent*> pending_;
  size_t next_ = 0;
  std::deque<Owner> owners_;
  // Of the last DecisionTaskStarted seen, as long as it may still be completed; 0: there is none.
  int64_t open_started_ = 0;
  // The last DecisionTaskCompleted seen: replayed when its decisions' events are all there.
  std::optional<Completion> completed_;
  int64_t last_completed_ = 0;  // whose decisions' events are being matched
  int64_t last_event_id_ = 0;
  int64_t applied_ = 0;  // up to this event
  int64_t decided_ = 0;
  int64_t asked_ = 0;  // see stop_after(); 0: it goes on
  TimePoint started_time_{};  // of the last DecisionTaskStarted applied
  WireDecisions replayed_;        // what the code decided again
  std::optional<DecisionFailure> gap_;
};

}  // namespace baton::detail
