#include "handler_pool.h"

#include <algorithm>

namespace baton::detail {
namespace {

using namespace std::chrono_literals;

constexpr auto kLook = 2ms;      // how often a queue that does not empty is looked at
constexpr size_t kPatience = 5;  // so many looks may pass until it is empty
constexpr auto kIdle = 30s;      // then a thread is given up
constexpr size_t kMostHot = 4;

size_t hot_threads(size_t most) {
  return std::min(most, std::clamp<size_t>(std::thread::hardware_concurrency(), 1, kMostHot));
}

}  // namespace

HandlerPool::HandlerPool(size_t most, Run run)
    : most_(most), hot_(hot_threads(most)), run_(std::move(run)), watcher_([this] { watch(); }) {}

void HandlerPool::push(std::vector<Job> jobs) {
  const std::lock_guard lock(mutex_);
  if (jobs.empty() || stopping_) return;
  if (queue_.empty()) {
    allowed_ = std::min(most_, busy_ + hot_);
    finished_ = 0;
    if (!watching_) watch_.notify_one();
  }
  queue_.insert(queue_.end(), std::make_move_iterator(jobs.begin()),
                std::make_move_iterator(jobs.end()));
  if (spare() > 0) call_one();
}

// One more thread to work: the one that paused last, or a new one. Each calls the next, if there is
// more to do.
void HandlerPool::call_one() {
  ++calling_;
  if (!paused_.empty()) {
    Thread& thread = *paused_.back();
    paused_.pop_back();
    thread.called = true;
    thread.wake.notify_one();
    return;
  }
  threads_.push_back(std::make_unique<Thread>());
  Thread& thread = *threads_.back();
  thread.thread = std::thread([this, &thread] { loop(thread); });
}

void HandlerPool::loop(Thread& self) {
  std::unique_lock lock(mutex_);
  --calling_;
  for (;;) {
    while (!stopping_ && !queue_.empty() && busy_ < allowed_) {
      const Job job = std::move(queue_.front());
      queue_.pop_front();
      ++busy_;
      const bool more = !queue_.empty();
      if (more && spare() > 0) call_one();
      lock.unlock();
      run_(job, more);
      lock.lock();
      --busy_;
      ++finished_;
    }
    if (stopping_ || !pause(lock, self)) return;
  }
}

// False: nobody called for long.
bool HandlerPool::pause(std::unique_lock<std::mutex>& lock, Thread& self) {
  self.called = false;
  paused_.push_back(&self);
  self.wake.wait_for(lock, kIdle, [&] { return self.called || stopping_; });
  if (self.called) {
    --calling_;
    return true;
  }
  std::erase(paused_, &self);
  if (!stopping_) retire(self);
  return false;
}

// Its thread ends by itself; whoever retires next, or stop(), joins it.
void HandlerPool::retire(Thread& self) {
  for (auto& thread : retired_) thread->thread.join();
  retired_.clear();
  const auto place = std::find_if(threads_.begin(), threads_.end(),
                                  [&](const auto& thread) { return thread.get() == &self; });
  retired_.push_back(std::move(*place));
  threads_.erase(place);
}

void HandlerPool::watch() {
  std::unique_lock lock(mutex_);
  while (!stopping_) {
    watching_ = false;
    watch_.wait(lock, [this] { return stopping_ || !queue_.empty(); });
    watching_ = true;
    watch_.wait_for(lock, kLook, [this] { return stopping_; });
    if (stopping_ || queue_.empty()) continue;
    if (queue_.size() > finished_ * kPatience) {
      allowed_ = std::min({most_, std::max(allowed_, busy_) * 2, busy_ + queue_.size() + hot_});
      if (spare() > 0) call_one();
    }
    finished_ = 0;
  }
}

void HandlerPool::stop() {
  std::vector<std::unique_ptr<Thread>> ending;
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
    queue_.clear();
    ending = std::move(threads_);
    threads_.clear();
    for (auto& thread : retired_) ending.push_back(std::move(thread));
    retired_.clear();
    for (auto& thread : ending) thread->wake.notify_all();
    watch_.notify_all();
  }
  for (auto& thread : ending) thread->thread.join();
  if (watcher_.joinable()) watcher_.join();
}

size_t HandlerPool::threads() {
  const std::lock_guard lock(mutex_);
  return threads_.size();
}

}  // namespace baton::detail
