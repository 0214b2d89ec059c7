// Threads for handlers, as many as it takes and not more.
//
// Handlers that return at once run in a few hot threads, the one that paused last first: waking a
// thread for each would cost more than the work. When the queue does not empty at the pace of the
// last moments, since handlers block, more threads may run, twice as many every time, up to `most`.
#pragma once

#include <chrono>
#include <condition_variable>
#include <deque>
#include <memory>
#include <mutex>
#include <thread>
#include <vector>

#include "handler_runner.h"

namespace baton::detail {

class HandlerPool final : public HandlerRunner {
 public:
  HandlerPool(size_t most, Run run);
  ~HandlerPool() override { stop(); }

  void push(std::vector<Job> jobs) override;
  void stop() override;
  // How many threads there are.
  size_t threads();

 private:
  struct Thread {
    std::thread thread;
    std::condition_variable wake;
    bool called = false;
  };

  // With the lock held.
  void call_one();
  void retire(Thread& self);
  size_t spare() const { return allowed_ > busy_ + calling_ ? allowed_ - busy_ - calling_ : 0; }

  void loop(Thread& self);
  bool pause(std::unique_lock<std::mutex>& lock, Thread& self);
  void watch();

  const size_t most_;
  const size_t hot_;
  const Run run_;

  std::mutex mutex_;
  std::condition_variable watch_;
  std::deque<Job> queue_;
  std::vector<std::unique_ptr<Thread>> threads_;
  std::vector<Thread*> paused_;  // the last one paused last
  std::vector<std::unique_ptr<Thread>> retired_;
  size_t busy_ = 0;        // in a handler
  size_t calling_ = 0;     // woken or made, not yet at work
  size_t allowed_ = 0;     // may be busy
  size_t finished_ = 0;    // since the watcher looked
  bool watching_ = false;  // the watcher looks without being called
  bool stopping_ = false;
  std::thread watcher_;
};

}  // namespace baton::detail
