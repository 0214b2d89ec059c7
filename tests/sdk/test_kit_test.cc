// The test kit (baton/testing.h), as those who test workflow code with it meet it.
#include "baton/testing.h"

#include <cstdio>
#include <fstream>

#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace baton::testing {
namespace {

using namespace std::chrono_literals;
using ::testing::HasSubstr;

constexpr WorkflowType<std::string(std::string)> kOrder{"process_order", "1"};
constexpr Activity<std::string(std::string)> kCharge{"charge_card", "1"};
constexpr Activity<std::string(std::string)> kShip{"ship_order", "1"};
constexpr Signal<std::string> kApproved{"approved"};

Task<std::string> approved_order(Workflow wf, std::string order) {
  const auto receipt = co_await wf.schedule(kCharge, order);
  auto approval = wf.receive(kApproved);
  auto deadline = wf.sleep(24h);
  co_await wf.any(approval, deadline);
  if (!approval.ready()) co_return "refunded " + receipt;
  co_return co_await wf.schedule(kShip, order);
}

std::string charged(std::string order) { return "receipt " + order; }
std::string shipped(std::string order) { return "parcel " + order; }

TEST(TestKit, AnActivityAndASignalThatComesInTime) {
  TestEnvironment env;
  env.on(kOrder, approved_order);
  env.on_activity(kCharge, charged);
  env.on_activity(kShip, shipped);
  const auto order = env.start(kOrder, "order-17", "17");
  env.after(2h, [&] { env.signal(order, kApproved, "by Ann"); });
  const TimePoint begin = env.now();
  env.run();
  EXPECT_EQ(env.result<std::string>(order), "parcel 17");
  EXPECT_EQ(env.now() - begin, 2h) << "nobody waits for the deadline any more";
  EXPECT_EQ(env.attempts(kShip), 1);
}

TEST(TestKit, TheDeadlinePasses) {
  TestEnvironment env;
  env.on(kOrder, approved_order);
  env.on_activity(kCharge, charged);
  const auto order = env.start(kOrder, "order-17", "17");
  env.run();
  EXPECT_EQ(env.result<std::string>(order), "refunded receipt 17");
  EXPECT_THAT(env.events(order), HasSubstr("ActivityTaskScheduled, ActivityTaskStarted, ActivityTaskCompleted, DecisionTaskScheduled"));
}

TEST(TestKit, AMonthOfTimersIsSkipped) {
  TestEnvironment env;
  env.on(WorkflowType<int()>{"monthly", "1"}, [](Workflow wf) -> Task<int> {
    int days = 0;
    for (; days < 30; ++days) co_await wf.sleep(24h);
    co_return days;
  });
  const auto run = env.start(WorkflowType<int()>{"monthly", "1"}, "m");
  const TimePoint begin = env.now();
  env.run();
  EXPECT_EQ(env.result<int>(run), 30);
  EXPECT_EQ(env.now() - begin, 30 * 24h);
  EXPECT_EQ(env.decisions(), 31);
}

TEST(TestKit, AFailureReachesTheWorkflow) {
  TestEnvironment env;
  env.on(kOrder, [](Workflow wf, std::string order) -> Task<std::string> {
    auto charge = wf.schedule(kCharge, order);
    const auto outcome = co_await charge.outcome();
    if (!outcome) co_return "failed: " + outcome.failure().reason();
    co_return *outcome;
  });
  env.on_activity(kCharge, [](std::string) -> std::string { throw AttemptFailed("CARD_DECLINED"); });
  const auto order = env.start(kOrder, "order-17", "17");
  env.run();
  EXPECT_EQ(env.result<std::string>(order), "failed: CARD_DECLINED");
}

TEST(TestKit, ALostAttemptTimesOut) {
  TestEnvironment env;
  env.on(kOrder, [](Workflow wf, std::string order) -> Task<std::string> {
    for (int tries = 1;; ++tries) {
      auto charge = wf.schedule(kCharge, order, {.start_to_close = 30s});
      const auto outcome = co_await charge.outcome();
      if (outcome) co_return *outcome + " at try " + std::to_string(tries);
    }
  });
  env.on_activity(kCharge, charged, {.lost_attempts = 2});
  const auto order = env.start(kOrder, "order-17", "17");
  const TimePoint begin = env.now();
  env.run();
  EXPECT_EQ(env.result<std::string>(order), "receipt 17 at try 3");
  EXPECT_EQ(env.now() - begin, 60s);
  EXPECT_THAT(env.events(order), HasSubstr("ActivityTaskTimedOut"));
}

TEST(TestKit, AWorkerThatWorksForLongIsAliveAndHearsOfACancelRequest) {
  TestEnvironment env;
  env.on(kOrder, [](Workflow wf, std::string order) -> Task<std::string> {
    auto charge = wf.schedule(kCharge, order, {.heartbeat = 10s});
    co_await wf.any(charge, wf.cancellation());
    charge.cancel();
    const auto outcome = co_await charge.outcome();
    if (outcome) co_return "done";
    co_return "stopped";
  });
  int asked = 0;
  env.on_activity(
      kCharge,
      [&](Attempt& attempt, std::string) -> std::string {
        attempt.heartbeat("nearly");
        asked += attempt.cancel_requested();
        throw Canceled{};
      },
      {.takes = 5min});
  const auto order = env.start(kOrder, "order-17", "17");
  env.after(1min, [&] { env.request_cancel(order); });
  env.run();
  EXPECT_EQ(asked, 1);
  EXPECT_EQ(env.result<std::string>(order), "stopped");
}

TEST(TestKit, CodeThatIsNotDeterministicFails) {
  TestEnvironment env;
  int calls = 0;  // as a clock or a random device would be
  env.on(kOrder, [&calls](Workflow wf, std::string order) -> Task<std::string> {
    if (++calls == 1) co_await wf.sleep(1s);
    co_return co_await wf.schedule(kCharge, order);
  });
  env.on_activity(kCharge, charged);
  env.start(kOrder, "order-17", "17");
  EXPECT_THROW(env.run(), DecisionFailed);
}

TEST(TestKit, AnExceptionInWorkflowCodeFailsTheDecision) {
  TestEnvironment env;
  env.on(kOrder, [](Workflow, std::string) -> Task<std::string> {
    throw std::logic_error("nobody thought of this");
    co_return "";
  });
  const auto order = env.start(kOrder, "order-17", "17");
  try {
    env.run();
    EXPECT_EQ(env.closed(order).status, CloseStatus::kFailed);
  } catch (const DecisionFailed& failed) {
    EXPECT_EQ(failed.reason(), "EXCEPTION");
    EXPECT_THAT(failed.what(), HasSubstr("nobody thought of this"));
  }
}

TEST(TestKit, EveryFaultAtEveryDecisionComesOutTheSame) {
  const std::string end = with_every_fault([](TestEnvironment& env) {
    env.on(kOrder, approved_order);
    env.on_activity(kCharge, charged);
    env.on_activity(kShip, shipped);
    const auto order = env.start(kOrder, "order-17", "17");
    env.after(2h, [&] { env.signal(order, kApproved, "by Ann"); });
    env.run();
    return env.result<std::string>(order);
  });
  EXPECT_EQ(end, "parcel 17");
}

TEST(TestKit, AStoryThatAFaultChangesIsTold) {
  const auto story = [](TestEnvironment& env) {
    env.on(kOrder, approved_order);
    env.on_activity(kCharge, charged);
    const auto order = env.start(kOrder, "order-17", "17");
    env.run();
    return env.history(order).size();
  };
  try {
    with_every_fault(story);
    ADD_FAILURE() << "a decision task that timed out is in the history";
  } catch (const std::runtime_error& error) {
    EXPECT_THAT(error.what(), HasSubstr("answer lost at decision 1"));
  }
}

TEST(TestKit, TheTimeoutOfAnExecutionPassesOnlyWhenAskedFor) {
  TestEnvironment env;
  env.on(kOrder, [](Workflow wf, std::string) -> Task<std::string> {
    auto approval = wf.receive(kApproved);
    co_return co_await approval;
  });
  const auto order = env.start(kOrder, "order-17", "17", {.execution_start_to_close = 1h});
  env.run();
  EXPECT_EQ(env.closed(order).status, CloseStatus::kOpen) << "it waits for somebody";
  env.run_for(59min);
  EXPECT_EQ(env.closed(order).status, CloseStatus::kOpen);
  env.run_for(1min);
  EXPECT_EQ(env.closed(order).status, CloseStatus::kTimedOut);
}

TEST(TestKit, ThePlainLevel) {
  TestEnvironment env;
  env.on_decision_task({"plain", "1"}, [](const DecisionTask& task) {
    Decisions decisions;
    if (task.history.back().id() > 5) {
      decisions.complete();
    } else {
      decisions.start_timer("t", 1h);
    }
    return decisions;
  });
  const auto run = env.start({"w", {"plain", "1"}, std::nullopt, {}});
  env.run();
  EXPECT_EQ(env.closed(run).status, CloseStatus::kCompleted);
}

TEST(TestKit, ChildrenRunBesideTheirParent) {
  constexpr WorkflowType<std::string(std::string)> kDelivery{"deliver", "1"};
  TestEnvironment env;
  env.on(kOrder, [&](Workflow wf, std::string order) -> Task<std::string> {
    auto first = wf.start_child(kDelivery, order + "a");
    auto second = wf.start_child(kDelivery, order + "b");
    const std::string one = co_await first;
    const std::string two = co_await second;
    co_return one + ", " + two;
  });
  env.on(kDelivery, [](Workflow wf, std::string parcel) -> Task<std::string> {
    co_await wf.sleep(1h);
    co_return "delivered " + parcel + " for " + from_payload<std::string>(wf.header("customer"));
  });
  StartOptions options;
  options.headers["customer"] = *to_payload(std::string("Ann"));
  const auto order = env.start(kOrder, "order-17", "17", options);
  env.run();
  EXPECT_EQ(env.result<std::string>(order), "delivered 17a for Ann, delivered 17b for Ann");
}

TEST(TestKit, WhatIsMissingIsNamed) {
  TestEnvironment env;
  env.on(kOrder, approved_order);
  env.start(kOrder, "order-17", "17");
  try {
    env.run();
    ADD_FAILURE() << "nobody charges the card";
  } catch (const std::runtime_error& error) {
    EXPECT_THAT(error.what(), HasSubstr("handler for activity charge_card 1"));
  }
  try {
    env.start({"w", {"unknown", "1"}, std::nullopt, {}});
    ADD_FAILURE() << "nobody knows this type";
  } catch (const std::runtime_error& error) {
    EXPECT_THAT(error.what(), HasSubstr("workflow type unknown 1"));
  }
}

TEST(TestKit, AClockInWorkflowCodeIsTold) {
  TestEnvironment env;
  env.on(kOrder, [](Workflow wf, std::string order) -> Task<std::string> {
    const std::string receipt = co_await wf.schedule(kCharge, order);
    co_return receipt + " of " + std::to_string(std::chrono::system_clock::now().time_since_epoch().count());
  });
  env.on_activity(kCharge, [](std::string) { return std::to_string(std::chrono::system_clock::now().time_since_epoch().count()); });
  env.start(kOrder, "order-17", "17");
  try {
    env.run();
    ADD_FAILURE() << "it reads a clock";
  } catch (const DecisionFailed& failed) {
    EXPECT_EQ(failed.reason(), "NONDETERMINISTIC_CALL");
    EXPECT_THAT(failed.what(), HasSubstr("take wf.now()"));
  }
}

TEST(TestKit, RefusalsAreThoseOfACoordinator) {
  TestEnvironment env;
  env.on(kOrder, approved_order);
  env.start(kOrder, "order-17", "17");
  try {
    env.start(kOrder, "order-17", "17");
    ADD_FAILURE() << "it has an open run";
  } catch (const Error& error) {
    EXPECT_EQ(error.fault(), "WORKFLOW_EXECUTION_ALREADY_STARTED");
  }
  try {
    env.signal({"nobody", ""}, kApproved, "by Ann");
    ADD_FAILURE() << "there is no such execution";
  } catch (const Error& error) {
    EXPECT_EQ(error.code(), Code::kNotFound);
  }
}

TEST(TestKit, AResultOverTheLimitFailsItsActivity) {
  TestEnvironment env;
  env.on(kOrder, [](Workflow wf, std::string order) -> Task<std::string> {
    auto charge = wf.schedule(kCharge, order);
    const auto outcome = co_await charge.outcome();
    if (outcome) co_return "accepted";
    co_return outcome.failure().reason();
  });
  env.on_activity(kCharge, [](std::string) { return std::string(40'000, 'x'); });
  const auto order = env.start(kOrder, "order-17", "17");
  env.run();
  EXPECT_EQ(env.result<std::string>(order), "ANSWER_NOT_ACCEPTED");
}

// --- saved histories ---

std::string saved_history() {
  TestEnvironment env;
  env.on(kOrder, approved_order);
  env.on_activity(kCharge, charged);
  const auto order = env.start(kOrder, "order-17", "17");
  env.run();
  return to_json(order, env.history(order));
}

TEST(HistoryChecks, ASavedHistoryFitsTodaysCode) {
  HistoryChecker checker;
  checker.on(kOrder, approved_order);
  EXPECT_NO_THROW(checker.check(saved_history()));
}

TEST(HistoryChecks, CodeThatWasChangedIsTold) {
  HistoryChecker checker;
  checker.on(kOrder, [](Workflow wf, std::string order) -> Task<std::string> {
    co_await wf.sleep(1h);
    co_return co_await wf.schedule(kCharge, order);
  });
  try {
    checker.check(saved_history());
    ADD_FAILURE() << "it decides otherwise";
  } catch (const DecisionFailed& failed) {
    EXPECT_EQ(failed.reason(), "NONDETERMINISM");
    EXPECT_THAT(failed.what(), HasSubstr("test_kit_test.cc")) << "where the code did it";
  }
}

// Everything back to front.
class Reversing final : public PayloadCodec {
 public:
  Payload encode(Payload payload) const override { return {{payload.data.rbegin(), payload.data.rend()}, payload.content_type, "reversed", ""}; }
  Payload decode(Payload payload) const override { return {{payload.data.rbegin(), payload.data.rend()}, payload.content_type, "", ""}; }
};

TEST(HistoryChecks, AHistoryIsReadWithItsCodec) {
  HistoryChecker checker(std::make_shared<Reversing>());
  std::string input;
  checker.on(kOrder, [&](Workflow wf, std::string order) -> Task<std::string> {
    input = order;
    co_return co_await approved_order(wf, order);
  });
  std::string saved = saved_history();
  const std::string there = "MTc=", reversed = "NzE=";  // 17 and 71 in base64
  const size_t at = saved.find(there);
  ASSERT_NE(at, std::string::npos);
  checker.check(saved.replace(at, there.size(), reversed));
  EXPECT_EQ(input, "17");
}

TEST(HistoryChecks, WhatIsNoHistoryIsTold) {
  HistoryChecker checker;
  const auto complaint = [&](std::string_view text) -> std::string {
    try {
      checker.check(text);
      return "";
    } catch (const std::runtime_error& error) {
      return error.what();
    }
  };
  for (const char* text : {"", "{}", "[]", R"({"execution": {}, "events": []})", R"({"events": [{"event_id": "1"}]})"}) {
    EXPECT_THAT(complaint(text), HasSubstr("baton workflow history")) << text;
  }
  const auto with_events = [](const std::string& events) { return R"({"execution": {"workflow_id": "o"}, "events": [)" + events + "]}"; };
  EXPECT_THAT(complaint(with_events(R"({"nonsense": 1})")), HasSubstr("event 1 cannot be read"));
  EXPECT_THAT(complaint(with_events(R"({"event_id": "1"})")), HasSubstr("WorkflowExecutionStarted"));
  EXPECT_THAT(complaint(with_events(R"({"event_id": "2"})")), HasSubstr("the oldest event first"));
  EXPECT_THAT(complaint(saved_history()), HasSubstr("nobody knows workflow type"));
  EXPECT_THROW(checker.check_file("no such file"), std::runtime_error);
}

}  // namespace
}  // namespace baton::testing
