// Attempts of an activity under a retry policy: each is handed out when its wait is over and no sooner, whoever serves the run, and whoever had
// an earlier one is told and decides nothing any more.
#include <gmock/gmock.h>

#include "coordinator/core/fault.h"
#include "coordinator/core/limits.h"
#include "tests/engine/engine_fixture.h"

namespace baton::testing {
namespace {

using store::CommitOutcome;
using Event = journal::v1::Event;

class ActivityRetry : public EngineFixture {
 protected:
  static v1::Decision retried(const std::string& activity_id, const ActivityTimes& times = {}, int64_t interval_ms = 1'000) {
    v1::Decision decision = schedule_activity(activity_id, times);
    auto& interval = *decision.mutable_schedule_activity_task()->mutable_retry_policy()->mutable_initial_interval();
    interval.set_seconds(interval_ms / 1'000);
    interval.set_nanos(static_cast<int32_t>(interval_ms % 1'000) * 1'000'000);
    return decision;
  }
  static v1::ActivityTaskAnswer failed() {
    v1::ActivityTaskAnswer answer;
    answer.mutable_failed()->set_reason("BUSY");
    return answer;
  }
  absl::Status fail(TestCoordinator& c, const ScriptedPoller* worker, const TaskToken& token) {
    return outcome_of(c.answer_later(worker, token, failed()));
  }
  v1::PendingActivity shown(TestCoordinator& c) { return c.describe("order")->pending_activities(0); }
  int64_t waiting() { return backlog(core::TaskKind::kActivity, kActivities); }
  // Lets this much time pass, less one millisecond, without the worker getting anything; then that millisecond.
  void expect_parked_for(int64_t ms, const ScriptedPoller& worker, TestCoordinator& c) {
    for (const int64_t step : {ms / 2, ms - ms / 2 - 1}) {
      advance(step);
      c.settle();
      EXPECT_EQ(worker.offers(), 0u) << "early";
    }
    advance(1);
  }
};

TEST_F(ActivityRetry, EachAttemptComesWhenItsWaitIsOverAndTheDeciderHearsOfTheLastOne) {
  TestCoordinator& a = coordinator();
  start_with(a, "order", {retried("x")});
  const auto worker = a.worker();
  TaskToken token = worker->next_offer().token;
  for (const int64_t wait_ms : {1'000, 2'000, 4'000}) {
    a.acknowledge(*worker, token);
    ASSERT_EQ(fail(a, worker.get(), token), absl::OkStatus());
    expect_parked_for(wait_ms, *worker, a);
    const engine::OfferedTask next = worker->next_offer();
    EXPECT_EQ(next.token.attempt(), token.attempt() + 1);
    EXPECT_EQ(activity_in(next).attempt(), token.attempt() + 1);
    EXPECT_EQ(activity_in(next).delivery(), 1);
    EXPECT_EQ(core::fault_of(a.complete(nullptr, token)), v1::UNKNOWN_RESOURCE) << "that attempt is over";
    EXPECT_EQ(fail(a, nullptr, token), absl::OkStatus()) << "sent again: as recorded";
    token = next.token;
  }
  ASSERT_EQ(a.complete(worker.get(), token), absl::OkStatus());
  EXPECT_EQ(events("order"),
            "WorkflowExecutionStarted, DecisionTaskScheduled, DecisionTaskStarted, DecisionTaskCompleted, ActivityTaskScheduled, "
            "ActivityTaskStarted, ActivityTaskCompleted, DecisionTaskScheduled");
  EXPECT_EQ(worker->closed_count(), 0u);
}

TEST_F(ActivityRetry, AParkedAttemptIsInNoBacklogAndKeepsNoSlot) {
  TestCoordinator& a = coordinator();
  start_with(a, "order", {retried("x")});
  const auto worker = a.worker();
  ASSERT_EQ(fail(a, worker.get(), worker->next_offer().token), absl::OkStatus());
  EXPECT_EQ(waiting(), 0);
  start_with(a, "other", {schedule_activity("y")});
  const TaskToken other = worker->next_offer().token;
  advance(1'000);
  a.settle();
  EXPECT_EQ(waiting(), 1) << "its wait is over, and the only slot is taken";
  ASSERT_EQ(a.complete(worker.get(), other), absl::OkStatus());
  EXPECT_EQ(a.complete(worker.get(), worker->next_offer().token), absl::OkStatus());
  EXPECT_EQ(waiting(), 0);
}

TEST_F(ActivityRetry, ARestartInTheMiddleOfTheWaitNeitherShortensNorForgetsIt) {
  TestCoordinator& a = coordinator();
  start_with(a, "order", {retried("x")});
  const auto before = a.worker();
  const TaskToken token = before->next_offer().token;
  ASSERT_EQ(fail(a, before.get(), token), absl::OkStatus());
  advance(400);
  stop(a);
  TestCoordinator& b = coordinator();
  const auto worker = b.worker({.instance = "another"});
  EXPECT_EQ(shown(b).attempt(), 2);
  EXPECT_EQ(shown(b).last_failure_reason(), "BUSY");
  EXPECT_EQ(fail(b, nullptr, token), absl::OkStatus()) << "sent again, to whoever is there";
  expect_parked_for(600, *worker, b);
  const TaskToken second = worker->next_offer().token;
  ASSERT_EQ(fail(b, worker.get(), second), absl::OkStatus());
  expect_parked_for(2'000, *worker, b);
  EXPECT_EQ(b.complete(worker.get(), worker->next_offer().token), absl::OkStatus());
  EXPECT_EQ(count_events("order", Event::kActivityTaskStarted), 1);
}

TEST_F(ActivityRetry, AWaitThatEndedWhileNobodyWasThereIsOverAtOnce) {
  TestCoordinator& a = coordinator();
  start_with(a, "order", {retried("x")});
  const auto before = a.worker();
  ASSERT_EQ(fail(a, before.get(), before->next_offer().token), absl::OkStatus());
  stop(a);
  advance(60'000);
  TestCoordinator& b = coordinator();
  const auto worker = b.worker({.instance = "another"});
  EXPECT_EQ(b.complete(worker.get(), worker->next_offer().token), absl::OkStatus());
}

TEST_F(ActivityRetry, WhoeverHadAnAttemptThatTimedOutIsToldAndAnswersTooLateBeforeAnybodyHasTheNext) {
  TestCoordinator& a = coordinator();
  start_with(a, "order", {retried("x", {.start_to_close_ms = 3'000})});
  const auto slow = a.worker();
  const TaskToken token = slow->next_offer().token;
  a.acknowledge(*slow, token);
  a.settle();
  advance(3'000);
  EXPECT_EQ(slow->next_closed().token.attempt(), 1);
  EXPECT_EQ(shown(a).attempt(), 2);
  EXPECT_EQ(shown(a).last_timeout_type(), v1::ACTIVITY_TASK_TIMEOUT_TYPE_START_TO_CLOSE);
  EXPECT_EQ(core::fault_of(a.complete(slow.get(), token)), v1::UNKNOWN_RESOURCE);
  EXPECT_EQ(core::fault_of(a.heartbeat(slow.get(), token).status()), v1::UNKNOWN_RESOURCE);
  EXPECT_EQ(count_events("order", Event::kActivityTaskTimedOut), 0);
  advance(1'000);
  EXPECT_EQ(a.complete(slow.get(), slow->next_offer().token), absl::OkStatus());
}

TEST_F(ActivityRetry, AnAttemptThatIsOfferedAsTheOneBeforeTimesOutIsNotTakenForIt) {
  TestCoordinator& a = coordinator();
  start_with(a, "order", {retried("x", {.start_to_close_ms = 3'000}, 1)});
  const auto slow = a.worker();
  const TaskToken first = slow->next_offer().token;
  a.acknowledge(*slow, first);
  a.settle();
  const auto quick = a.worker({.instance = "another"});
  // Both deadlines at once: one commit ends the attempt and offers the next.
  advance(60'000);
  const TaskToken second = quick->next_offer().token;
  EXPECT_EQ(second.attempt(), 2);
  EXPECT_EQ(slow->next_closed().token.attempt(), 1);
  a.acknowledge(*quick, second);
  // It is the one who hears of a cancel request.
  ASSERT_EQ(a.signal("order"), absl::OkStatus());
  const auto decider = a.decider();
  ASSERT_EQ(a.decide(decider.get(), decider->next_offer().token, {cancel_activity("x")}), absl::OkStatus());
  EXPECT_EQ(quick->next_cancel().attempt(), 2);
  EXPECT_EQ(quick->closed_count(), 0u);
  EXPECT_EQ(a.complete(quick.get(), second), absl::OkStatus());
}

TEST_F(ActivityRetry, ACancelRequestBetweenTwoAttemptsCancelsAtOnce) {
  TestCoordinator& a = coordinator();
  start_with(a, "order", {retried("x")});
  const auto worker = a.worker();
  ASSERT_EQ(fail(a, worker.get(), worker->next_offer().token), absl::OkStatus());
  ASSERT_EQ(a.signal("order"), absl::OkStatus());
  const auto decider = a.decider();
  ASSERT_EQ(a.decide(decider.get(), decider->next_offer().token, {cancel_activity("x")}), absl::OkStatus());
  EXPECT_EQ(count_events("order", Event::kActivityTaskCanceled), 1);
  advance(2'000);
  a.settle();
  EXPECT_EQ(worker->offers(), 0u);
}

TEST_F(ActivityRetry, AFailureThatConflictsOrOfWhichNobodyKnowsIsRecordedOnce) {
  TestCoordinator& a = coordinator();
  for (const CommitOutcome outcome : {CommitOutcome::kConflict, CommitOutcome::kMaybe}) {
    const std::string id = outcome == CommitOutcome::kConflict ? "conflict" : "maybe";
    start_with(a, id, {retried("x")});
    const auto worker = a.worker();
    const TaskToken token = worker->next_offer().token;
    if (outcome == CommitOutcome::kConflict) a.faults().fail_next_commit(outcome);
    if (outcome == CommitOutcome::kMaybe) a.faults().doubt_next_commit();
    EXPECT_EQ(fail(a, worker.get(), token).ok(), outcome == CommitOutcome::kConflict);
    EXPECT_EQ(fail(a, worker.get(), token), absl::OkStatus());
    EXPECT_EQ(a.describe(id)->pending_activities(0).attempt(), 2);
    expect_parked_for(1'000, *worker, a);
    EXPECT_EQ(a.complete(worker.get(), worker->next_offer().token), absl::OkStatus());
    a.remove(*worker);
    ASSERT_EQ(a.terminate(id), absl::OkStatus());
  }
}

TEST_F(ActivityRetry, AWorkerThatReconnectsWithAnAttemptThatIsOverHoldsNothing) {
  TestCoordinator& a = coordinator();
  start_with(a, "order", {retried("failed"), retried("slow", {.start_to_close_ms = 3'000})});
  const auto before = a.worker({.slots = 2});
  TaskToken failing = before->next_offer().token, slow = before->next_offer().token;
  a.acknowledge(*before, failing);
  a.acknowledge(*before, slow);
  a.settle();
  if (failing.scheduled_event_id() > slow.scheduled_event_id()) std::swap(failing, slow);
  ASSERT_EQ(fail(a, before.get(), failing), absl::OkStatus());
  a.remove(*before);
  advance(3'000);
  a.settle();
  // It has heard neither that its answer was recorded nor that the other attempt timed out.
  const auto after = a.worker({.slots = 2, .held = {failing, slow}});
  EXPECT_EQ(after->next_closed().token.scheduled_event_id(), slow.scheduled_event_id());
  ASSERT_EQ(fail(a, after.get(), failing), absl::OkStatus());
  advance(1'000);
  for (int i = 0; i < 2; ++i) EXPECT_EQ(a.complete(after.get(), after->next_offer().token), absl::OkStatus());
  EXPECT_EQ(after->closed_count(), 0u);
}

TEST_F(ActivityRetry, ARunThatEndsMeanwhileHasNoMoreAttempts) {
  TestCoordinator& a = coordinator();
  start_with(a, "order", {retried("x")});
  const auto worker = a.worker();
  ASSERT_EQ(fail(a, worker.get(), worker->next_offer().token), absl::OkStatus());
  ASSERT_EQ(a.terminate("order"), absl::OkStatus());
  advance(2'000);
  a.settle();
  EXPECT_EQ(worker->offers(), 0u);
}

}  // namespace
}  // namespace baton::testing
