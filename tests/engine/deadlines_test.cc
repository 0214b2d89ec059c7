// What time does to runs: never early, in order, by whoever armed it or, once that one is gone, by anybody, with a grace for clients.
#include <gmock/gmock.h>

#include "coordinator/core/fault.h"
#include "coordinator/core/limits.h"
#include "tests/engine/engine_fixture.h"

namespace baton::testing {
namespace {

using Event = journal::v1::Event;

class Deadlines : public EngineFixture {
 protected:
  int count(Event::AttributesCase kind) { return count_events("order", kind); }
  // Lets time pass in small steps; this must not have happened before all of it has.
  void expect_exactly_after(int64_t ms, Event::AttributesCase kind, TestCoordinator& c) {
    const int before = count(kind);
    for (const int64_t step : {ms / 3, ms / 3, ms - 2 * (ms / 3) - 1}) {
      advance(step);
      c.settle();
      EXPECT_EQ(count(kind), before) << "early: " << events("order");
    }
    advance(1);
    wait_for("order", kind, before + 1);
  }
  int64_t time_of_last() { return stored("order").events().back()->time_ms(); }
};

TEST_F(Deadlines, ATimerFiresAtItsTime) {
  TestCoordinator& a = coordinator();
  start_with(a, "order", {start_timer("t", 5'000)});
  expect_exactly_after(5'000, Event::kTimerFired, a);
  EXPECT_EQ(time_of_last(), ManualTime::kStartMs + 5'000);
}

TEST_F(Deadlines, AnEarlierOneThatComesLaterIsNotOverslept) {
  TestCoordinator& a = coordinator();
  start_with(a, "order", {start_timer("long", 60'000)});
  const auto decider = a.decider();
  ASSERT_EQ(a.signal("order"), absl::OkStatus());
  ASSERT_EQ(a.decide(decider.get(), decider->next_offer().token, {start_timer("short", 1'000)}), absl::OkStatus());
  expect_exactly_after(1'000, Event::kTimerFired, a);
  expect_exactly_after(59'000, Event::kTimerFired, a);
}

TEST_F(Deadlines, ManyInOneLeapFireInTheirOrderWithTheirTimes) {
  TestCoordinator& a = coordinator();
  std::vector<v1::Decision> timers;
  for (const int seconds : {3, 1, 4, 2}) timers.push_back(start_timer(std::to_string(seconds), seconds * 1'000));
  start_with(a, "order", std::move(timers));
  advance(3'600'000);
  wait_for("order", Event::kTimerFired, 4);
  std::vector<std::string> fired;
  const StoredRun run = stored("order");
  for (const Event* event : run.events()) {
    if (!event->has_timer_fired()) continue;
    fired.push_back(event->timer_fired().timer_id());
    EXPECT_EQ(event->time_ms(), ManualTime::kStartMs + 1'000 * static_cast<int64_t>(fired.size()));
  }
  EXPECT_THAT(fired, ::testing::ElementsAre("1", "2", "3", "4"));
}

TEST_F(Deadlines, AnActivityThatNobodyStartsTimesOut) {
  TestCoordinator& a = coordinator();
  start_with(a, "order", {schedule_activity("x", {.schedule_to_start_ms = 2'000})});
  expect_exactly_after(2'000, Event::kActivityTaskTimedOut, a);
  EXPECT_EQ(backlog(core::TaskKind::kActivity, kActivities), 0);
}

TEST_F(Deadlines, AHeartbeatKeepsAnActivityAlive) {
  TestCoordinator& a = coordinator();
  start_with(a, "order", {schedule_activity("x", {.heartbeat_ms = 4'000})});
  const auto worker = a.worker();
  const TaskToken token = worker->next_offer().token;
  a.acknowledge(*worker, token);
  a.settle();
  for (int i = 0; i < 5; ++i) {
    advance(3'000);
    ASSERT_TRUE(a.heartbeat(worker.get(), token).ok());
  }
  expect_exactly_after(4'000, Event::kActivityTaskTimedOut, a);
  const StoredRun run = stored("order");
  const auto recorded = std::count_if(run.records.begin(), run.records.end(), [](const auto& r) { return r.has_heartbeat_recorded(); });
  EXPECT_GE(recorded, 4) << "kept every half of its timeout";
  EXPECT_LE(recorded, 6);
}

TEST_F(Deadlines, ARunEndsWhenItsTimeIsUp) {
  TestCoordinator& a = coordinator();
  v1::StartWorkflowExecutionRequest request = start_request("order");
  request.mutable_execution_start_to_close_timeout()->mutable_after()->set_seconds(30);
  ASSERT_TRUE(a.start(request).ok());
  expect_exactly_after(30'000, Event::kWorkflowExecutionTimedOut, a);
  EXPECT_EQ(core::fault_of(a.signal("order")), v1::UNKNOWN_RESOURCE);
}

TEST_F(Deadlines, ATimerOfADeadCoordinatorFiresAtItsTimeAfterTheTakeOver) {
  TestCoordinator& a = coordinator();
  start_with(a, "order", {start_timer("t", 5'000)});
  stop(a);
  TestCoordinator& successor = coordinator();
  advance(3'000);
  sweep(successor);  // two seconds more
  wait_for("order", Event::kTimerFired);
  EXPECT_EQ(time_of_last(), ManualTime::kStartMs + 5'000);
}

TEST_F(Deadlines, ATimerThatCameDueWhileNobodyWasThereFiresAtOnce) {
  TestCoordinator& a = coordinator();
  start_with(a, "order", {start_timer("t", 5'000)});
  stop(a);
  advance(60'000);
  coordinator();
  wait_for("order", Event::kTimerFired);
}

TEST_F(Deadlines, AfterATakeOverClientsHaveEightSecondsForWhatTheyCouldHaveMet) {
  TestCoordinator& a = coordinator();
  start_with(a, "order", {schedule_activity("x", {.start_to_close_ms = 3'000})});
  const auto worker = a.worker({.unary = true});
  const TaskToken token = worker->next_offer().token;
  stop(a);
  advance(5'000);
  TestCoordinator& successor = coordinator();
  sweep(successor);  // loads it at some moment of these two seconds
  advance(core::kTakeOverGraceMs - 2'000 - 1);
  successor.settle();
  EXPECT_EQ(count(Event::kActivityTaskTimedOut), 0);
  sweep(successor);
  advance(1);
  wait_for("order", Event::kActivityTaskTimedOut);
  EXPECT_EQ(core::fault_of(successor.complete(nullptr, token)), v1::UNKNOWN_RESOURCE);
}

TEST_F(Deadlines, AClientThatComesBackWithinTheGraceIsInTime) {
  TestCoordinator& a = coordinator();
  start_with(a, "order", {schedule_activity("x", {.start_to_close_ms = 3'000})});
  const auto worker = a.worker({.unary = true});
  const TaskToken token = worker->next_offer().token;
  stop(a);
  advance(60'000);
  TestCoordinator& successor = coordinator();
  for (int i = 0; i < 3; ++i) sweep(successor);
  EXPECT_EQ(successor.complete(nullptr, token), absl::OkStatus());
  EXPECT_EQ(count(Event::kActivityTaskTimedOut), 0);
}

TEST_F(Deadlines, AfterATakeOverAHeartbeatHasAWholeIntervalMore) {
  TestCoordinator& a = coordinator();
  start_with(a, "order", {schedule_activity("x", {.heartbeat_ms = 20'000})});
  const auto worker = a.worker({.unary = true});
  const TaskToken token = worker->next_offer().token;
  stop(a);
  advance(60'000);
  TestCoordinator& successor = coordinator();
  sweep(successor);
  advance(core::kTakeOverGraceMs + 15'000);
  sweep(successor);
  EXPECT_EQ(count(Event::kActivityTaskTimedOut), 0);
  EXPECT_TRUE(successor.heartbeat(nullptr, token).ok());
  advance(20'000);
  sweep(successor);
  wait_for("order", Event::kActivityTaskTimedOut);
}

TEST_F(Deadlines, AnOfferOfADeadCoordinatorIsWithdrawnAfterBothGraces) {
  TestCoordinator& a = coordinator();
  start_with(a, "order", {schedule_activity("x")});
  a.worker()->next_offer();
  stop(a);
  TestCoordinator& successor = coordinator();
  const auto worker = successor.worker({.instance = "other"});
  advance(core::kDeliveryTimeoutMs + core::kDeliveryGraceMs - 3'000);
  sweep(successor);
  EXPECT_EQ(worker->offers(), 0u) << "not before D + G";
  for (int i = 0; i < 6 && worker->offers() == 0; ++i) sweep(successor);
  EXPECT_EQ(worker->next_offer().token.delivery(), 2);
}

TEST_F(Deadlines, WhatACoordinatorLeavesUndoneForASecondAnotherDoes) {
  TestCoordinator& a = coordinator();
  TestCoordinator& b = coordinator();
  advance(61'000);  // b adopts nothing any more
  sweep(b);
  start_with(a, "order", {start_timer("t", 5'000)});
  a.faults().close_gate();
  advance(5'000);
  a.faults().wait_at_gate();
  sweep(b);
  sweep(b);
  wait_for("order", Event::kTimerFired);
  a.faults().open_gate();
  a.settle();
  EXPECT_EQ(count(Event::kTimerFired), 1) << "the late one conflicts, reloads, and finds nothing due";
}

TEST_F(Deadlines, TwoCoordinatorsThatWatchOneTimerFireItOnce) {
  TestCoordinator& a = coordinator();
  start_with(a, "order", {start_timer("t", 5'000)});
  TestCoordinator& b = coordinator();
  advance(4'000);
  sweep(b);
  wait_for("order", Event::kTimerFired);
  a.settle();
  sweep(b);
  EXPECT_EQ(count(Event::kTimerFired), 1);
}

}  // namespace
}  // namespace baton::testing
