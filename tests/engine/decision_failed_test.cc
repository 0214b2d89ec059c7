// A decision task that a decider gave up: parked for its time and no shorter, whatever comes and whoever serves the run, and then handed out
// again with all that came.
#include <gmock/gmock.h>

#include "coordinator/core/fault.h"
#include "coordinator/core/limits.h"
#include "tests/engine/engine_fixture.h"

namespace baton::testing {
namespace {

using store::CommitOutcome;

class DecisionFailed : public EngineFixture {
 protected:
  // Starts it, and hands its decision task to `decider`.
  TaskToken start_and_take(ScriptedPoller& decider, TestCoordinator& c) {
    EXPECT_TRUE(c.start("order").ok());
    return decider.next_offer().token;
  }
  v1::PendingDecision shown(TestCoordinator& c) { return c.describe("order")->pending_decision(); }
  // Lets this much time pass, less one millisecond, without anybody getting the task; then that millisecond.
  void expect_parked_for(int64_t ms, const ScriptedPoller& decider, TestCoordinator& c) {
    for (const int64_t step : {ms / 2, ms - ms / 2 - 1}) {
      advance(step);
      c.settle();
      EXPECT_EQ(decider.offers(), 0u) << "early";
    }
    advance(1);
  }
};

TEST_F(DecisionFailed, TheTaskIsParkedTwiceAsLongEachTimeAndHandedOutAgainAsItWas) {
  TestCoordinator& a = coordinator();
  const auto decider = a.decider();
  TaskToken token = start_and_take(*decider, a);
  for (const int64_t parked_ms : {1'000, 2'000, 4'000}) {
    a.acknowledge(*decider, token);
    ASSERT_EQ(a.give_up(decider.get(), token), absl::OkStatus());
    expect_parked_for(parked_ms, *decider, a);
    const engine::OfferedTask next = decider->next_offer();
    EXPECT_EQ(next.token.started_event_id(), token.started_event_id());
    EXPECT_EQ(next.token.delivery(), token.delivery() + 1);
    EXPECT_EQ(decision_in(next).events_size(), 3) << "the whole history";
    EXPECT_EQ(core::fault_of(a.decide(nullptr, token, {complete_execution()})), v1::UNKNOWN_RESOURCE) << "it gave the task up";
    token = next.token;
  }
  EXPECT_EQ(a.decide(decider.get(), token, {complete_execution()}), absl::OkStatus());
  EXPECT_EQ(decider->closed_count(), 0u);
}

TEST_F(DecisionFailed, ItsSlotIsFreeMeanwhile) {
  TestCoordinator& a = coordinator();
  const auto decider = a.decider();
  ASSERT_EQ(a.give_up(decider.get(), start_and_take(*decider, a)), absl::OkStatus());
  ASSERT_TRUE(a.start("other").ok());
  EXPECT_EQ(a.decide(decider.get(), decider->next_offer().token, {complete_execution()}), absl::OkStatus());
}

TEST_F(DecisionFailed, ARestartInTheMiddleNeitherShortensTheWaitNorForgetsIt) {
  TestCoordinator& a = coordinator();
  const auto first = a.decider();
  const TaskToken token = start_and_take(*first, a);
  ASSERT_EQ(a.give_up(first.get(), token, "NONDETERMINISM"), absl::OkStatus());
  advance(400);
  stop(a);
  TestCoordinator& b = coordinator();
  const auto decider = b.decider({.instance = "another"});
  b.settle();
  EXPECT_EQ(shown(b).failure_reason(), "NONDETERMINISM");
  EXPECT_EQ(shown(b).consecutive_failures(), 1);
  EXPECT_EQ(b.give_up(nullptr, token), absl::OkStatus()) << "sent again, to whoever is there";
  expect_parked_for(600, *decider, b);
  const TaskToken next = decider->next_offer().token;
  ASSERT_EQ(b.give_up(decider.get(), next), absl::OkStatus());
  expect_parked_for(2'000, *decider, b);
  EXPECT_EQ(b.decide(decider.get(), decider->next_offer().token, {complete_execution()}), absl::OkStatus());
}

TEST_F(DecisionFailed, AWaitThatEndedWhileNobodyWasThereIsOverAtOnce) {
  TestCoordinator& a = coordinator();
  const auto first = a.decider();
  ASSERT_EQ(a.give_up(first.get(), start_and_take(*first, a)), absl::OkStatus());
  stop(a);
  advance(60'000);
  TestCoordinator& b = coordinator();
  const auto decider = b.decider({.instance = "another"});
  EXPECT_EQ(b.decide(decider.get(), decider->next_offer().token, {complete_execution()}), absl::OkStatus());
}

TEST_F(DecisionFailed, WhatComesMeanwhileIsShownWhenTheWaitIsOverAndNoSooner) {
  TestCoordinator& a = coordinator();
  const auto decider = a.decider();
  const TaskToken token = start_and_take(*decider, a);
  ASSERT_EQ(a.give_up(decider.get(), token), absl::OkStatus());
  ASSERT_EQ(a.signal("order"), absl::OkStatus());
  ASSERT_EQ(a.signal("order"), absl::OkStatus());
  expect_parked_for(1'000, *decider, a);
  const engine::OfferedTask next = decider->next_offer();
  EXPECT_EQ(decision_in(next).events_size(), 7);
  EXPECT_EQ(events("order"),
            "WorkflowExecutionStarted, DecisionTaskScheduled, DecisionTaskStarted, WorkflowExecutionSignaled, DecisionTaskScheduled, "
            "WorkflowExecutionSignaled, DecisionTaskStarted");
  EXPECT_EQ(a.give_up(decider.get(), token), absl::OkStatus()) << "sent again: as recorded";
  EXPECT_EQ(a.decide(decider.get(), next.token, {complete_execution()}), absl::OkStatus());
}

TEST_F(DecisionFailed, AParkedTaskIsInNoBacklogAndOneWhoseWaitIsOverIs) {
  TestCoordinator& a = coordinator();
  const auto first = a.decider();
  ASSERT_EQ(a.give_up(first.get(), start_and_take(*first, a)), absl::OkStatus());
  a.remove(*first);
  EXPECT_EQ(backlog(core::TaskKind::kDecision, kDecisions), 0);
  const auto early = a.decider({.unary = true});
  a.settle();
  EXPECT_EQ(early->offers(), 0u) << "polled while it is parked";
  a.remove(*early);
  advance(1'000);
  a.settle();
  EXPECT_EQ(backlog(core::TaskKind::kDecision, kDecisions), 1);
  // What is new takes its place there.
  ASSERT_EQ(a.signal("order"), absl::OkStatus());
  EXPECT_EQ(backlog(core::TaskKind::kDecision, kDecisions), 1);
  const auto decider = a.decider({.unary = true});
  const engine::OfferedTask task = decider->next_offer();
  EXPECT_EQ(task.token.started_event_id(), 6);
  EXPECT_EQ(backlog(core::TaskKind::kDecision, kDecisions), 0);
  EXPECT_EQ(a.decide(nullptr, task.token, {complete_execution()}), absl::OkStatus());
}

TEST_F(DecisionFailed, WhoHoldsAnotherDeliveryIsToldAndItsAnswerIsRefused) {
  TestCoordinator& a = coordinator();
  const auto silent = a.decider();
  const TaskToken first = start_and_take(*silent, a);
  const auto quick = a.decider({.instance = "another"});
  advance(core::kDeliveryTimeoutMs);
  const TaskToken second = quick->next_offer().token;
  ASSERT_EQ(a.give_up(silent.get(), first), absl::OkStatus()) << "nobody had acknowledged it";
  EXPECT_EQ(quick->next_closed().token.delivery(), second.delivery());
  EXPECT_EQ(core::fault_of(a.decide(quick.get(), second, {complete_execution()})), v1::SUPERSEDED);
  EXPECT_EQ(core::fault_of(a.give_up(quick.get(), second)), v1::SUPERSEDED);
}

TEST_F(DecisionFailed, AnAnswerThatConflictsOrOfWhichNobodyKnowsIsRecordedOnce) {
  TestCoordinator& a = coordinator();
  for (const CommitOutcome outcome : {CommitOutcome::kConflict, CommitOutcome::kMaybe}) {
    const auto decider = a.decider();
    const std::string id = outcome == CommitOutcome::kConflict ? "conflict" : "maybe";
    ASSERT_TRUE(a.start(id).ok());
    const TaskToken token = decider->next_offer().token;
    if (outcome == CommitOutcome::kConflict) a.faults().fail_next_commit(outcome);
    if (outcome == CommitOutcome::kMaybe) a.faults().doubt_next_commit();
    const absl::Status answered = a.give_up(decider.get(), token);
    EXPECT_EQ(answered.ok(), outcome == CommitOutcome::kConflict) << answered;
    EXPECT_EQ(a.give_up(decider.get(), token), absl::OkStatus());
    EXPECT_EQ(a.describe(id)->pending_decision().consecutive_failures(), 1);
    expect_parked_for(1'000, *decider, a);
    EXPECT_EQ(a.decide(decider.get(), decider->next_offer().token, {complete_execution()}), absl::OkStatus());
    a.remove(*decider);
  }
}

TEST_F(DecisionFailed, ADeciderThatReconnectsWithWhatItGaveUpHoldsNothing) {
  TestCoordinator& a = coordinator();
  const auto before = a.decider();
  const TaskToken token = start_and_take(*before, a);
  ASSERT_EQ(a.give_up(before.get(), token), absl::OkStatus());
  a.remove(*before);
  // It has not heard that its answer was recorded.
  const auto after = a.decider({.held = {token}});
  ASSERT_EQ(a.give_up(after.get(), token), absl::OkStatus());
  expect_parked_for(1'000, *after, a);
  EXPECT_EQ(a.decide(after.get(), after->next_offer().token, {complete_execution()}), absl::OkStatus());
  EXPECT_EQ(after->closed_count(), 0u);
}

TEST_F(DecisionFailed, ARunThatEndsWhileItIsParkedHasNoMoreTasks) {
  TestCoordinator& a = coordinator();
  const auto decider = a.decider();
  ASSERT_EQ(a.give_up(decider.get(), start_and_take(*decider, a)), absl::OkStatus());
  ASSERT_EQ(a.terminate("order"), absl::OkStatus());
  advance(2'000);
  a.settle();
  EXPECT_EQ(decider->offers(), 0u);
}

}  // namespace
}  // namespace baton::testing
