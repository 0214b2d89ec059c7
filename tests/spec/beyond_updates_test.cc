// Beyond SWF: an update is a signal that is answered.
#include <future>

#include "tests/spec/spec_test.h"

namespace baton::testing {
namespace {

// A call that waits, made beside the test.
struct Updated {
  Outcome outcome;
  v1::UpdateWorkflowExecutionResponse response;
};

class BeyondUpdates : public SpecTest {
 protected:
  using SpecTest::SpecTest;

  static v1::UpdateWorkflowExecutionRequest request_of(const std::string& workflow_id, const std::string& update_id, const std::string& fields) {
    v1::UpdateWorkflowExecutionRequest request;
    request.set_domain(kDomain);
    request.set_workflow_id(workflow_id);
    request.set_update_name("add_item");
    request.set_request_id(update_id);
    merge(fields, &request);
    return request;
  }
  Updated update(const std::string& workflow_id, const std::string& update_id, const std::string& fields = "") {
    Updated updated;
    updated.outcome = outcome_of(
        call(*workflows_, &Workflows::UpdateWorkflowExecution, request_of(workflow_id, update_id, fields), &updated.response));
    return updated;
  }
  std::future<Updated> begin_update(const std::string& workflow_id, const std::string& update_id, const std::string& fields = "") {
    return std::async(std::launch::async, [=, this] { return update(workflow_id, update_id, fields); });
  }
  // Run "w" whose decider has answered once, and an update that waits.
  std::future<Updated> begin_with_update(const std::string& update_id, const std::string& fields = "") {
    start("w");
    decide({});
    auto updating = begin_update("w", update_id, fields);
    wait_for("w", "WorkflowExecutionSignaled");
    return updating;
  }
};

TEST_F(BeyondUpdates, AnUpdateIsASignalWithAnIdAndWaitsForItsAnswer) {
  auto updating = begin_with_update("u1", "input { data: 'apple' } headers { key: 'trace' value { data: 't' } }");
  EXPECT_EQ(history_text("w", 5), "5 WorkflowExecutionSignaled, 6 DecisionTaskScheduled");
  EXPECT_EQ(attributes("w", 5),
            R"(signal_name: "add_item" input { data: "apple" } headers { key: "trace" value { data: "t" } } update_id: "u1")");
  decide({answer_update("u1")});
  const Updated updated = updating.get();
  EXPECT_EQ(updated.outcome.reason, "OK");
  EXPECT_EQ(updated.response.run_id(), describe("w").execution_info().execution().run_id());
  EXPECT_EQ(updated.response.reply().completed().result().data(), "done");
  EXPECT_EQ(history_text("w", 8), "8 DecisionTaskCompleted, 9 WorkflowExecutionUpdateAnswered");
  EXPECT_EQ(attributes("w", 9),
            R"(update_id: "u1" signaled_event_id: 5 reply { completed { result { data: "done" } } } decision_task_completed_event_id: 8)");
}

TEST_F(BeyondUpdates, ADeciderMayRejectOrFailIt) {
  auto rejected = begin_with_update("u1");
  decide({answer_update("u1", "failed { rejected: true reason: 'NO_SUCH_ITEM' details { data: 'pear' } }")});
  EXPECT_EQ(rejected.get().response.reply().ShortDebugString(),
            R"(failed { rejected: true reason: "NO_SUCH_ITEM" details { data: "pear" } })");
  auto failed = begin_update("w", "u2");
  decide({answer_update("u2", "failed { reason: 'SOLD_OUT' }")});
  EXPECT_EQ(failed.get().response.reply().ShortDebugString(), R"(failed { reason: "SOLD_OUT" })");
}

TEST_F(BeyondUpdates, WithoutAResultItIsAnsweredAllTheSame) {
  auto updating = begin_with_update("u1");
  decide({answer_update("u1", "completed {}")});
  const Updated updated = updating.get();
  EXPECT_TRUE(updated.response.reply().has_completed());
  EXPECT_FALSE(updated.response.reply().completed().has_result());
}

TEST_F(BeyondUpdates, AnAnswerThatTakesLongerIsWaitedForByTheSameCall) {
  start("w");
  decide({});
  const Updated first = update("w", "u1", "wait { nanos: 1000000 }");
  EXPECT_EQ(first.outcome.reason, "OK");
  EXPECT_FALSE(first.response.has_reply());
  EXPECT_EQ(first.response.run_id(), describe("w").execution_info().execution().run_id());
  decide({});
  auto again = begin_update("w", "u1");
  signal("w");
  decide({answer_update("u1")});
  EXPECT_EQ(again.get().response.reply().completed().result().data(), "done");
  EXPECT_EQ(update("w", "u1").response.reply().completed().result().data(), "done");
  EXPECT_EQ(history_text("w", 8), "8 DecisionTaskCompleted, 9 WorkflowExecutionSignaled, 10 DecisionTaskScheduled, 11 DecisionTaskStarted, "
                                  "12 DecisionTaskCompleted, 13 WorkflowExecutionUpdateAnswered");
}

TEST_F(BeyondUpdates, WithoutAWaitItIsRecordedOnly) {
  start("w");
  decide({});
  EXPECT_FALSE(update("w", "u1", "wait {}").response.has_reply());
  EXPECT_EQ(history_text("w", 5), "5 WorkflowExecutionSignaled, 6 DecisionTaskScheduled");
}

TEST_F(BeyondUpdates, TheAnswerOutlivesTheRun) {
  auto updating = begin_with_update("u1");
  decide({answer_update("u1"), complete()});
  EXPECT_EQ(updating.get().response.reply().completed().result().data(), "done");
  EXPECT_EQ(update("w", "u1").response.reply().completed().result().data(), "done");
}

TEST_F(BeyondUpdates, ARunThatClosesWithoutAnAnswerSaysSo) {
  auto updating = begin_with_update("u1");
  terminate("w");
  const Updated updated = updating.get();
  EXPECT_EQ(updated.outcome.reason, "UPDATE_UNANSWERED");
  EXPECT_EQ(updated.outcome.code, grpc::StatusCode::FAILED_PRECONDITION);
  EXPECT_THAT(updated.outcome.message, ::testing::HasSubstr("closed before its decider answered update u1"));
  EXPECT_EQ(update("w", "u1").outcome.reason, "UPDATE_UNANSWERED");
  EXPECT_EQ(update("w", "u2").outcome.reason, "UNKNOWN_RESOURCE");
}

TEST_F(BeyondUpdates, ADeciderThatHasNotSeenItCannotClose) {
  start("w");
  const auto task = poll_decision();
  auto updating = begin_update("w", "u1");
  wait_for("w", "WorkflowExecutionSignaled");
  answer(task, {complete()});
  EXPECT_EQ(history_text("w", 6), "6 DecisionTaskCompleted, 7 CompleteWorkflowExecutionFailed");
  decide({answer_update("u1"), complete()});
  EXPECT_EQ(updating.get().response.reply().completed().result().data(), "done");
}

TEST_F(BeyondUpdates, EachIsAnsweredOnce) {
  auto updating = begin_with_update("u1");
  decide({answer_update("u1"), answer_update("u1", "failed { reason: 'NO' }"), answer_update("u7")});
  EXPECT_EQ(updating.get().response.reply().completed().result().data(), "done");
  EXPECT_EQ(history_text("w", 9), "9 WorkflowExecutionUpdateAnswered, 10 AnswerUpdateFailed, 11 AnswerUpdateFailed, 12 DecisionTaskScheduled");
  EXPECT_EQ(attributes("w", 10), R"(update_id: "u1" cause: ANSWER_UPDATE_FAILED_CAUSE_UPDATE_ID_UNKNOWN decision_task_completed_event_id: 8)");
}

TEST_F(BeyondUpdates, DescribeShowsWhatWaits) {
  auto updating = begin_with_update("u1");
  const auto description = describe("w");
  EXPECT_EQ(description.open_counts().open_updates(), 1);
  ASSERT_EQ(description.pending_updates_size(), 1);
  EXPECT_EQ(description.pending_updates(0).update_id(), "u1");
  EXPECT_EQ(description.pending_updates(0).update_name(), "add_item");
  EXPECT_EQ(description.pending_updates(0).signaled_event_id(), 5);
  EXPECT_EQ(milliseconds_of(description.pending_updates(0).signaled_time()), time_ms("w", 5));
  decide({answer_update("u1")});
  updating.get();
  EXPECT_EQ(describe("w").open_counts().open_updates(), 0);
  EXPECT_EQ(describe("w").pending_updates_size(), 0);
}

TEST_F(BeyondUpdates, ItNeedsAnIdANameAndABoundedWait) {
  start("w");
  EXPECT_EQ(update("w", "").outcome.subject, "request_id");
  EXPECT_EQ(update("w", "u", "update_name: 'a:b'").outcome.subject, "update_name");
  EXPECT_EQ(update("w", "u", "wait { seconds: 61 }").outcome.subject, "wait");
  EXPECT_EQ(update("w", "u", "wait { seconds: -1 }").outcome.subject, "wait");
  EXPECT_EQ(update("w", "u", "run_id: 'nonsense'").outcome.reason, "UNKNOWN_RESOURCE");
  EXPECT_EQ(update("nobody", "u").outcome.reason, "UNKNOWN_RESOURCE");
  EXPECT_EQ(history_text("w"), "1 WorkflowExecutionStarted, 2 DecisionTaskScheduled");
}

TEST_F(BeyondUpdates, AnAnswerNeedsAnOutcomeWithinItsBounds) {
  auto updating = begin_with_update("u1");
  const auto task = poll_decision();
  EXPECT_EQ(try_answer(task, {answer_update("u1", "")}).subject, "decisions[0].answer_update.reply");
  EXPECT_EQ(try_answer(task, {answer_update("")}).subject, "decisions[0].answer_update.update_id");
  EXPECT_EQ(try_answer(task, {answer_update("u1", "failed { reason: '" + std::string(257, 'x') + "' }")}).subject,
            "decisions[0].answer_update.reply.failed.reason");
  answer(task, {answer_update("u1")});
  EXPECT_EQ(updating.get().outcome.reason, "OK");
}

// The thousand that wait are as many as a run may have.
TEST_F(BeyondUpdates, AThousandMayWait) {
  start("w");
  for (int i = 0; i < 1'000; ++i) ASSERT_EQ(update("w", "u" + std::to_string(i), "wait {}").outcome.reason, "OK");
  const Updated one_more = update("w", "one more", "wait {}");
  EXPECT_EQ(one_more.outcome.reason, "LIMIT_EXCEEDED");
  EXPECT_TRUE(one_more.outcome.has_retry_info);
  decide({answer_update("u17")});
  EXPECT_EQ(update("w", "one more", "wait {}").outcome.reason, "OK");
}

TEST_F(BeyondUpdates, TheRunThatAResetBeginsIsAskedAgain) {
  auto updating = begin_with_update("u1");
  decide({answer_update("u1")});
  updating.get();
  v1::ResetWorkflowExecutionRequest request;
  request.set_domain(kDomain);
  request.set_workflow_id("w");
  request.set_run_id(describe("w").execution_info().execution().run_id());
  request.set_decision_task_completed_event_id(4);
  EXPECT_EQ(outcome(*workflows_, &Workflows::ResetWorkflowExecution, request).reason, "OK");
  EXPECT_EQ(describe("w").pending_updates_size(), 1);
  decide({answer_update("u1", "failed { reason: 'NOT_NOW' }")});
  EXPECT_EQ(describe("w").pending_updates_size(), 0);
  // Its sender was answered by the run that it was sent to.
  EXPECT_EQ(update("w", "u1").response.reply().completed().result().data(), "done");
}

class BeyondUpdatesPolicy : public BeyondUpdates {
 protected:
  BeyondUpdatesPolicy() : BeyondUpdates("deny * AnswerUpdate *\nallow * * *\n") {}
};

TEST_F(BeyondUpdatesPolicy, WhoMayNotAnswerIsRefusedInTheHistory) {
  auto updating = begin_with_update("u1", "wait { nanos: 1000000 }");
  decide({answer_update("u1")});
  EXPECT_EQ(attributes("w", 9), R"(update_id: "u1" cause: ANSWER_UPDATE_FAILED_CAUSE_OPERATION_NOT_PERMITTED decision_task_completed_event_id: 8)");
  EXPECT_TRUE(wakes_decider("w", 9));
  EXPECT_FALSE(updating.get().response.has_reply());
}

}  // namespace
}  // namespace baton::testing
