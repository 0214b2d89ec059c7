#include "tests/api/coordinator_in_process.h"

#include "coordinator/core/journal_values.h"
#include "coordinator/store/memory/memory_store.h"
#include "google/rpc/error_details.pb.h"
#include "google/rpc/status.pb.h"
#include "tests/engine/history_checks.h"

namespace baton::testing {
namespace {

void after(int64_t ms, v1::Timeout* timeout) { core::set_timeout(ms, timeout); }

}  // namespace

Outcome outcome_of(const grpc::Status& status) {
  Outcome outcome{status.error_code(), status.ok() ? "OK" : "", "", status.error_message()};
  google::rpc::Status details;
  details.ParseFromString(status.error_details());
  for (const auto& any : details.details()) {
    google::rpc::ErrorInfo info;
    google::rpc::RetryInfo retry;
    if (any.UnpackTo(&info)) {
      outcome.reason = info.reason();
      for (const char* key : {"field", "resource"}) {
        if (const auto found = info.metadata().find(key); found != info.metadata().end()) outcome.subject = found->second;
      }
    }
    if (any.UnpackTo(&retry)) {
      outcome.has_retry_info = true;
      outcome.retry_after_ms = core::duration_ms(retry.retry_delay());
    }
  }
  return outcome;
}

std::string reason_of(const grpc::Status& status) { return outcome_of(status).reason; }

CoordinatorInProcess::CoordinatorInProcess(const std::string& policy, core::Limits limits, std::unique_ptr<store::Store> store,
                                           Watchers watchers)
    : limits_(limits), store_(store != nullptr ? std::move(store) : store::MemoryStore::make()) {
  authorizer_ = policy.empty() ? api::allow_all() : *api::parse_policy(policy, "policy");
  engine_ = engine::Engine::make(*store_, *authorizer_, limits_, engine::EngineOptions{.instance_id = "in-process"});
  EXPECT_TRUE(engine_->start().ok());
  tokens_ = std::make_unique<api::Tokens>(*store_->signing_keys(), *store_->epoch());
  services_ = std::make_unique<api::Services>(*engine_, *tokens_, *authorizer_, limits_);
  grpc::ServerBuilder builder;
  builder.AddListeningPort("127.0.0.1:0", grpc::InsecureServerCredentials(), &port_);
  services_->add_to(builder);
  server_ = builder.BuildAndStart();
  grpc::ChannelArguments arguments;
  arguments.SetInt(GRPC_ARG_USE_LOCAL_SUBCHANNEL_POOL, 1);
  channel_ = grpc::experimental::CreateCustomChannelWithInterceptors(address(), grpc::InsecureChannelCredentials(), arguments,
                                                                     std::move(watchers));
  registry_ = v1::RegistryService::NewStub(channel_);
  workflows_ = v1::WorkflowService::NewStub(channel_);
  workers_ = v1::WorkerService::NewStub(channel_);
  deciders_ = v1::DeciderService::NewStub(channel_);
}

CoordinatorInProcess::~CoordinatorInProcess() {
  services_->end_polls();
  server_->Shutdown(std::chrono::system_clock::now() + std::chrono::seconds(5));
  server_->Wait();
  engine_->stop();
  check_histories(*store_);
}

void CoordinatorInProcess::set_up_types() {
  v1::RegisterDomainRequest domain;
  domain.set_name(kDomain);
  after(0, domain.mutable_workflow_execution_retention_period());
  domain.mutable_workflow_execution_retention_period()->mutable_after()->set_seconds(24 * 3600);
  EXPECT_EQ(outcome(*registry_, &Registry::RegisterDomain, domain).reason, "OK");

  v1::RegisterWorkflowTypeRequest workflow;
  workflow.set_domain(kDomain);
  workflow.mutable_workflow_type()->set_name("process");
  workflow.mutable_workflow_type()->set_version("1");
  auto& defaults = *workflow.mutable_configuration();
  after(600'000, defaults.mutable_default_execution_start_to_close_timeout());
  after(60'000, defaults.mutable_default_task_start_to_close_timeout());
  defaults.mutable_default_task_list()->set_name(kList);
  defaults.set_default_child_policy(v1::CHILD_POLICY_TERMINATE);
  EXPECT_EQ(outcome(*registry_, &Registry::RegisterWorkflowType, workflow).reason, "OK");

  v1::RegisterActivityTypeRequest activity;
  activity.set_domain(kDomain);
  activity.mutable_activity_type()->set_name("charge");
  activity.mutable_activity_type()->set_version("1");
  auto& given = *activity.mutable_configuration();
  for (auto* timeout : {given.mutable_default_task_start_to_close_timeout(), given.mutable_default_task_schedule_to_start_timeout(),
                        given.mutable_default_task_schedule_to_close_timeout()}) {
    after(60'000, timeout);
  }
  given.mutable_default_task_heartbeat_timeout()->set_none(true);
  given.mutable_default_task_list()->set_name(kList);
  EXPECT_EQ(outcome(*registry_, &Registry::RegisterActivityType, activity).reason, "OK");
}

v1::StartWorkflowExecutionRequest CoordinatorInProcess::start_request(const std::string& workflow_id) const {
  v1::StartWorkflowExecutionRequest request;
  request.set_domain(kDomain);
  request.set_workflow_id(workflow_id);
  request.mutable_workflow_type()->set_name("process");
  request.mutable_workflow_type()->set_version("1");
  return request;
}

std::string CoordinatorInProcess::start(const std::string& workflow_id) {
  v1::StartWorkflowExecutionResponse response;
  const grpc::Status status = call(*workflows_, &Workflows::StartWorkflowExecution, start_request(workflow_id), &response);
  EXPECT_TRUE(status.ok()) << status.error_message();
  return response.run_id();
}

v1::DecisionTask CoordinatorInProcess::poll_decision(const std::string& list) {
  v1::PollForDecisionTaskRequest request;
  request.set_domain(kDomain);
  request.mutable_task_list()->set_name(list);
  request.set_identity("decider");
  v1::PollForDecisionTaskResponse response;
  const grpc::Status status = call(*deciders_, &Deciders::PollForDecisionTask, request, &response);
  EXPECT_TRUE(status.ok()) << status.error_message();
  EXPECT_FALSE(response.task().task_token().empty());
  return response.task();
}

grpc::Status CoordinatorInProcess::decide(const v1::DecisionTask& task, std::vector<v1::Decision> decisions) {
  v1::RespondDecisionTaskCompletedRequest request;
  v1::RespondDecisionTaskCompletedResponse response;
  request.set_task_token(task.task_token());
  for (v1::Decision& decision : decisions) *request.add_decisions() = std::move(decision);
  return call(*deciders_, &Deciders::RespondDecisionTaskCompleted, request, &response);
}

v1::ActivityTask CoordinatorInProcess::poll_activity(const std::string& list) {
  v1::PollForActivityTaskRequest request;
  request.set_domain(kDomain);
  request.mutable_task_list()->set_name(list);
  request.set_identity("worker");
  v1::PollForActivityTaskResponse response;
  const grpc::Status status = call(*workers_, &Workers::PollForActivityTask, request, &response);
  EXPECT_TRUE(status.ok()) << status.error_message();
  EXPECT_FALSE(response.task().task_token().empty());
  return response.task();
}

std::vector<v1::HistoryEvent> CoordinatorInProcess::history(const std::string& workflow_id, const std::string& run_id) {
  v1::GetWorkflowExecutionHistoryRequest request;
  v1::GetWorkflowExecutionHistoryResponse response;
  request.set_domain(kDomain);
  request.mutable_execution()->set_workflow_id(workflow_id);
  request.mutable_execution()->set_run_id(run_id);
  const grpc::Status status = call(*workflows_, &Workflows::GetWorkflowExecutionHistory, request, &response);
  EXPECT_TRUE(status.ok()) << status.error_message();
  return {response.events().begin(), response.events().end()};
}

v1::Decision CoordinatorInProcess::schedule_activity(const std::string& activity_id) {
  v1::Decision decision;
  auto& schedule = *decision.mutable_schedule_activity_task();
  schedule.set_activity_id(activity_id);
  schedule.mutable_activity_type()->set_name("charge");
  schedule.mutable_activity_type()->set_version("1");
  return decision;
}

v1::Decision CoordinatorInProcess::complete_workflow() {
  v1::Decision decision;
  decision.mutable_complete_workflow_execution()->mutable_result()->set_data("done");
  return decision;
}

}  // namespace baton::testing
