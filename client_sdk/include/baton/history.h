// The history of an execution, to read.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "baton/failure_cause.h"
#include "baton/names.h"
#include "baton/payload.h"
#include "baton/reply.h"
#include "baton/timeout.h"

namespace baton {

// SWF's 54 events, with SWF's numbers, and those beyond SWF.
enum class EventType {
  kUnknown = 0,  // written by a newer coordinator
  kWorkflowExecutionStarted = 1,
  kWorkflowExecutionCancelRequested = 2,
  kWorkflowExecutionCompleted = 3,
  kCompleteWorkflowExecutionFailed = 4,
  kWorkflowExecutionFailed = 5,
  kFailWorkflowExecutionFailed = 6,
  kWorkflowExecutionTimedOut = 7,
  kWorkflowExecutionCanceled = 8,
  kCancelWorkflowExecutionFailed = 9,
  kWorkflowExecutionContinuedAsNew = 10,
  kContinueAsNewWorkflowExecutionFailed = 11,
  kWorkflowExecutionTerminated = 12,
  kDecisionTaskScheduled = 13,
  kDecisionTaskStarted = 14,
  kDecisionTaskCompleted = 15,
  kDecisionTaskTimedOut = 16,
  kActivityTaskScheduled = 17,
  kScheduleActivityTaskFailed = 18,
  kActivityTaskStarted = 19,
  kActivityTaskCompleted = 20,
  kActivityTaskFailed = 21,
  kActivityTaskTimedOut = 22,
  kActivityTaskCanceled = 23,
  kActivityTaskCancelRequested = 24,
  kRequestCancelActivityTaskFailed = 25,
  kWorkflowExecutionSignaled = 26,
  kMarkerRecorded = 27,
  kRecordMarkerFailed = 28,
  kTimerStarted = 29,
  kStartTimerFailed = 30,
  kTimerFired = 31,
  kTimerCanceled = 32,
  kCancelTimerFailed = 33,
  kStartChildWorkflowExecutionInitiated = 34,
  kStartChildWorkflowExecutionFailed = 35,
  kChildWorkflowExecutionStarted = 36,
  kChildWorkflowExecutionCompleted = 37,
  kChildWorkflowExecutionFailed = 38,
  kChildWorkflowExecutionTimedOut = 39,
  kChildWorkflowExecutionCanceled = 40,
  kChildWorkflowExecutionTerminated = 41,
  kSignalExternalWorkflowExecutionInitiated = 42,
  kSignalExternalWorkflowExecutionFailed = 43,
  kExternalWorkflowExecutionSignaled = 44,
  kRequestCancelExternalWorkflowExecutionInitiated = 45,
  kRequestCancelExternalWorkflowExecutionFailed = 46,
  kExternalWorkflowExecutionCancelRequested = 47,
  kLambdaFunctionScheduled = 48,
  kLambdaFunctionStarted = 49,
  kLambdaFunctionCompleted = 50,
  kLambdaFunctionFailed = 51,
  kLambdaFunctionTimedOut = 52,
  kScheduleLambdaFunctionFailed = 53,
  kStartLambdaFunctionFailed = 54,
  // Beyond SWF.
  kWorkflowExecutionPaused = 55,
  kWorkflowExecutionResumed = 56,
  kWorkflowExecutionHistoryLimitNeared = 57,
  kSearchAttributesUpserted = 58,
  kUpsertSearchAttributesFailed = 59,
  kWorkflowExecutionReset = 60,
  kWorkflowExecutionUpdateAnswered = 61,
  kAnswerUpdateFailed = 62,
};

// One event. A view, cheap to copy: valid as long as the History or DecisionTask it came from.
// An accessor for something that this event does not have gives 0, an empty text or no payload.
class HistoryEvent {
 public:
  int64_t id() const;
  TimePoint time() const;
  EventType type() const;
  // SWF's name, for example "ActivityTaskScheduled".
  std::string name() const;

  std::string_view activity_id() const { return text("activity_id"); }
  std::string_view timer_id() const { return text("timer_id"); }
  std::string_view signal_name() const { return text("signal_name"); }
  // Of a signal that is an update, and of its answer; empty: it is none.
  std::string_view update_id() const { return text("update_id"); }
  std::string_view marker_name() const { return text("marker_name"); }
  std::string_view workflow_id() const { return text("workflow_id"); }
  std::string_view reason() const { return text("reason"); }
  std::string_view control() const { return text("control"); }
  std::string_view identity() const { return text("identity"); }
  std::string_view execution_context() const { return text("execution_context"); }
  int64_t scheduled_event_id() const { return number("scheduled_event_id"); }
  int64_t started_event_id() const { return number("started_event_id"); }
  int64_t initiated_event_id() const { return number("initiated_event_id"); }
  std::optional<Payload> input() const { return payload("input"); }
  std::optional<Payload> result() const { return payload("result"); }
  // Of a failure as whoever failed gave them, without what baton/failure_cause.h describes; that is in
  // failure_type() and causes(), empty: not known.
  std::optional<Payload> details() const;
  std::string failure_type() const;
  FailureCauses causes() const;
  // Of an answered update.
  std::optional<Reply> reply() const;
  // Of a start, a signal, an activity, a child; empty when there are none.
  Headers headers() const;
  // Of a started timer.
  std::optional<Duration> start_to_fire() const { return duration("start_to_fire_timeout"); }
  // Of an activity, a child or this execution; empty names when there is none.
  TypeName activity_type() const;
  TypeName workflow_type() const;
  // The other execution that the event is about: of a child its child, of what came from outside its
  // sender, of a message to another execution its target. Empty ids when there is none or it is not
  // known.
  Execution other_execution() const;
  // Of a started execution.
  Execution parent() const { return execution("parent_workflow_execution"); }
  std::vector<std::string> tags() const { return texts("tag_list"); }
  // Enums by SWF's name: "UNHANDLED_DECISION", "START_TO_CLOSE"; empty when there is none.
  std::string cause() const { return symbol("cause"); }
  std::string timeout_type() const { return symbol("timeout_type"); }

  // Any attribute by its field name in the protos.
  std::string_view text(const char* field) const;
  int64_t number(const char* field) const;
  std::string symbol(const char* field) const;
  std::optional<Payload> payload(const char* field) const;
  std::optional<Duration> duration(const char* field) const;
  Timeout timeout(const char* field) const;
  bool flag(const char* field) const;
  Execution execution(const char* field) const;
  std::vector<std::string> texts(const char* field) const;

  // The whole event as JSON, payloads in base64, field names as in the protos.
  std::string to_json() const;

  // For the SDKs: a view of a baton.v1.HistoryEvent.
  explicit HistoryEvent(const void* message) : message_(message) {}

 private:
  const void* message_;
};

// Events in ascending order of id. Copies share one storage; safe to read from many threads.
class History {
 public:
  History() = default;
  History(std::shared_ptr<const void> storage, std::vector<HistoryEvent> events)
      : storage_(std::move(storage)), events_(std::move(events)) {}

  auto begin() const { return events_.begin(); }
  auto end() const { return events_.end(); }
  size_t size() const { return events_.size(); }
  bool empty() const { return events_.empty(); }
  const HistoryEvent& operator[](size_t index) const { return events_[index]; }
  const HistoryEvent& back() const { return events_.back(); }

 private:
  std::shared_ptr<const void> storage_;
  std::vector<HistoryEvent> events_;
};

// A history to be kept in a file: what `baton workflow history -o json` prints, and what
// `baton replay` and baton::testing::HistoryChecker read. A JSON object: "execution" is whose it is,
// "events" are those of `history`, each as its to_json(); payloads stay as they are.
std::string to_json(const Execution& execution, const History& history);

}  // namespace baton
