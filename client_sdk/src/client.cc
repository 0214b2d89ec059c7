#include "baton/client.h"

#include <thread>

#include "coded_payloads.h"
#include "connection.h"
#include "start_request.h"
#include "wire.h"

namespace baton {
namespace {

using Registry = v1::RegistryService::Stub;
using Workflows = v1::WorkflowService::Stub;

constexpr size_t kBatchItems = 1000;        // of StartWorkflowExecutions
constexpr size_t kBatchBytes = 900 * 1024;  // of its 1 MiB

v1::RegisterDomainRequest to_request(const std::string& domain, const DomainOptions& options) {
  v1::RegisterDomainRequest request;
  request.set_name(domain);
  request.set_description(options.description);
  to_wire(options.retention,
          request.mutable_workflow_execution_retention_period()->mutable_after());
  request.set_request_id(make_request_id());
  return request;
}

v1::RegisterWorkflowTypeRequest to_request(const std::string& domain, const TypeName& type,
                                           const WorkflowTypeOptions& options) {
  v1::RegisterWorkflowTypeRequest request;
  request.set_domain(domain);
  to_wire(type, request.mutable_workflow_type());
  request.set_description(options.description);
  auto* defaults = request.mutable_configuration();
  if (!options.task_start_to_close.is_default()) {
    to_wire(options.task_start_to_close, defaults->mutable_default_task_start_to_close_timeout());
  }
  if (!options.execution_start_to_close.is_default()) {
    to_wire(options.execution_start_to_close,
            defaults->mutable_default_execution_start_to_close_timeout());
  }
  if (!options.task_list.empty()) {
    defaults->mutable_default_task_list()->set_name(options.task_list);
  }
  if (options.task_priority) defaults->set_default_task_priority(*options.task_priority);
  defaults->set_default_child_policy(static_cast<v1::ChildPolicy>(options.child_policy));
  request.set_request_id(make_request_id());
  return request;
}

v1::RegisterActivityTypeRequest to_request(const std::string& domain, const TypeName& type,
                                           const ActivityTypeOptions& options) {
  v1::RegisterActivityTypeRequest request;
  request.set_domain(domain);
  to_wire(type, request.mutable_activity_type());
  request.set_description(options.description);
  auto* defaults = request.mutable_configuration();
  const auto set = [](Timeout timeout, auto&& field) {
    if (!timeout.is_default()) to_wire(timeout, field());
  };
  set(options.start_to_close,
      [&] { return defaults->mutable_default_task_start_to_close_timeout(); });
  set(options.schedule_to_start,
      [&] { return defaults->mutable_default_task_schedule_to_start_timeout(); });
  set(options.schedule_to_close,
      [&] { return defaults->mutable_default_task_schedule_to_close_timeout(); });
  set(options.heartbeat, [&] { return defaults->mutable_default_task_heartbeat_timeout(); });
  if (!options.task_list.empty()) {
    defaults->mutable_default_task_list()->set_name(options.task_list);
  }
  if (options.task_priority) defaults->set_default_task_priority(*options.task_priority);
  request.set_request_id(make_request_id());
  return request;
}

v1::StartWorkflowExecutionRequest to_request(const Connection& connection,
                                             const StartRequest& start) {
  v1::StartWorkflowExecutionRequest request;
  request.set_domain(connection.domain());
  to_wire(start, &request);
  if (request.request_id().empty()) request.set_request_id(make_request_id());
  encode_payloads(connection.codec(), &request);
  return request;
}

// True: made; false: it is there already.
bool made(std::optional<Error> error) {
  if (!error) return true;
  if (error->code() == Code::kAlreadyExists) return false;
  throw *std::move(error);
}

// Starts items[first…] in one call; appends a verdict for each item that got one that is final, and
// returns the others' places.
std::vector<size_t> start_batch(Connection& connection,
                                const std::vector<v1::StartWorkflowExecutionRequest>& items,
                                std::span<const size_t> places,
                                std::vector<std::optional<StartVerdict>>& verdicts) {
  v1::StartWorkflowExecutionsRequest request;
  v1::StartWorkflowExecutionsResponse response;
  request.set_domain(connection.domain());
  for (const size_t place : places) *request.add_items() = items[place];
  connection.call(&Workflows::StartWorkflowExecutions, request, &response);
  std::vector<size_t> again;
  for (size_t i = 0; i < places.size(); ++i) {
    if (static_cast<int>(i) >= response.verdicts_size()) {
      throw Error(Code::kInternal, "", "StartWorkflowExecutions answered too few verdicts");
    }
    const auto& verdict = response.verdicts(static_cast<int>(i));
    if (verdict.has_run_id()) {
      verdicts[places[i]] = verdict.run_id();
    } else if (verdict.refused().retryable()) {
      verdicts[places[i]] = decode(verdict.refused());  // stays if the patience ends
      again.push_back(places[i]);
    } else {
      verdicts[places[i]] = decode(verdict.refused());
    }
  }
  return again;
}

// Cuts places into what one call may carry.
std::vector<std::span<const size_t>> batches(
    const std::vector<v1::StartWorkflowExecutionRequest>& items, std::span<const size_t> places) {
  std::vector<std::span<const size_t>> result;
  size_t first = 0;
  size_t bytes = 0;
  for (size_t i = 0; i < places.size(); ++i) {
    const size_t size = items[places[i]].ByteSizeLong() + 8;
    if (i > first && (i - first >= kBatchItems || bytes + size > kBatchBytes)) {
      result.push_back(places.subspan(first, i - first));
      first = i;
      bytes = 0;
    }
    bytes += size;
  }
  if (first < places.size()) result.push_back(places.subspan(first));
  return result;
}

}  // namespace

Client::Client(std::string_view addresses, std::string_view domain, ClientOptions options)
    : connection_(std::make_shared<Connection>(addresses, domain, std::move(options))) {}

const std::string& Client::domain() const { return connection_->domain(); }
const std::string& Client::identity() const { return connection_->options().identity; }

bool Client::ensure_domain(const DomainOptions& options) {
  v1::RegisterDomainResponse response;
  return made(
      connection_->try_call(&Registry::RegisterDomain, to_request(domain(), options), &response));
}
bool Client::ensure_workflow_type(const TypeName& type, const WorkflowTypeOptions& options) {
  v1::RegisterWorkflowTypeResponse response;
  return made(connection_->try_call(&Registry::RegisterWorkflowType,
                                    to_request(domain(), type, options), &response));
}
bool Client::ensure_activity_type(const TypeName& type, const ActivityTypeOptions& options) {
  v1::RegisterActivityTypeResponse response;
  return made(connection_->try_call(&Registry::RegisterActivityType,
                                    to_request(domain(), type, options), &response));
}

void Client::register_domain(const DomainOptions& options) {
  v1::RegisterDomainResponse response;
  connection_->call(&Registry::RegisterDomain, to_request(domain(), options), &response);
}
void Client::register_workflow_type(const TypeName& type, const WorkflowTypeOptions& options) {
  v1::RegisterWorkflowTypeResponse response;
  connection_->call(&Registry::RegisterWorkflowType, to_request(domain(), type, options),
                    &response);
}
void Client::register_activity_type(const TypeName& type, const ActivityTypeOptions& options) {
  v1::RegisterActivityTypeResponse response;
  connection_->call(&Registry::RegisterActivityType, to_request(domain(), type, options),
                    &response);
}

Execution Client::start(const StartRequest& start) {
  const v1::StartWorkflowExecutionRequest request = to_request(*connection_, start);
  v1::StartWorkflowExecutionResponse response;
  connection_->call(&Workflows::StartWorkflowExecution, request, &response);
  return {start.workflow_id, response.run_id()};
}

std::vector<StartVerdict> Client::start_many(std::span<const StartRequest> requests) {
  std::vector<v1::StartWorkflowExecutionRequest> items;
  items.reserve(requests.size());
  std::vector<std::optional<StartVerdict>> verdicts(requests.size());
  std::vector<size_t> places;
  for (size_t i = 0; i < requests.size(); ++i) {
    items.push_back(to_request(*connection_, requests[i]));
    places.push_back(i);
  }
  Backoff backoff(Duration(20), Duration(2'000));
  const auto give_up = std::chrono::steady_clock::now() + connection_->options().retry_for;
  while (!places.empty()) {
    std::vector<size_t> again;
    for (const auto batch : batches(items, places)) {
      const auto refused = start_batch(*connection_, items, batch, verdicts);
      again.insert(again.end(), refused.begin(), refused.end());
    }
    places = std::move(again);
    if (places.empty() || std::chrono::steady_clock::now() >= give_up) break;
    std::this_thread::sleep_for(backoff.next());
  }
  std::vector<StartVerdict> result;
  for (auto& verdict : verdicts) result.push_back(*std::move(verdict));
  return result;
}

void Client::signal(const Execution& execution, std::string_view name,
                    const std::optional<Payload>& input, const Headers& headers) {
  v1::SignalWorkflowExecutionRequest request;
  v1::SignalWorkflowExecutionResponse response;
  request.set_domain(domain());
  request.set_workflow_id(execution.workflow_id);
  request.set_run_id(execution.run_id);
  request.set_signal_name(std::string(name));
  if (input) to_wire(*input, request.mutable_input());
  to_wire(headers, request.mutable_headers());
  request.set_request_id(make_request_id());
  encode_payloads(connection_->codec(), &request);
  connection_->call(&Workflows::SignalWorkflowExecution, request, &response);
}

void Client::request_cancel(const Execution& execution) {
  v1::RequestCancelWorkflowExecutionRequest request;
  v1::RequestCancelWorkflowExecutionResponse response;
  request.set_domain(domain());
  request.set_workflow_id(execution.workflow_id);
  request.set_run_id(execution.run_id);
  request.set_request_id(make_request_id());
  connection_->call(&Workflows::RequestCancelWorkflowExecution, request, &response);
}

void Client::terminate(const Execution& execution, std::string_view reason,
                       const std::optional<Payload>& details) {
  v1::TerminateWorkflowExecutionRequest request;
  v1::TerminateWorkflowExecutionResponse response;
  request.set_domain(domain());
  request.set_workflow_id(execution.workflow_id);
  request.set_run_id(execution.run_id);
  if (!reason.empty()) request.set_reason(std::string(reason));
  if (details) to_wire(*details, request.mutable_details());
  request.set_request_id(make_request_id());
  encode_payloads(connection_->codec(), &request);
  connection_->call(&Workflows::TerminateWorkflowExecution, request, &response);
}

}  // namespace baton
