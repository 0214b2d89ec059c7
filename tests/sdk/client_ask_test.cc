// Updates and queries of a client, against a service that answers as the test tells it to.
#include <gmock/gmock.h>
#include <google/protobuf/text_format.h>
#include <grpcpp/grpcpp.h>

#include <deque>
#include <mutex>

#include "baton/client.h"
#include "baton/v1/workflow_service.grpc.pb.h"
#include "google/rpc/error_details.pb.h"
#include "google/rpc/status.pb.h"

namespace baton::testing {
namespace {

using namespace std::chrono_literals;
using ::testing::AllOf;
using ::testing::HasSubstr;

constexpr Update<int(std::string)> add_item{"add_item"};
constexpr Update<void()> flush{"flush"};
constexpr Query<std::string()> stage{"stage"};
constexpr Query<int(int)> times{"times"};
const Execution kOrder{"order-17", ""};

class Service final : public v1::WorkflowService::Service {
 public:
  Service() {
    grpc::ServerBuilder builder;
    builder.AddListeningPort("127.0.0.1:0", grpc::InsecureServerCredentials(), &port_);
    builder.RegisterService(this);
    server_ = builder.BuildAndStart();
  }
  ~Service() override { server_->Shutdown(std::chrono::system_clock::now()); }
  std::string address() const { return "127.0.0.1:" + std::to_string(port_); }

  // Answers to the calls to come, in order; the last one stays. In text form, or a status.
  void answer(const std::string& response) { answers_.push_back({response, grpc::Status::OK}); }
  void refuse(grpc::StatusCode code, const std::string& fault) {
    google::rpc::ErrorInfo info;
    info.set_reason(fault);
    google::rpc::Status details;
    details.add_details()->PackFrom(info);
    answers_.push_back({"", grpc::Status(code, "as the test says", details.SerializeAsString())});
  }

  std::vector<v1::UpdateWorkflowExecutionRequest> updates;
  std::vector<v1::QueryWorkflowExecutionRequest> queries;

 private:
  struct Answer {
    std::string response;
    grpc::Status status;
  };

  grpc::Status UpdateWorkflowExecution(grpc::ServerContext*, const v1::UpdateWorkflowExecutionRequest* request,
                                       v1::UpdateWorkflowExecutionResponse* response) override {
    const std::lock_guard lock(mutex_);
    updates.push_back(*request);
    return next(response);
  }
  grpc::Status QueryWorkflowExecution(grpc::ServerContext*, const v1::QueryWorkflowExecutionRequest* request,
                                      v1::QueryWorkflowExecutionResponse* response) override {
    const std::lock_guard lock(mutex_);
    queries.push_back(*request);
    return next(response);
  }
  grpc::Status next(google::protobuf::Message* response) {
    const Answer answer = answers_.front();
    if (answers_.size() > 1) answers_.pop_front();
    EXPECT_TRUE(google::protobuf::TextFormat::ParseFromString(answer.response, response)) << answer.response;
    return answer.status;
  }

  std::mutex mutex_;
  std::deque<Answer> answers_;
  int port_ = 0;
  std::unique_ptr<grpc::Server> server_;
};

class ClientAskTest : public ::testing::Test {
 protected:
  // The message of what `call` throws.
  template <class Thrown, class Call>
  Thrown thrown_by(Call call) {
    try {
      call();
    } catch (const Thrown& thrown) {
      return thrown;
    }
    throw std::logic_error("nothing was thrown");
  }

  Service service_;
  Client client_{service_.address(), "shop", {.retry_for = 5s}};
};

TEST_F(ClientAskTest, AnUpdateIsAnswered) {
  service_.answer("run_id: 'r1' reply { completed { result { data: '3' } } }");
  EXPECT_EQ(client_.update(kOrder, add_item, "book", {.headers = {{"trace", {"t1", "", "", ""}}}}), 3);
  ASSERT_EQ(service_.updates.size(), 1u);
  const auto& request = service_.updates[0];
  EXPECT_EQ(request.domain(), "shop");
  EXPECT_EQ(request.workflow_id(), "order-17");
  EXPECT_EQ(request.run_id(), "");
  EXPECT_EQ(request.update_name(), "add_item");
  EXPECT_EQ(request.input().data(), "book");
  EXPECT_EQ(request.headers().at("trace").data(), "t1");
  EXPECT_EQ(request.request_id().size(), 32u);
  EXPECT_EQ(request.wait().seconds(), 20);
}

TEST_F(ClientAskTest, AnUpdateWaitsOnUnderTheSameIdForTheRunThatHasIt) {
  service_.answer("run_id: 'r1'");
  service_.refuse(grpc::StatusCode::UNAVAILABLE, "STORE_UNAVAILABLE");
  service_.answer("run_id: 'r1'");
  service_.answer("run_id: 'r1' reply { completed {} }");
  client_.update(kOrder, flush);
  ASSERT_EQ(service_.updates.size(), 4u);
  for (const auto& request : service_.updates) {
    EXPECT_EQ(request.request_id(), service_.updates[0].request_id());
    EXPECT_FALSE(request.has_input());
  }
  EXPECT_EQ(service_.updates[0].run_id(), "");
  EXPECT_EQ(service_.updates[3].run_id(), "r1");
}

// It says at once that there is no answer yet, since too many wait.
TEST_F(ClientAskTest, ACoordinatorWithoutRoomToWaitIsNotAskedAllTheTime) {
  service_.answer("run_id: 'r1'");
  EXPECT_FALSE(client_.update(kOrder, "flush", std::nullopt, {.patience = 300ms}));
  EXPECT_GE(service_.updates.size(), 2u);
  EXPECT_LE(service_.updates.size(), 300u / 25u);  // the shortest pause is 50 ms, less half of it at random
}

TEST_F(ClientAskTest, AnUpdateThatSaysNoIsThrown) {
  service_.answer("reply { failed { rejected: true reason: 'CART_FULL' details { data: 'by two' content_type: 'text/plain' } } }");
  const auto failed = thrown_by<UpdateFailed>([&] { client_.update(kOrder, add_item, "book"); });
  EXPECT_TRUE(failed.rejected());
  EXPECT_EQ(failed.reason(), "CART_FULL");
  EXPECT_EQ(failed.details()->data, "by two");
  EXPECT_STREQ(failed.what(), "update add_item was rejected: CART_FULL: by two");
  const auto reply = client_.update(kOrder, "add_item", std::nullopt);
  EXPECT_TRUE(reply->failed && reply->rejected);
}

TEST_F(ClientAskTest, AnAnswerOfAnotherTypeIsAnError) {
  service_.answer("reply { completed { result { data: 'three' } } }");
  EXPECT_THROW(client_.update(kOrder, add_item, "book"), PayloadError);
}

TEST_F(ClientAskTest, PatienceIsOverAndTheUpdateStays) {
  service_.answer("run_id: 'r1'");
  EXPECT_FALSE(client_.update(kOrder, "flush", std::nullopt, {.patience = 0ms, .request_id = "mine"}));
  ASSERT_EQ(service_.updates.size(), 1u);
  EXPECT_TRUE(service_.updates[0].has_wait());
  EXPECT_EQ(service_.updates[0].wait().ByteSizeLong(), 0u) << "not to wait at all";
  const auto late = thrown_by<Error>([&] { client_.update(kOrder, flush, {.patience = -1s}); });
  EXPECT_EQ(late.code(), Code::kDeadlineExceeded);
  EXPECT_THAT(late.what(), AllOf(HasSubstr("update flush of workflow_id order-17"), HasSubstr(service_.updates[1].request_id())));
  service_.answer("run_id: 'r1' reply { completed {} }");
  client_.update(kOrder, flush, {.request_id = service_.updates[1].request_id()});
}

TEST_F(ClientAskTest, ARunThatClosesWithoutAnAnswerIsAnError) {
  service_.refuse(grpc::StatusCode::FAILED_PRECONDITION, "UPDATE_UNANSWERED");
  const auto error = thrown_by<Error>([&] { client_.update(kOrder, flush); });
  EXPECT_EQ(error.fault(), "UPDATE_UNANSWERED");
  EXPECT_EQ(service_.updates.size(), 1u);
}

TEST_F(ClientAskTest, AQueryIsAnswered) {
  service_.answer("run_id: 'r1' reply { completed { result { data: 'packed' } } }");
  EXPECT_EQ(client_.query({"order-17", "r1"}, stage), "packed");
  ASSERT_EQ(service_.queries.size(), 1u);
  const auto& request = service_.queries[0];
  EXPECT_EQ(request.domain(), "shop");
  EXPECT_EQ(request.execution().workflow_id(), "order-17");
  EXPECT_EQ(request.execution().run_id(), "r1");
  EXPECT_EQ(request.query_name(), "stage");
  EXPECT_FALSE(request.has_input());
  EXPECT_EQ(request.wait().seconds(), 10);
  service_.answer("reply { completed { result { data: '50' } } }");
  EXPECT_EQ(client_.query(kOrder, stage), "packed") << "what is said once stays until it is said otherwise";
  EXPECT_EQ(client_.query(kOrder, times, 10, {.patience = 1500ms}), 50);
  EXPECT_EQ(service_.queries[2].input().data(), "10");
  EXPECT_EQ(service_.queries[2].wait().nanos(), 500'000'000);
}

TEST_F(ClientAskTest, AQueryThatFailsIsThrown) {
  service_.answer("reply { failed { reason: 'EXCEPTION' details { data: 'no idea' content_type: 'text/plain' } } }");
  const auto failed = thrown_by<QueryFailed>([&] { client_.query(kOrder, stage); });
  EXPECT_EQ(failed.reason(), "EXCEPTION");
  EXPECT_STREQ(failed.what(), "query stage failed: EXCEPTION: no idea");
  EXPECT_EQ(client_.query(kOrder, "stage", std::nullopt).reason, "EXCEPTION");
}

TEST_F(ClientAskTest, AQueryThatNobodyAnswersIsNotRepeated) {
  service_.refuse(grpc::StatusCode::FAILED_PRECONDITION, "QUERY_UNANSWERED");
  EXPECT_EQ(thrown_by<Error>([&] { client_.query(kOrder, stage); }).fault(), "QUERY_UNANSWERED");
  EXPECT_EQ(service_.queries.size(), 1u);
}

TEST_F(ClientAskTest, AStartedRunIsAskedByItself) {
  baton::Run<int> run(client_, {"order-17", "r1"});
  service_.answer("run_id: 'r1' reply { completed { result { data: '3' } } }");
  EXPECT_EQ(run.update(add_item, "book"), 3);
  EXPECT_EQ(run.query(times, 1), 3);
  EXPECT_EQ(run.query(stage), "3");
  run.update(flush, {.patience = 1s});
  EXPECT_EQ(service_.updates[1].wait().seconds(), 1);
  EXPECT_EQ(service_.updates[0].run_id(), "r1");
}

class Masked final : public PayloadCodec {
 public:
  Payload encode(Payload payload) const override { return {"<" + payload.data + ">", payload.content_type, "masked", ""}; }
  Payload decode(Payload payload) const override {
    if (payload.encoding.empty()) return payload;
    return {payload.data.substr(1, payload.data.size() - 2), payload.content_type, "", ""};
  }
};

TEST_F(ClientAskTest, ACodecStandsBetween) {
  Client client(service_.address(), "shop", {.codec = std::make_shared<Masked>()});
  service_.answer("run_id: 'r1' reply { completed { result { data: '<3>' encoding: 'masked' } } }");
  EXPECT_EQ(client.update(kOrder, add_item, "book"), 3);
  EXPECT_EQ(client.query(kOrder, times, 5), 3);
  EXPECT_EQ(service_.updates[0].input().data(), "<book>");
  EXPECT_EQ(service_.queries[0].input().data(), "<5>");
}

}  // namespace
}  // namespace baton::testing
