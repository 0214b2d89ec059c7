// SWF: 12, throttling: token buckets of domains, off unless a domain asks for them (beyond SWF: in SWF they are the account's).
#include <grpcpp/generic/generic_stub.h>

#include <future>
#include <set>

#include "tests/api/poll_client.h"
#include "tests/spec/domain_settings.h"

namespace baton::testing {
namespace {

using google::protobuf::MethodDescriptor;

// What answers a held task, what is in no domain, and what lifts the limits.
bool is_never_limited(const MethodDescriptor& method) {
  static const std::set<std::string> names{"RegisterDomain",           "ListDomains",
                                           "UpdateDomain",             "RespondDecisionTaskCompleted",
                                           "RespondDecisionTaskFailed", "RespondActivityTaskCompleted",
                                           "RespondActivityTaskFailed", "RespondActivityTaskCanceled",
                                           "RecordActivityTaskHeartbeat", "RespondQuery"};
  return names.contains(method.name());
}

std::vector<const MethodDescriptor*> unary_calls() {
  std::vector<const MethodDescriptor*> calls;
  for (const auto* file : {v1::RegisterDomainRequest::descriptor()->file(), v1::StartWorkflowExecutionRequest::descriptor()->file(),
                           v1::DecisionTask::descriptor()->file(), v1::ActivityTask::descriptor()->file()}) {
    for (int i = 0; i < file->service(0)->method_count(); ++i) {
      if (!file->service(0)->method(i)->client_streaming()) calls.push_back(file->service(0)->method(i));
    }
  }
  return calls;
}

// A request of this call in domain "orders", otherwise empty.
std::unique_ptr<google::protobuf::Message> request_in_orders(const MethodDescriptor& method) {
  std::unique_ptr<google::protobuf::Message> request(
      google::protobuf::MessageFactory::generated_factory()->GetPrototype(method.input_type())->New());
  const auto has = [&](const char* field) { return method.input_type()->FindFieldByName(field) != nullptr; };
  if (has("domain")) {
    merge("domain: 'orders'", request.get());
  } else if (has("start")) {
    merge("start { domain: 'orders' }", request.get());
  } else if (has("resource")) {
    merge("resource: 'baton:domain/orders'", request.get());
  } else {
    merge("name: 'orders'", request.get());
  }
  return request;
}

class Section12Rates : public DomainSettings {
 protected:
  Outcome call_any(const MethodDescriptor& method) {
    grpc::TemplatedGenericStub<google::protobuf::Message, v1::UpdateDomainResponse> stub(channel_);
    grpc::ClientContext context;
    context.set_deadline(std::chrono::system_clock::now() + std::chrono::seconds(20));
    const auto request = request_in_orders(method);
    v1::UpdateDomainResponse ignored;
    std::promise<grpc::Status> ended;
    const std::string path = "/" + method.service()->full_name() + "/" + method.name();
    stub.UnaryCall(&context, path, {}, request.get(), &ignored, [&](grpc::Status status) { ended.set_value(std::move(status)); });
    return outcome_of(ended.get_future().get());
  }
};

// Too fast: nothing is done, and the caller hears when to come back.
TEST_F(Section12Rates, ACallOverItsRateIsThrottled) {
  allow_one("StartWorkflowExecution");
  start("w");
  const Outcome refused = try_start("v");
  EXPECT_EQ(refused.code, grpc::StatusCode::RESOURCE_EXHAUSTED);
  EXPECT_EQ(refused.reason, "THROTTLING");
  EXPECT_EQ(refused.subject, "StartWorkflowExecution");
  EXPECT_TRUE(refused.has_retry_info);
  EXPECT_EQ(try_signal("v").reason, "UNKNOWN_RESOURCE") << "nothing was started, and signals have no rate";
}

TEST_F(Section12Rates, ABucketFillsAgain) {
  update("rates { rates { operation: 'SignalWorkflowExecution' bucket: 1 refill_per_second: 1000 } }");
  start("w");
  signal("w");
  // A millisecond at most.
  while (try_signal("w").reason == "THROTTLING") continue;
  EXPECT_EQ(history_text("w", 3), "3 WorkflowExecutionSignaled, 4 WorkflowExecutionSignaled");
}

TEST_F(Section12Rates, EachItemOfABatchStartHasTheRateOfAStart) {
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
TEST_F(Section12Rates, AnswersAndHeartbeatsHaveNoRate) {
  for (const char* operation : {"RespondDecisionTaskCompleted", "RespondDecisionTaskFailed", "RespondActivityTaskCompleted",
                                "RespondActivityTaskFailed", "RespondActivityTaskCanceled", "RecordActivityTaskHeartbeat"}) {
    EXPECT_EQ(try_update(std::string("rates { rates { operation: '") + operation + "' bucket: 1 refill_per_second: 1 } }").subject,
              "rates.rates[0].operation");
  }
}

TEST_F(Section12Rates, ARateHasBounds) {
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
TEST_F(Section12Rates, ActivitiesHaveARate) {
  allow_one("ScheduleActivityTask");
  start("w");
  decide({schedule("a"), schedule("b"), record_marker("m")});
  EXPECT_EQ(history_text("w", 5), "5 ActivityTaskScheduled, 6 ScheduleActivityTaskFailed, 7 MarkerRecorded, 8 DecisionTaskScheduled");
  EXPECT_EQ(event("w", 6).schedule_activity_task_failed().cause(),
            v1::SCHEDULE_ACTIVITY_TASK_FAILED_CAUSE_ACTIVITY_CREATION_RATE_EXCEEDED);
}
TEST_F(Section12Rates, TimersHaveARate) {
  allow_one("StartTimer");
  start("w");
  decide({start_timer("t"), start_timer("u")});
  EXPECT_EQ(event("w", 6).start_timer_failed().cause(), v1::START_TIMER_FAILED_CAUSE_TIMER_CREATION_RATE_EXCEEDED);
}
TEST_F(Section12Rates, ChildrenHaveARate) {
  allow_one("StartChildWorkflowExecution");
  start("w");
  decide({start_child("c"), start_child("d")});
  EXPECT_EQ(event("w", 6).start_child_workflow_execution_failed().cause(),
            v1::START_CHILD_WORKFLOW_EXECUTION_FAILED_CAUSE_CHILD_CREATION_RATE_EXCEEDED);
  EXPECT_EQ(event("w", 6).start_child_workflow_execution_failed().initiated_event_id(), 0);
}
TEST_F(Section12Rates, ExternalSignalsHaveARate) {
  allow_one("SignalExternalWorkflowExecution");
  start("w");
  decide({signal_external("x"), signal_external("y")});
  EXPECT_EQ(event("w", 7).signal_external_workflow_execution_failed().cause(),
            v1::SIGNAL_EXTERNAL_WORKFLOW_EXECUTION_FAILED_CAUSE_SIGNAL_EXTERNAL_WORKFLOW_EXECUTION_RATE_EXCEEDED);
  EXPECT_EQ(event("w", 7).signal_external_workflow_execution_failed().initiated_event_id(), 6);
}
TEST_F(Section12Rates, ExternalCancelRequestsHaveARate) {
  allow_one("RequestCancelExternalWorkflowExecution");
  start("w");
  decide({request_cancel_external("x"), request_cancel_external("y")});
  EXPECT_EQ(event("w", 7).request_cancel_external_workflow_execution_failed().cause(),
            v1::REQUEST_CANCEL_EXTERNAL_WORKFLOW_EXECUTION_FAILED_CAUSE_REQUEST_CANCEL_EXTERNAL_WORKFLOW_EXECUTION_RATE_EXCEEDED);
}
TEST_F(Section12Rates, FunctionsHaveARate) {
  allow_one("ScheduleLambdaFunction");
  start("w", "lambda_role: 'caller'");
  decide({call_function("f"), call_function("g")});
  EXPECT_EQ(event("w", 6).schedule_lambda_function_failed().cause(),
            v1::SCHEDULE_LAMBDA_FUNCTION_FAILED_CAUSE_LAMBDA_FUNCTION_CREATION_RATE_EXCEEDED);
}
TEST_F(Section12Rates, ContinuingAsNewHasARate) {
  allow_one("ContinueAsNewWorkflowExecution");
  start("w");
  decide({continue_as_new()});
  decide({continue_as_new()});
  EXPECT_EQ(event("w", 5).continue_as_new_workflow_execution_failed().cause(),
            v1::CONTINUE_AS_NEW_WORKFLOW_EXECUTION_FAILED_CAUSE_CONTINUE_AS_NEW_WORKFLOW_EXECUTION_RATE_EXCEEDED);
}

// --- which calls, and which not ---

TEST_F(Section12Rates, EveryCallOfADomainMayBeLimitedButThoseThatMustNotBe) {
  for (const MethodDescriptor* method : unary_calls()) {
    SCOPED_TRACE(method->full_name());
    const std::string rate = "rates { rates { operation: '" + method->name() + "' bucket: 1 refill_per_second: 1 } }";
    if (is_never_limited(*method)) {
      EXPECT_EQ(try_update(rate).subject, "rates.rates[0].operation");
      continue;
    }
    update(rate);
    EXPECT_NE(call_any(*method).reason, "THROTTLING") << "the bucket is full at first";
    const Outcome refused = throttled([&] { return call_any(*method); });
    EXPECT_EQ(refused.subject, method->name());
    EXPECT_GE(refused.retry_after_ms, 1);
    EXPECT_LE(refused.retry_after_ms, 1'000);
  }
}

TEST_F(Section12Rates, ACallThatIsThrottledIsNotLookedAt) {
  allow_one("StartWorkflowExecution");
  EXPECT_EQ(throttled([&] { return try_start(""); }).subject, "StartWorkflowExecution");
}

TEST_F(Section12Rates, WhoeverWaitsAsToldIsServedOnceForEachToken) {
  update("rates { rates { operation: 'SignalWorkflowExecution' bucket: 1 refill_per_second: 20 } }");
  start("w");
  const auto give_up_at = std::chrono::steady_clock::now() + std::chrono::seconds(20);
  for (int sent = 0; sent < 4 && std::chrono::steady_clock::now() < give_up_at;) {
    const Outcome tried = try_signal("w");
    sent += tried.reason == "OK" ? 1 : 0;
    if (tried.reason == "OK") continue;
    EXPECT_EQ(tried.reason, "THROTTLING");
    EXPECT_GE(tried.retry_after_ms, 1);
    EXPECT_LE(tried.retry_after_ms, 50);
  }
  EXPECT_EQ(history_text("w", 3),
            "3 WorkflowExecutionSignaled, 4 WorkflowExecutionSignaled, 5 WorkflowExecutionSignaled, 6 WorkflowExecutionSignaled")
      << "none was lost, none came twice";
}

TEST_F(Section12Rates, TheRatesOfADomainAreItsOwn) {
  register_domain("other");
  allow_one("DescribeDomain");
  v1::DescribeDomainRequest request;
  request.set_name(kDomain);
  throttled([&] { return outcome(*registry_, &Registry::DescribeDomain, request); });
  request.set_name("other");
  for (int i = 0; i < 3; ++i) EXPECT_EQ(outcome(*registry_, &Registry::DescribeDomain, request).reason, "OK");
}

TEST_F(Section12Rates, ARateThatIsTakenAwayHoldsNobodyUp) {
  allow_one("SignalWorkflowExecution");
  start("w");
  throttled([&] { return try_signal("w"); });
  update("rates { }");
  for (int i = 0; i < 3; ++i) signal("w");
}

// What is done is never refused for coming too fast.
TEST_F(Section12Rates, AHeldTaskIsAnsweredWhenNothingElseMayBeCalled) {
  start("w");
  decide({schedule("a"), schedule("b"), schedule("c"), start_timer("t", 200)});
  const auto completed = poll_activity(), failed = poll_activity(), canceled = poll_activity();
  start("v");
  const auto deciding = poll_decision();
  std::string all;
  for (const MethodDescriptor* method : unary_calls()) {
    const bool limited = !is_never_limited(*method) && method->name() != "GetWorkflowExecutionHistory";
    if (limited) all += "rates { operation: '" + method->name() + "' bucket: 1 refill_per_second: 1 } ";
  }
  update("rates { " + all + "}");
  throttled([&] { return try_signal("w"); });
  for (int i = 0; i < 5; ++i) EXPECT_EQ(try_heartbeat(completed).reason, "OK");
  complete_activity(completed);
  fail_activity(failed);
  EXPECT_EQ(try_cancel(canceled).reason, "CANCEL_NOT_REQUESTED");
  wait_for("w", "TimerFired");
  answer(deciding, {record_marker("m")});
}

TEST_F(Section12Rates, LaterPagesOfAHeldTasksHistoryAreNotCounted) {
  start("w");
  for (int i = 0; i < 3; ++i) signal("w");
  const auto task = poll_decision(kList, "maximum_page_size: 2");
  allow_one("PollForDecisionTask");
  v1::PollForDecisionTaskRequest request;
  merge("domain: 'orders' task_list { name: 'main' } identity: 'decider' maximum_page_size: 2", &request);
  request.set_next_page_token(task.next_page_token());
  for (int i = 0; i < 5; ++i) EXPECT_EQ(outcome(*deciders_, &Deciders::PollForDecisionTask, request).reason, "OK");
}

TEST_F(Section12Rates, AStreamIsAPollOfItsKindUnlessItComesWithTasks) {
  start("w");
  decide({schedule("a")});
  const auto task = poll_activity();
  allow_one("PollForActivityTask");
  v1::PollActivityTasksRequest open;
  merge("open { domain: 'orders' task_list { name: 'main' } identity: 'streaming' instance_id: 'w' slots: 1 }", &open);
  const auto stream = [&] { return WorkerClient([this](grpc::ClientContext* context) { return workers_->PollActivityTasks(context); }); };
  throttled([&] {
    WorkerClient client = stream();
    client.say(open);
    client.half_close();
    return outcome_of(client.finish());
  });
  open.mutable_open()->add_held_task_tokens(task.task_token());
  for (int i = 0; i < 3; ++i) {
    WorkerClient client = stream();
    client.say(open);
    client.half_close();
    EXPECT_EQ(outcome_of(client.finish()).reason, "OK");
  }
}

// --- decisions, too ---

TEST_F(Section12Rates, TokensComeBackForDecisions) {
  update("rates { rates { operation: 'StartTimer' bucket: 1 refill_per_second: 10 } }");
  start("w");
  decide({start_timer("a"), start_timer("b")});
  EXPECT_EQ(history_text("w", 5), "5 TimerStarted, 6 StartTimerFailed, 7 DecisionTaskScheduled");
  const auto give_up_at = std::chrono::steady_clock::now() + std::chrono::seconds(20);
  while (describe("w").open_counts().open_timers() < 2 && std::chrono::steady_clock::now() < give_up_at) decide({start_timer("b")});
  EXPECT_EQ(describe("w").open_counts().open_timers(), 2);
}

TEST_F(Section12Rates, ARateIsTakenAtItsBounds) {
  update("rates { rates { operation: 'StartTimer' bucket: 1 refill_per_second: 1 } }");
  update("rates { rates { operation: 'StartTimer' bucket: 1000000 refill_per_second: 1000000 } }");
  const auto subject = [&](const std::string& rate) { return try_update("rates { rates { " + rate + " } }").subject; };
  EXPECT_EQ(subject("operation: 'StartTimer' bucket: -1 refill_per_second: 1"), "rates.rates[0].bucket");
  EXPECT_EQ(subject("operation: 'StartTimer' bucket: 1 refill_per_second: 1000001"), "rates.rates[0].refill_per_second");
  EXPECT_EQ(subject("operation: '' bucket: 1 refill_per_second: 1"), "rates.rates[0].operation");
  EXPECT_EQ(subject("operation: 'PollActivityTasks' bucket: 1 refill_per_second: 1"), "rates.rates[0].operation");
  EXPECT_EQ(try_register("small", "rates { rates { operation: 'StartTimer' } }").subject, "rates.rates[0].bucket");
  EXPECT_EQ(configuration().rates().rates(0).bucket(), 1'000'000) << "nothing of what was refused was applied";
}

}  // namespace
}  // namespace baton::testing
