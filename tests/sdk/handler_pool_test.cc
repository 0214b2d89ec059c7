// The worker's threads: few for what returns at once, as many as it takes for what blocks.
#include "handler_pool.h"

#include <gtest/gtest.h>

#include <latch>

namespace baton::detail {
namespace {

class NoHeartbeats final : public HeartbeatSink {
  void beat(const std::string&, const Payload&) override {}
};

class HandlerPoolTest : public ::testing::Test {
 protected:
  std::vector<HandlerPool::Job> jobs(int count) {
    std::vector<HandlerPool::Job> made;
    v1::ActivityTask task;
    for (int i = 0; i < count; ++i) made.push_back(std::make_shared<AttemptState>(&task, sink_));
    return made;
  }
  NoHeartbeats sink_;
};

TEST_F(HandlerPoolTest, WhatReturnsAtOnceNeedsFewThreads) {
  constexpr int kRounds = 50, kJobs = 200;
  std::latch done(kRounds * kJobs);
  HandlerPool pool(1000, [&](const HandlerPool::Job&, bool) { done.count_down(); });
  for (int i = 0; i < kRounds; ++i) pool.push(jobs(kJobs));
  done.wait();
  EXPECT_LE(pool.threads(), 64u);
}

TEST_F(HandlerPoolTest, EveryBlockedHandlerGetsAThreadUpToTheBound) {
  constexpr int kMost = 100;
  std::latch all(kMost), release(1);
  HandlerPool pool(kMost, [&](const HandlerPool::Job&, bool) {
    all.count_down();
    release.wait();
  });
  pool.push(jobs(kMost));
  all.wait();
  EXPECT_EQ(pool.threads(), static_cast<size_t>(kMost));
  release.count_down();
  pool.stop();
}

TEST_F(HandlerPoolTest, NeverMoreAtOnceThanTheBound) {
  std::atomic<int> running = 0, most = 0;
  std::latch done(300);
  HandlerPool pool(3, [&](const HandlerPool::Job&, bool) {
    const int now = ++running;
    for (int seen = most; seen < now && !most.compare_exchange_weak(seen, now);) {
    }
    std::this_thread::yield();
    --running;
    done.count_down();
  });
  for (int i = 0; i < 30; ++i) pool.push(jobs(10));
  done.wait();
  EXPECT_LE(most, 3);
}

TEST_F(HandlerPoolTest, StoppingDropsWhatHasNotBegun) {
  std::latch begun(1), release(1);
  std::atomic<int> ran = 0;
  HandlerPool pool(1, [&](const HandlerPool::Job&, bool) {
    ++ran;
    begun.count_down();
    release.wait();
  });
  pool.push(jobs(1));
  begun.wait();
  pool.push(jobs(5));
  std::thread stopper([&] { pool.stop(); });
  const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds(20);
  while (pool.threads() > 0 && std::chrono::steady_clock::now() < deadline) std::this_thread::yield();
  release.count_down();
  stopper.join();
  pool.push(jobs(1));
  EXPECT_EQ(ran, 1);
  EXPECT_EQ(pool.threads(), 0u);
}

}  // namespace
}  // namespace baton::detail
