// The identity of one run: a 16-byte UUID that sorts by time (version 7 of RFC 9562), so that the
// rows of new runs land at the right edge of an index. A plain value: thread-safe to read.
#pragma once

#include <array>
#include <compare>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace baton::core {

struct RunId {
  // Most significant byte first. All zero: no run.
  std::array<uint8_t, 16> bytes{};

  // Takes the 36-character form, hexadecimal digits in either case; nothing for any other text.
  static std::optional<RunId> from_text(std::string_view text);
  // Takes exactly 16 bytes; nothing for any other number.
  static std::optional<RunId> from_bytes(std::string_view bytes);

  // 36 characters, lower case: "0190b0a4-3f2e-7c5d-9e8f-0123456789ab".
  std::string to_text() const;
  // The 16 bytes, for a protobuf or database field. Valid as long as this object.
  std::string_view view() const {
    return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
  }
  bool empty() const { return *this == RunId{}; }

  // By time of creation, to the millisecond; then arbitrary.
  friend std::strong_ordering operator<=>(const RunId&, const RunId&) = default;
  friend bool operator==(const RunId&, const RunId&) = default;
};

// A new id. `unix_ms` is the time of creation, 0 to 2^48 - 1; of `random` 74 bits are used, which
// must not repeat within a millisecond.
RunId make_time_ordered(int64_t unix_ms, std::span<const uint8_t, 10> random);
// The n-th of the ids that come with `id`, which is the 0-th: different for every n below 2^32.
RunId sibling(RunId id, uint32_t n);

}  // namespace baton::core

template <>
struct std::hash<baton::core::RunId> {
  size_t operator()(const baton::core::RunId& id) const noexcept {
    return std::hash<std::string_view>{}(id.view());
  }
};
