// Beyond SWF: signal with start, start with a delay, and the warning of a history that grows full.
#include "tests/spec/spec_test.h"

namespace baton::testing {
namespace {

class BeyondStarts : public SpecTest {
 protected:
  BeyondStarts() = default;
  explicit BeyondStarts(core::Limits limits) : SpecTest("", limits) {}

  v1::SignalWithStartWorkflowExecutionRequest signal_with_start_request(const std::string& workflow_id, const std::string& fields = "") {
    v1::SignalWithStartWorkflowExecutionRequest request;
    *request.mutable_start() = start_request(workflow_id);
    request.set_signal_name("news");
    merge(fields, &request);
    return request;
  }
  std::string signal_with_start(const std::string& workflow_id, const std::string& fields = "") {
    v1::SignalWithStartWorkflowExecutionResponse response;
    const grpc::Status status = call(*workflows_, &Workflows::SignalWithStartWorkflowExecution,
                                     signal_with_start_request(workflow_id, fields), &response);
    EXPECT_TRUE(status.ok()) << status.error_message();
    return response.run_id();
  }
  Outcome try_signal_with_start(const std::string& workflow_id, const std::string& fields = "") {
    return outcome(*workflows_, &Workflows::SignalWithStartWorkflowExecution, signal_with_start_request(workflow_id, fields));
  }
};

// --- signal with start ---

TEST_F(BeyondStarts, SignalWithStartStartsARunThatHasTheSignal) {
  const std::string run_id = signal_with_start("w", "signal_input { data: 'extra' } signal_headers { key: 'trace' value { data: '1' } }");
  EXPECT_EQ(history_text("w"), "1 WorkflowExecutionStarted, 2 DecisionTaskScheduled, 3 WorkflowExecutionSignaled");
  EXPECT_EQ(attributes("w", 3), "signal_name: \"news\" input { data: \"extra\" } headers { key: \"trace\" value { data: \"1\" } }");
  EXPECT_EQ(describe("w").execution_info().execution().run_id(), run_id);
  EXPECT_EQ(poll_decision().events_size(), 4);
}

TEST_F(BeyondStarts, SignalWithStartSignalsTheOpenRun) {
  const std::string run_id = start("w");
  decide({});
  EXPECT_EQ(signal_with_start("w"), run_id);
  EXPECT_EQ(history_text("w", 5), "5 WorkflowExecutionSignaled, 6 DecisionTaskScheduled");
}

TEST_F(BeyondStarts, SignalWithStartStartsAnewAfterTheLastRunHasClosed) {
  const std::string first = signal_with_start("w");
  decide({complete()});
  EXPECT_NE(signal_with_start("w"), first);
  EXPECT_EQ(history_text("w", 2), "2 DecisionTaskScheduled, 3 WorkflowExecutionSignaled");
}

TEST_F(BeyondStarts, ARepeatedSignalWithStartDoesNothingTwice) {
  const std::string run_id = signal_with_start("w", "start { request_id: 'one' }");
  EXPECT_EQ(signal_with_start("w", "start { request_id: 'one' }"), run_id);
  EXPECT_EQ(signal_with_start("w", "start { request_id: 'two' }"), run_id);
  EXPECT_EQ(signal_with_start("w", "start { request_id: 'two' }"), run_id);
  EXPECT_EQ(history_text("w", 3), "3 WorkflowExecutionSignaled, 4 WorkflowExecutionSignaled");
}

TEST_F(BeyondStarts, BothPartsOfSignalWithStartAreChecked) {
  EXPECT_EQ(try_signal_with_start("w", "signal_name: ''").subject, "signal_name");
  EXPECT_EQ(try_signal_with_start("w", "signal_input { data: '" + std::string(32'769, 'x') + "' }").subject, "signal_input");
  EXPECT_EQ(try_signal_with_start("w", "start { workflow_type { name: 'unknown' } }").reason, "UNKNOWN_RESOURCE");
  EXPECT_EQ(try_signal_with_start("w", "start { workflow_type { version: 'bare' } }").reason, "DEFAULT_UNDEFINED");
  EXPECT_EQ(try_signal_with_start("").subject, "workflow_id");
  EXPECT_EQ(try_signal("w").reason, "UNKNOWN_RESOURCE") << "nothing was started";
}

// --- start delay ---

TEST_F(BeyondStarts, ADelayedRunIsOpenAndItsFirstDecisionTaskWaits) {
  start("w", "start_delay { nanos: 300000000 }");
  EXPECT_EQ(history_text("w"), "1 WorkflowExecutionStarted, 2 DecisionTaskScheduled");
  EXPECT_EQ(text_of(event("w", 1).workflow_execution_started().start_delay()), "nanos: 300000000");
  EXPECT_EQ(count_pending_decisions(), 0);
  EXPECT_TRUE(describe("w").pending_decision().has_parked_until());
  signal("w");
  decide({complete()});
  EXPECT_GE(time_ms("w", 4), time_ms("w", 1) + 300);
  EXPECT_EQ(history_text("w", 3), "3 WorkflowExecutionSignaled, 4 DecisionTaskStarted, 5 DecisionTaskCompleted, 6 WorkflowExecutionCompleted");
}

TEST_F(BeyondStarts, TheTimeoutOfADelayedRunCountsFromTheEndOfItsDelay) {
  start("w", "start_delay { nanos: 200000000 } execution_start_to_close_timeout { " + after_ms(100) + " }");
  wait_for("w", "WorkflowExecutionTimedOut");
  EXPECT_EQ(time_ms("w", 3), time_ms("w", 1) + 300);
}

TEST_F(BeyondStarts, AStartDelayIsUpTo366Days) {
  EXPECT_EQ(try_start("w", "start_delay { seconds: 31622401 }").subject, "start_delay");
  EXPECT_EQ(try_start("w", "start_delay { seconds: -1 }").subject, "start_delay");
  start("w", "start_delay { seconds: 31622400 }");
  start("at once", "start_delay { }");
  EXPECT_EQ(poll_decision().workflow_execution().workflow_id(), "at once");
}

// --- the warning of a history that grows full ---

class BeyondHistoryLimit : public BeyondStarts {
 protected:
  BeyondHistoryLimit() : BeyondStarts({.history_events = 10}) {}
};

TEST_F(BeyondHistoryLimit, TheDeciderHearsAt80PercentAndHasALastDecision) {
  start("w", "history_limit_warning: true");
  decide({record_marker("5"), record_marker("6")});
  signal("w");
  EXPECT_EQ(history_text("w", 7), "7 WorkflowExecutionSignaled, 8 DecisionTaskScheduled, 9 WorkflowExecutionHistoryLimitNeared");
  EXPECT_EQ(attributes("w", 9), "history_limit: 10");
  decide({record_marker("m")});
  EXPECT_EQ(attributes("w", 13), "history_limit: 10 last_decision: true");
  const auto last = poll_decision();
  answer(last, {continue_as_new()});
  EXPECT_EQ(describe("w").execution_info().execution_status(), v1::EXECUTION_STATUS_OPEN);
  EXPECT_TRUE(event("w", 1).workflow_execution_started().history_limit_warning()) << "the run that continues it has it, too";
}

TEST_F(BeyondHistoryLimit, ARunThatLetsItsLastDecisionPassIsTerminated) {
  start("w", "history_limit_warning: true");
  decide({record_marker("5"), record_marker("6"), record_marker("7"), record_marker("8"), record_marker("9"), record_marker("10")});
  EXPECT_EQ(history_text("w", 11),
            "11 WorkflowExecutionHistoryLimitNeared, 12 DecisionTaskScheduled, 13 WorkflowExecutionHistoryLimitNeared");
  decide({});
  EXPECT_EQ(history_text("w", 14), "14 DecisionTaskStarted, 15 DecisionTaskCompleted, 16 WorkflowExecutionTerminated");
  EXPECT_EQ(event("w", 16).workflow_execution_terminated().cause(), v1::WORKFLOW_EXECUTION_TERMINATED_CAUSE_EVENT_LIMIT_EXCEEDED);
}

// SWF: 12. No warning and no last decision unless asked for.
TEST_F(BeyondHistoryLimit, WithoutItTheRunEndsAsInSwf) {
  start("w");
  decide({record_marker("5"), record_marker("6"), record_marker("7"), record_marker("8"), record_marker("9"), record_marker("10"),
          record_marker("11")});
  EXPECT_EQ(history_text("w", 11), "11 MarkerRecorded, 12 WorkflowExecutionTerminated");
}

}  // namespace
}  // namespace baton::testing
