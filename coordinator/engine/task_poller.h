// One client that waits for tasks, as the engine keeps it: its slots and what is out to it. Shared by the matcher, the lanes and the calls that
// answer; thread-safe.
#pragma once

#include <atomic>
#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>

#include "absl/container/flat_hash_set.h"
#include "coordinator/engine/poller.h"
#include "coordinator/store/store.h"

namespace baton::engine {

// One hand-out of one task.
struct DeliveryKey {
  core::RunId run_id;
  int64_t scheduled_event_id = 0;
  int32_t attempt = 1;
  int32_t delivery = 0;
  friend bool operator==(const DeliveryKey&, const DeliveryKey&) = default;
  template <class H>
  friend H AbslHashValue(H h, const DeliveryKey& key) {
    return H::combine(std::move(h), key.run_id.bytes, key.scheduled_event_id, key.attempt, key.delivery);
  }
};

class TaskPoller : public std::enable_shared_from_this<TaskPoller> {
 public:
  TaskPoller(PollerId id, PollerSpec spec, std::shared_ptr<PollerSink> sink)
      : id_(id), spec_(std::move(spec)), sink_(std::move(sink)) {}

  PollerId id() const { return id_; }
  const PollerSpec& spec() const { return spec_; }
  store::Store::ListKey list() const { return {spec_.kind, spec_.domain, spec_.task_list}; }

  // --- what is out to it ---
  // True if it did not hold the delivery yet: it takes a slot.
  bool hold(const DeliveryKey& key) {
    const std::lock_guard lock(mutex_);
    return held_.insert(key).second;
  }
  bool holds(const DeliveryKey& key) {
    const std::lock_guard lock(mutex_);
    return held_.contains(key);
  }
  // True if it held the delivery: a slot is free again.
  bool drop(const DeliveryKey& key) {
    const std::lock_guard lock(mutex_);
    return held_.erase(key) > 0;
  }

  // When its stream broke (database time); 0: it is connected.
  int64_t broken_ms() const { return broken_ms_; }
  void set_broken(int64_t now_ms) { broken_ms_ = now_ms; }

  // It let an offer lapse and has said nothing since: gets no tasks (see Matcher::silence).
  bool silent() const { return silent_; }

  // Calls its sink, one call at a time; nothing once the client is gone.
  template <class Call>
  void with_sink(Call call) {
    const std::lock_guard lock(sink_mutex_);
    if (broken_ms_ == 0) call(*sink_);
  }
  // False: the client cannot get them any more; the tokens of `offered` are as they were.
  bool offer(std::span<OfferedTask> offered) {
    const std::lock_guard lock(sink_mutex_);
    return broken_ms_ == 0 && sink_->offer(offered);
  }
  // Waits for a call in progress; afterwards the sink is not called again.
  void close_sink(int64_t now_ms) {
    const std::lock_guard lock(sink_mutex_);
    broken_ms_ = now_ms;
  }

 private:
  friend class Matcher;  // owns silent_ and the last five, under its own lock

  const PollerId id_;
  const PollerSpec spec_;
  const std::shared_ptr<PollerSink> sink_;
  std::mutex sink_mutex_;
  std::mutex mutex_;
  absl::flat_hash_set<DeliveryKey> held_;
  std::atomic<int64_t> broken_ms_{0};
  std::atomic<bool> silent_{false};

  int32_t free_slots_ = 0;
  bool listed_ = false;  // in its list's queue of pollers with free slots
  bool open_ = false;    // gets tasks: opened, not draining, not removed
  bool removed_ = false;
  std::function<void()> when_idle_;  // of a draining one that is not idle yet
};

}  // namespace baton::engine
