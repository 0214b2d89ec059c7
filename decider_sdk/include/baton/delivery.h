// A signal or a cancel request to another execution, on its way.
#pragma once

#include "baton/detail/ending.h"
#include "baton/failures.h"

namespace baton {

namespace detail {

// --- what the run does for the templates below (decider_sdk/src/replay) ---
struct DeliveryKind {
  using Failure = DeliveryFailed;
  static bool failed(const Waitable* delivery);
  static const Payload* result(const Waitable*) { return nullptr; }
  static DeliveryFailed failure(const Waitable* delivery);
  [[noreturn]] static void throw_failure(const Waitable* delivery) { throw failure(delivery); }
  static void release(Run*, Waitable*) {}  // the place is not used again
};

}  // namespace detail

// co_await returns once it is in the other execution's history, which says nothing of what that one
// makes of it; throws DeliveryFailed. co_await outcome() gives Outcome<void, DeliveryFailed>. It may
// be dropped: then nobody hears of a failure, and what still waits for a child's start when this
// execution closes is never sent.
class Delivery : public detail::Ending<void, detail::DeliveryKind> {
 public:
  using detail::Ending<void, detail::DeliveryKind>::Ending;
};

}  // namespace baton
