// A history in a file; see to_json() in baton/history.h for its form. Private.
#pragma once

#include <google/protobuf/repeated_field.h>

#include <string>
#include <string_view>

#include "baton/names.h"
#include "baton/v1/history_event.pb.h"

namespace baton {

struct SavedHistory {
  Execution execution;
  TypeName type;  // what event 1 says
  google::protobuf::RepeatedPtrField<v1::HistoryEvent> events;  // 1, 2, 3, …, at least one
};

// Both throw std::runtime_error when it is not a history, and say what is wrong with it.
SavedHistory parse_saved_history(std::string_view json);
SavedHistory read_saved_history(const std::string& path);

}  // namespace baton
