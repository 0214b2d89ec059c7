// A decider that cannot decide says so, over a channel: by the unary call and on its stream.
#include <gmock/gmock.h>

#include "tests/api/coordinator_in_process.h"
#include "tests/api/poll_client.h"

namespace baton::testing {
namespace {

using ::testing::HasSubstr;

class DecisionFailed : public CoordinatorInProcess {
 protected:
  DecisionFailed() { set_up_types(); }

  std::unique_ptr<DeciderClient> decider() {
    auto client = std::make_unique<DeciderClient>([this](grpc::ClientContext* context) { return deciders_->PollDecisionTasks(context); });
    v1::PollDecisionTasksRequest frame;
    auto& open = *frame.mutable_open();
    open.set_domain(kDomain);
    open.mutable_task_list()->set_name(kList);
    open.set_instance_id("decider-1");
    open.set_slots(1);
    client->say(frame);
    return client;
  }
  static v1::RespondDecisionTaskFailedRequest failed(const std::string& token, const std::string& reason = "NONDETERMINISM") {
    v1::RespondDecisionTaskFailedRequest request;
    request.set_task_token(token);
    request.set_reason(reason);
    return request;
  }
  static v1::PollDecisionTasksRequest in_frame(const v1::RespondDecisionTaskFailedRequest& request) {
    v1::PollDecisionTasksRequest frame;
    *frame.add_answers()->mutable_failed() = request;
    return frame;
  }
  static v1::PollDecisionTasksRequest completed(const std::string& token) {
    v1::PollDecisionTasksRequest frame;
    auto& answer = *frame.add_answers()->mutable_completed();
    answer.set_task_token(token);
    *answer.add_decisions() = complete_workflow();
    return frame;
  }
  Outcome give_up(const v1::RespondDecisionTaskFailedRequest& request) {
    return outcome(*deciders_, &Deciders::RespondDecisionTaskFailed, request);
  }
  v1::PendingDecision pending() {
    v1::DescribeWorkflowExecutionRequest request;
    v1::DescribeWorkflowExecutionResponse response;
    request.set_domain(kDomain);
    request.mutable_execution()->set_workflow_id("w");
    EXPECT_TRUE(call(*workflows_, &Workflows::DescribeWorkflowExecution, request, &response).ok());
    return response.pending_decision();
  }
};

TEST_F(DecisionFailed, over_a_unary_call_parks_the_task_and_brings_it_again) {
  start("w");
  const v1::DecisionTask task = poll_decision();
  EXPECT_EQ(give_up(failed(task.task_token())).reason, "OK");
  EXPECT_EQ(pending().failure_reason(), "NONDETERMINISM");
  EXPECT_TRUE(pending().has_parked_until());
  const v1::DecisionTask again = poll_decision();
  EXPECT_EQ(again.delivery(), 2);
  EXPECT_NE(again.task_token(), task.task_token());
  EXPECT_TRUE(decide(again, {complete_workflow()}).ok());
}

TEST_F(DecisionFailed, on_a_stream_is_confirmed_frees_the_slot_and_brings_the_task_again) {
  const auto deciding = decider();
  start("w");
  ASSERT_TRUE(deciding->wait_for_tasks(1));
  const std::string first = deciding->said().tasks(0).task_token();
  deciding->say(in_frame(failed(first)));
  ASSERT_TRUE(deciding->wait_for_confirmations(1));
  EXPECT_TRUE(deciding->said().confirmations(0).recorded());
  EXPECT_EQ(deciding->said().confirmations(0).task_token(), first);
  EXPECT_EQ(pending().failure_reason(), "NONDETERMINISM");
  // Its only slot is free for another run meanwhile.
  start("other");
  ASSERT_TRUE(deciding->wait_for_tasks(2));
  EXPECT_EQ(deciding->said().tasks(1).workflow_execution().workflow_id(), "other");
  deciding->say(completed(deciding->said().tasks(1).task_token()));
  ASSERT_TRUE(deciding->wait_for_tasks(3));
  const v1::DecisionTask again = deciding->said().tasks(2);
  EXPECT_EQ(again.workflow_execution().workflow_id(), "w");
  EXPECT_EQ(again.events_size(), 3) << "no delta of an answer that decided nothing";
  // Sent again, by either way: as recorded.
  deciding->say(in_frame(failed(first)));
  ASSERT_TRUE(deciding->wait_for_confirmations(3));
  EXPECT_TRUE(deciding->said().confirmations(2).recorded());
  EXPECT_EQ(give_up(failed(first)).reason, "OK");
  deciding->say(completed(again.task_token()));
  ASSERT_TRUE(deciding->wait_for_confirmations(4));
  EXPECT_TRUE(deciding->said().confirmations(3).recorded());
}

TEST_F(DecisionFailed, with_bad_input_names_it_and_changes_nothing) {
  const auto deciding = decider();
  start("w");
  ASSERT_TRUE(deciding->wait_for_tasks(1));
  const std::string token = deciding->said().tasks(0).task_token();
  std::string forged = token;
  forged[8] = static_cast<char>(forged[8] ^ 4);
  v1::RespondDecisionTaskFailedRequest details = failed(token);
  details.mutable_details()->set_data(std::string(limits_.payload_bytes + 1, 'd'));
  const std::vector<std::tuple<v1::RespondDecisionTaskFailedRequest, v1::Fault, std::string>> bad{
      {failed(forged), v1::INVALID_TOKEN, "task_token"},
      {failed(""), v1::INVALID_TOKEN, "task_token"},
      {failed(token, std::string(257, 'r')), v1::VALIDATION, "reason"},
      {details, v1::VALIDATION, "details"}};
  int confirmations = 0;
  for (const auto& [request, reason, names] : bad) {
    const Outcome refused = give_up(request);
    EXPECT_EQ(refused.reason, v1::Fault_Name(reason));
    EXPECT_THAT(refused.message, HasSubstr(names));
    deciding->say(in_frame(request));
    ASSERT_TRUE(deciding->wait_for_confirmations(++confirmations));
    const v1::Refusal& confirmed = deciding->said().confirmations(confirmations - 1).refused();
    EXPECT_EQ(confirmed.fault(), reason);
    EXPECT_THAT(confirmed.message(), HasSubstr(names));
  }
  EXPECT_EQ(pending().consecutive_failures(), 0);
  deciding->say(completed(token));
  ASSERT_TRUE(deciding->wait_for_confirmations(++confirmations));
  EXPECT_TRUE(deciding->said().confirmations(confirmations - 1).recorded()) << "the token stays usable";
}

TEST_F(DecisionFailed, under_a_token_that_nobody_has_is_refused) {
  start("w");
  const v1::DecisionTask task = poll_decision();
  journal::v1::TaskToken other = *tokens_->verify_task(journal::v1::TaskToken::DECISION, "task_token", task.task_token());
  other.set_delivery(2);
  EXPECT_EQ(give_up(failed(tokens_->sign(other))).reason, "UNKNOWN_RESOURCE");
  ASSERT_EQ(give_up(failed(task.task_token())).reason, "OK");
  const v1::DecisionTask again = poll_decision();
  other.set_run_id(std::string(16, 'r'));
  EXPECT_EQ(give_up(failed(tokens_->sign(other))).code, grpc::StatusCode::NOT_FOUND);
  EXPECT_TRUE(decide(again, {complete_workflow()}).ok());
}

}  // namespace
}  // namespace baton::testing
