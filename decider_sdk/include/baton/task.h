// Workflow code is a coroutine that returns baton::Task.
//
//   baton::Task<std::string> process_order(baton::Workflow wf, std::string order) { … }
//
// Rules, most of them checked at compile time:
//  * Parameters are values (no references, no std::string_view): the frame outlives the caller's.
//  * A coroutine awaits only what baton::Workflow gives, and other Tasks.
//  * No capturing lambda as a coroutine, except one given to Decider::on(), which keeps it: captures
//    die with their lambda. (The compiler cannot check this one.)
// What the compiler cannot refuse, but g++ 12 gets wrong (clang is right in all of them):
//  * `co_await f(Agg{…})` and `Agg a{co_await f}` with an aggregate that owns memory: it is
//  destroyed
//    twice. Name the aggregate first; assign the awaited value.
//  * `c ? x : co_await f`: use if.
//  * A capturing lambda written inside a co_await expression: name it first.
//  * A body without a single local variable, with co_await in the condition of if, while or switch:
//    declare a variable. The SDK notices and says so.
#pragma once

#include <coroutine>
#include <cstring>
#include <exception>
#include <new>
#include <optional>
#include <span>
#include <string_view>
#include <type_traits>
#include <utility>

#include "baton/detail/scheduler.h"

namespace baton {

template <class T = void>
class Task;

namespace detail {

struct PromiseBase {
  Scheduler* scheduler = nullptr;
  std::coroutine_handle<> continuation;  // who awaits this task
  std::exception_ptr exception;
  // Called when the body has ended; for tasks that nobody awaits.
  void (*on_done)(void*) = nullptr;
  void* on_done_argument = nullptr;

  struct FinalAwaiter {
    bool await_ready() const noexcept { return false; }
    template <class Promise>
    void await_suspend(std::coroutine_handle<Promise> coroutine) const noexcept {
      PromiseBase& promise = coroutine.promise();
      if (promise.continuation) promise.scheduler->post(promise.continuation);
      if (promise.on_done != nullptr) promise.on_done(promise.on_done_argument);
    }
    void await_resume() const noexcept {}
  };
  std::suspend_always initial_suspend() const noexcept { return {}; }
  FinalAwaiter final_suspend() const noexcept { return {}; }
  void unhandled_exception() noexcept {
    enter();
    exception = std::current_exception();
  }

  // What a coroutine may await: a Task, and a handle that baton::Workflow gave.
  template <class A>
  auto await_transform(A&& awaited) {
    static_assert(
        requires { std::forward<A>(awaited).to_awaiter(); },
        "Workflow code awaits only what baton::Workflow gives (schedule, sleep, receive, "
        "any, all, …) and other Tasks: anything else is not in the history.");
    enter();
    return std::forward<A>(awaited).to_awaiter();
  }

  // Zeroed: the bodies that g++ 12 makes wrong (see above) then end at once, each time in the same
  // way, instead of destroying what was never made. Neither is inlined alone: g++ 12 would warn that the
  // pair does not match.
  [[gnu::noinline]] static void* operator new(size_t size) { return std::memset(::operator new(size), 0, size); }
  [[gnu::noinline]] static void operator delete(void* frame) { ::operator delete(frame); }

  // Every body that the compiler made well comes by here in its first resumption.
  void enter() {
    if (!entered) scheduler->entered();
    entered = true;
  }
  bool entered = false;
};

template <class T>
struct Promise : PromiseBase {
  std::optional<T> value;

  template <class U>
    requires std::convertible_to<U, T>
  void return_value(U&& result) {
    enter();
    value.emplace(std::forward<U>(result));
  }
  T take() {
    if (exception) std::rethrow_exception(exception);
    return *std::move(value);
  }
};
template <>
struct Promise<void> : PromiseBase {
  void return_void() { enter(); }
  void take() const {
    if (exception) std::rethrow_exception(exception);
  }
};

template <class T>
inline constexpr bool borrows = false;
template <>
inline constexpr bool borrows<std::string_view> = true;
template <class T, size_t N>
inline constexpr bool borrows<std::span<T, N>> = true;

// A lambda's own object comes as a reference to a class that is not complete inside of its body.
template <class T>
concept IsLambdaItself = std::is_reference_v<T> && std::is_class_v<std::remove_cvref_t<T>> &&
                         !requires { sizeof(std::remove_cvref_t<T>); };

template <class T>
constexpr bool is_safe_parameter() {
  if constexpr (IsLambdaItself<T>) {
    return true;
  } else if constexpr (std::is_reference_v<T>) {
    return std::is_empty_v<std::remove_cvref_t<T>>;
  } else {
    return !borrows<std::remove_cv_t<T>>;
  }
}

}  // namespace detail

// A coroutine that has not begun, runs, or has ended. Lazy: the body begins when the task is
// awaited or spawned. Movable; owns the frame. Awaited at most once.
template <class T>
class [[nodiscard]] Task {
 public:
  struct promise_type : detail::Promise<T> {
    Task get_return_object() {
      return Task(std::coroutine_handle<promise_type>::from_promise(*this));
    }
  };

  Task(Task&& other) noexcept : frame_(std::exchange(other.frame_, {})) {}
  Task& operator=(Task&& other) noexcept {
    std::swap(frame_, other.frame_);
    return *this;
  }
  ~Task() {
    if (frame_) frame_.destroy();
  }

  class Awaiter {
   public:
    explicit Awaiter(std::coroutine_handle<promise_type> frame) : frame_(frame) {}
    bool await_ready() const { return false; }
    template <class Promise>
    void await_suspend(std::coroutine_handle<Promise> parent) const {
      frame_.promise().continuation = parent;
      frame_.promise().scheduler = parent.promise().scheduler;
      frame_.promise().scheduler->begin(frame_);
    }
    T await_resume() const { return frame_.promise().take(); }

   private:
    std::coroutine_handle<promise_type> frame_;
  };
  // For the promise of the coroutine that awaits this one.
  Awaiter to_awaiter() const { return Awaiter(frame_); }

  // For the SDK: begins the body without anyone awaiting it.
  void start(detail::Scheduler& scheduler, void (*on_done)(void*), void* argument) {
    frame_.promise().scheduler = &scheduler;
    frame_.promise().on_done = on_done;
    frame_.promise().on_done_argument = argument;
    scheduler.begin(frame_);
  }
  T take() { return frame_.promise().take(); }

 private:
  explicit Task(std::coroutine_handle<promise_type> frame) : frame_(frame) {}

  std::coroutine_handle<promise_type> frame_;
};

}  // namespace baton

template <class R, class... Parameters>
struct std::coroutine_traits<baton::Task<R>, Parameters...> {
  static_assert((baton::detail::is_safe_parameter<Parameters>() && ...),
                "A workflow coroutine takes its parameters by value (no reference, no string_view) "
                "and is no member function: its frame outlives its caller's.");
  using promise_type = typename baton::Task<R>::promise_type;
};
