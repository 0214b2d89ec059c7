// Beyond SWF (9: the service never retries an activity itself): a retry policy given with the decision.
#include "tests/spec/spec_test.h"

namespace baton::testing {
namespace {

class Section9ActivityRetry : public SpecTest {
 protected:
  // Run "w" with activity "a" under this policy, scheduled as event 5.
  void start_retried(const std::string& policy, const std::string& fields = "") {
    start("w");
    decide({schedule("a", "retry_policy { " + policy + " } " + fields)});
  }
  v1::PendingActivity pending() { return describe("w").pending_activities(0); }
};

constexpr char kQuick[] = "initial_interval { nanos: 20000000 } ";

// A failed attempt is no event, and wakes no decider: another one comes after the wait, and its success is the activity's.
TEST_F(Section9ActivityRetry, AFailedAttemptIsFollowedByAnotherOne) {
  start_retried(kQuick);
  const auto first = poll_activity();
  EXPECT_EQ(first.attempt(), 1);
  fail_activity(first, "reason: 'BUSY' details { data: '17 ahead' }");
  EXPECT_EQ(history_text("w", 5), "5 ActivityTaskScheduled, 6 ActivityTaskStarted");
  EXPECT_EQ(pending().attempt(), 2);
  EXPECT_EQ(pending().last_failure_reason(), "BUSY");
  EXPECT_EQ(pending().last_failure_details().data(), "17 ahead");
  EXPECT_EQ(describe("w").open_counts().open_activity_tasks(), 1);
  const auto second = poll_activity();
  EXPECT_EQ(second.attempt(), 2);
  EXPECT_EQ(second.delivery(), 1);
  EXPECT_EQ(second.scheduled_event_id(), 5);
  EXPECT_EQ(second.started_event_id(), 6) << "the history has one start";
  EXPECT_EQ(second.idempotency_key(), first.idempotency_key());
  complete_activity(second, "result { data: 'done' }");
  EXPECT_EQ(history_text("w", 5), "5 ActivityTaskScheduled, 6 ActivityTaskStarted, 7 ActivityTaskCompleted, 8 DecisionTaskScheduled");
  EXPECT_EQ(attributes("w", 7), R"(result { data: "done" } scheduled_event_id: 5 started_event_id: 6)");
}

// The wait is not cut short; while it lasts the task waits for nobody.
TEST_F(Section9ActivityRetry, TheNextAttemptComesNoSoonerThanItsTime) {
  start_retried("initial_interval { nanos: 300000000 }");
  fail_activity(poll_activity());
  const int64_t parked_until_ms = milliseconds_of(pending().parked_until());
  EXPECT_EQ(count_pending_activities(), 0);
  const auto second = poll_activity();
  EXPECT_GE(engine_->now_ms(), parked_until_ms);
  EXPECT_FALSE(pending().has_parked_until());
  complete_activity(second);
}

// The policy is shown with the event, as it was given.
TEST_F(Section9ActivityRetry, ThePolicyIsInActivityTaskScheduled) {
  const std::string policy = R"(initial_interval { seconds: 1 } backoff_coefficient: 1.5 maximum_interval { seconds: 9 } )"
                             R"(maximum_attempts: 4 non_retryable_reasons: "A" non_retryable_reasons: "B")";
  start_retried(policy);
  EXPECT_EQ(text_of(event("w", 5).activity_task_scheduled().retry_policy()), policy);
}

// After the last attempt its failure is the activity's.
TEST_F(Section9ActivityRetry, TheLastAttemptWritesActivityTaskFailed) {
  start_retried(std::string(kQuick) + "maximum_attempts: 2");
  fail_activity(poll_activity(), "reason: 'FIRST'");
  fail_activity(poll_activity(), "reason: 'SECOND'");
  EXPECT_EQ(history_text("w", 5), "5 ActivityTaskScheduled, 6 ActivityTaskStarted, 7 ActivityTaskFailed, 8 DecisionTaskScheduled");
  EXPECT_EQ(attributes("w", 7), R"(reason: "SECOND" scheduled_event_id: 5 started_event_id: 6)");
}
TEST_F(Section9ActivityRetry, AReasonOfThePolicyIsFinal) {
  start_retried(std::string(kQuick) + "non_retryable_reasons: 'FORBIDDEN'");
  fail_activity(poll_activity(), "reason: 'FORBIDDEN'");
  EXPECT_EQ(history_text("w", 7), "7 ActivityTaskFailed, 8 DecisionTaskScheduled");
}

// Start-to-close and heartbeat timeouts are of the attempt.
TEST_F(Section9ActivityRetry, AnAttemptThatTimesOutIsFollowedByAnotherOne) {
  start_retried(kQuick, "start_to_close_timeout { " + after_ms(50) + " }");
  const auto first = poll_activity();
  const auto second = poll_activity();
  EXPECT_EQ(second.attempt(), 2);
  EXPECT_EQ(pending().last_timeout_type(), v1::ACTIVITY_TASK_TIMEOUT_TYPE_START_TO_CLOSE);
  EXPECT_EQ(try_complete(first).reason, "UNKNOWN_RESOURCE") << "a late answer of an attempt that is over";
}
TEST_F(Section9ActivityRetry, TheLastAttemptWritesActivityTaskTimedOut) {
  start_retried(std::string(kQuick) + "maximum_attempts: 2", "heartbeat_timeout { " + after_ms(50) + " }");
  poll_activity();
  EXPECT_EQ(poll_activity().attempt(), 2);
  EXPECT_EQ(text_of(wait_for("w", "ActivityTaskTimedOut").activity_task_timed_out()),
            "timeout_type: ACTIVITY_TASK_TIMEOUT_TYPE_HEARTBEAT scheduled_event_id: 5 started_event_id: 6");
  EXPECT_EQ(history_text("w", 7), "7 ActivityTaskTimedOut, 8 DecisionTaskScheduled");
}
// The other two are final.
TEST_F(Section9ActivityRetry, ScheduleToStartIsFinalAndCountsFromTheEndOfTheWait) {
  start_retried(kQuick, "schedule_to_start_timeout { " + after_ms(200) + " }");
  fail_activity(poll_activity());
  const int64_t available_ms = milliseconds_of(pending().parked_until());
  const auto timed_out = wait_for("w", "ActivityTaskTimedOut");
  EXPECT_EQ(timed_out.activity_task_timed_out().timeout_type(), v1::ACTIVITY_TASK_TIMEOUT_TYPE_SCHEDULE_TO_START);
  EXPECT_GE(milliseconds_of(timed_out.event_time()), available_ms + 200);
}
TEST_F(Section9ActivityRetry, NoWaitReachesScheduleToClose) {
  start_retried("initial_interval { seconds: 60 }", "schedule_to_close_timeout { after { seconds: 60 } }");
  fail_activity(poll_activity(), "reason: 'BUSY'");
  EXPECT_EQ(history_text("w", 7), "7 ActivityTaskFailed, 8 DecisionTaskScheduled");
}

// A cancel request while nobody has it cancels at once.
TEST_F(Section9ActivityRetry, ACancelRequestBetweenTwoAttemptsCancelsAtOnce) {
  start_retried("initial_interval { seconds: 20 }");
  const auto first = poll_activity();
  fail_activity(first, "reason: 'BUSY'");
  signal("w");
  decide({request_cancel("a")});
  EXPECT_EQ(history_text("w", 10), "10 DecisionTaskCompleted, 11 ActivityTaskCancelRequested, 12 ActivityTaskCanceled, 13 DecisionTaskScheduled");
  EXPECT_EQ(attributes("w", 12), "scheduled_event_id: 5 started_event_id: 6 latest_cancel_requested_event_id: 11");
}
TEST_F(Section9ActivityRetry, AnAttemptThatFailsAfterACancelRequestIsTheLast) {
  start_retried(kQuick);
  const auto first = poll_activity();
  signal("w");
  decide({request_cancel("a")});
  fail_activity(first, "reason: 'BUSY'");
  EXPECT_EQ(history_text("w", 12), "12 ActivityTaskFailed, 13 DecisionTaskScheduled");
}

// The same answer again is answered as the first was; an answer under another attempt is refused.
TEST_F(Section9ActivityRetry, ARepeatedFailureIsAnsweredAsTheFirstWas) {
  start_retried(kQuick);
  const auto first = poll_activity();
  fail_activity(first, "reason: 'BUSY'");
  fail_activity(first, "reason: 'BUSY'");
  EXPECT_EQ(pending().attempt(), 2);
  const auto second = poll_activity();
  fail_activity(first, "reason: 'BUSY'");
  EXPECT_EQ(try_complete(first).reason, "UNKNOWN_RESOURCE");
  EXPECT_EQ(try_heartbeat(first).reason, "UNKNOWN_RESOURCE");
  complete_activity(second);
  fail_activity(first, "reason: 'BUSY'");
}

// Bad input: one error that names the field, nothing applied, the token still usable.
TEST_F(Section9ActivityRetry, BadPoliciesAreNamedAndNothingIsApplied) {
  start("w");
  const auto task = poll_decision();
  for (const auto& [policy, field] : std::vector<std::pair<std::string, std::string>>{
           {"maximum_attempts: 3", "initial_interval"},
           {"initial_interval { seconds: 1 } backoff_coefficient: 0.5", "backoff_coefficient"},
           {"initial_interval { seconds: 1 } maximum_attempts: -1", "maximum_attempts"},
           {"initial_interval { seconds: 1 } non_retryable_reasons: '" + std::string(257, 'r') + "'", "non_retryable_reasons[0]"}}) {
    const Outcome refused = try_answer(task, {record_marker("m"), schedule("a", "retry_policy { " + policy + " }")});
    EXPECT_EQ(refused.reason, "VALIDATION");
    EXPECT_EQ(refused.subject, "decisions[1].schedule_activity_task.retry_policy." + field);
  }
  EXPECT_EQ(history_text("w", 3), "3 DecisionTaskStarted");
  answer(task, {complete()});
}

}  // namespace
}  // namespace baton::testing
