#include "coordinator/api/decider_service.h"

#include "baton/v1/decider_service.grpc.pb.h"
#include "coordinator/api/call.h"
#include "coordinator/api/decision_page.h"
#include "coordinator/api/decision_stream.h"
#include "coordinator/api/polling.h"
#include "coordinator/api/unary_poll.h"
#include "coordinator/core/names.h"

namespace baton::api {
namespace {

using Context = grpc::CallbackServerContext;
using Reactor = grpc::ServerUnaryReactor;
using journal::v1::TaskToken;

absl::StatusOr<engine::PollerSpec> poller_of(const v1::PollForDecisionTaskRequest& request, bool may_answer_queries) {
  auto spec = unary_poller(core::TaskKind::kDecision, request.domain(), request.task_list(), request.identity());
  if (!spec.ok()) return spec;
  const auto page = page_size(request.maximum_page_size());
  if (!page.ok()) return page.status();
  spec->maximum_page_size = *page;
  spec->reverse_order = request.reverse_order();
  spec->start_at_previous_started_event = request.start_at_previous_started_event();
  spec->answers_queries = request.answers_queries() && may_answer_queries;
  return spec;
}

DecisionPageRequest page_of(const v1::PollForDecisionTaskRequest& request) {
  return {request.domain(),         request.task_list().name(), request.identity(),
          request.maximum_page_size(), request.reverse_order(),  request.start_at_previous_started_event()};
}

class DeciderService final : public v1::DeciderService::CallbackService {
 public:
  explicit DeciderService(const Backend& backend) : backend_(backend) {}

  grpc::ServerBidiReactor<v1::PollDecisionTasksRequest, v1::PollDecisionTasksResponse>* PollDecisionTasks(Context* c) override {
    return make_decision_stream(backend_, c);
  }
  Reactor* PollForDecisionTask(Context* c, const v1::PollForDecisionTaskRequest* q, v1::PollForDecisionTaskResponse* r) override {
    // A later page belongs to a task that the caller has.
    const bool is_page = !q->next_page_token().empty();
    absl::Status allowed = (is_page ? authorize : admit)(backend_, caller_of(*c), "PollForDecisionTask", q->domain());
    auto spec = poller_of(*q, authorize(backend_, caller_of(*c), "RespondQuery", q->domain()).ok());
    if (!allowed.ok() || !spec.ok()) return Call(c).end(allowed.ok() ? spec.status() : allowed);
    if (is_page) return next_page(c, *q, r);
    const auto fill = [this, q, r](const engine::OfferedTask& offered) {
      const std::string token = backend_.tokens.sign(offered.token);
      v1::DecisionTask& task = *r->mutable_task();
      task = *std::get<v1::DecisionTask*>(offered.task);
      task.set_task_token(token);
      if (offered.next_event_id != 0) task.set_next_page_token(sign_decision_page(backend_, page_of(*q), task, offered.next_event_id));
    };
    return UnaryPoll::start(backend_, *std::move(spec), fill, [r](v1::QueryTask query) { *r->mutable_query() = std::move(query); });
  }
  Reactor* RespondQuery(Context* c, const v1::RespondQueryRequest* q, v1::RespondQueryResponse*) override {
    const Call call(c);
    if (!call.passes(authorize(backend_, call.caller(), "RespondQuery", q->domain()))) return call.reactor();
    if (!call.passes(core::check_name("domain", q->domain()))) return call.reactor();
    return call.end(backend_.engine.answer_query(q->domain(), q->answer()));
  }
  Reactor* RespondDecisionTaskCompleted(Context* c, const v1::RespondDecisionTaskCompletedRequest* q,
                                        v1::RespondDecisionTaskCompletedResponse*) override {
    const Call call(c);
    const auto token = open_task_token(backend_, call.caller(), "RespondDecisionTaskCompleted", TaskToken::DECISION, q->task_token());
    if (!call.passes(token.status()) || !call.passes(check_size("decisions", *q))) return call.reactor();
    backend_.engine.respond_decision(call.caller(), *token, *q, 0, call.ender());
    return call.reactor();
  }
  Reactor* RespondDecisionTaskFailed(Context* c, const v1::RespondDecisionTaskFailedRequest* q,
                                     v1::RespondDecisionTaskFailedResponse*) override {
    const Call call(c);
    const auto token = open_task_token(backend_, call.caller(), "RespondDecisionTaskFailed", TaskToken::DECISION, q->task_token());
    if (call.passes(token.status())) backend_.engine.respond_decision_failed(call.caller(), *token, *q, 0, call.ender());
    return call.reactor();
  }
  Reactor* CountPendingDecisionTasks(Context* c, const v1::CountPendingDecisionTasksRequest* q,
                                     v1::CountPendingDecisionTasksResponse* r) override {
    const Call call(c);
    if (!call.passes(admit(backend_, call.caller(), "CountPendingDecisionTasks", q->domain()))) return call.reactor();
    count_pending(backend_, core::TaskKind::kDecision, q->domain(), q->task_list(), [call, r](const absl::StatusOr<int64_t>& counted) {
      if (counted.ok()) show_count(*counted, r);
      call.end(counted.status());
    });
    return call.reactor();
  }

 private:
  Reactor* next_page(Context* context, const v1::PollForDecisionTaskRequest& request, v1::PollForDecisionTaskResponse* response) {
    const Call call(context);
    read_decision_page(backend_, call.caller(), page_of(request), request.next_page_token(),
                       [call, response](absl::StatusOr<v1::DecisionTask> task) {
                         if (task.ok()) *response->mutable_task() = *std::move(task);
                         call.end(task.status());
                       });
    return call.reactor();
  }

  const Backend& backend_;
};

}  // namespace

std::unique_ptr<grpc::Service> make_decider_service(const Backend& backend) { return std::make_unique<DeciderService>(backend); }

}  // namespace baton::api
