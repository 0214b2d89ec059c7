// Retried activities over a channel: by unary calls, and on a worker's stream.
#include <gmock/gmock.h>

#include "tests/api/coordinator_in_process.h"
#include "tests/api/poll_client.h"

namespace baton::testing {
namespace {

class ActivityRetry : public CoordinatorInProcess {
 protected:
  ActivityRetry() { set_up_types(); }

  std::unique_ptr<WorkerClient> worker() {
    auto client = std::make_unique<WorkerClient>([this](grpc::ClientContext* context) { return workers_->PollActivityTasks(context); });
    v1::PollActivityTasksRequest frame;
    auto& open = *frame.mutable_open();
    open.set_domain(kDomain);
    open.mutable_task_list()->set_name(kList);
    open.set_instance_id("worker-1");
    open.set_slots(1);
    client->say(frame);
    return client;
  }
  // With activity "a", which is tried three times.
  void start_retried(int64_t start_to_close_ms = 0) {
    start("w");
    v1::Decision decision = schedule_activity("a");
    auto& attributes = *decision.mutable_schedule_activity_task();
    if (start_to_close_ms > 0) attributes.mutable_start_to_close_timeout()->mutable_after()->set_nanos(static_cast<int32_t>(start_to_close_ms) * 1'000'000);
    attributes.mutable_retry_policy()->mutable_initial_interval()->set_nanos(20'000'000);
    attributes.mutable_retry_policy()->set_maximum_attempts(3);
    ASSERT_TRUE(decide(poll_decision(), {decision}).ok());
  }
  static v1::PollActivityTasksRequest failed(const std::string& token) {
    v1::PollActivityTasksRequest frame;
    auto& answer = *frame.add_answers();
    answer.set_task_token(token);
    answer.mutable_failed()->set_reason("BUSY");
    return frame;
  }
  static v1::PollActivityTasksRequest completed(const std::string& token) {
    v1::PollActivityTasksRequest frame;
    auto& answer = *frame.add_answers();
    answer.set_task_token(token);
    answer.mutable_completed();
    return frame;
  }
};

TEST_F(ActivityRetry, over_unary_calls_ends_with_the_last_attempt) {
  start_retried();
  for (int attempt = 1; attempt <= 3; ++attempt) {
    const v1::ActivityTask task = poll_activity();
    EXPECT_EQ(task.attempt(), attempt);
    v1::RespondActivityTaskFailedRequest request;
    request.set_task_token(task.task_token());
    request.set_reason("BUSY " + std::to_string(attempt));
    EXPECT_EQ(outcome(*workers_, &Workers::RespondActivityTaskFailed, request).reason, "OK");
  }
  const auto events = history("w");
  ASSERT_EQ(events.size(), 8U);
  EXPECT_EQ(events[6].activity_task_failed().reason(), "BUSY 3");
}

TEST_F(ActivityRetry, on_a_stream_is_confirmed_and_comes_again) {
  const auto working = worker();
  start_retried();
  ASSERT_TRUE(working->wait_for_tasks(1));
  const std::string first = working->said().tasks(0).task_token();
  working->say(failed(first));
  ASSERT_TRUE(working->wait_for_confirmations(1));
  EXPECT_TRUE(working->said().confirmations(0).recorded());
  ASSERT_TRUE(working->wait_for_tasks(2));
  const v1::ActivityTask second = working->said().tasks(1);
  EXPECT_EQ(second.attempt(), 2);
  EXPECT_EQ(second.idempotency_key(), working->said().tasks(0).idempotency_key());
  working->say(completed(first));
  ASSERT_TRUE(working->wait_for_confirmations(2));
  EXPECT_EQ(working->said().confirmations(1).refused().fault(), v1::UNKNOWN_RESOURCE);
  EXPECT_FALSE(working->said().confirmations(1).refused().retryable());
  working->say(failed(first));
  ASSERT_TRUE(working->wait_for_confirmations(3));
  EXPECT_TRUE(working->said().confirmations(2).recorded()) << "a repeat";
  working->say(completed(second.task_token()));
  ASSERT_TRUE(working->wait_for_confirmations(4));
  EXPECT_TRUE(working->said().confirmations(3).recorded());
  EXPECT_TRUE(history("w")[6].has_activity_task_completed());
}

TEST_F(ActivityRetry, on_a_stream_an_attempt_that_times_out_is_taken_back) {
  const auto working = worker();
  start_retried(100);
  ASSERT_TRUE(working->wait_for_tasks(1));
  const std::string first = working->said().tasks(0).task_token();
  v1::PollActivityTasksRequest acknowledged;
  acknowledged.add_acknowledged_task_tokens(first);
  working->say(acknowledged);
  ASSERT_TRUE(working->wait_for([](const auto& said) { return said.closed_tasks_size() > 0; }));
  EXPECT_EQ(working->said().closed_tasks(0).task_token(), first);
  // The worker says that it has stopped, and gets the next attempt.
  v1::PollActivityTasksRequest dropped;
  dropped.add_returned_task_tokens(first);
  working->say(dropped);
  ASSERT_TRUE(working->wait_for_tasks(2));
  EXPECT_EQ(working->said().tasks(1).attempt(), 2);
  working->say(completed(working->said().tasks(1).task_token()));
  ASSERT_TRUE(working->wait_for_confirmations(1));
  EXPECT_TRUE(working->said().confirmations(0).recorded());
}

}  // namespace
}  // namespace baton::testing
