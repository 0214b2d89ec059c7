// Client, decider and worker against a real coordinator: what each promises, together.
#include <gmock/gmock.h>

#include <future>
#include <latch>
#include <set>

#include "baton/client.h"
#include "baton/decider.h"
#include "baton/worker.h"
#include "live_coordinator.h"

namespace baton::testing {
namespace {

using namespace std::chrono_literals;
using ::testing::HasSubstr;

constexpr auto kPatience = 30s;

constexpr Activity<int(int)> add_one{"add_one", "1"};
constexpr Activity<std::string(std::string)> act{"act", "1"};  // as the text says
constexpr Signal<int> more{"more"};
constexpr WorkflowType<int(int)> count_up{"count_up", "1"};
constexpr WorkflowType<std::string(std::string)> act_once{"act_once", "1"};
constexpr WorkflowType<int()> wait_for_more{"wait_for_more", "1"};
constexpr ActivityOptions kStep{.start_to_close = 30s, .heartbeat = 1s, .task_list = "work"};
constexpr std::string_view kFinalReasons[] = {"NO_LUCK"};
constexpr ActivityOptions kRetriedStep{.start_to_close = 30s,
                                       .heartbeat = 1s,
                                       .task_list = "work",
                                       .retry = {.initial_interval = 10ms, .maximum_attempts = 4, .non_retryable_reasons = kFinalReasons}};

Task<int> count_up_code(Workflow wf, int steps) {
  int sum = 0;
  for (int i = 0; i < steps; ++i) sum = co_await wf.schedule(add_one, sum, kStep);
  co_return sum;
}

// The result, or why there is none; a cancel request is passed on to the activity.
Task<std::string> act_once_code(Workflow wf, std::string how) {
  auto activity = wf.schedule(act, how, how.starts_with("retried") ? kRetriedStep : kStep);
  auto cancel = wf.cancellation();
  co_await wf.any(activity, cancel);
  if (!activity.ready()) activity.cancel();
  const auto outcome = co_await activity.outcome();
  if (outcome.ok()) co_return *outcome;
  if (outcome.failure().kind() == ActivityFailure::kCanceled) co_return "canceled";
  const std::string why = "failed: " + outcome.failure().reason();
  co_return why;
}

Task<int> wait_for_more_code(Workflow wf) {
  auto channel = wf.receive(more);
  auto timer = wf.sleep(1ms);
  const int first = co_await channel;
  const int second = co_await channel;
  co_await timer;
  co_return first * 10 + second;
}

class LiveTest : public ::testing::Test {
 protected:
  LiveTest() : client_(coordinator_.address(), "live", {.identity = "test"}) {
    client_.ensure_domain();
    // Before anything is decided; the worker comes later.
    client_.ensure_activity_type({"add_one", "1"});
    client_.ensure_activity_type({"act", "1"});
    decider_ = std::make_unique<Decider>(client_, "decisions", DeciderOptions{.threads = 2, .register_types = true});
    decider_->on(count_up, count_up_code);
    decider_->on(act_once, act_once_code);
    decider_->on(wait_for_more, wait_for_more_code);
    deciding_ = std::async(std::launch::async, [this] { return decider_->run(); });
    begin_worker();
  }
  ~LiveTest() override {
    release_.count_down();
    end_worker();
    decider_->stop();
    EXPECT_EQ(deciding_.get(), 0);
  }

  void begin_worker() {
    worker_ = std::make_unique<Worker>(client_, "work", WorkerOptions{.slots = 50, .register_types = true});
    worker_->on(add_one, [](int number) { return number + 1; });
    worker_->on(act, [this](Attempt& attempt, std::string how) -> std::string {
      if (how == "fail" || how == "retried, fail") throw AttemptFailed("NO_LUCK");
      if (how == "retried, always busy" || (how == "retried" && attempt.number() < 3)) throw AttemptFailed("BUSY");
      if (how == "large") return std::string(40'000, 'x');
      if (how == "slowly") attempt.wait(2500ms);
      if (how == "until canceled" && attempt.wait(kPatience)) throw Canceled();
      if (how == "until released") {
        begun_.count_down();
        release_.wait();
      }
      return how + ", attempt " + std::to_string(attempt.number());
    });
    working_ = std::async(std::launch::async, [this] { return worker_->run(); });
  }
  void end_worker() {
    worker_->stop();
    EXPECT_EQ(working_.get(), 0);
  }

  // Types are registered by the decider and the worker as they begin.
  template <class Start>
  auto when_registered(Start start) -> decltype(start()) {
    const auto deadline = std::chrono::steady_clock::now() + kPatience;
    for (;;) {
      try {
        return start();
      } catch (const Error& error) {
        if (error.code() != Code::kNotFound || std::chrono::steady_clock::now() > deadline) throw;
      }
    }
  }
  std::string act_and_tell(const std::string& how) {
    auto run = when_registered([&] { return client_.start(act_once, "act " + how, how); });
    const auto closed = run.wait(kPatience);
    if (!closed) return "still open";
    return closed->status == CloseStatus::kCompleted ? from_payload<std::string>(closed->result) : to_string(closed->status);
  }
  int count_of(const Execution& execution, EventType type) {
    const History history = client_.history(execution);
    return static_cast<int>(std::count_if(history.begin(), history.end(), [&](const HistoryEvent& event) { return event.type() == type; }));
  }

  LiveCoordinator coordinator_;
  Client client_;
  std::latch begun_{1}, release_{1};
  std::unique_ptr<Decider> decider_;
  std::unique_ptr<Worker> worker_;
  std::future<int> deciding_, working_;
};

TEST_F(LiveTest, ManyExecutionsOfManySteps) {
  constexpr int kExecutions = 100, kSteps = 10;
  when_registered([&] { return client_.start(count_up, "first", 1); }).result();
  std::vector<StartRequest> requests;
  for (int i = 0; i < kExecutions; ++i) requests.push_back({"many/" + std::to_string(i), {"count_up", "1"}, to_payload(kSteps), {}});
  for (const auto& verdict : client_.start_many(requests)) ASSERT_TRUE(std::holds_alternative<std::string>(verdict));
  for (int i = 0; i < kExecutions; ++i) {
    baton::Run<int> run(client_, {"many/" + std::to_string(i), ""});
    ASSERT_EQ(run.result(), kSteps);
    EXPECT_EQ(count_of(run.execution(), EventType::kActivityTaskCompleted), kSteps);
    EXPECT_EQ(count_of(run.execution(), EventType::kActivityTaskStarted), kSteps);
  }
}

TEST_F(LiveTest, SignalsArriveInOrder) {
  auto run = when_registered([&] { return client_.start(wait_for_more, "signals"); });
  client_.signal(run.execution(), more, 4);
  client_.signal(run.execution(), more, 2);
  EXPECT_EQ(run.result(), 42);
}

TEST_F(LiveTest, AFailureReachesTheWorkflowWithItsReason) { EXPECT_EQ(act_and_tell("fail"), "failed: NO_LUCK"); }

TEST_F(LiveTest, WhatIsRetriedReachesTheWorkflowAsItsLastAttemptEnded) {
  EXPECT_EQ(act_and_tell("retried"), "retried, attempt 3");
  const Execution run{"act retried", ""};
  EXPECT_EQ(count_of(run, EventType::kActivityTaskStarted), 1);
  EXPECT_EQ(count_of(run, EventType::kActivityTaskFailed), 0);
  EXPECT_EQ(act_and_tell("retried, always busy"), "failed: BUSY");
  EXPECT_EQ(act_and_tell("retried, fail"), "failed: NO_LUCK");
}

TEST_F(LiveTest, AResultOverTheLimitFailsTheActivityAtOnce) { EXPECT_EQ(act_and_tell("large"), "failed: ANSWER_NOT_ACCEPTED"); }

TEST_F(LiveTest, AHandlerThatTakesLongerThanTheHeartbeatTimeoutStaysAlive) { EXPECT_EQ(act_and_tell("slowly"), "slowly, attempt 1"); }

TEST_F(LiveTest, ACancelRequestIsPushedToTheHandler) {
  auto run = when_registered([&] { return client_.start(act_once, "cancel", "until canceled"); });
  run.request_cancel();
  EXPECT_EQ(run.result(), "canceled");
  EXPECT_EQ(count_of(run.execution(), EventType::kActivityTaskCanceled), 1);
}

TEST_F(LiveTest, AHandlerSurvivesTheCoordinatorItGotTheTaskFrom) {
  auto run = when_registered([&] { return client_.start(act_once, "restart", "until released"); });
  begun_.wait();
  coordinator_.restart();
  release_.count_down();
  EXPECT_EQ(run.result(), "until released, attempt 1");
  EXPECT_EQ(count_of(run.execution(), EventType::kActivityTaskStarted), 1);
  EXPECT_EQ(count_of(run.execution(), EventType::kActivityTaskCompleted), 1);
  EXPECT_EQ(count_of(run.execution(), EventType::kActivityTaskTimedOut), 0);
}

TEST_F(LiveTest, AWorkerThatEndsFinishesWhatItHasAndTheNextOneGoesOn) {
  auto first = when_registered([&] { return client_.start(act_once, "drain", "until released"); });
  begun_.wait();
  worker_->stop();
  release_.count_down();
  EXPECT_EQ(working_.get(), 0);
  EXPECT_EQ(first.result(), "until released, attempt 1");
  auto second = client_.start(count_up, "next", 3);
  begin_worker();
  EXPECT_EQ(second.result(), 3);
}

TEST_F(LiveTest, ATerminatedExecutionStopsItsHandler) {
  auto run = when_registered([&] { return client_.start(act_once, "terminate", "until canceled"); });
  const auto deadline = std::chrono::steady_clock::now() + kPatience;
  while (client_.describe(run.execution()).open_activities == 0 && std::chrono::steady_clock::now() < deadline) {
  }
  client_.terminate(run.execution(), "enough");
  const auto closed = run.wait(kPatience);
  ASSERT_TRUE(closed);
  EXPECT_EQ(closed->status, CloseStatus::kTerminated);
  // All slots are there again: as many activities as the worker has slots go through.
  for (int i = 0; i < 50; ++i) client_.start(act_once, "after/" + std::to_string(i), "now");
  for (int i = 0; i < 50; ++i) {
    baton::Run<std::string> after(client_, {"after/" + std::to_string(i), ""});
    EXPECT_EQ(after.result(), "now, attempt 1");
  }
}

}  // namespace
}  // namespace baton::testing
