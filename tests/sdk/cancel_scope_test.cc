// Cancellation scopes: what a cancel request ends, what it waits for, and what it leaves alone.
#include <gmock/gmock.h>

#include "baton/workflow.h"
#include "story.h"

namespace baton::testing {
namespace {

using namespace std::chrono_literals;
using ::testing::AllOf;
using ::testing::HasSubstr;

constexpr Activity<std::string(std::string)> charge{"charge", "1"};
constexpr Activity<void(std::string)> refund{"refund", "1"};
constexpr Signal<std::string> approved{"approved"};
constexpr WorkflowType<std::string(std::string)> deliver{"deliver", "1"};
constexpr Function<std::string(std::string)> resize{"resize"};

// What the header shows.
Task<std::string> order(Workflow wf) {
  auto scope = wf.cancel_scope();
  std::string receipt;
  bool canceled = false;
  try {
    receipt = co_await scope.schedule(charge, std::string("card"));
    co_await scope.sleep(24h);
  } catch (const Canceled&) {
    canceled = true;
  }
  if (canceled) {
    if (!receipt.empty()) co_await wf.schedule(refund, receipt);
    throw Canceled();
  }
  co_return receipt;
}

TEST(CancelScope, WithoutARequestItChangesNothing) {
  Story story(order);
  story.started();
  EXPECT_EQ(describe(story.decide()), "ScheduleActivityTask(1 charge card)");
  story.activity_completed("1", payload(std::string("receipt")));
  EXPECT_EQ(describe(story.decide()), "StartTimer(1 86400000ms)");
  story.timer_fired("1");
  EXPECT_EQ(describe(story.decide()), "Complete(receipt)");
}

TEST(CancelScope, ATimerEndsWithTheRequestAndCleanUpFollows) {
  Story story(order);
  story.started();
  story.decide();
  story.activity_completed("1", payload(std::string("receipt")));
  story.decide();
  story.cancel_requested();
  EXPECT_EQ(describe(story.decide()), "CancelTimer(1)\nScheduleActivityTask(2 refund receipt)");
  story.activity_completed("2");
  EXPECT_EQ(describe(story.decide()), "Cancel()");
  EXPECT_FALSE(story.check(order)) << "the whole history replays";
}

TEST(CancelScope, AnActivityIsAskedToEndAndWaitedFor) {
  Story story(order);
  story.started();
  story.decide();
  story.cancel_requested();
  EXPECT_EQ(describe(story.decide()), "RequestCancelActivityTask(1)");
  story.activity_canceled("1");
  EXPECT_EQ(describe(story.decide()), "Cancel()");
}

TEST(CancelScope, AnActivityThatCompletesInSpiteOfTheRequestGivesItsResultAndNothingNewBegins) {
  Story story(order);
  story.started();
  story.decide();
  story.cancel_requested();
  story.decide();
  story.activity_completed("1", payload(std::string("receipt")));
  EXPECT_EQ(describe(story.decide()), "ScheduleActivityTask(2 refund receipt)") << "the scope begins no timer";
}

TEST(CancelScope, WhatCameWithTheRequestCountsBeforeIt) {
  Story story(order);
  story.started();
  story.decide();
  story.activity_completed("1", payload(std::string("receipt")));
  story.decide();
  story.cancel_requested();
  story.timer_fired("1");
  EXPECT_EQ(describe(story.decide()), "Complete(receipt)");
}

TEST(CancelScope, ARequestBeforeTheFirstDecisionIsThereFromTheBeginning) {
  Story story(order);
  story.started();
  story.cancel_requested();
  EXPECT_EQ(describe(story.decide()), "Cancel()");
}

TEST(CancelScope, UncaughtItCancelsTheExecutionWithTheWorkersDetails) {
  Story story([](Workflow wf) -> Task<std::string> {
    wf = wf.cancel_scope();
    co_return co_await wf.schedule(charge, std::string("card"));
  });
  story.started();
  story.decide();
  story.cancel_requested();
  story.decide();
  story.activity_canceled("1", payload(std::string("half done")));
  EXPECT_EQ(describe(story.decide()), "Cancel(half done)");
}

TEST(CancelScope, AFailureAfterTheRequestIsThatFailure) {
  Story story(order);
  story.started();
  story.decide();
  story.cancel_requested();
  story.decide();
  story.activity_failed("1", "no money");
  EXPECT_THAT(describe(story.decide()), HasSubstr("Fail(no money"));
}

// --- waiting for signals and for several things ---

Task<std::string> waits_for_approval(Workflow wf) {
  auto scope = wf.cancel_scope();
  std::string words;
  try {
    words = co_await scope.receive(approved);
  } catch (const Canceled&) {
    words = "canceled";
  }
  auto later = wf.receive(approved);
  words += ", then " + co_await later;
  co_return words;
}

TEST(CancelScope, WaitingForASignalEndsAndLaterSignalsAreNotLost) {
  Story story(waits_for_approval);
  story.started();
  story.decide();
  story.cancel_requested();
  EXPECT_EQ(describe(story.decide()), "");
  story.signaled("approved", payload(std::string("by Ann")));
  EXPECT_EQ(describe(story.decide()), "Complete(canceled, then by Ann)");
}

TEST(CancelScope, ASignalThatCameWithTheRequestIsTaken) {
  Story story(waits_for_approval);
  story.started();
  story.decide();
  story.cancel_requested();
  story.signaled("approved", payload(std::string("by Ann")));
  EXPECT_EQ(describe(story.decide()), "");
  story.signaled("approved", payload(std::string("by Bob")));
  EXPECT_EQ(describe(story.decide()), "Complete(by Ann, then by Bob)");
}

TEST(CancelScope, AnyOfASignalAndATimerEnds) {
  Story story([](Workflow wf) -> Task<std::string> {
    auto scope = wf.cancel_scope();
    auto approval = scope.receive(approved);
    auto deadline = scope.sleep(24h);
    size_t first = 7;
    try {
      first = co_await scope.any(approval, deadline);
    } catch (const Canceled&) {
      first = 9;
    }
    co_await wf.sleep(1s);
    co_return std::to_string(first);
  });
  story.started();
  story.decide();
  story.cancel_requested();
  EXPECT_EQ(describe(story.decide()), "CancelTimer(1)\nStartTimer(2 1000ms)");
  story.timer_fired("2");
  EXPECT_EQ(describe(story.decide()), "Complete(9)");
}

TEST(CancelScope, AnyWaitsForTheActivitiesAmongItsMembersToEnd) {
  Story story([](Workflow wf) -> Task<std::string> {
    auto scope = wf.cancel_scope();
    auto work = scope.schedule(charge, std::string("card"));
    auto approval = scope.receive(approved);
    auto outer = wf.sleep(24h);
    std::string words;
    try {
      const size_t first = co_await scope.any(work, approval, outer);
      words = std::to_string(first);
    } catch (const Canceled&) {
      words = work.ready() ? "after the end of the activity" : "too early";
    }
    co_return words;
  });
  story.started();
  story.decide();
  story.cancel_requested();
  EXPECT_EQ(describe(story.decide()), "RequestCancelActivityTask(1)");
  story.signaled("approved", payload(std::string("late")));
  EXPECT_EQ(describe(story.decide()), "") << "it waits for the activity only";
  story.activity_completed("1", payload(std::string("receipt")));
  EXPECT_EQ(describe(story.decide()), "Complete(after the end of the activity)");
}

TEST(CancelScope, AllWaitsForEveryEnd) {
  Story story([](Workflow wf) -> Task<std::string> {
    auto scope = wf.cancel_scope();
    std::vector<Future<std::string>> works;
    for (const char* what : {"a", "b"}) works.push_back(scope.schedule(charge, std::string(what)));
    co_await scope.all(works);
    std::string words;
    for (auto& work : works) {
      const auto outcome = co_await work.outcome();
      words += outcome.ok() ? *outcome : " canceled";
    }
    co_return words;
  });
  story.started();
  story.decide();
  story.cancel_requested();
  EXPECT_EQ(describe(story.decide()), "RequestCancelActivityTask(1)\nRequestCancelActivityTask(2)");
  story.activity_completed("1", payload(std::string("receipt")));
  EXPECT_EQ(describe(story.decide()), "");
  story.activity_canceled("2");
  EXPECT_EQ(describe(story.decide()), "Complete(receipt canceled)");
}

TEST(CancelScope, AllThatWaitsForASignalThrows) {
  Story story([](Workflow wf) -> Task<> {
    auto scope = wf.cancel_scope();
    auto approval = scope.receive(approved);
    auto work = scope.schedule(charge, std::string("card"));
    co_await scope.all(approval, work);
  });
  story.started();
  story.decide();
  story.cancel_requested();
  EXPECT_EQ(describe(story.decide()), "RequestCancelActivityTask(1)");
  story.activity_canceled("1");
  EXPECT_EQ(describe(story.decide()), "Cancel()");
}

// --- children, functions, spawned tasks ---

Task<std::string> has_a_child(Workflow wf) {
  wf = wf.cancel_scope();
  auto child = wf.start_child(deliver, std::string("parcel"), {.workflow_id = "parcel-9"});
  co_return co_await child;
}

TEST(CancelScope, AChildIsAskedToEndAndWaitedFor) {
  Story story(has_a_child);
  story.started();
  story.decide();
  story.child_started("parcel-9");
  story.cancel_requested();
  EXPECT_EQ(describe(story.decide()), "RequestCancelExternalWorkflowExecution(parcel-9)");
  story.delivered("parcel-9");
  EXPECT_EQ(describe(story.decide()), "");
  story.child_canceled("parcel-9", payload(std::string("on the way")));
  EXPECT_EQ(describe(story.decide()), "Cancel(on the way)");
}

TEST(CancelScope, AChildThatHasNotStartedIsAskedOnceItHas) {
  Story story(has_a_child);
  story.started();
  story.decide();
  story.cancel_requested();
  EXPECT_EQ(describe(story.decide()), "");
  story.child_started("parcel-9");
  EXPECT_EQ(describe(story.decide()), "RequestCancelExternalWorkflowExecution(parcel-9)");
  story.not_delivered("parcel-9");
  story.child_completed("parcel-9", payload(std::string("there")));
  EXPECT_EQ(describe(story.decide()), "Complete(there)");
}

Task<std::string> pays(Workflow wf) { co_return co_await wf.schedule(charge, std::string("card")); }

TEST(CancelScope, SpawnedTasksAndFunctionsEndByThemselves) {
  Story story([](Workflow wf) -> Task<std::string> {
    auto scope = wf.cancel_scope();
    auto paying = scope.spawn(pays(scope));
    auto call = scope.call_function(resize, std::string("picture"));
    const std::string small = co_await call;
    std::string words = small;
    try {
      words += co_await paying;
    } catch (const Canceled&) {
      words += ", canceled";
    }
    co_return words;
  });
  story.started();
  EXPECT_EQ(describe(story.decide()), "ScheduleLambdaFunction(1 resize picture)\nScheduleActivityTask(1 charge card)");
  story.cancel_requested();
  EXPECT_EQ(describe(story.decide()), "RequestCancelActivityTask(1)");
  story.activity_canceled("1");
  EXPECT_EQ(describe(story.decide()), "");
  story.function_completed("1", payload(std::string("small")));
  EXPECT_EQ(describe(story.decide()), "Complete(small, canceled)");
}

// --- shields, scopes in scopes, scopes that the code cancels ---

TEST(CancelScope, WhatAShieldBeginsIsNotCanceled) {
  Story story([](Workflow wf) -> Task<std::string> {
    wf = wf.cancel_scope();
    auto shield = wf.shield();
    auto inner = shield.cancel_scope();
    const std::string receipt = co_await inner.schedule(charge, std::string("card"));
    co_await shield.sleep(1s);
    co_return receipt + (inner.canceled() ? ", canceled" : ", not canceled");
  });
  story.started();
  story.decide();
  story.cancel_requested();
  EXPECT_EQ(describe(story.decide()), "");
  story.activity_completed("1", payload(std::string("receipt")));
  EXPECT_EQ(describe(story.decide()), "StartTimer(1 1000ms)");
  story.timer_fired("1");
  EXPECT_EQ(describe(story.decide()), "Complete(receipt, not canceled)");
}

TEST(CancelScope, TheCodeCancelsOneScopeAndTheOthersGoOn) {
  Story story([](Workflow wf) -> Task<std::string> {
    auto outer = wf.cancel_scope();
    auto slow = outer.cancel_scope();
    auto inside = slow.cancel_scope();
    auto fast = outer.cancel_scope();
    auto slow_work = slow.schedule(charge, std::string("slow"));
    auto inside_work = inside.schedule(charge, std::string("inside"));
    auto fast_work = fast.schedule(charge, std::string("fast"));
    const size_t first = co_await outer.any(slow_work, fast_work);
    if (first == 1) slow.cancel();
    std::string words;
    try {
      words = co_await slow_work;
    } catch (const Canceled&) {
      words = "slow canceled";
    }
    const auto outcome = co_await inside_work.outcome();
    words += outcome.ok() ? ", inside ended" : ", inside canceled";
    words += outer.canceled() || fast.canceled() ? ", all canceled" : ", others not";
    co_return words;
  });
  story.started();
  EXPECT_EQ(story.decide().decisions_size(), 3);
  story.activity_completed("3", payload(std::string("done")));
  EXPECT_EQ(describe(story.decide()), "RequestCancelActivityTask(1)\nRequestCancelActivityTask(2)");
  story.activity_canceled("1");
  story.activity_canceled("2");
  EXPECT_EQ(describe(story.decide()), "Complete(slow canceled, inside canceled, others not)");
}

TEST(CancelScope, AScopeMadeInACanceledOneBeginsNothing) {
  Story story([](Workflow wf) -> Task<std::string> {
    auto scope = wf.cancel_scope();
    scope.cancel();
    auto inner = scope.cancel_scope();
    int refused = 0;
    try {
      auto work = inner.schedule(charge, std::string("card"));
      co_await work.outcome();
    } catch (const Canceled&) {
      ++refused;
    }
    try {
      auto approval = inner.receive(approved);
      co_await approval;
    } catch (const Canceled&) {
      ++refused;
    }
    co_return std::to_string(refused);
  });
  story.started();
  EXPECT_EQ(describe(story.decide()), "Complete(2)");
}

TEST(CancelScope, ALongRunForgetsWhatIsOver) {
  Story story([](Workflow wf, int rounds) -> Task<> {
    auto scope = wf.cancel_scope();
    for (int i = 0; i < rounds; ++i) {
      co_await scope.schedule(charge, std::to_string(i));
      co_await scope.sleep(1s);
    }
    co_await scope.sleep(1h);
  });
  constexpr int kRounds = 40;
  story.started(payload(kRounds));
  for (int i = 1; i <= kRounds; ++i) {
    story.decide();
    story.activity_completed(std::to_string(i), payload(std::string("x")));
    story.decide();
    story.timer_fired(std::to_string(i));
  }
  story.decide();
  story.cancel_requested();
  EXPECT_EQ(describe(story.decide()), "CancelTimer(" + std::to_string(kRounds + 1) + ")\nCancel()");
}

TEST(CancelScope, ACancelDecisionOfAScopeThatIsGoneIsNamedAndSoIsItsScope) {
  Story story([](Workflow wf) -> Task<> {
    auto scope = wf.cancel_scope();
    co_await scope.sleep(1h);
  });
  story.started();
  story.decide();
  story.cancel_requested();
  story.decide();
  const auto gone = story.check([](Workflow wf) -> Task<> { co_await wf.sleep(1h); });
  ASSERT_TRUE(gone);
  EXPECT_EQ(gone->reason, "NONDETERMINISM");
  EXPECT_THAT(gone->message, AllOf(HasSubstr("event 10: the history says TimerCanceled"), HasSubstr("the code decided nothing")));

  Story ignores([](Workflow wf) -> Task<> { co_await wf.sleep(1h); });
  ignores.started();
  ignores.decide();
  ignores.cancel_requested();
  ignores.decide();
  ignores.signaled("x");
  ignores.decide();
  const int line = __LINE__ + 2;
  const auto added = ignores.check([](Workflow wf) -> Task<> {
    auto scope = wf.cancel_scope();
    co_await scope.sleep(1h);
  });
  ASSERT_TRUE(added);
  EXPECT_THAT(added->message, AllOf(HasSubstr("CancelTimer(1)"), HasSubstr("cancel_scope_test.cc:" + std::to_string(line))));
}

}  // namespace
}  // namespace baton::testing
