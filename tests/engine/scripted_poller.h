// A client that waits for tasks, as the engine sees it: keeps what it is told until the test looks.
#pragma once

#include <condition_variable>
#include <deque>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "coordinator/engine/engine.h"

namespace baton::testing {

using journal::v1::TaskToken;

class ScriptedPoller final : public engine::PollerSink {
 public:
  engine::PollerId id = 0;

  // Its stream is over, though the engine has not heard of that: offers do not reach it.
  void end_stream();

  // --- what the test waits for; a test failure when it does not come ---
  engine::OfferedTask next_offer();
  TaskToken next_cancel();
  v1::QueryTask next_query();
  struct Closed {
    TaskToken token;
    absl::Status why;
  };
  Closed next_closed();
  void wait_for_draining();

  // --- what has come and was not taken ---
  size_t offers() const;
  size_t closed_count() const;
  size_t queries() const;
  std::optional<engine::OfferedTask> take_offer();
  std::optional<Closed> take_closed();
  std::optional<TaskToken> take_cancel();

  bool offer(std::span<engine::OfferedTask> offered) override;
  bool query(v1::QueryTask task) override;
  void cancel_requested(const TaskToken& token) override;
  void closed(const TaskToken& token, const absl::Status& why) override;
  void draining() override;

 private:
  template <class T>
  T take(std::deque<T>& queue, const char* what);

  mutable std::mutex mutex_;
  std::condition_variable changed_;
  std::deque<engine::OfferedTask> offers_;
  std::deque<TaskToken> cancels_;
  std::deque<v1::QueryTask> queries_;
  std::deque<Closed> closed_;
  bool draining_ = false, over_ = false;
};

}  // namespace baton::testing
