// The other end of a decider's stream, told by a test what to say, over a real channel. It knows nothing of workflows.
#pragma once

#include <grpcpp/grpcpp.h>

#include <chrono>
#include <condition_variable>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "baton/v1/decider_service.grpc.pb.h"
#include "baton/v1/workflow_service.grpc.pb.h"

namespace baton::testing {

class ScriptedCoordinator : public v1::DeciderService::Service, public v1::WorkflowService::Service {
 public:
  using Frame = v1::PollDecisionTasksRequest;

  ScriptedCoordinator() { start(0); }
  ~ScriptedCoordinator() override { stop(); }

  std::string address() const { return "127.0.0.1:" + std::to_string(port_); }
  // The process dies, and comes back at the same address.
  void stop();
  void restart() { start(port_); }

  void send(const v1::PollDecisionTasksResponse& frame);
  void break_stream();
  void confirm(const std::string& token);
  void refuse(const std::string& token, v1::Fault fault, bool retryable = false);

  // Waits, for a bounded time, until what the decider said on the current stream fulfils `wanted`; all frames of that stream so far.
  // Fails the test when it does not.
  Frame wait_for(const std::string& what, const std::function<bool(const Frame&)>& wanted);
  int streams();
  size_t frames();
  int history_reads();

  // What GetWorkflowExecutionHistory gives, by run id.
  std::map<std::string, google::protobuf::RepeatedPtrField<v1::HistoryEvent>> histories;

 private:
  using Stream = grpc::ServerReaderWriter<v1::PollDecisionTasksResponse, Frame>;

  void start(int port);
  grpc::Status PollDecisionTasks(grpc::ServerContext* context, Stream* stream) override;
  grpc::Status GetWorkflowExecutionHistory(grpc::ServerContext* context, const v1::GetWorkflowExecutionHistoryRequest* request,
                                           v1::GetWorkflowExecutionHistoryResponse* response) override;

  int port_ = 0;
  std::unique_ptr<grpc::Server> server_;
  std::mutex mutex_;
  std::condition_variable changed_;
  grpc::ServerContext* context_ = nullptr;  // of the current stream
  Stream* stream_ = nullptr;
  Frame said_;  // all frames of the current stream, merged
  size_t frames_ = 0;
  int streams_ = 0;
  int history_reads_ = 0;
};

}  // namespace baton::testing
