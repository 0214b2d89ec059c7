// What lists and counts find an execution by: a typed value under a name.
#pragma once

#include <chrono>
#include <concepts>
#include <cstdint>
#include <string>
#include <string_view>
#include <variant>

#include "baton/timeout.h"

namespace baton {

// A text (at most 256 characters), a whole number, a finite number, a flag, or a time (of the years 1
// to 9999, cut to milliseconds). A value; made from what it holds: `{"eu"}`, `{42}`, `{0.5}`,
// `{true}`, `{wf.now()}`. Kinds are apart: 1 is not found as 1.0. An execution has at most 20, by
// names of 1 to 64 characters.
class SearchAttribute {
 public:
  using Value = std::variant<std::string, int64_t, double, bool, TimePoint>;

  template <std::convertible_to<std::string_view> T>
  SearchAttribute(const T& text)  // NOLINT: implicit on purpose
      : value_(std::string(std::string_view(text))) {}
  template <std::integral T>
    requires(!std::same_as<T, bool>)
  SearchAttribute(T integer)  // NOLINT: implicit on purpose
      : value_(static_cast<int64_t>(integer)) {}
  template <std::floating_point T>
  SearchAttribute(T number)  // NOLINT: implicit on purpose
      : value_(static_cast<double>(number)) {}
  template <std::same_as<bool> T>
  SearchAttribute(T flag) : value_(flag) {}  // NOLINT: implicit on purpose
  template <class D>
  SearchAttribute(std::chrono::time_point<Clock, D> time)  // NOLINT: implicit on purpose
      : value_(std::chrono::floor<Duration>(time)) {}

  const Value& value() const { return value_; }

  friend bool operator==(const SearchAttribute&, const SearchAttribute&) = default;

 private:
  Value value_;
};

}  // namespace baton
