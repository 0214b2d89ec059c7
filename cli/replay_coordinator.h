// What a decider program takes for a coordinator: it hands out the tasks that it is told to, one at a time, and keeps their answers.
#pragma once

#include <grpcpp/grpcpp.h>

#include <chrono>
#include <condition_variable>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <set>
#include <string>

#include "baton/v1/decider_service.grpc.pb.h"
#include "baton/v1/registry_service.grpc.pb.h"
#include "baton/v1/worker_service.grpc.pb.h"
#include "baton/v1/workflow_service.grpc.pb.h"

namespace baton::cli {

// Serves from its construction on, at a free port of this host. Registrations succeed and are forgotten; workers get no tasks; whatever else a
// program may call is UNIMPLEMENTED. Members may be called from any thread.
class ReplayCoordinator final : public v1::RegistryService::Service,
                                public v1::WorkflowService::Service,
                                public v1::DeciderService::Service,
                                public v1::WorkerService::Service {
 public:
  using Events = google::protobuf::RepeatedPtrField<v1::HistoryEvent>;
  struct Task {
    std::string task_list;
    v1::WorkflowExecution execution;
    v1::WorkflowType type;
    Events events;  // up to the task's DecisionTaskStarted
    int64_t previous_started_event_id = 0;
  };

  // Throws std::runtime_error when no port can be had.
  ReplayCoordinator();
  ~ReplayCoordinator() override;

  std::string address() const { return "127.0.0.1:" + std::to_string(port_); }
  // Hands it out as soon as somebody polls its list; the task before it is over.
  void hand_out(Task task);
  // The answer to the task that was handed out last; nothing: there is none within `patience`.
  std::optional<v1::DecisionTaskAnswer> wait_for_answer(std::chrono::milliseconds patience);
  // Has anybody got the task that was handed out last?
  bool taken() const;
  // Which task lists have been polled for decision tasks so far.
  std::set<std::string> polled() const;

 private:
  using Context = grpc::ServerContext*;
  using Stream = grpc::ServerReaderWriter<v1::PollDecisionTasksResponse, v1::PollDecisionTasksRequest>;
  using ActivityStream = grpc::ServerReaderWriter<v1::PollActivityTasksResponse, v1::PollActivityTasksRequest>;

  grpc::Status RegisterDomain(Context, const v1::RegisterDomainRequest*, v1::RegisterDomainResponse*) override;
  grpc::Status RegisterWorkflowType(Context, const v1::RegisterWorkflowTypeRequest*, v1::RegisterWorkflowTypeResponse*) override;
  grpc::Status RegisterActivityType(Context, const v1::RegisterActivityTypeRequest*, v1::RegisterActivityTypeResponse*) override;
  grpc::Status GetWorkflowExecutionHistory(Context, const v1::GetWorkflowExecutionHistoryRequest*,
                                           v1::GetWorkflowExecutionHistoryResponse*) override;
  grpc::Status PollDecisionTasks(Context, Stream*) override;
  grpc::Status PollForDecisionTask(Context, const v1::PollForDecisionTaskRequest*, v1::PollForDecisionTaskResponse*) override;
  grpc::Status RespondDecisionTaskCompleted(Context, const v1::RespondDecisionTaskCompletedRequest*,
                                            v1::RespondDecisionTaskCompletedResponse*) override;
  grpc::Status RespondDecisionTaskFailed(Context, const v1::RespondDecisionTaskFailedRequest*, v1::RespondDecisionTaskFailedResponse*) override;
  grpc::Status PollActivityTasks(Context, ActivityStream*) override;
  grpc::Status PollForActivityTask(Context, const v1::PollForActivityTaskRequest*, v1::PollForActivityTaskResponse*) override;

  // With the lock held.
  bool may_take(const std::string& task_list) const;
  void fill(int most_events, v1::DecisionTask* out);
  // The next events from `token` on ("": the first), at most `most` (0: as many as a page takes), and the token of those after them. False:
  // there is no such token.
  bool fill_page(const std::string& token, int most, Events* out, std::string* next_token) const;
  void write_task(Stream* stream);
  bool take_answer(const v1::DecisionTaskAnswer& answer);
  void read(Stream* stream, const v1::PollDecisionTasksRequest& frame);
  // Until somebody may get a task (`list` given), or the call ends.
  bool wait_in_call(std::unique_lock<std::mutex>& lock, Context context, const std::string* list);

  mutable std::mutex mutex_;
  std::condition_variable changed_;
  std::map<Stream*, std::string> streams_;  // that are open, with their task lists
  std::set<std::string> polled_;
  std::optional<Task> task_;
  std::string token_;  // of task_
  int handed_out_ = 0;
  bool taken_ = false;
  bool stopping_ = false;
  std::optional<v1::DecisionTaskAnswer> answer_;
  int port_ = 0;
  std::unique_ptr<grpc::Server> server_;
};

}  // namespace baton::cli
