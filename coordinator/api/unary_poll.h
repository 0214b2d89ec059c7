// SWF's long poll: one task or, after 60 s, none. The hand-out is final.
#pragma once

#include <grpcpp/alarm.h>
#include <grpcpp/grpcpp.h>

#include <functional>
#include <memory>
#include <mutex>

#include "coordinator/api/call.h"
#include "coordinator/core/limits.h"

namespace baton::api {

// Ends its call once: with a task, empty at the end of the wait or when the coordinator stops, or with an error. Deletes itself.
class UnaryPoll final : public grpc::ServerUnaryReactor {
 public:
  // `fill(OfferedTask)` puts the task into the response, which outlives the call.
  using Fill = std::function<void(const engine::OfferedTask&)>;

  static UnaryPoll* start(const Backend& backend, engine::PollerSpec spec, Fill fill);

  void OnCancel() override { shared_->finish(grpc::Status(grpc::StatusCode::CANCELLED, "the client is gone")); }
  void OnDone() override;

 private:
  struct Shared {
    std::mutex mutex;
    UnaryPoll* reactor = nullptr;  // null once the call is over
    bool finished = false;
    engine::PollerId poller = 0;
    bool over = false;  // OnDone has run
    Fill fill;

    void finish(const grpc::Status& status);
    // False: it was over.
    bool finish_with(const engine::OfferedTask& task);
    bool is_finished();
  };
  class Sink;

  explicit UnaryPoll(const Backend& backend) : backend_(backend), shared_(std::make_shared<Shared>()) {}

  const Backend& backend_;
  const std::shared_ptr<Shared> shared_;
  OpenPolls::Id polls_id_ = 0;
  grpc::Alarm alarm_;
};

}  // namespace baton::api
