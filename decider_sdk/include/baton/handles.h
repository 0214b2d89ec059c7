// What baton::Workflow hands out: things to wait for. All are small, trivially destructible values
// that refer into the run; copies refer to the same thing. Valid as long as the workflow's code
// runs. `ready()` says whether co_await would go on without waiting.
#pragma once

#include <coroutine>
#include <cstddef>
#include <exception>
#include <memory>
#include <optional>
#include <source_location>
#include <vector>

#include "baton/canceled.h"
#include "baton/conversion.h"
#include "baton/detail/ending.h"
#include "baton/detail/scheduler.h"
#include "baton/detail/scope.h"
#include "baton/failures.h"
#include "baton/outcome.h"
#include "baton/task.h"

namespace baton {

class Workflow;

namespace detail {

// --- what the run does for the templates below (decider_sdk/src/replay) ---
struct ActivityKind {
  using Failure = ActivityFailed;
  static bool failed(const Waitable* activity);
  static const Payload* result(const Waitable* activity);
  static ActivityFailed failure(const Waitable* activity);
  [[noreturn]] static void throw_failure(const Waitable* activity);
  static void release(Run* run, Waitable* activity);
};
void cancel_activity(Run* run, Waitable* activity, const std::source_location& where);
void cancel_timer(Run* run, Waitable* timer, const std::source_location& where);
void release_timer(Run* run, Waitable* timer);
bool fired(const Waitable* timer);
[[noreturn]] void throw_timer_failure(const Waitable* timer);
// Pops the oldest signal. `reserved`: the one that the waker set aside for this waiter.
std::optional<Payload> pop(Waitable* channel, bool reserved);
// How the code is given what came by a channel: a signal's value. Updates have their own
// (update_request.h).
template <class T>
struct Incoming {
  static T take(Waitable* channel, bool reserved) {
    const std::optional<Payload> value = pop(channel, reserved);
    if constexpr (!std::is_void_v<T>) return from_payload<T>(value);
  }
};
// Of the message that was popped last.
const Headers& last_headers(const Waitable* channel);

// Several waitables waited for together; lives in the run.
class Group : public Waitable {
 public:
  // Waits for the members from now on. `any`: for one of them.
  void begin(bool any, const Handle* members, size_t count);
  // Waits no longer; the group may be used again.
  void end();
  void member_ready(const Waiter* waiter, Scheduler& scheduler);
  // Its scope is canceled: waits only for what ends with the scope, for all of that; nothing left:
  // ready. Null: nobody waits yet.
  void narrow(Scheduler* scheduler);
  // What was waited for did not come: narrow() took it out.
  bool narrowed() const { return narrowed_; }
  // Index of the member that woke the group; of the lowest one when several were ready before it
  // waited, or when another coroutine took what the one that woke it had.
  size_t chosen() const;

 private:
  bool any_ = true;
  bool narrowed_ = false;
  size_t missing_ = 0;
  size_t woken_by_ = 0;
  std::vector<Waitable*> members_;
  std::vector<Waiter> waiters_;
};
Group* make_group(Run* run, CancelScope* scope, bool any, const Handle* members, size_t count);
void release_group(Run* run, Group* group);

}  // namespace detail

// A scheduled activity. co_await gives its result or throws ActivityFailed, or Canceled when it was
// canceled with its scope; co_await outcome() gives Outcome<T>.
template <class T>
class [[nodiscard]] Future : public detail::Ending<T, detail::ActivityKind> {
 public:
  using detail::Ending<T, detail::ActivityKind>::Ending;

  // Asks for its end; it ends as the worker says. Nothing happens when it has ended already.
  void cancel(std::source_location where = std::source_location::current()) {
    this->handle().check();
    detail::cancel_activity(this->run(), this->handle().waitable, where);
  }
};

// A started timer. co_await returns when it has fired and throws TimerFailed when it was canceled;
// Canceled when that was with its scope.
class [[nodiscard]] Timer {
 public:
  Timer(detail::Run* run, detail::Waitable* timer)
      : run_(run), handle_{timer, timer->generation()} {}

  bool ready() const {
    handle_.check();
    return handle_.waitable->ready();
  }
  bool fired() const {
    handle_.check();
    return detail::fired(handle_.waitable);
  }
  // Whoever waits for it gets TimerFailed. Nothing happens when it has fired already.
  void cancel(std::source_location where = std::source_location::current()) {
    handle_.check();
    detail::cancel_timer(run_, handle_.waitable, where);
  }

  class Awaiter : public detail::HandleAwaiter {
   public:
    Awaiter(detail::Run* run, const detail::Handle& handle, bool last)
        : detail::HandleAwaiter(handle), run_(run), last_(last) {}
    void await_resume() const {
      if (!detail::fired(waitable())) detail::throw_timer_failure(waitable());
      if (last_) detail::release_timer(run_, waitable());
    }

   private:
    detail::Run* run_;
    bool last_;
  };
  Awaiter to_awaiter() const& { return Awaiter(run_, handle_, false); }
  Awaiter to_awaiter() && { return Awaiter(run_, handle_, true); }

  const detail::Handle& handle() const { return handle_; }

 private:
  detail::Run* run_;
  detail::Handle handle_;
};

// The signals, or the updates, of one name, in the order of arrival; none is lost before the first
// receive().
// ready(): one waits. co_await takes the oldest; throws Canceled when there is none and its scope is
// canceled.
template <class T>
class [[nodiscard]] Channel {
 public:
  Channel(detail::Waitable* channel, detail::CancelScope* scope)
      : handle_{channel, channel->generation()}, scope_(scope) {}

  bool ready() const { return handle_.waitable->ready(); }
  // What the sender of the one that was taken last passed along (see payload.h).
  const Headers& headers() const { return detail::last_headers(handle_.waitable); }

  class Awaiter {
   public:
    Awaiter(detail::Waitable* channel, detail::CancelScope* scope)
        : scope_(scope), waiter_{.waitable = channel} {}
    bool await_ready() const { return waiter_.waitable->ready() || detail::is_canceled(scope_); }
    void await_suspend(std::coroutine_handle<> coroutine) {
      suspended_ = true;
      waiter_.waiter.coroutine = coroutine;
      waiter_.waitable->add(&waiter_.waiter);
      detail::begin_wait(scope_, &waiter_);
    }
    T await_resume() {
      if (suspended_) detail::end_wait(scope_, &waiter_);
      if (suspended_ ? waiter_.canceled : !waiter_.waitable->ready()) throw Canceled();
      return detail::Incoming<T>::take(waiter_.waitable, suspended_);
    }

   private:
    detail::CancelScope* scope_;
    detail::ScopedWaiter waiter_;
    bool suspended_ = false;
  };
  Awaiter to_awaiter() const { return Awaiter(handle_.waitable, scope_); }

  const detail::Handle& handle() const { return handle_; }

 private:
  detail::Handle handle_;
  detail::CancelScope* scope_;
};

// Ready from the moment someone asked for the execution's end.
class [[nodiscard]] Cancellation {
 public:
  explicit Cancellation(detail::Waitable* request) : handle_{request, request->generation()} {}

  bool ready() const { return handle_.waitable->ready(); }

  class Awaiter : public detail::HandleAwaiter {
   public:
    using detail::HandleAwaiter::HandleAwaiter;
    void await_resume() const {}
  };
  Awaiter to_awaiter() const { return Awaiter(handle_); }

  const detail::Handle& handle() const { return handle_; }

 private:
  detail::Handle handle_;
};

// A spawned task. co_await gives what it returned, or throws what it threw.
template <class T>
class [[nodiscard]] Fiber {
 public:
  class State : public detail::Waitable {
   public:
    State(Task<T> task, detail::Scheduler& scheduler)
        : task_(std::move(task)), scheduler_(scheduler) {
      task_.start(scheduler, &State::done, this);
    }
    T take() { return task_.take(); }

   private:
    static void done(void* state) {
      auto* self = static_cast<State*>(state);
      self->set_ready(true);
      self->wake(self->scheduler_);
    }

    Task<T> task_;
    detail::Scheduler& scheduler_;
  };

  explicit Fiber(State* state) : handle_{state, state->generation()} {}

  bool ready() const { return handle_.waitable->ready(); }

  class Awaiter : public detail::HandleAwaiter {
   public:
    using detail::HandleAwaiter::HandleAwaiter;
    T await_resume() const { return static_cast<State*>(this->waitable())->take(); }
  };
  // The value is moved out: awaited at most once.
  Awaiter to_awaiter() const { return Awaiter(handle_); }

  const detail::Handle& handle() const { return handle_; }

 private:
  detail::Handle handle_;
};

// Waits for the first of several things. co_await gives its index, from 0; nothing of theirs is thrown
// or taken: await the thing itself for that. Throws Canceled when its scope is canceled before one of
// them is ready; not before those among them that end with the scope have ended.
class [[nodiscard]] Any {
 public:
  Any(detail::Run* run, detail::Group* group) : run_(run), group_(group) {}

  class Awaiter {
   public:
    Awaiter(detail::Run* run, detail::Group* group) : run_(run), group_(group) {}
    bool await_ready() const {
      if (group_->scope_canceled()) group_->narrow(nullptr);
      return group_->ready();
    }
    void await_suspend(std::coroutine_handle<> coroutine) {
      waiter_.coroutine = coroutine;
      group_->add(&waiter_);
    }
    size_t await_resume() const {
      const size_t chosen = group_->chosen();
      const bool narrowed = group_->narrowed();
      detail::release_group(run_, group_);
      if (narrowed) throw Canceled();
      return chosen;
    }

   private:
    detail::Run* run_;
    detail::Group* group_;
    detail::Waiter waiter_;
  };
  Awaiter to_awaiter() const { return Awaiter(run_, group_); }

 private:
  detail::Run* run_;
  detail::Group* group_;
};

// Waits until all of several things are ready. co_await gives nothing and throws nothing of theirs.
// Throws Canceled when its scope is canceled and some of them do not end with the scope, as signals.
class [[nodiscard]] All {
 public:
  All(detail::Run* run, detail::Group* group) : any_(run, group) {}

  class Awaiter : public Any::Awaiter {
   public:
    explicit Awaiter(const Any::Awaiter& awaiter) : Any::Awaiter(awaiter) {}
    void await_resume() const { Any::Awaiter::await_resume(); }
  };
  Awaiter to_awaiter() const { return Awaiter(any_.to_awaiter()); }

 private:
  Any any_;
};

}  // namespace baton
