// A whole coordinator in this process: the services on a loopback port, the engine, the store in memory or a given one. One per test.
#pragma once

#include <grpcpp/grpcpp.h>
#include <grpcpp/support/client_interceptor.h>
#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <vector>

#include "baton/v1/decider_service.grpc.pb.h"
#include "baton/v1/registry_service.grpc.pb.h"
#include "baton/v1/worker_service.grpc.pb.h"
#include "baton/v1/workflow_service.grpc.pb.h"
#include "coordinator/api/policy.h"
#include "coordinator/api/services.h"
#include "coordinator/store/store.h"

namespace baton::testing {

// How a call ended, as a client sees it.
struct Outcome {
  grpc::StatusCode code = grpc::StatusCode::OK;
  std::string reason;   // of the ErrorInfo; "OK" when there was no error
  std::string subject;  // its field or its resource
  std::string message;
  bool has_retry_info = false;
  int64_t retry_after_ms = 0;  // what it says
};
Outcome outcome_of(const grpc::Status& status);
// The ErrorInfo's reason, for comparisons: "OK" when the call succeeded.
std::string reason_of(const grpc::Status& status);

class CoordinatorInProcess : public ::testing::Test {
 public:
  // The domain and the types that set_up_types() registers.
  static constexpr const char* kDomain = "orders";
  static constexpr const char* kList = "main";

 protected:
  // `policy` as in a policy file; empty: everything is allowed. No `store`: one in memory.
  // `watchers` see what crosses the wire.
  using Watchers = std::vector<std::unique_ptr<grpc::experimental::ClientInterceptorFactoryInterface>>;
  explicit CoordinatorInProcess(const std::string& policy = "", core::Limits limits = {}, std::unique_ptr<store::Store> store = nullptr,
                                Watchers watchers = {});
  ~CoordinatorInProcess() override;

  std::string address() const { return "127.0.0.1:" + std::to_string(port_); }

  // Domain "orders" with workflow type process:1 and activity type charge:1, every default given, task list "main".
  void set_up_types();
  v1::StartWorkflowExecutionRequest start_request(const std::string& workflow_id) const;
  // Starts it and returns the run id.
  std::string start(const std::string& workflow_id);
  // Polls until there is a decision task, and answers it with these decisions.
  v1::DecisionTask poll_decision(const std::string& list = kList);
  grpc::Status decide(const v1::DecisionTask& task, std::vector<v1::Decision> decisions);
  v1::ActivityTask poll_activity(const std::string& list = kList);
  std::vector<v1::HistoryEvent> history(const std::string& workflow_id, const std::string& run_id = "");
  static v1::Decision schedule_activity(const std::string& activity_id);
  static v1::Decision complete_workflow();

  // One call with a context of its own.
  template <class Stub, class Request, class Response>
  grpc::Status call(Stub& stub, grpc::Status (Stub::*method)(grpc::ClientContext*, const Request&, Response*), const Request& request,
                    Response* response) {
    grpc::ClientContext context;
    return (stub.*method)(&context, request, response);
  }
  template <class Stub, class Request, class Response>
  Outcome outcome(Stub& stub, grpc::Status (Stub::*method)(grpc::ClientContext*, const Request&, Response*), const Request& request) {
    Response response;
    return outcome_of(call(stub, method, request, &response));
  }

  using Registry = v1::RegistryService::Stub;
  using Workflows = v1::WorkflowService::Stub;
  using Workers = v1::WorkerService::Stub;
  using Deciders = v1::DeciderService::Stub;

  core::Limits limits_;
  std::unique_ptr<core::Authorizer> authorizer_;
  std::unique_ptr<store::Store> store_;
  std::unique_ptr<engine::Engine> engine_;
  std::unique_ptr<api::Tokens> tokens_;
  std::unique_ptr<api::Services> services_;
  std::unique_ptr<grpc::Server> server_;
  int port_ = 0;
  std::shared_ptr<grpc::Channel> channel_;
  std::unique_ptr<Registry> registry_;
  std::unique_ptr<Workflows> workflows_;
  std::unique_ptr<Workers> workers_;
  std::unique_ptr<Deciders> deciders_;
};

}  // namespace baton::testing
