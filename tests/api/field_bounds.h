// What each field of each request may hold: the table of field_bounds_test.cc, from the protos, core/limits.h and schedule/bounds.h.
#pragma once

#include <google/protobuf/descriptor.h>
#include <google/protobuf/message.h>

#include <functional>
#include <map>
#include <string>
#include <vector>

namespace baton::testing {

// What only a running coordinator can give, and words that are all different.
class Samples {
 public:
  virtual ~Samples() = default;
  virtual std::string decision_token() = 0;
  virtual std::string activity_token() = 0;
  // Six characters, so that sizes that count it are known.
  std::string fresh() { return "x" + std::to_string(10'000 + ++count_); }

 private:
  int count_ = 0;
};

// One way to fill a field; of a repeated one, with one element.
struct Value {
  std::string what;
  std::function<void(google::protobuf::Message& parent, const google::protobuf::FieldDescriptor* field, Samples& samples)> put;
};

// Of one field, or of a oneof as a whole.
struct Bound {
  std::vector<Value> accepted, refused;
  Value sample;              // what it has where it is needed
  bool required = false;     // refused when it is absent
  bool in_base = false;      // not required, but given wherever its message is
  int least = 0, most = -1;  // elements; -1: it is not counted
  int reachable = 0;         // the most that the test can give
  std::string too_many = "VALIDATION";  // the reason of one more
  std::string named;         // what a refusal calls it, if not by its path; "^": by that of its map
  std::string reason = "VALIDATION";
  std::string instead_of;  // a field beside it that must be absent then

  Bound&& optional() && { return required = false, std::move(*this); }
  Bound&& given() && { return in_base = true, std::move(*this); }
  Bound&& as(std::string name) && { return named = std::move(name), std::move(*this); }
  Bound&& too_many_is(std::string why) && { return too_many = std::move(why), std::move(*this); }
  Bound&& because(std::string why) && { return reason = std::move(why), std::move(*this); }
  Bound&& excludes(std::string sibling) && { return instead_of = std::move(sibling), std::move(*this); }
  // The base has this text.
  Bound&& like(const std::string& text) &&;
  Bound&& not_empty() &&;  // a field with presence
  Bound&& elements(int from, int to, int in_test = 0) && {
    return least = from, most = to, reachable = in_test == 0 ? to : in_test, required = from > 0, std::move(*this);
  }
};

// By "Message.field", or by the way to it from any message: "Message.field.field". The longest that fits counts. Of a oneof: its name as that of a
// field. Entries of maps: "NameEntry.key" and "NameEntry.value".
const std::map<std::string, Bound>& field_bounds();

}  // namespace baton::testing
