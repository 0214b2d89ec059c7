// The reading half of Client: describe, history, list, count, wait.
#include <thread>

#include "baton/client.h"
#include "closed.h"
#include "coded_payloads.h"
#include "connection.h"
#include "failure_envelope.h"
#include "wire.h"

namespace baton {
namespace {

using Workflows = v1::WorkflowService::Stub;

constexpr Duration kFirstWait{5};
constexpr Duration kLastWait{1'000};
constexpr int kPage = 1000;

ExecutionInfo from_wire(const v1::WorkflowExecutionInfo& message) {
  ExecutionInfo info;
  info.execution = baton::from_wire(message.execution());
  info.type = {message.workflow_type().name(), message.workflow_type().version()};
  info.start_time = baton::from_wire(message.start_time());
  if (message.has_close_time()) info.close_time = baton::from_wire(message.close_time());
  info.close_status = static_cast<CloseStatus>(message.close_status());
  info.tags.assign(message.tag_list().begin(), message.tag_list().end());
  info.cancel_requested = message.cancel_requested();
  return info;
}

void fill(const ListFilter& filter, v1::ExecutionTimeFilter* out) {
  baton::to_wire(filter.oldest, out->mutable_oldest_date());
  if (filter.latest) baton::to_wire(*filter.latest, out->mutable_latest_date());
}

void fill(const ListFilter& filter, v1::SearchAttributeFilter* out) {
  out->set_name(filter.search_attribute);
  if (filter.equal_to) baton::to_wire(*filter.equal_to, out->mutable_equal_to());
  if (filter.least) baton::to_wire(*filter.least, out->mutable_within()->mutable_least());
  if (filter.most) baton::to_wire(*filter.most, out->mutable_within()->mutable_most());
}

// What the requests for open and for closed executions have in common.
template <class Request>
void fill_common(const ListFilter& filter, const std::string& domain, Request* request) {
  request->set_domain(domain);
  if (!filter.workflow_id.empty()) {
    request->mutable_execution_filter()->set_workflow_id(filter.workflow_id);
  }
  if (!filter.type_name.empty()) {
    request->mutable_type_filter()->set_name(filter.type_name);
    request->mutable_type_filter()->set_version(filter.type_version);
  }
  if (!filter.tag.empty()) request->mutable_tag_filter()->set_tag(filter.tag);
  if (!filter.search_attribute.empty()) fill(filter, request->mutable_search_attribute_filter());
}
template <class Request>
Request open_request(const ListFilter& filter, const std::string& domain) {
  Request request;
  fill_common(filter, domain, &request);
  fill(filter, request.mutable_start_time_filter());
  return request;
}
template <class Request>
Request closed_request(const ListFilter& filter, const std::string& domain) {
  Request request;
  fill_common(filter, domain, &request);
  fill(filter, filter.by_close_time ? request.mutable_close_time_filter()
                                    : request.mutable_start_time_filter());
  if (filter.close_status != CloseStatus::kOpen) {
    request.mutable_close_status_filter()->set_status(
        static_cast<v1::CloseStatus>(filter.close_status));
  }
  return request;
}

// Page after page until `limit` executions are there.
template <class Request, class Response>
std::vector<ExecutionInfo> list_pages(Connection& connection,
                                      grpc::Status (Workflows::*method)(grpc::ClientContext*,
                                                                        const Request&, Response*),
                                      Request request, bool oldest_first, size_t limit) {
  std::vector<ExecutionInfo> infos;
  request.set_reverse_order(oldest_first);
  do {
    request.set_maximum_page_size(static_cast<int>(std::min<size_t>(kPage, limit - infos.size())));
    Response response;
    connection.call(method, request, &response);
    for (const auto& info : response.execution_infos()) {
      if (infos.size() < limit) infos.push_back(from_wire(info));
    }
    request.set_next_page_token(response.next_page_token());
  } while (!request.next_page_token().empty() && infos.size() < limit);
  return infos;
}

std::optional<Payload> payload_of(bool present, const v1::Payload& payload) {
  if (!present) return std::nullopt;
  return baton::from_wire(payload);
}

}  // namespace

Closed closed_by(const v1::HistoryEvent& event) {
  using Event = v1::HistoryEvent;
  Closed closed;
  switch (event.attributes_case()) {
    case Event::kWorkflowExecutionCompleted: {
      const auto& it = event.workflow_execution_completed();
      closed.status = CloseStatus::kCompleted;
      closed.result = payload_of(it.has_result(), it.result());
      break;
    }
    case Event::kWorkflowExecutionFailed: {
      const auto& it = event.workflow_execution_failed();
      closed.status = CloseStatus::kFailed;
      FailureFacts facts = from_details(payload_of(it.has_details(), it.details()));
      closed.reason = it.reason();
      closed.details = std::move(facts.details);
      closed.type = std::move(facts.type);
      closed.causes = std::move(facts.causes);
      break;
    }
    case Event::kWorkflowExecutionCanceled: {
      const auto& it = event.workflow_execution_canceled();
      closed.status = CloseStatus::kCanceled;
      closed.details = payload_of(it.has_details(), it.details());
      break;
    }
    case Event::kWorkflowExecutionTerminated: {
      const auto& it = event.workflow_execution_terminated();
      closed.status = CloseStatus::kTerminated;
      closed.reason = it.reason();
      closed.details = payload_of(it.has_details(), it.details());
      break;
    }
    case Event::kWorkflowExecutionTimedOut:
      closed.status = CloseStatus::kTimedOut;
      break;
    case Event::kWorkflowExecutionContinuedAsNew:
      closed.status = CloseStatus::kContinuedAsNew;
      closed.new_run_id = event.workflow_execution_continued_as_new().new_execution_run_id();
      break;
    default:
      break;
  }
  return closed;
}

namespace {

v1::DescribeWorkflowExecutionResponse describe_call(Connection& connection,
                                                    const Execution& execution) {
  v1::DescribeWorkflowExecutionRequest request;
  v1::DescribeWorkflowExecutionResponse response;
  request.set_domain(connection.domain());
  request.mutable_execution()->set_workflow_id(execution.workflow_id);
  request.mutable_execution()->set_run_id(execution.run_id);
  connection.call(&Workflows::DescribeWorkflowExecution, request, &response);
  return response;
}

// The last event of a closed run is the one that closed it.
Closed read_close(Connection& connection, const v1::WorkflowExecution& execution) {
  v1::GetWorkflowExecutionHistoryRequest request;
  v1::GetWorkflowExecutionHistoryResponse response;
  request.set_domain(connection.domain());
  *request.mutable_execution() = execution;
  request.set_maximum_page_size(1);
  request.set_reverse_order(true);
  connection.call(&Workflows::GetWorkflowExecutionHistory, request, &response);
  if (response.events_size() == 0) {
    throw Error(Code::kInternal, "", "the history of a closed execution is empty");
  }
  decode_payloads(connection.codec(), response.mutable_events(0));
  return closed_by(response.events(0));
}

FailedDecision failed_decision(const v1::PendingDecision& task) {
  FailedDecision failed;
  failed.failures = task.consecutive_failures();
  failed.reason = task.failure_reason();
  if (task.has_failure_details()) failed.details = baton::from_wire(task.failure_details());
  if (task.has_parked_until()) failed.parked_until = baton::from_wire(task.parked_until());
  return failed;
}

}  // namespace

ExecutionDetail Client::describe(const Execution& execution) {
  auto response = describe_call(*connection_, execution);
  decode_what_can_be(connection_->codec(), &response);
  ExecutionDetail detail;
  detail.info = from_wire(response.execution_info());
  detail.task_list = response.execution_configuration().task_list().name();
  detail.open_activities = response.open_counts().open_activity_tasks();
  detail.open_timers = response.open_counts().open_timers();
  detail.open_decisions = response.open_counts().open_decision_tasks();
  detail.history_length = response.history_length();
  if (response.has_latest_execution_context()) {
    detail.execution_context = response.latest_execution_context();
  }
  for (const auto& [name, attribute] : response.search_attributes()) {
    detail.search_attributes.emplace(name, baton::from_wire(attribute));
  }
  if (response.pending_decision().consecutive_failures() > 0) {
    detail.failed_decision = failed_decision(response.pending_decision());
  }
  return detail;
}

History Client::history(const Execution& execution) {
  auto pages = std::make_shared<std::vector<v1::GetWorkflowExecutionHistoryResponse>>();
  v1::GetWorkflowExecutionHistoryRequest request;
  request.set_domain(domain());
  request.mutable_execution()->set_workflow_id(execution.workflow_id);
  request.mutable_execution()->set_run_id(execution.run_id);
  do {
    v1::GetWorkflowExecutionHistoryResponse page;
    connection_->call(&Workflows::GetWorkflowExecutionHistory, request, &page);
    request.set_next_page_token(page.next_page_token());
    decode_what_can_be(connection_->codec(), &page);
    pages->push_back(std::move(page));
  } while (!request.next_page_token().empty());
  std::vector<HistoryEvent> events;
  for (const auto& page : *pages) {
    for (const auto& event : page.events()) events.emplace_back(&event);
  }
  return {std::move(pages), std::move(events)};
}

std::vector<ExecutionInfo> Client::list(const ListFilter& filter, size_t limit) {
  if (limit == 0) return {};
  if (filter.closed) {
    return list_pages(*connection_, &Workflows::ListClosedWorkflowExecutions,
                      closed_request<v1::ListClosedWorkflowExecutionsRequest>(filter, domain()),
                      filter.oldest_first, limit);
  }
  return list_pages(*connection_, &Workflows::ListOpenWorkflowExecutions,
                    open_request<v1::ListOpenWorkflowExecutionsRequest>(filter, domain()),
                    filter.oldest_first, limit);
}

int64_t Client::count(const ListFilter& filter) {
  if (filter.closed) {
    v1::CountClosedWorkflowExecutionsResponse response;
    connection_->call(&Workflows::CountClosedWorkflowExecutions,
                      closed_request<v1::CountClosedWorkflowExecutionsRequest>(filter, domain()),
                      &response);
    return response.count();
  }
  v1::CountOpenWorkflowExecutionsResponse response;
  connection_->call(&Workflows::CountOpenWorkflowExecutions,
                    open_request<v1::CountOpenWorkflowExecutionsRequest>(filter, domain()),
                    &response);
  return response.count();
}

std::optional<Closed> Client::wait(const Execution& execution, Duration patience) {
  using SteadyClock = std::chrono::steady_clock;
  const auto begin = SteadyClock::now();
  Backoff backoff(kFirstWait, kLastWait);
  for (;;) {
    const auto response = describe_call(*connection_, execution);
    const auto& info = response.execution_info();
    if (info.execution_status() == v1::EXECUTION_STATUS_CLOSED) {
      return read_close(*connection_, info.execution());
    }
    const Duration wait = backoff.next();
    // Compared in the coarser unit: the longest patience does not fit in the clock's own.
    const auto waited = std::chrono::duration_cast<Duration>(SteadyClock::now() - begin);
    if (waited >= patience - wait) return std::nullopt;
    std::this_thread::sleep_for(wait);
  }
}

namespace {

std::string ending(const Closed& closed) {
  return "the execution ended as " + std::string(to_string(closed.status)) +
         (closed.reason.empty() ? "" : ": " + closed.reason);
}

}  // namespace

ExecutionFailed::ExecutionFailed(Closed closed)
    : std::runtime_error(with_causes(ending(closed), closed.causes)), closed_(std::move(closed)) {}

void ExecutionFailed::explain(FailureCauses* causes) const {
  causes->push_back({"baton::ExecutionFailed", ending(closed_), closed_.details});
  causes->insert(causes->end(), closed_.causes.begin(), closed_.causes.end());
}

}  // namespace baton
