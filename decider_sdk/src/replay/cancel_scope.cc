#include "replay/cancel_scope.h"

#include <algorithm>

namespace baton::detail {

void CancelScope::join(Waitable* waitable, Member member) {
  waitable->set_scope(this);
  if (joined_.size() >= prune_at_) {
    std::erase_if(joined_, [](const Joined& one) { return one.over(); });
    prune_at_ = std::max(prune_at_, 2 * joined_.size());
  }
  joined_.push_back({waitable, waitable->generation(), member});
}

CancelScope* CancelScopes::make(CancelScope* parent, const std::source_location& where) {
  scopes_.push_back(std::make_unique<CancelScope>());
  CancelScope* const scope = scopes_.back().get();
  CancelScope* const outer = parent != nullptr ? parent : &execution_;
  scope->where_ = where;
  scope->canceled_ = outer->canceled();
  outer->inner_.push_back(scope);
  return scope;
}

void CancelScopes::cancel(CancelScope* scope, const std::source_location* where) {
  if (scope->canceled_) return;
  scope->canceled_ = true;
  // The waits first: what ends below must not look to them like what they waited for.
  for (Group* const group : scope->groups_) group->narrow(&scheduler_);
  for (ScopedWaiter* const waiter : scope->waiters_) {
    if (!waiter->waiter.waiting) continue;  // it has what it waited for
    waiter->waitable->remove(&waiter->waiter);
    waiter->canceled = true;
    scheduler_.post(waiter->waiter.coroutine);
  }
  for (const CancelScope::Joined& joined : scope->joined_) {
    if (!joined.over()) cancel(joined, where != nullptr ? *where : scope->where_);
  }
  scope->joined_.clear();
  for (CancelScope* const inner : scope->inner_) cancel(inner, where);
}

void CancelScopes::cancel(const CancelScope::Joined& joined, const std::source_location& where) {
  switch (joined.member) {
    case Member::kActivity:
      return activities_.cancel(static_cast<ActivityMachine*>(joined.waitable), where);
    case Member::kChild:
      deliveries_.request_cancel(*static_cast<ChildMachine*>(joined.waitable), where);
      return;
    case Member::kTimer:
      return timers_.cancel(static_cast<TimerMachine*>(joined.waitable), where);
    case Member::kOther:
      return;
  }
}

}  // namespace baton::detail
