// Beyond SWF: pause and resume of an execution, with a reason, as events.
#include "tests/spec/spec_test.h"

namespace baton::testing {
namespace {

class BeyondPause : public SpecTest {
 protected:
  Outcome try_pause(const std::string& workflow_id, const std::string& fields = "") {
    v1::PauseWorkflowExecutionRequest request;
    request.set_domain(kDomain);
    request.set_workflow_id(workflow_id);
    merge(fields, &request);
    return outcome(*workflows_, &Workflows::PauseWorkflowExecution, request);
  }
  Outcome try_resume(const std::string& workflow_id, const std::string& fields = "") {
    v1::ResumeWorkflowExecutionRequest request;
    request.set_domain(kDomain);
    request.set_workflow_id(workflow_id);
    merge(fields, &request);
    return outcome(*workflows_, &Workflows::ResumeWorkflowExecution, request);
  }
  void pause(const std::string& workflow_id, const std::string& fields = "") { EXPECT_EQ(try_pause(workflow_id, fields).reason, "OK"); }
  void resume(const std::string& workflow_id, const std::string& fields = "") { EXPECT_EQ(try_resume(workflow_id, fields).reason, "OK"); }
};

TEST_F(BeyondPause, APausedRunHandsOutNoDecisionTaskUntilItIsResumed) {
  start("w");
  pause("w", "reason: 'the bank is closed'");
  EXPECT_EQ(count_pending_decisions(), 0);
  start("other");
  EXPECT_EQ(poll_decision().workflow_execution().workflow_id(), "other");
  resume("w", "reason: 'it is open'");
  EXPECT_EQ(poll_decision().workflow_execution().workflow_id(), "w");
  EXPECT_EQ(history_text("w", 3), "3 WorkflowExecutionPaused, 4 WorkflowExecutionResumed, 5 DecisionTaskStarted");
  EXPECT_EQ(attributes("w", 3), "reason: \"the bank is closed\"");
  EXPECT_EQ(attributes("w", 4), "reason: \"it is open\"");
}

TEST_F(BeyondPause, APausedRunHandsOutNoActivityUntilItIsResumed) {
  start("w");
  decide({schedule("a"), schedule("b")});
  EXPECT_EQ(count_pending_activities(), 2);
  pause("w");
  EXPECT_EQ(count_pending_activities(), 0);
  resume("w");
  EXPECT_EQ(count_pending_activities(), 2);
  EXPECT_EQ(poll_activity().activity_id(), "a");
}

// What is out goes on and is recorded; what follows from it waits.
TEST_F(BeyondPause, WhoeverHasATaskFinishesIt) {
  start("w");
  decide({schedule("a"), schedule("b")});
  const auto activity = poll_activity();
  pause("w");
  complete_activity(activity);
  signal("w");
  EXPECT_EQ(history_text("w", 8),
            "8 WorkflowExecutionPaused, 9 ActivityTaskCompleted, 10 DecisionTaskScheduled, 11 WorkflowExecutionSignaled");
  EXPECT_EQ(count_pending_decisions(), 0);
  resume("w");
  EXPECT_EQ(poll_decision().events().size(), 13);
}

TEST_F(BeyondPause, ADeciderThatHasItsTaskAnswersIt) {
  start("w");
  const auto task = poll_decision();
  pause("w");
  answer(task, {schedule("a")});
  EXPECT_EQ(count_pending_activities(), 0);
  resume("w");
  EXPECT_EQ(poll_activity().activity_id(), "a");
}

TEST_F(BeyondPause, TimersFireMeanwhile) {
  start("w");
  decide({start_timer("t", 10)});
  pause("w");
  wait_for("w", "TimerFired");
  EXPECT_EQ(count_pending_decisions(), 0);
  resume("w");
  decide({complete()});
}

// They tell nothing that the decider must act on.
TEST_F(BeyondPause, PausedAndResumedDoNotWakeTheDecider) {
  start("w");
  decide({});
  pause("w");
  EXPECT_FALSE(wakes_decider("w", 5));
  resume("w");
  EXPECT_FALSE(wakes_decider("w", 6));
}

TEST_F(BeyondPause, DescribeSaysSinceWhenAndWhy) {
  start("w");
  EXPECT_FALSE(describe("w").has_pause());
  pause("w", "reason: 'the bank is closed'");
  EXPECT_EQ(describe("w").pause().reason(), "the bank is closed");
  EXPECT_EQ(milliseconds_of(describe("w").pause().since()), time_ms("w", 3));
  resume("w");
  EXPECT_FALSE(describe("w").has_pause());
}

TEST_F(BeyondPause, ASecondPauseAndAResumptionOfWhatRunsAreRefused) {
  start("w");
  const Outcome not_paused = try_resume("w");
  EXPECT_EQ(not_paused.reason, "EXECUTION_NOT_PAUSED");
  EXPECT_EQ(not_paused.code, grpc::StatusCode::FAILED_PRECONDITION);
  pause("w");
  const Outcome paused = try_pause("w");
  EXPECT_EQ(paused.reason, "EXECUTION_PAUSED");
  EXPECT_EQ(paused.code, grpc::StatusCode::FAILED_PRECONDITION);
  EXPECT_EQ(history_text("w", 3), "3 WorkflowExecutionPaused");
}

// Sent again under its request id it is answered as the first was.
TEST_F(BeyondPause, ARepeatIsOnePause) {
  start("w");
  pause("w", "request_id: 'p'");
  pause("w", "request_id: 'p'");
  resume("w", "request_id: 'r'");
  resume("w", "request_id: 'r'");
  EXPECT_EQ(history_text("w", 3), "3 WorkflowExecutionPaused, 4 WorkflowExecutionResumed");
}

TEST_F(BeyondPause, APausedRunCanBeTerminatedAndClosedByItsDecider) {
  start("w");
  pause("w");
  terminate("w");
  EXPECT_EQ(try_resume("w").reason, "UNKNOWN_RESOURCE");
  start("v");
  const auto task = poll_decision();
  pause("v");
  answer(task, {complete()});
  EXPECT_EQ(describe("v").execution_info().close_status(), v1::CLOSE_STATUS_COMPLETED);
}

TEST_F(BeyondPause, ItsFieldsHaveBounds) {
  start("w");
  EXPECT_EQ(try_pause("w", "reason: '" + std::string(257, 'r') + "'").subject, "reason");
  EXPECT_EQ(try_pause("w", "request_id: '" + std::string(65, 'r') + "'").subject, "request_id");
  EXPECT_EQ(try_pause("w", "domain: 'nowhere'").reason, "UNKNOWN_RESOURCE");
  EXPECT_EQ(try_pause("nothing").reason, "UNKNOWN_RESOURCE");
  EXPECT_EQ(try_pause("w", "run_id: 'no run'").reason, "UNKNOWN_RESOURCE");
  pause("w", "reason: '" + std::string(256, 'r') + "'");
  EXPECT_EQ(try_resume("w", "reason: '" + std::string(257, 'r') + "'").subject, "reason");
}

}  // namespace
}  // namespace baton::testing
