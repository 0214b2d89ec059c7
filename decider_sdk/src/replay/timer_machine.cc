#include "replay/timer_machine.h"

#include <algorithm>

#include "symbol.h"
#include "wire.h"

namespace baton::detail {

TimerMachine* Timers::take_place() {
  if (free_.empty()) {
    machines_.push_back(std::make_unique<TimerMachine>());
    return machines_.back().get();
  }
  TimerMachine* const place = free_.back();
  free_.pop_back();
  return place;
}

TimerMachine* Timers::start(Duration duration, const std::source_location& where) {
  TimerMachine* const timer = take_place();
  timer->id_ = std::to_string(next_id_++);
  timer->pins_ = 1;
  auto* const attributes =
      log_.add({DecisionKind::kStartTimer, timer, timer->id_, where})->mutable_start_timer();
  attributes->set_timer_id(timer->id_);
  to_wire(duration, attributes->mutable_start_to_fire_timeout());
  return timer;
}

void Timers::cancel(TimerMachine* timer, const std::source_location& where) {
  if (timer->ready()) return;
  ++timer->pins_;
  log_.add({DecisionKind::kCancelTimer, timer, timer->id_, where})
      ->mutable_cancel_timer()
      ->set_timer_id(timer->id_);
  timer->canceled_ = true;
  timer->failure_ = "CANCELED";
  end(timer);
}

void Timers::release(TimerMachine* timer) {
  timer->released_ = true;
  ++timer->pins_;
  unpin(timer);
}

// The place is used again when neither code nor history can refer to its old life any more.
void Timers::unpin(TimerMachine* timer) {
  if (--timer->pins_ > 0 || !timer->released_ || timer->open_) return;
  timer->recycle();
  timer->failure_.clear();
  timer->fired_ = timer->canceled_ = timer->released_ = false;
  free_.push_back(timer);
}

void Timers::end(TimerMachine* timer) {
  timer->set_ready(true);
  timer->wake(scheduler_);
}

bool Timers::started(const v1::HistoryEvent& event) {
  const Decided* const match =
      log_.match(DecisionKind::kStartTimer, event.timer_started().timer_id());
  if (match == nullptr) return false;
  auto* const timer = static_cast<TimerMachine*>(match->machine);
  timer->open_ = true;
  open_.emplace_back(event.event_id(), timer);
  unpin(timer);
  return true;
}

bool Timers::start_failed(const v1::HistoryEvent& event) {
  const auto& attributes = event.start_timer_failed();
  const Decided* const match = log_.match(DecisionKind::kStartTimer, attributes.timer_id());
  if (match == nullptr) return false;
  auto* const timer = static_cast<TimerMachine*>(match->machine);
  if (!timer->ready()) {
    timer->failure_ = symbol(attributes.cause());
    end(timer);
  }
  unpin(timer);
  return true;
}

bool Timers::close(int64_t started_event_id, TimerMachine** timer) {
  const auto place = std::find_if(open_.begin(), open_.end(), [&](const auto& entry) {
    return entry.first == started_event_id;
  });
  if (place == open_.end()) return false;
  *timer = place->second;
  (*timer)->open_ = false;
  open_.erase(place);
  return true;
}

bool Timers::fired(const v1::HistoryEvent& event) {
  TimerMachine* timer = nullptr;
  if (!close(event.timer_fired().started_event_id(), &timer)) return false;
  if (!timer->ready()) {  // a canceled one may fire before the cancel is recorded
    timer->fired_ = true;
    end(timer);
  }
  return true;
}

bool Timers::canceled(const v1::HistoryEvent& event) {
  const auto& attributes = event.timer_canceled();
  const Decided* const match = log_.match(DecisionKind::kCancelTimer, attributes.timer_id());
  TimerMachine* timer = nullptr;
  if (match == nullptr || !close(attributes.started_event_id(), &timer)) return false;
  unpin(timer);
  return true;
}

bool Timers::cancel_failed(const v1::HistoryEvent& event) {
  const Decided* const match =
      log_.match(DecisionKind::kCancelTimer, event.cancel_timer_failed().timer_id());
  if (match == nullptr) return false;
  unpin(static_cast<TimerMachine*>(match->machine));
  return true;
}

}  // namespace baton::detail
