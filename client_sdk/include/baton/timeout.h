// How long something may take: a duration, no limit, or not said (the default of the type).
#pragma once

#include <chrono>
#include <cstdint>

namespace baton {

using Clock = std::chrono::system_clock;
using TimePoint = std::chrono::time_point<Clock, std::chrono::milliseconds>;
using Duration = std::chrono::milliseconds;

// A small value; converts from any std::chrono duration (cut to whole milliseconds, at most 366
// days, never negative). `{}` is "not said", which is neither zero nor none().
class Timeout {
 public:
  constexpr Timeout() = default;
  template <class Rep, class Period>
  constexpr Timeout(std::chrono::duration<Rep, Period> after)  // NOLINT: implicit on purpose
      : milliseconds_(std::chrono::duration_cast<std::chrono::milliseconds>(after).count()) {}
  static constexpr Timeout none() {
    Timeout timeout;
    timeout.milliseconds_ = kNone;
    return timeout;
  }

  constexpr bool is_default() const { return milliseconds_ == kDefault; }
  constexpr bool is_none() const { return milliseconds_ == kNone; }
  // Meaningful unless is_default() or is_none().
  constexpr Duration after() const { return Duration(milliseconds_); }

  friend constexpr bool operator==(Timeout, Timeout) = default;

 private:
  static constexpr int64_t kDefault = INT64_MIN;
  static constexpr int64_t kNone = INT64_MIN + 1;
  int64_t milliseconds_ = kDefault;
};

}  // namespace baton
