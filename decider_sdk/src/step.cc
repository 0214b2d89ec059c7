#include "baton/step.h"

#include <vector>

namespace baton {

// The events of one kind of thing.
struct Step::Kind {
  EventType begun;
  EventType refused;      // instead of `begun`
  const char* id;         // field of these two
  const char* reference;  // field of the others: the event id of `begun`
  EventType started;
  struct End {
    EventType type;
    StepStatus status;
  };
  std::vector<End> ends;
};

namespace {

using enum EventType;
using enum StepStatus;

}  // namespace

std::optional<Step> Step::activity(const History& history, std::string_view activity_id) {
  static const Kind kind{kActivityTaskScheduled,
                         kScheduleActivityTaskFailed,
                         "activity_id",
                         "scheduled_event_id",
                         kActivityTaskStarted,
                         {{kActivityTaskCompleted, kCompleted},
                          {kActivityTaskFailed, kFailed},
                          {kActivityTaskTimedOut, kTimedOut},
                          {kActivityTaskCanceled, kCanceled}}};
  return find(kind, history, activity_id);
}

std::optional<Step> Step::timer(const History& history, std::string_view timer_id) {
  static const Kind kind{kTimerStarted,
                         kStartTimerFailed,
                         "timer_id",
                         "started_event_id",
                         EventType::kUnknown,
                         {{kTimerFired, kCompleted}, {kTimerCanceled, kCanceled}}};
  return find(kind, history, timer_id);
}

std::optional<Step> Step::child(const History& history, std::string_view workflow_id) {
  static const Kind kind{kStartChildWorkflowExecutionInitiated,
                         kStartChildWorkflowExecutionFailed,
                         "workflow_id",
                         "initiated_event_id",
                         kChildWorkflowExecutionStarted,
                         {{kStartChildWorkflowExecutionFailed, kRefused},
                          {kChildWorkflowExecutionCompleted, kCompleted},
                          {kChildWorkflowExecutionFailed, kFailed},
                          {kChildWorkflowExecutionTimedOut, kTimedOut},
                          {kChildWorkflowExecutionCanceled, kCanceled},
                          {kChildWorkflowExecutionTerminated, kTerminated}}};
  return find(kind, history, workflow_id);
}

std::optional<Step> Step::function(const History& history, std::string_view id) {
  static const Kind kind{kLambdaFunctionScheduled,
                         kScheduleLambdaFunctionFailed,
                         "id",
                         "scheduled_event_id",
                         kLambdaFunctionStarted,
                         {{kStartLambdaFunctionFailed, kRefused},
                          {kLambdaFunctionCompleted, kCompleted},
                          {kLambdaFunctionFailed, kFailed},
                          {kLambdaFunctionTimedOut, kTimedOut}}};
  return find(kind, history, id);
}

std::optional<Step> Step::find(const Kind& kind, const History& history, std::string_view id) {
  std::optional<Step> step;
  for (const HistoryEvent& event : history) {
    const bool is_open = step && step->open();
    if (event.type() == kind.begun) {
      if (event.text(kind.id) == id) step = Step(event);
    } else if (is_open) {
      step->follow(kind, event);
    } else if (event.type() == kind.refused && event.text(kind.id) == id) {
      // Only here: while one is open, a second one of its id is refused and is not the one that is meant.
      step = Step(event);
      step->end(kRefused, event);
    }
  }
  return step;
}

void Step::follow(const Kind& kind, const HistoryEvent& event) {
  const auto is_of_this = [&] { return event.number(kind.reference) == begun_.id(); };
  if (event.type() == kind.started && is_of_this()) started_ = true;
  for (const Kind::End& last : kind.ends) {
    if (event.type() == last.type && is_of_this()) end(last.status, event);
  }
}

void Step::end(StepStatus status, const HistoryEvent& event) {
  status_ = status;
  ended_ = event;
}

std::string Step::reason() const {
  if (!ended_ || completed()) return {};
  if (status_ == kTimedOut) return ended_->timeout_type();
  if (status_ == kRefused) return ended_->cause();
  return std::string(ended_->reason());
}

}  // namespace baton
