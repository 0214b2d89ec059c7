// Cancellation scopes, as the handles see them. Part of the SDK's inside.
#pragma once

#include <source_location>

#include "baton/detail/scheduler.h"

namespace baton::detail {

class Run;

// What was begun in a scope, by what a cancellation does to it.
enum class Member {
  kActivity,  // is asked to end
  kChild,     // is asked to end
  kTimer,     // ends at once
  kOther,     // ends by itself: functions, messages, fibers
};

// --- what the run does (decider_sdk/src/replay). A scope may be null: there is none. ---

CancelScope* make_scope(Run* run, CancelScope* parent, const std::source_location& where);
// The one that is never canceled.
CancelScope* shield(Run* run);
void cancel_scope(Run* run, CancelScope* scope, const std::source_location& where);
bool is_canceled(const CancelScope* scope);
// Throws baton::Canceled when nothing may begin here any more.
void check_scope(const CancelScope* scope);
void join_scope(CancelScope* scope, Waitable* waitable, Member member);

// A coroutine that waits in a scope for something that need not end: a cancellation wakes it.
struct ScopedWaiter {
  Waiter waiter;
  Waitable* waitable = nullptr;
  bool canceled = false;
};
void begin_wait(CancelScope* scope, ScopedWaiter* waiter);
void end_wait(CancelScope* scope, ScopedWaiter* waiter);

}  // namespace baton::detail
