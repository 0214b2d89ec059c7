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
  Waiter self{0, &wake, lock.mutex(), until_ms, now_ms_, &done};
  {
    const std::lock_guard own(mutex_);
    self.id = next_id_++;
    waiters_.push_back(&self);
    ++moves_;
    changed_.notify_all();
  }
  wake.wait(lock, [&] { return self.may_go(); });
  const std::lock_guard own(mutex_);
  waiters_.erase(std::find(waiters_.begin(), waiters_.end(), &self));
}

void SteppedHost::set_threads(size_t count, std::function<void()> flush) {
  threads_ = count;
  flush_ = std::move(flush);
}

int64_t SteppedHost::moves() const {
  const std::lock_guard own(mutex_);
  return moves_;
}

SteppedHost::Waiter* SteppedHost::find(uint64_t id) const {
  const auto found = std::find_if(waiters_.begin(), waiters_.end(), [&](const Waiter* waiter) { return waiter->id == id; });
  return found == waiters_.end() ? nullptr : *found;
}

bool SteppedHost::is_idle() const {
  std::vector<std::pair<uint64_t, std::mutex*>> waiting;
  {
    const std::lock_guard own(mutex_);
    if (at_gate_ > 0 && !gate_closed_) return false;  // on its way
    if (waiters_.size() + at_gate_ < threads_) return false;
    for (const Waiter* waiter : waiters_) waiting.emplace_back(waiter->id, waiter->mutex);
  }
  for (const auto& [id, mutex] : waiting) {
    const std::lock_guard theirs(*mutex);  // whoever is still in the list then sleeps, or has been woken and not come so far
    const std::lock_guard own(mutex_);
    const Waiter* waiter = find(id);
    if (waiter == nullptr || waiter->may_go()) return false;
  }
  return true;
}

void SteppedHost::settle() {
  if (threads_ == 0) return;
  const auto until = std::chrono::steady_clock::now() + kPatience;
  while (true) {
    const int64_t before = moves();
    flush_();
    for (int64_t seen = moves(); !is_idle(); seen = moves()) {
      std::unique_lock own(mutex_);
      if (!changed_.wait_until(own, until, [&] { return moves_ != seen; })) {
        ADD_FAILURE() << "a coordinator does not come to rest";
        return;
      }
    }
    // Nobody moved since the others were flushed, so nobody gave them anything.
    if (moves() == before) return;
  }
}

SteppedHost::Waiter* SteppedHost::next_due() const {
  const std::lock_guard own(mutex_);
  const int64_t now_ms = now_ms_;
  // Housekeeping's threads share a mutex; lanes go before them.
  const auto place = [&](const Waiter* waiter) {
    const bool shares = std::count_if(waiters_.begin(), waiters_.end(), [&](const Waiter* w) { return w->mutex == waiter->mutex; }) > 1;
    return std::tuple(waiter->until_ms, shares, waiter->id);
  };
  Waiter* next = nullptr;
  for (Waiter* waiter : waiters_) {
    const bool is_due = waiter->until_ms <= now_ms && waiter->granted_ms < now_ms;
    if (is_due && (next == nullptr || place(waiter) < place(next))) next = waiter;
  }
  return next;
}

void SteppedHost::grant(uint64_t id, std::mutex& mutex) const {
  const std::lock_guard theirs(mutex);
  const std::lock_guard own(mutex_);
  Waiter* waiter = find(id);
  if (waiter == nullptr) return;
  waiter->granted_ms = now_ms_;
  waiter->wake->notify_all();
}

void SteppedHost::catch_up() {
  settle();
  // Nobody moves but who is told to, so that who is due stays in the list.
  for (const Waiter* due = next_due(); due != nullptr && !::testing::Test::HasFailure(); due = next_due()) {
    grant(due->id, *due->mutex);
    settle();
  }
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
  ++moves_;
  changed_.notify_all();
  changed_.wait(own, [&] { return !gate_closed_; });
  --at_gate_;
}

}  // namespace baton::testing
