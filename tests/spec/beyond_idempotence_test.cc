// Beyond SWF: request ids, under which a call that is sent again is answered as the first was; and many starts in one call.
#include "tests/spec/spec_test.h"

namespace baton::testing {
namespace {

using ::testing::ElementsAre;

class BeyondIdempotence : public SpecTest {
 protected:
  v1::StartWorkflowExecutionsResponse start_many(const std::string& fields) {
    v1::StartWorkflowExecutionsRequest request;
    merge("domain: 'orders' " + fields, &request);
    v1::StartWorkflowExecutionsResponse response;
    const grpc::Status status = call(*workflows_, &Workflows::StartWorkflowExecutions, request, &response);
    EXPECT_TRUE(status.ok()) << status.error_message();
    return response;
  }
  static std::string item(const std::string& workflow_id, const std::string& fields = "") {
    return "items { workflow_id: '" + workflow_id + "' workflow_type { name: 'process' version: '1' } " + fields + " } ";
  }
  // What a change of the registry is answered, sent twice under one request id and then under another.
  template <class Request, class Response>
  std::vector<std::string> send_again(grpc::Status (Registry::*method)(grpc::ClientContext*, const Request&, Response*),
                                      const std::string& fields) {
    std::vector<std::string> reasons;
    for (const std::string request_id : {"r", "r", "another"}) {
      Request request;
      merge(fields + " request_id: '" + request_id + "'", &request);
      reasons.push_back(outcome(*registry_, method, request).reason);
    }
    return reasons;
  }
};

TEST_F(BeyondIdempotence, AStartThatIsSentAgainIsTheSameRun) {
  const std::string run_id = start("w", "request_id: 'r'");
  EXPECT_EQ(start("w", "request_id: 'r'"), run_id);
  EXPECT_EQ(try_start("w", "request_id: 'another'").reason, "WORKFLOW_EXECUTION_ALREADY_STARTED");
  decide({complete()});
  EXPECT_EQ(start("w", "request_id: 'r'"), run_id) << "also when that run is closed";
}

TEST_F(BeyondIdempotence, ASignalThatIsSentAgainIsOneSignal) {
  start("w");
  signal("w", "news", "request_id: 'r'");
  signal("w", "news", "request_id: 'r'");
  signal("w", "news", "request_id: 'another'");
  EXPECT_EQ(history_text("w", 3), "3 WorkflowExecutionSignaled, 4 WorkflowExecutionSignaled");
}

TEST_F(BeyondIdempotence, ACancelRequestThatIsSentAgainIsOneRequest) {
  start("w");
  EXPECT_EQ(try_request_cancel_workflow("w", "request_id: 'r'").reason, "OK");
  EXPECT_EQ(try_request_cancel_workflow("w", "request_id: 'r'").reason, "OK");
  EXPECT_EQ(history_text("w", 3), "3 WorkflowExecutionCancelRequested");
}

TEST_F(BeyondIdempotence, ATerminationThatIsSentAgainIsAnsweredAsTheFirst) {
  start("w");
  terminate("w", "request_id: 'r'");
  terminate("w", "request_id: 'r'");
  EXPECT_EQ(try_terminate("w", "request_id: 'another'").reason, "UNKNOWN_RESOURCE");
}

// Without a request id a repeated change is refused as in SWF, and so it is under another one.
TEST_F(BeyondIdempotence, AChangeOfADomainThatIsSentAgainIsAnsweredAsTheFirst) {
  const std::string domain = "name: 'sales' workflow_execution_retention_period { none: true }";
  EXPECT_THAT(send_again(&Registry::RegisterDomain, domain), ElementsAre("OK", "OK", "DOMAIN_ALREADY_EXISTS"));
  EXPECT_THAT(send_again(&Registry::DeprecateDomain, "name: 'sales'"), ElementsAre("OK", "OK", "DOMAIN_DEPRECATED"));
  EXPECT_THAT(send_again(&Registry::UndeprecateDomain, "name: 'sales'"), ElementsAre("OK", "OK", "DOMAIN_ALREADY_EXISTS"));
  v1::DeprecateDomainRequest late;
  merge("name: 'sales' request_id: 'r'", &late);
  EXPECT_EQ(outcome(*registry_, &Registry::DeprecateDomain, late).reason, "OK");
  v1::RegisterWorkflowTypeRequest type;
  merge("domain: 'sales' workflow_type { name: 'ship' version: '1' }", &type);
  EXPECT_EQ(outcome(*registry_, &Registry::RegisterWorkflowType, type).reason, "OK") << "the late repeat deprecated nothing";
}

TEST_F(BeyondIdempotence, AChangeOfAWorkflowTypeThatIsSentAgainIsAnsweredAsTheFirst) {
  const std::string type = "domain: 'orders' workflow_type { name: 'ship' version: '1' }";
  EXPECT_THAT(send_again(&Registry::RegisterWorkflowType, type), ElementsAre("OK", "OK", "TYPE_ALREADY_EXISTS"));
  EXPECT_THAT(send_again(&Registry::DeprecateWorkflowType, type), ElementsAre("OK", "OK", "TYPE_DEPRECATED"));
  EXPECT_THAT(send_again(&Registry::UndeprecateWorkflowType, type), ElementsAre("OK", "OK", "TYPE_ALREADY_EXISTS"));
  EXPECT_EQ(on_type(&Registry::DeprecateWorkflowType, "ship", "1").reason, "OK");
  EXPECT_THAT(send_again(&Registry::DeleteWorkflowType, type), ElementsAre("OK", "OK", "UNKNOWN_RESOURCE"));
}

TEST_F(BeyondIdempotence, AChangeOfAnActivityTypeThatIsSentAgainIsAnsweredAsTheFirst) {
  const std::string type = "domain: 'orders' activity_type { name: 'pack' version: '1' }";
  EXPECT_THAT(send_again(&Registry::RegisterActivityType, type), ElementsAre("OK", "OK", "TYPE_ALREADY_EXISTS"));
  EXPECT_THAT(send_again(&Registry::DeprecateActivityType, type), ElementsAre("OK", "OK", "TYPE_DEPRECATED"));
  EXPECT_THAT(send_again(&Registry::UndeprecateActivityType, type), ElementsAre("OK", "OK", "TYPE_ALREADY_EXISTS"));
  EXPECT_EQ(on_type(&Registry::DeprecateActivityType, "pack", "1").reason, "OK");
  EXPECT_THAT(send_again(&Registry::DeleteActivityType, type), ElementsAre("OK", "OK", "UNKNOWN_RESOURCE"));
}

// A refusal, too, is answered as it was.
TEST_F(BeyondIdempotence, ARefusalStandsUnderItsRequestId) {
  EXPECT_EQ(try_signal("w", "request_id: 'r'").reason, "UNKNOWN_RESOURCE");
  start("w");
  EXPECT_EQ(try_signal("w", "request_id: 'r'").reason, "UNKNOWN_RESOURCE");
  signal("w", "news", "request_id: 'another'");
}

TEST_F(BeyondIdempotence, ManyStartInOneCallAndEachHasItsVerdict) {
  start("taken");
  const auto started = start_many(item("a") + item("taken") + item("b", "input { data: 'x' }") + item("c", "workflow_type { name: 'unknown' }"));
  ASSERT_EQ(started.verdicts_size(), 4);
  EXPECT_EQ(started.verdicts(0).run_id(), describe("a").execution_info().execution().run_id());
  EXPECT_EQ(started.verdicts(1).refused().fault(), v1::WORKFLOW_EXECUTION_ALREADY_STARTED);
  EXPECT_EQ(event("b", 1).workflow_execution_started().input().data(), "x");
  EXPECT_EQ(started.verdicts(3).refused().fault(), v1::UNKNOWN_RESOURCE);
}

TEST_F(BeyondIdempotence, ManyStartsThatAreSentAgainStartNothingTwice) {
  const std::string items = item("a", "request_id: '1'") + item("b", "request_id: '2'");
  EXPECT_EQ(text_of(start_many(items)), text_of(start_many(items)));
}

}  // namespace
}  // namespace baton::testing
