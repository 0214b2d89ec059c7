#include "tests/random/stepped_host.h"

#include <algorithm>
#include <chrono>
#include <tuple>
#include <utility>

#include "gtest/gtest.h"

namespace baton::testing {
namespace {

constexpr auto kPatience = std::chrono::seconds(20);

}  // namespace

void SteppedHost::wait_until(std::condition_variable& wake, std::unique_lock<std::mutex>& lock, int64_t until_ms,
                             const std::function<bool()>& done) const {
  Waiter self{0, &wake, lock.mutex(), until_ms, &done, false};
  {
    const std::lock_guard own(mutex_);
    self.id = next_id_++;
    waiters_.push_back(&self);
    changed_.notify_all();
  }
  wake.wait(lock, [&] { return self.turn || (free_ && has_work(self)); });
  const std::lock_guard own(mutex_);
  std::erase(waiters_, &self);  // already, when it was its turn
}

SteppedHost::Waiter* SteppedHost::find(uint64_t id) const {
  const auto found = std::find_if(waiters_.begin(), waiters_.end(), [&](const Waiter* waiter) { return waiter->id == id; });
  return found == waiters_.end() ? nullptr : *found;
}

void SteppedHost::take_charge(size_t threads, std::function<void()> flush) {
  threads_ = threads;
  flush_ = std::move(flush);
  free_ = false;
}

void SteppedHost::let_go() {
  if (free_.exchange(true)) return;
  threads_ = 0;
  std::vector<std::pair<uint64_t, std::mutex*>> waiting;
  {
    const std::lock_guard own(mutex_);
    for (const Waiter* waiter : waiters_) waiting.emplace_back(waiter->id, waiter->mutex);
  }
  for (const auto& [id, mutex] : waiting) {
    const std::lock_guard theirs(*mutex);
    const std::lock_guard own(mutex_);
    if (const Waiter* waiter = find(id)) waiter->wake->notify_all();
  }
}

bool SteppedHost::wait_for_all() {
  std::unique_lock own(mutex_);
  const auto all_wait = [&] { return (at_gate_ == 0 || gate_closed_) && waiters_.size() + at_gate_ == threads_; };
  const bool came = changed_.wait_for(own, kPatience, all_wait);
  EXPECT_TRUE(came) << "a coordinator does not come to rest";
  return came;
}

bool SteppedHost::give_turn() {
  using Place = std::tuple<int64_t, int64_t, uint64_t, std::mutex*>;
  std::vector<Place> waiting;
  {
    const std::lock_guard own(mutex_);
    for (const Waiter* waiter : waiters_) {
      // Housekeeping's threads share a mutex; lanes go before them.
      const auto shares = std::count_if(waiters_.begin(), waiters_.end(), [&](const Waiter* other) { return other->mutex == waiter->mutex; });
      waiting.emplace_back(shares, waiter->until_ms, waiter->id, waiter->mutex);
    }
  }
  std::sort(waiting.begin(), waiting.end());
  for (const auto& [shares, until_ms, id, mutex] : waiting) {
    const std::lock_guard theirs(*mutex);
    const std::lock_guard own(mutex_);
    Waiter* waiter = find(id);
    if (waiter == nullptr || !has_work(*waiter)) continue;
    waiter->turn = true;
    waiter->wake->notify_all();
    std::erase(waiters_, waiter);  // it waits no more
    return true;
  }
  return false;
}

void SteppedHost::flush() {
  if (threads_ > 0) flush_();
}

void SteppedHost::settle() {
  if (threads_ == 0) return;
  while (true) {
    do {
      if (!wait_for_all()) return;
    } while (give_turn());
    {
      const std::lock_guard own(mutex_);
      if (next_id_ == flushed_id_) return;
      // Whoever has done something may have given something to those that do not wait here.
      flushed_id_ = next_id_;
    }
    flush_();
  }
}

void SteppedHost::catch_up() {
  seen_ms_ = now_ms_.load();
  settle();
}

void SteppedHost::close_gate() {
  const std::lock_guard own(mutex_);
  gate_closed_ = true;
}

void SteppedHost::open_gate() {
  const std::lock_guard own(mutex_);
  gate_closed_ = false;
  changed_.notify_all();
}

bool SteppedHost::gate_closed() const {
  const std::lock_guard own(mutex_);
  return gate_closed_;
}

void SteppedHost::pass_gate() {
  std::unique_lock own(mutex_);
  if (!gate_closed_) return;
  ++at_gate_;
  changed_.notify_all();
  changed_.wait(own, [&] { return !gate_closed_; });
  --at_gate_;
}

}  // namespace baton::testing
