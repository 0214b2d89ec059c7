#include "coordinator/engine/clock.h"

#include <algorithm>
#include <chrono>
#include <ctime>

namespace baton::engine {
namespace {

constexpr int64_t kUsefulRoundTripMs = 100;
constexpr int64_t kLongestWaitMs = 60'000;

const HostTime& this_host() {
  static const HostTime host;
  return host;
}

}  // namespace

int64_t HostTime::boot_ms() const {
  timespec now{};
  clock_gettime(CLOCK_BOOTTIME, &now);
  return int64_t{now.tv_sec} * 1000 + now.tv_nsec / 1'000'000;
}

void HostTime::wait_until(std::condition_variable& wake, std::unique_lock<std::mutex>& lock, int64_t until_ms,
                          const std::function<bool()>& done) const {
  wake.wait_for(lock, std::chrono::milliseconds(until_ms - boot_ms()), done);
}

DatabaseClock::DatabaseClock(const HostTime* host) : host_(host == nullptr ? this_host() : *host) {}

void DatabaseClock::observe(int64_t database_ms, int64_t boot_before_ms, int64_t boot_after_ms) {
  if (known_ && boot_after_ms - boot_before_ms > kUsefulRoundTripMs) return;
  // What this measurement allows too stays: the middle of a round trip is only a guess.
  const int64_t offset_ms = offset_ms_;
  if (known_ && database_ms - boot_after_ms <= offset_ms && offset_ms <= database_ms - boot_before_ms) return;
  offset_ms_ = database_ms - (boot_before_ms + boot_after_ms) / 2;
  known_ = true;
}

int64_t DatabaseClock::now_ms() const {
  const int64_t now = host_.boot_ms() + offset_ms_.load(std::memory_order_relaxed);
  int64_t latest = latest_ms_.load(std::memory_order_relaxed);
  while (latest < now && !latest_ms_.compare_exchange_weak(latest, now, std::memory_order_relaxed)) {
  }
  return std::max(latest, now);
}

void DatabaseClock::wait_until(std::condition_variable& wake, std::unique_lock<std::mutex>& lock, int64_t database_ms,
                               const std::function<bool()>& done) const {
  const int64_t soon_ms = host_.boot_ms() + kLongestWaitMs;
  const int64_t offset_ms = offset_ms_.load(std::memory_order_relaxed);
  host_.wait_until(wake, lock, database_ms - soon_ms < offset_ms ? database_ms - offset_ms : soon_ms, done);
}

}  // namespace baton::engine
