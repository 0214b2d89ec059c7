// The engine's time. The database's clock, known without asking: its offset to CLOCK_BOOTTIME is measured with every heartbeat, so that
// skewed, stepped or sleeping hosts agree on deadlines.
#pragma once

#include <atomic>
#include <condition_variable>
#include <cstdint>
#include <functional>
#include <mutex>

namespace baton::engine {

// How long this host has been up, and waiting for it to be. A test puts its own in its place. Thread-safe.
class HostTime {
 public:
  virtual ~HostTime() = default;
  // Milliseconds of CLOCK_BOOTTIME.
  virtual int64_t boot_ms() const;
  // Waits on `wake` until `done()`, or until `until_ms`. `lock` is held around done() and afterwards.
  virtual void wait_until(std::condition_variable& wake, std::unique_lock<std::mutex>& lock, int64_t until_ms,
                          const std::function<bool()>& done) const;
};

// Thread-safe; never goes backwards.
class DatabaseClock {
 public:
  // `host` outlives the clock; null: the host that this process runs on.
  explicit DatabaseClock(const HostTime* host);

  const HostTime& host() const { return host_; }
  // The database said `database_ms` between the two boot times. A measurement that took long says little and is used only if it is the first.
  void observe(int64_t database_ms, int64_t boot_before_ms, int64_t boot_after_ms);
  int64_t now_ms() const;
  // As HostTime's, until it is `database_ms`, but for a minute at most.
  void wait_until(std::condition_variable& wake, std::unique_lock<std::mutex>& lock, int64_t database_ms,
                  const std::function<bool()>& done) const;

 private:
  const HostTime& host_;
  std::atomic<int64_t> offset_ms_{0};
  std::atomic<bool> known_{false};
  mutable std::atomic<int64_t> latest_ms_{0};
};

}  // namespace baton::engine
