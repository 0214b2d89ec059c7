// Brings tasks and pollers together, per domain, task list and kind: by priority, then age; never more tasks than free slots. In memory only:
// what waits is also in the store's backlog, and pollers never query. Thread-safe.
#pragma once

#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <set>
#include <string>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/status/statusor.h"
#include "coordinator/engine/task_poller.h"

namespace baton::engine {

using ListKey = store::Store::ListKey;

// A task that found no poller.
struct WaitingOffer {
  store::BacklogKey key;
  int32_t priority = 0;
  int64_t scheduled_ms = 0;
  std::string preferred_instance;   // who should have it...
  int64_t preferred_until_ms = 0;   // ...until then
};

class Matcher {
 public:
  // Asks the lane of the run to offer the task to the poller, whose slot is taken. Called without the matcher's lock.
  using Dispatch = std::function<void(const WaitingOffer&, std::shared_ptr<TaskPoller>)>;

  Matcher(size_t max_pollers, Dispatch dispatch) : max_pollers_(max_pollers), dispatch_(std::move(dispatch)) {}

  // Known, but without tasks until it is opened.
  absl::StatusOr<std::shared_ptr<TaskPoller>> add(PollerSpec spec, std::shared_ptr<PollerSink> sink, size_t max_pollers_per_list);
  // Its free slots are offered from now on.
  void open(const std::shared_ptr<TaskPoller>& poller, int64_t now_ms);
  std::shared_ptr<TaskPoller> find(PollerId id) const;
  // No more tasks to it. `when_idle`: see Engine::drain_poller. Idempotent.
  void drain(TaskPoller& poller, std::function<void()> when_idle = {});
  // It let an offer lapse: no more tasks to it until it is heard, since each would be late by the delivery timeout. Idempotent.
  void silence(TaskPoller& poller);
  // The client has acknowledged, answered or given back something.
  void heard(const std::shared_ptr<TaskPoller>& poller, int64_t now_ms);
  // Forgets it. Idempotent.
  std::shared_ptr<TaskPoller> remove(PollerId id);

  // A slot for a task that is being scheduled now; nothing when none is free, or when the preferred instance is there but busy.
  std::shared_ptr<TaskPoller> reserve(const ListKey& list, const std::string& preferred_instance);
  // Gives a slot back (a task was answered, withdrawn, given back, or its offer came to nothing); the next waiting task takes it.
  void release(const std::shared_ptr<TaskPoller>& poller, int64_t now_ms);
  // A slot for something that is no task. False: it gets nothing now, or has none free.
  bool take_slot_of(TaskPoller& poller);
  // A reconnecting client holds a task: it takes a slot, free or not.
  void occupy(TaskPoller& poller);

  // A task waits (durably). Known ones are not added twice.
  void wait(const ListKey& list, WaitingOffer offer, int64_t now_ms);
  // It is offered, or ended.
  void forget(const ListKey& list, const store::BacklogKey& key);
  // Sticky waits that are over go to anyone. Returns when the next one is over; 0: none.
  int64_t expire_preferences(int64_t now_ms);

  // Lists with pollers, busy or not: tasks may wait for them in the store that are not known here, and older than those that are.
  std::vector<ListKey> polled_lists() const;
  std::vector<std::shared_ptr<TaskPoller>> pollers() const;

 private:
  struct Order {
    bool operator()(const WaitingOffer& a, const WaitingOffer& b) const {
      if (a.priority != b.priority) return a.priority > b.priority;
      if (a.scheduled_ms != b.scheduled_ms) return a.scheduled_ms < b.scheduled_ms;
      return a.key < b.key;
    }
  };
  using Waiting = std::set<WaitingOffer, Order>;
  struct List {
    std::deque<std::shared_ptr<TaskPoller>> ready;  // with free slots, served in turn
    absl::flat_hash_map<std::string, std::vector<std::shared_ptr<TaskPoller>>> instances;  // open ones, by instance id
    Waiting waiting;
    std::map<store::BacklogKey, Waiting::iterator> by_key;
    size_t sticky = 0;   // how many of them wait for an instance
    size_t pollers = 0;  // added and not removed
  };
  using Match = std::pair<WaitingOffer, std::shared_ptr<TaskPoller>>;

  List& list_of(const ListKey& key);
  void drop_if_unused(std::map<ListKey, List>::iterator list);
  std::shared_ptr<TaskPoller> take_slot(List& list);
  // Among those that get tasks, and no longer.
  void enlist(List& list, const std::shared_ptr<TaskPoller>& poller);
  void unlist(TaskPoller& poller);
  void make_ready(List& list, const std::shared_ptr<TaskPoller>& poller);
  std::shared_ptr<TaskPoller> slot_of_instance(List& list, const std::string& instance, bool& present);
  // Returns what follows.
  static Waiting::iterator take_out(List& list, Waiting::iterator place);
  void match(List& list, int64_t now_ms, std::vector<Match>& matches);
  void dispatch(const std::vector<Match>& matches);

  const size_t max_pollers_;
  const Dispatch dispatch_;
  mutable std::mutex mutex_;
  std::map<ListKey, List> lists_;
  absl::flat_hash_map<PollerId, std::shared_ptr<TaskPoller>> pollers_;
  PollerId next_id_ = 1;
};

}  // namespace baton::engine
