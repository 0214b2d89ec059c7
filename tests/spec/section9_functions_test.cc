// SWF: 9, functions (Lambda tasks): their calls wait for invokers, which are workers that poll for a function by its name.
#include "tests/spec/spec_test.h"

namespace baton::testing {
namespace {

class Section9Functions : public SpecTest {
 protected:
  Section9Functions() = default;
  Section9Functions(const std::string& policy, core::Limits limits) : SpecTest(policy, limits) {}

  // Run "w", which may call functions, with a call "f" of "resize", scheduled as event 5.
  void call_one(const std::string& fields = "") {
    start("w", "lambda_role: 'caller'");
    decide({call_function("f", fields)});
  }
  v1::ActivityTask poll_call(const std::string& function = "resize") { return poll_activity(function, "functions: true"); }
};

TEST_F(Section9Functions, ACallIsScheduledStartedAndCompleted) {
  call_one("input { data: 'picture' } control: 'note'");
  EXPECT_EQ(attributes("w", 5),
            "id: \"f\" name: \"resize\" control: \"note\" input { data: \"picture\" } start_to_close_timeout { after { seconds: 900 } } "
            "decision_task_completed_event_id: 4");
  const auto task = poll_call();
  EXPECT_EQ(task.function().id(), "f");
  EXPECT_EQ(task.function().name(), "resize");
  EXPECT_EQ(task.function().lambda_role(), "caller");
  EXPECT_EQ(task.input().data(), "picture");
  EXPECT_EQ(task.activity_id(), "");
  EXPECT_EQ(task.started_event_id(), 6);
  complete_activity(task, "result { data: 'small' }");
  EXPECT_EQ(history_text("w", 5), "5 LambdaFunctionScheduled, 6 LambdaFunctionStarted, 7 LambdaFunctionCompleted, 8 DecisionTaskScheduled");
  EXPECT_EQ(attributes("w", 7), "scheduled_event_id: 5 started_event_id: 6 result { data: \"small\" }");
}

// SWF: 9. A handler's error is LambdaFunctionFailed; nobody tries again.
TEST_F(Section9Functions, AFailedCallIsNotRetried) {
  call_one();
  fail_activity(poll_call(), "reason: 'Unhandled' details { data: 'stack' }");
  EXPECT_EQ(attributes("w", 7), "scheduled_event_id: 5 started_event_id: 6 reason: \"Unhandled\" details { data: \"stack\" }");
  EXPECT_TRUE(wakes_decider("w", 7));
}

// SWF: 10. Lambda start-to-close.
TEST_F(Section9Functions, ACallThatTakesTooLongTimesOut) {
  call_one("start_to_close_timeout { after { seconds: 1 } }");
  const auto task = poll_call();
  wait_for("w", "LambdaFunctionTimedOut");
  EXPECT_EQ(attributes("w", 7), "scheduled_event_id: 5 started_event_id: 6 timeout_type: LAMBDA_FUNCTION_TIMEOUT_TYPE_START_TO_CLOSE");
  EXPECT_EQ(time_ms("w", 7), time_ms("w", 6) + 1000);
  EXPECT_TRUE(wakes_decider("w", 7));
  EXPECT_EQ(try_complete(task).reason, "UNKNOWN_RESOURCE");
}

// SWF: 15. Without a role the call is scheduled, and cannot be started.
TEST_F(Section9Functions, ARunWithoutARoleCallsNothing) {
  start("w");
  decide({call_function("f")});
  EXPECT_EQ(history_text("w", 5), "5 LambdaFunctionScheduled, 6 StartLambdaFunctionFailed, 7 DecisionTaskScheduled");
  EXPECT_EQ(event("w", 6).start_lambda_function_failed().cause(), v1::START_LAMBDA_FUNCTION_FAILED_CAUSE_ASSUME_ROLE_FAILED);
  EXPECT_EQ(event("w", 6).start_lambda_function_failed().scheduled_event_id(), 5);
  EXPECT_EQ(describe("w").open_counts().open_lambda_functions(), 0);
}

// SWF: 8. Scheduled and started wake nobody.
TEST_F(Section9Functions, ScheduledAndStartedDoNotWakeTheDecider) {
  call_one();
  EXPECT_FALSE(wakes_decider("w", 5));
  poll_call();
  EXPECT_FALSE(wakes_decider("w", 6));
}

// SWF: 7. The id of an open function is taken; after its end it is free.
TEST_F(Section9Functions, TheIdOfAnOpenCallIsTakenUntilItEnds) {
  call_one();
  signal("w");
  decide({call_function("f")});
  EXPECT_EQ(event("w", 10).schedule_lambda_function_failed().cause(),
            v1::SCHEDULE_LAMBDA_FUNCTION_FAILED_CAUSE_ID_ALREADY_IN_USE);
  complete_activity(poll_call());
  decide({call_function("f")});
  EXPECT_EQ(describe("w").open_counts().open_lambda_functions(), 1);
}

// A function's queue, an activity list and a decision list of one name are three.
TEST_F(Section9Functions, AFunctionHasAQueueOfItsOwn) {
  start("w", "lambda_role: 'caller'");
  decide({call_function("f"), schedule("a", "task_list { name: 'resize' }")});
  EXPECT_EQ(count_pending_activities("resize"), 1);
  EXPECT_EQ(poll_activity("resize").activity_id(), "a");
  EXPECT_EQ(count_pending_activities("resize"), 0);
  EXPECT_EQ(poll_call().function().id(), "f");
}

// The ids of activities and of functions are two sets: a cancel request is for an activity.
TEST_F(Section9Functions, ACallCannotBeCanceled) {
  call_one();
  const auto task = poll_call();
  signal("w");
  decide({request_cancel("f")});
  EXPECT_EQ(event("w", 11).request_cancel_activity_task_failed().cause(),
            v1::REQUEST_CANCEL_ACTIVITY_TASK_FAILED_CAUSE_ACTIVITY_ID_UNKNOWN);
  EXPECT_EQ(try_cancel(task).reason, "CANCEL_NOT_REQUESTED");
  EXPECT_FALSE(heartbeat(task, "details { data: 'half' }"));
  complete_activity(task);
}

TEST_F(Section9Functions, DescribeShowsTheCallsThatAreOpen) {
  call_one();
  auto shown = describe("w");
  EXPECT_EQ(shown.open_counts().open_lambda_functions(), 1);
  EXPECT_EQ(shown.open_counts().open_activity_tasks(), 0);
  ASSERT_EQ(shown.pending_functions_size(), 1);
  EXPECT_EQ(shown.pending_functions(0).state(), v1::TASK_STATE_SCHEDULED);
  EXPECT_FALSE(shown.has_latest_activity_task_time());
  poll_call();
  shown = describe("w");
  EXPECT_EQ(shown.pending_functions(0).id(), "f");
  EXPECT_EQ(shown.pending_functions(0).name(), "resize");
  EXPECT_EQ(shown.pending_functions(0).state(), v1::TASK_STATE_STARTED);
  EXPECT_EQ(shown.pending_functions(0).started_event_id(), 6);
  EXPECT_EQ(shown.pending_functions(0).identity(), "worker");
}

// SWF: 5. Open work does not stop a close, and its answer comes too late.
TEST_F(Section9Functions, AnOpenCallEndsWithItsRun) {
  call_one();
  const auto task = poll_call();
  signal("w");
  decide({complete()});
  EXPECT_EQ(try_complete(task).reason, "UNKNOWN_RESOURCE");
}

// SWF: 1, 9. 1 to 900 s, and a name of at most 64 characters.
TEST_F(Section9Functions, ItsFieldsHaveBounds) {
  start("w", "lambda_role: 'caller'");
  const auto task = poll_decision();
  const auto refused = [&](const std::string& fields) { return try_answer(task, {call_function("f", fields)}).subject; };
  const std::string timeout = "decisions[0].schedule_lambda_function.start_to_close_timeout";
  EXPECT_EQ(refused("start_to_close_timeout { " + after_ms(999) + " }"), timeout);
  EXPECT_EQ(refused("start_to_close_timeout { " + after_ms(900'001) + " }"), timeout);
  EXPECT_EQ(refused("start_to_close_timeout { none: true }"), timeout);
  EXPECT_EQ(refused("name: '" + std::string(65, 'n') + "'"), "decisions[0].schedule_lambda_function.name");
  EXPECT_EQ(refused("name: ''"), "decisions[0].schedule_lambda_function.name");
  EXPECT_EQ(refused("id: ''"), "decisions[0].schedule_lambda_function.id");
  EXPECT_EQ(refused("input { data: '" + std::string(32'769, 'x') + "' }"), "decisions[0].schedule_lambda_function.input");
  answer(task, {call_function("f", "start_to_close_timeout { " + after_ms(900'000) + " } name: '" + std::string(64, 'n') + "'"),
                call_function("g", "start_to_close_timeout { " + after_ms(1'000) + " } input { data: '" + std::string(32'768, 'x') + "' }")});
  EXPECT_EQ(history_text("w", 5), "5 LambdaFunctionScheduled, 6 LambdaFunctionScheduled");
}

class Section9FunctionLimits : public Section9Functions {
 protected:
  Section9FunctionLimits() : Section9Functions("allow * StartWorkflowExecution *\nallow * * *", {.open_lambda_functions = 1}) {}
};
TEST_F(Section9FunctionLimits, SoManyCallsAreOpenAndNotOneMore) {
  start("w", "lambda_role: 'caller'");
  decide({call_function("f"), call_function("g")});
  EXPECT_EQ(event("w", 6).schedule_lambda_function_failed().cause(),
            v1::SCHEDULE_LAMBDA_FUNCTION_FAILED_CAUSE_OPEN_LAMBDA_FUNCTIONS_LIMIT_EXCEEDED);
  EXPECT_TRUE(wakes_decider("w", 6));
}

class Section9DeniedFunctions : public Section9Functions {
 protected:
  Section9DeniedFunctions() : Section9Functions("deny * ScheduleLambdaFunction *\nallow * * *", {}) {}
};
// SWF has no cause for it (facts.md §14, 17).
TEST_F(Section9DeniedFunctions, WhoMayNotCallFunctionsHearsThatThereAreNone) {
  start("w", "lambda_role: 'caller'");
  decide({call_function("f")});
  EXPECT_EQ(event("w", 5).schedule_lambda_function_failed().cause(),
            v1::SCHEDULE_LAMBDA_FUNCTION_FAILED_CAUSE_LAMBDA_SERVICE_NOT_AVAILABLE_IN_REGION);
}

}  // namespace
}  // namespace baton::testing
