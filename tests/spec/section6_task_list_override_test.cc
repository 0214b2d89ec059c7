// SWF: 6, the task-list override: an answer sends the later decision tasks of its run to another list, for good or for a while.
#include "tests/spec/spec_test.h"

namespace baton::testing {
namespace {

class Section6TaskListOverride : public SpecTest {
 protected:
  static constexpr int64_t kWithinMs = 40;

  std::string for_a_while(int64_t within_ms = kWithinMs) {
    return "task_list { name: 'host-7' } task_list_schedule_to_start_timeout { " + after_ms(within_ms) + " }";
  }
  // Run "w" after an answer with these fields (events 1 to 4), and a signal (5) that scheduled the next task (6).
  void override_and_signal(const std::string& fields, const std::string& start_fields = "") {
    start("w", start_fields);
    decide({}, fields);
    signal("w");
  }
};

// SWF: 6. All later decision tasks of the run go to the list.
TEST_F(Section6TaskListOverride, LaterDecisionTasksGoToTheListOfTheAnswer) {
  override_and_signal("task_list { name: 'host-7' }");
  EXPECT_EQ(count_pending_decisions("main"), 0);
  answer(poll_decision("host-7"), {});
  signal("w");
  EXPECT_EQ(poll_decision("host-7").started_event_id(), 11);
}

// SWF: 6. It is echoed on DecisionTaskCompleted.
TEST_F(Section6TaskListOverride, IsEchoedOnDecisionTaskCompleted) {
  override_and_signal(for_a_while(1000));
  EXPECT_EQ(attributes("w", 4), R"(scheduled_event_id: 2 started_event_id: 3 task_list { name: "host-7" } )"
                                R"(task_list_schedule_to_start_timeout { after { seconds: 1 } })");
}

// SWF: 6. DecisionTaskScheduled shows the list and its schedule-to-start timeout; NONE without a temporary override.
TEST_F(Section6TaskListOverride, WithoutOneDecisionTaskScheduledShowsNoScheduleToStartTimeout) {
  start("w");
  EXPECT_EQ(
      attributes("w", 2),
      R"(task_list { name: "main" } start_to_close_timeout { after { seconds: 60 } } schedule_to_start_timeout { none: true })");
}
TEST_F(Section6TaskListOverride, WithAPermanentOneDecisionTaskScheduledShowsNoScheduleToStartTimeout) {
  override_and_signal("task_list { name: 'host-7' }");
  EXPECT_EQ(
      attributes("w", 6),
      R"(task_list { name: "host-7" } start_to_close_timeout { after { seconds: 60 } } schedule_to_start_timeout { none: true })");
}
TEST_F(Section6TaskListOverride, WithATemporaryOneDecisionTaskScheduledShowsItsScheduleToStartTimeout) {
  override_and_signal(for_a_while(1000));
  EXPECT_EQ(attributes("w", 6), R"(task_list { name: "host-7" } start_to_close_timeout { after { seconds: 60 } } )"
                                R"(schedule_to_start_timeout { after { seconds: 1 } })");
}

// SWF: 6 and 10. A task on the list not started in time: DecisionTaskTimedOut(SCHEDULE_TO_START)
// without a started id at its deadline, and a new task on the original list.
TEST_F(Section6TaskListOverride, ATaskNotStartedInTimeTimesOutAndANewOneGoesToTheOriginalList) {
  override_and_signal(for_a_while());
  wait_for("w", "DecisionTaskTimedOut");
  EXPECT_EQ(history_text("w", 6), "6 DecisionTaskScheduled, 7 DecisionTaskTimedOut, 8 DecisionTaskScheduled");
  EXPECT_EQ(attributes("w", 7), "timeout_type: DECISION_TASK_TIMEOUT_TYPE_SCHEDULE_TO_START scheduled_event_id: 6");
  EXPECT_EQ(time_ms("w", 7), time_ms("w", 6) + kWithinMs);
  EXPECT_EQ(count_pending_decisions("host-7"), 0);
  EXPECT_EQ(poll_decision("main").started_event_id(), 9);
}

// SWF: 6. The override is dropped: also the tasks after that go to the original list, without a schedule-to-start timeout.
TEST_F(Section6TaskListOverride, ATaskNotStartedInTimeDropsTheOverride) {
  override_and_signal(for_a_while());
  answer(poll_decision("main"), {});
  signal("w");
  EXPECT_EQ(
      attributes("w", 12),
      R"(task_list { name: "main" } start_to_close_timeout { after { seconds: 60 } } schedule_to_start_timeout { none: true })");
}

// SWF: 6. A start-to-close timeout also drops a temporary override ...
TEST_F(Section6TaskListOverride, AStartToCloseTimeoutDropsATemporaryOverride) {
  override_and_signal(for_a_while(10'000), "task_start_to_close_timeout { " + after_ms(500) + " }");
  poll_decision("host-7");
  EXPECT_EQ(poll_decision("main").started_event_id(), 10);
  EXPECT_EQ(history_text("w", 7), "7 DecisionTaskStarted, 8 DecisionTaskTimedOut, 9 DecisionTaskScheduled, 10 DecisionTaskStarted");
}

// SWF: 6. ... while one without a timeout is permanent.
TEST_F(Section6TaskListOverride, AStartToCloseTimeoutKeepsAPermanentOverride) {
  override_and_signal("task_list { name: 'host-7' }", "task_start_to_close_timeout { " + after_ms(500) + " }");
  poll_decision("host-7");
  EXPECT_EQ(poll_decision("host-7").started_event_id(), 10);
}

// SWF: 6. Tasks that are started in time keep a temporary override.
TEST_F(Section6TaskListOverride, ATaskStartedInTimeKeepsATemporaryOverride) {
  override_and_signal(for_a_while(10'000));
  answer(poll_decision("host-7"), {});
  signal("w");
  EXPECT_EQ(poll_decision("host-7").started_event_id(), 11);
}

// SWF: 6. "Later" tasks: one that was queued before the answer stays on the list it was scheduled on.
TEST_F(Section6TaskListOverride, ATaskQueuedBeforeTheAnswerStaysWhereItIs) {
  start("w");
  const auto task = poll_decision();
  signal("w");
  answer(task, {}, "task_list { name: 'host-7' }");
  EXPECT_EQ(poll_decision("main").started_event_id(), 7);
}

}  // namespace
}  // namespace baton::testing
