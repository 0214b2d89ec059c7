// What each field of each request may hold: the table of field_bounds_test.cc, from the protos, core/limits.h and schedule/bounds.h.
#pragma once

#include <map>
#include <string>

#include "tests/api/bound.h"

namespace baton::testing {

// By "Message.field", or by the way to it from any message: "Message.field.field". The longest that fits counts. Of a oneof: its name as that of a
// field. Entries of maps: "NameEntry.key" and "NameEntry.value".
const std::map<std::string, Bound>& field_bounds();

}  // namespace baton::testing
