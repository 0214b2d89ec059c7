// Handlers on somebody else's executor: each is called once or noticed as lost, and the end waits for all of them.
#include "executor_runner.h"

#include <gtest/gtest.h>

#include <future>
#include <latch>
#include <thread>

namespace baton::detail {
namespace {

using Work = std::function<void()>;

class NoHeartbeats final : public HeartbeatSink {
  void beat(const std::string&, const Payload&) override {}
};

class ExecutorRunnerTest : public ::testing::Test {
 protected:
  std::vector<HandlerRunner::Job> jobs(int count) {
    std::vector<HandlerRunner::Job> made;
    v1::ActivityTask task;
    for (int i = 0; i < count; ++i) made.push_back(std::make_shared<AttemptState>(&task, sink_));
    return made;
  }
  ExecutorRunner runner(Executor executor) {
    return {std::move(executor), [this](const HandlerRunner::Job&, bool) { ++ran_; }, [this](const HandlerRunner::Job&) { ++dropped_; }};
  }
  Executor keep() {
    return [this](Work work) { given_.push_back(std::move(work)); };
  }

  NoHeartbeats sink_;
  std::vector<Work> given_;
  std::atomic<int> ran_ = 0, dropped_ = 0;
};

TEST_F(ExecutorRunnerTest, EachIsDoneOnceHoweverOftenItIsCalled) {
  ExecutorRunner runner = this->runner(keep());
  runner.push(jobs(3));
  EXPECT_EQ(ran_, 0);
  for (const Work& work : given_) {
    work();
    work();
  }
  EXPECT_EQ(ran_, 3);
  EXPECT_EQ(dropped_, 0);
}

TEST_F(ExecutorRunnerTest, WhatTheExecutorThrowsAwayIsNoticed) {
  ExecutorRunner runner = this->runner(keep());
  runner.push(jobs(3));
  given_[1]();
  given_.clear();
  EXPECT_EQ(ran_, 1);
  EXPECT_EQ(dropped_, 2);
}

TEST_F(ExecutorRunnerTest, AnExecutorThatRefusesLosesOnlyThatOne) {
  int offered = 0;
  ExecutorRunner runner = this->runner([&](Work work) {
    if (++offered == 2) throw std::runtime_error("full");
    given_.push_back(std::move(work));
  });
  runner.push(jobs(3));
  EXPECT_EQ(dropped_, 1);
  for (const Work& work : given_) work();
  EXPECT_EQ(ran_, 2);
}

TEST_F(ExecutorRunnerTest, TheEndWaitsForWhatRunsAndBeginsNothing) {
  std::latch begun(1), release(1);
  ExecutorRunner runner{keep(),
                        [&](const HandlerRunner::Job&, bool) {
                          ++ran_;
                          begun.count_down();
                          release.wait();
                        },
                        [this](const HandlerRunner::Job&) { ++dropped_; }};
  runner.push(jobs(3));
  std::thread running(given_[0]);
  begun.wait();
  auto stopped = std::async(std::launch::async, [&] { runner.stop(); });
  for (size_t before = 0; before < given_.size(); std::this_thread::yield()) {  // until it takes no more
    before = given_.size();
    runner.push(jobs(1));
  }
  given_[1]();
  const int thrown_away = static_cast<int>(given_.size()) - 2;
  given_.resize(2);
  EXPECT_EQ(ran_, 1);
  EXPECT_EQ(dropped_, thrown_away);
  EXPECT_NE(stopped.wait_for(std::chrono::seconds(0)), std::future_status::ready);
  release.count_down();
  stopped.get();
  running.join();
}

TEST_F(ExecutorRunnerTest, ACopyOfTheWorkThatStaysHoldsNothingUp) {
  std::vector<Work> copies;
  {
    ExecutorRunner runner = this->runner(keep());
    runner.push(jobs(1));
    copies = given_;
    given_[0]();
  }
  copies[0]();
  EXPECT_EQ(ran_, 1);
}

}  // namespace
}  // namespace baton::detail
