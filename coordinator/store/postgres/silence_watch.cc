#include "coordinator/store/postgres/silence_watch.h"

#include <sys/socket.h>

namespace baton::store::postgres {

SilenceWatch::Wait::Wait(SilenceWatch& watch, int socket, std::chrono::milliseconds limit) : watch_(watch), socket_(socket) {
  const Time until = std::chrono::steady_clock::now() + limit;
  const std::lock_guard lock(watch_.mutex_);
  place_ = watch_.waits_.emplace(until, this);
  // As a rule the limits are equal and answers come soon, so the thread sleeps on.
  if (until < watch_.wakes_at_) watch_.changed_.notify_one();
}

bool SilenceWatch::Wait::end() {
  if (watched_) {
    const std::lock_guard lock(watch_.mutex_);
    if (!cut_) watch_.waits_.erase(place_);
    watched_ = false;
  }
  return cut_;
}

SilenceWatch::SilenceWatch() : thread_([this] { run(); }) {}

SilenceWatch::~SilenceWatch() {
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
  }
  changed_.notify_one();
  thread_.join();
}

void SilenceWatch::run() {
  std::unique_lock lock(mutex_);
  while (!stopping_) {
    const Time now = std::chrono::steady_clock::now();
    while (!waits_.empty() && waits_.begin()->first <= now) {
      Wait& wait = *waits_.begin()->second;
      // Under the lock, so the descriptor is still the one that is waited on.
      ::shutdown(wait.socket_, SHUT_RDWR);
      wait.cut_ = true;
      waits_.erase(waits_.begin());
    }
    wakes_at_ = waits_.empty() ? Time::max() : waits_.begin()->first;
    if (waits_.empty()) {
      changed_.wait(lock);
    } else {
      changed_.wait_until(lock, wakes_at_);
    }
  }
}

}  // namespace baton::store::postgres
