// What activities, child workflows, functions and messages to other executions have in common: each
// ends, with a result or with a failure. Part of the SDK's inside.
#pragma once

#include <coroutine>
#include <type_traits>

#include "baton/conversion.h"
#include "baton/detail/scheduler.h"
#include "baton/outcome.h"

namespace baton::detail {

class Run;

// Waits for one waitable; what it gives is up to the derived class.
class HandleAwaiter {
 public:
  explicit HandleAwaiter(const Handle& handle) : handle_(handle) { handle_.check(); }
  bool await_ready() const { return handle_.waitable->ready(); }
  void await_suspend(std::coroutine_handle<> coroutine) {
    waiter_.coroutine = coroutine;
    handle_.waitable->add(&waiter_);
  }

 protected:
  Waitable* waitable() const { return handle_.waitable; }

 private:
  Handle handle_;
  Waiter waiter_;
};

// `Kind` says what it is that ends:
//   using Failure = …;                             what is thrown instead of a result
//   static bool failed(const Waitable*);
//   static const Payload* result(const Waitable*);  null: none was given, or it failed
//   static Failure failure(const Waitable*);        only when failed()
//   [[noreturn]] static void throw_failure(const Waitable*);  the same, or Canceled when its scope was
//                                                   canceled, and it with the scope
//   static void release(Run*, Waitable*);           the result was taken by the only handle there
//                                                   was: the place may be used again
template <class T, class Kind>
class Ending {
 public:
  using Outcome = baton::Outcome<T, typename Kind::Failure>;

  Ending(Run* run, Waitable* waitable) : run_(run), handle_{waitable, waitable->generation()} {}

  bool ready() const {
    handle_.check();
    return handle_.waitable->ready();
  }

  // co_await x.outcome() gives an Outcome: a failure as a value, nothing thrown.
  class [[nodiscard]] OutcomeWait {
   public:
    explicit OutcomeWait(const Handle& handle) : handle_(handle) {}
    class Awaiter : public HandleAwaiter {
     public:
      using HandleAwaiter::HandleAwaiter;
      Outcome await_resume() const {
        if (Kind::failed(this->waitable())) return Outcome(Kind::failure(this->waitable()));
        if constexpr (std::is_void_v<T>) {
          return Outcome(typename Outcome::Value{});
        } else {
          return Outcome(from_payload<T>(Kind::result(this->waitable())));
        }
      }
    };
    Awaiter to_awaiter() const { return Awaiter(handle_); }

   private:
    Handle handle_;
  };
  OutcomeWait outcome() const { return OutcomeWait(handle_); }

  class Awaiter : public HandleAwaiter {
   public:
    // `last`: there is no other handle.
    Awaiter(Run* run, const Handle& handle, bool last)
        : HandleAwaiter(handle), run_(run), last_(last) {}
    T await_resume() const {
      Waitable* const ended = this->waitable();
      if (Kind::failed(ended)) Kind::throw_failure(ended);
      if constexpr (std::is_void_v<T>) {
        if (last_) Kind::release(run_, ended);
      } else {
        T value = from_payload<T>(Kind::result(ended));
        if (last_) Kind::release(run_, ended);
        return value;
      }
    }

   private:
    Run* run_;
    bool last_;
  };
  Awaiter to_awaiter() const& { return Awaiter(run_, handle_, false); }
  Awaiter to_awaiter() && { return Awaiter(run_, handle_, true); }

  const Handle& handle() const { return handle_; }

 protected:
  Run* run() const { return run_; }

 private:
  Run* run_;
  Handle handle_;
};

}  // namespace baton::detail
