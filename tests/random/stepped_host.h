// The time of one coordinator and the turns of its threads: each that waits goes on when it has something to do and the test lets it, one at
// a time, until it waits again. So what a test does between two turns is found all at once, a test that drives alone always knows when its
// coordinator is quiet, and a seed tells the same story each time. Everything but wait_until() and pass_gate() is for the test's thread.
#pragma once

#include <atomic>
#include <condition_variable>
#include <cstdint>
#include <functional>
#include <mutex>
#include <vector>

#include "coordinator/engine/clock.h"

namespace baton::testing {

class SteppedHost final : public engine::HostTime {
 public:
  // `now_ms` is the test's own, and may be that of other hosts too.
  explicit SteppedHost(const std::atomic<int64_t>& now_ms) : now_ms_(now_ms), seen_ms_(now_ms.load()) {}

  int64_t boot_ms() const override { return now_ms_; }
  void wait_until(std::condition_variable& wake, std::unique_lock<std::mutex>& lock, int64_t until_ms,
                  const std::function<bool()>& done) const override;

  // So many threads wait here when they have nothing to do. `flush` returns when those that wait elsewhere have done what they were given.
  // Until then, and from let_go() on, everybody goes on as it likes.
  void take_charge(size_t threads, std::function<void()> flush);
  void let_go();
  // The test itself has given something to those that wait elsewhere.
  void flush();
  // Everybody has its turns until nobody has anything to do. A test failure when that does not come.
  void settle();
  // It is later now, and what waited for that goes on; settles.
  void catch_up();

  // --- a gate before the database: who commits while it is closed waits there, which counts as having nothing to do ---
  void close_gate();
  void open_gate();
  bool gate_closed() const;
  void pass_gate();

 private:
  struct Waiter {
    uint64_t id;
    std::condition_variable* wake;
    std::mutex* mutex;
    int64_t until_ms;
    const std::function<bool()>* done;
    bool turn;
  };

  bool has_work(const Waiter& waiter) const { return (*waiter.done)() || seen_ms_ >= waiter.until_ms; }
  bool wait_for_all();
  // Somebody who has something to do goes on. False: nobody has.
  bool give_turn();
  Waiter* find(uint64_t id) const;

  const std::atomic<int64_t>& now_ms_;
  std::atomic<int64_t> seen_ms_;  // what time it is for those who wait for one
  std::atomic<bool> free_{true};
  size_t threads_ = 0;
  std::function<void()> flush_;

  mutable std::mutex mutex_;  // taken after that of a waiter
  mutable std::condition_variable changed_;
  mutable std::vector<Waiter*> waiters_;
  mutable uint64_t next_id_ = 1;
  uint64_t flushed_id_ = 0;  // the next one when those that do not wait here had nothing to do
  bool gate_closed_ = false;
  size_t at_gate_ = 0;
};

}  // namespace baton::testing
