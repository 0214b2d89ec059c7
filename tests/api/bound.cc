#include "tests/api/bound.h"

#include <algorithm>
#include <limits>

#include "tests/api/coordinator_in_process.h"

namespace baton::testing {
namespace bounds {
namespace {

using google::protobuf::FieldDescriptor;
using google::protobuf::Message;

void put_text(Message& parent, const FieldDescriptor* field, const std::string& text) {
  const auto& reflection = *parent.GetReflection();
  if (!field->is_repeated()) return reflection.SetString(&parent, field, text);
  reflection.ClearField(&parent, field);
  reflection.AddString(&parent, field, text);
}

Bound token(std::string (Samples::*held)()) {
  const Value good{"a token", [held](Message& parent, const FieldDescriptor* field, Samples& samples) {
                     put_text(parent, field, (samples.*held)());
                   }};
  const Value forged{"a forged token", [held](Message& parent, const FieldDescriptor* field, Samples& samples) {
                       std::string token = (samples.*held)();
                       token[token.size() / 2] ^= 1;
                       put_text(parent, field, token);
                     }};
  return between(good, {good}, {forged, text("x"), letters(core::kMaxTaskTokenBytes + 1)}).because("INVALID_TOKEN");
}

}  // namespace

Value fresh() {
  return {"a word", [](Message& parent, const FieldDescriptor* field, Samples& samples) { put_text(parent, field, samples.fresh()); }};
}
Value text(const std::string& value, const std::string& what) {
  return {what.empty() ? "\"" + value + "\"" : what,
          [value](Message& parent, const FieldDescriptor* field, Samples&) { put_text(parent, field, value); }};
}
std::string repeated(const std::string& part, int count) {
  std::string whole;
  for (int i = 0; i < count; ++i) whole += part;
  return whole;
}
Value clefs(int count) { return text(repeated(kClef, count), std::to_string(count) + " characters of four bytes"); }
Value letters(int count) { return text(std::string(static_cast<size_t>(count), 'x'), std::to_string(count) + " characters"); }

Value number(int64_t value) {
  return {std::to_string(value), [value](Message& parent, const FieldDescriptor* field, Samples&) {
            const auto& reflection = *parent.GetReflection();
            if (field->cpp_type() == FieldDescriptor::CPPTYPE_INT64) return reflection.SetInt64(&parent, field, value);
            if (field->cpp_type() == FieldDescriptor::CPPTYPE_ENUM) return reflection.SetEnumValue(&parent, field, static_cast<int>(value));
            reflection.SetInt32(&parent, field, static_cast<int32_t>(value));
          }};
}
Value real(double value) {
  return {std::to_string(value),
          [value](Message& parent, const FieldDescriptor* field, Samples&) { parent.GetReflection()->SetDouble(&parent, field, value); }};
}
Value flag(bool value) {
  return {value ? "true" : "false",
          [value](Message& parent, const FieldDescriptor* field, Samples&) { parent.GetReflection()->SetBool(&parent, field, value); }};
}
// Both kinds have the same two fields.
Value moment(int64_t seconds, int32_t nanos) {
  return {std::to_string(seconds) + " s " + std::to_string(nanos) + " ns", [seconds, nanos](Message& parent, const FieldDescriptor* field, Samples&) {
            Message& time = *parent.GetReflection()->MutableMessage(&parent, field);
            time.GetReflection()->SetInt64(&time, time.GetDescriptor()->FindFieldByName("seconds"), seconds);
            time.GetReflection()->SetInt32(&time, time.GetDescriptor()->FindFieldByName("nanos"), nanos);
          }};
}
Value member(const std::string& name, const Value& value) {
  return {name + " " + value.what, [name, value](Message& parent, const FieldDescriptor*, Samples& samples) {
            value.put(parent, parent.GetDescriptor()->FindFieldByName(name), samples);
          }};
}
Value present() {
  return {"present", [](Message& parent, const FieldDescriptor* field, Samples&) { parent.GetReflection()->MutableMessage(&parent, field); }};
}

Bound between(Value sample, std::vector<Value> accepted, std::vector<Value> refused) {
  Bound bound;
  bound.sample = std::move(sample);
  bound.accepted = std::move(accepted);
  bound.refused = std::move(refused);
  return bound;
}
Bound required(Bound bound) { return bound.required = true, bound; }

Bound any(const char*) { return between(fresh(), {}, {}); }
Bound any_flag() { return between(flag(true), {flag(true)}, {}); }
Bound any_int() {
  return between(number(1), {number(std::numeric_limits<int32_t>::min()), number(std::numeric_limits<int32_t>::max())}, {});
}
Bound message() { return between(present(), {}, {}); }
Bound needed_message() { return required(message()); }

Bound name(int most) {
  return required(between(fresh(), {letters(1), clefs(most)},
                          {clefs(most + 1), text("a:b"), text("a/b"), text("a|b"), text("a\x01z"), text(" a"), text("a "), text("arn")}));
}
Bound version() { return name(core::kMaxVersionChars); }
Bound workflow_id() {
  return required(between(fresh(), {letters(1), text("a:b/c|d"), clefs(core::kMaxNameChars)},
                          {clefs(core::kMaxNameChars + 1), text("a\x01z"), text(" a"), text("a "), text("arn")}));
}
Bound words(int most) { return between(fresh(), {clefs(most)}, {clefs(most + 1), text(std::string("a\0z", 3), "a NUL")}); }
Bound run_id() { return words(core::kMaxRunIdChars); }
Bound request_id() { return between(fresh(), {clefs(core::kMaxRequestIdChars)}, {clefs(core::kMaxRequestIdChars + 1), text("a\x01z")}); }
Bound tag(int most) { return required(between(fresh(), {letters(1), letters(most)}, {letters(most + 1), text("a!b")})); }
Bound bytes(int most) {
  return between(fresh(), {text(std::string(static_cast<size_t>(most), '\xFF'), std::to_string(most) + " bytes")},
                 {text(std::string(static_cast<size_t>(most) + 1, '\xFF'), std::to_string(most + 1) + " bytes")});
}
Bound range(int64_t least, int64_t most) {
  return between(number(least), {number(least), number(most)}, {number(least - 1), number(most + 1)});
}
Bound page_size() { return range(0, core::kMaxPageSize); }
Bound one_of(int most, int least) { return between(number(1), {number(least), number(most)}, {number(most + 1), number(-1)}); }
Bound lasting(int64_t least_ms, int64_t most_ms) {
  const auto at = [](int64_t ms) { return moment(ms / 1000, static_cast<int32_t>(ms % 1000) * 1'000'000); };
  return between(at(std::max(least_ms, int64_t{60'000})), {at(least_ms), at(most_ms)},
                 {at(least_ms - 1), at(most_ms + 1), moment(1, -1), moment(60, 1'000'000'000)});
}
Bound time_of_years(int64_t first, int64_t last) {
  return between(moment(std::max(first, int64_t{0})), {moment(first), moment(last)},
                 {moment(first - 1), moment(last + 1), moment(0, -1), moment(0, 1'000'000'000)});
}
Bound no_none() { return between(flag(true), {}, {flag(true), flag(false)}); }
Bound resource() {
  const std::string prefix = "baton:domain/";
  return required(between(text(prefix + CoordinatorInProcess::kDomain), {text(prefix + std::string(core::kMaxNameChars, 'x'), "a name of 256")},
                          {text(prefix + std::string(core::kMaxNameChars + 1, 'x'), "a name of 257"), text("orders"), text(prefix)}));
}
Bound decision_token() { return token(&Samples::decision_token); }
Bound activity_token() { return token(&Samples::activity_token); }
Bound page_token() { return between(fresh(), {}, {text("x"), letters(core::kMaxPageTokenBytes + 1)}).because("INVALID_TOKEN"); }

}  // namespace bounds

Bound&& Bound::like(const std::string& value) && {
  sample = bounds::text(value);
  return std::move(*this);
}
Bound&& Bound::not_empty() && {
  refused.push_back(bounds::text(""));
  return std::move(*this);
}

}  // namespace baton::testing
