// Workers with an executor of the user's, with room that changes, and with hooks, against a real coordinator.
#include <gmock/gmock.h>

#include <future>
#include <map>
#include <random>
#include <thread>

#include "baton/client.h"
#include "baton/decider.h"
#include "baton/worker.h"
#include "live_coordinator.h"

namespace baton::testing {
namespace {

using namespace std::chrono_literals;

constexpr auto kPatience = 30s;
constexpr Activity<int(int)> square{"square", "1"};
constexpr WorkflowType<int(int)> sum_of_squares{"sum_of_squares", "1"};
constexpr ActivityOptions kStep{.start_to_close = 30s, .heartbeat = 5s, .task_list = "work"};

Task<int> sum_of_squares_code(Workflow wf, int count) {
  std::vector<Future<int>> squares;
  for (int i = 1; i <= count; ++i) squares.push_back(wf.schedule(square, i, kStep));
  int sum = 0;
  for (auto& one : squares) sum += co_await one;
  co_return sum;
}
int expected(int count) { return count * (count + 1) * (2 * count + 1) / 6; }

class Counting final : public MetricsHooks {
 public:
  void task_offered(const TaskFacts&) override { count("offered"); }
  void task_started(const TaskFacts&) override { count("started"); }
  void task_ended(const TaskFacts&, TaskEnd end, Duration) override { count(end == TaskEnd::kCompleted ? "completed" : "failed"); }
  void stream_broken(const std::string&, const std::string&, const std::string&) override { count("broken"); }
  void stream_back(const std::string&, const std::string&) override { count("back"); }
  int of(const std::string& what) {
    const std::lock_guard lock(mutex_);
    return counts_[what];
  }

 private:
  void count(const std::string& what) {
    const std::lock_guard lock(mutex_);
    ++counts_[what];
  }
  std::mutex mutex_;
  std::map<std::string, int> counts_;
};

class WorkerLiveTest : public ::testing::Test {
 protected:
  WorkerLiveTest() {
    client_.ensure_domain();
    client_.ensure_activity_type({"square", "1"});
    client_.ensure_workflow_type({"sum_of_squares", "1"}, {.task_list = "decisions"});
    decider_ = std::make_unique<Decider>(client_, "decisions", DeciderOptions{.threads = 1, .metrics = decisions_});
    decider_->on(sum_of_squares, sum_of_squares_code);
    deciding_ = std::async(std::launch::async, [this] { return decider_->run(); });
  }
  ~WorkerLiveTest() override {
    end_workers();
    end_decider();
  }
  void end_decider() {
    if (decider_ == nullptr) return;
    decider_->stop();
    EXPECT_EQ(deciding_.get(), 0);
    decider_.reset();
  }
  Worker& begin_worker(const WorkerOptions& options, std::function<int(int)> handler) {
    workers_.push_back(std::make_unique<Worker>(client_, "work", options));
    Worker& worker = *workers_.back();
    worker.on(square, std::move(handler));
    working_.push_back(std::async(std::launch::async, [&worker] { return worker.run(); }));
    return worker;
  }
  void end_workers() {
    for (auto& worker : workers_) worker->stop();
    for (auto& result : working_) EXPECT_EQ(result.get(), 0);
    working_.clear();
    workers_.clear();
  }
  int result(const std::string& id, int count) {
    auto run = client_.start(sum_of_squares, id, count);
    const auto closed = run.wait(kPatience);
    return closed && closed->status == CloseStatus::kCompleted ? from_payload<int>(closed->result) : -1;
  }

  LiveCoordinator coordinator_;
  Client client_{coordinator_.address(), "live", {.identity = "test"}};
  const std::shared_ptr<Counting> decisions_ = std::make_shared<Counting>();
  std::unique_ptr<Decider> decider_;
  std::future<int> deciding_;
  std::vector<std::unique_ptr<Worker>> workers_;
  std::vector<std::future<int>> working_;
};

TEST_F(WorkerLiveTest, NeverMoreTasksAtOnceThanThereIsRoomFor) {
  std::atomic<int> running = 0, most = 0;
  const auto counting = std::make_shared<Counting>();
  begin_worker({.slots = 50, .more_tasks = [](int in_hand) { return 3 - in_hand; }, .metrics = counting}, [&](int number) {
    const int now = ++running;
    for (int seen = most; seen < now && !most.compare_exchange_weak(seen, now);) {
    }
    std::this_thread::yield();
    --running;
    return number * number;
  });
  EXPECT_EQ(result("w", 200), expected(200));
  EXPECT_LE(most, 3);
  EXPECT_EQ(counting->of("completed"), 200);
}

TEST_F(WorkerLiveTest, WhatOneWorkerHasNoRoomForAnotherDoesMeanwhile) {
  std::atomic<int> room = 1, by_first = 0;
  begin_worker({.slots = 50, .more_tasks = [&](int in_hand) { return room - in_hand; }}, [&](int number) {
    ++by_first;
    return number * number;
  });
  EXPECT_EQ(result("first", 1), 1);
  room = 0;
  begin_worker({.slots = 4}, [](int number) { return number * number; });
  EXPECT_EQ(result("second", 100), expected(100));
  EXPECT_EQ(by_first, 1);
  end_workers();
  room = 8;
  begin_worker({.slots = 50, .more_tasks = [&](int in_hand) { return room - in_hand; }}, [&](int number) { return number * number; });
  EXPECT_EQ(result("third", 30), expected(30));
}

TEST_F(WorkerLiveTest, RoomThatComesAndGoesLosesNothingAndDoesNothingTwice) {
  std::mutex mutex;
  std::mt19937 dice(17);
  std::map<int, int> done;
  const auto more_tasks = [&](int) {
    const std::lock_guard lock(mutex);
    return static_cast<int>(dice() % 4);
  };
  begin_worker({.slots = 20, .more_tasks = more_tasks}, [&](int number) {
    const std::lock_guard lock(mutex);
    ++done[number];
    return number * number;
  });
  EXPECT_EQ(result("w", 40), expected(40));
  for (const auto& [number, times] : done) EXPECT_EQ(times, 1) << number;
}

TEST_F(WorkerLiveTest, AnExecutorDoesWhatTheWorkersThreadsWould) {
  std::mutex mutex;
  std::vector<std::future<void>> threads;
  const auto executor = [&](std::function<void()> work) {
    const std::lock_guard lock(mutex);
    threads.push_back(std::async(std::launch::async, std::move(work)));
  };
  begin_worker({.slots = 8, .executor = executor}, [](int number) { return number * number; });
  EXPECT_EQ(result("w", 100), expected(100));
  end_workers();
  EXPECT_EQ(threads.size(), 100u);
}

TEST_F(WorkerLiveTest, HooksCountWhatHappenedAlsoAcrossARestart) {
  const auto counting = std::make_shared<Counting>();
  begin_worker({.metrics = counting}, [](int number) { return number * number; });
  EXPECT_EQ(result("before", 10), expected(10));
  coordinator_.restart();
  EXPECT_EQ(result("after", 10), expected(10));
  end_workers();
  end_decider();
  EXPECT_EQ(counting->of("offered"), 20);
  EXPECT_EQ(counting->of("started"), 20);
  EXPECT_EQ(counting->of("completed"), 20);
  EXPECT_GE(counting->of("broken"), 1);
  EXPECT_EQ(counting->of("back"), 1);
  EXPECT_EQ(decisions_->of("started"), decisions_->of("completed"));
  EXPECT_GE(decisions_->of("completed"), 4);
  EXPECT_GE(decisions_->of("broken"), 1);
  EXPECT_EQ(decisions_->of("back"), 1);
}

}  // namespace
}  // namespace baton::testing
