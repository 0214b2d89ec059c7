// Acknowledged hand-out over streams and unary polls: who gets a task, when it is taken away again, and what is recorded when.
#include <gmock/gmock.h>

#include <atomic>
#include <future>

#include "coordinator/core/fault.h"
#include "coordinator/core/limits.h"
#include "tests/engine/engine_fixture.h"

namespace baton::testing {
namespace {

using Event = journal::v1::Event;
using ::testing::ElementsAre;

constexpr int64_t kD = core::kDeliveryTimeoutMs;

class HandOut : public EngineFixture {
 protected:
  // A run "order" with so many activities that wait, x0, x1, …
  void start_with_activities(int count) {
    std::vector<v1::Decision> decisions;
    for (int i = 0; i < count; ++i) decisions.push_back(schedule_activity("x" + std::to_string(i)));
    start_with(a, "order", std::move(decisions));
  }
  int started() { return count_events("order", Event::kActivityTaskStarted); }
  // Nothing comes, now that everything due is done.
  void expect_no_offer(const std::shared_ptr<ScriptedPoller>& poller) {
    a.settle();
    EXPECT_EQ(poller->offers(), 0u);
  }

  TestCoordinator& a = coordinator();
};

TEST_F(HandOut, AStartedRunGoesThroughItsTasksToItsEnd) {
  const auto decider = a.decider();
  const auto worker = a.worker();
  ASSERT_TRUE(a.start("order").ok());
  ASSERT_TRUE(a.decide(decider.get(), decider->next_offer().token, {schedule_activity("a")}).ok());
  ASSERT_TRUE(a.complete(worker.get(), worker->next_offer().token).ok());
  ASSERT_TRUE(a.decide(decider.get(), decider->next_offer().token, {complete_execution()}).ok());
  EXPECT_EQ(events("order"),
            "WorkflowExecutionStarted, DecisionTaskScheduled, DecisionTaskStarted, DecisionTaskCompleted, ActivityTaskScheduled, "
            "ActivityTaskStarted, ActivityTaskCompleted, DecisionTaskScheduled, DecisionTaskStarted, DecisionTaskCompleted, "
            "WorkflowExecutionCompleted");
}

TEST_F(HandOut, ATaskThatFindsAPollerNeverTouchesTheBacklog) {
  bool touched = false;
  a.faults().set_after_commit([&](const store::CommitBatch& batch) -> std::optional<store::CommitResult> {
    touched |= !batch.backlog_added.empty() || !batch.backlog_removed.empty();
    return std::nullopt;
  });
  const auto decider = a.decider(), worker = a.worker();
  ASSERT_TRUE(a.start("order").ok());
  ASSERT_TRUE(a.decide(decider.get(), decider->next_offer().token, {schedule_activity("a")}).ok());
  ASSERT_TRUE(a.complete(worker.get(), worker->next_offer().token).ok());
  decider->next_offer();
  a.settle();
  EXPECT_FALSE(touched);
}

TEST_F(HandOut, NeverMoreTasksAreOutThanSlots) {
  const auto worker = a.worker({.slots = 3});
  start_with_activities(5);
  std::vector<TaskToken> held;
  for (int i = 0; i < 3; ++i) held.push_back(worker->next_offer().token);
  expect_no_offer(worker);
  ASSERT_TRUE(a.complete(worker.get(), held[0]).ok());
  worker->next_offer();
  expect_no_offer(worker);
}

TEST_F(HandOut, WhatWaitsIsGivenByPriorityThenByAge) {
  v1::Decision later = schedule_activity("late"), urgent = schedule_activity("urgent"), dull = schedule_activity("dull");
  urgent.mutable_schedule_activity_task()->set_task_priority(7);
  dull.mutable_schedule_activity_task()->set_task_priority(-7);
  start_with(a, "order", {dull, schedule_activity("early")});
  advance(1);
  start_with(a, "another", {later, urgent});
  const auto worker = a.worker({.slots = 4});
  std::vector<std::string> given;
  for (int i = 0; i < 4; ++i) given.push_back(activity_in(worker->next_offer()).activity_id());
  EXPECT_THAT(given, ElementsAre("urgent", "early", "late", "dull"));
}

TEST_F(HandOut, SilenceWithdrawsAfterTheDeliveryTimeoutAndTheNextDeliveryGoesToSomebodyElse) {
  const auto silent = a.worker({.instance = "silent"});
  start_with_activities(1);
  EXPECT_EQ(silent->next_offer().token.delivery(), 1);
  const auto other = a.worker({.instance = "other"});
  advance(kD - 1);
  expect_no_offer(other);
  advance(1);
  const auto offered = other->next_offer();
  EXPECT_EQ(offered.token.delivery(), 2);
  EXPECT_EQ(activity_in(offered).delivery(), 2);
  EXPECT_EQ(a.complete(other.get(), offered.token), absl::OkStatus());
  EXPECT_EQ(core::fault_of(silent->next_closed().why), v1::UNKNOWN_RESOURCE);
}

TEST_F(HandOut, ABrokenStreamKeepsItsOffersForThreeSecondsAfterTheBreak) {
  const auto worker = a.worker();
  start_with_activities(1);
  const TaskToken token = worker->next_offer().token;
  advance(kD - 1);
  a.remove(*worker);
  const auto other = a.worker({.instance = "other"});
  advance(core::kReconnectGraceMs - 1);
  expect_no_offer(other);
  advance(1);
  EXPECT_EQ(other->next_offer().token.delivery(), 2);
}

TEST_F(HandOut, ABrokenStreamKeepsItsOffersForTheDeliveryTimeoutAtLeast) {
  const auto worker = a.worker();
  start_with_activities(1);
  worker->next_offer();
  a.remove(*worker);
  const auto other = a.worker({.instance = "other"});
  advance(kD - 1);
  expect_no_offer(other);
  advance(1);
  EXPECT_EQ(other->next_offer().token.delivery(), 2);
}

TEST_F(HandOut, AnAcknowledgedActivityIsStartedInTheHistoryWithinOneSecond) {
  const auto worker = a.worker();
  start_with_activities(1);
  const auto offered = worker->next_offer();
  EXPECT_EQ(activity_in(offered).started_event_id(), 0);
  advance(10);
  a.acknowledge(*worker, offered.token);
  a.settle();
  advance(core::kLazyAcknowledgementMs - 1);
  a.settle();
  EXPECT_EQ(started(), 0);
  advance(1);
  wait_for("order", Event::kActivityTaskStarted);
  EXPECT_EQ(stored("order").events().back()->time_ms(), ManualTime::kStartMs + 10) << "the time of the acknowledgement";
}

TEST_F(HandOut, AnAcknowledgementIsWrittenWithTheRunsNextCommit) {
  const auto worker = a.worker();
  start_with_activities(1);
  a.acknowledge(*worker, worker->next_offer().token);
  a.settle();
  EXPECT_EQ(started(), 0);
  ASSERT_EQ(a.signal("order"), absl::OkStatus());
  EXPECT_EQ(started(), 1);
}

TEST_F(HandOut, ADecisionTaskIsStartedWithItsOfferAndOnlyItsClockWaits) {
  v1::StartWorkflowExecutionRequest request = start_request("order");
  request.mutable_task_start_to_close_timeout()->mutable_after()->set_seconds(10);
  ASSERT_TRUE(a.start(request).ok());
  const auto decider = a.decider();
  const auto offered = decider->next_offer();
  EXPECT_EQ(decision_in(offered).started_event_id(), 3);
  EXPECT_EQ(count_events("order", Event::kDecisionTaskStarted), 1);
  advance(2'000);
  a.acknowledge(*decider, offered.token);
  a.settle();
  advance(10'000 - 1);
  a.settle();
  EXPECT_EQ(count_events("order", Event::kDecisionTaskTimedOut), 0) << "the clock began at the acknowledgement";
  advance(1);
  wait_for("order", Event::kDecisionTaskTimedOut);
}

TEST_F(HandOut, AUnaryPollIsFinal) {
  const auto worker = a.worker({.unary = true});
  start_with_activities(1);
  const auto offered = worker->next_offer();
  EXPECT_EQ(started(), 1) << "in the offer's own commit";
  EXPECT_EQ(activity_in(offered).started_event_id(), 6);
  a.remove(*worker);
  const auto other = a.worker();
  advance(4 * kD);
  expect_no_offer(other);
  EXPECT_EQ(a.complete(nullptr, offered.token), absl::OkStatus());
}

TEST_F(HandOut, AUnaryPollThatEndedGivesItsPlaceUpAtOnce) {
  const auto gone = a.worker({.unary = true});
  a.remove(*gone);
  const auto waiting = a.worker({.unary = true});
  start_with_activities(1);
  waiting->next_offer();
  EXPECT_EQ(gone->offers(), 0u);
}

TEST_F(HandOut, ATaskThatIsGivenBackGoesToSomebodyElseAtOnce) {
  const auto worker = a.worker();
  start_with_activities(1);
  const TaskToken token = worker->next_offer().token;
  a.engine().drain_poller(worker->id);
  const auto other = a.worker({.instance = "other"});
  a.engine().give_back(worker->id, token);
  EXPECT_EQ(other->next_offer().token.delivery(), 2);
}

TEST_F(HandOut, AnAcknowledgedTaskCannotBeGivenBack) {
  const auto worker = a.worker();
  start_with_activities(1);
  const TaskToken token = worker->next_offer().token;
  a.acknowledge(*worker, token);
  a.engine().give_back(worker->id, token);
  const auto other = a.worker({.instance = "other"});
  expect_no_offer(other);
  EXPECT_EQ(a.complete(worker.get(), token), absl::OkStatus());
}

TEST_F(HandOut, ATaskThatEndedKeepsItsSlotUntilTheClientDropsIt) {
  const auto worker = a.worker();
  start_with_activities(1);
  const TaskToken token = worker->next_offer().token;
  ASSERT_EQ(a.terminate("order"), absl::OkStatus());
  const auto closed = worker->next_closed();
  EXPECT_EQ(closed.token.SerializeAsString(), token.SerializeAsString());
  EXPECT_EQ(core::fault_of(closed.why), v1::UNKNOWN_RESOURCE);
  start_with(a, "another", {schedule_activity("y")});
  expect_no_offer(worker);
  a.engine().give_back(worker->id, token);
  EXPECT_EQ(activity_in(worker->next_offer()).activity_id(), "y");
}

TEST_F(HandOut, ADrainedPollerKeepsWhatItHasAndGetsNoMore) {
  const auto worker = a.worker({.slots = 2});
  start_with_activities(1);
  const TaskToken token = worker->next_offer().token;
  a.engine().drain_poller(worker->id);
  start_with(a, "another", {schedule_activity("y")});
  expect_no_offer(worker);
  EXPECT_EQ(a.complete(worker.get(), token), absl::OkStatus());
  expect_no_offer(worker);
}

TEST_F(HandOut, ADrainedPollerIsIdleAtOnceWhenNothingIsOutToIt) {
  const auto worker = a.worker();
  bool idle = false;
  a.engine().drain_poller(worker->id, [&] { idle = true; });
  EXPECT_TRUE(idle);
}

TEST_F(HandOut, ADrainedPollerIsIdleWhenItsLastTaskIsAnswered) {
  const auto worker = a.worker();
  start_with_activities(1);
  const TaskToken token = worker->next_offer().token;
  std::atomic<int> idle = 0;
  a.engine().drain_poller(worker->id, [&] { ++idle; });
  EXPECT_EQ(idle, 0);
  ASSERT_EQ(a.complete(worker.get(), token), absl::OkStatus());
  a.settle();
  EXPECT_EQ(idle, 1);
}

TEST_F(HandOut, ADrainedPollerGetsTheTaskThatIsBeingCommitted) {
  start_with_activities(1);
  a.faults().close_gate();
  const auto worker = a.worker({.unary = true});
  a.faults().wait_at_gate();
  std::atomic<int> idle = 0;
  a.engine().drain_poller(worker->id, [&] { ++idle; });
  EXPECT_EQ(idle, 0);
  a.faults().open_gate();
  worker->next_offer();
  a.settle();
  EXPECT_EQ(idle, 0);
}

TEST_F(HandOut, ADrainedPollerIsIdleWhenTheTaskOnItsWayComesToNothing) {
  start_with_activities(1);
  a.faults().close_gate();
  const auto worker = a.worker({.unary = true});
  a.faults().wait_at_gate();
  std::promise<void> idle;
  a.engine().drain_poller(worker->id, [&] { idle.set_value(); });
  a.faults().fail_next_commit(store::CommitOutcome::kMaybe);
  a.faults().open_gate();
  EXPECT_EQ(idle.get_future().wait_for(std::chrono::seconds(20)), std::future_status::ready);
  EXPECT_EQ(worker->offers(), 0u);
}

TEST_F(HandOut, TasksGoToPollersInTurn) {
  const auto one = a.worker({.slots = 2, .instance = "one"}), two = a.worker({.slots = 2, .instance = "two"});
  start_with_activities(2);
  one->next_offer();
  two->next_offer();
}

TEST_F(HandOut, TwoTaskListsDoNotMix) {
  const auto worker = a.worker({.list = "another"});
  start_with_activities(1);
  expect_no_offer(worker);
}

TEST_F(HandOut, AnOfferTellsTheWorkerWhatItMustKnow) {
  v1::Decision schedule = schedule_activity("x", {.start_to_close_ms = 7'000, .heartbeat_ms = 3'000});
  schedule.mutable_schedule_activity_task()->mutable_input()->set_data("in");
  start_with(a, "order", {schedule});
  const auto worker = a.worker();
  const v1::ActivityTask task = activity_in(worker->next_offer());
  EXPECT_EQ(task.activity_id(), "x");
  EXPECT_EQ(task.activity_type().name(), "charge");
  EXPECT_EQ(task.input().data(), "in");
  EXPECT_EQ(task.workflow_execution().workflow_id(), "order");
  EXPECT_EQ(task.start_to_close_timeout().seconds(), 7);
  EXPECT_EQ(task.heartbeat_timeout().seconds(), 3);
  EXPECT_EQ(task.scheduled_event_id(), 5);
  EXPECT_EQ(task.idempotency_key(), task.workflow_execution().run_id() + "/5");
}

}  // namespace
}  // namespace baton::testing
