// The queue that resumes coroutines, and what they wait on. Part of the SDK's inside: user code has
// no business here.
#pragma once

#include <coroutine>
#include <cstddef>
#include <cstdint>
#include <vector>

namespace baton::detail {

// First in, first out; the only place that resumes a coroutine. One per run, used by one thread at
// a time.
class Scheduler {
 public:
  void post(std::coroutine_handle<> coroutine) { queue_.push_back(coroutine); }
  // Resumes until nothing is left or stop() was called.
  void run() {
    stopped_ = false;
    for (size_t next = 0; next < queue_.size() && !stopped_; ++next) queue_[next].resume();
    queue_.clear();
  }
  // What is still queued is dropped: the run is over, or it failed to replay.
  void stop() { stopped_ = true; }

  // Posts the first resumption of a coroutine, which calls entered() from its body. Not balanced
  // after run(): the compiler made a body that does not run.
  void begin(std::coroutine_handle<> coroutine) {
    ++not_entered_;
    post(coroutine);
  }
  void entered() { --not_entered_; }
  bool balanced() const { return not_entered_ == 0 || stopped_; }

 private:
  std::vector<std::coroutine_handle<>> queue_;
  int not_entered_ = 0;
  bool stopped_ = false;
};

class CancelScope;
class Group;

// One coroutine, or one member of a group, that waits. Lives in the waiting coroutine's frame or in
// its group.
struct Waiter {
  std::coroutine_handle<> coroutine{};
  Group* group = nullptr;  // instead of `coroutine`
  Waiter* next = nullptr;
  Waiter* previous = nullptr;
  bool waiting = false;
};

// Something that becomes ready, once or again and again. Waiters are woken in the order they came.
class Waitable {
 public:
  Waitable() = default;
  Waitable(const Waitable&) = delete;
  Waitable& operator=(const Waitable&) = delete;

  bool ready() const { return ready_; }
  void add(Waiter* waiter);
  void remove(Waiter* waiter);
  // Counts the users of a recycled waitable, so that an outdated handle is noticed.
  uint32_t generation() const { return generation_; }
  // The cancellation scope that it was begun in; null: none.
  CancelScope* scope() const { return scope_; }
  void set_scope(CancelScope* scope) { scope_ = scope; }
  // It was begun in a scope that is canceled.
  bool scope_canceled() const;

 protected:
  ~Waitable() = default;
  // Wakes everyone who waits.
  void wake(Scheduler& scheduler);
  // Wakes the first coroutine that waits by itself; false: there is none.
  bool wake_one(Scheduler& scheduler);
  void set_ready(bool ready) { ready_ = ready; }
  void recycle() {
    ready_ = false;
    scope_ = nullptr;
    ++generation_;
  }

 private:
  Waiter* first_ = nullptr;
  Waiter* last_ = nullptr;
  CancelScope* scope_ = nullptr;
  uint32_t generation_ = 0;
  bool ready_ = false;
};

// What Task and the handles are made from.
struct Handle {
  Waitable* waitable = nullptr;
  uint32_t generation = 0;

  // Throws std::logic_error when the result was taken already and the place is in other use.
  void check() const {
    if (waitable == nullptr || waitable->generation() != generation) throw_outdated();
  }
  [[noreturn]] static void throw_outdated();
};

}  // namespace baton::detail
