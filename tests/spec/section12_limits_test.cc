// SWF: 12, quotas and rates, set for each domain (beyond SWF).
#include "tests/spec/spec_test.h"

namespace baton::testing {
namespace {

class Section12Limits : public SpecTest {
 protected:
  Outcome try_update(const std::string& fields) {
    v1::UpdateDomainRequest request;
    request.set_name(kDomain);
    merge(fields, &request);
    return outcome(*registry_, &Registry::UpdateDomain, request);
  }
  void update(const std::string& fields) {
    const Outcome updated = try_update(fields);
    EXPECT_EQ(updated.reason, "OK") << updated.message;
  }
  v1::DomainConfiguration configuration() {
    v1::DescribeDomainRequest request;
    v1::DescribeDomainResponse shown;
    request.set_name(kDomain);
    EXPECT_TRUE(call(*registry_, &Registry::DescribeDomain, request, &shown).ok());
    return shown.configuration();
  }
  // One use of it is free, the next one comes too fast.
  void allow_one(const std::string& operation) {
    update("rates { rates { operation: '" + operation + "' bucket: 1 refill_per_second: 1 } }");
  }
};

// --- limits ---

// SWF: 12. The quotas of SWF are the defaults.
TEST_F(Section12Limits, TheDefaultsAreThoseOfSwf) {
  EXPECT_EQ(text_of(configuration().limits()),
            "history_events: 25000 open_activities: 1000 open_timers: 1000 open_children: 1000 open_lambda_functions: 1000 "
            "open_executions: 100000 decisions_per_answer: 1000 payload_bytes: 32768 headers_bytes: 32768 types: 10000 "
            "pollers_per_task_list: 1000");
  EXPECT_FALSE(configuration().has_rates());
  EXPECT_FALSE(configuration().functions_disabled());
}

TEST_F(Section12Limits, WhatIsUpdatedIsDescribedAndTheRestHasItsDefault) {
  update("limits { open_timers: 7 } functions_disabled: true");
  update("rates { rates { operation: 'StartTimer' bucket: 5 refill_per_second: 2 } }");
  EXPECT_EQ(configuration().limits().open_timers(), 7);
  EXPECT_EQ(configuration().limits().open_activities(), 1000);
  EXPECT_EQ(text_of(configuration().rates()), "rates { operation: \"StartTimer\" bucket: 5 refill_per_second: 2 }");
  EXPECT_TRUE(configuration().functions_disabled());
  update("limits { open_children: 3 } functions_disabled: false rates { }");
  EXPECT_EQ(configuration().limits().open_timers(), 1000) << "limits are given as a whole";
  EXPECT_EQ(configuration().limits().open_children(), 3);
  EXPECT_EQ(configuration().rates().rates_size(), 0);
  EXPECT_FALSE(configuration().functions_disabled());
}

TEST_F(Section12Limits, ADomainIsRegisteredWithItsLimits) {
  v1::RegisterDomainRequest request;
  merge("name: 'small' workflow_execution_retention_period { none: true } limits { types: 1 } "
        "rates { rates { operation: 'StartTimer' bucket: 1 refill_per_second: 1 } } functions_disabled: true", &request);
  EXPECT_EQ(outcome(*registry_, &Registry::RegisterDomain, request).reason, "OK");
  EXPECT_EQ(register_workflow_type("a", "1").reason, "OK") << "in another domain";
  v1::RegisterWorkflowTypeRequest type;
  merge("domain: 'small' workflow_type { name: 'a' version: '1' }", &type);
  EXPECT_EQ(outcome(*registry_, &Registry::RegisterWorkflowType, type).reason, "OK");
  type.mutable_workflow_type()->set_version("2");
  EXPECT_EQ(outcome(*registry_, &Registry::RegisterWorkflowType, type).reason, "LIMIT_EXCEEDED");
}

TEST_F(Section12Limits, OpenActivitiesTimersChildrenAndFunctionsAreLimited) {
  update("limits { open_activities: 1 open_timers: 1 open_children: 1 open_lambda_functions: 1 }");
  start("w", "lambda_role: 'caller'");
  decide({schedule("a"), schedule("b"), start_timer("t"), start_timer("u"), start_child("c"), start_child("d"), call_function("f"),
          call_function("g")});
  EXPECT_EQ(event("w", 6).schedule_activity_task_failed().cause(),
            v1::SCHEDULE_ACTIVITY_TASK_FAILED_CAUSE_OPEN_ACTIVITIES_LIMIT_EXCEEDED);
  EXPECT_EQ(event("w", 8).start_timer_failed().cause(), v1::START_TIMER_FAILED_CAUSE_OPEN_TIMERS_LIMIT_EXCEEDED);
  EXPECT_EQ(event("w", 10).start_child_workflow_execution_failed().cause(),
            v1::START_CHILD_WORKFLOW_EXECUTION_FAILED_CAUSE_OPEN_CHILDREN_LIMIT_EXCEEDED);
  EXPECT_EQ(event("w", 12).schedule_lambda_function_failed().cause(),
            v1::SCHEDULE_LAMBDA_FUNCTION_FAILED_CAUSE_OPEN_LAMBDA_FUNCTIONS_LIMIT_EXCEEDED);
}

TEST_F(Section12Limits, PayloadsHeadersAndAnswersAreLimited) {
  update("limits { payload_bytes: 10 headers_bytes: 20 decisions_per_answer: 2 }");
  EXPECT_EQ(try_start("w", "input { data: '12345678901' }").subject, "input");
  EXPECT_EQ(try_start("w", "headers { key: 'trace' value { data: '1234567890123456' } }").subject, "headers");
  start("w", "input { data: '1234567890' } headers { key: 'trace' value { data: '123456789012345' } }");
  const auto task = poll_decision();
  EXPECT_EQ(try_answer(task, {record_marker("1"), record_marker("2"), record_marker("3")}).subject, "decisions");
  EXPECT_EQ(try_answer(task, {record_marker("1", "details { data: '12345678901' }")}).subject, "decisions[0].record_marker.details");
  answer(task, {record_marker("1"), record_marker("2")});
}

// A payload may be larger than SWF's, up to what fits in a frame.
TEST_F(Section12Limits, APayloadMayBeLarger) {
  update("limits { payload_bytes: 262144 }");
  start("w", "input { data: '" + std::string(262'144, 'x') + "' }");
  EXPECT_EQ(poll_decision().events(0).workflow_execution_started().input().data().size(), 262'144u);
}

TEST_F(Section12Limits, TheHistoryOfARunIsLimited) {
  update("limits { history_events: 4 }");
  start("w");
  decide({record_marker("5")});
  EXPECT_EQ(event("w", 6).workflow_execution_terminated().cause(), v1::WORKFLOW_EXECUTION_TERMINATED_CAUSE_EVENT_LIMIT_EXCEEDED);
}

TEST_F(Section12Limits, OpenExecutionsAreLimited) {
  update("limits { open_executions: 1 }");
  start("w");
  const Outcome refused = try_start("v");
  EXPECT_EQ(refused.reason, "LIMIT_EXCEEDED");
  EXPECT_TRUE(refused.has_retry_info);
  terminate("w");
  start("v");
}

TEST_F(Section12Limits, FunctionsCanBeSwitchedOff) {
  update("functions_disabled: true");
  start("w", "lambda_role: 'caller'");
  decide({call_function("f")});
  EXPECT_EQ(event("w", 5).schedule_lambda_function_failed().cause(),
            v1::SCHEDULE_LAMBDA_FUNCTION_FAILED_CAUSE_LAMBDA_SERVICE_NOT_AVAILABLE_IN_REGION);
  update("functions_disabled: false");
  decide({call_function("f")});
  EXPECT_EQ(history_text("w", 9), "9 LambdaFunctionScheduled");
}

TEST_F(Section12Limits, ALimitHasBounds) {
  for (const auto& [name, most] : std::vector<std::pair<std::string, int>>{{"history_events", 100'000},
                                                                           {"open_activities", 10'000},
                                                                           {"open_timers", 10'000},
                                                                           {"open_children", 10'000},
                                                                           {"open_lambda_functions", 10'000},
                                                                           {"open_executions", 10'000'000},
                                                                           {"decisions_per_answer", 10'000},
                                                                           {"payload_bytes", 262'144},
                                                                           {"headers_bytes", 262'144},
                                                                           {"types", 100'000},
                                                                           {"pollers_per_task_list", 100'000}}) {
    const auto limits = [&, field = name](int value) { return "limits { " + field + ": " + std::to_string(value) + " }"; };
    EXPECT_EQ(try_update(limits(0)).subject, "limits." + name);
    EXPECT_EQ(try_update(limits(-1)).subject, "limits." + name);
    EXPECT_EQ(try_update(limits(most + 1)).subject, "limits." + name);
    update(limits(1));
    update(limits(most));
  }
}

// --- rates ---

// Too fast: nothing is done, and the caller hears when to come back.
TEST_F(Section12Limits, ACallOverItsRateIsThrottled) {
  allow_one("StartWorkflowExecution");
  start("w");
  const Outcome refused = try_start("v");
  EXPECT_EQ(refused.code, grpc::StatusCode::RESOURCE_EXHAUSTED);
  EXPECT_EQ(refused.reason, "THROTTLING");
  EXPECT_EQ(refused.subject, "StartWorkflowExecution");
  EXPECT_TRUE(refused.has_retry_info);
  EXPECT_EQ(try_signal("v").reason, "UNKNOWN_RESOURCE") << "nothing was started, and signals have no rate";
}

TEST_F(Section12Limits, ABucketFillsAgain) {
  update("rates { rates { operation: 'SignalWorkflowExecution' bucket: 1 refill_per_second: 1000 } }");
  start("w");
  signal("w");
  // A millisecond at most.
  while (try_signal("w").reason == "THROTTLING") continue;
  EXPECT_EQ(history_text("w", 3), "3 WorkflowExecutionSignaled, 4 WorkflowExecutionSignaled");
}

TEST_F(Section12Limits, EachItemOfABatchStartHasTheRateOfAStart) {
  allow_one("StartWorkflowExecution");
  v1::StartWorkflowExecutionsRequest request;
  v1::StartWorkflowExecutionsResponse response;
  request.set_domain(kDomain);
  *request.add_items() = start_request("a");
  *request.add_items() = start_request("b");
  EXPECT_TRUE(call(*workflows_, &Workflows::StartWorkflowExecutions, request, &response).ok());
  EXPECT_FALSE(response.verdicts(0).run_id().empty());
  EXPECT_EQ(response.verdicts(1).refused().fault(), v1::THROTTLING);
  EXPECT_TRUE(response.verdicts(1).refused().retryable());
}

// What was done is never refused for coming too fast.
TEST_F(Section12Limits, AnswersAndHeartbeatsHaveNoRate) {
  for (const char* operation : {"RespondDecisionTaskCompleted", "RespondDecisionTaskFailed", "RespondActivityTaskCompleted",
                                "RespondActivityTaskFailed", "RespondActivityTaskCanceled", "RecordActivityTaskHeartbeat"}) {
    EXPECT_EQ(try_update(std::string("rates { rates { operation: '") + operation + "' bucket: 1 refill_per_second: 1 } }").subject,
              "rates.rates[0].operation");
  }
}

TEST_F(Section12Limits, ARateHasBounds) {
  const auto subject = [&](const std::string& rate) { return try_update("rates { " + rate + " }").subject; };
  EXPECT_EQ(subject("rates { operation: 'NoSuchCall' bucket: 1 refill_per_second: 1 }"), "rates.rates[0].operation");
  EXPECT_EQ(subject("rates { operation: 'RecordMarker' bucket: 1 refill_per_second: 1 }"), "rates.rates[0].operation");
  EXPECT_EQ(subject("rates { operation: 'StartTimer' refill_per_second: 1 }"), "rates.rates[0].bucket");
  EXPECT_EQ(subject("rates { operation: 'StartTimer' bucket: 1 }"), "rates.rates[0].refill_per_second");
  EXPECT_EQ(subject("rates { operation: 'StartTimer' bucket: 1000001 refill_per_second: 1 }"), "rates.rates[0].bucket");
  const std::string once = "rates { operation: 'StartTimer' bucket: 1000000 refill_per_second: 1000000 }";
  EXPECT_EQ(subject(once + once), "rates.rates[1].operation");
  update("rates { " + once + " }");
  EXPECT_EQ(try_update("name: 'nowhere'").reason, "UNKNOWN_RESOURCE");
}

// SWF: 7, 12. A decision over its rate fails with a cause, and those after it still apply.
TEST_F(Section12Limits, ActivitiesHaveARate) {
  allow_one("ScheduleActivityTask");
  start("w");
  decide({schedule("a"), schedule("b"), record_marker("m")});
  EXPECT_EQ(history_text("w", 5), "5 ActivityTaskScheduled, 6 ScheduleActivityTaskFailed, 7 MarkerRecorded, 8 DecisionTaskScheduled");
  EXPECT_EQ(event("w", 6).schedule_activity_task_failed().cause(),
            v1::SCHEDULE_ACTIVITY_TASK_FAILED_CAUSE_ACTIVITY_CREATION_RATE_EXCEEDED);
}
TEST_F(Section12Limits, TimersHaveARate) {
  allow_one("StartTimer");
  start("w");
  decide({start_timer("t"), start_timer("u")});
  EXPECT_EQ(event("w", 6).start_timer_failed().cause(), v1::START_TIMER_FAILED_CAUSE_TIMER_CREATION_RATE_EXCEEDED);
}
TEST_F(Section12Limits, ChildrenHaveARate) {
  allow_one("StartChildWorkflowExecution");
  start("w");
  decide({start_child("c"), start_child("d")});
  EXPECT_EQ(event("w", 6).start_child_workflow_execution_failed().cause(),
            v1::START_CHILD_WORKFLOW_EXECUTION_FAILED_CAUSE_CHILD_CREATION_RATE_EXCEEDED);
  EXPECT_EQ(event("w", 6).start_child_workflow_execution_failed().initiated_event_id(), 0);
}
TEST_F(Section12Limits, ExternalSignalsHaveARate) {
  allow_one("SignalExternalWorkflowExecution");
  start("w");
  decide({signal_external("x"), signal_external("y")});
  EXPECT_EQ(event("w", 7).signal_external_workflow_execution_failed().cause(),
            v1::SIGNAL_EXTERNAL_WORKFLOW_EXECUTION_FAILED_CAUSE_SIGNAL_EXTERNAL_WORKFLOW_EXECUTION_RATE_EXCEEDED);
  EXPECT_EQ(event("w", 7).signal_external_workflow_execution_failed().initiated_event_id(), 6);
}
TEST_F(Section12Limits, ExternalCancelRequestsHaveARate) {
  allow_one("RequestCancelExternalWorkflowExecution");
  start("w");
  decide({request_cancel_external("x"), request_cancel_external("y")});
  EXPECT_EQ(event("w", 7).request_cancel_external_workflow_execution_failed().cause(),
            v1::REQUEST_CANCEL_EXTERNAL_WORKFLOW_EXECUTION_FAILED_CAUSE_REQUEST_CANCEL_EXTERNAL_WORKFLOW_EXECUTION_RATE_EXCEEDED);
}
TEST_F(Section12Limits, FunctionsHaveARate) {
  allow_one("ScheduleLambdaFunction");
  start("w", "lambda_role: 'caller'");
  decide({call_function("f"), call_function("g")});
  EXPECT_EQ(event("w", 6).schedule_lambda_function_failed().cause(),
            v1::SCHEDULE_LAMBDA_FUNCTION_FAILED_CAUSE_LAMBDA_FUNCTION_CREATION_RATE_EXCEEDED);
}
TEST_F(Section12Limits, ContinuingAsNewHasARate) {
  allow_one("ContinueAsNewWorkflowExecution");
  start("w");
  decide({continue_as_new()});
  decide({continue_as_new()});
  EXPECT_EQ(event("w", 5).continue_as_new_workflow_execution_failed().cause(),
            v1::CONTINUE_AS_NEW_WORKFLOW_EXECUTION_FAILED_CAUSE_CONTINUE_AS_NEW_WORKFLOW_EXECUTION_RATE_EXCEEDED);
}

}  // namespace
}  // namespace baton::testing
