// SWF: 9, timers, markers, signals and task lists.
#include "tests/spec/spec_test.h"

namespace baton::testing {
namespace {

class Section9Messages : public SpecTest {};

// SWF: 9, timer. 0 is legal; there is one TimerFired.
TEST_F(Section9Messages, ATimerOfZeroSecondsFiresAtOnce) {
  start("w");
  decide({start_timer("t", 0)});
  wait_for("w", "TimerFired");
  EXPECT_EQ(history_text("w", 5), "5 TimerStarted, 6 TimerFired, 7 DecisionTaskScheduled");
  EXPECT_EQ(time_ms("w", 6), time_ms("w", 5));
}
TEST_F(Section9Messages, ATimerFiresOnce) {
  start("w");
  decide({start_timer("t", 5), start_timer("later", 1'000)});
  wait_for("w", "TimerFired");
  decide({});
  poll_decision();  // the later one has fired
  EXPECT_EQ(history_text("w", 7), "7 TimerFired, 8 DecisionTaskScheduled, 9 DecisionTaskStarted, 10 DecisionTaskCompleted, "
                                  "11 TimerFired, 12 DecisionTaskScheduled, 13 DecisionTaskStarted");
  EXPECT_EQ(describe("w").open_counts().open_timers(), 0);
}

// SWF: 9, timer. A canceled one never fires.
TEST_F(Section9Messages, ACanceledTimerDoesNotFire) {
  start("w");
  decide({start_timer("t", 10), cancel_timer("t"), start_timer("later", 30)});
  EXPECT_EQ(wait_for("w", "TimerFired").timer_fired().timer_id(), "later");
  EXPECT_EQ(history_text("w", 5), "5 TimerStarted, 6 TimerCanceled, 7 TimerStarted, 8 TimerFired, 9 DecisionTaskScheduled");
}

// SWF: 9, timer. The cancel of a timer whose TimerFired is written fails with TIMER_ID_UNKNOWN.
TEST_F(Section9Messages, ACancelOfAFiredTimerFails) {
  start("w");
  decide({start_timer("t", 0)});
  decide({cancel_timer("t")});
  EXPECT_EQ(attributes("w", 10),
            R"(timer_id: "t" cause: CANCEL_TIMER_FAILED_CAUSE_TIMER_ID_UNKNOWN decision_task_completed_event_id: 9)");
}

// SWF: 9, marker. The same name may repeat, and carry as much as any payload.
TEST_F(Section9Messages, AMarkersNameMayRepeat) {
  start("w");
  decide({record_marker("m"), record_marker("m", "details { data: '" + std::string(32'768, 'x') + "' }")});
  EXPECT_EQ(history_text("w", 5), "5 MarkerRecorded, 6 MarkerRecorded");
}

// SWF: 9, signal. The order is that of arrival.
TEST_F(Section9Messages, SignalsAreKeptInTheOrderOfTheirArrival) {
  start("w");
  for (const char* name : {"c", "a", "b"}) signal("w", name);
  std::string order;
  for (int64_t id = 3; id <= 5; ++id) order += event("w", id).workflow_execution_signaled().signal_name();
  EXPECT_EQ(order, "cab");
}

// SWF: 2 and 9, signal. No dedupe: a call sent twice is two signals ...
TEST_F(Section9Messages, ASignalSentTwiceIsTwoSignals) {
  start("w");
  signal("w");
  signal("w");
  EXPECT_EQ(history_text("w", 3), "3 WorkflowExecutionSignaled, 4 WorkflowExecutionSignaled");
}
// ... unless it has a request id, which goes beyond SWF.
TEST_F(Section9Messages, ASignalSentTwiceWithOneRequestIdIsOneSignal) {
  start("w");
  for (int i = 0; i < 2; ++i) EXPECT_EQ(try_signal("w", "request_id: 'r'").reason, "OK");
  EXPECT_EQ(history_text("w", 3), "3 WorkflowExecutionSignaled");
}

// SWF: 1. The decision list and the activity list of one name are two queues.
TEST_F(Section9Messages, TheListsOfOneNameAreTwoQueues) {
  start("w");
  decide({schedule("a", "task_list { name: 'main' }")});
  start("v");
  EXPECT_EQ(count_pending_decisions("main"), 1);
  EXPECT_EQ(count_pending_activities("main"), 1);
  EXPECT_EQ(poll_decision("main").workflow_execution().workflow_id(), "v");
  EXPECT_EQ(poll_activity("main").activity_id(), "a");
}

// SWF: 1. A task list is never registered, and of one domain.
TEST_F(Section9Messages, ATaskListComesToExistByBeingNamed) {
  start("w", "task_list { name: 'never heard of' }");
  EXPECT_EQ(poll_decision("never heard of").workflow_execution().workflow_id(), "w");
}
TEST_F(Section9Messages, ATaskListIsOfOneDomain) {
  register_domain("other");
  start("w");
  v1::CountPendingDecisionTasksRequest request;
  v1::CountPendingDecisionTasksResponse counted;
  merge("domain: 'other' task_list { name: 'main' }", &request);
  ASSERT_TRUE(call(*deciders_, &Deciders::CountPendingDecisionTasks, request, &counted).ok());
  EXPECT_EQ(counted.count(), 0);
}

// SWF: 9. Routing to a host is naming a list of its own: others do not get the task.
TEST_F(Section9Messages, ATaskGoesToThePollersOfItsListOnly) {
  start("w");
  decide({schedule("here", "task_list { name: 'host-1' }"), schedule("there", "task_list { name: 'host-2' }")});
  EXPECT_EQ(poll_activity("host-2").activity_id(), "there");
  EXPECT_EQ(poll_activity("host-1").activity_id(), "here");
}

// SWF: 2 and 15. CountPending: what is scheduled and not started; an unknown list counts 0.
TEST_F(Section9Messages, StartedTasksAreNotPending) {
  start("w");
  EXPECT_EQ(count_pending_decisions(), 1);
  decide({schedule("a"), schedule("b")});
  EXPECT_EQ(count_pending_decisions(), 0);
  EXPECT_EQ(count_pending_activities(), 2);
  poll_activity();
  EXPECT_EQ(count_pending_activities(), 1);
}
TEST_F(Section9Messages, AnUnknownListCountsZero) {
  EXPECT_EQ(count_pending_decisions("none"), 0);
  EXPECT_EQ(count_pending_activities("none"), 0);
}

}  // namespace
}  // namespace baton::testing
