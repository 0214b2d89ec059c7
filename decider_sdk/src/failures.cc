#include "baton/failures.h"

namespace baton {
namespace {

std::string describe(const ActivityFailed::Facts& facts) {
  std::string text = "activity " + facts.activity.name + " (id " + facts.activity_id + ") ";
  switch (facts.kind) {
    case ActivityFailure::kFailed:
      return text + "failed: " + facts.reason;
    case ActivityFailure::kTimedOut:
      return text + "timed out: " + facts.reason;
    case ActivityFailure::kCanceled:
      return text + "was canceled";
    case ActivityFailure::kScheduleFailed:
      return text + "could not be scheduled: " + facts.reason;
  }
  return text;
}

std::string describe(const ChildFailed::Facts& facts) {
  std::string text =
      "child workflow " + facts.workflow.name + " (" + facts.execution.workflow_id + ") ";
  switch (facts.kind) {
    case ChildFailure::kFailed:
      return text + "failed: " + facts.reason;
    case ChildFailure::kTimedOut:
      return text + "timed out: " + facts.reason;
    case ChildFailure::kCanceled:
      return text + "was canceled";
    case ChildFailure::kTerminated:
      return text + "was terminated";
    case ChildFailure::kStartFailed:
      return text + "could not be started: " + facts.reason;
  }
  return text;
}

std::string describe(const FunctionFailed::Facts& facts) {
  std::string text = "function " + facts.function + " (id " + facts.id + ") ";
  switch (facts.kind) {
    case FunctionFailure::kFailed:
      return text + "failed: " + facts.reason;
    case FunctionFailure::kTimedOut:
      return text + "timed out: " + facts.reason;
    case FunctionFailure::kScheduleFailed:
      return text + "could not be scheduled: " + facts.reason;
    case FunctionFailure::kStartFailed:
      return text + "could not be called: " + facts.reason;
  }
  return text;
}

}  // namespace

FunctionFailed::FunctionFailed(Facts facts)
    : Failure(describe(facts)), facts_(std::make_shared<const Facts>(std::move(facts))) {}

ChildFailed::ChildFailed(Facts facts)
    : Failure(describe(facts)), facts_(std::make_shared<const Facts>(std::move(facts))) {}

DeliveryFailed::DeliveryFailed(const std::string& signal, Execution target, std::string cause)
    : Failure((signal.empty() ? "the cancel request" : "signal " + signal) + " to " +
              target.workflow_id + " was not delivered: " + cause),
      target_(std::move(target)),
      cause_(std::move(cause)) {}

ActivityFailed::ActivityFailed(Facts facts)
    : Failure(describe(facts)),
      facts_(std::make_shared<const Facts>(std::move(facts))) {}

}  // namespace baton
