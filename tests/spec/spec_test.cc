#include "tests/spec/spec_test.h"

#include "tests/spec/wire_watch.h"

namespace baton::testing {
namespace {

constexpr auto kPatience = std::chrono::seconds(20);

// Of a request that addresses an execution or a domain.
template <class Request>
Request in_orders(const std::string& fields, const std::string& more = "") {
  Request request;
  request.set_domain(CoordinatorInProcess::kDomain);
  merge(fields, &request);
  merge(more, &request);
  return request;
}

std::string quoted(const std::string& name, const std::string& value) { return name + ": '" + value + "' "; }

template <class Request, class Task>
Request under_token(const Task& task, const std::string& fields) {
  Request request;
  request.set_task_token(task.task_token());
  merge(fields, &request);
  return request;
}

// A poll with an end of its own, so that a test that waits in vain fails soon.
template <class Stub, class Request, class Response>
auto poll(Stub& stub, grpc::Status (Stub::*method)(grpc::ClientContext*, const Request&, Response*), const Request& request) {
  grpc::ClientContext context;
  context.set_deadline(std::chrono::system_clock::now() + kPatience);
  Response response;
  const grpc::Status status = (stub.*method)(&context, request, &response);
  EXPECT_TRUE(status.ok()) << status.error_message();
  EXPECT_FALSE(response.task().task_token().empty());
  return response.task();
}

}  // namespace

SpecTest::SpecTest(const std::string& policy, core::Limits limits) : CoordinatorInProcess(policy, limits, open_store(), wire_watchers()) {
  set_up_types();
  EXPECT_EQ(register_workflow_type("process", "bare").reason, "OK");
  EXPECT_EQ(register_activity_type("charge", "bare").reason, "OK");
}

// --- registry ---

void SpecTest::register_domain(const std::string& name) {
  v1::RegisterDomainRequest request;
  merge(quoted("name", name) + "workflow_execution_retention_period { none: true }", &request);
  EXPECT_EQ(outcome(*registry_, &Registry::RegisterDomain, request).reason, "OK");
}

void SpecTest::deprecate_domain(const std::string& name) {
  v1::DeprecateDomainRequest request;
  request.set_name(name);
  EXPECT_EQ(outcome(*registry_, &Registry::DeprecateDomain, request).reason, "OK");
}

Outcome SpecTest::register_workflow_type(const std::string& name, const std::string& version, const std::string& configuration) {
  const std::string type = "workflow_type { " + quoted("name", name) + quoted("version", version) + "} ";
  return outcome(*registry_, &Registry::RegisterWorkflowType,
                 in_orders<v1::RegisterWorkflowTypeRequest>(type, "configuration { " + configuration + " }"));
}

Outcome SpecTest::register_activity_type(const std::string& name, const std::string& version, const std::string& configuration) {
  const std::string type = "activity_type { " + quoted("name", name) + quoted("version", version) + "} ";
  return outcome(*registry_, &Registry::RegisterActivityType,
                 in_orders<v1::RegisterActivityTypeRequest>(type, "configuration { " + configuration + " }"));
}

// --- executions ---

Outcome SpecTest::try_start(const std::string& workflow_id, const std::string& fields) {
  auto request = start_request(workflow_id);
  merge(fields, &request);
  return outcome(*workflows_, &Workflows::StartWorkflowExecution, request);
}

std::string SpecTest::start(const std::string& workflow_id, const std::string& fields) {
  auto request = start_request(workflow_id);
  merge(fields, &request);
  v1::StartWorkflowExecutionResponse response;
  const grpc::Status status = call(*workflows_, &Workflows::StartWorkflowExecution, request, &response);
  EXPECT_TRUE(status.ok()) << status.error_message();
  return response.run_id();
}

Outcome SpecTest::try_signal(const std::string& workflow_id, const std::string& fields) {
  const std::string named = quoted("workflow_id", workflow_id) + "signal_name: 'news'";
  return outcome(*workflows_, &Workflows::SignalWorkflowExecution, in_orders<v1::SignalWorkflowExecutionRequest>(named, fields));
}

void SpecTest::signal(const std::string& workflow_id, const std::string& signal_name, const std::string& fields) {
  EXPECT_EQ(try_signal(workflow_id, quoted("signal_name", signal_name) + fields).reason, "OK");
}

Outcome SpecTest::try_request_cancel_workflow(const std::string& workflow_id, const std::string& fields) {
  return outcome(*workflows_, &Workflows::RequestCancelWorkflowExecution,
                 in_orders<v1::RequestCancelWorkflowExecutionRequest>(quoted("workflow_id", workflow_id), fields));
}

void SpecTest::request_cancel_workflow(const std::string& workflow_id) {
  EXPECT_EQ(try_request_cancel_workflow(workflow_id).reason, "OK");
}

Outcome SpecTest::try_terminate(const std::string& workflow_id, const std::string& fields) {
  return outcome(*workflows_, &Workflows::TerminateWorkflowExecution,
                 in_orders<v1::TerminateWorkflowExecutionRequest>(quoted("workflow_id", workflow_id), fields));
}

void SpecTest::terminate(const std::string& workflow_id, const std::string& fields) {
  EXPECT_EQ(try_terminate(workflow_id, fields).reason, "OK");
}

v1::DescribeWorkflowExecutionResponse SpecTest::describe(const std::string& workflow_id, const std::string& run_id) {
  const std::string execution = "execution { " + quoted("workflow_id", workflow_id) + quoted("run_id", run_id) + "}";
  v1::DescribeWorkflowExecutionResponse shown;
  const grpc::Status status = call(*workflows_, &Workflows::DescribeWorkflowExecution,
                                   in_orders<v1::DescribeWorkflowExecutionRequest>(execution), &shown);
  EXPECT_TRUE(status.ok()) << status.error_message();
  return shown;
}

// --- deciding ---

v1::DecisionTask SpecTest::poll_decision(const std::string& list, const std::string& fields) {
  const std::string poller = "task_list { " + quoted("name", list) + "} identity: 'decider'";
  return poll(*deciders_, &Deciders::PollForDecisionTask, in_orders<v1::PollForDecisionTaskRequest>(poller, fields));
}

Outcome SpecTest::try_answer(const v1::DecisionTask& task, const Decisions& decisions, const std::string& fields) {
  auto request = under_token<v1::RespondDecisionTaskCompletedRequest>(task, fields);
  for (const v1::Decision& decision : decisions) *request.add_decisions() = decision;
  return outcome(*deciders_, &Deciders::RespondDecisionTaskCompleted, request);
}

void SpecTest::answer(const v1::DecisionTask& task, const Decisions& decisions, const std::string& fields) {
  const Outcome answered = try_answer(task, decisions, fields);
  EXPECT_EQ(answered.reason, "OK") << answered.message;
}

v1::DecisionTask SpecTest::decide(const Decisions& decisions, const std::string& fields) {
  const v1::DecisionTask task = poll_decision();
  answer(task, decisions, fields);
  return task;
}

Outcome SpecTest::try_give_up(const v1::DecisionTask& task, const std::string& fields) {
  return outcome(*deciders_, &Deciders::RespondDecisionTaskFailed, under_token<v1::RespondDecisionTaskFailedRequest>(task, fields));
}

void SpecTest::give_up(const v1::DecisionTask& task, const std::string& fields) {
  const Outcome given_up = try_give_up(task, fields);
  EXPECT_EQ(given_up.reason, "OK") << given_up.message;
}

int SpecTest::count_pending_decisions(const std::string& list) {
  v1::CountPendingDecisionTasksResponse response;
  const auto request = in_orders<v1::CountPendingDecisionTasksRequest>("task_list { " + quoted("name", list) + "}");
  EXPECT_TRUE(call(*deciders_, &Deciders::CountPendingDecisionTasks, request, &response).ok());
  return response.count();
}

// --- working ---

v1::ActivityTask SpecTest::poll_activity(const std::string& list, const std::string& fields) {
  const std::string poller = "task_list { " + quoted("name", list) + "} identity: 'worker'";
  return poll(*workers_, &Workers::PollForActivityTask, in_orders<v1::PollForActivityTaskRequest>(poller, fields));
}

Outcome SpecTest::try_complete(const v1::ActivityTask& task, const std::string& fields) {
  return outcome(*workers_, &Workers::RespondActivityTaskCompleted,
                 under_token<v1::RespondActivityTaskCompletedRequest>(task, fields));
}
Outcome SpecTest::try_fail(const v1::ActivityTask& task, const std::string& fields) {
  return outcome(*workers_, &Workers::RespondActivityTaskFailed, under_token<v1::RespondActivityTaskFailedRequest>(task, fields));
}
Outcome SpecTest::try_cancel(const v1::ActivityTask& task, const std::string& fields) {
  return outcome(*workers_, &Workers::RespondActivityTaskCanceled, under_token<v1::RespondActivityTaskCanceledRequest>(task, fields));
}
Outcome SpecTest::try_heartbeat(const v1::ActivityTask& task, const std::string& fields) {
  return outcome(*workers_, &Workers::RecordActivityTaskHeartbeat, under_token<v1::RecordActivityTaskHeartbeatRequest>(task, fields));
}

void SpecTest::complete_activity(const v1::ActivityTask& task, const std::string& fields) {
  EXPECT_EQ(try_complete(task, fields).reason, "OK");
}
void SpecTest::fail_activity(const v1::ActivityTask& task, const std::string& fields) {
  EXPECT_EQ(try_fail(task, fields).reason, "OK");
}
void SpecTest::cancel_activity(const v1::ActivityTask& task, const std::string& fields) {
  EXPECT_EQ(try_cancel(task, fields).reason, "OK");
}

bool SpecTest::heartbeat(const v1::ActivityTask& task, const std::string& fields) {
  v1::RecordActivityTaskHeartbeatResponse response;
  const auto request = under_token<v1::RecordActivityTaskHeartbeatRequest>(task, fields);
  const grpc::Status status = call(*workers_, &Workers::RecordActivityTaskHeartbeat, request, &response);
  EXPECT_TRUE(status.ok()) << status.error_message();
  return response.cancel_requested();
}

int SpecTest::count_pending_activities(const std::string& list) {
  v1::CountPendingActivityTasksResponse response;
  const auto request = in_orders<v1::CountPendingActivityTasksRequest>("task_list { " + quoted("name", list) + "}");
  EXPECT_TRUE(call(*workers_, &Workers::CountPendingActivityTasks, request, &response).ok());
  return response.count();
}

// --- what is in the history ---

std::string SpecTest::history_text(const std::string& workflow_id, int64_t from) { return text_of(history(workflow_id), from); }

v1::HistoryEvent SpecTest::event(const std::string& workflow_id, int64_t event_id) {
  for (const v1::HistoryEvent& event : history(workflow_id)) {
    if (event.event_id() == event_id) return event;
  }
  ADD_FAILURE() << workflow_id << " has no event " << event_id << " but " << history_text(workflow_id);
  return {};
}

std::string SpecTest::attributes(const std::string& workflow_id, int64_t event_id) {
  return attributes_of(event(workflow_id, event_id));
}

int64_t SpecTest::time_ms(const std::string& workflow_id, int64_t event_id) {
  return milliseconds_of(event(workflow_id, event_id).event_time());
}

bool SpecTest::wakes_decider(const std::string& workflow_id, int64_t event_id) {
  const auto events = history(workflow_id);
  const auto last = static_cast<int64_t>(events.size());
  if (last == event_id) return false;
  EXPECT_EQ(text_of(events, event_id + 1), std::to_string(event_id + 1) + " DecisionTaskScheduled");
  EXPECT_EQ(time_ms(workflow_id, event_id), time_ms(workflow_id, last));
  return true;
}

v1::HistoryEvent SpecTest::wait_for(const std::string& workflow_id, const std::string& event_name) {
  return wait_until(workflow_id, [&](const v1::HistoryEvent& event) { return name_of(event) == event_name; });
}

v1::HistoryEvent SpecTest::wait_for_event(const std::string& workflow_id, int64_t event_id) {
  return wait_until(workflow_id, [&](const v1::HistoryEvent& event) { return event.event_id() == event_id; });
}

v1::HistoryEvent SpecTest::wait_until(const std::string& workflow_id, const std::function<bool(const v1::HistoryEvent&)>& wanted) {
  const auto until = std::chrono::steady_clock::now() + kPatience;
  while (std::chrono::steady_clock::now() < until) {
    for (const v1::HistoryEvent& event : history(workflow_id)) {
      if (!wanted(event)) continue;
      EXPECT_LE(milliseconds_of(event.event_time()), engine_->now_ms());
      return event;
    }
  }
  ADD_FAILURE() << workflow_id << " still waits after " << history_text(workflow_id);
  return {};
}

}  // namespace baton::testing
