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

}  // namespace

ActivityFailed::ActivityFailed(Facts facts)
    : std::runtime_error(describe(facts)),
      facts_(std::make_shared<const Facts>(std::move(facts))) {}

}  // namespace baton
