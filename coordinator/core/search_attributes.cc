#include "coordinator/core/search_attributes.h"

#include <bit>
#include <cmath>
#include <cstdint>

#include "coordinator/core/fault.h"
#include "coordinator/core/journal_values.h"
#include "coordinator/core/limits.h"
#include "coordinator/core/names.h"

namespace baton::core {
namespace {

using Api = baton::v1::SearchAttribute;
using Journal = baton::journal::v1::SearchAttribute;

// What google.protobuf.Timestamp may hold: the years 1 to 9999.
constexpr int64_t kFirstSecond = -62'135'596'800, kLastSecond = 253'402'300'799;
constexpr uint64_t kHighestBit = uint64_t{1} << 63;

std::string big_endian(uint64_t word) {
  std::string bytes(8, '\0');
  for (size_t i = 0; i < 8; ++i) bytes[i] = static_cast<char>(word >> (56 - 8 * i));
  return bytes;
}

std::string sortable(int64_t value) { return big_endian(static_cast<uint64_t>(value) ^ kHighestBit); }

// Negative numbers grow with their bits the other way round. -0 is 0.
std::string sortable(double value) {
  const uint64_t bits = std::bit_cast<uint64_t>(value == 0 ? 0.0 : value);
  return big_endian((bits & kHighestBit) != 0 ? ~bits : bits | kHighestBit);
}

std::string kind_of(const Journal& attribute) { return std::string(1, static_cast<char>(attribute.value_case())); }

std::string value_of(const Journal& attribute) {
  switch (attribute.value_case()) {
    case Journal::kText:
      return attribute.text();
    case Journal::kInteger:
      return sortable(attribute.integer());
    case Journal::kNumber:
      return sortable(attribute.number());
    case Journal::kFlag:
      return std::string(1, attribute.flag() ? '\1' : '\0');
    case Journal::kTimeMs:
      return sortable(attribute.time_ms());
    case Journal::VALUE_NOT_SET:
      break;
  }
  return "";
}

}  // namespace

absl::Status check_search_attribute(const std::string& field, const Api& attribute) {
  switch (attribute.value_case()) {
    case Api::kText:
      return check_text(field + ".text", attribute.text(), kMaxSearchTextChars);
    case Api::kNumber:
      return std::isfinite(attribute.number()) ? absl::OkStatus() : invalid_field(field + ".number", "is no finite number");
    case Api::kTime: {
      const auto& time = attribute.time();
      const bool legal = time.seconds() >= kFirstSecond && time.seconds() <= kLastSecond && time.nanos() >= 0 && time.nanos() <= 999'999'999;
      return legal ? absl::OkStatus() : invalid_field(field + ".time", "is not a time of the years 1 to 9999");
    }
    case Api::kInteger:
    case Api::kFlag:
      return absl::OkStatus();
    case Api::VALUE_NOT_SET:
      break;
  }
  return invalid_field(field, "has no value: give text, integer, number, flag or time");
}

absl::Status check_search_attributes(const std::string& field, const ApiSearchAttributes& attributes) {
  if (attributes.size() > kMaxSearchAttributes) {
    return invalid_field(field, "has " + std::to_string(attributes.size()) + " attributes: at most " + std::to_string(kMaxSearchAttributes));
  }
  for (const auto& [name, attribute] : attributes) {
    if (absl::Status s = check_name(field + " key", name, kMaxSearchNameChars); !s.ok()) return s;
    if (absl::Status s = check_search_attribute(field + "[" + name + "]", attribute); !s.ok()) return s;
  }
  return absl::OkStatus();
}

Journal to_journal(const Api& attribute) {
  Journal kept;
  if (attribute.has_text()) kept.set_text(attribute.text());
  if (attribute.has_integer()) kept.set_integer(attribute.integer());
  if (attribute.has_number()) kept.set_number(attribute.number());
  if (attribute.has_flag()) kept.set_flag(attribute.flag());
  if (attribute.has_time()) kept.set_time_ms(attribute.time().seconds() * 1000 + attribute.time().nanos() / 1'000'000);
  return kept;
}

void to_journal(const ApiSearchAttributes& attributes, JournalSearchAttributes* kept) {
  for (const auto& [name, attribute] : attributes) (*kept)[name] = to_journal(attribute);
}

void to_api(const Journal& attribute, Api* shown) {
  if (attribute.has_text()) shown->set_text(attribute.text());
  if (attribute.has_integer()) shown->set_integer(attribute.integer());
  if (attribute.has_number()) shown->set_number(attribute.number());
  if (attribute.has_flag()) shown->set_flag(attribute.flag());
  if (attribute.has_time_ms()) set_timestamp(attribute.time_ms(), shown->mutable_time());
}

std::string sortable_bytes(const Journal& attribute) { return kind_of(attribute) + value_of(attribute); }
std::string before_its_kind(const Journal& attribute) { return kind_of(attribute); }
std::string after_its_kind(const Journal& attribute) { return std::string(1, static_cast<char>(attribute.value_case() + 1)); }

}  // namespace baton::core
