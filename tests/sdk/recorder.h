// Hooks that remember what they were told.
#pragma once

#include <gtest/gtest.h>

#include <algorithm>
#include <chrono>
#include <condition_variable>
#include <functional>
#include <mutex>
#include <string>
#include <vector>

#include "baton/metrics.h"

namespace baton::testing {

// One line for each call: "offered ID", "completed ID", "back LIST", "3 of 16"; ID is the activity's, or the run's of a decision task.
class Recorder final : public MetricsHooks {
 public:
  void task_offered(const TaskFacts& task) override { add("offered", task); }
  void task_acknowledged(const TaskFacts& task) override { add("acknowledged", task); }
  void task_returned(const TaskFacts& task) override { add("returned", task); }
  void task_started(const TaskFacts& task) override { add("started", task); }
  void task_ended(const TaskFacts& task, TaskEnd end, Duration took) override {
    static constexpr const char* kEnds[] = {"completed", "failed", "canceled"};
    EXPECT_GE(took, Duration(0));
    add(kEnds[static_cast<int>(end)], task);
  }
  void task_lost(const TaskFacts& task) override { add("lost", task); }
  void report_retried(const TaskFacts& task) override { add("retried", task); }
  void report_refused(const TaskFacts& task, const std::string& why) override { add("refused, " + why + ",", task); }
  void stream_broken(const std::string& list, const std::string&, const std::string&) override { add("broken " + list); }
  void stream_back(const std::string& list, const std::string&) override { add("back " + list); }
  void slots_in_use(const std::string&, int in_use, int slots) override { add(std::to_string(in_use) + " of " + std::to_string(slots)); }

  // Waits until it was told; fails the test when it is not. All that was told so far.
  std::vector<std::string> wait_for(const std::string& line) {
    std::unique_lock lock(mutex_);
    EXPECT_TRUE(changed_.wait_for(lock, std::chrono::seconds(20), [&] { return std::find(lines_.begin(), lines_.end(), line) != lines_.end(); }))
        << "never told: " << line;
    return lines_;
  }
  std::vector<std::string> lines() {
    const std::lock_guard lock(mutex_);
    return lines_;
  }
  // Called for each offer.
  std::function<void()> on_offer = [] {};

 private:
  void add(const std::string& what, const TaskFacts& task) {
    EXPECT_EQ(task.type.version, "1");
    EXPECT_EQ(task.attempt, 1);
    add(what + " " + (task.activity_id.empty() ? task.execution.run_id : task.activity_id));
    if (what == "offered") on_offer();
  }
  void add(std::string line) {
    const std::lock_guard lock(mutex_);
    lines_.push_back(std::move(line));
    changed_.notify_all();
  }

  std::mutex mutex_;
  std::condition_variable changed_;
  std::vector<std::string> lines_;
};

}  // namespace baton::testing
