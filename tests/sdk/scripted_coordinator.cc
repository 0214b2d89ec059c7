#include "scripted_coordinator.h"

#include <gtest/gtest.h>

namespace baton::testing {
namespace {

constexpr auto kPatience = std::chrono::seconds(20);

}  // namespace

void ScriptedCoordinator::start(int port) {
  grpc::ServerBuilder builder;
  builder.AddListeningPort("127.0.0.1:" + std::to_string(port), grpc::InsecureServerCredentials(), &port_);
  builder.RegisterService(static_cast<v1::DeciderService::Service*>(this));
  builder.RegisterService(static_cast<v1::WorkflowService::Service*>(this));
  server_ = builder.BuildAndStart();
  ASSERT_NE(server_, nullptr);
}

void ScriptedCoordinator::stop() {
  if (server_ == nullptr) return;
  server_->Shutdown(std::chrono::system_clock::now());
  server_->Wait();
  server_.reset();
}

grpc::Status ScriptedCoordinator::PollDecisionTasks(grpc::ServerContext* context, Stream* stream) {
  {
    std::lock_guard lock(mutex_);
    context_ = context;
    stream_ = stream;
    said_.Clear();
    frames_ = 0;
    ++streams_;
  }
  Frame frame;
  while (stream->Read(&frame)) {
    std::lock_guard lock(mutex_);
    said_.MergeFrom(frame);
    ++frames_;
    changed_.notify_all();
  }
  std::lock_guard lock(mutex_);
  if (stream_ == stream) {
    stream_ = nullptr;
    context_ = nullptr;
  }
  changed_.notify_all();
  return grpc::Status::OK;
}

grpc::Status ScriptedCoordinator::GetWorkflowExecutionHistory(grpc::ServerContext*, const v1::GetWorkflowExecutionHistoryRequest* request,
                                                              v1::GetWorkflowExecutionHistoryResponse* response) {
  std::lock_guard lock(mutex_);
  ++history_reads_;
  *response->mutable_events() = histories[request->execution().run_id()];
  return grpc::Status::OK;
}

void ScriptedCoordinator::send(const v1::PollDecisionTasksResponse& frame) {
  wait_for("an open stream", [](const Frame& said) { return said.has_open(); });
  std::lock_guard lock(mutex_);
  if (stream_ != nullptr) stream_->Write(frame);
}

void ScriptedCoordinator::break_stream() {
  std::unique_lock lock(mutex_);
  const int broken = streams_;
  if (context_ != nullptr) context_->TryCancel();
  EXPECT_TRUE(changed_.wait_for(lock, kPatience, [&] { return stream_ == nullptr || streams_ > broken; }));
}

void ScriptedCoordinator::confirm(const std::string& token) {
  v1::PollDecisionTasksResponse frame;
  auto* const confirmation = frame.add_confirmations();
  confirmation->set_task_token(token);
  confirmation->set_recorded(true);
  send(frame);
}

void ScriptedCoordinator::refuse(const std::string& token, v1::Fault fault, bool retryable) {
  v1::PollDecisionTasksResponse frame;
  auto* const confirmation = frame.add_confirmations();
  confirmation->set_task_token(token);
  confirmation->mutable_refused()->set_fault(fault);
  confirmation->mutable_refused()->set_message("refused by the script");
  confirmation->mutable_refused()->set_retryable(retryable);
  send(frame);
}

ScriptedCoordinator::Frame ScriptedCoordinator::wait_for(const std::string& what, const std::function<bool(const Frame&)>& wanted) {
  std::unique_lock lock(mutex_);
  EXPECT_TRUE(changed_.wait_for(lock, kPatience, [&] { return stream_ != nullptr && wanted(said_); }))
      << "the decider never said: " << what << "; it said " << said_.ShortDebugString().substr(0, 2000);
  return said_;
}

int ScriptedCoordinator::streams() {
  std::lock_guard lock(mutex_);
  return streams_;
}
size_t ScriptedCoordinator::frames() {
  std::lock_guard lock(mutex_);
  return frames_;
}
int ScriptedCoordinator::history_reads() {
  std::lock_guard lock(mutex_);
  return history_reads_;
}

}  // namespace baton::testing
