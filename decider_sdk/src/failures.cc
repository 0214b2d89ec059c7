#include "baton/failures.h"

#include <algorithm>
#include <span>

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

const std::string& Failure::type() const {
  static const std::string none;
  return none;
}

const FailureCauses& Failure::causes() const {
  static const FailureCauses none;
  return none;
}

// What failed here is one link, and the failure in the words of its code another one, unless they are
// those of a cause that was passed on.
void Failure::explain(FailureCauses* causes) const {
  FailureCause self{detail::type_of(*this), what(), details()};
  if (in_own_words() && !type().empty()) {
    const std::string told = ": " + reason();
    if (self.reason.ends_with(told)) self.reason.resize(self.reason.size() - told.size());
    const auto is_passed_on = [this](const FailureCause& cause) {
      return cause.type == type() && cause.reason == reason();
    };
    if (std::none_of(this->causes().begin(), this->causes().end(), is_passed_on)) {
      self.details.reset();
      causes->push_back(std::move(self));
      self = {type(), reason(), details()};
    }
  }
  causes->push_back(std::move(self));
  causes->insert(causes->end(), this->causes().begin(), this->causes().end());
}

std::string Failure::chain() const {
  FailureCauses links;
  explain(&links);
  return with_causes(links[0].reason, std::span(links).subspan(1));
}

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
