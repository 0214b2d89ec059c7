// What a caller may get wrong: each gets one clear error that names the field or the object, and changes nothing.
#include <gmock/gmock.h>

#include "tests/api/coordinator_in_process.h"

namespace baton::testing {
namespace {

using ::testing::HasSubstr;

class BadInput : public CoordinatorInProcess {
 protected:
  BadInput() { set_up_types(); }
  Outcome start_outcome(const v1::StartWorkflowExecutionRequest& request) {
    return outcome(*workflows_, &Workflows::StartWorkflowExecution, request);
  }
  void expect_refused(const Outcome& outcome, grpc::StatusCode code, const std::string& reason, const std::string& names) {
    EXPECT_EQ(outcome.code, code) << outcome.message;
    EXPECT_EQ(outcome.reason, reason) << outcome.message;
    EXPECT_THAT(outcome.message, HasSubstr(names));
  }
  void expect_invalid(const Outcome& outcome, const std::string& field) {
    expect_refused(outcome, grpc::StatusCode::INVALID_ARGUMENT, "VALIDATION", field);
    EXPECT_EQ(outcome.subject, field);
  }
  int64_t open_executions() {
    v1::CountOpenWorkflowExecutionsRequest request;
    v1::CountOpenWorkflowExecutionsResponse response;
    request.set_domain(kDomain);
    request.mutable_start_time_filter()->mutable_oldest_date();
    EXPECT_TRUE(call(*workflows_, &Workflows::CountOpenWorkflowExecutions, request, &response).ok());
    return response.count();
  }
  std::string forged_token(journal::v1::TaskToken::Kind kind) {
    journal::v1::TaskToken task;
    task.set_kind(kind);
    task.set_domain(kDomain);
    task.set_run_id(std::string(16, 'r'));
    std::string token = tokens_->sign(task);
    token.back() = static_cast<char>(token.back() ^ 1);
    return token;
  }
};

TEST_F(BadInput, names_the_domain_that_is_unknown) {
  auto start = start_request("w");
  start.set_domain("nowhere");
  expect_refused(start_outcome(start), grpc::StatusCode::NOT_FOUND, "UNKNOWN_RESOURCE", "nowhere");

  v1::DescribeDomainRequest describe;
  describe.set_name("nowhere");
  expect_refused(outcome(*registry_, &Registry::DescribeDomain, describe), grpc::StatusCode::NOT_FOUND, "UNKNOWN_RESOURCE", "nowhere");

  v1::PollForActivityTaskRequest poll;
  poll.set_domain("nowhere");
  poll.mutable_task_list()->set_name(kList);
  expect_refused(outcome(*workers_, &Workers::PollForActivityTask, poll), grpc::StatusCode::NOT_FOUND, "UNKNOWN_RESOURCE", "nowhere");

  v1::ListOpenWorkflowExecutionsRequest list;
  list.set_domain("nowhere");
  list.mutable_start_time_filter()->mutable_oldest_date();
  expect_refused(outcome(*workflows_, &Workflows::ListOpenWorkflowExecutions, list), grpc::StatusCode::NOT_FOUND, "UNKNOWN_RESOURCE", "nowhere");

  v1::CountPendingDecisionTasksRequest count;
  count.set_domain("nowhere");
  count.mutable_task_list()->set_name(kList);
  expect_refused(outcome(*deciders_, &Deciders::CountPendingDecisionTasks, count), grpc::StatusCode::NOT_FOUND, "UNKNOWN_RESOURCE", "nowhere");
}

TEST_F(BadInput, names_the_type_that_is_unknown) {
  auto start = start_request("w");
  start.mutable_workflow_type()->set_version("2");
  expect_refused(start_outcome(start), grpc::StatusCode::NOT_FOUND, "UNKNOWN_RESOURCE", "process version 2");
  v1::DescribeActivityTypeRequest describe;
  describe.set_domain(kDomain);
  describe.mutable_activity_type()->set_name("refund");
  describe.mutable_activity_type()->set_version("1");
  expect_refused(outcome(*registry_, &Registry::DescribeActivityType, describe), grpc::StatusCode::NOT_FOUND, "UNKNOWN_RESOURCE", "refund");
  EXPECT_EQ(open_executions(), 0);
}

TEST_F(BadInput, names_the_execution_that_is_unknown) {
  v1::DescribeWorkflowExecutionRequest describe;
  describe.set_domain(kDomain);
  describe.mutable_execution()->set_workflow_id("nobody");
  expect_refused(outcome(*workflows_, &Workflows::DescribeWorkflowExecution, describe), grpc::StatusCode::NOT_FOUND, "UNKNOWN_RESOURCE", "nobody");
  v1::GetWorkflowExecutionHistoryRequest history;
  history.set_domain(kDomain);
  history.mutable_execution()->set_workflow_id("nobody");
  history.mutable_execution()->set_run_id("0190b0a4-3f2e-7c5d-9e8f-0123456789ab");
  expect_refused(outcome(*workflows_, &Workflows::GetWorkflowExecutionHistory, history), grpc::StatusCode::NOT_FOUND, "UNKNOWN_RESOURCE", "nobody");
  history.mutable_execution()->set_run_id("not a run id");
  expect_refused(outcome(*workflows_, &Workflows::GetWorkflowExecutionHistory, history), grpc::StatusCode::NOT_FOUND, "UNKNOWN_RESOURCE", "nobody");
  v1::SignalWorkflowExecutionRequest signal;
  signal.set_domain(kDomain);
  signal.set_workflow_id("nobody");
  signal.set_signal_name("hello");
  expect_refused(outcome(*workflows_, &Workflows::SignalWorkflowExecution, signal), grpc::StatusCode::NOT_FOUND, "UNKNOWN_RESOURCE", "nobody");
  v1::TerminateWorkflowExecutionRequest terminate;
  terminate.set_domain(kDomain);
  terminate.set_workflow_id("nobody");
  expect_refused(outcome(*workflows_, &Workflows::TerminateWorkflowExecution, terminate), grpc::StatusCode::NOT_FOUND, "UNKNOWN_RESOURCE", "nobody");
}

TEST_F(BadInput, names_the_token_that_is_forged_or_missing) {
  v1::RespondActivityTaskCompletedRequest activity;
  expect_refused(outcome(*workers_, &Workers::RespondActivityTaskCompleted, activity), grpc::StatusCode::INVALID_ARGUMENT, "INVALID_TOKEN", "task_token");
  activity.set_task_token(forged_token(journal::v1::TaskToken::ACTIVITY));
  expect_refused(outcome(*workers_, &Workers::RespondActivityTaskCompleted, activity), grpc::StatusCode::INVALID_ARGUMENT, "INVALID_TOKEN", "task_token");
  v1::RespondDecisionTaskCompletedRequest decision;
  decision.set_task_token(forged_token(journal::v1::TaskToken::DECISION));
  expect_refused(outcome(*deciders_, &Deciders::RespondDecisionTaskCompleted, decision), grpc::StatusCode::INVALID_ARGUMENT, "INVALID_TOKEN", "task_token");
  v1::RecordActivityTaskHeartbeatRequest heartbeat;
  heartbeat.set_task_token("garbage");
  expect_refused(outcome(*workers_, &Workers::RecordActivityTaskHeartbeat, heartbeat), grpc::StatusCode::INVALID_ARGUMENT, "INVALID_TOKEN", "task_token");
}

TEST_F(BadInput, names_the_token_of_a_task_that_nobody_has) {
  journal::v1::TaskToken task;
  task.set_kind(journal::v1::TaskToken::ACTIVITY);
  task.set_domain(kDomain);
  task.set_run_id(std::string(16, 'r'));
  task.set_epoch(*store_->epoch());
  task.set_scheduled_event_id(5);
  task.set_delivery(1);
  v1::RespondActivityTaskCompletedRequest request;
  request.set_task_token(tokens_->sign(task));
  expect_refused(outcome(*workers_, &Workers::RespondActivityTaskCompleted, request), grpc::StatusCode::NOT_FOUND, "UNKNOWN_RESOURCE", "task_token");
}

TEST_F(BadInput, names_the_name_that_is_empty_too_long_or_has_forbidden_characters) {
  for (const std::string& bad : {std::string(), std::string(257, 'x'), std::string("a:b"), std::string("a/b"), std::string("a|b"),
                                 std::string("a\x01z"), std::string(" a"), std::string("a "), std::string("arn"), std::string("a\0b", 3)}) {
    v1::RegisterDomainRequest domain;
    domain.set_name(bad);
    domain.mutable_workflow_execution_retention_period()->set_none(true);
    expect_invalid(outcome(*registry_, &Registry::RegisterDomain, domain), "name");

    auto start = start_request("w");
    start.mutable_workflow_type()->set_name(bad);
    expect_invalid(start_outcome(start), "workflow_type.name");

    v1::PollForDecisionTaskRequest poll;
    poll.set_domain(kDomain);
    poll.mutable_task_list()->set_name(bad);
    expect_invalid(outcome(*deciders_, &Deciders::PollForDecisionTask, poll), "task_list.name");
  }
  expect_invalid(start_outcome(start_request("")), "workflow_id");
  v1::SignalWorkflowExecutionRequest signal;
  signal.set_domain(kDomain);
  signal.set_signal_name("s");
  expect_invalid(outcome(*workflows_, &Workflows::SignalWorkflowExecution, signal), "workflow_id");
  v1::TerminateWorkflowExecutionRequest terminate;
  terminate.set_domain(kDomain);
  terminate.set_workflow_id("w");
  terminate.set_request_id(std::string(65, 'r'));
  expect_invalid(outcome(*workflows_, &Workflows::TerminateWorkflowExecution, terminate), "request_id");
  expect_invalid(start_outcome(start_request(std::string(257, 'w'))), "workflow_id");
  EXPECT_EQ(open_executions(), 0);
}

TEST_F(BadInput, counts_characters_not_bytes) {
  std::string umlauts;
  for (int i = 0; i < 256; ++i) umlauts += "\xc3\xa4";
  EXPECT_EQ(start_outcome(start_request(umlauts)).reason, "OK");
  expect_invalid(start_outcome(start_request(umlauts + "\xc3\xa4")), "workflow_id");
}

TEST_F(BadInput, names_the_payload_over_its_limit_by_one_byte) {
  auto start = start_request("w");
  start.mutable_input()->set_data(std::string(limits_.payload_bytes + 1, 'x'));
  expect_invalid(start_outcome(start), "input");
  EXPECT_EQ(open_executions(), 0);
  start.mutable_input()->set_data(std::string(limits_.payload_bytes, 'x'));
  EXPECT_EQ(start_outcome(start).reason, "OK");

  v1::SignalWorkflowExecutionRequest signal;
  signal.set_domain(kDomain);
  signal.set_workflow_id("w");
  signal.set_signal_name("s");
  signal.mutable_input()->set_data(std::string(limits_.payload_bytes + 1, 'x'));
  expect_invalid(outcome(*workflows_, &Workflows::SignalWorkflowExecution, signal), "input");
  EXPECT_EQ(history("w").size(), 2U);
}

TEST_F(BadInput, a_message_over_4_MiB_is_refused_by_the_wire) {
  auto start = start_request("w");
  start.mutable_input()->set_data(std::string(core::kMaxMessageBytes + 1, 'x'));
  EXPECT_EQ(start_outcome(start).code, grpc::StatusCode::RESOURCE_EXHAUSTED);
  EXPECT_EQ(open_executions(), 0);
}

TEST_F(BadInput, a_second_start_of_an_open_workflow_id_names_it) {
  const std::string run_id = start("w");
  expect_refused(start_outcome(start_request("w")), grpc::StatusCode::ALREADY_EXISTS, "WORKFLOW_EXECUTION_ALREADY_STARTED", "w");
  EXPECT_EQ(open_executions(), 1);
  EXPECT_EQ(history("w").size(), 2U);
  EXPECT_EQ(history("w", run_id).size(), 2U);
}

TEST_F(BadInput, an_answer_under_a_superseded_or_closed_delivery_changes_nothing) {
  start("w");
  ASSERT_TRUE(decide(poll_decision(), {schedule_activity("a")}).ok());
  const v1::ActivityTask task = poll_activity();
  v1::RespondActivityTaskCompletedRequest completed;
  completed.set_task_token(task.task_token());
  ASSERT_EQ(outcome(*workers_, &Workers::RespondActivityTaskCompleted, completed).reason, "OK");
  const size_t events = history("w").size();
  // Again: as the first was. Otherwise: refused.
  EXPECT_EQ(outcome(*workers_, &Workers::RespondActivityTaskCompleted, completed).reason, "OK");
  v1::RespondActivityTaskFailedRequest failed;
  failed.set_task_token(task.task_token());
  expect_refused(outcome(*workers_, &Workers::RespondActivityTaskFailed, failed), grpc::StatusCode::NOT_FOUND, "UNKNOWN_RESOURCE", "task_token");
  // The delivery before or after the one that counted.
  journal::v1::TaskToken other = *tokens_->verify_task(journal::v1::TaskToken::ACTIVITY, "task_token", task.task_token());
  other.set_delivery(other.delivery() + 1);
  completed.set_task_token(tokens_->sign(other));
  const Outcome refused = outcome(*workers_, &Workers::RespondActivityTaskCompleted, completed);
  EXPECT_EQ(refused.code, grpc::StatusCode::NOT_FOUND);
  EXPECT_THAT(refused.message, HasSubstr("task_token"));
  EXPECT_EQ(history("w").size(), events);
}

TEST_F(BadInput, an_invalid_decision_is_named_and_leaves_the_token_usable) {
  start("w");
  const v1::DecisionTask task = poll_decision();
  const Outcome refused = outcome_of(decide(task, {schedule_activity("a"), v1::Decision()}));
  expect_refused(refused, grpc::StatusCode::INVALID_ARGUMENT, "VALIDATION", "decisions[1]");
  EXPECT_EQ(history("w").size(), 3U);
  EXPECT_TRUE(decide(task, {schedule_activity("a")}).ok());
}

TEST_F(BadInput, decisions_of_more_than_one_mebibyte_are_refused) {
  start("w");
  const v1::DecisionTask task = poll_decision();
  std::vector<v1::Decision> decisions;
  for (int i = 0; i < 40; ++i) {
    decisions.push_back(schedule_activity("a" + std::to_string(i)));
    decisions.back().mutable_schedule_activity_task()->mutable_input()->set_data(std::string(limits_.payload_bytes, 'x'));
  }
  expect_invalid(outcome_of(decide(task, decisions)), "decisions");
}

TEST_F(BadInput, a_cancel_that_nobody_asked_for_is_refused) {
  start("w");
  ASSERT_TRUE(decide(poll_decision(), {schedule_activity("a")}).ok());
  v1::RespondActivityTaskCanceledRequest canceled;
  canceled.set_task_token(poll_activity().task_token());
  expect_refused(outcome(*workers_, &Workers::RespondActivityTaskCanceled, canceled), grpc::StatusCode::FAILED_PRECONDITION,
                 "CANCEL_NOT_REQUESTED", "task_token");
}

TEST_F(BadInput, the_default_that_nobody_gives_is_named) {
  v1::RegisterWorkflowTypeRequest bare;
  bare.set_domain(kDomain);
  bare.mutable_workflow_type()->set_name("bare");
  bare.mutable_workflow_type()->set_version("1");
  ASSERT_EQ(outcome(*registry_, &Registry::RegisterWorkflowType, bare).reason, "OK");
  auto start = start_request("w");
  start.mutable_workflow_type()->set_name("bare");
  const Outcome refused = start_outcome(start);
  expect_refused(refused, grpc::StatusCode::INVALID_ARGUMENT, "DEFAULT_UNDEFINED", "execution_start_to_close_timeout");
}

TEST_F(BadInput, a_first_frame_without_open_or_with_bad_words_ends_the_stream) {
  const auto ending = [&](const v1::PollActivityTasksRequest& frame) {
    grpc::ClientContext context;
    const auto stream = workers_->PollActivityTasks(&context);
    stream->Write(frame);
    v1::PollActivityTasksResponse said;
    EXPECT_FALSE(stream->Read(&said));
    return outcome_of(stream->Finish());
  };
  v1::PollActivityTasksRequest frame;
  frame.set_draining(true);
  expect_invalid(ending(frame), "open");
  auto& open = *frame.mutable_open();
  open.set_domain(kDomain);
  open.set_slots(1);
  open.set_instance_id("i");
  expect_invalid(ending(frame), "open.task_list.name");
  open.mutable_task_list()->set_name(kList);
  open.set_slots(0);
  expect_invalid(ending(frame), "open.slots");
  open.set_slots(1);
  open.clear_instance_id();
  expect_invalid(ending(frame), "open.instance_id");
  open.set_instance_id("i");
  open.set_identity(std::string(257, 'i'));
  expect_invalid(ending(frame), "open.identity");
  open.clear_identity();
  open.set_domain("nowhere");
  expect_refused(ending(frame), grpc::StatusCode::NOT_FOUND, "UNKNOWN_RESOURCE", "nowhere");
}

}  // namespace
}  // namespace baton::testing
