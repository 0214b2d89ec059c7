// `baton workflow update` and `query`, and what else tells of them, against a coordinator that answers what the test says.
#include <gmock/gmock.h>
#include <google/protobuf/text_format.h>
#include <grpcpp/grpcpp.h>

#include <nlohmann/json.hpp>

#include "baton/v1/workflow_service.grpc.pb.h"
#include "program.h"

namespace baton::testing {
namespace {

using ::testing::HasSubstr;
using ::testing::StartsWith;

// Remembers the last request of each kind.
class Answering : public v1::WorkflowService::Service {
 public:
  Answering() {
    grpc::ServerBuilder builder;
    builder.AddListeningPort("127.0.0.1:0", grpc::InsecureServerCredentials(), &port_);
    builder.RegisterService(this);
    server_ = builder.BuildAndStart();
  }
  ~Answering() override { server_->Shutdown(std::chrono::system_clock::now()); }
  std::string address() const { return "127.0.0.1:" + std::to_string(port_); }

  std::string reply;  // in text form; empty: none
  v1::UpdateWorkflowExecutionRequest updated;
  v1::QueryWorkflowExecutionRequest queried;
  v1::ListOpenWorkflowExecutionsRequest listed;
  v1::DescribeWorkflowExecutionResponse described;
  v1::GetWorkflowExecutionHistoryResponse history;

 private:
  using Context = grpc::ServerContext*;
  template <class Response>
  void answer(Response* response) const {
    response->set_run_id("run-1");
    if (reply.empty()) return;
    EXPECT_TRUE(google::protobuf::TextFormat::ParseFromString(reply, response->mutable_reply()));
  }
  grpc::Status UpdateWorkflowExecution(Context, const v1::UpdateWorkflowExecutionRequest* request,
                                       v1::UpdateWorkflowExecutionResponse* response) override {
    updated = *request;
    answer(response);
    return grpc::Status::OK;
  }
  grpc::Status QueryWorkflowExecution(Context, const v1::QueryWorkflowExecutionRequest* request,
                                      v1::QueryWorkflowExecutionResponse* response) override {
    queried = *request;
    answer(response);
    return grpc::Status::OK;
  }
  grpc::Status ListOpenWorkflowExecutions(Context, const v1::ListOpenWorkflowExecutionsRequest* request,
                                          v1::ListOpenWorkflowExecutionsResponse*) override {
    listed = *request;
    return grpc::Status::OK;
  }
  grpc::Status DescribeWorkflowExecution(Context, const v1::DescribeWorkflowExecutionRequest*,
                                         v1::DescribeWorkflowExecutionResponse* response) override {
    *response = described;
    return grpc::Status::OK;
  }
  grpc::Status GetWorkflowExecutionHistory(Context, const v1::GetWorkflowExecutionHistoryRequest*,
                                           v1::GetWorkflowExecutionHistoryResponse* response) override {
    *response = history;
    return grpc::Status::OK;
  }

  int port_ = 0;
  std::unique_ptr<grpc::Server> server_;
};

class CliAskTest : public ::testing::Test {
 protected:
  Ended workflow(std::vector<std::string> arguments) {
    arguments.insert(arguments.begin(), {BATON_PROGRAM, "--address", coordinator_.address(), "--timeout", "5", "--domain", "shop", "workflow"});
    return run_program(arguments);
  }
  Answering coordinator_;
};

TEST_F(CliAskTest, AnUpdateShowsItsAnswer) {
  coordinator_.reply = "completed { result { data: '3' content_type: 'application/json' } }";
  const Ended ended = workflow({"update", "order-17", "add_item", "--run-id", "run-1", "--input", "{\"sku\": 1}"});
  EXPECT_EQ(ended.exit_code, 0) << ended.err;
  EXPECT_EQ(ended.out, "3\n");
  const auto& sent = coordinator_.updated;
  EXPECT_EQ(sent.domain(), "shop");
  EXPECT_EQ(sent.workflow_id(), "order-17");
  EXPECT_EQ(sent.run_id(), "run-1");
  EXPECT_EQ(sent.update_name(), "add_item");
  EXPECT_EQ(sent.input().content_type(), "application/json");
  EXPECT_EQ(sent.request_id().size(), 32u);
  const auto json = nlohmann::json::parse(workflow({"update", "order-17", "add_item", "-o", "json"}).out);
  EXPECT_EQ(json["outcome"], "completed");
  EXPECT_EQ(json["result"], "3");
  EXPECT_EQ(json["update_id"], coordinator_.updated.request_id());
  EXPECT_FALSE(coordinator_.updated.has_input());
}

TEST_F(CliAskTest, AnAnswerThatSaysNoExitsWithOne) {
  coordinator_.reply = "failed { rejected: true reason: 'CART_FULL' details { data: 'by two' content_type: 'text/plain' } }";
  Ended ended = workflow({"update", "order-17", "add_item"});
  EXPECT_EQ(ended.exit_code, 1);
  EXPECT_EQ(ended.out, "rejected: CART_FULL\nby two\n");
  coordinator_.reply = "failed { reason: 'UNKNOWN_QUERY' }";
  ended = workflow({"query", "order-17", "stage", "-o", "json"});
  EXPECT_EQ(ended.exit_code, 1);
  const auto json = nlohmann::json::parse(ended.out);
  EXPECT_EQ(json["outcome"], "failed");
  EXPECT_EQ(json["reason"], "UNKNOWN_QUERY");
  EXPECT_FALSE(json.contains("details"));
}

TEST_F(CliAskTest, AnUpdateThatIsNotAnsweredYetSaysHowToWaitOn) {
  const Ended ended = workflow({"update", "order-17", "add_item", "--wait", "0s", "--request-id", "mine"});
  EXPECT_EQ(ended.exit_code, 4);
  EXPECT_EQ(ended.out, "");
  EXPECT_EQ(ended.err, "baton: update add_item is recorded and not answered yet: --request-id mine waits on\n");
  EXPECT_EQ(coordinator_.updated.request_id(), "mine");
}

TEST_F(CliAskTest, AQueryShowsItsAnswer) {
  coordinator_.reply = "completed { result { data: 'packed' content_type: 'text/plain' } }";
  const Ended ended = workflow({"query", "order-17", "stage", "--input", "x", "--wait", "500ms"});
  EXPECT_EQ(ended.exit_code, 0);
  EXPECT_EQ(ended.out, "packed\n");
  EXPECT_EQ(coordinator_.queried.query_name(), "stage");
  EXPECT_EQ(coordinator_.queried.input().data(), "x");
  EXPECT_EQ(coordinator_.queried.wait().nanos(), 500'000'000);
  EXPECT_EQ(coordinator_.queried.execution().workflow_id(), "order-17");
}

TEST_F(CliAskTest, AWrongCommandLineExitsWithTwo) {
  const std::vector<std::pair<std::vector<std::string>, std::string>> wrong = {
      {{"update", "order-17"}, "NAME"},
      {{"query", "order-17", "stage", "--wait", "none"}, "is not a duration"},
      {{"list", "--attribute", "customer"}, "NAME=VALUE"},
      {{"list", "--attribute", "a=1", "--attribute", "b=2"}, "one search attribute"},
      {{"list", "--attribute", "a=1", "--tag", "eu"}, "excludes"},
  };
  for (const auto& [arguments, complaint] : wrong) {
    const Ended ended = workflow(arguments);
    EXPECT_EQ(ended.exit_code, 2) << complaint;
    EXPECT_THAT(ended.err, AllOf(StartsWith("baton: "), HasSubstr(complaint)));
  }
}

TEST_F(CliAskTest, DescribeAndHistoryTellOfUpdates) {
  auto* const update = coordinator_.described.add_pending_updates();
  update->set_update_id("u-1");
  update->set_update_name("add_item");
  update->mutable_signaled_time()->set_seconds(1'770'000'000);
  (*coordinator_.described.mutable_search_attributes())["total"].set_integer(42);
  (*coordinator_.described.mutable_search_attributes())["customer"].set_text("eu");
  const std::string out = workflow({"describe", "order-17"}).out;
  EXPECT_THAT(out, HasSubstr("UPDATE    NOT ANSWERED SINCE (UTC)  ID\nadd_item  2026-02-02 02:40:00.000   u-1\n"));
  EXPECT_THAT(out, HasSubstr("customer=eu, total=42\n"));

  auto* event = coordinator_.history.add_events();
  event->set_event_id(1);
  event->mutable_workflow_execution_signaled()->set_signal_name("add_item");
  event->mutable_workflow_execution_signaled()->set_update_id("u-1");
  event = coordinator_.history.add_events();
  event->set_event_id(2);
  event->mutable_workflow_execution_update_answered()->set_update_id("u-1");
  event->mutable_workflow_execution_update_answered()->mutable_reply()->mutable_failed()->set_reason("CART_FULL");
  const std::string history = workflow({"history", "order-17"}).out;
  EXPECT_THAT(history, HasSubstr("signal=add_item  update=u-1\n"));
  EXPECT_THAT(history, HasSubstr("WorkflowExecutionUpdateAnswered  update=u-1  failed  reason=CART_FULL\n"));
}

TEST_F(CliAskTest, ListsAreFilteredByASearchAttribute) {
  EXPECT_EQ(workflow({"list", "--attribute", "customer=eu=x"}).exit_code, 0);
  auto filter = coordinator_.listed.search_attribute_filter();
  EXPECT_EQ(filter.name(), "customer");
  EXPECT_EQ(filter.equal_to().text(), "eu=x");
  EXPECT_EQ(workflow({"list", "--attribute", "total>=100", "--attribute", "total<=500.5"}).exit_code, 0);
  filter = coordinator_.listed.search_attribute_filter();
  EXPECT_EQ(filter.name(), "total");
  EXPECT_EQ(filter.within().least().integer(), 100);
  EXPECT_EQ(filter.within().most().number(), 500.5);
  EXPECT_EQ(workflow({"list", "--attribute", "paid=true"}).exit_code, 0);
  EXPECT_TRUE(coordinator_.listed.search_attribute_filter().equal_to().flag());
  EXPECT_EQ(workflow({"list", "--attribute", "zip=\"01099\""}).exit_code, 0);
  EXPECT_EQ(coordinator_.listed.search_attribute_filter().equal_to().text(), "01099");
  EXPECT_EQ(workflow({"list", "--attribute", "due>=2026-02-02"}).exit_code, 0);
  EXPECT_EQ(coordinator_.listed.search_attribute_filter().within().least().time().seconds(), 1'769'990'400);
}

}  // namespace
}  // namespace baton::testing
