// What becomes of a schedule's time while a run is open, and what of one that cannot be started.
#include <gmock/gmock.h>

#include "coordinator/core/fault.h"
#include "tests/engine/schedules_fixture.h"

namespace baton::testing {
namespace {

using journal::v1::Event;
using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::SizeIs;

constexpr char kFirst[] = "nightly/2023-11-14T22:14:00Z";
constexpr char kSecond[] = "nightly/2023-11-14T22:15:00Z";
constexpr char kThird[] = "nightly/2023-11-14T22:16:00Z";

class ScheduleOverlaps : public SchedulesFixture {
 protected:
  // A coordinator whose schedule has an open first run.
  TestCoordinator& with_open_run(v1::OverlapPolicy policy) {
    TestCoordinator& a = coordinator();
    EXPECT_TRUE(create(a, every_minute(policy)).ok());
    advance(kToMinuteMs);
    await_recent(a, 1);
    return a;
  }
  // A decider takes the decision task that waits and continues its run as new.
  void continue_as_new(TestCoordinator& coordinator) {
    const auto decider = coordinator.decider({.unary = true});
    v1::Decision again;
    again.mutable_continue_as_new_workflow_execution();
    ASSERT_TRUE(coordinator.decide(nullptr, decider->next_offer().token, {again}).ok());
    coordinator.remove(*decider);
  }
  int16_t close_status(const std::string& workflow_id) { return stored(workflow_id).execution.close_status; }
  void deprecate_type(bool deprecated) {
    auto dump = *data_->read_registry();
    store::Store::RegistryChange change{.expected_version = dump.version, .put_domains = {}, .put_types = {}, .deleted_types = {}, .received = {}};
    for (store::TypeRow& row : dump.types) {
      if (row.kind != store::TypeKind::kWorkflow) continue;
      row.deprecated = deprecated;
      row.deprecated_ms = deprecated ? 1 : 0;
      change.put_types.push_back(row);
    }
    ASSERT_TRUE(data_->change_registry(change).ok());
  }
};

TEST_F(ScheduleOverlaps, SkipStartsNothingWhileARunIsOpen) {
  TestCoordinator& a = with_open_run(v1::OVERLAP_POLICY_UNSPECIFIED);
  advance(kMinuteMs);
  await_recent(a, 2);
  EXPECT_THAT(started(), ElementsAre(kFirst));
  EXPECT_EQ(describe(a).recent_runs(0).not_started(), v1::NOT_STARTED_REASON_OVERLAP);
  complete_all(a);
  advance(kMinuteMs);
  await_recent(a, 3);
  EXPECT_THAT(started(), ElementsAre(kFirst, kThird));
}

TEST_F(ScheduleOverlaps, ARunThatContinuedAsNewIsOpen) {
  TestCoordinator& a = with_open_run(v1::OVERLAP_POLICY_SKIP);
  continue_as_new(a);
  advance(kMinuteMs);
  await_recent(a, 2);
  EXPECT_EQ(describe(a).recent_runs(0).not_started(), v1::NOT_STARTED_REASON_OVERLAP);
}

TEST_F(ScheduleOverlaps, BufferOneStartsOneWhenTheRunHasClosed) {
  TestCoordinator& a = with_open_run(v1::OVERLAP_POLICY_BUFFER_ONE);
  advance(kMinuteMs);
  ASSERT_TRUE(has_looked(a));
  EXPECT_EQ(describe(a).waiting_starts(), 1);
  EXPECT_EQ(describe(a).recent_runs_size(), 1);
  ASSERT_TRUE(a.terminate(kFirst).ok());
  advance(6'000);  // a tenth of the minute that the run had taken
  await_recent(a, 2);
  EXPECT_THAT(started(), ElementsAre(kFirst, kSecond));
  EXPECT_EQ(describe(a).waiting_starts(), 0);
}

TEST_F(ScheduleOverlaps, CancelOtherAsksOnceAndWaitsForTheEnd) {
  TestCoordinator& a = with_open_run(v1::OVERLAP_POLICY_CANCEL_OTHER);
  advance(kMinuteMs);
  wait_for(kFirst, Event::kWorkflowExecutionCancelRequested);
  advance(kMinuteMs);
  await_recent(a, 2);
  EXPECT_EQ(describe(a).recent_runs(0).not_started(), v1::NOT_STARTED_REASON_REPLACED);
  EXPECT_THAT(started(), ElementsAre(kFirst));
  EXPECT_EQ(count_events(kFirst, Event::kWorkflowExecutionCancelRequested), 1);
  complete_all(a);
  advance(30'000);
  await_recent(a, 3);
  EXPECT_THAT(started(), ElementsAre(kFirst, kThird));
}

TEST_F(ScheduleOverlaps, TwoCoordinatorsAskOneRunToCancelOnce) {
  TestCoordinator& a = with_open_run(v1::OVERLAP_POLICY_CANCEL_OTHER);
  TestCoordinator& b = coordinator();
  a.faults().close_gate();
  b.faults().close_gate();
  advance(kMinuteMs);
  a.faults().wait_at_gate();
  b.faults().wait_at_gate();
  a.faults().open_gate();
  b.faults().open_gate();
  wait_for(kFirst, Event::kWorkflowExecutionCancelRequested);
  ASSERT_TRUE(has_looked(a) && has_looked(b));
  EXPECT_EQ(count_events(kFirst, Event::kWorkflowExecutionCancelRequested), 1);
}

TEST_F(ScheduleOverlaps, TerminateOtherEndsTheRunAndStarts) {
  TestCoordinator& a = with_open_run(v1::OVERLAP_POLICY_TERMINATE_OTHER);
  advance(kMinuteMs);
  await_recent(a, 2);
  EXPECT_THAT(started(), ElementsAre(kFirst, kSecond));
  EXPECT_EQ(close_status(kFirst), v1::CLOSE_STATUS_TERMINATED);
  EXPECT_EQ(close_status(kSecond), 0);
}

TEST_F(ScheduleOverlaps, WhoDiesAfterTheTerminationIsFollowedByWhoStarts) {
  TestCoordinator& a = with_open_run(v1::OVERLAP_POLICY_TERMINATE_OTHER);
  keep_nothing(a);
  // The termination passes, the start does not.
  a.faults().set_before_commit([](const store::CommitBatch& batch) -> std::optional<store::CommitResult> {
    if (batch.opened.empty()) return std::nullopt;
    return failed_commit(store::CommitOutcome::kMaybe);
  });
  advance(kMinuteMs);
  wait_for(kFirst, Event::kWorkflowExecutionTerminated);
  stop(a);
  TestCoordinator& b = coordinator();
  await_recent(b, 2);
  EXPECT_THAT(started(), ElementsAre(kFirst, kSecond));
  EXPECT_EQ(count_events(kFirst, Event::kWorkflowExecutionTerminated), 1);
}

TEST_F(ScheduleOverlaps, AllowAllStartsBesideTheOthers) {
  TestCoordinator& a = with_open_run(v1::OVERLAP_POLICY_ALLOW_ALL);
  advance(kMinuteMs);
  await_recent(a, 2);
  EXPECT_EQ(close_status(kFirst), 0);
  EXPECT_EQ(close_status(kSecond), 0);
}

TEST_F(ScheduleOverlaps, AFixedWorkflowIdMeetsWhateverRunIsOpen) {
  TestCoordinator& a = coordinator();
  ASSERT_TRUE(a.start("the-one").ok());
  ASSERT_TRUE(create(a, with_one_id(every_minute(v1::OVERLAP_POLICY_TERMINATE_OTHER))).ok());
  advance(kToMinuteMs);
  await_recent(a, 1);
  EXPECT_THAT(started(), ElementsAre("the-one", "the-one"));
  advance(kMinuteMs);
  await_recent(a, 2);
  EXPECT_THAT(started(), SizeIs(3));
  EXPECT_TRUE(describe(a).recent_runs(0).has_started());
}

// Whatever the policy, a run that was started and not noted is its own time's and not another run that the time meets.
class OneWorkflowId : public ScheduleOverlaps, public ::testing::WithParamInterface<v1::OverlapPolicy> {
 protected:
  static v1::Schedule schedule() { return with_one_id(every_minute(GetParam())); }
  void expect_the_one_run(TestCoordinator& coordinator) {
    EXPECT_THAT(started(), ElementsAre("the-one"));
    EXPECT_EQ(events("the-one"), "WorkflowExecutionStarted, DecisionTaskScheduled");
    const v1::DescribeScheduleResponse shown = describe(coordinator);
    ASSERT_EQ(shown.recent_runs_size(), 1) << shown.DebugString();
    EXPECT_EQ(shown.recent_runs(0).started().run_id(), only_run_id());
    EXPECT_EQ(shown.waiting_starts(), 0);
  }
};

INSTANTIATE_TEST_SUITE_P(Policies, OneWorkflowId,
                         ::testing::Values(v1::OVERLAP_POLICY_SKIP, v1::OVERLAP_POLICY_BUFFER_ONE, v1::OVERLAP_POLICY_CANCEL_OTHER,
                                           v1::OVERLAP_POLICY_TERMINATE_OTHER),
                         [](const auto& policy) { return v1::OverlapPolicy_Name(policy.param); });

TEST_P(OneWorkflowId, WhoDiesBeforeItNotesTheStartLeavesTheRunAsItIs) {
  TestCoordinator& a = coordinator();
  ASSERT_TRUE(create(a, schedule()).ok());
  keep_nothing(a);
  advance(kToMinuteMs);
  await_started(1);
  stop(a);
  TestCoordinator& b = coordinator();
  await_recent(b, 1);
  ASSERT_TRUE(has_looked(b));
  expect_the_one_run(b);
}

TEST_P(OneWorkflowId, AStartOfWhichNobodyKnowsWhetherItWasMadeIsFound) {
  TestCoordinator& a = coordinator();
  ASSERT_TRUE(create(a, schedule()).ok());
  a.faults().doubt_next_commit();
  advance(kToMinuteMs);
  await_failing(a);
  advance(1'000);
  await_recent(a, 1);
  ASSERT_TRUE(has_looked(a));
  expect_the_one_run(a);
}

TEST_P(OneWorkflowId, WhoLooksAfterAnotherHasStartedItLeavesTheRunAsItIs) {
  TestCoordinator& a = coordinator();
  TestCoordinator& b = coordinator();
  ASSERT_TRUE(create(a, schedule()).ok());
  a.faults().close_gate();
  HeldRead look(b, "confirm");
  advance(kToMinuteMs);
  look.await();  // it has read the schedule
  a.faults().open_gate();
  await_recent(a, 1);
  look.let_go();
  ASSERT_TRUE(has_looked(b));
  expect_the_one_run(b);
}

TEST_F(ScheduleOverlaps, WhatIsTerminatedIsTheRunThatWasSeenAndNoneThatHasBegunSince) {
  TestCoordinator& a = coordinator();
  TestCoordinator& b = coordinator();
  ASSERT_TRUE(a.start("the-one").ok());
  ASSERT_TRUE(create(a, with_one_id(every_minute(v1::OVERLAP_POLICY_TERMINATE_OTHER))).ok());
  stop(a);
  HeldRead termination(b, "load");
  advance(kToMinuteMs);
  termination.await();  // it has seen that run
  CoordinatorOptions options;
  options.before_start = [](ScriptedFaults& faults) { faults.set_before_read(refuse_to_look); };
  TestCoordinator& c = coordinator(options);
  ASSERT_TRUE(c.terminate("the-one").ok());
  c.faults().clear();
  advance(1'000);
  await_recent(c, 1);
  termination.let_go();
  ASSERT_TRUE(has_looked(b));
  EXPECT_THAT(started(), ElementsAre("the-one", "the-one"));
  EXPECT_EQ(close_status("the-one"), 0);
  EXPECT_EQ(describe(c).recent_runs_size(), 1);
  advance(kMinuteMs);
  await_recent(c, 2);
  EXPECT_THAT(started(), SizeIs(3));
}

// A time that has waited for long is looked for by its run (a request id is forgotten after an hour), and these are not its own.
TEST_F(ScheduleOverlaps, ARunThatContinuedWhileATimeWaitedIsNotTakenForItsRun) {
  TestCoordinator& a = coordinator();
  v1::Schedule schedule = with_one_id(every_minute(v1::OVERLAP_POLICY_BUFFER_ONE));
  schedule.mutable_spec()->set_cron("14 * * * *");
  ASSERT_TRUE(create(a, schedule).ok());
  advance(kToMinuteMs);
  await_recent(a, 1);
  advance(kHourMs);
  ASSERT_TRUE(has_looked(a));
  EXPECT_EQ(describe(a).waiting_starts(), 1);
  advance(10 * kMinuteMs);
  continue_as_new(a);
  advance(30 * kMinuteMs);
  ASSERT_TRUE(has_looked(a));
  ASSERT_TRUE(a.terminate("the-one").ok());
  advance(30'000);
  await_recent(a, 2);
  EXPECT_THAT(started(), SizeIs(3));
  EXPECT_EQ(close_status("the-one"), 0);
}

TEST_F(ScheduleOverlaps, ARunOfABackfillThatContinuedIsNotTakenForThatOfItsNextTime) {
  TestCoordinator& a = coordinator();
  ASSERT_TRUE(create(a, with_one_id(daily_in_a_minute())).ok());
  ASSERT_TRUE(change(a, backfill(-2 * kDayMs, 0)).ok());
  await_recent(a, 1);
  advance(31 * kMinuteMs);
  await_recent(a, 2);  // the time of today is skipped
  continue_as_new(a);
  ASSERT_TRUE(a.terminate("the-one").ok());
  advance(30'000);
  await_recent(a, 3);
  EXPECT_THAT(started(), SizeIs(3));
  EXPECT_EQ(close_status("the-one"), 0);
}

// --- what cannot be started is told, and the next time is tried anew ---

TEST_F(ScheduleOverlaps, ATypeThatIsGoneIsToldAndTheNextTimeIsTriedAnew) {
  TestCoordinator& a = coordinator();
  ASSERT_TRUE(create(a, every_minute()).ok());
  deprecate_type(true);
  EXPECT_EQ(core::fault_of(create(a, every_minute(), "another")), v1::TYPE_DEPRECATED);
  advance(kToMinuteMs);
  await_recent(a, 1);
  EXPECT_EQ(describe(a).recent_runs(0).refused().fault(), v1::TYPE_DEPRECATED);
  EXPECT_NE(describe(a).recent_runs(0).refused().message(), "");
  deprecate_type(false);
  advance(kMinuteMs);
  await_recent(a, 2);
  EXPECT_THAT(started(), ElementsAre(kSecond));
}

TEST_F(ScheduleOverlaps, AnIdThatSomebodyElseHasTakenIsTold) {
  TestCoordinator& a = coordinator();
  ASSERT_TRUE(create(a, every_minute()).ok());
  ASSERT_TRUE(a.start(kFirst).ok());
  advance(kToMinuteMs);
  await_recent(a, 1);
  EXPECT_EQ(describe(a).recent_runs(0).refused().fault(), v1::WORKFLOW_EXECUTION_ALREADY_STARTED);
  advance(kMinuteMs);
  await_recent(a, 2);
  EXPECT_TRUE(describe(a).recent_runs(0).has_started());
}

class FullDomain : public ScheduleOverlaps {
 protected:
  TestCoordinator& full() {
    CoordinatorOptions options;
    options.limits.open_executions = 1;
    TestCoordinator& a = coordinator(options);
    EXPECT_TRUE(a.start("other").ok());
    v1::Schedule schedule = daily_in_a_minute();
    schedule.mutable_catch_up_window()->set_seconds(30);
    EXPECT_TRUE(create(a, schedule).ok());
    advance(kToMinuteMs);
    await_failing(a);
    return a;
  }
};

TEST_F(FullDomain, ItIsTriedAgainUntilThereIsRoom) {
  TestCoordinator& a = full();
  for (int i = 0; i < 3; ++i) sweep(a);
  EXPECT_EQ(describe(a).recent_runs_size(), 0);
  ASSERT_TRUE(a.terminate("other").ok());
  advance(1'000);
  await_recent(a, 1);
  EXPECT_TRUE(describe(a).recent_runs(0).has_started());
}

TEST_F(FullDomain, ItIsRefusedWhenTheWindowHasPassed) {
  TestCoordinator& a = full();
  advance(31'000);
  await_recent(a, 1);
  EXPECT_EQ(describe(a).recent_runs(0).refused().fault(), v1::LIMIT_EXCEEDED);
  EXPECT_THAT(started(), ElementsAre("other"));
}

}  // namespace
}  // namespace baton::testing
