// SWF: 7, what holds for every decision; and the decisions that this release refuses as a whole.
#include "tests/spec/spec_test.h"

namespace baton::testing {
namespace {

class Section7Decisions : public SpecTest {};

// SWF: 7. A failed decision is an event, not a fault: the answer succeeds, later decisions still run, and a new decision task follows.
TEST_F(Section7Decisions, AFailedDecisionIsAnEventAndTheLaterOnesStillRun) {
  start("w");
  decide({cancel_timer("none"), start_timer("t"), schedule("a")});
  EXPECT_EQ(history_text("w", 4),
            "4 DecisionTaskCompleted, 5 CancelTimerFailed, 6 TimerStarted, 7 "
            "ActivityTaskScheduled, 8 DecisionTaskScheduled");
}
TEST_F(Section7Decisions, AfterAFailedDecisionACloseIsStillCarriedOut) {
  start("w");
  decide({cancel_timer("none"), complete()});
  EXPECT_EQ(history_text("w", 4), "4 DecisionTaskCompleted, 5 CancelTimerFailed, 6 WorkflowExecutionCompleted");
}

// SWF: 7. On failure no ActivityTaskScheduled is written.
TEST_F(Section7Decisions, AFailedScheduleWritesNoActivityTaskScheduled) {
  start("w");
  decide({schedule("a", "activity_type { name: 'none' }")});
  EXPECT_EQ(history_text("w", 4), "4 DecisionTaskCompleted, 5 ScheduleActivityTaskFailed, 6 DecisionTaskScheduled");
  EXPECT_EQ(count_pending_activities(), 0);
}

// SWF: 7. The checks of ScheduleActivityTask: type exists, not deprecated, id free, task list,
// timeouts. (Their order among task list and timeouts: Section4Defaults.)
TEST_F(Section7Decisions, TheTypeOfAnActivityIsLookedAtBeforeItsId) {
  start("w");
  decide({schedule("a"), schedule("a", "activity_type { name: 'none' }")});
  EXPECT_EQ(event("w", 6).schedule_activity_task_failed().cause(),
            v1::SCHEDULE_ACTIVITY_TASK_FAILED_CAUSE_ACTIVITY_TYPE_DOES_NOT_EXIST);
}
TEST_F(Section7Decisions, TheIdOfAnActivityIsLookedAtBeforeItsValues) {
  start("w");
  decide({schedule("a"), schedule("a", "activity_type { version: 'bare' }")});
  EXPECT_EQ(event("w", 6).schedule_activity_task_failed().cause(), v1::SCHEDULE_ACTIVITY_TASK_FAILED_CAUSE_ACTIVITY_ID_ALREADY_IN_USE);
}

// SWF: 7. `control` is the decider's: on the Scheduled and Started event, delivered to nobody, not
// on closing and not on ...Failed events.
TEST_F(Section7Decisions, TheControlOfAnActivityIsOnItsScheduledEventOnly) {
  start("w");
  decide({schedule("a", "control: 'mine'"), schedule("a", "control: 'mine'")});
  complete_activity(poll_activity());
  EXPECT_EQ(event("w", 5).activity_task_scheduled().control(), "mine");
  EXPECT_EQ(attributes("w", 6).find("mine"), std::string::npos);  // ScheduleActivityTaskFailed
  EXPECT_EQ(attributes("w", 9), "scheduled_event_id: 5 started_event_id: 8");
}
TEST_F(Section7Decisions, TheControlOfATimerIsOnItsStartedEventOnly) {
  start("w");
  decide({start_timer("t", 0, "control: 'mine'"), start_timer("t", 0, "control: 'mine'")});
  EXPECT_EQ(event("w", 5).timer_started().control(), "mine");
  EXPECT_EQ(attributes("w", 6).find("mine"), std::string::npos);  // StartTimerFailed
  EXPECT_EQ(text_of(wait_for("w", "TimerFired").timer_fired()), R"(timer_id: "t" started_event_id: 5)");
}

// SWF: 1. The ids of activities and timers are unique among the open ones, and free again after the close.
TEST_F(Section7Decisions, TheIdOfAClosedActivityIsFreeAgain) {
  start("w");
  decide({schedule("a")});
  complete_activity(poll_activity());
  decide({schedule("a")});
  EXPECT_EQ(history_text("w", 10), "10 DecisionTaskCompleted, 11 ActivityTaskScheduled");
}
TEST_F(Section7Decisions, TheIdOfAFiredTimerIsFreeAgain) {
  start("w");
  decide({start_timer("t", 0)});
  decide({start_timer("t")});
  EXPECT_EQ(history_text("w", 9), "9 DecisionTaskCompleted, 10 TimerStarted");
}
TEST_F(Section7Decisions, TheIdOfACanceledTimerIsFreeAgain) {
  start("w");
  decide({start_timer("t"), cancel_timer("t"), start_timer("t")});
  EXPECT_EQ(history_text("w", 5), "5 TimerStarted, 6 TimerCanceled, 7 TimerStarted");
}

}  // namespace
}  // namespace baton::testing
