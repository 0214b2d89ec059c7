// The database's clock, known without asking: its offset to CLOCK_BOOTTIME is measured with every heartbeat, so that skewed, stepped or
// sleeping hosts agree on deadlines. Thread-safe; never goes backwards.
#pragma once

#include <atomic>
#include <cstdint>

namespace baton::engine {

class DatabaseClock {
 public:
  // Milliseconds of CLOCK_BOOTTIME.
  static int64_t boot_ms();

  // The database said `database_ms` between the two boot times. A measurement that took long says little and is used only if it is the first.
  void observe(int64_t database_ms, int64_t boot_before_ms, int64_t boot_after_ms);
  int64_t now_ms() const;

 private:
  std::atomic<int64_t> offset_ms_{0};
  std::atomic<bool> known_{false};
  mutable std::atomic<int64_t> latest_ms_{0};
};

}  // namespace baton::engine
