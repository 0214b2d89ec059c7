// SWF: 12, quotas, set for each domain (beyond SWF).
#include <thread>

#include "tests/spec/domain_settings.h"

namespace baton::testing {
namespace {

class Section12Limits : public DomainSettings {};

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

TEST_F(Section12Limits, ALoweredLimitOfEventsHoldsForOpenExecutions) {
  start("w");
  for (int i = 0; i < 10; ++i) signal("w");
  update("limits { history_events: 10 }");
  EXPECT_EQ(describe("w").execution_info().execution_status(), v1::EXECUTION_STATUS_OPEN) << "nothing happens before its next event";
  signal("w");
  EXPECT_EQ(history_text("w", 13), "13 WorkflowExecutionSignaled, 14 WorkflowExecutionTerminated");
}

TEST_F(Section12Limits, TheWarningOfALongHistoryGoesByTheDomainsLimit) {
  update("limits { history_events: 10 }");
  start("w", "history_limit_warning: true");
  for (int i = 0; i < 6; ++i) signal("w");
  EXPECT_EQ(history_text("w", 8), "8 WorkflowExecutionSignaled, 9 WorkflowExecutionHistoryLimitNeared");
}

TEST_F(Section12Limits, AChildOfAFullDomainIsRefused) {
  update("limits { open_executions: 1 }");
  start("w");
  decide({start_child("c")});
  const auto failed = wait_for("w", "StartChildWorkflowExecutionFailed").start_child_workflow_execution_failed();
  EXPECT_EQ(failed.cause(), v1::START_CHILD_WORKFLOW_EXECUTION_FAILED_CAUSE_OPEN_WORKFLOWS_LIMIT_EXCEEDED);
}

TEST_F(Section12Limits, ATaskListTakesNoMorePollersThanTheLimit) {
  update("limits { pollers_per_task_list: 1 }");
  const auto poll = [&](grpc::ClientContext& context) {
    v1::PollForActivityTaskRequest request;
    v1::PollForActivityTaskResponse response;
    merge("domain: 'orders' task_list { name: 'main' } identity: 'worker'", &request);
    return outcome_of(workers_->PollForActivityTask(&context, request, &response));
  };
  grpc::ClientContext first;
  std::thread waiting([&] { poll(first); });
  const auto give_up_at = std::chrono::system_clock::now() + std::chrono::seconds(20);
  Outcome second;
  // It is refused as soon as the first one is there; a poll that comes before it ends by itself.
  while (second.reason != "LIMIT_EXCEEDED" && std::chrono::system_clock::now() < give_up_at) {
    grpc::ClientContext context;
    context.set_deadline(std::chrono::system_clock::now() + std::chrono::milliseconds(50));
    second = poll(context);
  }
  EXPECT_EQ(second.reason, "LIMIT_EXCEEDED");
  EXPECT_EQ(second.subject, "task list main");
  update("limits { pollers_per_task_list: 2 }");
  grpc::ClientContext context;
  context.set_deadline(std::chrono::system_clock::now() + std::chrono::milliseconds(50));
  EXPECT_EQ(poll(context).code, grpc::StatusCode::DEADLINE_EXCEEDED) << "there is room, and no task";
  first.TryCancel();
  waiting.join();
}

TEST_F(Section12Limits, TypesAreLimitedAndADeprecatedOneCounts) {
  update("limits { types: 3 }");  // two of each kind are there
  EXPECT_EQ(register_activity_type("b", "1").reason, "OK");
  EXPECT_EQ(on_type(&Registry::DeprecateActivityType, "b", "1").reason, "OK");
  EXPECT_EQ(register_activity_type("c", "1").reason, "LIMIT_EXCEEDED");
  EXPECT_EQ(register_workflow_type("b", "1").reason, "OK") << "of each kind";
  update("limits { types: 4 }");
  EXPECT_EQ(register_activity_type("c", "1").reason, "OK");
}

std::string data(size_t bytes) { return "{ data: '" + std::string(bytes, 'x') + "' }"; }

TEST_F(Section12Limits, EveryPayloadGoesByTheDomainsLimit) {
  update("limits { payload_bytes: 10 }");
  start("w", "input " + data(10));
  EXPECT_EQ(try_signal("w", "input " + data(11)).subject, "input");
  const auto task = poll_decision();
  EXPECT_EQ(try_answer(task, {schedule("a", "input " + data(11))}).subject, "decisions[0].schedule_activity_task.input");
  answer(task, {schedule("a", "input " + data(10))});
  const auto activity = poll_activity();
  EXPECT_EQ(try_complete(activity, "result " + data(11)).subject, "result");
  EXPECT_EQ(try_fail(activity, "details " + data(11)).subject, "details");
  EXPECT_EQ(try_heartbeat(activity, "details " + data(2048)).reason, "OK") << "these have a limit of their own";
  EXPECT_EQ(try_terminate("w", "details " + data(11)).subject, "details");
  complete_activity(activity, "result " + data(10));
}

// The highest limits: every task and every page still reaches a stock client.
TEST_F(Section12Limits, TheLargestItemsOfTheHighestLimitsAreDelivered) {
  update("limits { payload_bytes: 262144 headers_bytes: 262144 }");
  const std::string largest = "input " + data(262'144) + " headers { key: 'k' value " + data(262'143) + " }";
  start("w", largest);
  for (int i = 0; i < 4; ++i) signal("w", "news", largest);
  const auto task = poll_decision();
  EXPECT_EQ(task.events(0).workflow_execution_started().input().data().size(), 262'144u);
  EXPECT_FALSE(task.next_page_token().empty()) << "a page ends at a mebibyte";
  answer(task, {schedule("a", largest + "control: '" + std::string(32'768, 'c') + "'")});
  const auto activity = poll_activity();
  EXPECT_EQ(activity.input().data().size(), 262'144u);
  EXPECT_EQ(activity.headers().at("k").data().size(), 262'143u);
  complete_activity(activity, "result " + data(262'144));
  v1::GetWorkflowExecutionHistoryRequest request;
  merge("domain: 'orders' execution { workflow_id: 'w' }", &request);
  int signals = 0, pages = 0;
  do {
    v1::GetWorkflowExecutionHistoryResponse page;
    ASSERT_TRUE(call(*workflows_, &Workflows::GetWorkflowExecutionHistory, request, &page).ok());
    for (const auto& shown : page.events()) signals += shown.has_workflow_execution_signaled() ? 1 : 0;
    request.set_next_page_token(page.next_page_token());
  } while (!request.next_page_token().empty() && ++pages < 20);
  EXPECT_EQ(signals, 4);
}

// --- how a domain changes them ---

TEST_F(Section12Limits, OnlyADomainThatIsThereIsUpdatedADeprecatedOneToo) {
  EXPECT_EQ(try_update("name: 'none' limits { open_timers: 1 }").reason, "UNKNOWN_RESOURCE");
  EXPECT_EQ(try_update("name: ''").subject, "name");
  EXPECT_EQ(try_update("request_id: '" + std::string(65, 'r') + "'").subject, "request_id");
  deprecate_domain(kDomain);
  update("limits { open_timers: 1 }");
  EXPECT_EQ(configuration().limits().open_timers(), 1);
}

TEST_F(Section12Limits, ARepeatedUpdateIsAnsweredAsTheFirstWas) {
  update("limits { open_timers: 1 } request_id: 'one'");
  update("limits { open_timers: 2 } request_id: 'two'");
  update("limits { open_timers: 1 } request_id: 'one'");
  EXPECT_EQ(configuration().limits().open_timers(), 2) << "the first change is not made again";
}

TEST_F(Section12Limits, DeprecationAndTagsKeepThem) {
  update("limits { open_timers: 1 }");
  deprecate_domain(kDomain);
  v1::TagResourceRequest tag;
  merge("resource: 'baton:domain/orders' tags { key: 'team' value: 'blue' }", &tag);
  EXPECT_EQ(outcome(*registry_, &Registry::TagResource, tag).reason, "OK");
  EXPECT_EQ(configuration().limits().open_timers(), 1);
}

TEST_F(Section12Limits, ACallThatIsScheduledGoesOnWhenFunctionsAreSwitchedOff) {
  start("w", "lambda_role: 'caller'");
  decide({call_function("f")});
  update("functions_disabled: true");
  complete_activity(poll_activity("resize", "functions: true"));
  wait_for("w", "LambdaFunctionCompleted");
}

class Section12UpdatesDenied : public DomainSettings {
 protected:
  Section12UpdatesDenied() : DomainSettings("deny * UpdateDomain *\ndefault allow") {}
};
TEST_F(Section12UpdatesDenied, UpdateDomainIsPermittedByItsName) {
  EXPECT_EQ(try_update("limits { open_timers: 1 }").reason, "OPERATION_NOT_PERMITTED");
  EXPECT_EQ(configuration().limits().open_timers(), 1000);
}

}  // namespace
}  // namespace baton::testing
