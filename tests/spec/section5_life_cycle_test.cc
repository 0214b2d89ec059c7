// SWF: 5, the life of an execution: start, run ids, cancel requests, tags, execution context, time of the latest activity.
#include "tests/spec/spec_test.h"

namespace baton::testing {
namespace {

class Section5LifeCycle : public SpecTest {};

// SWF: 5. Start writes events 1 and 2 with the same time; parentInitiatedEventId is 0, continuedExecutionRunId absent.
TEST_F(Section5LifeCycle, AStartWritesStartedAndDecisionTaskScheduledAtTheSameTime) {
  start("w");
  EXPECT_EQ(history_text("w"), "1 WorkflowExecutionStarted, 2 DecisionTaskScheduled");
  EXPECT_EQ(time_ms("w", 1), time_ms("w", 2));
  EXPECT_EQ(milliseconds_of(describe("w").execution_info().start_time()), time_ms("w", 1));
}
TEST_F(Section5LifeCycle, ARunStartedByAClientHasNeitherParentNorPredecessor) {
  start("w");
  const auto started = event("w", 1).workflow_execution_started();
  EXPECT_FALSE(started.has_parent_workflow_execution());
  EXPECT_EQ(started.parent_initiated_event_id(), 0);
  EXPECT_FALSE(started.has_continued_execution_run_id());
  EXPECT_FALSE(describe("w").execution_info().has_parent());
}

// SWF: 1 and 2. At most one run of a workflow id is open, across all types; the start is refused, and says nothing of idempotence.
TEST_F(Section5LifeCycle, AWorkflowIdHasOneOpenRun) {
  start("w");
  const Outcome refused = try_start("w");
  EXPECT_EQ(refused.code, grpc::StatusCode::ALREADY_EXISTS);
  EXPECT_EQ(refused.reason, "WORKFLOW_EXECUTION_ALREADY_STARTED");
  EXPECT_EQ(history_text("w"), "1 WorkflowExecutionStarted, 2 DecisionTaskScheduled");
}
TEST_F(Section5LifeCycle, AWorkflowIdHasOneOpenRunAcrossAllTypes) {
  ASSERT_EQ(register_workflow_type("report", "1").reason, "OK");
  start("w");
  EXPECT_EQ(
      try_start("w",
                "workflow_type { name: 'report' } task_list { name: 'l' } "
                "execution_start_to_close_timeout { after { seconds: 7 } } "
                "task_start_to_close_timeout { none: true } child_policy: CHILD_POLICY_ABANDON")
          .reason,
      "WORKFLOW_EXECUTION_ALREADY_STARTED");
}
TEST_F(Section5LifeCycle, AWorkflowIdIsFreeAgainWhenItsRunIsClosed) {
  const std::string first = start("w");
  terminate("w");
  const std::string second = start("w");
  EXPECT_NE(first, second);
  EXPECT_EQ(history("w", first).size(), 3U);
  EXPECT_EQ(history("w", second).size(), 2U);
}
TEST_F(Section5LifeCycle, TheSameWorkflowIdIsFreeInAnotherDomain) {
  register_domain("other");
  v1::RegisterWorkflowTypeRequest type;
  merge("domain: 'other' workflow_type { name: 'process' version: '1' } configuration { default_task_list { name: 'main' } "
        "default_execution_start_to_close_timeout { after { seconds: 7 } } default_task_start_to_close_timeout { none: true } "
        "default_child_policy: CHILD_POLICY_TERMINATE }", &type);
  ASSERT_EQ(outcome(*registry_, &Registry::RegisterWorkflowType, type).reason, "OK");
  start("w");
  EXPECT_EQ(try_start("w", "domain: 'other'").reason, "OK");
}

// SWF: 5. Without a run id, signal, cancel and terminate are for the open run of the workflow id.
TEST_F(Section5LifeCycle, WithoutARunIdTheOpenRunIsMeant) {
  const std::string first = start("w");
  terminate("w");
  const std::string second = start("w");
  signal("w");
  request_cancel_workflow("w");
  terminate("w");
  EXPECT_EQ(text_of(history("w", first), 3), "3 WorkflowExecutionTerminated");
  EXPECT_EQ(text_of(history("w", second), 3),
            "3 WorkflowExecutionSignaled, 4 WorkflowExecutionCancelRequested, 5 "
            "WorkflowExecutionTerminated");
}

// SWF: 5. With a run id, that run must be open.
TEST_F(Section5LifeCycle, WithARunIdThatRunIsMeant) {
  const std::string run_id = start("w");
  EXPECT_EQ(try_signal("w", "run_id: '" + run_id + "'").reason, "OK");
  EXPECT_EQ(try_request_cancel_workflow("w", "run_id: '" + run_id + "'").reason, "OK");
  EXPECT_EQ(try_terminate("w", "run_id: '" + run_id + "'").reason, "OK");
}
TEST_F(Section5LifeCycle, WithARunIdThatRunMustBeOpen) {
  const std::string first = start("w");
  terminate("w");
  start("w");
  EXPECT_EQ(try_signal("w", "run_id: '" + first + "'").reason, "UNKNOWN_RESOURCE");
  EXPECT_EQ(try_request_cancel_workflow("w", "run_id: '" + first + "'").reason, "UNKNOWN_RESOURCE");
  EXPECT_EQ(try_terminate("w", "run_id: '" + first + "'").reason, "UNKNOWN_RESOURCE");
  EXPECT_EQ(history_text("w"), "1 WorkflowExecutionStarted, 2 DecisionTaskScheduled");
}
TEST_F(Section5LifeCycle, ARunIdOfAnotherWorkflowIdIsUnknown) {
  start("w");
  const std::string other = start("v");
  EXPECT_EQ(try_signal("w", "run_id: '" + other + "'").reason, "UNKNOWN_RESOURCE");
  EXPECT_EQ(history_text("v"), "1 WorkflowExecutionStarted, 2 DecisionTaskScheduled");
}
TEST_F(Section5LifeCycle, AnUnknownWorkflowIdIsUnknownResource) {
  EXPECT_EQ(try_signal("none").reason, "UNKNOWN_RESOURCE");
  EXPECT_EQ(try_request_cancel_workflow("none").reason, "UNKNOWN_RESOURCE");
  EXPECT_EQ(try_terminate("none").reason, "UNKNOWN_RESOURCE");
}

// SWF: 5. A cancel request appends its event and wakes the decider; each call appends a new one.
TEST_F(Section5LifeCycle, ACancelRequestWakesTheDecider) {
  start("w");
  decide({});
  request_cancel_workflow("w");
  EXPECT_EQ(history_text("w", 5), "5 WorkflowExecutionCancelRequested, 6 DecisionTaskScheduled");
  EXPECT_TRUE(poll_decision().cancel_requested());
}
TEST_F(Section5LifeCycle, EachCancelRequestIsAnEvent) {
  start("w");
  request_cancel_workflow("w");
  request_cancel_workflow("w");
  EXPECT_EQ(history_text("w", 3), "3 WorkflowExecutionCancelRequested, 4 WorkflowExecutionCancelRequested");
}
TEST_F(Section5LifeCycle, ARequestedCancelIsDescribed) {
  start("w");
  EXPECT_FALSE(describe("w").execution_info().cancel_requested());
  request_cancel_workflow("w");
  EXPECT_TRUE(describe("w").execution_info().cancel_requested());
}

// SWF: 5. Up to five tags, fixed at start.
TEST_F(Section5LifeCycle, ARunHasUpToFiveTags) {
  start("w", "tag_list: ['a', 'b', 'c', 'd', 'e']");
  EXPECT_EQ(event("w", 1).workflow_execution_started().tag_list_size(), 5);
  EXPECT_EQ(describe("w").execution_info().tag_list_size(), 5);
  EXPECT_EQ(try_start("v", "tag_list: ['a', 'b', 'c', 'd', 'e', 'f']").subject, "tag_list");
}

// SWF: 5. executionContext is stored on DecisionTaskCompleted; describe keeps the last given value:
// omission leaves it, empty overwrites it.
TEST_F(Section5LifeCycle, TheExecutionContextGivenLastIsDescribed) {
  start("w");
  EXPECT_FALSE(describe("w").has_latest_execution_context());
  decide({start_timer("again", 0)}, "execution_context: 'first'");
  EXPECT_EQ(event("w", 4).decision_task_completed().execution_context(), "first");
  EXPECT_EQ(describe("w").latest_execution_context(), "first");
}
TEST_F(Section5LifeCycle, AnOmittedExecutionContextLeavesTheOneBefore) {
  start("w");
  decide({start_timer("again", 0)}, "execution_context: 'first'");
  decide({});
  EXPECT_EQ(describe("w").latest_execution_context(), "first");
}
TEST_F(Section5LifeCycle, AnEmptyExecutionContextOverwritesTheOneBefore) {
  start("w");
  decide({start_timer("again", 0)}, "execution_context: 'first'");
  decide({}, "execution_context: ''");
  EXPECT_TRUE(describe("w").has_latest_execution_context());
  EXPECT_EQ(describe("w").latest_execution_context(), "");
}

// SWF: 5 and 15. The time of the latest activity is that of the last event of any activity: scheduled, started or closed.
TEST_F(Section5LifeCycle, WithoutActivitiesThereIsNoLatestActivityTime) {
  start("w");
  EXPECT_FALSE(describe("w").has_latest_activity_task_time());
}
TEST_F(Section5LifeCycle, TheLatestActivityTimeIsThatOfTheLastEventOfAnActivity) {
  const auto latest_ms = [this] { return milliseconds_of(describe("w").latest_activity_task_time()); };
  start("w");
  decide({schedule("a")});
  EXPECT_EQ(latest_ms(), time_ms("w", 5));
  const auto task = poll_activity();
  EXPECT_EQ(latest_ms(), time_ms("w", 6));
  complete_activity(task);
  EXPECT_EQ(latest_ms(), time_ms("w", 7));
  signal("w");
  EXPECT_EQ(latest_ms(), time_ms("w", 7));
}

// SWF: 2. Describe tells what is open.
TEST_F(Section5LifeCycle, OpenWorkIsCounted) {
  start("w");
  decide({schedule("a"), schedule("b"), start_timer("t")});
  poll_activity();
  EXPECT_EQ(text_of(describe("w").open_counts()), "open_activity_tasks: 2 open_timers: 1");
}

// SWF: 2. Reads of a run that does not exist are UnknownResource.
TEST_F(Section5LifeCycle, ReadsOfAnUnknownRunAreUnknownResource) {
  v1::DescribeWorkflowExecutionRequest describe;
  merge("domain: 'orders' execution { workflow_id: 'none' }", &describe);
  EXPECT_EQ(outcome(*workflows_, &Workflows::DescribeWorkflowExecution, describe).reason, "UNKNOWN_RESOURCE");
  v1::GetWorkflowExecutionHistoryRequest history;
  merge("domain: 'orders' execution { workflow_id: 'none' }", &history);
  EXPECT_EQ(outcome(*workflows_, &Workflows::GetWorkflowExecutionHistory, history).reason, "UNKNOWN_RESOURCE");
}

}  // namespace
}  // namespace baton::testing
