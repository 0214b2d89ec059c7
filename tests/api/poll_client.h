// A worker or decider without an SDK: one stream, what was said so far, and a wait for what is to come.
#pragma once

#include <grpcpp/grpcpp.h>

#include <chrono>
#include <functional>
#include <memory>
#include <string>

#include "baton/v1/decider_service.grpc.pb.h"
#include "baton/v1/worker_service.grpc.pb.h"

namespace baton::testing {

template <class Request, class Response>
class PollClient {
 public:
  using Stream = grpc::ClientReaderWriter<Request, Response>;

  // `open(context)` calls the stub. Whatever is waited for comes within the deadline of the call.
  explicit PollClient(const std::function<std::unique_ptr<Stream>(grpc::ClientContext*)>& open) {
    context_.set_deadline(std::chrono::system_clock::now() + std::chrono::seconds(20));
    stream_ = open(&context_);
  }
  // A stream that has ended hears nothing; what is waited for then tells.
  void say(const Request& frame) { stream_->Write(frame); }
  // Reads frames until `wanted` holds for all that was said; false when the stream ended before.
  bool wait_for(const std::function<bool(const Response&)>& wanted) {
    Response frame;
    while (!wanted(said_)) {
      if (!stream_->Read(&frame)) return false;
      ++frames_;
      said_.MergeFrom(frame);
    }
    return true;
  }
  bool wait_for_tasks(int count) {
    return wait_for([count](const Response& said) { return said.tasks_size() >= count; });
  }
  bool wait_for_confirmations(int count) {
    return wait_for([count](const Response& said) { return said.confirmations_size() >= count; });
  }
  const Response& said() const { return said_; }
  int frames() const { return frames_; }
  void half_close() { stream_->WritesDone(); }
  // Reads the rest.
  grpc::Status finish() {
    wait_for([](const Response&) { return false; });
    return stream_->Finish();
  }
  void break_off() {
    context_.TryCancel();
    finish();
  }

 private:
  grpc::ClientContext context_;
  std::unique_ptr<Stream> stream_;
  Response said_;
  int frames_ = 0;
};

using WorkerClient = PollClient<v1::PollActivityTasksRequest, v1::PollActivityTasksResponse>;
using DeciderClient = PollClient<v1::PollDecisionTasksRequest, v1::PollDecisionTasksResponse>;

}  // namespace baton::testing
