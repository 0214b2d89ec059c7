// SWF: 6, 9 and 10 over streams, where a hand-out is acknowledged (beyond SWF): the histories are those of SWF, and the clocks that begin
// with a task's start begin with its acknowledgement.
#include "tests/api/poll_client.h"
#include "tests/spec/spec_test.h"

namespace baton::testing {
namespace {

class Section9Streams : public SpecTest {
 protected:
  // A client of list "main" with one slot.
  std::unique_ptr<WorkerClient> worker() {
    auto client = std::make_unique<WorkerClient>([this](grpc::ClientContext* context) { return workers_->PollActivityTasks(context); });
    say(*client, "open { domain: 'orders' task_list { name: 'main' } identity: 'streaming' instance_id: 'w1' slots: 1 }");
    return client;
  }
  std::unique_ptr<DeciderClient> decider() {
    auto client = std::make_unique<DeciderClient>([this](grpc::ClientContext* context) { return deciders_->PollDecisionTasks(context); });
    say(*client, "open { domain: 'orders' task_list { name: 'main' } identity: 'streaming' instance_id: 'd1' slots: 1 }");
    return client;
  }
  template <class Request, class Response>
  static void say(PollClient<Request, Response>& client, const std::string& frame) {
    Request request;
    merge(frame, &request);
    client.say(request);
  }
  static void acknowledge(WorkerClient& client, const v1::ActivityTask& task) {
    v1::PollActivityTasksRequest frame;
    frame.add_acknowledged_task_tokens(task.task_token());
    client.say(frame);
  }
  // Run "w" with activity "a", scheduled as event 5 and offered to the worker.
  v1::ActivityTask offer_one(WorkerClient& client, const std::string& fields = "") {
    start("w");
    decide({schedule("a", fields)});
    EXPECT_TRUE(client.wait_for_tasks(1));
    return client.said().tasks(0);
  }
};

// SWF: 9, with the acknowledgement between: an offered activity has not started; it carries startedEventId 0.
TEST_F(Section9Streams, AnOfferedActivityHasNotStarted) {
  const auto client = worker();
  EXPECT_EQ(offer_one(*client).started_event_id(), 0);
  EXPECT_EQ(history_text("w", 5), "5 ActivityTaskScheduled");
  EXPECT_EQ(describe("w").pending_activities(0).state(), v1::TASK_STATE_OFFERED);
}

// SWF: 8. An answer is an acknowledgement: ActivityTaskStarted and the closing event, as a unary worker's.
TEST_F(Section9Streams, AnAnswerStartsAndClosesTheActivity) {
  const auto client = worker();
  v1::PollActivityTasksRequest frame;
  frame.add_answers()->set_task_token(offer_one(*client).task_token());
  merge("completed { result { data: 'out' } }", frame.mutable_answers(0));
  client->say(frame);
  ASSERT_TRUE(client->wait_for_confirmations(1));
  EXPECT_TRUE(client->said().confirmations(0).recorded());
  EXPECT_EQ(history_text("w", 6), "6 ActivityTaskStarted, 7 ActivityTaskCompleted, 8 DecisionTaskScheduled");
  EXPECT_EQ(attributes("w", 6), R"(identity: "streaming" scheduled_event_id: 5)");
  EXPECT_EQ(attributes("w", 7), R"(result { data: "out" } scheduled_event_id: 5 started_event_id: 6)");
}

// SWF: 10. Start-to-close counts from the acknowledgement.
TEST_F(Section9Streams, StartToCloseCountsFromTheAcknowledgement) {
  const auto client = worker();
  const auto task = offer_one(*client, "start_to_close_timeout { " + after_ms(100) + " }");
  const int64_t before_ms = engine_->now_ms();
  acknowledge(*client, task);
  const auto timed_out = wait_for("w", "ActivityTaskTimedOut");
  EXPECT_EQ(history_text("w", 6), "6 ActivityTaskStarted, 7 ActivityTaskTimedOut, 8 DecisionTaskScheduled");
  EXPECT_GE(time_ms("w", 6), before_ms);
  EXPECT_EQ(milliseconds_of(timed_out.event_time()), time_ms("w", 6) + 100);
}

// SWF: 10. Schedule-to-start ends with the acknowledgement, not with the offer.
TEST_F(Section9Streams, AnOfferThatIsNotAcknowledgedTimesOutBeforeItsStart) {
  const auto client = worker();
  offer_one(*client, "schedule_to_start_timeout { " + after_ms(300) + " }");
  const auto timed_out = wait_for("w", "ActivityTaskTimedOut");
  EXPECT_EQ(text_of(timed_out.activity_task_timed_out()), "timeout_type: ACTIVITY_TASK_TIMEOUT_TYPE_SCHEDULE_TO_START scheduled_event_id: 5");
  EXPECT_EQ(milliseconds_of(timed_out.event_time()), time_ms("w", 5) + 300);
}

// SWF: 14, 26, mended: a task that was not acknowledged is not lost; given back, it goes to another worker, and starts once.
TEST_F(Section9Streams, AnOfferGivenBackGoesToAnotherWorker) {
  const auto client = worker();
  v1::PollActivityTasksRequest frame;
  frame.add_returned_task_tokens(offer_one(*client).task_token());
  frame.set_draining(true);
  client->say(frame);
  const auto again = poll_activity();
  EXPECT_EQ(again.delivery(), 2);
  EXPECT_EQ(history_text("w", 5), "5 ActivityTaskScheduled, 6 ActivityTaskStarted");
  complete_activity(again);
}

// SWF: 9. A worker on a stream hears of a cancel, and of the close of the run, without a heartbeat.
TEST_F(Section9Streams, ACancelRequestIsPushed) {
  const auto client = worker();
  const auto task = offer_one(*client);
  acknowledge(*client, task);
  wait_for("w", "ActivityTaskStarted");
  signal("w");
  decide({request_cancel("a")});
  ASSERT_TRUE(client->wait_for([](const auto& said) { return said.cancel_requested_task_tokens_size() > 0; }));
  EXPECT_EQ(client->said().cancel_requested_task_tokens(0), task.task_token());
  EXPECT_EQ(history_text("w", 10), "10 DecisionTaskCompleted, 11 ActivityTaskCancelRequested");
}
TEST_F(Section9Streams, TheCloseOfTheRunIsPushed) {
  const auto client = worker();
  const auto task = offer_one(*client);
  terminate("w");
  ASSERT_TRUE(client->wait_for([](const auto& said) { return said.closed_tasks_size() > 0; }));
  EXPECT_EQ(client->said().closed_tasks(0).task_token(), task.task_token());
  EXPECT_EQ(client->said().closed_tasks(0).refused().fault(), v1::UNKNOWN_RESOURCE);
}

// SWF: 6. A decision task is started with its offer, so that the history shown is the history kept; its answer is as any other.
TEST_F(Section9Streams, ADeciderThatKeepsTheRunGetsWhatIsNew) {
  const auto client = decider();
  start("w");
  ASSERT_TRUE(client->wait_for_tasks(1));
  v1::PollDecisionTasksRequest frame;
  frame.add_answers()->mutable_completed()->set_task_token(client->said().tasks(0).task_token());
  frame.mutable_answers(0)->mutable_completed()->set_run_cached(true);
  client->say(frame);
  ASSERT_TRUE(client->wait_for_confirmations(1));
  signal("w");
  ASSERT_TRUE(client->wait_for_tasks(2));
  const v1::DecisionTask& delta = client->said().tasks(1);
  EXPECT_EQ(delta.delta_base().started_event_id(), 3);
  EXPECT_EQ(text_of({delta.events().begin(), delta.events().end()}, 4),
            "4 DecisionTaskCompleted, 5 WorkflowExecutionSignaled, 6 DecisionTaskScheduled, 7 DecisionTaskStarted");
}

TEST_F(Section9Streams, ADecisionTaskIsStartedWithItsOffer) {
  const auto client = decider();
  start("w");
  ASSERT_TRUE(client->wait_for_tasks(1));
  const v1::DecisionTask task = client->said().tasks(0);
  EXPECT_EQ(task.started_event_id(), 3);
  EXPECT_EQ(history_text("w"), text_of({task.events().begin(), task.events().end()}));
  v1::PollDecisionTasksRequest frame;
  auto& answer = *frame.add_answers()->mutable_completed();
  answer.set_task_token(task.task_token());
  *answer.add_decisions() = complete();
  client->say(frame);
  ASSERT_TRUE(client->wait_for_confirmations(1));
  EXPECT_TRUE(client->said().confirmations(0).recorded());
  EXPECT_EQ(history_text("w", 3), "3 DecisionTaskStarted, 4 DecisionTaskCompleted, 5 WorkflowExecutionCompleted");
}

}  // namespace
}  // namespace baton::testing
