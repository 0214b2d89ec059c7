// How workflow code meets failure: as exceptions, as values, as a request to end.
#include <gmock/gmock.h>

#include "baton/workflow.h"
#include "failure_envelope.h"
#include "story.h"

namespace baton::testing {
namespace {

using namespace std::chrono_literals;
using ::testing::HasSubstr;

constexpr Activity<std::string(std::string)> step{"step", "1"};
constexpr Activity<void(std::string)> undo{"undo", "1"};

Task<std::string> one_step(Workflow wf) { co_return co_await wf.schedule(step, std::string("in")); }

TEST(Failure, AnUncaughtActivityFailureFailsTheExecution) {
  Story story(one_step);
  story.started();
  story.decide();
  story.activity_failed("1", "card refused", payload(std::string("limit")));
  EXPECT_EQ(describe(story.decide()), "Fail(card refused: limit <- activity step (id 1) failed: card refused)");
}

// As a worker sends it for an exception of class CardDeclined.
void card_is_declined(Story& story) {
  const FailureFacts facts{"CardDeclined", payload(std::string("card 17")), {{"std::runtime_error", "connection reset", std::nullopt}}};
  story.activity_failed("1", "card declined", to_details(facts));
}

TEST(Failure, ItsTypeDetailsAndCausesAreThere) {
  Story story([](Workflow wf) -> Task<std::string> {
    auto future = wf.schedule(step, std::string("in"));
    const auto outcome = co_await future.outcome();
    const ActivityFailed& failed = outcome.failure();
    co_return failed.type() + "; " + failed.reason() + "; " + from_payload<std::string>(failed.details()) + "; " + failed.chain();
  });
  story.started();
  story.decide();
  card_is_declined(story);
  EXPECT_EQ(describe(story.decide()),
            "Complete(CardDeclined; card declined; card 17; activity step (id 1) failed <- CardDeclined: card declined <- std::runtime_error: "
            "connection reset)");
}

TEST(Failure, UncaughtItPassesItsTypeAndCausesOn) {
  Story story(one_step);
  story.started();
  story.decide();
  card_is_declined(story);
  const Answer& answer = story.decide();
  EXPECT_EQ(describe(answer),
            "Fail(card declined: card 17 <- activity step (id 1) failed <- CardDeclined: card declined <- std::runtime_error: connection reset)");
  EXPECT_EQ(from_details(from_wire(answer.decisions(0).fail_workflow_execution().details())).type, "CardDeclined");
}

struct OrderFailed : WorkflowFailed {
  using WorkflowFailed::WorkflowFailed;
};

TEST(Failure, WhatWorkflowCodeThrowsHasInsideWhatItCaught) {
  Story story([](Workflow wf) -> Task<std::string> {
    try {
      co_return co_await wf.schedule(step, std::string("in"));
    } catch (const ActivityFailed&) {
      std::throw_with_nested(OrderFailed("order failed"));
    }
  });
  story.started();
  story.decide();
  card_is_declined(story);
  const Answer& answer = story.decide();
  EXPECT_EQ(describe(answer),
            "Fail(order failed:  <- activity step (id 1) failed <- CardDeclined: card declined <- std::runtime_error: connection reset)");
  const FailureFacts facts = from_details(from_wire(answer.decisions(0).fail_workflow_execution().details()));
  EXPECT_EQ(facts.type, "baton::testing::OrderFailed");
  EXPECT_EQ(facts.causes[1].details, payload(std::string("card 17"))) << "the details of what was caught are with it";
}

TEST(Failure, AnActivityThatTimesOutSaysWhichTimeout) {
  Story story(one_step);
  story.started();
  story.decide();
  story.activity_timed_out("1", v1::ACTIVITY_TASK_TIMEOUT_TYPE_HEARTBEAT);
  EXPECT_THAT(describe(story.decide()), HasSubstr("Fail(activity step (id 1) timed out: HEARTBEAT"));
}

TEST(Failure, AnActivityThatCannotBeScheduledSaysWhy) {
  Story story([](Workflow wf) -> Task<std::string> {
    auto future = wf.schedule(step, std::string("in"));
    const auto outcome = co_await future.outcome();
    co_return outcome.failure().kind() == ActivityFailure::kScheduleFailed ? outcome.failure().reason() : "scheduled";
  });
  story.started();
  story.refused = {"schedule_activity_task"};
  story.decide();
  EXPECT_EQ(describe(story.decide()), "Complete(ACTIVITY_TYPE_DOES_NOT_EXIST)");
}

TEST(Failure, AFailureIsCaughtAndCompensated) {
  Story story([](Workflow wf) -> Task<std::string> {
    std::string why;
    try {
      co_await wf.schedule(step, std::string("charge"));
    } catch (const ActivityFailed& failed) {
      why = failed.reason();
    }
    if (!why.empty()) co_await wf.schedule(undo, std::string("charge"));
    co_return "undone: " + why;
  });
  story.started();
  story.decide();
  story.activity_failed("1", "no money");
  EXPECT_EQ(describe(story.decide()), "ScheduleActivityTask(2 undo charge)");
  story.activity_completed("2");
  EXPECT_EQ(describe(story.decide()), "Complete(undone: no money)");
}

TEST(Failure, AFailureIsAValueForWhoeverWantsOne) {
  Story story([](Workflow wf) -> Task<std::string> {
    int tries = 0;
    while (true) {
      ++tries;
      auto attempt = wf.schedule(step, std::string("in"));
      const auto outcome = co_await attempt.outcome();
      if (outcome.ok()) co_return *outcome + " after " + std::to_string(tries);
    }
  });
  story.started();
  story.decide();
  story.activity_failed("1", "no");
  story.decide();
  story.activity_timed_out("2", v1::ACTIVITY_TASK_TIMEOUT_TYPE_START_TO_CLOSE);
  story.decide();
  story.activity_completed("3", payload(std::string("yes")));
  EXPECT_EQ(describe(story.decide()), "Complete(yes after 3)");
}

TEST(Failure, WorkflowCodeFailsInItsOwnWords) {
  Story story([](Workflow wf) -> Task<> {
    co_await wf.sleep(1s);
    throw WorkflowFailed("no stock", Payload{"42", "application/json", "", ""});
  });
  story.started();
  story.decide();
  story.timer_fired("1");
  const Answer& answer = story.decide();
  EXPECT_EQ(describe(answer), "Fail(no stock: 42)");
  EXPECT_EQ(answer.decisions(0).fail_workflow_execution().details().content_type(), "application/json") << "there is no more to tell";
}

TEST(Failure, AnInputOfTheWrongTypeFailsTheExecution) {
  Story story([](Workflow, int) -> Task<> { co_return; });
  story.started(payload(std::string("not a number")));
  EXPECT_THAT(describe(story.decide()), HasSubstr("Fail(PAYLOAD_ERROR: "));
}

// Also where the value is awaited that is not of the declared type.
TEST(Failure, AResultOrASignalOfTheWrongTypeFailsTheExecution) {
  constexpr Activity<int(int)> count{"count", "1"};
  constexpr Signal<int> number{"number"};
  Story activity([&](Workflow wf) -> Task<int> { co_return co_await wf.schedule(count, 1); });
  activity.started();
  activity.decide();
  activity.activity_completed("1", payload(std::string("seven")));
  EXPECT_THAT(describe(activity.decide()), HasSubstr("Fail(PAYLOAD_ERROR: "));

  Story signal([&](Workflow wf) -> Task<int> {
    auto numbers = wf.receive(number);
    co_return co_await numbers;
  });
  signal.started();
  signal.decide();
  signal.signaled("number", payload(std::string("seven")));
  EXPECT_THAT(describe(signal.decide()), HasSubstr("Fail(PAYLOAD_ERROR: "));
}

TEST(Failure, WhatIsNoExceptionFailsTheDecisionAndIsNamed) {
  Story story([](Workflow wf) -> Task<> {
    co_await wf.sleep(1s);
    throw 17;
  });
  story.started();
  story.decide();
  story.timer_fired("1");
  const auto failure = story.decide_and_fail();
  EXPECT_EQ(failure.reason, "EXCEPTION");
  EXPECT_THAT(failure.message, HasSubstr("threw something of type int, which is no std::exception"));
}

TEST(Failure, ADefectOfTheCodeFailsTheDecisionAndNotTheExecution) {
  Story story([](Workflow wf) -> Task<int> {
    co_await wf.sleep(1s);
    std::vector<int> none;
    co_return none.at(3);
  });
  story.started();
  story.decide();
  story.timer_fired("1");
  EXPECT_EQ(story.decide_and_fail().reason, "EXCEPTION");
}

TEST(Failure, ASideEffectThatThrowsFailsTheDecisionAndNamesItsLine) {
  Story story([](Workflow wf) -> Task<> {
    co_await wf.sleep(1s);
    wf.side_effect("draw", []() -> int { throw std::runtime_error("no entropy"); });
  });
  story.started();
  story.decide();
  story.timer_fired("1");
  const auto failure = story.decide_and_fail();
  EXPECT_EQ(failure.reason, "SIDE_EFFECT_FAILED");
  EXPECT_THAT(failure.message, HasSubstr("no entropy"));
  EXPECT_THAT(failure.message, HasSubstr("failure_test.cc:"));
}

// --- cancellation ---

Task<std::string> cleans_up(Workflow wf) {
  auto work = wf.schedule(step, std::string("work"));
  auto cancel = wf.cancellation();
  co_await wf.any(work, cancel);
  if (wf.cancel_requested()) {
    work.cancel();
    const auto outcome = co_await work.outcome();
    const std::string how = outcome.ok() ? "finished" : "stopped";
    co_await wf.schedule(undo, how);
    throw Canceled(Payload{how, "text/plain", "", ""});
  }
  co_return "done";
}

TEST(Cancel, ARequestIsSeenAndTheExecutionEndsAsCanceledAfterCleaningUp) {
  Story story(cleans_up);
  story.started();
  story.decide();
  story.cancel_requested();
  EXPECT_EQ(describe(story.decide()), "RequestCancelActivityTask(1)");
  story.activity_canceled("1");
  EXPECT_EQ(describe(story.decide()), "ScheduleActivityTask(2 undo stopped)");
  story.activity_completed("2");
  EXPECT_EQ(describe(story.decide()), "Cancel(stopped)");
}

TEST(Cancel, AnActivityMayEndByItselfAfterTheRequest) {
  Story story(cleans_up);
  story.started();
  story.decide();
  story.cancel_requested();
  story.decide();
  story.activity_completed("1", payload(std::string("x")));
  EXPECT_EQ(describe(story.decide()), "ScheduleActivityTask(2 undo finished)");
}

TEST(Cancel, ARequestAndTheEndOfTheActivityAtOnceCancelNothingThatIsOver) {
  Story story(cleans_up);
  story.started();
  story.decide();
  story.activity_completed("1", payload(std::string("x")));
  story.cancel_requested();
  EXPECT_EQ(describe(story.decide()), "ScheduleActivityTask(2 undo finished)");
}

TEST(Cancel, ACancelOfAnActivityThatTheCoordinatorRefusesChangesNothing) {
  Story story(cleans_up);
  story.started();
  story.decide();
  story.cancel_requested();
  story.refused = {"request_cancel_activity_task"};
  story.decide();
  story.activity_completed("1", payload(std::string("x")));
  EXPECT_EQ(describe(story.decide()), "ScheduleActivityTask(2 undo finished)");
}

TEST(Cancel, ARequestThatIsIgnoredChangesNothing) {
  Story story(one_step);
  story.started();
  story.decide();
  story.cancel_requested();
  EXPECT_EQ(describe(story.decide()), "");
  story.activity_completed("1", payload(std::string("out")));
  EXPECT_EQ(describe(story.decide()), "Complete(out)");
}

TEST(Cancel, WhoeverWaitsForACanceledTimerIsTold) {
  Story story([](Workflow wf) -> Task<std::string> {
    auto timer = wf.sleep(1h);
    co_await wf.sleep(1s);
    timer.cancel();
    std::string cause;
    try {
      co_await timer;
    } catch (const TimerFailed& failed) {
      cause = failed.cause();
    }
    co_await wf.sleep(1s);
    co_return cause;
  });
  story.started();
  story.decide();
  story.timer_fired("2");
  EXPECT_EQ(describe(story.decide()), "CancelTimer(1)\nStartTimer(3 1000ms)");
  story.timer_fired("3");
  EXPECT_EQ(describe(story.decide()), "Complete(CANCELED)");
}

TEST(Cancel, ATimerThatFiredWhileItsCancelWasDecidedStaysCanceledForTheCode) {
  Story story([](Workflow wf) -> Task<std::string> {
    auto timer = wf.sleep(1h);
    co_await wf.sleep(1s);
    timer.cancel();
    co_await wf.sleep(1s);
    co_return timer.fired() ? "fired" : "canceled";
  });
  story.started();
  story.decide();
  story.timer_fired("2");
  story.decision_started();
  story.timer_fired("1");
  story.refused = {"cancel_timer"};
  Answer answer;
  answer.add_decisions()->mutable_cancel_timer()->set_timer_id("1");
  answer.add_decisions()->mutable_start_timer()->set_timer_id("3");
  story.decided(&answer);
  story.refused.clear();
  EXPECT_EQ(describe(story.decide()), "");
  story.timer_fired("3");
  EXPECT_EQ(describe(story.decide()), "Complete(canceled)");
}

TEST(Cancel, ATimerThatIsRefusedThrows) {
  Story story([](Workflow wf) -> Task<> { co_await wf.sleep(1s); });
  story.started();
  story.refused = {"start_timer"};
  story.decide();
  EXPECT_THAT(describe(story.decide()), HasSubstr("OPEN_TIMERS_LIMIT_EXCEEDED"));
}

}  // namespace
}  // namespace baton::testing
