// What is behind baton::Decisions, and what both levels of the decider put into decisions.
#pragma once

#include "baton/decision_task.h"
#include "baton/v1/decider_service.pb.h"

namespace baton {

struct Decisions::Content {
  v1::RespondDecisionTaskCompletedRequest answer;
};

namespace detail {

// Everything but the activity id, the type and the input.
void set_options(const ActivityOptions& options, v1::ScheduleActivityTaskAttributes* out);

}  // namespace detail
}  // namespace baton
