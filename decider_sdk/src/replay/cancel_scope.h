// Cancellation scopes of a run: what is asked to end together, when the end of the execution is
// asked for or when the code says so.
#pragma once

#include <memory>
#include <source_location>
#include <vector>

#include "baton/detail/scope.h"
#include "replay/activity_machine.h"
#include "replay/delivery_machine.h"
#include "replay/timer_machine.h"

namespace baton::detail {

// One scope, with the scopes made in it.
class CancelScope {
 public:
  bool canceled() const { return canceled_; }
  void join(Waitable* waitable, Member member);
  void add(ScopedWaiter* waiter) { waiters_.push_back(waiter); }
  void remove(ScopedWaiter* waiter) { std::erase(waiters_, waiter); }
  void add(Group* group) { groups_.push_back(group); }
  void remove(Group* group) { std::erase(groups_, group); }

 private:
  friend class CancelScopes;
  struct Joined {
    Waitable* waitable;
    uint32_t generation;
    Member member;

    bool over() const { return waitable->generation() != generation || waitable->ready(); }
  };

  bool canceled_ = false;
  std::source_location where_;  // it was made
  std::vector<CancelScope*> inner_;
  std::vector<Joined> joined_;
  size_t prune_at_ = 64;
  std::vector<ScopedWaiter*> waiters_;
  std::vector<Group*> groups_;
};

// All of them; owned by the run.
class CancelScopes {
 public:
  CancelScopes(Scheduler& scheduler, Activities& activities, Timers& timers, Deliveries& deliveries)
      : scheduler_(scheduler), activities_(activities), timers_(timers), deliveries_(deliveries) {}

  // Canceled from the beginning when its parent is. No parent: that is the execution.
  CancelScope* make(CancelScope* parent, const std::source_location& where);
  CancelScope* shield() { return &shield_; }
  // Someone asked for the end of the execution. At the beginning of each decision from then on: what
  // came together with the request has been seen by then.
  void cancel_all() { cancel(&execution_, nullptr); }
  // What is open in it is asked to end, timers and waits end. `where`: who asked; null: nobody in the
  // code, the scope's own place stands for it.
  void cancel(CancelScope* scope, const std::source_location* where);

 private:
  void cancel(const CancelScope::Joined& joined, const std::source_location& where);

  Scheduler& scheduler_;
  Activities& activities_;
  Timers& timers_;
  Deliveries& deliveries_;
  CancelScope execution_;
  CancelScope shield_;
  std::vector<std::unique_ptr<CancelScope>> scopes_;
};

}  // namespace baton::detail
