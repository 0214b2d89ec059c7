#include "coordinator/api/worker_service.h"

#include "baton/v1/worker_service.grpc.pb.h"
#include "coordinator/api/activity_stream.h"
#include "coordinator/api/call.h"
#include "coordinator/api/polling.h"
#include "coordinator/api/unary_poll.h"

namespace baton::api {
namespace {

using Context = grpc::CallbackServerContext;
using Reactor = grpc::ServerUnaryReactor;
using journal::v1::TaskToken;

template <class Request>
core::TaskKind kind_of(const Request& request) {
  return request.functions() ? core::TaskKind::kFunction : core::TaskKind::kActivity;
}

// What ended, without its token.
v1::ActivityTaskAnswer answer_of(const v1::RespondActivityTaskCompletedRequest& request) {
  v1::ActivityTaskAnswer answer;
  auto& completed = *answer.mutable_completed();
  if (request.has_result()) *completed.mutable_result() = request.result();
  return answer;
}
v1::ActivityTaskAnswer answer_of(const v1::RespondActivityTaskFailedRequest& request) {
  v1::ActivityTaskAnswer answer;
  auto& failed = *answer.mutable_failed();
  failed.set_reason(request.reason());
  if (request.has_details()) *failed.mutable_details() = request.details();
  return answer;
}
v1::ActivityTaskAnswer answer_of(const v1::RespondActivityTaskCanceledRequest& request) {
  v1::ActivityTaskAnswer answer;
  auto& canceled = *answer.mutable_canceled();
  if (request.has_details()) *canceled.mutable_details() = request.details();
  return answer;
}

class WorkerService final : public v1::WorkerService::CallbackService {
 public:
  explicit WorkerService(const Backend& backend) : backend_(backend) {}

  grpc::ServerBidiReactor<v1::PollActivityTasksRequest, v1::PollActivityTasksResponse>* PollActivityTasks(Context* c) override {
    return make_activity_stream(backend_, c);
  }
  Reactor* PollForActivityTask(Context* c, const v1::PollForActivityTaskRequest* q, v1::PollForActivityTaskResponse* r) override {
    absl::Status allowed = admit(backend_, caller_of(*c), "PollForActivityTask", q->domain());
    auto spec = unary_poller(kind_of(*q), q->domain(), q->task_list(), q->identity());
    if (!allowed.ok() || !spec.ok()) return Call(c).end(allowed.ok() ? spec.status() : allowed);
    return UnaryPoll::start(backend_, *std::move(spec), [this, r](const engine::OfferedTask& offered) {
      v1::ActivityTask& task = *r->mutable_task();
      task = *std::get<v1::ActivityTask*>(offered.task);
      task.set_task_token(backend_.tokens.sign(offered.token));
    });
  }

  Reactor* RespondActivityTaskCompleted(Context* c, const v1::RespondActivityTaskCompletedRequest* q,
                                        v1::RespondActivityTaskCompletedResponse*) override {
    return respond(c, "RespondActivityTaskCompleted", q);
  }
  Reactor* RespondActivityTaskFailed(Context* c, const v1::RespondActivityTaskFailedRequest* q,
                                     v1::RespondActivityTaskFailedResponse*) override {
    return respond(c, "RespondActivityTaskFailed", q);
  }
  Reactor* RespondActivityTaskCanceled(Context* c, const v1::RespondActivityTaskCanceledRequest* q,
                                       v1::RespondActivityTaskCanceledResponse*) override {
    return respond(c, "RespondActivityTaskCanceled", q);
  }
  Reactor* RecordActivityTaskHeartbeat(Context* c, const v1::RecordActivityTaskHeartbeatRequest* q,
                                       v1::RecordActivityTaskHeartbeatResponse* r) override {
    const Call call(c);
    const auto token = open_task_token(backend_, call.caller(), "RecordActivityTaskHeartbeat", TaskToken::ACTIVITY, q->task_token());
    if (!call.passes(token.status())) return call.reactor();
    v1::ActivityTaskHeartbeat heartbeat;
    if (q->has_details()) *heartbeat.mutable_details() = q->details();
    backend_.engine.heartbeat(call.caller(), *token, std::move(heartbeat), 0, [call, r](absl::StatusOr<bool> cancel_requested) {
      if (cancel_requested.ok()) r->set_cancel_requested(*cancel_requested);
      call.end(cancel_requested.status());
    });
    return call.reactor();
  }
  Reactor* CountPendingActivityTasks(Context* c, const v1::CountPendingActivityTasksRequest* q,
                                     v1::CountPendingActivityTasksResponse* r) override {
    const Call call(c);
    if (!call.passes(admit(backend_, call.caller(), "CountPendingActivityTasks", q->domain()))) return call.reactor();
    count_pending(backend_, kind_of(*q), q->domain(), q->task_list(), [call, r](const absl::StatusOr<int64_t>& counted) {
      if (counted.ok()) show_count(*counted, r);
      call.end(counted.status());
    });
    return call.reactor();
  }

 private:
  template <class Request>
  Reactor* respond(Context* context, const char* operation, const Request* request) {
    const Call call(context);
    const auto token = open_task_token(backend_, call.caller(), operation, TaskToken::ACTIVITY, request->task_token());
    if (call.passes(token.status())) backend_.engine.respond_activity(call.caller(), *token, answer_of(*request), 0, call.ender());
    return call.reactor();
  }

  const Backend& backend_;
};

}  // namespace

std::unique_ptr<grpc::Service> make_worker_service(const Backend& backend) { return std::make_unique<WorkerService>(backend); }

}  // namespace baton::api
