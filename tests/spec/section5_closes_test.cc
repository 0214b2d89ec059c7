// SWF: 5, how an execution closes, and what a closed one does: nothing.
#include "tests/spec/spec_test.h"

namespace baton::testing {
namespace {

class Section5Closes : public SpecTest {
 protected:
  // As describe shows it.
  std::string status_of(const std::string& workflow_id) {
    const auto info = describe(workflow_id).execution_info();
    if (info.execution_status() == v1::EXECUTION_STATUS_OPEN)
      return "OPEN" + std::string(info.has_close_time() ? " with a close time" : "");
    EXPECT_EQ(milliseconds_of(info.close_time()), time_ms(workflow_id, static_cast<int64_t>(history(workflow_id).size())));
    return "CLOSED " + v1::CloseStatus_Name(info.close_status()).substr(std::string("CLOSE_STATUS_").size());
  }
};

// SWF: 5, the table of close statuses.
TEST_F(Section5Closes, AStartedRunIsOpen) {
  start("w");
  EXPECT_EQ(status_of("w"), "OPEN");
}
TEST_F(Section5Closes, CompleteWorkflowExecutionClosesAsCompleted) {
  start("w");
  decide({complete()});
  EXPECT_EQ(status_of("w"), "CLOSED COMPLETED");
  EXPECT_EQ(history_text("w", 4), "4 DecisionTaskCompleted, 5 WorkflowExecutionCompleted");
}
TEST_F(Section5Closes, FailWorkflowExecutionClosesAsFailed) {
  start("w");
  decide({fail()});
  EXPECT_EQ(status_of("w"), "CLOSED FAILED");
  EXPECT_EQ(history_text("w", 4), "4 DecisionTaskCompleted, 5 WorkflowExecutionFailed");
}
TEST_F(Section5Closes, CancelWorkflowExecutionClosesAsCanceledWithoutARequest) {
  start("w");
  decide({cancel()});
  EXPECT_EQ(status_of("w"), "CLOSED CANCELED");
  EXPECT_EQ(history_text("w", 4), "4 DecisionTaskCompleted, 5 WorkflowExecutionCanceled");
}
TEST_F(Section5Closes, TerminateClosesAsTerminatedByTheOperator) {
  start("w");
  terminate("w");
  EXPECT_EQ(status_of("w"), "CLOSED TERMINATED");
  EXPECT_EQ(history_text("w", 3), "3 WorkflowExecutionTerminated");
  EXPECT_EQ(event("w", 3).workflow_execution_terminated().cause(), v1::WORKFLOW_EXECUTION_TERMINATED_CAUSE_OPERATOR_INITIATED);
}
TEST_F(Section5Closes, TheExecutionTimeoutClosesAsTimedOut) {
  start("w", "execution_start_to_close_timeout { " + after_ms(20) + " }");
  wait_for("w", "WorkflowExecutionTimedOut");
  EXPECT_EQ(status_of("w"), "CLOSED TIMED_OUT");
  EXPECT_EQ(history_text("w", 3), "3 WorkflowExecutionTimedOut");
}
class Section5ShortHistories : public SpecTest {
 protected:
  static core::Limits five_events() {
    core::Limits limits;
    limits.history_events = 5;
    return limits;
  }
  Section5ShortHistories() : SpecTest("", five_events()) {}
};
TEST_F(Section5ShortHistories, TheLimitOfEventsClosesAsTerminated) {
  start("w");
  for (int i = 0; i < 4; ++i) signal("w");
  EXPECT_EQ(history_text("w", 6), "6 WorkflowExecutionSignaled, 7 WorkflowExecutionTerminated");
  EXPECT_EQ(event("w", 7).workflow_execution_terminated().cause(), v1::WORKFLOW_EXECUTION_TERMINATED_CAUSE_EVENT_LIMIT_EXCEEDED);
  EXPECT_EQ(describe("w").execution_info().close_status(), v1::CLOSE_STATUS_TERMINATED);
}

// SWF: 12. Open executions per domain; over it a start is LimitExceeded.
class Section12TwoOpenExecutions : public SpecTest {
 protected:
  static core::Limits two_open() {
    core::Limits limits;
    limits.open_executions = 2;
    return limits;
  }
  Section12TwoOpenExecutions() : SpecTest("", two_open()) {}
};
TEST_F(Section12TwoOpenExecutions, TheThirdStartIsLimitExceededUntilOneCloses) {
  const std::string run_id = start("a", "request_id: 'first'");
  start("b");
  const Outcome refused = try_start("c");
  EXPECT_EQ(refused.code, grpc::StatusCode::RESOURCE_EXHAUSTED);
  EXPECT_EQ(refused.reason, "LIMIT_EXCEEDED");
  EXPECT_EQ(refused.subject, "domain orders");
  EXPECT_TRUE(refused.has_retry_info);
  EXPECT_EQ(try_start("b").reason, "WORKFLOW_EXECUTION_ALREADY_STARTED");
  EXPECT_EQ(start("a", "request_id: 'first'"), run_id) << "a start that was accepted before is answered as it was";
  terminate("b");
  start("c");
}

// SWF: 5. Signals, cancel and terminate of a closed run are UnknownResource; it never changes.
TEST_F(Section5Closes, AClosedRunTakesNoSignal) {
  const std::string run_id = start("w");
  terminate("w");
  EXPECT_EQ(try_signal("w").reason, "UNKNOWN_RESOURCE");
  EXPECT_EQ(try_signal("w", "run_id: '" + run_id + "'").reason, "UNKNOWN_RESOURCE");
  EXPECT_EQ(history_text("w", 3), "3 WorkflowExecutionTerminated");
}
TEST_F(Section5Closes, AClosedRunTakesNoCancelRequest) {
  start("w");
  terminate("w");
  EXPECT_EQ(try_request_cancel_workflow("w").reason, "UNKNOWN_RESOURCE");
  EXPECT_EQ(history_text("w", 3), "3 WorkflowExecutionTerminated");
}
TEST_F(Section5Closes, AClosedRunIsNotTerminatedAgain) {
  start("w");
  terminate("w");
  EXPECT_EQ(try_terminate("w").reason, "UNKNOWN_RESOURCE");
  EXPECT_EQ(history_text("w", 3), "3 WorkflowExecutionTerminated");
}

// SWF: 5. Task responses and heartbeats on it are UnknownResource: that is how workers learn of it.
TEST_F(Section5Closes, AClosedRunTakesNoDecisions) {
  start("w");
  const auto task = poll_decision();
  terminate("w");
  EXPECT_EQ(try_answer(task, {complete()}).reason, "UNKNOWN_RESOURCE");
  EXPECT_EQ(history_text("w", 4), "4 WorkflowExecutionTerminated");
}
TEST_F(Section5Closes, AClosedRunTakesNoAnswersOfWorkers) {
  start("w");
  decide({schedule("a"), start_timer("again", 0)});
  const auto task = poll_activity();
  decide({complete()});
  EXPECT_EQ(try_complete(task).reason, "UNKNOWN_RESOURCE");
  EXPECT_EQ(try_fail(task).reason, "UNKNOWN_RESOURCE");
  EXPECT_EQ(try_cancel(task).reason, "UNKNOWN_RESOURCE");
  EXPECT_EQ(describe("w").execution_info().close_status(), v1::CLOSE_STATUS_COMPLETED);
}
TEST_F(Section5Closes, WorkersLearnOfTheCloseByTheirHeartbeat) {
  start("w");
  decide({schedule("a")});
  const auto task = poll_activity();
  terminate("w");
  EXPECT_EQ(try_heartbeat(task).reason, "UNKNOWN_RESOURCE");
}

// SWF: 5. Open activities, timers and decision tasks are dropped silently: no event is added.
TEST_F(Section5Closes, OpenWorkIsDroppedWithoutEvents) {
  start("w");
  decide({schedule("started", "start_to_close_timeout { " + after_ms(400) + " }"), schedule("waiting"), start_timer("t", 400),
          start_timer("again", 0)});
  poll_activity();
  decide({complete()});
  const auto closed = history_text("w");
  // Until everything that the run had would long be due: a timer of another run, started later.
  start("later");
  decide({start_timer("t", 450)});
  wait_for("later", "TimerFired");
  EXPECT_EQ(history_text("w"), closed);
  EXPECT_THAT(closed, ::testing::EndsWith("WorkflowExecutionCompleted"));
}
TEST_F(Section5Closes, DroppedTasksAreHandedToNobody) {
  start("w");
  decide({schedule("a")});
  signal("w");
  EXPECT_EQ(count_pending_activities() + count_pending_decisions(), 2);
  terminate("w");
  EXPECT_EQ(count_pending_activities() + count_pending_decisions(), 0);
  start("other");
  EXPECT_EQ(poll_decision().workflow_execution().workflow_id(), "other");
}

// SWF: 14, 20. The decider of a terminated run is never called.
TEST_F(Section5Closes, TheDeciderOfATerminatedRunIsNotCalled) {
  start("w");
  terminate("w");
  EXPECT_EQ(count_pending_decisions(), 0);
}

// SWF: 5. Open activities and timers do not stop a close decision.
TEST_F(Section5Closes, OpenActivitiesAndTimersDoNotStopAClose) {
  start("w");
  decide({schedule("a"), start_timer("t"), complete()});
  EXPECT_EQ(history_text("w", 5), "5 ActivityTaskScheduled, 6 TimerStarted, 7 WorkflowExecutionCompleted");
  EXPECT_EQ(status_of("w"), "CLOSED COMPLETED");
}

// SWF: 5, child policy. Terminate's own argument overrides the run's.
TEST_F(Section5Closes, TerminateGoesByTheChildPolicyOfTheRun) {
  start("w", "child_policy: CHILD_POLICY_ABANDON");
  terminate("w");
  EXPECT_EQ(event("w", 3).workflow_execution_terminated().child_policy(), v1::CHILD_POLICY_ABANDON);
}
TEST_F(Section5Closes, TheChildPolicyOfATerminateOverridesThatOfTheRun) {
  start("w", "child_policy: CHILD_POLICY_ABANDON");
  terminate("w", "child_policy: CHILD_POLICY_REQUEST_CANCEL");
  EXPECT_EQ(event("w", 3).workflow_execution_terminated().child_policy(), v1::CHILD_POLICY_REQUEST_CANCEL);
}

// SWF: 5. Cancel is only a request; ignoring it is legal: the run closes as whatever the decider says.
TEST_F(Section5Closes, ACancelRequestMayBeIgnored) {
  start("w");
  request_cancel_workflow("w");
  decide({complete()});
  EXPECT_EQ(status_of("w"), "CLOSED COMPLETED");
}

}  // namespace
}  // namespace baton::testing
