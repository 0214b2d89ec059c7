// Room for tasks, as the user's function says: how many slots a call is opened with, and when it has
// to make way for one with more.
#include <algorithm>
#include <limits>

#include "activity_stream.h"

namespace baton::detail {
namespace {

using namespace std::chrono_literals;

constexpr auto kReopenPatience = 1s;  // then the call is not asked any longer, but canceled
constexpr int kAnyNumber = std::numeric_limits<int>::max();

}  // namespace

// What is held must fit in; answers among it give their slots back at once.
void ActivityStream::set_slots(int room) {
  const size_t wanted = in_hand_ + static_cast<size_t>(std::max(room, 0));
  call_slots_ = std::min(static_cast<size_t>(options_.slots), std::max(held_.size(), wanted));
  call_slots_ = std::max<size_t>(call_slots_, 1);
}

int ActivityStream::room() {
  if (!options_.more_tasks) return kAnyNumber;
  size_t in_hand = 0;
  {
    const std::lock_guard lock(mutex_);
    in_hand = in_hand_;
  }
  return options_.more_tasks(static_cast<int>(in_hand));
}

void ActivityStream::no_more_on_this_call() {
  if (std::exchange(no_room_, true)) return;
  drain_due_ = true;
  tick_at(look_for_room_at_ = Clock::now() + kLookForRoom);
}

// If the call cannot bring tasks that there is room for.
void ActivityStream::open_again_for_room() {
  if (!options_.more_tasks) return;
  {
    const std::lock_guard lock(mutex_);
    const auto now = Clock::now();
    if (reopen_by_) {
      if (now >= *reopen_by_) cancel_call();
      return;
    }
    const bool full =
        in_hand_ >= call_slots_ && call_slots_ < static_cast<size_t>(options_.slots);
    if (call_ == nullptr || draining_ || now < look_for_room_at_ || !(no_room_ || full)) return;
    look_for_room_at_ = now + kLookForRoom;
  }
  if (room() <= 0) return;
  const HookedLock lock(mutex_, hooks_);
  reopen_by_ = Clock::now() + kReopenPatience;
  write();
}

}  // namespace baton::detail
