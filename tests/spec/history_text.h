// A history as a test states it: "1 WorkflowExecutionStarted, 2 DecisionTaskScheduled".
#pragma once

#include <google/protobuf/message.h>

#include <string>
#include <vector>

#include "baton/v1/history_event.pb.h"

namespace baton::testing {

// The name of the event, in SWF's words; empty for one of a kind not known.
std::string name_of(const v1::HistoryEvent& event);
// Each event from `from` on by id and name.
std::string text_of(const std::vector<v1::HistoryEvent>& events, int64_t from = 1);
// A message in protobuf's text form on one line; of an event, its attributes.
std::string text_of(const google::protobuf::Message& message);
std::string attributes_of(const v1::HistoryEvent& event);
int64_t milliseconds_of(const google::protobuf::Timestamp& time);

}  // namespace baton::testing
