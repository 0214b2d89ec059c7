// The other end of a worker's stream, told by a test what to say, over a real channel. It knows nothing of workflows.
#pragma once

#include <grpcpp/grpcpp.h>

#include <condition_variable>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "baton/v1/registry_service.grpc.pb.h"
#include "baton/v1/worker_service.grpc.pb.h"

namespace baton::testing {

class ScriptedWorkerService : public v1::WorkerService::Service, public v1::RegistryService::Service {
 public:
  using Frame = v1::PollActivityTasksRequest;

  ScriptedWorkerService() { start(0); }
  ~ScriptedWorkerService() override { stop(); }

  std::string address() const { return "127.0.0.1:" + std::to_string(port_); }
  // The process dies, and comes back at the same address.
  void stop();
  void restart() { start(port_); }

  void send(const v1::PollActivityTasksResponse& frame);
  void break_stream();
  void confirm(const std::string& token);
  void refuse(const std::string& token, v1::Fault fault, bool retryable = false);
  void close(const std::string& token);
  void request_cancel(const std::string& token);

  // Waits, for a bounded time, until what the worker said on the current stream fulfils `wanted`; all frames of that stream so far.
  // Fails the test when it does not.
  Frame wait_for(const std::string& what, const std::function<bool(const Frame&)>& wanted);
  int streams();
  size_t frames();
  std::vector<v1::RegisterActivityTypeRequest> registered();

 private:
  using Stream = grpc::ServerReaderWriter<v1::PollActivityTasksResponse, Frame>;

  void start(int port);
  grpc::Status PollActivityTasks(grpc::ServerContext* context, Stream* stream) override;
  grpc::Status RegisterActivityType(grpc::ServerContext*, const v1::RegisterActivityTypeRequest* request,
                                    v1::RegisterActivityTypeResponse*) override;

  int port_ = 0;
  std::unique_ptr<grpc::Server> server_;
  std::mutex mutex_;
  std::condition_variable changed_;
  grpc::ServerContext* context_ = nullptr;  // of the current stream
  Stream* stream_ = nullptr;
  Frame said_;  // all frames of the current stream, merged
  size_t frames_ = 0;
  int streams_ = 0;
  std::vector<v1::RegisterActivityTypeRequest> registered_;
};

}  // namespace baton::testing
