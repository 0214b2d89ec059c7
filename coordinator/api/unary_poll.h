// SWF's long poll: one task or, after 60 s, none. The hand-out is final.
#pragma once

#include <grpcpp/alarm.h>
#include <grpcpp/grpcpp.h>

#include <functional>
#include <memory>

#include "coordinator/api/call.h"
#include "coordinator/core/limits.h"

namespace baton::api {

// Ends its call once: with a task, empty at the end of the wait or when the coordinator stops, or with an error. Deletes itself.
class UnaryPoll final : public grpc::ServerUnaryReactor {
 public:
  // `fill(OfferedTask)` puts the task into the response, which outlives the call.
  using Fill = std::function<void(const engine::OfferedTask&)>;

  // The same of a query; only called when the poller answers them.
  using FillQuery = std::function<void(v1::QueryTask)>;

  static UnaryPoll* start(const Backend& backend, engine::PollerSpec spec, Fill fill, FillQuery fill_query = {});

  void OnCancel() override;
  void OnDone() override;

 private:
  class Call;
  class Sink;

  UnaryPoll(const Backend& backend, Fill fill, FillQuery fill_query);

  const Backend& backend_;
  const std::shared_ptr<Call> call_;
  OpenPolls::Id polls_id_ = 0;
  grpc::Alarm alarm_;
};

}  // namespace baton::api
