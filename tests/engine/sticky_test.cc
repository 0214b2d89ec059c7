// Decision tasks prefer who decided last, for a moment, and show it only what is new: against the right base, or not at all.
#include <gmock/gmock.h>

#include "coordinator/core/limits.h"
#include "tests/engine/engine_fixture.h"

namespace baton::testing {
namespace {

using Event = journal::v1::Event;

class Sticky : public EngineFixture {
 protected:
  // d0 decides the first task of "order" and keeps the run; then both deciders wait.
  void SetUp() override {
    d0_ = a.decider({.instance = "d0"});
    ASSERT_TRUE(a.start("order").ok());
    first_ = d0_->next_offer().token;
    ASSERT_EQ(a.decide(d0_.get(), first_, {}, true), absl::OkStatus());
    d1_ = a.decider({.instance = "d1"});
  }
  // Gives d0's only slot something else to do.
  TaskToken keep_d0_busy() {
    a.engine().drain_poller(d1_->id);
    EXPECT_TRUE(a.start("busy").ok());
    const TaskToken token = d0_->next_offer().token;
    d1_ = a.decider({.instance = "d1"});
    return token;
  }
  static void expect_delta(const engine::OfferedTask& offered, const TaskToken& base) {
    const v1::DecisionTask& task = decision_in(offered);
    ASSERT_TRUE(task.has_delta_base());
    EXPECT_EQ(task.delta_base().started_event_id(), base.started_event_id());
    EXPECT_EQ(task.delta_base().delivery(), base.delivery());
    ASSERT_GT(task.events_size(), 0);
    EXPECT_EQ(task.events(0).event_id(), base.started_event_id() + 1);
    EXPECT_EQ(task.events(task.events_size() - 1).event_id(), task.started_event_id());
  }
  static void expect_whole(const engine::OfferedTask& offered) {
    const v1::DecisionTask& task = decision_in(offered);
    EXPECT_FALSE(task.has_delta_base());
    ASSERT_EQ(task.events_size(), task.started_event_id());
    EXPECT_EQ(task.events(0).event_id(), 1);
  }

  TestCoordinator& a = coordinator();
  std::shared_ptr<ScriptedPoller> d0_, d1_;
  TaskToken first_;
};

TEST_F(Sticky, TheInstanceThatDecidedLastIsPreferred) {
  for (int i = 0; i < 4; ++i) {
    ASSERT_EQ(a.signal("order"), absl::OkStatus());
    const auto offered = d0_->next_offer();
    ASSERT_EQ(a.decide(d0_.get(), offered.token, {}, true), absl::OkStatus());
  }
  EXPECT_EQ(d1_->offers(), 0u);
}

TEST_F(Sticky, ABusyPreferredInstanceIsWaitedForUpToFiftyMilliseconds) {
  keep_d0_busy();
  ASSERT_EQ(a.signal("order"), absl::OkStatus());
  advance(core::kStickyMs - 1);
  a.settle();
  EXPECT_EQ(d1_->offers(), 0u);
  advance(1);
  expect_whole(d1_->next_offer());
}

TEST_F(Sticky, ABusyPreferredInstanceThatBecomesFreeInTimeGetsTheTask) {
  const TaskToken busy = keep_d0_busy();
  ASSERT_EQ(a.signal("order"), absl::OkStatus());
  advance(core::kStickyMs - 1);
  ASSERT_EQ(a.decide(d0_.get(), busy, {}), absl::OkStatus());
  expect_delta(d0_->next_offer(), first_);
  EXPECT_EQ(d1_->offers(), 0u);
}

TEST_F(Sticky, WhatWaitsForAnInstanceDoesNotStandInTheWayOfOthers) {
  keep_d0_busy();
  ASSERT_EQ(a.signal("order"), absl::OkStatus());
  ASSERT_TRUE(a.start("other").ok());
  EXPECT_EQ(decision_in(d1_->next_offer()).workflow_execution().workflow_id(), "other");
}

TEST_F(Sticky, APreferredInstanceThatIsGoneIsNotWaitedFor) {
  a.remove(*d0_);
  ASSERT_EQ(a.signal("order"), absl::OkStatus());
  expect_whole(d1_->next_offer());
}

TEST_F(Sticky, AnInstanceThatKeepsNothingIsNotPreferred) {
  ASSERT_EQ(a.signal("order"), absl::OkStatus());
  ASSERT_EQ(a.decide(d0_.get(), d0_->next_offer().token, {}, false), absl::OkStatus());
  ASSERT_EQ(a.signal("order"), absl::OkStatus());
  a.settle();
  auto offered = d1_->take_offer();
  if (!offered) offered = d0_->take_offer();
  ASSERT_TRUE(offered.has_value());
  expect_whole(*offered);
}

TEST_F(Sticky, TheInstanceIsKnownAgainAfterItsReconnection) {
  a.remove(*d0_);
  d0_ = a.decider({.instance = "d0"});
  ASSERT_EQ(a.signal("order"), absl::OkStatus());
  expect_delta(d0_->next_offer(), first_);
}

TEST_F(Sticky, AForgottenRunIsShownWholeAndPrefersNobody) {
  v1::WorkflowExecution execution;
  execution.set_workflow_id("order");
  execution.set_run_id(stored("order").execution.run.run_id.to_text());
  a.engine().forget_cached_run(d0_->id, execution);
  keep_d0_busy();
  ASSERT_EQ(a.signal("order"), absl::OkStatus());
  expect_whole(d1_->next_offer());
}

TEST_F(Sticky, AForgottenRunIsShownWholeToWhoForgotIt) {
  a.remove(*d1_);
  v1::WorkflowExecution execution;
  execution.set_workflow_id("order");
  execution.set_run_id(stored("order").execution.run.run_id.to_text());
  a.engine().forget_cached_run(d0_->id, execution);
  ASSERT_EQ(a.signal("order"), absl::OkStatus());
  const auto offered = d0_->next_offer();
  expect_whole(offered);
  // Its next answer makes it a base again.
  ASSERT_EQ(a.decide(d0_.get(), offered.token, {}, true), absl::OkStatus());
  ASSERT_EQ(a.signal("order"), absl::OkStatus());
  expect_delta(d0_->next_offer(), offered.token);
}

TEST_F(Sticky, ADecisionTaskThatTimedOutDoesNotChangeTheBase) {
  v1::StartWorkflowExecutionRequest request = start_request("timed");
  request.mutable_task_start_to_close_timeout()->mutable_after()->set_seconds(1);
  a.remove(*d1_);
  ASSERT_TRUE(a.start(request).ok());
  const TaskToken base = d0_->next_offer().token;
  ASSERT_EQ(a.decide(d0_.get(), base, {}, true), absl::OkStatus());
  ASSERT_EQ(a.signal("timed"), absl::OkStatus());
  const TaskToken late = d0_->next_offer().token;
  a.acknowledge(*d0_, late);
  a.settle();
  advance(1'000);
  wait_for("timed", Event::kDecisionTaskTimedOut);
  a.engine().give_back(d0_->id, late);
  expect_delta(d0_->next_offer(), base);
}

TEST_F(Sticky, AnotherCoordinatorShowsADeltaFromTheJournal) {
  TestCoordinator& b = coordinator();
  const auto there = b.decider({.instance = "d0"});
  ASSERT_EQ(b.signal("order"), absl::OkStatus());
  expect_delta(there->next_offer(), first_);
}

TEST_F(Sticky, ADeltaOfManyEventsIsReadFromTheJournal) {
  a.remove(*d0_);
  a.remove(*d1_);
  // More batches than are kept in memory.
  for (int i = 0; i < 300; ++i) ASSERT_EQ(a.signal("order"), absl::OkStatus());
  const auto d2 = a.decider({.instance = "d0"});
  const v1::DecisionTask task = decision_in(d2->next_offer());
  const int64_t first_shown = task.has_delta_base() ? task.delta_base().started_event_id() + 1 : 1;
  ASSERT_GT(task.events_size(), 300);
  for (int i = 0; i < task.events_size(); ++i) ASSERT_EQ(task.events(i).event_id(), first_shown + i);
  EXPECT_EQ(task.events(task.events_size() - 1).event_id(), task.started_event_id());
}

TEST_F(Sticky, ALongHistoryComesInPages) {
  a.remove(*d0_);
  a.remove(*d1_);
  for (int i = 0; i < core::kMaxPageSize; ++i) ASSERT_EQ(a.signal("order"), absl::OkStatus());
  const auto d2 = a.decider({.instance = "d2"});
  const auto offered = d2->next_offer();
  EXPECT_EQ(decision_in(offered).events_size(), core::kMaxPageSize);
  EXPECT_EQ(offered.next_event_id, core::kMaxPageSize + 1);
}

}  // namespace
}  // namespace baton::testing
