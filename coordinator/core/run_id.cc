#include "coordinator/core/run_id.h"

#include <algorithm>
#include <cassert>
#include <cstring>

namespace baton::core {
namespace {

constexpr size_t kTextLength = 36;

// Whether a hyphen stands at this place of the text form.
constexpr bool is_hyphen(size_t place) {
  return place == 8 || place == 13 || place == 18 || place == 23;
}

// -1 for anything but a hexadecimal digit.
constexpr int digit_value(char digit) {
  if (digit >= '0' && digit <= '9') return digit - '0';
  if (digit >= 'a' && digit <= 'f') return digit - 'a' + 10;
  if (digit >= 'A' && digit <= 'F') return digit - 'A' + 10;
  return -1;
}

}  // namespace

std::optional<RunId> RunId::from_text(std::string_view text) {
  if (text.size() != kTextLength) return std::nullopt;
  RunId id;
  size_t byte = 0;
  for (size_t place = 0; place < kTextLength;) {
    if (is_hyphen(place)) {
      if (text[place] != '-') return std::nullopt;
      ++place;
      continue;
    }
    const int high = digit_value(text[place]);
    const int low = digit_value(text[place + 1]);
    if (high < 0 || low < 0) return std::nullopt;
    id.bytes[byte++] = static_cast<uint8_t>(high << 4 | low);
    place += 2;
  }
  return id;
}

std::optional<RunId> RunId::from_bytes(std::string_view bytes) {
  RunId id;
  if (bytes.size() != id.bytes.size()) return std::nullopt;
  std::memcpy(id.bytes.data(), bytes.data(), bytes.size());
  return id;
}

std::string RunId::to_text() const {
  static constexpr char kDigits[] = "0123456789abcdef";
  std::string text(kTextLength, '-');
  size_t place = 0;
  for (const uint8_t byte : bytes) {
    if (is_hyphen(place)) ++place;
    text[place++] = kDigits[byte >> 4];
    text[place++] = kDigits[byte & 0x0f];
  }
  return text;
}

RunId make_time_ordered(int64_t unix_ms, std::span<const uint8_t, 10> random) {
  assert(unix_ms >= 0 && unix_ms < int64_t{1} << 48);
  RunId id;
  for (int i = 0; i < 6; ++i) id.bytes[i] = static_cast<uint8_t>(unix_ms >> (40 - 8 * i));
  std::copy(random.begin(), random.end(), id.bytes.begin() + 6);
  id.bytes[6] = static_cast<uint8_t>(0x70 | (id.bytes[6] & 0x0f));  // version 7
  id.bytes[8] = static_cast<uint8_t>(0x80 | (id.bytes[8] & 0x3f));  // the RFC's variant
  return id;
}

RunId sibling(RunId id, uint32_t n) {
  uint32_t tail = n;
  for (size_t i = 0; i < 4; ++i) tail += uint32_t{id.bytes[15 - i]} << (8 * i);
  for (size_t i = 0; i < 4; ++i) id.bytes[15 - i] = static_cast<uint8_t>(tail >> (8 * i));
  return id;
}

}  // namespace baton::core
