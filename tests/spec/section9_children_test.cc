// SWF: 5, 7 and 9, children, and signals and cancel requests to other executions: initiated with the answer, answered later.
#include "tests/spec/spec_test.h"

namespace baton::testing {
namespace {

class Section9Children : public SpecTest {
 protected:
  using SpecTest::SpecTest;

  // Decides for whichever run of this workflow id waits next; its tasks come on a list of its own.
  void child_decides(const Decisions& decisions) { answer(poll_decision("children"), decisions); }
  static v1::Decision child(const std::string& fields = "") { return start_child("c", "task_list { name: 'children' } " + fields); }
  // Parent "p" has started child "c"; the parent's next decision task is answered with nothing.
  void start_family(const std::string& fields = "") {
    start("p", fields);
    decide({child()});
    wait_for("p", "ChildWorkflowExecutionStarted");
    decide({});
  }
  // The cause of the refused start, less its prefix; nothing was initiated.
  std::string cause_of(const v1::Decision& decision) {
    start("p");
    decide({decision});
    const v1::HistoryEvent last = event("p", 5);
    EXPECT_TRUE(last.has_start_child_workflow_execution_failed()) << last.ShortDebugString();
    EXPECT_EQ(last.start_child_workflow_execution_failed().initiated_event_id(), 0);
    EXPECT_TRUE(wakes_decider("p", 5));
    const std::string cause = v1::StartChildWorkflowExecutionFailedCause_Name(last.start_child_workflow_execution_failed().cause());
    return cause.substr(std::string("START_CHILD_WORKFLOW_EXECUTION_FAILED_CAUSE_").size());
  }
};

// SWF: 8. StartChildWorkflowExecutionInitiated has the resolved values and does not wake the decider; ChildWorkflowExecutionStarted does.
TEST_F(Section9Children, AChildIsInitiatedThenStarted) {
  start("p");
  decide({child("input { data: 'i' } control: 'note' tag_list: 'blue' task_priority: 7")});
  wait_for("p", "ChildWorkflowExecutionStarted");
  EXPECT_EQ(history_text("p", 5), "5 StartChildWorkflowExecutionInitiated, 6 ChildWorkflowExecutionStarted, 7 DecisionTaskScheduled");
  const auto initiated = event("p", 5).start_child_workflow_execution_initiated();
  EXPECT_EQ(initiated.control(), "note");
  EXPECT_TRUE(initiated.has_execution_start_to_close_timeout()) << "of the type";
  const auto started = event("p", 6).child_workflow_execution_started();
  EXPECT_EQ(started.initiated_event_id(), 5);
  EXPECT_EQ(started.workflow_execution().workflow_id(), "c");
  EXPECT_EQ(started.workflow_execution().run_id(), describe("c").execution_info().execution().run_id());
}

// SWF: 8. The child's Started event names its parent and the event that initiated it; control is not delivered.
TEST_F(Section9Children, AChildKnowsItsParent) {
  const std::string parent_run = start("p");
  decide({child("input { data: 'i' } control: 'note' tag_list: 'blue' task_priority: 7 headers { key: 'trace' value { data: 't' } }")});
  wait_for("p", "ChildWorkflowExecutionStarted");
  const auto begun = event("c", 1).workflow_execution_started();
  EXPECT_EQ(begun.parent_workflow_execution().workflow_id(), "p");
  EXPECT_EQ(begun.parent_workflow_execution().run_id(), parent_run);
  EXPECT_EQ(begun.parent_initiated_event_id(), 5);
  EXPECT_EQ(begun.input().data(), "i");
  EXPECT_EQ(begun.tag_list(0), "blue");
  EXPECT_EQ(begun.task_priority(), 7);
  EXPECT_EQ(begun.headers().at("trace").data(), "t");
  EXPECT_EQ(history_text("c"), "1 WorkflowExecutionStarted, 2 DecisionTaskScheduled");
}

// SWF: 9. The close is reported to the parent once, as an event of its kind.
TEST_F(Section9Children, ACompletedChildIsReportedWithItsResult) {
  start_family();
  child_decides({complete("result { data: 'r' }")});
  const auto ended = wait_for("p", "ChildWorkflowExecutionCompleted").child_workflow_execution_completed();
  EXPECT_EQ(ended.result().data(), "r");
  EXPECT_EQ(ended.initiated_event_id(), 5);
  EXPECT_EQ(ended.started_event_id(), 6);
  EXPECT_EQ(text_of(ended.workflow_type()), R"(name: "process" version: "1")");
}
TEST_F(Section9Children, AFailedChildIsReportedWithItsReason) {
  start_family();
  child_decides({fail("reason: 'why' details { data: 'd' }")});
  const auto ended = wait_for("p", "ChildWorkflowExecutionFailed").child_workflow_execution_failed();
  EXPECT_EQ(ended.reason(), "why");
  EXPECT_EQ(ended.details().data(), "d");
}
TEST_F(Section9Children, ACanceledChildIsReportedWithItsDetails) {
  start_family();
  child_decides({cancel("details { data: 'd' }")});
  EXPECT_EQ(wait_for("p", "ChildWorkflowExecutionCanceled").child_workflow_execution_canceled().details().data(), "d");
}
TEST_F(Section9Children, ATerminatedChildIsReportedWithoutAReason) {
  start_family();
  terminate("c", "reason: 'why'");
  EXPECT_EQ(wait_for("p", "ChildWorkflowExecutionTerminated").child_workflow_execution_terminated().initiated_event_id(), 5);
}
TEST_F(Section9Children, AChildThatTimedOutIsReported) {
  start("p");
  decide({child("execution_start_to_close_timeout { after { nanos: 50000000 } }")});
  const auto ended = wait_for("p", "ChildWorkflowExecutionTimedOut").child_workflow_execution_timed_out();
  EXPECT_EQ(ended.timeout_type(), v1::WORKFLOW_EXECUTION_TIMEOUT_TYPE_START_TO_CLOSE);
}

// SWF: 5. The parent gets a close event only when the last run of a chain closes.
TEST_F(Section9Children, AChildThatContinuesAsNewIsReportedAtItsEnd) {
  start_family();
  child_decides({continue_as_new("task_list { name: 'children' }")});
  child_decides({complete()});
  const auto ended = wait_for("p", "ChildWorkflowExecutionCompleted").child_workflow_execution_completed();
  EXPECT_EQ(ended.workflow_execution().run_id(), describe("c").execution_info().execution().run_id()) << "the last run's";
  EXPECT_EQ(ended.started_event_id(), 6);
}

// SWF: 7, StartChildWorkflowExecution's causes; initiatedEventId is 0 for all but WORKFLOW_ALREADY_RUNNING.
TEST_F(Section9Children, StartChildFailsWhenItsTypeDoesNotExist) {
  EXPECT_EQ(cause_of(start_child("c", "workflow_type { name: 'none' version: '1' }")), "WORKFLOW_TYPE_DOES_NOT_EXIST");
}
TEST_F(Section9Children, StartChildFailsWhenItsTypeIsDeprecated) {
  ASSERT_EQ(register_workflow_type("old", "1").reason, "OK");
  ASSERT_EQ(on_type(&Registry::DeprecateWorkflowType, "old", "1").reason, "OK");
  EXPECT_EQ(cause_of(start_child("c", "workflow_type { name: 'old' }")), "WORKFLOW_TYPE_DEPRECATED");
}
TEST_F(Section9Children, StartChildFailsForWantOfAnExecutionTimeout) {
  EXPECT_EQ(cause_of(start_child("c", "workflow_type { version: 'bare' }")), "DEFAULT_EXECUTION_START_TO_CLOSE_TIMEOUT_UNDEFINED");
}
TEST_F(Section9Children, StartChildFailsForWantOfATaskList) {
  EXPECT_EQ(cause_of(start_child("c", "workflow_type { version: 'bare' } execution_start_to_close_timeout { after { seconds: 9 } }")),
            "DEFAULT_TASK_LIST_UNDEFINED");
}
TEST_F(Section9Children, StartChildFailsForWantOfATaskTimeout) {
  EXPECT_EQ(cause_of(start_child("c", "workflow_type { version: 'bare' } execution_start_to_close_timeout { after { seconds: 9 } } "
                                      "task_list { name: 'l' }")),
            "DEFAULT_TASK_START_TO_CLOSE_TIMEOUT_UNDEFINED");
}
TEST_F(Section9Children, StartChildFailsForWantOfAChildPolicy) {
  EXPECT_EQ(cause_of(start_child("c", "workflow_type { version: 'bare' } execution_start_to_close_timeout { after { seconds: 9 } } "
                                      "task_list { name: 'l' } task_start_to_close_timeout { after { seconds: 9 } }")),
            "DEFAULT_CHILD_POLICY_UNDEFINED");
}
TEST_F(Section9Children, StartChildFailsWhenTheWorkflowIdHasAnOpenRun) {
  start("c", "task_list { name: 'children' }");
  start("p");
  decide({child("control: 'note'")});
  const auto failed = wait_for("p", "StartChildWorkflowExecutionFailed").start_child_workflow_execution_failed();
  EXPECT_EQ(failed.cause(), v1::START_CHILD_WORKFLOW_EXECUTION_FAILED_CAUSE_WORKFLOW_ALREADY_RUNNING);
  EXPECT_EQ(failed.initiated_event_id(), 5);
  EXPECT_EQ(failed.decision_task_completed_event_id(), 4);
  EXPECT_EQ(failed.control(), "note");
}

class Section9FewChildren : public Section9Children {
 protected:
  static core::Limits few() {
    core::Limits limits;
    limits.open_children = 1;
    limits.open_executions = 2;
    return limits;
  }
  Section9FewChildren() : Section9Children("", few()) {}
};
TEST_F(Section9FewChildren, StartChildFailsWhenTooManyAreOpen) {
  start("p");
  decide({child(), start_child("d")});
  EXPECT_EQ(event("p", 6).start_child_workflow_execution_failed().cause(),
            v1::START_CHILD_WORKFLOW_EXECUTION_FAILED_CAUSE_OPEN_CHILDREN_LIMIT_EXCEEDED);
}
TEST_F(Section9FewChildren, StartChildFailsWhenTheDomainIsFull) {
  start("other", "task_list { name: 'elsewhere' }");
  start("p");
  decide({child()});
  EXPECT_EQ(wait_for("p", "StartChildWorkflowExecutionFailed").start_child_workflow_execution_failed().cause(),
            v1::START_CHILD_WORKFLOW_EXECUTION_FAILED_CAUSE_OPEN_WORKFLOWS_LIMIT_EXCEEDED);
}

struct Section9ChildDenied : Section9Children {
  Section9ChildDenied() : Section9Children("deny * StartChildWorkflowExecution orders\ndefault allow") {}
};
TEST_F(Section9ChildDenied, IsNotPermitted) { EXPECT_EQ(cause_of(child()), "OPERATION_NOT_PERMITTED"); }

// SWF: 5, child policy: applied when the parent is terminated or times out; Terminate's own argument overrides the run's.
TEST_F(Section9Children, TerminateEndsTheChildren) {
  start_family("child_policy: CHILD_POLICY_TERMINATE");
  terminate("p");
  EXPECT_EQ(wait_for("c", "WorkflowExecutionTerminated").workflow_execution_terminated().cause(),
            v1::WORKFLOW_EXECUTION_TERMINATED_CAUSE_CHILD_POLICY_APPLIED);
}
TEST_F(Section9Children, RequestCancelAsksTheChildren) {
  start_family("child_policy: CHILD_POLICY_TERMINATE");
  terminate("p", "child_policy: CHILD_POLICY_REQUEST_CANCEL");
  const auto requested = wait_for("c", "WorkflowExecutionCancelRequested").workflow_execution_cancel_requested();
  EXPECT_EQ(requested.cause(), v1::WORKFLOW_EXECUTION_CANCEL_REQUESTED_CAUSE_CHILD_POLICY_APPLIED);
  EXPECT_EQ(requested.external_workflow_execution().workflow_id(), "p");
}
TEST_F(Section9Children, ACompletedParentLeavesItsChildrenAlone) {
  start_family("child_policy: CHILD_POLICY_TERMINATE");
  signal("p");
  decide({complete()});
  child_decides({complete("result { data: 'on my own' }")});
  EXPECT_EQ(describe("c").execution_info().close_status(), v1::CLOSE_STATUS_COMPLETED);
}

// --- SWF: 7 and 9, SignalExternalWorkflowExecution and RequestCancelExternalWorkflowExecution ---

class Section9External : public SpecTest {
 protected:
  using SpecTest::SpecTest;
  void start_target() { target_run_ = start("t", "task_list { name: 'elsewhere' }"); }
  std::string target_run_;
};

TEST_F(Section9External, ASignalHasItsSenderAndWakesBoth) {
  start_target();
  start("w");
  decide({signal_external("t", "input { data: 'i' } control: 'note' headers { key: 'trace' value { data: 't' } }")});
  const auto signaled = wait_for("w", "ExternalWorkflowExecutionSignaled").external_workflow_execution_signaled();
  EXPECT_EQ(history_text("w", 5), "5 SignalExternalWorkflowExecutionInitiated, 6 ExternalWorkflowExecutionSignaled, 7 DecisionTaskScheduled");
  EXPECT_EQ(signaled.workflow_execution().run_id(), target_run_);
  EXPECT_EQ(signaled.initiated_event_id(), 5);
  EXPECT_EQ(event("w", 5).signal_external_workflow_execution_initiated().control(), "note");
  const auto received = event("t", 3).workflow_execution_signaled();
  EXPECT_EQ(received.signal_name(), "news");
  EXPECT_EQ(received.input().data(), "i");
  EXPECT_EQ(received.external_workflow_execution().workflow_id(), "w");
  EXPECT_EQ(received.external_initiated_event_id(), 5);
  EXPECT_EQ(received.headers().at("trace").data(), "t");
}
TEST_F(Section9External, ACancelRequestHasItsSenderAndWakesBoth) {
  start_target();
  start("w");
  decide({request_cancel_external("t", "run_id: '" + target_run_ + "' control: 'note'")});
  const auto requested = wait_for("w", "ExternalWorkflowExecutionCancelRequested").external_workflow_execution_cancel_requested();
  EXPECT_EQ(requested.workflow_execution().run_id(), target_run_);
  EXPECT_EQ(requested.initiated_event_id(), 5);
  EXPECT_EQ(history_text("t", 3), "3 WorkflowExecutionCancelRequested");
  EXPECT_EQ(event("t", 3).workflow_execution_cancel_requested().external_initiated_event_id(), 5);
}
TEST_F(Section9External, TheInitiatedEventAlwaysExists) {
  start("w");
  decide({signal_external("nobody", "control: 'note'"), request_cancel_external("nobody", "run_id: 'none' control: 'other'")});
  const auto failed = wait_for("w", "SignalExternalWorkflowExecutionFailed").signal_external_workflow_execution_failed();
  EXPECT_EQ(failed.cause(), v1::SIGNAL_EXTERNAL_WORKFLOW_EXECUTION_FAILED_CAUSE_UNKNOWN_EXTERNAL_WORKFLOW_EXECUTION);
  EXPECT_EQ(failed.initiated_event_id(), 5);
  EXPECT_EQ(failed.control(), "note");
  const auto refused = wait_for("w", "RequestCancelExternalWorkflowExecutionFailed").request_cancel_external_workflow_execution_failed();
  EXPECT_EQ(refused.cause(), v1::REQUEST_CANCEL_EXTERNAL_WORKFLOW_EXECUTION_FAILED_CAUSE_UNKNOWN_EXTERNAL_WORKFLOW_EXECUTION);
  EXPECT_EQ(refused.initiated_event_id(), 6);
  EXPECT_EQ(refused.run_id(), "none");
  EXPECT_EQ(refused.control(), "other");
}
TEST_F(Section9External, AClosedTargetIsUnknown) {
  start_target();
  terminate("t");
  start("w");
  decide({signal_external("t", "run_id: '" + target_run_ + "'")});
  wait_for("w", "SignalExternalWorkflowExecutionFailed");
}

struct Section9ExternalDenied : Section9External {
  Section9ExternalDenied()
      : Section9External("deny * SignalExternalWorkflowExecution orders\ndeny * RequestCancelExternalWorkflowExecution orders\ndefault allow") {}
};
TEST_F(Section9ExternalDenied, IsInitiatedAndNotPermitted) {
  start_target();
  start("w");
  decide({signal_external("t"), request_cancel_external("t")});
  EXPECT_EQ(event("w", 6).signal_external_workflow_execution_failed().cause(),
            v1::SIGNAL_EXTERNAL_WORKFLOW_EXECUTION_FAILED_CAUSE_OPERATION_NOT_PERMITTED);
  EXPECT_EQ(event("w", 8).request_cancel_external_workflow_execution_failed().cause(),
            v1::REQUEST_CANCEL_EXTERNAL_WORKFLOW_EXECUTION_FAILED_CAUSE_OPERATION_NOT_PERMITTED);
  EXPECT_EQ(history_text("t", 3), "");
}

}  // namespace
}  // namespace baton::testing
