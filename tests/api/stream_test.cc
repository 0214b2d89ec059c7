// The poll streams over a channel: offers, confirmations, notices, slots, reconnection, drain.
#include <gmock/gmock.h>

#include <future>
#include <latch>
#include <mutex>

#include "tests/api/coordinator_in_process.h"
#include "tests/api/held_store.h"
#include "tests/api/poll_client.h"

namespace baton::testing {
namespace {

using ::testing::HasSubstr;

class Streams : public CoordinatorInProcess {
 protected:
  Streams() { set_up_types(); }

  std::unique_ptr<WorkerClient> worker(int slots, const std::string& instance = "worker-1", const std::vector<std::string>& held = {}) {
    auto client = std::make_unique<WorkerClient>([this](grpc::ClientContext* context) { return workers_->PollActivityTasks(context); });
    v1::PollActivityTasksRequest frame;
    fill_open(frame.mutable_open(), slots, instance, held);
    client->say(frame);
    return client;
  }
  std::unique_ptr<DeciderClient> decider(int slots, const std::string& instance = "decider-1", const std::vector<std::string>& held = {}) {
    auto client = std::make_unique<DeciderClient>([this](grpc::ClientContext* context) { return deciders_->PollDecisionTasks(context); });
    v1::PollDecisionTasksRequest frame;
    fill_open(frame.mutable_open(), slots, instance, held);
    client->say(frame);
    return client;
  }
  template <class Open>
  void fill_open(Open* open, int slots, const std::string& instance, const std::vector<std::string>& held) {
    open->set_domain(kDomain);
    open->mutable_task_list()->set_name(kList);
    open->set_identity(instance + "@host");
    open->set_instance_id(instance);
    open->set_slots(slots);
    for (const std::string& token : held) open->add_held_task_tokens(token);
  }
  static v1::PollActivityTasksRequest completed(const std::string& token, const std::string& result = "r") {
    v1::PollActivityTasksRequest frame;
    auto& answer = *frame.add_answers();
    answer.set_task_token(token);
    answer.mutable_completed()->mutable_result()->set_data(result);
    return frame;
  }
  static v1::PollDecisionTasksRequest decided(const std::string& token, const std::vector<v1::Decision>& decisions, bool cached = false) {
    v1::PollDecisionTasksRequest frame;
    auto& answer = *frame.add_answers()->mutable_completed();
    answer.set_task_token(token);
    answer.set_run_cached(cached);
    for (const v1::Decision& decision : decisions) *answer.add_decisions() = decision;
    return frame;
  }
  // An execution with this many activities scheduled.
  void start_with_activities(const std::string& workflow_id, int count) {
    start(workflow_id);
    std::vector<v1::Decision> decisions;
    for (int i = 0; i < count; ++i) decisions.push_back(schedule_activity("a" + std::to_string(i)));
    ASSERT_TRUE(decide(poll_decision(), std::move(decisions)).ok());
  }
  void terminate(const std::string& workflow_id) {
    v1::TerminateWorkflowExecutionRequest request;
    request.set_domain(kDomain);
    request.set_workflow_id(workflow_id);
    EXPECT_EQ(outcome(*workflows_, &Workflows::TerminateWorkflowExecution, request).reason, "OK");
  }
};

TEST_F(Streams, carry_an_execution_from_start_to_close) {
  const auto deciding = decider(10);
  const auto working = worker(10);
  start("w");
  ASSERT_TRUE(deciding->wait_for_tasks(1));
  const v1::DecisionTask first = deciding->said().tasks(0);
  EXPECT_EQ(first.started_event_id(), 3);
  EXPECT_EQ(first.events_size(), 3);
  EXPECT_FALSE(first.has_delta_base());
  deciding->say(decided(first.task_token(), {schedule_activity("a")}, true));
  ASSERT_TRUE(deciding->wait_for_confirmations(1));
  EXPECT_TRUE(deciding->said().confirmations(0).recorded());
  EXPECT_EQ(deciding->said().confirmations(0).task_token(), first.task_token());

  ASSERT_TRUE(working->wait_for_tasks(1));
  EXPECT_EQ(working->said().tasks(0).activity_id(), "a");
  working->say(completed(working->said().tasks(0).task_token()));
  ASSERT_TRUE(working->wait_for_confirmations(1));
  EXPECT_TRUE(working->said().confirmations(0).recorded());

  ASSERT_TRUE(deciding->wait_for_tasks(2));
  const v1::DecisionTask second = deciding->said().tasks(1);
  ASSERT_TRUE(second.has_delta_base());
  EXPECT_EQ(second.delta_base().started_event_id(), 3);
  EXPECT_EQ(second.events(0).event_id(), 4);
  deciding->say(decided(second.task_token(), {complete_workflow()}));
  ASSERT_TRUE(deciding->wait_for_confirmations(2));
  EXPECT_TRUE(history("w").back().has_workflow_execution_completed());
}

TEST_F(Streams, never_have_more_tasks_out_than_slots) {
  start_with_activities("w", 5);
  const auto working = worker(2);
  ASSERT_TRUE(working->wait_for_tasks(2));
  // One answer frees one slot, and brings one task.
  working->say(completed(working->said().tasks(0).task_token()));
  ASSERT_TRUE(working->wait_for_tasks(3));
  ASSERT_TRUE(working->wait_for_confirmations(1));
  EXPECT_EQ(working->said().tasks_size(), 3);
}

TEST_F(Streams, pack_many_items_into_a_frame) {
  constexpr int kTasks = 500;
  start_with_activities("w", kTasks);
  const auto working = worker(kTasks);
  ASSERT_TRUE(working->wait_for_tasks(kTasks));
  v1::PollActivityTasksRequest frame;
  for (const auto& task : working->said().tasks()) frame.MergeFrom(completed(task.task_token()));
  working->say(frame);
  ASSERT_TRUE(working->wait_for_confirmations(kTasks));
  EXPECT_LT(working->frames(), kTasks);
}

TEST_F(Streams, end_a_frame_at_one_mebibyte) {
  start("w");
  std::vector<v1::Decision> decisions;
  for (int i = 0; i < 30; ++i) {
    decisions.push_back(schedule_activity("a" + std::to_string(i)));
    decisions.back().mutable_schedule_activity_task()->mutable_input()->set_data(std::string(30'000, 'x'));
  }
  ASSERT_TRUE(decide(poll_decision(), decisions).ok());
  v1::SignalWorkflowExecutionRequest again;
  again.set_domain(kDomain);
  again.set_workflow_id("w");
  again.set_signal_name("more");
  ASSERT_EQ(outcome(*workflows_, &Workflows::SignalWorkflowExecution, again).reason, "OK");
  for (auto& decision : decisions) {
    auto& id = *decision.mutable_schedule_activity_task()->mutable_activity_id();
    id = "more-" + id;
  }
  ASSERT_TRUE(decide(poll_decision(), decisions).ok());
  const auto working = worker(100);
  ASSERT_TRUE(working->wait_for_tasks(60));
  EXPECT_GE(working->frames(), 2);
}

TEST_F(Streams, confirm_a_repeated_answer_and_refuse_another_one) {
  start_with_activities("w", 1);
  const auto working = worker(1);
  ASSERT_TRUE(working->wait_for_tasks(1));
  const std::string token = working->said().tasks(0).task_token();
  working->say(completed(token));
  working->say(completed(token));
  ASSERT_TRUE(working->wait_for_confirmations(2));
  EXPECT_TRUE(working->said().confirmations(0).recorded());
  EXPECT_TRUE(working->said().confirmations(1).recorded());
  v1::PollActivityTasksRequest failed;
  failed.add_answers()->set_task_token(token);
  failed.mutable_answers(0)->mutable_failed()->set_reason("no");
  working->say(failed);
  ASSERT_TRUE(working->wait_for_confirmations(3));
  EXPECT_EQ(working->said().confirmations(2).refused().fault(), v1::UNKNOWN_RESOURCE);
  EXPECT_FALSE(working->said().confirmations(2).refused().retryable());
}

TEST_F(Streams, refuse_a_forged_token_and_go_on) {
  start_with_activities("w", 1);
  const auto working = worker(1);
  ASSERT_TRUE(working->wait_for_tasks(1));
  std::string forged = working->said().tasks(0).task_token();
  forged[8] = static_cast<char>(forged[8] ^ 4);
  working->say(completed(forged));
  ASSERT_TRUE(working->wait_for_confirmations(1));
  EXPECT_EQ(working->said().confirmations(0).refused().fault(), v1::INVALID_TOKEN);
  EXPECT_THAT(working->said().confirmations(0).refused().message(), HasSubstr("task_token"));
  v1::PollActivityTasksRequest acknowledged;
  acknowledged.add_acknowledged_task_tokens(forged);
  working->say(acknowledged);
  ASSERT_TRUE(working->wait_for([](const auto& said) { return said.closed_tasks_size() > 0; }));
  EXPECT_EQ(working->said().closed_tasks(0).refused().fault(), v1::INVALID_TOKEN);
  working->say(completed(working->said().tasks(0).task_token()));
  ASSERT_TRUE(working->wait_for_confirmations(2));
  EXPECT_TRUE(working->said().confirmations(1).recorded());
}

TEST_F(Streams, answer_heartbeats_and_push_cancel_requests) {
  start_with_activities("w", 1);
  const auto working = worker(1);
  ASSERT_TRUE(working->wait_for_tasks(1));
  const std::string token = working->said().tasks(0).task_token();
  v1::PollActivityTasksRequest beat;
  beat.add_heartbeats()->set_task_token(token);
  beat.mutable_heartbeats(0)->mutable_details()->set_data("half");
  working->say(beat);
  ASSERT_TRUE(working->wait_for([](const auto& said) { return said.heartbeat_statuses_size() > 0; }));
  EXPECT_EQ(working->said().heartbeat_statuses(0).task_token(), token);
  EXPECT_FALSE(working->said().heartbeat_statuses(0).cancel_requested());

  v1::RequestCancelWorkflowExecutionRequest cancel;
  cancel.set_domain(kDomain);
  cancel.set_workflow_id("w");
  ASSERT_EQ(outcome(*workflows_, &Workflows::RequestCancelWorkflowExecution, cancel).reason, "OK");
  v1::Decision decision;
  decision.mutable_request_cancel_activity_task()->set_activity_id("a0");
  ASSERT_TRUE(decide(poll_decision(), {decision}).ok());
  ASSERT_TRUE(working->wait_for([](const auto& said) { return said.cancel_requested_task_tokens_size() > 0; }));
  EXPECT_EQ(working->said().cancel_requested_task_tokens(0), token);
  v1::PollActivityTasksRequest canceled;
  canceled.add_answers()->set_task_token(token);
  canceled.mutable_answers(0)->mutable_canceled();
  working->say(canceled);
  ASSERT_TRUE(working->wait_for_confirmations(1));
  EXPECT_TRUE(working->said().confirmations(0).recorded());
}

TEST_F(Streams, tell_at_once_that_an_execution_closed) {
  start_with_activities("w", 1);
  const auto working = worker(1);
  ASSERT_TRUE(working->wait_for_tasks(1));
  terminate("w");
  ASSERT_TRUE(working->wait_for([](const auto& said) { return said.closed_tasks_size() > 0; }));
  EXPECT_EQ(working->said().closed_tasks(0).task_token(), working->said().tasks(0).task_token());
  EXPECT_EQ(working->said().closed_tasks(0).refused().fault(), v1::UNKNOWN_RESOURCE);
  // The worker stops working on it, and says so: the slot is free.
  v1::PollActivityTasksRequest returned;
  returned.add_returned_task_tokens(working->said().tasks(0).task_token());
  working->say(returned);
  start_with_activities("w", 1);
  EXPECT_TRUE(working->wait_for_tasks(2));
}

TEST_F(Streams, of_deciders_have_the_slot_of_a_closed_task_back) {
  const auto deciding = decider(1);
  start("w");
  ASSERT_TRUE(deciding->wait_for_tasks(1));
  terminate("w");
  ASSERT_TRUE(deciding->wait_for([](const auto& said) { return said.closed_tasks_size() > 0; }));
  start("w");
  EXPECT_TRUE(deciding->wait_for_tasks(2));
}

TEST_F(Streams, of_deciders_have_the_slot_of_a_task_given_up_back) {
  const auto deciding = decider(1);
  start("given-up");
  ASSERT_TRUE(deciding->wait_for_tasks(1));
  v1::PollDecisionTasksRequest frame;
  frame.add_answers()->mutable_failed()->set_task_token(deciding->said().tasks(0).task_token());
  deciding->say(frame);
  ASSERT_TRUE(deciding->wait_for_confirmations(1));
  EXPECT_TRUE(deciding->said().confirmations(0).recorded());
  start("another");
  ASSERT_TRUE(deciding->wait_for_tasks(2));
  EXPECT_EQ(deciding->said().tasks(1).workflow_execution().workflow_id(), "another");
}

TEST_F(Streams, of_deciders_take_another_answer_after_an_invalid_one) {
  const auto deciding = decider(1);
  start("w");
  ASSERT_TRUE(deciding->wait_for_tasks(1));
  const std::string token = deciding->said().tasks(0).task_token();
  deciding->say(decided(token, {schedule_activity("a"), v1::Decision()}));
  ASSERT_TRUE(deciding->wait_for_confirmations(1));
  EXPECT_EQ(deciding->said().confirmations(0).refused().fault(), v1::VALIDATION);
  EXPECT_THAT(deciding->said().confirmations(0).refused().message(), HasSubstr("decisions[1]"));
  EXPECT_FALSE(deciding->said().confirmations(0).refused().retryable());
  EXPECT_EQ(history("w").size(), 3U);
  deciding->say(decided(token, {complete_workflow()}));
  ASSERT_TRUE(deciding->wait_for_confirmations(2));
  EXPECT_TRUE(deciding->said().confirmations(1).recorded());
  EXPECT_TRUE(history("w").back().has_workflow_execution_completed());
  start("another");  // the slot is there again
  EXPECT_TRUE(deciding->wait_for_tasks(2));
}

TEST_F(Streams, offer_a_returned_task_to_someone_else) {
  start_with_activities("w", 1);
  const auto first = worker(1, "worker-1");
  ASSERT_TRUE(first->wait_for_tasks(1));
  v1::PollActivityTasksRequest drain;
  drain.set_draining(true);
  drain.add_returned_task_tokens(first->said().tasks(0).task_token());
  // Leaving first: what is given back goes to others only.
  v1::PollActivityTasksRequest leaving;
  leaving.set_draining(true);
  first->say(leaving);
  first->say(drain);
  const auto second = worker(1, "worker-2");
  ASSERT_TRUE(second->wait_for_tasks(1));
  EXPECT_EQ(second->said().tasks(0).delivery(), 2);
}

TEST_F(Streams, that_reconnect_keep_what_they_hold) {
  start_with_activities("w", 1);
  auto working = worker(1);
  ASSERT_TRUE(working->wait_for_tasks(1));
  const std::string token = working->said().tasks(0).task_token();
  working->break_off();
  working = worker(1, "worker-1", {token});
  working->say(completed(token));
  ASSERT_TRUE(working->wait_for_confirmations(1));
  EXPECT_TRUE(working->said().confirmations(0).recorded());
  EXPECT_EQ(working->said().tasks_size(), 0);
}

TEST_F(Streams, hear_of_a_held_task_that_is_closed_meanwhile) {
  start_with_activities("w", 1);
  auto working = worker(1);
  ASSERT_TRUE(working->wait_for_tasks(1));
  const std::string token = working->said().tasks(0).task_token();
  working->break_off();
  terminate("w");
  working = worker(1, "worker-1", {token});
  ASSERT_TRUE(working->wait_for([](const auto& said) { return said.closed_tasks_size() > 0; }));
  EXPECT_EQ(working->said().closed_tasks(0).task_token(), token);
}

TEST_F(Streams, that_half_close_get_their_confirmations_and_end) {
  start_with_activities("w", 3);
  const auto working = worker(3);
  ASSERT_TRUE(working->wait_for_tasks(3));
  for (int i = 0; i < 3; ++i) working->say(completed(working->said().tasks(i).task_token()));
  working->half_close();
  const grpc::Status status = working->finish();
  EXPECT_TRUE(status.ok()) << status.error_message();
  EXPECT_EQ(working->said().confirmations_size(), 3);
}

TEST_F(Streams, that_break_off_while_tasks_come_harm_nobody) {
  start_with_activities("w", 50);
  for (int i = 0; i < 20; ++i) {
    const auto working = worker(50, "worker-" + std::to_string(i));
    if (i == 0) {
      EXPECT_TRUE(working->wait_for_tasks(1));
    }
    working->break_off();
  }
  terminate("w");
  EXPECT_TRUE(history("w").back().has_workflow_execution_terminated());
}

TEST_F(Streams, end_with_a_notice_when_the_coordinator_stops) {
  const auto working = worker(1);
  const auto deciding = decider(1);
  start("w");
  ASSERT_TRUE(deciding->wait_for_tasks(1));
  services_->end_polls();
  for (const grpc::Status& status : {working->finish(), deciding->finish()}) {
    EXPECT_EQ(status.error_code(), grpc::StatusCode::UNAVAILABLE);
    EXPECT_EQ(reason_of(status), "STORE_UNAVAILABLE");
  }
  EXPECT_TRUE(working->said().draining());
  EXPECT_TRUE(deciding->said().draining());
}

TEST_F(Streams, and_polls_opened_while_the_coordinator_stops_get_no_task) {
  start_with_activities("w", 1);
  services_->end_polls();
  EXPECT_EQ(worker(1)->finish().error_code(), grpc::StatusCode::UNAVAILABLE);
  v1::PollForActivityTaskRequest poll;
  v1::PollForActivityTaskResponse polled;
  poll.set_domain(kDomain);
  poll.mutable_task_list()->set_name(kList);
  EXPECT_TRUE(call(*workers_, &Workers::PollForActivityTask, poll, &polled).ok());
  EXPECT_TRUE(polled.task().task_token().empty());
  v1::CountPendingActivityTasksRequest count;
  v1::CountPendingActivityTasksResponse waiting;
  count.set_domain(kDomain);
  count.mutable_task_list()->set_name(kList);
  EXPECT_TRUE(call(*workers_, &Workers::CountPendingActivityTasks, count, &waiting).ok());
  EXPECT_EQ(waiting.count(), 1) << "the task was given to somebody who cannot have it";
}

// A registry that is read when the test says so. The coordinator looks at it by itself, too, for as long as it lives.
class HeldRegistry : protected HeldStore {
 protected:
  // From now on, whoever reads it waits.
  void hold_registry() {
    faults.set_before_read([this](std::string_view call) {
      if (call != "registry_version") return absl::OkStatus();
      std::call_once(somebody_asks_, [this] { asked_.count_down(); });
      released_.wait();
      return absl::OkStatus();
    });
  }
  void let_registry_be_read() { release_.set_value(); }

  std::latch asked_{1};

 private:
  std::once_flag somebody_asks_;
  std::promise<void> release_;
  std::shared_future<void> released_ = release_.get_future().share();
};

class StreamsToBe : protected HeldRegistry, public CoordinatorInProcess {
 protected:
  StreamsToBe() : CoordinatorInProcess("", {}, HeldStore::store()) { set_up_types(); }

  // As if through another coordinator.
  void register_elsewhere(const std::string& domain) {
    store::Store::RegistryChange change;
    change.expected_version = store_->read_registry()->version;
    change.put_domains.push_back({.name = domain, .description = "", .retention_ms = 1, .tags = {}});
    ASSERT_TRUE(store_->change_registry(change).ok());
  }
  std::unique_ptr<WorkerClient> worker(const std::string& domain) {
    auto client = std::make_unique<WorkerClient>([this](grpc::ClientContext* context) { return workers_->PollActivityTasks(context); });
    v1::PollActivityTasksRequest frame;
    frame.mutable_open()->set_domain(domain);
    frame.mutable_open()->mutable_task_list()->set_name(kList);
    frame.mutable_open()->set_instance_id("worker");
    frame.mutable_open()->set_slots(1);
    client->say(frame);
    return client;
  }
};

TEST_F(StreamsToBe, MayPollInADomainThatWasRegisteredElsewhereAMomentAgo) {
  EXPECT_EQ(reason_of(worker("late")->finish()), "UNKNOWN_RESOURCE");
  register_elsewhere("late");
  const auto opened = worker("late");
  opened->half_close();
  EXPECT_TRUE(opened->finish().ok());
}

TEST_F(StreamsToBe, MayBeBrokenOffWhileTheRegistryIsRead) {
  hold_registry();
  const auto gone = worker("late");
  asked_.wait();
  gone->break_off();
  let_registry_be_read();
}

TEST_F(StreamsToBe, EndWhenTheCoordinatorStopsWhileTheRegistryIsRead) {
  register_elsewhere("late");
  hold_registry();
  const auto opening = worker("late");
  asked_.wait();
  services_->end_polls();
  let_registry_be_read();
  EXPECT_EQ(reason_of(opening->finish()), "STORE_UNAVAILABLE");
}

}  // namespace
}  // namespace baton::testing
