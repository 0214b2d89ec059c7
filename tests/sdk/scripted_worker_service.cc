#include "scripted_worker_service.h"

#include <gtest/gtest.h>

namespace baton::testing {
namespace {

constexpr auto kPatience = std::chrono::seconds(20);

}  // namespace

void ScriptedWorkerService::start(int port) {
  grpc::ServerBuilder builder;
  builder.AddListeningPort("127.0.0.1:" + std::to_string(port), grpc::InsecureServerCredentials(), &port_);
  builder.RegisterService(static_cast<v1::WorkerService::Service*>(this));
  builder.RegisterService(static_cast<v1::RegistryService::Service*>(this));
  server_ = builder.BuildAndStart();
  ASSERT_NE(server_, nullptr);
}

void ScriptedWorkerService::stop() {
  if (server_ == nullptr) return;
  server_->Shutdown(std::chrono::system_clock::now());
  server_->Wait();
  server_.reset();
}

grpc::Status ScriptedWorkerService::PollActivityTasks(grpc::ServerContext* context, Stream* stream) {
  {
    const std::lock_guard lock(mutex_);
    context_ = context;
    stream_ = stream;
    said_.Clear();
    frames_ = 0;
    ++streams_;
  }
  Frame frame;
  while (stream->Read(&frame)) {
    const std::lock_guard lock(mutex_);
    said_.MergeFrom(frame);
    ++frames_;
    changed_.notify_all();
  }
  const std::lock_guard lock(mutex_);
  if (stream_ == stream) {
    stream_ = nullptr;
    context_ = nullptr;
  }
  changed_.notify_all();
  return grpc::Status::OK;
}

grpc::Status ScriptedWorkerService::RegisterActivityType(grpc::ServerContext*, const v1::RegisterActivityTypeRequest* request,
                                                         v1::RegisterActivityTypeResponse*) {
  const std::lock_guard lock(mutex_);
  registered_.push_back(*request);
  if (registered_.size() > 1) return {grpc::StatusCode::ALREADY_EXISTS, "it is there"};
  return grpc::Status::OK;
}

void ScriptedWorkerService::send(const v1::PollActivityTasksResponse& frame) {
  wait_for("an open stream", [](const Frame& said) { return said.has_open(); });
  const std::lock_guard lock(mutex_);
  if (stream_ != nullptr) stream_->Write(frame);
}

void ScriptedWorkerService::break_stream() {
  std::unique_lock lock(mutex_);
  const int broken = streams_;
  if (context_ != nullptr) context_->TryCancel();
  EXPECT_TRUE(changed_.wait_for(lock, kPatience, [&] { return stream_ == nullptr || streams_ > broken; }));
}

void ScriptedWorkerService::confirm(const std::string& token) {
  v1::PollActivityTasksResponse frame;
  auto* const confirmation = frame.add_confirmations();
  confirmation->set_task_token(token);
  confirmation->set_recorded(true);
  send(frame);
}

void ScriptedWorkerService::refuse(const std::string& token, v1::Fault fault, bool retryable) {
  v1::PollActivityTasksResponse frame;
  auto* const confirmation = frame.add_confirmations();
  confirmation->set_task_token(token);
  confirmation->mutable_refused()->set_fault(fault);
  confirmation->mutable_refused()->set_message("refused by the script");
  confirmation->mutable_refused()->set_retryable(retryable);
  send(frame);
}

void ScriptedWorkerService::close(const std::string& token) {
  v1::PollActivityTasksResponse frame;
  auto* const closed = frame.add_closed_tasks();
  closed->set_task_token(token);
  closed->mutable_refused()->set_fault(v1::UNKNOWN_RESOURCE);
  closed->mutable_refused()->set_message("closed by the script");
  send(frame);
}

void ScriptedWorkerService::request_cancel(const std::string& token) {
  v1::PollActivityTasksResponse frame;
  frame.add_cancel_requested_task_tokens(token);
  send(frame);
}

ScriptedWorkerService::Frame ScriptedWorkerService::wait_for(const std::string& what, const std::function<bool(const Frame&)>& wanted) {
  std::unique_lock lock(mutex_);
  EXPECT_TRUE(changed_.wait_for(lock, kPatience, [&] { return stream_ != nullptr && wanted(said_); }))
      << "the worker never said: " << what << "; it said " << said_.ShortDebugString().substr(0, 2000);
  return said_;
}

int ScriptedWorkerService::streams() {
  const std::lock_guard lock(mutex_);
  return streams_;
}
size_t ScriptedWorkerService::frames() {
  const std::lock_guard lock(mutex_);
  return frames_;
}
std::vector<v1::RegisterActivityTypeRequest> ScriptedWorkerService::registered() {
  const std::lock_guard lock(mutex_);
  return registered_;
}

}  // namespace baton::testing
