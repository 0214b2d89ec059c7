// The time of one coordinator and the turns of its threads. Time passes when a test says so; then whoever waited for it goes on, one thread
// after another, each when all the others have nothing to do. So a test that drives alone always knows when its coordinator is quiet, and a
// seed tells the same story each time. Everything but wait_until() and pass_gate() is for the test's thread.
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
  explicit SteppedHost(const std::atomic<int64_t>& now_ms) : now_ms_(now_ms) {}

  int64_t boot_ms() const override { return now_ms_; }
  void wait_until(std::condition_variable& wake, std::unique_lock<std::mutex>& lock, int64_t until_ms,
                  const std::function<bool()>& done) const override;

  // So many threads wait here when they have nothing to do. `flush` returns when those that wait elsewhere have done what they were given.
  void set_threads(size_t count, std::function<void()> flush);
  // Until nobody has anything to do. A test failure when that does not come.
  void settle();
  // What was waiting for the time that it is now goes on; settles.
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
    int64_t granted_ms;  // what time it is for this thread
    const std::function<bool()>* done;

    bool may_go() const { return (*done)() || granted_ms >= until_ms; }
  };

  bool is_idle() const;
  int64_t moves() const;
  // The next one whose time has come; null: nobody's.
  Waiter* next_due() const;
  void grant(uint64_t id, std::mutex& mutex) const;
  Waiter* find(uint64_t id) const;

  const std::atomic<int64_t>& now_ms_;
  size_t threads_ = 0;
  std::function<void()> flush_;

  mutable std::mutex mutex_;  // taken after that of a waiter
  mutable std::condition_variable changed_;
  mutable std::vector<Waiter*> waiters_;
  mutable uint64_t next_id_ = 1;
  mutable int64_t moves_ = 0;  // grows with everybody who comes to wait
  bool gate_closed_ = false;
  size_t at_gate_ = 0;
};

}  // namespace baton::testing
