// Schedules on running coordinators: started once at their times, whoever starts them and whoever dies meanwhile.
#include <gmock/gmock.h>

#include <thread>

#include "coordinator/core/fault.h"
#include "coordinator/core/journal_values.h"
#include "tests/engine/schedules_fixture.h"

namespace baton::testing {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::SizeIs;

class SchedulesTest : public SchedulesFixture {
 protected:
  // A schedule that nobody can read, and that has been due for ever.
  void damage(const std::string& id) {
    const store::ScheduleKey key{store::shard_of(kDomain, id, data_->shard_count()), kDomain, id};
    ASSERT_TRUE(data_->change_schedule({.row = {key, 1, 1, "\xff", ""}, .is_new = true, .received = {}}).ok());
  }
};

TEST_F(SchedulesTest, ARunStartsAtItsTimeAndNotBefore) {
  TestCoordinator& a = coordinator();
  ASSERT_TRUE(create(a, every_minute()).ok());
  advance(kToMinuteMs - 1);
  ASSERT_TRUE(has_looked(a));
  EXPECT_THAT(started(), IsEmpty());
  advance(1);
  await_recent(a, 1);
  EXPECT_THAT(started(), ElementsAre("nightly/2023-11-14T22:14:00Z"));
  EXPECT_EQ(stored("nightly/2023-11-14T22:14:00Z").execution.start_ms, ManualTime::kStartMs + kToMinuteMs);
  const v1::ScheduleRun run = describe(a).recent_runs(0);
  EXPECT_EQ(run.source(), v1::RUN_SOURCE_SPEC);
  EXPECT_EQ(run.started().workflow_id(), "nightly/2023-11-14T22:14:00Z");
  EXPECT_EQ(run.started().run_id(), stored("nightly/2023-11-14T22:14:00Z").execution.run.run_id.to_text());
}

TEST_F(SchedulesTest, TwoCoordinatorsThatStartItAtOnceStartOne) {
  TestCoordinator& a = coordinator();
  TestCoordinator& b = coordinator();
  ASSERT_TRUE(create(a, every_minute()).ok());
  a.faults().close_gate();
  b.faults().close_gate();
  advance(kToMinuteMs);
  a.faults().wait_at_gate();
  b.faults().wait_at_gate();
  a.faults().open_gate();
  b.faults().open_gate();
  await_recent(a, 1);
  ASSERT_TRUE(has_looked(a) && has_looked(b));
  EXPECT_THAT(started(), SizeIs(1));
  EXPECT_EQ(describe(b).recent_runs_size(), 1);
}

TEST_F(SchedulesTest, WhoDiesBeforeItNotesTheStartIsRepeatedWithoutHarm) {
  TestCoordinator& a = coordinator();
  ASSERT_TRUE(create(a, every_minute()).ok());
  keep_nothing(a);
  advance(kToMinuteMs);
  await_started(1);
  stop(a);
  EXPECT_EQ(count_notes(), 0);
  TestCoordinator& b = coordinator();
  await_recent(b, 1);
  EXPECT_THAT(started(), SizeIs(1));
  EXPECT_EQ(describe(b).recent_runs(0).started().run_id(), only_run_id());
}

TEST_F(SchedulesTest, AStartThatConflictsOrOfWhichNobodyKnowsIsMadeOnce) {
  TestCoordinator& a = coordinator();
  v1::Schedule schedule = every_minute(v1::OVERLAP_POLICY_ALLOW_ALL);
  ASSERT_TRUE(create(a, schedule).ok());
  a.faults().fail_next_commit(store::CommitOutcome::kConflict);
  advance(kToMinuteMs);
  await_recent(a, 1);
  a.faults().doubt_next_commit();
  advance(kMinuteMs);
  await_failing(a);
  advance(1'000);
  await_recent(a, 2);
  EXPECT_THAT(started(), SizeIs(2));
  EXPECT_TRUE(describe(a).recent_runs(0).has_started());
}

// The request id is forgotten after an hour; the run itself tells that it was started.
TEST_F(SchedulesTest, AStartThatNobodyNotedForHoursIsFoundByItsRun) {
  TestCoordinator& a = coordinator();
  v1::Schedule schedule = daily_in_a_minute();
  schedule.mutable_catch_up_window()->set_seconds(12 * 3600);
  ASSERT_TRUE(create(a, schedule).ok());
  keep_nothing(a);
  advance(kToMinuteMs);
  await_started(1);
  complete_all(a);
  stop(a);
  advance(3 * kHourMs);
  TestCoordinator& b = coordinator();
  await_recent(b, 1);
  EXPECT_THAT(started(), SizeIs(1));
  EXPECT_EQ(describe(b).recent_runs(0).started().run_id(), only_run_id());
  sweep(b);
  EXPECT_THAT(started(), SizeIs(1));
}

TEST_F(SchedulesTest, AStartThatNobodyNotedIsNotMissedWhenItsWindowHasPassed) {
  TestCoordinator& a = coordinator();
  ASSERT_TRUE(create(a, daily_in_a_minute()).ok());
  keep_nothing(a);
  advance(kToMinuteMs);
  await_started(1);
  stop(a);
  advance(3 * kHourMs);
  TestCoordinator& b = coordinator();
  await_recent(b, 1);
  EXPECT_EQ(describe(b).recent_runs(0).started().run_id(), only_run_id());
}

TEST_F(SchedulesTest, TimesAtWhichNobodyWasThereAreMadeUpForWithinTheWindow) {
  TestCoordinator& a = coordinator();
  v1::Schedule schedule = every_minute(v1::OVERLAP_POLICY_ALLOW_ALL);
  schedule.mutable_catch_up_window()->set_seconds(150);
  ASSERT_TRUE(create(a, schedule).ok());
  stop(a);
  advance(kToMinuteMs + 9 * kMinuteMs);
  TestCoordinator& b = coordinator();
  await_recent(b, 4);
  EXPECT_THAT(started(), ElementsAre("nightly/2023-11-14T22:21:00Z", "nightly/2023-11-14T22:22:00Z", "nightly/2023-11-14T22:23:00Z"));
  EXPECT_EQ(describe(b).recent_runs(3).not_started(), v1::NOT_STARTED_REASON_MISSED);
  EXPECT_EQ(describe(b).recent_runs(3).missed_count(), 7);
}

TEST_F(SchedulesTest, MoreThanOneRoundOfSchedulesIsStartedAtOnce) {
  TestCoordinator& a = coordinator();
  constexpr int kSchedules = 450;
  std::vector<std::future<absl::Status>> made;
  for (int i = 0; i < kSchedules; ++i) made.push_back(create_later(a, every_minute(), "nightly-" + std::to_string(i)));
  for (auto& one : made) ASSERT_TRUE(outcome_of(std::move(one)).ok());
  advance(kToMinuteMs);
  await_started(kSchedules);
  EXPECT_THAT(started(), SizeIs(kSchedules));
}

// --- a start beside a change ---

class StartBesideAChange : public SchedulesFixture {
 protected:
  // It has decided to start the first time, and does so when its gate is opened.
  TestCoordinator& about_to_start() {
    TestCoordinator& a = coordinator();
    EXPECT_TRUE(create(a, every_minute()).ok());
    a.faults().close_gate();
    advance(kToMinuteMs);
    a.faults().wait_at_gate();
    return a;
  }
  // It has started it, and has died before it could note that.
  void started_and_dead() {
    TestCoordinator& a = coordinator();
    EXPECT_TRUE(create(a, every_minute()).ok());
    keep_nothing(a);
    advance(kToMinuteMs);
    await_started(1);
    stop(a);
  }
  // One more coordinator, which makes this change before it looks what is to do.
  TestCoordinator& with_change(engine::Engine::ScheduleCall call) {
    TestCoordinator& b = coordinator({.before_start = [](ScriptedFaults& faults) { faults.set_before_read(refuse_to_look); }});
    EXPECT_TRUE(change(b, std::move(call)).ok());
    b.faults().clear();
    advance(1'000);
    return b;
  }
  v1::ScheduleRun recent_run(TestCoordinator& coordinator, int place) { return describe(coordinator).recent_runs(place); }
  static v1::UpdateScheduleRequest rename() {
    v1::UpdateScheduleRequest update;
    *update.mutable_schedule() = every_minute();
    update.mutable_schedule()->mutable_start()->set_workflow_id("renamed");
    return update;
  }
};

TEST_F(StartBesideAChange, AStartThatComesThroughAfterAPauseIsNotedInItsPlace) {
  TestCoordinator& a = about_to_start();
  TestCoordinator& b = with_change(v1::PauseScheduleRequest());
  await_recent(b, 1);
  EXPECT_EQ(recent_run(b, 0).not_started(), v1::NOT_STARTED_REASON_PAUSED);
  a.faults().open_gate();
  ASSERT_TRUE(has_looked(a));
  ASSERT_EQ(describe(b).recent_runs_size(), 1);
  EXPECT_EQ(recent_run(b, 0).started().run_id(), only_run_id());
  ASSERT_TRUE(change(b, v1::ResumeScheduleRequest()).ok());
  advance(kMinuteMs);
  await_recent(b, 2);
  EXPECT_EQ(recent_run(b, 0).not_started(), v1::NOT_STARTED_REASON_OVERLAP) << "the run is known to be open";
}

TEST_F(StartBesideAChange, AStartThatComesThroughAfterATriggerIsNotedToo) {
  TestCoordinator& a = about_to_start();
  TestCoordinator& b = with_change(v1::TriggerScheduleRequest());
  await_recent(b, 2);
  EXPECT_EQ(recent_run(b, 0).not_started(), v1::NOT_STARTED_REASON_OVERLAP);
  a.faults().open_gate();
  ASSERT_TRUE(has_looked(a));
  ASSERT_EQ(describe(b).recent_runs_size(), 2);
  EXPECT_TRUE(recent_run(b, 0).has_started());
  EXPECT_TRUE(recent_run(b, 1).has_started());
  EXPECT_THAT(started(), SizeIs(2));
}

// With one workflow id its run is seen to be open meanwhile, as anybody's.
TEST_F(StartBesideAChange, AStartThatIsSeenAsAnothersRunIsNotedAllTheSame) {
  TestCoordinator& a = coordinator();
  ASSERT_TRUE(create(a, with_one_id(every_minute())).ok());
  a.faults().close_gate();
  advance(kToMinuteMs);
  a.faults().wait_at_gate();
  TestCoordinator& b = with_change(v1::PauseScheduleRequest());
  await_recent(b, 1);
  HeldRead move(a, "move_schedules");
  a.faults().open_gate();
  move.await();  // it has started the run
  ASSERT_TRUE(change(b, v1::TriggerScheduleRequest()).ok());
  await_recent(b, 2);
  EXPECT_EQ(recent_run(b, 0).not_started(), v1::NOT_STARTED_REASON_OVERLAP);
  move.let_go();
  ASSERT_TRUE(has_looked(a));
  ASSERT_EQ(describe(b).recent_runs_size(), 2);
  EXPECT_EQ(recent_run(b, 0).started().run_id(), only_run_id());
}

TEST_F(StartBesideAChange, AStartThatComesThroughAfterAnUpdateIsTheOnlyOne) {
  TestCoordinator& a = about_to_start();
  TestCoordinator& b = with_change(rename());
  await_recent(b, 1);
  a.faults().open_gate();
  ASSERT_TRUE(has_looked(a));
  EXPECT_THAT(started(), ElementsAre("nightly/2023-11-14T22:14:00Z"));
  EXPECT_EQ(describe(b).recent_runs_size(), 1);
  complete_all(b);
  advance(kMinuteMs);
  await_recent(b, 2);
  EXPECT_THAT(started(), ElementsAre("nightly/2023-11-14T22:14:00Z", "renamed/2023-11-14T22:15:00Z"));
}

TEST_F(StartBesideAChange, AStartThatWasMadeBeforeAnUpdateIsFoundAfterACrash) {
  started_and_dead();
  TestCoordinator& b = with_change(rename());
  await_recent(b, 1);
  EXPECT_EQ(recent_run(b, 0).started().run_id(), only_run_id());
}

TEST_F(StartBesideAChange, AStartThatWasMadeBeforeAPauseIsFoundAfterACrash) {
  started_and_dead();
  TestCoordinator& b = with_change(v1::PauseScheduleRequest());
  await_recent(b, 1);
  EXPECT_EQ(recent_run(b, 0).started().run_id(), only_run_id());
}

TEST_F(StartBesideAChange, AStartThatWasMadeBeforeATriggerIsFoundAfterACrashAndTheTriggerMeetsIt) {
  started_and_dead();
  TestCoordinator& b = with_change(v1::TriggerScheduleRequest());
  await_recent(b, 2);
  EXPECT_EQ(recent_run(b, 1).started().run_id(), only_run_id());
  EXPECT_EQ(recent_run(b, 0).not_started(), v1::NOT_STARTED_REASON_OVERLAP);
}

// --- pause, triggers, backfills, changes ---

TEST_F(SchedulesTest, APausedScheduleStartsNothingButWhatIsAskedFor) {
  TestCoordinator& a = coordinator();
  ASSERT_TRUE(create(a, every_minute()).ok());
  v1::PauseScheduleRequest pause;
  pause.set_reason("the warehouse moves");
  ASSERT_TRUE(change(a, pause).ok());
  EXPECT_EQ(describe(a).reason(), "the warehouse moves");
  advance(5 * kMinuteMs);
  ASSERT_TRUE(has_looked(a));
  EXPECT_THAT(started(), IsEmpty());
  ASSERT_TRUE(change(a, v1::TriggerScheduleRequest()).ok());
  await_recent(a, 1);
  EXPECT_THAT(started(), ElementsAre("nightly/2023-11-14T22:18:20.001Z"));
  complete_all(a);
  ASSERT_TRUE(change(a, v1::ResumeScheduleRequest()).ok());
  advance(kToMinuteMs);
  await_recent(a, 2);
  EXPECT_THAT(started(), SizeIs(2)) << "what came meanwhile is not made up for";
}

TEST_F(SchedulesTest, ATriggerSentTwiceStartsOne) {
  TestCoordinator& a = coordinator();
  ASSERT_TRUE(create(a, every_minute(v1::OVERLAP_POLICY_ALLOW_ALL)).ok());
  v1::TriggerScheduleRequest trigger;
  trigger.set_request_id("once");
  std::vector<std::future<absl::Status>> answers;
  for (int i = 0; i < 3; ++i) answers.push_back(change_later(a, trigger));
  for (auto& answer : answers) EXPECT_EQ(outcome_of(std::move(answer)), absl::OkStatus());
  await_recent(a, 1);
  ASSERT_TRUE(change(a, v1::TriggerScheduleRequest()).ok());
  await_recent(a, 2);
  EXPECT_THAT(started(), SizeIs(2));
}

TEST_F(SchedulesTest, ABackfillStartsOneAfterTheOther) {
  TestCoordinator& a = coordinator();
  ASSERT_TRUE(create(a, daily_in_a_minute()).ok());
  ASSERT_TRUE(change(a, backfill(-3 * kDayMs, 0)).ok());
  for (int i = 1; i <= 3; ++i) {
    await_recent(a, i);
    EXPECT_THAT(started(), SizeIs(i));
    EXPECT_EQ(describe(a).backfills(), i < 3 ? 1 : 0);
    complete_all(a);
    advance(1'000);
  }
  EXPECT_THAT(started(), ElementsAre("nightly/2023-11-11T22:14:00Z", "nightly/2023-11-12T22:14:00Z", "nightly/2023-11-13T22:14:00Z"));
  EXPECT_EQ(describe(a).recent_runs(0).source(), v1::RUN_SOURCE_BACKFILL);
}

TEST_F(SchedulesTest, ABackfillOfOverlappingRunsStartsAllAtOnceAndASecondOneStartsThemAgain) {
  TestCoordinator& a = coordinator();
  v1::Schedule schedule = daily_in_a_minute();
  schedule.set_overlap_policy(v1::OVERLAP_POLICY_ALLOW_ALL);
  ASSERT_TRUE(create(a, schedule).ok());
  ASSERT_TRUE(change(a, backfill(-3 * kDayMs, 0)).ok());
  await_recent(a, 3);
  complete_all(a);
  ASSERT_TRUE(change(a, backfill(-3 * kDayMs, 0)).ok());
  await_recent(a, 6);
  EXPECT_THAT(started(), SizeIs(6));
}

TEST_F(SchedulesTest, WhatIsDeletedStartsNothingMoreAndItsNameCanBeUsedAgain) {
  TestCoordinator& a = coordinator();
  ASSERT_TRUE(create(a, every_minute()).ok());
  EXPECT_EQ(core::fault_of(create(a, every_minute())), v1::SCHEDULE_ALREADY_EXISTS);
  ASSERT_TRUE(change(a, v1::DeleteScheduleRequest()).ok());
  EXPECT_EQ(core::fault_of(change(a, v1::DeleteScheduleRequest())), v1::UNKNOWN_RESOURCE);
  advance(kToMinuteMs);
  ASSERT_TRUE(has_looked(a));
  EXPECT_THAT(started(), IsEmpty());
  ASSERT_TRUE(create(a, every_minute()).ok());
  advance(kMinuteMs);
  await_recent(a, 1);
}

TEST_F(SchedulesTest, AChangeByAnotherCoordinatorCounts) {
  TestCoordinator& a = coordinator();
  TestCoordinator& b = coordinator();
  ASSERT_TRUE(create(a, every_minute()).ok());
  v1::UpdateScheduleRequest update;
  *update.mutable_schedule() = every_minute();
  update.mutable_schedule()->mutable_start()->set_workflow_id("renamed");
  ASSERT_TRUE(change(b, update).ok());
  advance(kToMinuteMs);
  await_recent(a, 1);
  EXPECT_THAT(started(), ElementsAre("renamed/2023-11-14T22:14:00Z"));
}

TEST_F(SchedulesTest, ADomainHasABoundOfSchedules) {
  CoordinatorOptions options;
  options.limits.schedules = 2;
  TestCoordinator& a = coordinator(options);
  ASSERT_TRUE(create(a, every_minute(), "one").ok());
  ASSERT_TRUE(create(a, every_minute(), "two").ok());
  EXPECT_EQ(core::fault_of(create(a, every_minute(), "three")), v1::LIMIT_EXCEEDED);
  v1::DeleteScheduleRequest remove;
  remove.set_schedule_id("one");
  ASSERT_TRUE(change(a, remove).ok());
  EXPECT_TRUE(create(a, every_minute(), "three").ok());
}

TEST_F(SchedulesTest, OneThatCannotBeReadDoesNotHinderTheOthersAndCanBeDeleted) {
  TestCoordinator& a = coordinator();
  damage("damaged");
  ASSERT_TRUE(create(a, every_minute()).ok());
  advance(kToMinuteMs);
  await_recent(a, 1);
  v1::PauseScheduleRequest pause;
  pause.set_schedule_id("damaged");
  EXPECT_EQ(core::fault_of(change(a, pause)), v1::NOT_IMPLEMENTED);
  v1::DeleteScheduleRequest remove;
  remove.set_schedule_id("damaged");
  EXPECT_TRUE(change(a, remove).ok());
}

// More of them than a round reads, as where no time zones are installed.
TEST_F(SchedulesTest, ManyThatCannotBeReadDoNotHinderTheOthers) {
  for (int i = 0; i < 650; ++i) damage("damaged-" + std::to_string(i));
  TestCoordinator& a = coordinator();
  ASSERT_TRUE(create(a, every_minute(v1::OVERLAP_POLICY_ALLOW_ALL)).ok());
  advance(kToMinuteMs);
  await_recent(a, 1);
  v1::DeleteScheduleRequest remove;
  remove.set_schedule_id("damaged-7");
  EXPECT_TRUE(change(a, remove).ok());
  damage("damaged-too");
  advance(kMinuteMs);
  await_recent(a, 2);
}

}  // namespace
}  // namespace baton::testing
