// Beyond SWF: reset of an execution to an earlier decision: a new run whose history is the old prefix.
#include "tests/spec/spec_test.h"

namespace baton::testing {
namespace {

class BeyondReset : public SpecTest {
 protected:
  using SpecTest::SpecTest;

  Outcome try_reset(const std::string& workflow_id, int64_t to, const std::string& fields = "") {
    const auto request = reset_request(workflow_id, to, fields);
    return outcome(*workflows_, &Workflows::ResetWorkflowExecution, request);
  }
  // The new run.
  std::string reset(const std::string& workflow_id, int64_t to, const std::string& fields = "") {
    v1::ResetWorkflowExecutionResponse response;
    const grpc::Status status = call(*workflows_, &Workflows::ResetWorkflowExecution, reset_request(workflow_id, to, fields), &response);
    EXPECT_TRUE(status.ok()) << status.error_message();
    return response.run_id();
  }
  static v1::ResetWorkflowExecutionRequest reset_request(const std::string& workflow_id, int64_t to, const std::string& fields) {
    v1::ResetWorkflowExecutionRequest request;
    request.set_domain(kDomain);
    request.set_workflow_id(workflow_id);
    request.set_decision_task_completed_event_id(to);
    merge(fields, &request);
    return request;
  }
  // Activity "a" was done, and then "b" was scheduled: decisions at events 4 and 10.
  std::string start_two_steps() {
    const std::string run = start("w");
    decide({schedule("a")});
    complete_activity(poll_activity(), "result { data: 'good' }");
    decide({schedule("b")});
    return run;
  }
};

TEST_F(BeyondReset, TheNewRunBeginsAsTheOldOneDidAndTheDecisionIsMadeAnew) {
  const std::string base = start_two_steps();
  const std::string run = reset("w", 10, "reason: 'b was wrong'");
  EXPECT_NE(run, base);
  EXPECT_EQ(history_text("w", 5),
            "5 ActivityTaskScheduled, 6 ActivityTaskStarted, 7 ActivityTaskCompleted, 8 DecisionTaskScheduled, 9 DecisionTaskStarted, "
            "10 WorkflowExecutionReset, 11 DecisionTaskScheduled");
  EXPECT_EQ(attributes("w", 10), "base_run_id: \"" + base + "\" decision_task_completed_event_id: 10 reason: \"b was wrong\" new_run_id: \"" + run + "\"");
  EXPECT_EQ(event("w", 1).workflow_execution_started().original_run_id(), base);
  EXPECT_EQ(describe("w").execution_info().execution().run_id(), run);
  const auto task = poll_decision();
  EXPECT_EQ(task.workflow_execution().run_id(), run);
  EXPECT_EQ(task.previous_started_event_id(), 3) << "of the last decision that is kept";
  EXPECT_EQ(task.events(6).activity_task_completed().result().data(), "good");
  answer(task, {complete()});
  EXPECT_EQ(describe("w").execution_info().close_status(), v1::CLOSE_STATUS_COMPLETED);
}

TEST_F(BeyondReset, TheOldRunIsTerminatedInTheSameStep) {
  const std::string base = start_two_steps();
  const auto held = poll_activity();
  const std::string run = reset("w", 10, "reason: 'b was wrong'");
  const auto info = describe("w", base).execution_info();
  EXPECT_EQ(info.close_status(), v1::CLOSE_STATUS_TERMINATED);
  v1::GetWorkflowExecutionHistoryRequest request;
  v1::GetWorkflowExecutionHistoryResponse history;
  merge("domain: 'orders' reverse_order: true maximum_page_size: 1 execution { workflow_id: 'w' run_id: '" + base + "' }", &request);
  ASSERT_TRUE(call(*workflows_, &Workflows::GetWorkflowExecutionHistory, request, &history).ok());
  const auto& terminated = history.events(0).workflow_execution_terminated();
  EXPECT_EQ(terminated.reason(), "b was wrong");
  EXPECT_EQ(terminated.details().data(), "reset to event 10 as run " + run);
  EXPECT_EQ(terminated.cause(), v1::WORKFLOW_EXECUTION_TERMINATED_CAUSE_OPERATOR_INITIATED);
  EXPECT_EQ(try_complete(held).reason, "UNKNOWN_RESOURCE") << "its work is over";
}

TEST_F(BeyondReset, AnActivityThatWasOpenIsHandedOutAgain) {
  start("w");
  decide({schedule("a"), schedule("b")});
  complete_activity(poll_activity());
  const auto held = poll_activity();
  decide({record_marker("m")});
  reset("w", 12);
  const auto again = poll_activity();
  EXPECT_EQ(again.activity_id(), "b");
  EXPECT_EQ(again.scheduled_event_id(), held.scheduled_event_id());
  EXPECT_NE(again.idempotency_key(), held.idempotency_key()) << "of another run";
  complete_activity(again);
  wait_for("w", "ActivityTaskCompleted");
  EXPECT_EQ(describe("w").open_counts().open_activity_tasks(), 0);
}

TEST_F(BeyondReset, ATimerKeepsItsTime) {
  start("w");
  decide({start_timer("t", 1'000), schedule("a")});
  complete_activity(poll_activity());
  decide({});
  reset("w", 11);
  EXPECT_GE(milliseconds_of(wait_for("w", "TimerFired").event_time()), time_ms("w", 5) + 1'000);
}

TEST_F(BeyondReset, APauseIsNotTakenOver) {
  start("w");
  const auto task = poll_decision();
  v1::PauseWorkflowExecutionRequest pause;
  merge("domain: 'orders' workflow_id: 'w'", &pause);
  EXPECT_EQ(outcome(*workflows_, &Workflows::PauseWorkflowExecution, pause).reason, "OK");
  answer(task, {});
  reset("w", 5);
  EXPECT_EQ(history_text("w", 4), "4 WorkflowExecutionPaused, 5 WorkflowExecutionReset, 6 DecisionTaskScheduled");
  EXPECT_FALSE(describe("w").has_pause());
  decide({complete()});
}

TEST_F(BeyondReset, SignalsAndCancelRequestsThatCameSinceComeAgain) {
  start("w");
  signal("w", "early");
  decide({});
  signal("w", "late", "input { data: 'i' }");
  request_cancel_workflow("w");
  decide({});
  reset("w", 5);
  EXPECT_EQ(history_text("w", 3),
            "3 WorkflowExecutionSignaled, 4 DecisionTaskStarted, 5 WorkflowExecutionReset, 6 WorkflowExecutionSignaled, "
            "7 WorkflowExecutionCancelRequested, 8 DecisionTaskScheduled");
  EXPECT_EQ(attributes("w", 6), "signal_name: \"late\" input { data: \"i\" }");
  EXPECT_TRUE(describe("w").execution_info().cancel_requested());
  v1::ListOpenWorkflowExecutionsRequest request;
  v1::ListOpenWorkflowExecutionsResponse listed;
  merge("domain: 'orders' start_time_filter { oldest_date { } }", &request);
  ASSERT_TRUE(call(*workflows_, &Workflows::ListOpenWorkflowExecutions, request, &listed).ok());
  EXPECT_TRUE(listed.execution_infos(0).cancel_requested());
}

TEST_F(BeyondReset, AClosedRunCanBeReset) {
  start_two_steps();
  terminate("w");
  reset("w", 4);
  EXPECT_EQ(history_text("w", 3), "3 DecisionTaskStarted, 4 WorkflowExecutionReset, 5 DecisionTaskScheduled");
  decide({complete()});
  reset("w", 7);
  EXPECT_EQ(history_text("w", 4),
            "4 WorkflowExecutionReset, 5 DecisionTaskScheduled, 6 DecisionTaskStarted, 7 WorkflowExecutionReset, 8 DecisionTaskScheduled");
}

TEST_F(BeyondReset, NotWhileAnotherRunIsOpen) {
  const std::string first = start_two_steps();
  terminate("w");
  const std::string second = start("w");
  const Outcome refused = try_reset("w", 4, "run_id: '" + first + "'");
  EXPECT_EQ(refused.reason, "WORKFLOW_EXECUTION_ALREADY_STARTED");
  EXPECT_THAT(refused.message, ::testing::HasSubstr(second));
  EXPECT_EQ(history_text("w"), "1 WorkflowExecutionStarted, 2 DecisionTaskScheduled");
}

TEST_F(BeyondReset, TheExecutionTimeoutCountsFromTheReset) {
  start("w", "execution_start_to_close_timeout { " + after_ms(2'000) + " }");
  decide({});
  signal("w");
  decide({start_timer("t", 1'000)});
  wait_for("w", "TimerFired");
  reset("w", 4);
  EXPECT_GE(milliseconds_of(wait_for("w", "WorkflowExecutionTimedOut").event_time()), time_ms("w", 4) + 2'000);
}

// Its parent hears that the child was terminated; the new run has no parent.
TEST_F(BeyondReset, AChildIsTerminatedForItsParent) {
  start("p");
  decide({start_child("c", "task_list { name: 'children' }")});
  wait_for("p", "ChildWorkflowExecutionStarted");
  answer(poll_decision("children"), {});
  EXPECT_TRUE(describe("c").execution_info().has_parent());
  reset("c", 4);
  wait_for("p", "ChildWorkflowExecutionTerminated");
  EXPECT_FALSE(describe("c").execution_info().has_parent());
  answer(poll_decision("children"), {complete()});
  EXPECT_EQ(describe("c").execution_info().close_status(), v1::CLOSE_STATUS_COMPLETED);
}

TEST_F(BeyondReset, OpenRequestsToOthersCannotBeTakenOver) {
  start("p");
  decide({start_child("c", "task_list { name: 'children' }")});
  wait_for("p", "ChildWorkflowExecutionStarted");
  decide({});
  const Outcome refused = try_reset("p", 9);
  EXPECT_EQ(refused.reason, "VALIDATION");
  EXPECT_EQ(refused.subject, "decision_task_completed_event_id");
  EXPECT_THAT(refused.message, ::testing::HasSubstr("children"));
  EXPECT_EQ(describe("p").execution_info().execution_status(), v1::EXECUTION_STATUS_OPEN);
  // The child ends with its parent, by the parent's child policy, and the new run may start one of its own.
  reset("p", 4);
  EXPECT_EQ(describe("p").open_counts().open_child_workflow_executions(), 0);
}

TEST_F(BeyondReset, WhatWasAnsweredIsNotAskedAgain) {
  start("other", "task_list { name: 'others' }");
  start("w");
  decide({signal_external("other")});
  wait_for("w", "ExternalWorkflowExecutionSignaled");
  decide({record_marker("m")});
  reset("w", 9);
  decide({complete()});
  EXPECT_EQ(history_text("other"), "1 WorkflowExecutionStarted, 2 DecisionTaskScheduled, 3 WorkflowExecutionSignaled");
}

TEST_F(BeyondReset, ARepeatUnderItsRequestIdIsAnsweredAsTheFirstWas) {
  start_two_steps();
  const std::string run = reset("w", 10, "request_id: 'r'");
  EXPECT_EQ(reset("w", 10, "request_id: 'r'"), run);
  decide({complete()});
  EXPECT_EQ(reset("w", 10, "request_id: 'r'"), run) << "also when it has closed";
  EXPECT_EQ(describe("w").execution_info().execution().run_id(), run);
}

TEST_F(BeyondReset, ARefusalUnderItsRequestIdStaysOne) {
  start_two_steps();
  for (int copy = 0; copy < 2; ++copy) {
    const Outcome refused = try_reset("w", 11, "request_id: 'r'");
    EXPECT_EQ(refused.reason, "VALIDATION") << copy;
    EXPECT_THAT(refused.message, ::testing::HasSubstr("decision_task_completed_event_id")) << copy;
  }
  complete_activity(poll_activity());
  EXPECT_EQ(try_reset("w", 4, "request_id: 'r'").reason, "VALIDATION") << "as it was told before";
  EXPECT_EQ(try_reset("w", 4).reason, "OK");
}

TEST_F(BeyondReset, OnlyToADecisionOfTheRun) {
  start_two_steps();
  for (const int64_t no_decision : {0, -1, 1, 5, 11, 12, 999}) {
    const Outcome refused = try_reset("w", no_decision);
    EXPECT_EQ(refused.code, grpc::StatusCode::INVALID_ARGUMENT) << no_decision;
    EXPECT_EQ(refused.subject, "decision_task_completed_event_id") << no_decision;
  }
  EXPECT_EQ(history_text("w", 11), "11 ActivityTaskScheduled");
}

TEST_F(BeyondReset, ItsFieldsHaveBounds) {
  start_two_steps();
  EXPECT_EQ(try_reset("w", 4, "reason: '" + std::string(257, 'r') + "'").subject, "reason");
  EXPECT_EQ(try_reset("w", 4, "request_id: '" + std::string(65, 'r') + "'").subject, "request_id");
  EXPECT_EQ(try_reset("w", 4, "domain: 'nowhere'").reason, "UNKNOWN_RESOURCE");
  EXPECT_EQ(try_reset("nothing", 4).reason, "UNKNOWN_RESOURCE");
  EXPECT_EQ(try_reset("w", 4, "run_id: 'no run'").reason, "UNKNOWN_RESOURCE");
  EXPECT_EQ(try_reset("w", 4, "reason: '" + std::string(256, 'r') + "'").reason, "OK");
}

core::Limits one_open_execution() {
  core::Limits limits;
  limits.open_executions = 1;
  return limits;
}

class BeyondResetInAFullDomain : public BeyondReset {
 protected:
  BeyondResetInAFullDomain() : BeyondReset("", one_open_execution()) {}
};

TEST_F(BeyondResetInAFullDomain, AnOpenRunMakesRoomAndAClosedOneNeedsIt) {
  const std::string base = "run_id: '" + start("w") + "'";
  decide({});
  reset("w", 4, base);
  terminate("w");
  start("other");
  EXPECT_EQ(try_reset("w", 4, base).reason, "LIMIT_EXCEEDED");
}

class BeyondResetDenied : public BeyondReset {
 protected:
  BeyondResetDenied() : BeyondReset("deny * ResetWorkflowExecution orders\nallow * * *") {}
};

TEST_F(BeyondResetDenied, NobodyMay) {
  start_two_steps();
  EXPECT_EQ(try_reset("w", 4).reason, "OPERATION_NOT_PERMITTED");
}

}  // namespace
}  // namespace baton::testing
