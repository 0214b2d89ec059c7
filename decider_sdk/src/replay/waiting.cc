// Waitable, Group and the handles' checks.
#include <stdexcept>

#include "baton/handles.h"
#include "replay/cancel_scope.h"

namespace baton::detail {

void Waitable::add(Waiter* waiter) {
  waiter->waiting = true;
  waiter->next = nullptr;
  waiter->previous = last_;
  (last_ != nullptr ? last_->next : first_) = waiter;
  last_ = waiter;
}

void Waitable::remove(Waiter* waiter) {
  (waiter->previous != nullptr ? waiter->previous->next : first_) = waiter->next;
  (waiter->next != nullptr ? waiter->next->previous : last_) = waiter->previous;
  waiter->waiting = false;
}

void Waitable::wake(Scheduler& scheduler) {
  while (first_ != nullptr) {
    Waiter* const waiter = first_;
    remove(waiter);
    if (waiter->group != nullptr) {
      waiter->group->member_ready(waiter, scheduler);
    } else {
      scheduler.post(waiter->coroutine);
    }
  }
}

bool Waitable::wake_one(Scheduler& scheduler) {
  for (Waiter* waiter = first_; waiter != nullptr; waiter = waiter->next) {
    if (waiter->group != nullptr) continue;  // a group takes nothing
    remove(waiter);
    scheduler.post(waiter->coroutine);
    return true;
  }
  return false;
}

bool Waitable::scope_canceled() const { return is_canceled(scope_); }

void Handle::throw_outdated() {
  throw std::logic_error(
      "this future or timer was taken by an earlier co_await of a temporary handle; keep the "
      "handle "
      "in a variable and await that");
}

void Group::begin(bool any, const Handle* members, size_t count) {
  recycle();
  any_ = any;
  narrowed_ = false;
  woken_by_ = 0;
  missing_ = 0;
  members_.clear();
  waiters_.assign(count, Waiter{.group = this});
  for (size_t i = 0; i < count; ++i) {
    members[i].check();
    members_.push_back(members[i].waitable);
    if (!members_[i]->ready()) ++missing_;
  }
  while (woken_by_ + 1 < count && !members_[woken_by_]->ready()) ++woken_by_;
  set_ready(any ? missing_ < count : missing_ == 0);
  if (ready()) return;
  for (size_t i = 0; i < count; ++i) {
    if (!members_[i]->ready()) members_[i]->add(&waiters_[i]);
  }
}

void Group::end() {
  for (size_t i = 0; i < members_.size(); ++i) {
    if (waiters_[i].waiting) members_[i]->remove(&waiters_[i]);
  }
  members_.clear();
}

void Group::member_ready(const Waiter* waiter, Scheduler& scheduler) {
  if (ready()) return;
  woken_by_ = static_cast<size_t>(waiter - waiters_.data());
  if (!any_ && --missing_ > 0) return;
  set_ready(true);
  wake(scheduler);
}

void Group::narrow(Scheduler* scheduler) {
  if (ready()) return;
  narrowed_ = any_;
  missing_ = 0;
  for (size_t i = 0; i < members_.size(); ++i) {
    if (!waiters_[i].waiting) continue;
    if (members_[i]->scope_canceled()) {
      ++missing_;
    } else {
      members_[i]->remove(&waiters_[i]);
      narrowed_ = true;
    }
  }
  any_ = false;
  if (missing_ > 0) return;
  set_ready(true);
  if (scheduler != nullptr) wake(*scheduler);
}

size_t Group::chosen() const {
  if (woken_by_ < members_.size() && members_[woken_by_]->ready()) return woken_by_;
  for (size_t i = 0; i < members_.size(); ++i) {
    if (members_[i]->ready()) return i;
  }
  return woken_by_;
}

}  // namespace baton::detail
