#include "coordinator/engine/clock.h"

#include <algorithm>
#include <ctime>

namespace baton::engine {
namespace {
constexpr int64_t kUsefulRoundTripMs = 100;
}

int64_t DatabaseClock::boot_ms() {
  timespec now{};
  clock_gettime(CLOCK_BOOTTIME, &now);
  return int64_t{now.tv_sec} * 1000 + now.tv_nsec / 1'000'000;
}

void DatabaseClock::observe(int64_t database_ms, int64_t boot_before_ms, int64_t boot_after_ms) {
  if (known_ && boot_after_ms - boot_before_ms > kUsefulRoundTripMs) return;
  offset_ms_ = database_ms - (boot_before_ms + boot_after_ms) / 2;
  known_ = true;
}

int64_t DatabaseClock::now_ms() const {
  const int64_t now = boot_ms() + offset_ms_.load(std::memory_order_relaxed);
  int64_t latest = latest_ms_.load(std::memory_order_relaxed);
  while (latest < now && !latest_ms_.compare_exchange_weak(latest, now, std::memory_order_relaxed)) {
  }
  return std::max(latest, now);
}

}  // namespace baton::engine
