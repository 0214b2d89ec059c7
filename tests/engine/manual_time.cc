#include "tests/engine/manual_time.h"

namespace baton::testing {

void ManualTime::wait_until(std::condition_variable& wake, std::unique_lock<std::mutex>& lock, int64_t until_ms,
                            const std::function<bool()>& done) const {
  const std::pair waiter(&wake, lock.mutex());
  {
    const std::lock_guard own(mutex_);
    waiting_.insert(waiter);
  }
  wake.wait(lock, [&] { return done() || now_ms_ >= until_ms; });
  const std::lock_guard own(mutex_);
  waiting_.erase(waiting_.find(waiter));
}

void ManualTime::advance(int64_t ms) {
  now_ms_ += ms;
  std::multiset<std::pair<std::condition_variable*, std::mutex*>> waiting;
  {
    const std::lock_guard own(mutex_);
    waiting = waiting_;
  }
  for (const auto& [wake, mutex] : waiting) {
    { const std::lock_guard seen(*mutex); }  // it either waits already or will see the new time
    wake->notify_all();
  }
}

}  // namespace baton::testing
