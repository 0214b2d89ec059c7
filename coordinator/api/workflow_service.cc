#include "coordinator/api/workflow_service.h"

#include "baton/v1/workflow_service.grpc.pb.h"
#include "coordinator/api/call.h"
#include "coordinator/api/workflow/ask.h"
#include "coordinator/api/workflow/batch_start.h"
#include "coordinator/api/workflow/history_page.h"
#include "coordinator/api/workflow/list_executions.h"
#include "coordinator/api/workflow/schedules.h"
#include "coordinator/core/names.h"
#include "coordinator/core/reset_journal.h"
#include "coordinator/schedule/edits.h"

namespace baton::api {
namespace {

using Context = grpc::CallbackServerContext;
using Reactor = grpc::ServerUnaryReactor;

class WorkflowService final : public v1::WorkflowService::CallbackService {
 public:
  explicit WorkflowService(const Backend& backend) : backend_(backend) {}

  // --- calls that change an execution: the core validates the rest ---
  Reactor* StartWorkflowExecution(Context* c, const v1::StartWorkflowExecutionRequest* q, v1::StartWorkflowExecutionResponse* r) override {
    const Call call(c);
    if (!may_change(call, "StartWorkflowExecution", *q)) return call.reactor();
    backend_.engine.start_execution(call.caller(), *q, [call, r](const absl::StatusOr<core::RunId>& run_id) {
      if (run_id.ok()) r->set_run_id(run_id->to_text());
      call.end(run_id.status());
    });
    return call.reactor();
  }
  Reactor* StartWorkflowExecutions(Context* c, const v1::StartWorkflowExecutionsRequest* q, v1::StartWorkflowExecutionsResponse* r) override {
    const Call call(c);
    // Whoever may not start one may not start many.
    if (!call.passes(authorize(backend_, call.caller(), "StartWorkflowExecution", q->domain()))) return call.reactor();
    if (!call.passes(admit(backend_, call.caller(), "StartWorkflowExecutions", q->domain()))) return call.reactor();
    if (!call.passes(check(*q))) return call.reactor();
    start_all(backend_, call.caller(), *q, r, [call] { call.end(absl::OkStatus()); });
    return call.reactor();
  }
  Reactor* SignalWithStartWorkflowExecution(Context* c, const v1::SignalWithStartWorkflowExecutionRequest* q,
                                            v1::SignalWithStartWorkflowExecutionResponse* r) override {
    const Call call(c);
    const v1::StartWorkflowExecutionRequest& start = q->start();
    // Whoever may not do one of the two may not do both.
    for (const char* action : {"StartWorkflowExecution", "SignalWorkflowExecution"}) {
      if (!call.passes(authorize(backend_, call.caller(), action, start.domain()))) return call.reactor();
    }
    if (!call.passes(admit(backend_, call.caller(), "SignalWithStartWorkflowExecution", start.domain()))) return call.reactor();
    if (!call.passes(check_address(start.domain(), start.workflow_id(), start.request_id()))) return call.reactor();
    backend_.engine.signal_with_start(call.caller(), *q, [call, r](const absl::StatusOr<core::RunId>& run_id) {
      if (run_id.ok()) r->set_run_id(run_id->to_text());
      call.end(run_id.status());
    });
    return call.reactor();
  }
  Reactor* SignalWorkflowExecution(Context* c, const v1::SignalWorkflowExecutionRequest* q, v1::SignalWorkflowExecutionResponse*) override {
    const Call call(c);
    if (!may_change(call, "SignalWorkflowExecution", *q)) return call.reactor();
    backend_.engine.signal_execution(call.caller(), *q, call.ender());
    return call.reactor();
  }
  Reactor* UpdateWorkflowExecution(Context* c, const v1::UpdateWorkflowExecutionRequest* q, v1::UpdateWorkflowExecutionResponse* r) override {
    const Call call(c);
    if (!may_change(call, "UpdateWorkflowExecution", *q)) return call.reactor();
    const auto wait_ms = check_wait(q->has_wait(), q->wait(), 0, core::kUpdateWaitMs);
    if (!call.passes(wait_ms.status())) return call.reactor();
    backend_.engine.update_execution(call.caller(), *q, *wait_ms, [call, r](absl::StatusOr<v1::UpdateWorkflowExecutionResponse> response) {
      if (response.ok()) *r = *std::move(response);
      call.end(response.status());
    });
    return call.reactor();
  }
  Reactor* RequestCancelWorkflowExecution(Context* c, const v1::RequestCancelWorkflowExecutionRequest* q,
                                          v1::RequestCancelWorkflowExecutionResponse*) override {
    const Call call(c);
    if (!may_change(call, "RequestCancelWorkflowExecution", *q)) return call.reactor();
    backend_.engine.request_cancel_execution(call.caller(), *q, call.ender());
    return call.reactor();
  }
  Reactor* TerminateWorkflowExecution(Context* c, const v1::TerminateWorkflowExecutionRequest* q,
                                      v1::TerminateWorkflowExecutionResponse*) override {
    const Call call(c);
    if (!may_change(call, "TerminateWorkflowExecution", *q)) return call.reactor();
    backend_.engine.terminate_execution(call.caller(), *q, call.ender());
    return call.reactor();
  }

  Reactor* PauseWorkflowExecution(Context* c, const v1::PauseWorkflowExecutionRequest* q, v1::PauseWorkflowExecutionResponse*) override {
    const Call call(c);
    if (!may_change(call, "PauseWorkflowExecution", *q)) return call.reactor();
    backend_.engine.pause_execution(call.caller(), *q, call.ender());
    return call.reactor();
  }
  Reactor* ResumeWorkflowExecution(Context* c, const v1::ResumeWorkflowExecutionRequest* q, v1::ResumeWorkflowExecutionResponse*) override {
    const Call call(c);
    if (!may_change(call, "ResumeWorkflowExecution", *q)) return call.reactor();
    backend_.engine.resume_execution(call.caller(), *q, call.ender());
    return call.reactor();
  }

  Reactor* ResetWorkflowExecution(Context* c, const v1::ResetWorkflowExecutionRequest* q, v1::ResetWorkflowExecutionResponse* r) override {
    const Call call(c);
    if (!may_change(call, "ResetWorkflowExecution", *q)) return call.reactor();
    if (!call.passes(core::check_reset(*q))) return call.reactor();
    require_domain(backend_, q->domain(), [this, call, q, r](const absl::Status& exists) {
      if (!call.passes(exists)) return;
      backend_.engine.reset_execution(call.caller(), *q, [call, r](const absl::StatusOr<core::RunId>& run_id) {
        if (run_id.ok()) r->set_run_id(run_id->to_text());
        call.end(run_id.status());
      });
    });
    return call.reactor();
  }

  // --- reads ---
  Reactor* QueryWorkflowExecution(Context* c, const v1::QueryWorkflowExecutionRequest* q, v1::QueryWorkflowExecutionResponse* r) override {
    const Call call(c);
    if (!call.passes(admit(backend_, call.caller(), "QueryWorkflowExecution", q->domain()))) return call.reactor();
    if (!call.passes(check(q->domain(), q->execution())) || !call.passes(core::check_name("query_name", q->query_name()))) return call.reactor();
    const auto wait_ms = check_wait(q->has_wait(), q->wait(), 1, core::kQueryWaitMs);
    if (!call.passes(wait_ms.status())) return call.reactor();
    require_domain(backend_, q->domain(), [this, call, q, r, wait_ms = *wait_ms](const absl::Status& exists) {
      if (!call.passes(exists)) return;
      backend_.engine.query_execution(call.caller(), *q, wait_ms, [call, r](absl::StatusOr<v1::QueryWorkflowExecutionResponse> response) {
        if (response.ok()) *r = *std::move(response);
        call.end(response.status());
      });
    });
    return call.reactor();
  }
  Reactor* DescribeWorkflowExecution(Context* c, const v1::DescribeWorkflowExecutionRequest* q,
                                     v1::DescribeWorkflowExecutionResponse* r) override {
    const Call call(c);
    if (!call.passes(admit(backend_, call.caller(), "DescribeWorkflowExecution", q->domain()))) return call.reactor();
    if (!call.passes(check(q->domain(), q->execution()))) return call.reactor();
    require_domain(backend_, q->domain(), [this, call, q, r](const absl::Status& exists) {
      if (!call.passes(exists)) return;
      backend_.engine.describe_execution(call.caller(), *q, [call, r](absl::StatusOr<v1::DescribeWorkflowExecutionResponse> description) {
        if (description.ok()) *r = *std::move(description);
        call.end(description.status());
      });
    });
    return call.reactor();
  }
  Reactor* GetWorkflowExecutionHistory(Context* c, const v1::GetWorkflowExecutionHistoryRequest* q,
                                       v1::GetWorkflowExecutionHistoryResponse* r) override {
    const Call call(c);
    if (!call.passes(admit(backend_, call.caller(), "GetWorkflowExecutionHistory", q->domain()))) return call.reactor();
    if (!call.passes(check(q->domain(), q->execution()))) return call.reactor();
    require_domain(backend_, q->domain(), [this, call, q, r](const absl::Status& exists) {
      if (!call.passes(exists)) return;
      read_history_page(backend_, call.caller(), *q, r, call.ender());
    });
    return call.reactor();
  }
  Reactor* ListOpenWorkflowExecutions(Context* c, const v1::ListOpenWorkflowExecutionsRequest* q,
                                      v1::ListOpenWorkflowExecutionsResponse* r) override {
    return list(c, "ListOpenWorkflowExecutions", q, r);
  }
  Reactor* ListClosedWorkflowExecutions(Context* c, const v1::ListClosedWorkflowExecutionsRequest* q,
                                        v1::ListClosedWorkflowExecutionsResponse* r) override {
    return list(c, "ListClosedWorkflowExecutions", q, r);
  }
  Reactor* CountOpenWorkflowExecutions(Context* c, const v1::CountOpenWorkflowExecutionsRequest* q,
                                       v1::CountOpenWorkflowExecutionsResponse* r) override {
    return count(c, "CountOpenWorkflowExecutions", q, r);
  }
  Reactor* CountClosedWorkflowExecutions(Context* c, const v1::CountClosedWorkflowExecutionsRequest* q,
                                         v1::CountClosedWorkflowExecutionsResponse* r) override {
    return count(c, "CountClosedWorkflowExecutions", q, r);
  }

  // --- schedules ---
  Reactor* CreateSchedule(Context* c, const v1::CreateScheduleRequest* q, v1::CreateScheduleResponse*) override {
    return change_schedule(c, "CreateSchedule", q);
  }
  Reactor* UpdateSchedule(Context* c, const v1::UpdateScheduleRequest* q, v1::UpdateScheduleResponse*) override {
    return change_schedule(c, "UpdateSchedule", q);
  }
  Reactor* DeleteSchedule(Context* c, const v1::DeleteScheduleRequest* q, v1::DeleteScheduleResponse*) override {
    return change_schedule(c, "DeleteSchedule", q);
  }
  Reactor* PauseSchedule(Context* c, const v1::PauseScheduleRequest* q, v1::PauseScheduleResponse*) override {
    return change_schedule(c, "PauseSchedule", q);
  }
  Reactor* ResumeSchedule(Context* c, const v1::ResumeScheduleRequest* q, v1::ResumeScheduleResponse*) override {
    return change_schedule(c, "ResumeSchedule", q);
  }
  Reactor* BackfillSchedule(Context* c, const v1::BackfillScheduleRequest* q, v1::BackfillScheduleResponse*) override {
    return change_schedule(c, "BackfillSchedule", q);
  }
  Reactor* TriggerSchedule(Context* c, const v1::TriggerScheduleRequest* q, v1::TriggerScheduleResponse*) override {
    return change_schedule(c, "TriggerSchedule", q);
  }
  Reactor* DescribeSchedule(Context* c, const v1::DescribeScheduleRequest* q, v1::DescribeScheduleResponse* r) override {
    const Call call(c);
    if (!call.passes(admit(backend_, call.caller(), "DescribeSchedule", q->domain()))) return call.reactor();
    if (!call.passes(schedule::check(*q))) return call.reactor();
    require_domain(backend_, q->domain(), [this, call, q, r](const absl::Status& exists) {
      if (!call.passes(exists)) return;
      backend_.engine.describe_schedule(*q, [call, r](absl::StatusOr<v1::DescribeScheduleResponse> description) {
        if (description.ok()) *r = *std::move(description);
        call.end(description.status());
      });
    });
    return call.reactor();
  }
  Reactor* ListSchedules(Context* c, const v1::ListSchedulesRequest* q, v1::ListSchedulesResponse* r) override {
    const Call call(c);
    if (call.passes(admit(backend_, call.caller(), "ListSchedules", q->domain()))) list_schedules(backend_, *q, r, call.ender());
    return call.reactor();
  }

 private:
  // Whoever may not do what the schedule will do may not have it done.
  template <class Request>
  Reactor* change_schedule(Context* context, const char* operation, const Request* request) {
    const Call call(context);
    for (const std::string_view action : done_by_schedule(*request)) {
      if (!call.passes(authorize(backend_, call.caller(), action, request->domain()))) return call.reactor();
    }
    if (!call.passes(admit(backend_, call.caller(), operation, request->domain()))) return call.reactor();
    if (call.passes(schedule::check(*request))) backend_.engine.change_schedule(*request, call.ender());
    return call.reactor();
  }
  // False: the call has ended.
  template <class Request>
  bool may_change(const Call& call, const char* operation, const Request& request) {
    if (!call.passes(admit(backend_, call.caller(), operation, request.domain()))) return false;
    if (!call.passes(check_address(request.domain(), request.workflow_id(), request.request_id()))) return false;
    if constexpr (requires { request.run_id(); }) return call.passes(core::check_text("run_id", request.run_id(), core::kMaxRunIdChars));
    return true;
  }
  template <class Request, class Response>
  Reactor* list(Context* context, const char* operation, const Request* request, Response* response) {
    const Call call(context);
    if (call.passes(admit(backend_, call.caller(), operation, request->domain()))) {
      list_executions(backend_, *request, response, call.ender());
    }
    return call.reactor();
  }
  template <class Request, class Response>
  Reactor* count(Context* context, const char* operation, const Request* request, Response* response) {
    const Call call(context);
    if (call.passes(admit(backend_, call.caller(), operation, request->domain()))) {
      count_executions(backend_, *request, response, call.ender());
    }
    return call.reactor();
  }

  const Backend& backend_;
};

}  // namespace

std::unique_ptr<grpc::Service> make_workflow_service(const Backend& backend) { return std::make_unique<WorkflowService>(backend); }

}  // namespace baton::api
