// The bound of a field as a test tries it: values that are accepted, values that are refused, and what the refusal says.
#pragma once

#include <google/protobuf/descriptor.h>
#include <google/protobuf/message.h>

#include <functional>
#include <string>
#include <utility>
#include <vector>

#include "coordinator/core/limits.h"

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

namespace bounds {

// --- values ---
inline constexpr const char* kClef = "\xF0\x9D\x84\x9E";  // a character of four bytes
Value fresh();                                                   // a word that no other field has
std::string repeated(const std::string& part, int count);
Value text(const std::string& value, const std::string& what = "");
Value letters(int count);
Value clefs(int count);  // more bytes than characters
Value number(int64_t value);
Value real(double value);
Value flag(bool value);
Value moment(int64_t seconds, int32_t nanos = 0);  // a Duration or a Timestamp
// A member of a oneof: `value` in its field `name`.
Value member(const std::string& name, const Value& value);
Value present();  // a message, to be completed

// --- bounds: what is accepted at them, what is refused past them ---
Bound between(Value sample, std::vector<Value> accepted, std::vector<Value> refused);
Bound required(Bound bound);
// Nothing to be refused for: `why` is for the reader.
Bound any(const char* why);
Bound any_flag();
Bound any_int();
// A message that may be absent; what it holds has rows of its own.
Bound message();
Bound needed_message();
// Those that must be there have `optional()` where they need not.
Bound name(int most = core::kMaxNameChars);
Bound version();
Bound workflow_id();
Bound tag(int most);
Bound resource();
Bound words(int most);
Bound run_id();
Bound request_id();
Bound bytes(int most);
Bound range(int64_t least, int64_t most);
Bound page_size();
Bound one_of(int most, int least = 0);  // of an enum
// In milliseconds; what is finer than one is not looked at.
Bound lasting(int64_t least_ms, int64_t most_ms);
Bound time_of_years(int64_t first_second, int64_t last_second);
Bound no_none();  // of a Timeout that must end
Bound decision_token();
Bound activity_token();
// What real ones are good for is seen in the tests of the lists.
Bound page_token();

}  // namespace bounds
}  // namespace baton::testing
