// Beyond SWF: what payloads say of themselves, what a task tells who takes it, and what describe tells of an open run.
#include <set>

#include "tests/spec/spec_test.h"

namespace baton::testing {
namespace {

using ::testing::IsEmpty;

class BeyondTasks : public SpecTest {};

constexpr char kSealed[] = R"(data: "x" content_type: "application/json" encoding: "aes-256-gcm" key_id: "k1")";

// --- payloads ---

// What a client's codec noted beside the bytes comes with them, through the history and through every task.
TEST_F(BeyondTasks, APayloadKeepsWhatItSaysOfItself) {
  const std::string sealed = kSealed;
  start("w", "input { " + sealed + " }");
  EXPECT_EQ(text_of(event("w", 1).workflow_execution_started().input()), sealed);
  decide({schedule("a", "input { " + sealed + " }")});
  const auto task = poll_activity();
  EXPECT_EQ(text_of(task.input()), sealed);
  complete_activity(task, "result { " + sealed + " }");
  decide({complete("result { " + sealed + " }")});
  EXPECT_EQ(text_of(event("w", 7).activity_task_completed().result()), sealed);
  EXPECT_EQ(text_of(event("w", 11).workflow_execution_completed().result()), sealed);
}

TEST_F(BeyondTasks, WhatAPayloadSaysOfItselfIsBounded) {
  EXPECT_EQ(try_start("w", "input { content_type: '" + std::string(257, 'x') + "' }").subject, "input.content_type");
  EXPECT_EQ(try_start("w", "input { encoding: '" + std::string(65, 'x') + "' }").subject, "input.encoding");
  EXPECT_EQ(try_start("w", "input { key_id: '" + std::string(257, 'x') + "' }").subject, "input.key_id");
  start("w", "input { content_type: '" + std::string(256, 'x') + "' encoding: '" + std::string(64, 'x') + "' key_id: '" +
                 std::string(256, 'x') + "' }");
}

// --- tasks ---

TEST_F(BeyondTasks, AnActivityTaskTellsItsTimesAndTimeouts) {
  start("w");
  decide({schedule("a", "heartbeat_timeout { " + after_ms(7000) + " } start_to_close_timeout { " + after_ms(9500) + " }")});
  const auto task = poll_activity();
  EXPECT_EQ(task.scheduled_event_id(), 5);
  EXPECT_EQ(milliseconds_of(task.scheduled_time()), time_ms("w", 5));
  EXPECT_EQ(text_of(task.heartbeat_timeout()), "seconds: 7");
  EXPECT_EQ(text_of(task.start_to_close_timeout()), "seconds: 9 nanos: 500000000");
}

TEST_F(BeyondTasks, NoTimeoutIsToldAsNone) {
  start("w");
  decide({schedule("a", "heartbeat_timeout { none: true } start_to_close_timeout { none: true }")});
  const auto task = poll_activity();
  EXPECT_FALSE(task.has_heartbeat_timeout());
  EXPECT_FALSE(task.has_start_to_close_timeout());
}

// One key for the activity whatever becomes of its attempts, another for every other activity, also under the same id.
TEST_F(BeyondTasks, AnActivityHasOneIdempotencyKey) {
  start("w");
  decide({schedule("a", "retry_policy { initial_interval { nanos: 1000000 } }"), schedule("b")});
  std::set<std::string> keys;
  auto first = poll_activity();
  if (first.activity_id() == "b") {
    keys.insert(first.idempotency_key());
    first = poll_activity();
  } else {
    keys.insert(poll_activity().idempotency_key());
  }
  EXPECT_EQ(first.attempt(), 1);
  EXPECT_EQ(first.delivery(), 1);
  fail_activity(first);
  const auto second = poll_activity();
  EXPECT_EQ(second.attempt(), 2);
  EXPECT_EQ(second.delivery(), 1);
  EXPECT_EQ(second.idempotency_key(), first.idempotency_key());
  keys.insert(first.idempotency_key());
  complete_activity(second);
  decide({schedule("a")});
  keys.insert(poll_activity().idempotency_key());
  EXPECT_EQ(keys.size(), 3u);
  EXPECT_EQ(keys.count(""), 0u);
}

TEST_F(BeyondTasks, ADecisionTaskTellsItsTimeoutAndWhetherACancelWasRequested) {
  start("w", "task_start_to_close_timeout { " + after_ms(30'000) + " }");
  auto task = poll_decision();
  EXPECT_EQ(text_of(task.start_to_close_timeout()), "seconds: 30");
  EXPECT_EQ(task.delivery(), 1);
  EXPECT_FALSE(task.cancel_requested());
  request_cancel_workflow("w");
  answer(task, {});
  EXPECT_TRUE(poll_decision().cancel_requested());
}

// --- describe ---

TEST_F(BeyondTasks, DescribeTellsWhatAnOpenRunWaitsFor) {
  start("w", "lambda_role: 'caller'");
  auto shown = describe("w");
  EXPECT_EQ(shown.pending_decision().state(), v1::TASK_STATE_SCHEDULED);
  EXPECT_EQ(shown.pending_decision().scheduled_event_id(), 2);
  EXPECT_EQ(shown.pending_decision().task_list().name(), kList);
  EXPECT_EQ(shown.history_length(), 2);
  decide({schedule("a"), start_timer("t", 60'000), call_function("f")});
  poll_activity();
  shown = describe("w");
  EXPECT_FALSE(shown.has_pending_decision());
  ASSERT_EQ(shown.pending_activities_size(), 1);
  EXPECT_EQ(shown.pending_activities(0).activity_id(), "a");
  EXPECT_EQ(shown.pending_activities(0).state(), v1::TASK_STATE_STARTED);
  EXPECT_EQ(shown.pending_activities(0).started_event_id(), 8);
  EXPECT_EQ(shown.pending_activities(0).identity(), "worker");
  ASSERT_EQ(shown.pending_timers_size(), 1);
  EXPECT_EQ(shown.pending_timers(0).timer_id(), "t");
  EXPECT_EQ(milliseconds_of(shown.pending_timers(0).fire_time()), time_ms("w", 6) + 60'000);
  ASSERT_EQ(shown.pending_functions_size(), 1);
  EXPECT_EQ(shown.pending_functions(0).id(), "f");
  EXPECT_EQ(shown.pending_functions(0).scheduled_event_id(), 7);
  EXPECT_EQ(shown.history_length(), 8);
}

TEST_F(BeyondTasks, AClosedRunWaitsForNothing) {
  start("w");
  decide({schedule("a"), start_timer("t"), complete()});
  const auto shown = describe("w");
  EXPECT_THAT(shown.pending_activities(), IsEmpty());
  EXPECT_THAT(shown.pending_timers(), IsEmpty());
  EXPECT_FALSE(shown.has_pending_decision());
  EXPECT_EQ(shown.history_length(), 7);
}

// SWF needs the run id in both (facts 14, 2); without it they are of the open run, or of the latest closed one.
TEST_F(BeyondTasks, WithoutARunIdTheOpenRunOrTheLatestIsShown) {
  const std::string first = start("w");
  decide({complete()});
  EXPECT_EQ(describe("w").execution_info().execution().run_id(), first);
  EXPECT_EQ(history_text("w", 5), "5 WorkflowExecutionCompleted");
  const std::string second = start("w");
  EXPECT_EQ(describe("w").execution_info().execution().run_id(), second);
  EXPECT_EQ(describe("w", first).execution_info().execution().run_id(), first);
  EXPECT_EQ(history_text("w"), "1 WorkflowExecutionStarted, 2 DecisionTaskScheduled");
}

}  // namespace
}  // namespace baton::testing
