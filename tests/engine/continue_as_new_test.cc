// A run that continues as new: its end and its successor's beginning are one commit, whatever becomes of that commit.
#include <gmock/gmock.h>

#include "coordinator/core/fault.h"
#include "tests/engine/engine_fixture.h"

namespace baton::testing {
namespace {

using store::CommitOutcome;

class ContinueAsNew : public EngineFixture {
 protected:
  static v1::Decision continue_as_new() {
    v1::Decision decision;
    decision.mutable_continue_as_new_workflow_execution();
    return decision;
  }
  static v1::RespondDecisionTaskCompletedRequest continuing() {
    v1::RespondDecisionTaskCompletedRequest request;
    *request.add_decisions() = continue_as_new();
    return request;
  }
  size_t runs() { return read_runs(*data_).size(); }

  TestCoordinator& a = coordinator();
};

TEST_F(ContinueAsNew, TheSuccessorsTaskIsOfferedInTheSameCommit) {
  const auto decider = a.decider({.slots = 2});
  ASSERT_TRUE(a.start("order").ok());
  const TaskToken token = decider->next_offer().token;
  int commits = 0;
  a.faults().set_before_commit([&](const store::CommitBatch&) -> std::optional<store::CommitResult> {
    ++commits;
    return std::nullopt;
  });
  ASSERT_EQ(a.decide(decider.get(), token, {continue_as_new()}), absl::OkStatus());
  const auto next = decider->next_offer();
  EXPECT_EQ(commits, 1);
  EXPECT_EQ(runs(), 2u);
  EXPECT_NE(next.token.run_id(), token.run_id());
  EXPECT_EQ(decision_in(next).events_size(), 3) << "the whole history, not a delta of the run before";
  EXPECT_EQ(events("order"), "WorkflowExecutionStarted, DecisionTaskScheduled, DecisionTaskStarted");
  EXPECT_EQ(a.decide(decider.get(), next.token, {complete_execution()}), absl::OkStatus());
}

TEST_F(ContinueAsNew, BothRunsComeAboutOrNeither) {
  for (const CommitOutcome outcome : {CommitOutcome::kConflict, CommitOutcome::kMaybe}) {
    const std::string id = outcome == CommitOutcome::kConflict ? "conflict" : "maybe";
    const auto decider = a.decider();
    ASSERT_TRUE(a.start(id).ok());
    const TaskToken token = decider->next_offer().token;
    const size_t before = runs();
    a.faults().fail_next_commit(outcome);
    const absl::Status answered = a.decide(decider.get(), token, {continue_as_new()});
    if (outcome == CommitOutcome::kMaybe) {
      EXPECT_EQ(answered.code(), absl::StatusCode::kUnavailable);
      EXPECT_EQ(runs(), before);
      EXPECT_EQ(stored(id).execution.close_status, 0);
      ASSERT_EQ(a.decide(decider.get(), token, {continue_as_new()}), absl::OkStatus());
    } else {
      EXPECT_EQ(answered, absl::OkStatus());
    }
    EXPECT_EQ(runs(), before + 1) << "no run is left of what did not come about";
    EXPECT_EQ(a.decide(decider.get(), decider->next_offer().token, {complete_execution()}), absl::OkStatus());
    a.remove(*decider);
  }
}

TEST_F(ContinueAsNew, AnAnswerOfWhichNobodyKnowsIsRecordedOnceWhenItComesAgain) {
  const auto decider = a.decider();
  ASSERT_TRUE(a.start("order").ok());
  const TaskToken token = decider->next_offer().token;
  a.faults().doubt_next_commit();
  EXPECT_EQ(a.decide(decider.get(), token, {continue_as_new()}).code(), absl::StatusCode::kUnavailable);
  EXPECT_EQ(a.decide(decider.get(), token, {continue_as_new()}), absl::OkStatus());
  EXPECT_EQ(a.decide(decider.get(), token, {continue_as_new()}), absl::OkStatus());
  EXPECT_EQ(runs(), 2u) << "one successor";
}

TEST_F(ContinueAsNew, WhatComesForTheWorkflowIdInTheSameBatchReachesTheSuccessor) {
  ASSERT_TRUE(a.start("order").ok());
  const TaskToken token = a.decider({.unary = true})->next_offer().token;
  ASSERT_TRUE(a.start("held").ok());
  a.faults().close_gate();
  auto held = a.signal_later("held");
  a.faults().wait_at_gate();
  // One batch, once the gate opens.
  auto answered = a.decide_later(nullptr, token, continuing());
  auto signaled = a.signal_later("order", "news");
  auto started = a.start_later(start_request("order"));
  a.faults().open_gate();
  EXPECT_EQ(outcome_of(std::move(held)), absl::OkStatus());
  EXPECT_EQ(outcome_of(std::move(answered)), absl::OkStatus());
  EXPECT_EQ(outcome_of(std::move(signaled)), absl::OkStatus());
  EXPECT_EQ(core::fault_of(outcome_of(std::move(started)).status()), v1::WORKFLOW_EXECUTION_ALREADY_STARTED);
  EXPECT_EQ(events("order"), "WorkflowExecutionStarted, DecisionTaskScheduled, WorkflowExecutionSignaled");
}

TEST_F(ContinueAsNew, AnAnswerRepeatedWhereTheRunIsStillThoughtOpenDoesNotHideTheSuccessor) {
  TestCoordinator& b = coordinator();
  ASSERT_TRUE(a.start("order").ok());
  const TaskToken token = a.decider({.unary = true})->next_offer().token;
  ASSERT_TRUE(b.describe("order").ok());
  ASSERT_EQ(a.decide(nullptr, token, {continue_as_new()}), absl::OkStatus());
  const TaskToken next = a.decider({.unary = true})->next_offer().token;
  ASSERT_EQ(b.decide(nullptr, next, {start_timer("t", 60'000)}), absl::OkStatus());
  EXPECT_EQ(b.decide(nullptr, token, {continue_as_new()}), absl::OkStatus()) << "begins yet another run before it meets the conflict";
  EXPECT_EQ(b.signal("order"), absl::OkStatus());
  EXPECT_EQ(runs(), 2u);
}

TEST_F(ContinueAsNew, AnotherCoordinatorServesTheSuccessor) {
  TestCoordinator& b = coordinator();
  ASSERT_TRUE(a.start("order").ok());
  ASSERT_EQ(b.signal("order"), absl::OkStatus()) << "the first run is in its cache, too";
  const auto decider = a.decider();
  ASSERT_EQ(a.decide(decider.get(), decider->next_offer().token, {continue_as_new()}), absl::OkStatus());
  EXPECT_EQ(b.signal("order"), absl::OkStatus());
  EXPECT_EQ(count_events("order", journal::v1::Event::kWorkflowExecutionSignaled), 1);
  EXPECT_EQ(b.terminate("order"), absl::OkStatus());
}

}  // namespace
}  // namespace baton::testing
