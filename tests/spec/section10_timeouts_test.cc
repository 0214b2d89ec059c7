// SWF: 10, timeouts: when each begins, what it writes, what follows. The time of a timeout's event is the deadline, not when it
// was noticed.
#include "tests/spec/spec_test.h"

namespace baton::testing {
namespace {

class Section10Timeouts : public SpecTest {
 protected:
  // Run "w" with activity "a", scheduled as event 5; every timeout NONE but for `fields`.
  void schedule_one(const std::string& fields) {
    start("w");
    decide({schedule(
        "a",
        "schedule_to_start_timeout { none: true } schedule_to_close_timeout { none: true } start_to_close_timeout { none: true } "
        "heartbeat_timeout { none: true } " +
            fields)});
  }
  // The type of the activity's timeout, which is event `id` at `deadline_ms` and calls the decider.
  std::string timeout_at(int64_t id, int64_t deadline_ms) {
    const auto timed_out = wait_for("w", "ActivityTaskTimedOut");
    EXPECT_EQ(timed_out.event_id(), id);
    EXPECT_EQ(milliseconds_of(timed_out.event_time()), deadline_ms);
    EXPECT_TRUE(wakes_decider("w", id));
    EXPECT_EQ(describe("w").open_counts().open_activity_tasks(), 0);
    const std::string type = v1::ActivityTaskTimeoutType_Name(timed_out.activity_task_timed_out().timeout_type());
    return type.substr(std::string("ACTIVITY_TASK_TIMEOUT_TYPE_").size());
  }
};

// SWF: 10. Execution start-to-close, from WorkflowExecutionStarted: the run is closed as TIMED_OUT with its child policy.
TEST_F(Section10Timeouts, TheExecutionTimesOutAfterItsStart) {
  start("w", "execution_start_to_close_timeout { " + after_ms(30) + " }");
  EXPECT_EQ(milliseconds_of(wait_for("w", "WorkflowExecutionTimedOut").event_time()), time_ms("w", 1) + 30);
  EXPECT_EQ(describe("w").execution_info().close_status(), v1::CLOSE_STATUS_TIMED_OUT);
  EXPECT_EQ(milliseconds_of(describe("w").execution_info().close_time()), time_ms("w", 1) + 30);
}
TEST_F(Section10Timeouts, TheExecutionTimesOutWhateverItWaitsFor) {
  start("w", "execution_start_to_close_timeout { " + after_ms(500) + " }");
  decide({schedule("a"), start_timer("t"), start_timer("again", 0)});
  poll_activity();
  poll_decision();
  wait_for("w", "WorkflowExecutionTimedOut");
  EXPECT_EQ(time_ms("w", static_cast<int64_t>(history("w").size())), time_ms("w", 1) + 500);
  EXPECT_EQ(count_pending_decisions() + count_pending_activities(), 0);
}

// SWF: 10. Decision start-to-close, from DecisionTaskStarted: the task is scheduled again.
TEST_F(Section10Timeouts, ADecisionTaskTimesOutAfterItsStart) {
  start("w", "task_start_to_close_timeout { " + after_ms(30) + " }");
  poll_decision();
  EXPECT_EQ(milliseconds_of(wait_for("w", "DecisionTaskTimedOut").event_time()), time_ms("w", 3) + 30);
  EXPECT_TRUE(wakes_decider("w", 4));
}

// SWF: 10. A decision task has no schedule-to-start limit unless its list was overridden: with no decider, the run waits until
// its own timeout. (Decision schedule-to-start: Section6TaskListOverride.)
TEST_F(Section10Timeouts, ADecisionTaskThatNobodyPollsWaitsForTheExecutionsTimeout) {
  start("w", "task_start_to_close_timeout { " + after_ms(1) + " } execution_start_to_close_timeout { " + after_ms(30) + " }");
  wait_for("w", "WorkflowExecutionTimedOut");
  EXPECT_EQ(history_text("w"), "1 WorkflowExecutionStarted, 2 DecisionTaskScheduled, 3 WorkflowExecutionTimedOut");
}

// SWF: 10. Activity schedule-to-start, from ActivityTaskScheduled until started: the task is withdrawn.
TEST_F(Section10Timeouts, AnActivityTimesOutBeforeItsStart) {
  schedule_one("schedule_to_start_timeout { " + after_ms(30) + " }");
  EXPECT_EQ(timeout_at(6, time_ms("w", 5) + 30), "SCHEDULE_TO_START");
  EXPECT_EQ(count_pending_activities(), 0);
}
TEST_F(Section10Timeouts, AStartEndsScheduleToStart) {
  schedule_one("schedule_to_start_timeout { " + after_ms(500) + " } schedule_to_close_timeout { " + after_ms(600) + " }");
  poll_activity();
  EXPECT_EQ(timeout_at(7, time_ms("w", 5) + 600), "SCHEDULE_TO_CLOSE");
}

// SWF: 10. Activity start-to-close, from ActivityTaskStarted.
TEST_F(Section10Timeouts, AnActivityTimesOutAfterItsStart) {
  schedule_one("start_to_close_timeout { " + after_ms(30) + " }");
  poll_activity();
  EXPECT_EQ(timeout_at(7, time_ms("w", 6) + 30), "START_TO_CLOSE");
}

// SWF: 10. Activity heartbeat, from ActivityTaskStarted or the last heartbeat (Section9Activities).
TEST_F(Section10Timeouts, AnActivityTimesOutWithoutHeartbeats) {
  schedule_one("heartbeat_timeout { " + after_ms(30) + " }");
  poll_activity();
  EXPECT_EQ(timeout_at(7, time_ms("w", 6) + 30), "HEARTBEAT");
}
TEST_F(Section10Timeouts, AHeartbeatTimeoutHasTheLastDetails) {
  schedule_one("heartbeat_timeout { " + after_ms(400) + " }");
  heartbeat(poll_activity(), "details { data: 'half' }");
  EXPECT_EQ(wait_for("w", "ActivityTaskTimedOut").activity_task_timed_out().details().data(), "half");
}

// SWF: 10. Activity schedule-to-close, from ActivityTaskScheduled: it bounds the other three.
TEST_F(Section10Timeouts, AnActivityTimesOutAltogether) {
  schedule_one("schedule_to_close_timeout { " + after_ms(30) + " }");
  EXPECT_EQ(timeout_at(6, time_ms("w", 5) + 30), "SCHEDULE_TO_CLOSE");
}
TEST_F(Section10Timeouts, ScheduleToCloseBoundsTheOthers) {
  schedule_one("schedule_to_close_timeout { " + after_ms(500) + " } start_to_close_timeout { " + after_ms(9000) +
               " } heartbeat_timeout { " + after_ms(9000) + " }");
  poll_activity();
  EXPECT_EQ(timeout_at(7, time_ms("w", 5) + 500), "SCHEDULE_TO_CLOSE");
}

// SWF: 10. NONE is unlimited.
TEST_F(Section10Timeouts, NoneIsUnlimited) {
  schedule_one("");
  const auto task = poll_activity();
  start("v");
  decide({start_timer("t", 50)});
  wait_for("v", "TimerFired");
  EXPECT_EQ(history_text("w", 5), "5 ActivityTaskScheduled, 6 ActivityTaskStarted");
  complete_activity(task);
}

// SWF: 10. 0 is legal, and at once.
TEST_F(Section10Timeouts, AnActivityWithATimeoutOfZeroTimesOutAtOnce) {
  schedule_one("schedule_to_close_timeout { after { } }");
  EXPECT_EQ(timeout_at(6, time_ms("w", 5)), "SCHEDULE_TO_CLOSE");
}
TEST_F(Section10Timeouts, AnExecutionWithATimeoutOfZeroTimesOutAtOnce) {
  start("w", "execution_start_to_close_timeout { after { } }");
  EXPECT_EQ(milliseconds_of(wait_for("w", "WorkflowExecutionTimedOut").event_time()), time_ms("w", 1));
}

// SWF: 9. A timer fires when it is due.
TEST_F(Section10Timeouts, ATimerFiresWhenItIsDue) {
  start("w");
  decide({start_timer("t", 30)});
  EXPECT_EQ(milliseconds_of(wait_for("w", "TimerFired").event_time()), time_ms("w", 5) + 30);
}

// Deadlines are written in their order, each at its own time, whatever order they were set in.
TEST_F(Section10Timeouts, DeadlinesAreMetInTheirOrder) {
  start("w");
  decide({start_timer("third", 60), start_timer("first", 20),
          schedule("second", "schedule_to_start_timeout { " + after_ms(40) + " }")});
  const auto third_ms = time_ms("w", 5) + 60;
  wait_for_event("w", 11);
  EXPECT_EQ(history_text("w", 8), "8 TimerFired, 9 DecisionTaskScheduled, 10 ActivityTaskTimedOut, 11 TimerFired");
  EXPECT_EQ(time_ms("w", 8), third_ms - 40);
  EXPECT_EQ(time_ms("w", 10), third_ms - 20);
  EXPECT_EQ(time_ms("w", 11), third_ms);
}

}  // namespace
}  // namespace baton::testing
