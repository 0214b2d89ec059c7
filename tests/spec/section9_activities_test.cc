// SWF: 9, activities: hand-out, answers, heartbeats, cancels.
#include "tests/spec/spec_test.h"

namespace baton::testing {
namespace {

class Section9Activities : public SpecTest {
 protected:
  // Run "w" with activity "a", scheduled as event 5 and started as event 6.
  v1::ActivityTask start_one(const std::string& fields = "") {
    start("w");
    decide({schedule("a", fields)});
    return poll_activity();
  }
  // The same, with a timer of 100 ms.
  v1::ActivityTask start_one_beside_a_timer(const std::string& fields) {
    start("w");
    decide({schedule("a", fields), start_timer("t", 100)});
    return poll_activity();
  }
  // As start_one(), and its cancel requested as event 11.
  v1::ActivityTask start_one_and_request_its_cancel() {
    auto task = start_one();
    signal("w");
    decide({request_cancel("a")});
    return task;
  }
};

// SWF: 9. Open is from scheduled until closed, also while a worker has it.
TEST_F(Section9Activities, AnActivityIsOpenFromScheduledUntilClosed) {
  start("w");
  decide({schedule("a")});
  EXPECT_EQ(describe("w").open_counts().open_activity_tasks(), 1);
  const auto task = poll_activity();
  EXPECT_EQ(describe("w").open_counts().open_activity_tasks(), 1);
  complete_activity(task);
  EXPECT_EQ(describe("w").open_counts().open_activity_tasks(), 0);
}

// SWF: 9. Delivered at most once per schedule.
TEST_F(Section9Activities, ATaskIsDeliveredOnce) {
  start_one();
  EXPECT_EQ(count_pending_activities(), 0);
  signal("w");
  decide({schedule("b")});
  EXPECT_EQ(poll_activity().activity_id(), "b");
}

// SWF: 9. The service never retries an activity itself: a retry is a new decision.
TEST_F(Section9Activities, AFailedActivityIsNotRetried) {
  fail_activity(start_one());
  EXPECT_EQ(history_text("w", 7), "7 ActivityTaskFailed, 8 DecisionTaskScheduled");
  EXPECT_EQ(count_pending_activities(), 0);
}
TEST_F(Section9Activities, AnActivityThatTimedOutIsNotRetried) {
  start_one("start_to_close_timeout { " + after_ms(20) + " }");
  wait_for("w", "ActivityTaskTimedOut");
  EXPECT_EQ(history_text("w", 7), "7 ActivityTaskTimedOut, 8 DecisionTaskScheduled");
  EXPECT_EQ(count_pending_activities(), 0);
}

// SWF: 9 and 2. The first closing call wins; a later, other one is UnknownResource. The same one sent again is answered as the
// first was.
TEST_F(Section9Activities, TheFirstClosingCallWins) {
  const auto task = start_one();
  complete_activity(task, "result { data: 'first' }");
  EXPECT_EQ(try_fail(task).reason, "UNKNOWN_RESOURCE");
  EXPECT_EQ(try_complete(task, "result { data: 'second' }").reason, "OK");
  EXPECT_EQ(history_text("w", 7), "7 ActivityTaskCompleted, 8 DecisionTaskScheduled");
  EXPECT_EQ(event("w", 7).activity_task_completed().result().data(), "first");
}

// SWF: 9. An answer after the timeout is UnknownResource.
TEST_F(Section9Activities, AnAnswerAfterTheTimeoutIsUnknownResource) {
  const auto task = start_one("start_to_close_timeout { " + after_ms(20) + " }");
  wait_for("w", "ActivityTaskTimedOut");
  EXPECT_EQ(try_complete(task).reason, "UNKNOWN_RESOURCE");
  EXPECT_EQ(try_fail(task).reason, "UNKNOWN_RESOURCE");
  EXPECT_EQ(try_heartbeat(task).reason, "UNKNOWN_RESOURCE");
  EXPECT_EQ(history_text("w", 7), "7 ActivityTaskTimedOut, 8 DecisionTaskScheduled");
}

// SWF: 9. What the worker gets: token, activity id, startedEventId, execution, type, input; no control.
TEST_F(Section9Activities, AWorkerGetsItsTaskWithoutTheControl) {
  const auto task = start_one("input { data: 'in' } control: 'mine'");
  EXPECT_FALSE(task.task_token().empty());
  EXPECT_LE(task.task_token().size(), 1024U);
  EXPECT_EQ(task.activity_id(), "a");
  EXPECT_EQ(task.started_event_id(), 6);
  EXPECT_EQ(task.workflow_execution().workflow_id(), "w");
  EXPECT_EQ(text_of(task.activity_type()), R"(name: "charge" version: "1")");
  EXPECT_EQ(task.input().data(), "in");
  EXPECT_EQ(text_of(task).find("mine"), std::string::npos);
}

// SWF: 1. The token is all that is needed to answer, and may be handed to another process.
TEST_F(Section9Activities, ATokenMayBeHandedToAnotherProcess) {
  const std::string token = start_one().task_token();
  v1::ActivityTask elsewhere;
  elsewhere.set_task_token(token);
  complete_activity(elsewhere);
  EXPECT_EQ(history_text("w", 7), "7 ActivityTaskCompleted, 8 DecisionTaskScheduled");
}

// SWF: 9, heartbeat. It writes no event.
TEST_F(Section9Activities, AHeartbeatWritesNoEvent) {
  const auto task = start_one();
  EXPECT_FALSE(heartbeat(task, "details { data: 'half' }"));
  EXPECT_EQ(history_text("w", 6), "6 ActivityTaskStarted");
}

// SWF: 9, heartbeat. It resets the heartbeat clock: the timeout counts from the last one.
TEST_F(Section9Activities, AHeartbeatResetsTheHeartbeatClock) {
  const auto task = start_one_beside_a_timer("heartbeat_timeout { " + after_ms(500) + " }");
  const int64_t fired_ms = milliseconds_of(wait_for("w", "TimerFired").event_time());
  heartbeat(task);
  const auto timed_out = wait_for("w", "ActivityTaskTimedOut");
  EXPECT_EQ(timed_out.activity_task_timed_out().timeout_type(), v1::ACTIVITY_TASK_TIMEOUT_TYPE_HEARTBEAT);
  EXPECT_GE(milliseconds_of(timed_out.event_time()), fired_ms + 500);
}

// SWF: 9, heartbeat. It does not extend start-to-close.
TEST_F(Section9Activities, AHeartbeatDoesNotExtendStartToClose) {
  const auto task =
      start_one_beside_a_timer("start_to_close_timeout { " + after_ms(500) + " } heartbeat_timeout { after { seconds: 9 } }");
  const auto started = wait_for("w", "ActivityTaskStarted");
  wait_for("w", "TimerFired");
  heartbeat(task);
  const auto timed_out = wait_for("w", "ActivityTaskTimedOut");
  EXPECT_EQ(timed_out.activity_task_timed_out().timeout_type(), v1::ACTIVITY_TASK_TIMEOUT_TYPE_START_TO_CLOSE);
  EXPECT_EQ(milliseconds_of(timed_out.event_time()), milliseconds_of(started.event_time()) + 500);
}

// SWF: 1 and 9, heartbeat. Details have at most 2,048.
TEST_F(Section9Activities, TheDetailsOfAHeartbeatAreBounded) {
  const auto task = start_one();
  EXPECT_EQ(try_heartbeat(task, "details { data: '" + std::string(2049, 'x') + "' }").subject, "details");
  heartbeat(task, "details { data: '" + std::string(2048, 'x') + "' }");
}

// SWF: 9, heartbeat. cancelRequested stays true from the moment ActivityTaskCancelRequested was written.
TEST_F(Section9Activities, AHeartbeatTellsThatACancelWasRequested) {
  const auto task = start_one();
  EXPECT_FALSE(heartbeat(task));
  signal("w");
  decide({request_cancel("a")});
  EXPECT_TRUE(heartbeat(task));
  EXPECT_TRUE(heartbeat(task));
}

// SWF: 9, cancel. Not started: requested, canceled without a started id, and the decider is called.
TEST_F(Section9Activities, ATaskThatIsNotStartedIsCanceledAtOnce) {
  start("w");
  decide({schedule("a"), request_cancel("a")});
  EXPECT_EQ(history_text("w", 6), "6 ActivityTaskCancelRequested, 7 ActivityTaskCanceled, 8 DecisionTaskScheduled");
  EXPECT_EQ(count_pending_activities(), 0);
}

// SWF: 9, cancel. Started: only the request; the worker may answer Canceled, or still Completed or Failed, or ignore it.
TEST_F(Section9Activities, AStartedTaskIsOnlyAskedToCancel) {
  start_one_and_request_its_cancel();
  EXPECT_EQ(history_text("w", 10), "10 DecisionTaskCompleted, 11 ActivityTaskCancelRequested");
}
TEST_F(Section9Activities, AWorkerMayAnswerCanceledAfterTheRequest) {
  cancel_activity(start_one_and_request_its_cancel());
  EXPECT_EQ(history_text("w", 12), "12 ActivityTaskCanceled, 13 DecisionTaskScheduled");
}
TEST_F(Section9Activities, AWorkerMayStillCompleteAfterTheRequest) {
  complete_activity(start_one_and_request_its_cancel());
  EXPECT_EQ(history_text("w", 12), "12 ActivityTaskCompleted, 13 DecisionTaskScheduled");
}
TEST_F(Section9Activities, AWorkerMayStillFailAfterTheRequest) {
  fail_activity(start_one_and_request_its_cancel());
  EXPECT_EQ(history_text("w", 12), "12 ActivityTaskFailed, 13 DecisionTaskScheduled");
}

// SWF: 2. Canceled is answered only after a cancel request.
TEST_F(Section9Activities, CanceledWithoutARequestIsRefused) {
  const auto task = start_one();
  const Outcome refused = try_cancel(task);
  EXPECT_EQ(refused.code, grpc::StatusCode::FAILED_PRECONDITION);
  EXPECT_EQ(refused.reason, "CANCEL_NOT_REQUESTED");
  EXPECT_EQ(history_text("w", 6), "6 ActivityTaskStarted");
  complete_activity(task);
}

// SWF: 9, cancel. Repeated requests are allowed; the id of the last one is reported.
TEST_F(Section9Activities, TheLastOfRepeatedCancelRequestsIsReported) {
  const auto task = start_one();
  signal("w");
  decide({request_cancel("a"), request_cancel("a")});
  cancel_activity(task);
  EXPECT_EQ(event("w", 13).activity_task_canceled().latest_cancel_requested_event_id(), 12);
}

// SWF: 9. A closed activity cannot be canceled.
TEST_F(Section9Activities, ACancelOfAClosedActivityFails) {
  complete_activity(start_one());
  decide({request_cancel("a")});
  EXPECT_EQ(event("w", 11).request_cancel_activity_task_failed().cause(),
            v1::REQUEST_CANCEL_ACTIVITY_TASK_FAILED_CAUSE_ACTIVITY_ID_UNKNOWN);
}

}  // namespace
}  // namespace baton::testing
