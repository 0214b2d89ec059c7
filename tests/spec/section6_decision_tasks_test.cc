// SWF: 6, the states of a decision task (Idle, Scheduled, Started, one more queued while Started) and rules 1 to 9.
#include <future>

#include "tests/spec/spec_test.h"

namespace baton::testing {
namespace {

class Section6DecisionTasks : public SpecTest {};

// SWF: 6, rule 1. One task goes to exactly one decider.
TEST_F(Section6DecisionTasks, OneTaskGoesToExactlyOneDecider) {
  auto first = std::async(std::launch::async, [this] { return poll_decision(); });
  auto second = std::async(std::launch::async, [this] { return poll_decision(); });
  start("w");
  start("v");
  const auto ids = {first.get().workflow_execution().workflow_id(), second.get().workflow_execution().workflow_id()};
  EXPECT_THAT(std::vector<std::string>(ids), ::testing::UnorderedElementsAre("v", "w"));
}

// SWF: 6, rule 1. A run has at most one Started decision task.
TEST_F(Section6DecisionTasks, ARunHasAtMostOneStartedTask) {
  start("w");
  poll_decision();
  signal("w");
  EXPECT_EQ(history_text("w"), "1 WorkflowExecutionStarted, 2 DecisionTaskScheduled, 3 DecisionTaskStarted, "
                               "4 WorkflowExecutionSignaled, 5 DecisionTaskScheduled");
  EXPECT_EQ(count_pending_decisions(), 0);
  start("other");  // the only task that the list has to give
  EXPECT_EQ(poll_decision().workflow_execution().workflow_id(), "other");
}

// SWF: 6. openDecisionTasks is 0 or 1, also while one is started and one is queued.
TEST_F(Section6DecisionTasks, OpenDecisionTasksIsZeroOrOne) {
  start("w");
  EXPECT_EQ(describe("w").open_counts().open_decision_tasks(), 1);
  const auto task = poll_decision();
  signal("w");
  EXPECT_EQ(describe("w").open_counts().open_decision_tasks(), 1);
  answer(task, {});
  decide({});
  EXPECT_EQ(describe("w").open_counts().open_decision_tasks(), 0);
}

// SWF: 6, rule 2. Idle: the event, then DecisionTaskScheduled with the same time.
TEST_F(Section6DecisionTasks, AChangeWhileIdleSchedulesATaskAtTheSameTime) {
  start("w");
  decide({});
  signal("w");
  EXPECT_EQ(history_text("w", 5), "5 WorkflowExecutionSignaled, 6 DecisionTaskScheduled");
  EXPECT_EQ(time_ms("w", 5), time_ms("w", 6));
}

// SWF: 6, rule 3. Scheduled: only the event; the waiting task will show it.
TEST_F(Section6DecisionTasks, AChangeWhileATaskWaitsIsShownByIt) {
  start("w");
  signal("w", "a");
  signal("w", "b");
  EXPECT_EQ(history_text("w", 2), "2 DecisionTaskScheduled, 3 WorkflowExecutionSignaled, 4 WorkflowExecutionSignaled");
  const auto task = poll_decision();
  EXPECT_EQ(text_of({task.events().begin(), task.events().end()}, 3),
            "3 WorkflowExecutionSignaled, 4 WorkflowExecutionSignaled, 5 DecisionTaskStarted");
}

// SWF: 6, rule 4. Started: the event, and DecisionTaskScheduled immediately when none is queued yet.
TEST_F(Section6DecisionTasks, AChangeWhileTheTaskIsStartedQueuesOneMoreAtOnce) {
  start("w");
  poll_decision();
  signal("w");
  EXPECT_EQ(history_text("w", 3), "3 DecisionTaskStarted, 4 WorkflowExecutionSignaled, 5 DecisionTaskScheduled");
  EXPECT_EQ(time_ms("w", 4), time_ms("w", 5));
}

// SWF: 6, rule 4. Further changes add only their events.
TEST_F(Section6DecisionTasks, FurtherChangesWhileOneIsQueuedAddOnlyTheirEvents) {
  start("w");
  poll_decision();
  signal("w");
  signal("w");
  request_cancel_workflow("w");
  EXPECT_EQ(history_text("w", 4), "4 WorkflowExecutionSignaled, 5 DecisionTaskScheduled, 6 WorkflowExecutionSignaled, "
                                  "7 WorkflowExecutionCancelRequested");
}

// SWF: 6, rule 4. Events stand between DecisionTaskStarted and DecisionTaskCompleted; they are not buffered.
TEST_F(Section6DecisionTasks, EventsOfTheMeantimeStandBetweenStartedAndCompleted) {
  start("w");
  const auto task = poll_decision();
  signal("w");
  answer(task, {record_marker("m")});
  EXPECT_EQ(history_text("w", 3), "3 DecisionTaskStarted, 4 WorkflowExecutionSignaled, 5 DecisionTaskScheduled, "
                                  "6 DecisionTaskCompleted, 7 MarkerRecorded");
}

// SWF: 6, rule 4. The queued task is not handed out until the running one completes.
TEST_F(Section6DecisionTasks, TheQueuedTaskIsHandedOutWhenTheRunningOneCompletes) {
  start("w");
  const auto task = poll_decision();
  signal("w");
  auto next = std::async(std::launch::async, [this] { return poll_decision(); });
  EXPECT_EQ(count_pending_decisions(), 0);
  answer(task, {});
  EXPECT_EQ(next.get().started_event_id(), 7);
  EXPECT_EQ(history_text("w", 4),
            "4 WorkflowExecutionSignaled, 5 DecisionTaskScheduled, 6 DecisionTaskCompleted, 7 "
            "DecisionTaskStarted");
}

// SWF: 6, rule 4. ... or until the running one times out.
TEST_F(Section6DecisionTasks, TheQueuedTaskIsHandedOutWhenTheRunningOneTimesOut) {
  start("w", "task_start_to_close_timeout { " + after_ms(500) + " }");
  poll_decision();
  signal("w");
  const auto next = poll_decision();
  EXPECT_EQ(next.started_event_id(), 7);
  EXPECT_EQ(history_text("w", 3), "3 DecisionTaskStarted, 4 WorkflowExecutionSignaled, 5 DecisionTaskScheduled, "
                                  "6 DecisionTaskTimedOut, 7 DecisionTaskStarted");
}

// SWF: 6, rule 5. DecisionTaskCompleted, then the events of the decisions in list order, all with one time.
TEST_F(Section6DecisionTasks, AnAnswerIsItsCompletedEventAndOneEventForEachDecisionInOrder) {
  start("w");
  decide({record_marker("m"), start_timer("t"), schedule("a"), cancel_timer("t"), record_marker("n")});
  EXPECT_EQ(history_text("w", 4), "4 DecisionTaskCompleted, 5 MarkerRecorded, 6 TimerStarted, 7 ActivityTaskScheduled, "
                                  "8 TimerCanceled, 9 MarkerRecorded");
  EXPECT_EQ(attributes("w", 9), R"(marker_name: "n" decision_task_completed_event_id: 4)");
  for (int64_t id = 5; id <= 9; ++id) EXPECT_EQ(time_ms("w", id), time_ms("w", 4));
}

// SWF: 6, rule 5. The DecisionTaskStarted of a task that was queued points back to before the DecisionTaskCompleted.
TEST_F(Section6DecisionTasks, AQueuedTaskStartsWithAScheduledIdBeforeTheCompletedOne) {
  start("w");
  const auto task = poll_decision();
  signal("w");
  answer(task, {});
  poll_decision();
  EXPECT_EQ(attributes("w", 6), "scheduled_event_id: 2 started_event_id: 3");
  EXPECT_EQ(attributes("w", 7), R"(identity: "decider" scheduled_event_id: 5)");
}

// SWF: 6, rule 5. A queued task serves decisions that need another one, too: no second is scheduled.
TEST_F(Section6DecisionTasks, AQueuedTaskServesDecisionsThatNeedAnotherOne) {
  start("w");
  const auto task = poll_decision();
  signal("w");
  answer(task, {cancel_timer("none")});
  EXPECT_EQ(history_text("w", 5), "5 DecisionTaskScheduled, 6 DecisionTaskCompleted, 7 CancelTimerFailed");
}

// SWF: 6, rule 5. Decisions that produce an event that needs a decision bring one DecisionTaskScheduled, at the end.
TEST_F(Section6DecisionTasks, DecisionsThatNeedAnotherTaskBringOneAtTheEnd) {
  start("w");
  decide({cancel_timer("none"), request_cancel("none"), record_marker("m")});
  EXPECT_EQ(history_text("w", 4), "4 DecisionTaskCompleted, 5 CancelTimerFailed, 6 RequestCancelActivityTaskFailed, "
                                  "7 MarkerRecorded, 8 DecisionTaskScheduled");
  EXPECT_EQ(time_ms("w", 8), time_ms("w", 4));
}

// SWF: 6, rule 6. Which events of decisions do not wake the decider.
TEST_F(Section6DecisionTasks, SchedulingAnActivityWakesNobody) {
  start("w");
  decide({schedule("a")});
  EXPECT_FALSE(wakes_decider("w", 5));
}
TEST_F(Section6DecisionTasks, TheStartOfAnActivityWakesNobody) {
  start("w");
  decide({schedule("a")});
  poll_activity();
  EXPECT_EQ(history_text("w", 5), "5 ActivityTaskScheduled, 6 ActivityTaskStarted");
}
TEST_F(Section6DecisionTasks, StartingATimerWakesNobody) {
  start("w");
  decide({start_timer("t")});
  EXPECT_FALSE(wakes_decider("w", 5));
}
TEST_F(Section6DecisionTasks, CancelingATimerWakesNobody) {
  start("w");
  decide({start_timer("t"), cancel_timer("t")});
  EXPECT_FALSE(wakes_decider("w", 6));
}
TEST_F(Section6DecisionTasks, RecordingAMarkerWakesNobody) {
  start("w");
  decide({record_marker("m")});
  EXPECT_FALSE(wakes_decider("w", 5));
}
TEST_F(Section6DecisionTasks, RequestingTheCancelOfAStartedActivityWakesNobody) {
  start("w");
  decide({schedule("a")});
  poll_activity();
  signal("w");
  decide({request_cancel("a")});
  EXPECT_EQ(history_text("w", 10), "10 DecisionTaskCompleted, 11 ActivityTaskCancelRequested");
}

// SWF: 6, rule 6. Deciders that only record a marker add a timer of 0 seconds to be called again.
TEST_F(Section6DecisionTasks, ATimerOfZeroSecondsCallsTheDeciderAgain) {
  start("w");
  decide({record_marker("m"), start_timer("again", 0)});
  EXPECT_EQ(poll_decision().previous_started_event_id(), 3);
  EXPECT_EQ(history_text("w", 5), "5 MarkerRecorded, 6 TimerStarted, 7 TimerFired, 8 DecisionTaskScheduled, 9 DecisionTaskStarted");
}

// SWF: 6, rule 7. An empty decision list is legal and leaves the run waiting.
TEST_F(Section6DecisionTasks, AnEmptyAnswerIsLegalAndLeavesTheRunWaiting) {
  start("w");
  decide({});
  EXPECT_EQ(history_text("w", 3), "3 DecisionTaskStarted, 4 DecisionTaskCompleted");
  EXPECT_EQ(describe("w").execution_info().execution_status(), v1::EXECUTION_STATUS_OPEN);
  EXPECT_EQ(count_pending_decisions(), 0);
}

// SWF: 6, rule 8. Start-to-close passed: DecisionTaskTimedOut with scheduled and started ids, then DecisionTaskScheduled.
TEST_F(Section6DecisionTasks, ATaskThatTimesOutIsScheduledAgain) {
  start("w", "task_start_to_close_timeout { " + after_ms(20) + " }");
  poll_decision();
  wait_for("w", "DecisionTaskTimedOut");
  EXPECT_EQ(history_text("w", 3), "3 DecisionTaskStarted, 4 DecisionTaskTimedOut, 5 DecisionTaskScheduled");
  EXPECT_EQ(attributes("w", 4), "timeout_type: DECISION_TASK_TIMEOUT_TYPE_START_TO_CLOSE scheduled_event_id: 2 started_event_id: 3");
  EXPECT_EQ(time_ms("w", 4), time_ms("w", 3) + 20);
  EXPECT_EQ(time_ms("w", 5), time_ms("w", 4));
}

// SWF: 6, rule 8. ... unless one was already queued.
TEST_F(Section6DecisionTasks, ATaskThatTimesOutWhileOneIsQueuedSchedulesNoOther) {
  start("w", "task_start_to_close_timeout { " + after_ms(500) + " }");
  poll_decision();
  signal("w");
  wait_for("w", "DecisionTaskTimedOut");
  EXPECT_EQ(history_text("w", 4), "4 WorkflowExecutionSignaled, 5 DecisionTaskScheduled, 6 DecisionTaskTimedOut");
}

// SWF: 6, rule 8. No retry cap, no backoff.
TEST_F(Section6DecisionTasks, ADeciderThatAlwaysTimesOutIsCalledAgainEveryTime) {
  start("w", "task_start_to_close_timeout { " + after_ms(10) + " }");
  for (int times = 0; times < 5; ++times) poll_decision();
  wait_for("w", "DecisionTaskTimedOut");
  int64_t scheduled = 2;
  for (int times = 0; times < 4; ++times, scheduled += 3) {
    EXPECT_EQ(time_ms("w", scheduled + 2), time_ms("w", scheduled + 1) + 10);
    EXPECT_EQ(time_ms("w", scheduled + 3), time_ms("w", scheduled + 2));
  }
}

// SWF: 6, rule 8. A late answer is UnknownResource.
TEST_F(Section6DecisionTasks, ALateAnswerIsUnknownResource) {
  start("w", "task_start_to_close_timeout { " + after_ms(20) + " }");
  const auto task = poll_decision();
  wait_for("w", "DecisionTaskTimedOut");
  EXPECT_EQ(try_answer(task, {complete()}).reason, "UNKNOWN_RESOURCE");
  EXPECT_EQ(history_text("w", 4), "4 DecisionTaskTimedOut, 5 DecisionTaskScheduled");
}

// SWF: 6, rule 9. There is no "decision task failed" call: a decider that cannot decide says
// nothing, and the task comes back. (The call that goes beyond SWF is not carried out yet:
// Section7NotYet.)
TEST_F(Section6DecisionTasks, ADeciderThatCannotDecideLetsTheTaskTimeOut) {
  start("w", "task_start_to_close_timeout { " + after_ms(20) + " }");
  EXPECT_EQ(poll_decision().started_event_id(), 3);
  const auto again = poll_decision();
  EXPECT_EQ(again.started_event_id(), 6);
  EXPECT_EQ(again.previous_started_event_id(), 0);
}

}  // namespace
}  // namespace baton::testing
