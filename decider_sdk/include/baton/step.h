// What the history says of one thing that a decider began.
#pragma once

#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>

#include "baton/conversion.h"
#include "baton/history.h"
#include "baton/payload.h"

namespace baton {

enum class StepStatus {
  kOpen,
  kCompleted,   // of a timer: it fired
  kFailed,      // as its worker, its invoker or the child's decider says
  kTimedOut,
  kCanceled,
  kTerminated,  // only of a child
  kRefused,     // the coordinator did not begin it
};

// An activity, a timer, a child workflow or a function. A small view: valid as long as the
// DecisionTask or History it came from.
class Step {
 public:
  StepStatus status() const { return status_; }
  bool open() const { return status_ == StepStatus::kOpen; }
  bool completed() const { return status_ == StepStatus::kCompleted; }
  // A worker or an invoker took it, or the child runs, now or before it ended. Never of a timer.
  bool started() const { return started_; }

  // ActivityTaskScheduled, TimerStarted, StartChildWorkflowExecutionInitiated or
  // LambdaFunctionScheduled. Of one that was refused at once: the …Failed event, as ended().
  const HistoryEvent& begun() const { return begun_; }
  // The event that ended it; nothing: it is open.
  const std::optional<HistoryEvent>& ended() const { return ended_; }

  // Throws std::logic_error unless completed(), PayloadError unless the result is an R.
  template <class R>
  R result() const {
    if (!completed()) throw std::logic_error("a step that did not complete has no result");
    return from_payload<R>(ended_->result());
  }
  // Why it is neither open nor completed: the reason its doer gave, START_TO_CLOSE and its like for
  // kTimedOut, the cause for kRefused. Empty when there is none.
  std::string reason() const;

  // --- the latest of that id; nothing: there was none. Each looks through all events. ---
  static std::optional<Step> activity(const History& history, std::string_view activity_id);
  static std::optional<Step> timer(const History& history, std::string_view timer_id);
  static std::optional<Step> child(const History& history, std::string_view workflow_id);
  static std::optional<Step> function(const History& history, std::string_view id);

 private:
  struct Kind;
  explicit Step(const HistoryEvent& begun) : begun_(begun) {}
  static std::optional<Step> find(const Kind& kind, const History& history, std::string_view id);
  void follow(const Kind& kind, const HistoryEvent& event);
  void end(StepStatus status, const HistoryEvent& event);

  HistoryEvent begun_;
  std::optional<HistoryEvent> ended_;
  StepStatus status_ = StepStatus::kOpen;
  bool started_ = false;
};

}  // namespace baton
