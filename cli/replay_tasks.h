// What a decider is shown of a saved history, and whether its answer is what the history has. Pure.
#pragma once

#include <string>
#include <vector>

#include "baton/v1/decider_service.pb.h"
#include "saved_history.h"

namespace baton::cli {

using Events = google::protobuf::RepeatedPtrField<v1::HistoryEvent>;

// One decision that the history has, by event ids.
struct MadeDecision {
  int64_t started_event_id = 0;    // its DecisionTaskStarted
  int64_t completed_event_id = 0;  // its DecisionTaskCompleted
};
std::vector<MadeDecision> decisions_of(const Events& events);

// All of it, with a decision task at its end that waits for its answer: a decider that replays makes every decision of the history again, in the
// way in which it makes known ones again (versions and side effects as they are recorded), before it answers.
Events with_open_task(const SavedHistory& history);
// The same after one more decision, which no code can have made: whoever answers it with decisions does not compare what it replays.
Events with_impossible_decision(const SavedHistory& history);
// What a decider saw that made this decision.
Events before(const SavedHistory& history, const MadeDecision& decision);

// What the answer decides otherwise than the history has it after DecisionTaskCompleted `completed_event_id`; empty: nothing. Compared are the
// kinds of the decisions, in order, and the names and ids in them; not payloads, which may be encoded, and options.
std::string difference(const Events& events, int64_t completed_event_id, const v1::RespondDecisionTaskCompletedRequest& answer);

}  // namespace baton::cli
