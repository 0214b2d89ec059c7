#include "tests/engine/scripted_poller.h"

#include <chrono>

#include "gtest/gtest.h"

namespace baton::testing {
namespace {

constexpr auto kPatience = std::chrono::seconds(20);

template <class T>
std::optional<T> take_first(std::deque<T>& queue) {
  if (queue.empty()) return std::nullopt;
  T first = std::move(queue.front());
  queue.pop_front();
  return first;
}

}  // namespace

template <class T>
T ScriptedPoller::take(std::deque<T>& queue, const char* what) {
  std::unique_lock lock(mutex_);
  const bool came = changed_.wait_for(lock, kPatience, [&] { return !queue.empty(); });
  EXPECT_TRUE(came) << "no " << what << " came";
  return take_first(queue).value_or(T{});
}

engine::OfferedTask ScriptedPoller::next_offer() { return take(offers_, "task"); }
TaskToken ScriptedPoller::next_cancel() { return take(cancels_, "cancel request"); }
v1::QueryTask ScriptedPoller::next_query() { return take(queries_, "query"); }
ScriptedPoller::Closed ScriptedPoller::next_closed() { return take(closed_, "word of a closed task"); }

void ScriptedPoller::wait_for_draining() {
  std::unique_lock lock(mutex_);
  EXPECT_TRUE(changed_.wait_for(lock, kPatience, [&] { return draining_; }));
}

size_t ScriptedPoller::offers() const {
  const std::lock_guard lock(mutex_);
  return offers_.size();
}

size_t ScriptedPoller::closed_count() const {
  const std::lock_guard lock(mutex_);
  return closed_.size();
}

size_t ScriptedPoller::queries() const {
  const std::lock_guard lock(mutex_);
  return queries_.size();
}

std::optional<engine::OfferedTask> ScriptedPoller::take_offer() {
  const std::lock_guard lock(mutex_);
  return take_first(offers_);
}

std::optional<ScriptedPoller::Closed> ScriptedPoller::take_closed() {
  const std::lock_guard lock(mutex_);
  return take_first(closed_);
}

std::optional<TaskToken> ScriptedPoller::take_cancel() {
  const std::lock_guard lock(mutex_);
  return take_first(cancels_);
}

void ScriptedPoller::end_stream() {
  const std::lock_guard lock(mutex_);
  over_ = true;
}

bool ScriptedPoller::offer(std::span<engine::OfferedTask> offered) {
  const std::lock_guard lock(mutex_);
  if (over_) return false;
  std::move(offered.begin(), offered.end(), std::back_inserter(offers_));
  changed_.notify_all();
  return true;
}

bool ScriptedPoller::query(v1::QueryTask task) {
  const std::lock_guard lock(mutex_);
  if (over_) return false;
  queries_.push_back(std::move(task));
  changed_.notify_all();
  return true;
}

void ScriptedPoller::cancel_requested(const TaskToken& token) {
  const std::lock_guard lock(mutex_);
  cancels_.push_back(token);
  changed_.notify_all();
}

void ScriptedPoller::closed(const TaskToken& token, const absl::Status& why) {
  const std::lock_guard lock(mutex_);
  closed_.push_back({token, why});
  changed_.notify_all();
}

void ScriptedPoller::draining() {
  const std::lock_guard lock(mutex_);
  draining_ = true;
  changed_.notify_all();
}

}  // namespace baton::testing
