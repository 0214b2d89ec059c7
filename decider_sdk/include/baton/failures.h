// What workflow code catches and throws.
#pragma once

#include <memory>
#include <optional>
#include <stdexcept>
#include <string>

#include "baton/names.h"
#include "baton/payload.h"

namespace baton {

// Why an awaited activity has no result.
enum class ActivityFailure {
  kFailed,          // the worker said so
  kTimedOut,        // one of its four timeouts passed
  kCanceled,        // after a cancel request
  kScheduleFailed,  // the coordinator refused to schedule it
};

// Thrown by awaiting an activity; Outcome::failure() holds the same as a value. Cheap to copy.
class ActivityFailed : public std::runtime_error {
 public:
  struct Facts {
    ActivityFailure kind = ActivityFailure::kFailed;
    TypeName activity;
    std::string activity_id;
    std::string reason;
    std::optional<Payload> details;
  };
  explicit ActivityFailed(Facts facts);

  ActivityFailure kind() const { return facts_->kind; }
  const TypeName& activity() const { return facts_->activity; }
  const std::string& activity_id() const { return facts_->activity_id; }
  // kFailed: the worker's reason. kTimedOut: START_TO_CLOSE, SCHEDULE_TO_START, SCHEDULE_TO_CLOSE
  // or HEARTBEAT. kScheduleFailed: the cause, for example ACTIVITY_TYPE_DOES_NOT_EXIST.
  const std::string& reason() const { return facts_->reason; }
  // kFailed and kCanceled: the worker's. kTimedOut: of the last heartbeat.
  const std::optional<Payload>& details() const { return facts_->details; }

 private:
  std::shared_ptr<const Facts> facts_;
};

// Thrown by awaiting a timer that was canceled (cause CANCELED) or that the coordinator refused
// (SWF's cause, for example OPEN_TIMERS_LIMIT_EXCEEDED).
class TimerFailed : public std::runtime_error {
 public:
  explicit TimerFailed(std::string cause)
      : std::runtime_error("the timer did not fire: " + cause), cause_(std::move(cause)) {}
  const std::string& cause() const { return cause_; }

 private:
  std::string cause_;
};

// Thrown by workflow code to end the execution as failed, with its own words. An uncaught
// ActivityFailed, TimerFailed or PayloadError fails it too. Every other uncaught exception is a
// defect of the code: it fails the decision task, which is offered again later, and the execution
// stays as it is for code that knows better.
class WorkflowFailed : public std::runtime_error {
 public:
  explicit WorkflowFailed(std::string reason, std::optional<Payload> details = std::nullopt)
      : std::runtime_error(reason), reason_(std::move(reason)), details_(std::move(details)) {}
  const std::string& reason() const { return reason_; }
  const std::optional<Payload>& details() const { return details_; }

 private:
  std::string reason_;
  std::optional<Payload> details_;
};

}  // namespace baton
