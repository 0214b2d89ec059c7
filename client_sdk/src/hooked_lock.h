// Hooks that are called when the lock is let go under which there was something to tell. Private.
#pragma once

#include <functional>
#include <memory>
#include <mutex>
#include <utility>
#include <vector>

#include "baton/metrics.h"

namespace baton {

// What a stream has to tell; guarded by the stream's mutex.
class PendingHooks {
 public:
  // Null: nobody is told anything.
  PendingHooks(std::shared_ptr<MetricsHooks> hooks, std::string task_list, int slots)
      : hooks_(std::move(hooks)), task_list_(std::move(task_list)), slots_(slots) {}

  bool any() const { return hooks_ != nullptr; }
  const std::string& task_list() const { return task_list_; }
  // `call` gets the hooks; it must own what it needs, since it may be made later than the stream
  // lives.
  template <class Call>
  void add(Call call) {
    if (any()) calls_.push_back(std::move(call));
  }
  void slots_in_use(size_t count) { in_use_ = static_cast<int>(count); }

 private:
  friend class HookedLock;
  using Calls = std::vector<std::function<void(MetricsHooks&)>>;

  Calls take() {
    if (any() && std::exchange(told_in_use_, in_use_) != in_use_) {
      add([list = task_list_, in_use = in_use_, slots = slots_](MetricsHooks& hooks) {
        hooks.slots_in_use(list, in_use, slots);
      });
    }
    return std::exchange(calls_, {});
  }

  const std::shared_ptr<MetricsHooks> hooks_;
  const std::string task_list_;
  const int slots_;
  Calls calls_;
  int in_use_ = 0;
  int told_in_use_ = 0;
};

// As std::lock_guard; the calls are made by the thread that held the lock, after it.
class HookedLock {
 public:
  HookedLock(std::mutex& mutex, PendingHooks& pending) : pending_(pending), lock_(mutex) {}
  HookedLock(const HookedLock&) = delete;
  HookedLock& operator=(const HookedLock&) = delete;
  ~HookedLock() {
    if (!pending_.any()) return;
    const auto hooks = pending_.hooks_;  // the stream may be gone as soon as the lock is free
    const auto calls = pending_.take();
    lock_.unlock();
    for (const auto& call : calls) call(*hooks);
  }

 private:
  PendingHooks& pending_;
  std::unique_lock<std::mutex> lock_;
};

}  // namespace baton
