// A child workflow, as its parent's code holds it.
#pragma once

#include "baton/detail/ending.h"
#include "baton/failures.h"
#include "baton/names.h"

namespace baton {

namespace detail {

// --- what the run does for the templates below (decider_sdk/src/replay) ---
struct ChildKind {
  using Failure = ChildFailed;
  static bool failed(const Waitable* child);
  static const Payload* result(const Waitable* child);
  static ChildFailed failure(const Waitable* child);
  [[noreturn]] static void throw_failure(const Waitable* child);
  static void release(Run*, Waitable*) {}  // the place is not used again
};
const Execution& child_execution(const Waitable* child);
// What becomes ready when the child has started, or could not be.
Waitable* child_start(Waitable* child);
// Throws ChildFailed when it could not be.
const Execution& started_child(const Waitable* start);

}  // namespace detail

// The start of a child. co_await gives its execution, or throws ChildFailed (kStartFailed).
class [[nodiscard]] ChildStart {
 public:
  explicit ChildStart(detail::Waitable* start) : handle_{start, start->generation()} {}

  bool ready() const { return handle_.waitable->ready(); }

  class Awaiter : public detail::HandleAwaiter {
   public:
    using detail::HandleAwaiter::HandleAwaiter;
    const Execution& await_resume() const { return detail::started_child(waitable()); }
  };
  Awaiter to_awaiter() const { return Awaiter(handle_); }

  const detail::Handle& handle() const { return handle_; }

 private:
  detail::Handle handle_;
};

// A child workflow. co_await gives its result or throws ChildFailed, or Canceled when it was canceled
// with its scope; co_await outcome() gives Outcome<T, ChildFailed>. Dropping it changes nothing for
// the child. When the parent closes by itself its children go on; when it is terminated or times out
// its child policy says.
template <class T>
class [[nodiscard]] Child : public detail::Ending<T, detail::ChildKind> {
 public:
  using detail::Ending<T, detail::ChildKind>::Ending;

  // co_await child.started(): until it runs, so that other executions can be told of it.
  ChildStart started() const { return ChildStart(detail::child_start(this->handle().waitable)); }
  // Its run id is empty until it has started. Stays the first run's if it continues as new.
  const Execution& execution() const { return detail::child_execution(this->handle().waitable); }
};

}  // namespace baton
