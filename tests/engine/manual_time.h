// Time that passes when a test says so: the host's and the database's alike.
#pragma once

#include <atomic>
#include <set>
#include <utility>

#include "coordinator/engine/clock.h"

namespace baton::testing {

class ManualTime final : public engine::HostTime {
 public:
  static constexpr int64_t kStartMs = 1'700'000'000'000;

  int64_t boot_ms() const override { return now_ms_; }
  void wait_until(std::condition_variable& wake, std::unique_lock<std::mutex>& lock, int64_t until_ms,
                  const std::function<bool()>& done) const override;

  // Wakes whoever waits for it. Not while somebody who waits is being destroyed.
  void advance(int64_t ms);

 private:
  std::atomic<int64_t> now_ms_{kStartMs};
  mutable std::mutex mutex_;  // taken after the one that a waiter waits with
  mutable std::multiset<std::pair<std::condition_variable*, std::mutex*>> waiting_;
};

}  // namespace baton::testing
