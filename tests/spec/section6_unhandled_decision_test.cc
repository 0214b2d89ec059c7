// SWF: 6, UNHANDLED_DECISION: what becomes of a closing decision when another decision task is
// queued already. And what goes beyond SWF: a close that is all or nothing.
#include "tests/spec/spec_test.h"

namespace baton::testing {
namespace {

class Section6UnhandledDecision : public SpecTest {
 protected:
  // A decision task of run "w" that is started (3), with a signal (4) and another task (5) behind it.
  v1::DecisionTask task_with_news_behind_it() {
    start("w");
    const auto task = poll_decision();
    signal("w");
    return task;
  }
  // What the answer with this closing decision added.
  std::string refused_close(const v1::Decision& close) {
    answer(task_with_news_behind_it(), {close});
    return history_text("w", 6);
  }
};

// SWF: 6. Complete, Fail or Cancel with a task queued: the ...Failed event with cause UNHANDLED_DECISION instead of the close.
TEST_F(Section6UnhandledDecision, ACompleteIsRefused) {
  EXPECT_EQ(refused_close(complete()), "6 DecisionTaskCompleted, 7 CompleteWorkflowExecutionFailed");
  EXPECT_EQ(attributes("w", 7),
            "cause: COMPLETE_WORKFLOW_EXECUTION_FAILED_CAUSE_UNHANDLED_DECISION "
            "decision_task_completed_event_id: 6");
}
TEST_F(Section6UnhandledDecision, AFailIsRefused) {
  EXPECT_EQ(refused_close(fail()), "6 DecisionTaskCompleted, 7 FailWorkflowExecutionFailed");
  EXPECT_EQ(attributes("w", 7), "cause: FAIL_WORKFLOW_EXECUTION_FAILED_CAUSE_UNHANDLED_DECISION decision_task_completed_event_id: 6");
}
TEST_F(Section6UnhandledDecision, ACancelIsRefused) {
  EXPECT_EQ(refused_close(cancel()), "6 DecisionTaskCompleted, 7 CancelWorkflowExecutionFailed");
  EXPECT_EQ(attributes("w", 7),
            "cause: CANCEL_WORKFLOW_EXECUTION_FAILED_CAUSE_UNHANDLED_DECISION "
            "decision_task_completed_event_id: 6");
}

TEST_F(Section6UnhandledDecision, AContinueAsNewIsRefused) {
  EXPECT_EQ(refused_close(continue_as_new()), "6 DecisionTaskCompleted, 7 ContinueAsNewWorkflowExecutionFailed");
  EXPECT_EQ(attributes("w", 7),
            "cause: CONTINUE_AS_NEW_WORKFLOW_EXECUTION_FAILED_CAUSE_UNHANDLED_DECISION "
            "decision_task_completed_event_id: 6");
}

// SWF: 6. The queued task is delivered next.
TEST_F(Section6UnhandledDecision, TheQueuedTaskIsDeliveredNext) {
  answer(task_with_news_behind_it(), {complete()});
  const auto next = poll_decision();
  EXPECT_EQ(history_text("w", 7), "7 CompleteWorkflowExecutionFailed, 8 DecisionTaskStarted");
  EXPECT_EQ(next.started_event_id(), 8);
  EXPECT_EQ(attributes("w", 8), R"(identity: "decider" scheduled_event_id: 5)");
}

// SWF: 6. The other decisions of the same list have taken effect.
TEST_F(Section6UnhandledDecision, TheOtherDecisionsOfTheListHaveTakenEffect) {
  answer(task_with_news_behind_it(), {schedule("a"), start_timer("t"), complete()});
  EXPECT_EQ(history_text("w", 6),
            "6 DecisionTaskCompleted, 7 ActivityTaskScheduled, 8 TimerStarted, 9 "
            "CompleteWorkflowExecutionFailed");
  EXPECT_EQ(poll_activity().activity_id(), "a");
}

// SWF: 6. ActivityTaskStarted does not count, since it schedules no decision.
TEST_F(Section6UnhandledDecision, TheStartOfAnActivityDoesNotPreventAClose) {
  start("w");
  decide({schedule("a"), start_timer("again", 0)});
  const auto task = poll_decision();
  poll_activity();
  answer(task, {complete()});
  EXPECT_EQ(history_text("w", 9),
            "9 DecisionTaskStarted, 10 ActivityTaskStarted, 11 DecisionTaskCompleted, 12 "
            "WorkflowExecutionCompleted");
}

// SWF: 6. An empty answer to the queued task wakes nobody: the decider must issue its close again.
TEST_F(Section6UnhandledDecision, AnEmptyAnswerToTheQueuedTaskWakesNobody) {
  answer(task_with_news_behind_it(), {complete()});
  decide({});
  EXPECT_EQ(history_text("w", 8), "8 DecisionTaskStarted, 9 DecisionTaskCompleted");
  EXPECT_EQ(count_pending_decisions(), 0);
}
TEST_F(Section6UnhandledDecision, TheCloseIssuedAgainIsHeeded) {
  answer(task_with_news_behind_it(), {complete()});
  decide({complete()});
  EXPECT_EQ(history_text("w", 8), "8 DecisionTaskStarted, 9 DecisionTaskCompleted, 10 WorkflowExecutionCompleted");
}

// SWF: 14, 6. A close with open activities and timers is fine; only a queued decision task prevents it. What closed while the decider
// decided is such news.
TEST_F(Section6UnhandledDecision, AnActivityThatEndsMeanwhilePreventsTheClose) {
  start("w");
  decide({schedule("a"), start_timer("again", 0)});
  const auto task = poll_decision();
  complete_activity(poll_activity());
  answer(task, {complete()});
  EXPECT_EQ(history_text("w", 10), "10 ActivityTaskStarted, 11 ActivityTaskCompleted, 12 DecisionTaskScheduled, "
                                   "13 DecisionTaskCompleted, 14 CompleteWorkflowExecutionFailed");
}

// Beyond SWF: asked for all or nothing, a refused close applies nothing of its batch and leaves no DecisionTaskCompleted.
TEST_F(Section6UnhandledDecision, AllOrNothingAppliesNothingOfARefusedClose) {
  const auto task = task_with_news_behind_it();
  const Outcome refused = try_answer(task, {schedule("a"), complete()}, "all_or_nothing_close: true execution_context: 'lost'");
  EXPECT_EQ(refused.code, grpc::StatusCode::ABORTED);
  EXPECT_EQ(refused.reason, "UNHANDLED_DECISION");
  EXPECT_EQ(history_text("w", 4), "4 WorkflowExecutionSignaled, 5 DecisionTaskScheduled");
  EXPECT_FALSE(describe("w").has_latest_execution_context());
  const auto next = poll_decision();
  EXPECT_EQ(next.previous_started_event_id(), 0);
  answer(next, {complete()}, "all_or_nothing_close: true");
  EXPECT_EQ(history_text("w", 6), "6 DecisionTaskStarted, 7 DecisionTaskCompleted, 8 WorkflowExecutionCompleted");
}

}  // namespace
}  // namespace baton::testing
