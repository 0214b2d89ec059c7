// Beyond SWF: request ids, under which a call that is sent again is answered as the first was; and many starts in one call.
#include "tests/spec/spec_test.h"

namespace baton::testing {
namespace {

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
