// What must hold of every history as any reader gets it, whatever was killed while it was written.
#pragma once

#include <string>
#include <vector>

#include "baton/v1/history_event.pb.h"

namespace baton::testing {

using Events = std::vector<v1::HistoryEvent>;

// The rules that `events`, a whole history from event 1, breaks: one line each, which names the event. Empty: none.
//  * ids are 1, 2, 3, …, times never go back, every event is of a known kind
//  * WorkflowExecutionStarted is the first event and the only one of its kind; with `closed` the last event closes the run; none before
//  * every reference points back, to an event of the right kind; what a decision caused names the last DecisionTaskCompleted
//  * of an activity, a timer, a decision task: at most one start, at most one end, the end names the start; ids of open ones are unique
//  * no timer fires early
//  * at most one decision task waits and one is in hand; only the last one handed out is ever answered or times out
std::vector<std::string> broken_rules(const Events& events, bool closed = true);

// The ids of the activities (their ActivityTaskScheduled) that have no end. A close drops what is open, so that it is for the test to say
// whether there may be any.
std::vector<int64_t> activities_without_end(const Events& events);

// The first place where `later` does not begin with all of `earlier`, as both say it: what was read once never changes. Empty: none.
std::string first_change(const Events& earlier, const Events& later);

// "WorkflowExecutionStarted, DecisionTaskScheduled, …": the kinds of the events, for messages.
std::string kinds_of(const Events& events);

}  // namespace baton::testing
