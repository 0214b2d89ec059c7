// What workflow code catches and throws.
#pragma once

#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <typeinfo>
#include <utility>

#include "baton/failure_cause.h"
#include "baton/names.h"
#include "baton/payload.h"

namespace baton {

// What awaited things throw that have no result: `catch (const baton::Failure& failure)` catches any
// of them. Uncaught, it fails the execution with the same reason, type and details, and is itself a
// link in the chain of causes that a parent and clients see; so it is inside of what
// std::throw_with_nested() throws while it is caught.
class Failure : public std::runtime_error, public detail::ExplainedException {
 public:
  using std::runtime_error::runtime_error;

  // Of whoever failed, in its own words; otherwise SWF's name of what happened. Each class says more.
  virtual const std::string& reason() const = 0;
  virtual const std::optional<Payload>& details() const = 0;
  // The reason is in the words of the code that failed.
  virtual bool in_own_words() const { return false; }
  // What kind of failure it is in the words of the code that failed, mostly the class of an exception;
  // empty: not known.
  virtual const std::string& type() const;
  // What made it fail, the nearest first; empty: not known.
  virtual const FailureCauses& causes() const;
  // Itself and its causes in one line, for logs: "activity charge_card (id 1) failed <- …".
  std::string chain() const;

  void explain(FailureCauses* causes) const override;
};

// Why an awaited activity has no result.
enum class ActivityFailure {
  kFailed,          // the worker said so
  kTimedOut,        // one of its four timeouts passed
  kCanceled,        // after a cancel request
  kScheduleFailed,  // the coordinator refused to schedule it
};

// Thrown by awaiting an activity; Outcome::failure() holds the same as a value. Cheap to copy.
class ActivityFailed : public Failure {
 public:
  struct Facts {
    ActivityFailure kind = ActivityFailure::kFailed;
    TypeName activity;
    std::string activity_id;
    std::string reason;
    std::optional<Payload> details;
    std::string type{};
    FailureCauses causes{};
  };
  explicit ActivityFailed(Facts facts);

  ActivityFailure kind() const { return facts_->kind; }
  const TypeName& activity() const { return facts_->activity; }
  const std::string& activity_id() const { return facts_->activity_id; }
  // kFailed: the worker's reason. kTimedOut: START_TO_CLOSE, SCHEDULE_TO_START, SCHEDULE_TO_CLOSE
  // or HEARTBEAT. kScheduleFailed: the cause, for example ACTIVITY_TYPE_DOES_NOT_EXIST.
  const std::string& reason() const override { return facts_->reason; }
  // kFailed and kCanceled: the worker's. kTimedOut: of the last heartbeat.
  const std::optional<Payload>& details() const override { return facts_->details; }
  const std::string& type() const override { return facts_->type; }
  const FailureCauses& causes() const override { return facts_->causes; }
  bool in_own_words() const override {
    return kind() == ActivityFailure::kFailed && !reason().empty();
  }

 private:
  std::shared_ptr<const Facts> facts_;
};

// Why an awaited child workflow has no result.
enum class ChildFailure {
  kFailed,       // its decider said so
  kTimedOut,     // its execution start-to-close timeout passed
  kCanceled,     // its decider said so, mostly after a cancel request
  kTerminated,   // by a client, a child policy or the limit of events
  kStartFailed,  // there is no such child: the coordinator refused it
};

// Thrown by awaiting a child workflow or its start. Cheap to copy.
class ChildFailed : public Failure {
 public:
  struct Facts {
    ChildFailure kind = ChildFailure::kFailed;
    TypeName workflow;
    Execution execution;  // kStartFailed: without a run id
    std::string reason;
    std::optional<Payload> details;
    std::string type{};
    FailureCauses causes{};
  };
  explicit ChildFailed(Facts facts);

  ChildFailure kind() const { return facts_->kind; }
  const TypeName& workflow() const { return facts_->workflow; }
  const Execution& execution() const { return facts_->execution; }
  // kFailed: the child's reason. kTimedOut: START_TO_CLOSE. kStartFailed: the cause, for example
  // WORKFLOW_ALREADY_RUNNING. Otherwise empty.
  const std::string& reason() const override { return facts_->reason; }
  // kFailed and kCanceled: the child's.
  const std::optional<Payload>& details() const override { return facts_->details; }
  const std::string& type() const override { return facts_->type; }
  const FailureCauses& causes() const override { return facts_->causes; }
  bool in_own_words() const override { return kind() == ChildFailure::kFailed && !reason().empty(); }

 private:
  std::shared_ptr<const Facts> facts_;
};

// Why an awaited call of a function has no result.
enum class FunctionFailure {
  kFailed,          // the invoker said so
  kTimedOut,        // it took too long
  kScheduleFailed,  // the coordinator refused to schedule it
  kStartFailed,     // it could not be called: the run has no lambda_role
};

// Thrown by awaiting a call of a function. Cheap to copy.
class FunctionFailed : public Failure {
 public:
  struct Facts {
    FunctionFailure kind = FunctionFailure::kFailed;
    std::string function;
    std::string id;
    std::string reason;
    std::optional<Payload> details;
    std::string type{};
    FailureCauses causes{};
  };
  explicit FunctionFailed(Facts facts);

  FunctionFailure kind() const { return facts_->kind; }
  const std::string& function() const { return facts_->function; }
  const std::string& id() const { return facts_->id; }
  // kFailed: the invoker's. kTimedOut: START_TO_CLOSE. Otherwise the cause, for example
  // ASSUME_ROLE_FAILED.
  const std::string& reason() const override { return facts_->reason; }
  // kFailed: the invoker's. kStartFailed: a message.
  const std::optional<Payload>& details() const override { return facts_->details; }
  const std::string& type() const override { return facts_->type; }
  const FailureCauses& causes() const override { return facts_->causes; }
  bool in_own_words() const override {
    return kind() == FunctionFailure::kFailed && !reason().empty();
  }

 private:
  std::shared_ptr<const Facts> facts_;
};

// Thrown by awaiting a signal or a cancel request to another execution.
class DeliveryFailed : public Failure {
 public:
  // `signal`: empty for a cancel request.
  DeliveryFailed(const std::string& signal, Execution target, std::string cause);

  // As the code gave it.
  const Execution& target() const { return target_; }
  // UNKNOWN_EXTERNAL_WORKFLOW_EXECUTION: no such execution, or it is closed. A cause that ends in
  // RATE_EXCEEDED: too fast. OPERATION_NOT_PERMITTED.
  const std::string& cause() const { return cause_; }
  const std::string& reason() const override { return cause_; }
  const std::optional<Payload>& details() const override { return details_; }

 private:
  Execution target_;
  std::string cause_;
  std::optional<Payload> details_;
};

// Thrown by awaiting a timer that was canceled (cause CANCELED) or that the coordinator refused
// (SWF's cause, for example OPEN_TIMERS_LIMIT_EXCEEDED).
class TimerFailed : public Failure {
 public:
  explicit TimerFailed(std::string cause)
      : Failure("the timer did not fire: " + cause), cause_(std::move(cause)) {}
  const std::string& cause() const { return cause_; }
  const std::string& reason() const override { return cause_; }
  const std::optional<Payload>& details() const override { return details_; }

 private:
  std::string cause_;
  std::optional<Payload> details_;
};

// Thrown by workflow code to end the execution as failed, with its own words. An uncaught Failure or
// PayloadError fails it too. Every other uncaught exception is a
// defect of the code: it fails the decision task, which is offered again later, and the execution
// stays as it is for code that knows better.
//
//   } catch (const baton::ActivityFailed&) {
//     std::throw_with_nested(baton::WorkflowFailed("order failed"));  // order failed <- activity …
//   }
class WorkflowFailed : public std::runtime_error, public detail::ExplainedException {
 public:
  // `type`: what kind of failure it is; empty: the name of the class, if that is one of yours.
  explicit WorkflowFailed(std::string reason, std::optional<Payload> details = std::nullopt,
                          std::string type = {})
      : std::runtime_error(reason),
        reason_(std::move(reason)),
        details_(std::move(details)),
        type_(std::move(type)) {}
  const std::string& reason() const { return reason_; }
  const std::optional<Payload>& details() const { return details_; }
  std::string type() const {
    return type_.empty() ? detail::type_of(*this, &typeid(WorkflowFailed)) : type_;
  }

  void explain(FailureCauses* causes) const override {
    detail::explain(*this, {type(), reason_, details_}, causes);
  }

 private:
  std::string reason_;
  std::optional<Payload> details_;
  std::string type_;
};

}  // namespace baton
