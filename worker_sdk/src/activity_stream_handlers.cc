// The handlers' half of the stream: what they say, and what is due because they say nothing.
#include <algorithm>

#include "activity_stream.h"

namespace baton::detail {
namespace {

using namespace std::chrono_literals;

constexpr auto kMostTick = 250ms;
constexpr auto kBeatSpacing = 1s;        // between heartbeats with new details
constexpr size_t kAnswersPerWrite = 64;  // so many wait for the next handler

}  // namespace

bool ActivityStream::begin(const std::shared_ptr<AttemptState>& attempt) {
  const HookedLock lock(mutex_, hooks_);
  Held& held = static_cast<Held&>(*attempt);
  if (held.over) return false;
  if (held.closed) {
    give_back(held);
    write();
    return false;
  }
  held.begun = true;
  return true;
}

void ActivityStream::answer(const std::shared_ptr<AttemptState>& attempt,
                            std::unique_ptr<Answer> answer, bool more) {
  const HookedLock lock(mutex_, hooks_);
  auto held = std::static_pointer_cast<Held>(attempt);
  if (held->over) return;
  held->finished = true;
  --in_hand_;
  held->next_beat.reset();
  if (held->closed) {
    give_back(*held);
    return write();
  }
  held->answer = std::move(answer);
  answered_.push_back(std::move(held));
  if (more && answered_.size() < kAnswersPerWrite) {
    tick_at(Clock::now() + kAnswerInTime);  // the next handler may take long
  } else {
    write();
  }
}

void ActivityStream::beat(const std::string& token, const Payload& details) {
  const HookedLock lock(mutex_, hooks_);
  const auto place = held_.find(token);
  if (place == held_.end() || place->second->finished || place->second->closed) return;
  Held& held = *place->second;
  held.details = details;
  const auto now = Clock::now();
  const Clock::duration spacing = held.beat_every > 0s
                                      ? std::min<Clock::duration>(held.beat_every, kBeatSpacing)
                                      : kBeatSpacing;
  const auto due = held.last_beat + spacing;
  if (due <= now) {
    beat_now(&held, now);
    write();
  } else if (!held.next_beat || due < *held.next_beat) {
    held.next_beat = due;
    scan_at(due);
  }
}

// --- what is due ---

void ActivityStream::tick_at(Clock::time_point due) {
  if (due >= tick_due_) return;
  tick_due_ = due;
  wakeup_.notify();
}

void ActivityStream::scan_at(Clock::time_point due) {
  scan_due_ = std::min(scan_due_, due);
  tick_at(due);
}

Duration ActivityStream::tick() {
  open_again_for_room();
  const HookedLock lock(mutex_, hooks_);
  const auto now = Clock::now();
  if (now >= acknowledge_due_) {
    acknowledge_due_ = Clock::time_point::max();
    for (const auto& held : unacknowledged_) {
      if (held->over || held->finished) continue;
      acknowledge(held);
    }
    unacknowledged_.clear();
  }
  if (now >= scan_due_) scan(now);
  write();
  const auto look = no_room_ || reopen_by_ ? now + kLookForRoom : now + kMostTick;
  tick_due_ = std::min({acknowledge_due_, scan_due_, look});
  return std::max(std::chrono::ceil<Duration>(tick_due_ - now), Duration(0));
}

void ActivityStream::scan(Clock::time_point now) {
  scan_due_ = Clock::time_point::max();
  for (const auto& [token, held] : held_) {
    if (held->send_again && *held->send_again <= now && held->answer != nullptr) {
      held->send_again.reset();
      answered_.push_back(held);
      tell(&MetricsHooks::report_retried, *held);
    } else if (held->send_again) {
      scan_due_ = std::min(scan_due_, std::max(*held->send_again, now + kAnswerInTime));
    }
    if (held->finished || held->closed || !held->next_beat) continue;
    if (*held->next_beat <= now) beat_now(held.get(), now);
    if (held->next_beat) scan_due_ = std::min(scan_due_, *held->next_beat);
  }
}

void ActivityStream::beat_now(Held* held, Clock::time_point now) {
  if (call_ != nullptr) beats_.push_back(held->token());
  held->last_beat = now;
  held->next_beat.reset();
  if (held->beat_every > 0s) scan_at(*(held->next_beat = now + held->beat_every));
}

}  // namespace baton::detail
