// The asking part of Client: updates and queries, which wait for what workflow code says.
#include <algorithm>
#include <chrono>
#include <thread>

#include "baton/client.h"
#include "coded_payloads.h"
#include "connection.h"
#include "wire.h"

namespace baton {
namespace {

using SteadyClock = std::chrono::steady_clock;
using Workflows = v1::WorkflowService::Stub;

constexpr Duration kOneWait{20'000};  // of one call for the answer to an update, of at most 60 s
constexpr Duration kFirstPause{50};   // between calls that did not wait
constexpr Duration kLastPause{2'000};

}  // namespace

std::optional<Reply> Client::update(const Execution& execution, std::string_view name,
                                    const std::optional<Payload>& input,
                                    const UpdateOptions& options) {
  v1::UpdateWorkflowExecutionRequest request;
  request.set_domain(domain());
  request.set_workflow_id(execution.workflow_id);
  request.set_run_id(execution.run_id);
  request.set_update_name(std::string(name));
  if (input) to_wire(*input, request.mutable_input());
  to_wire(options.headers, request.mutable_headers());
  request.set_request_id(options.request_id.empty() ? make_request_id() : options.request_id);
  encode_payloads(connection_->codec(), &request);
  const auto begin = SteadyClock::now();
  Backoff backoff(kFirstPause, kLastPause);
  for (;;) {
    // In the coarser unit: the longest patience does not fit in the clock's own.
    const auto waited = std::chrono::duration_cast<Duration>(SteadyClock::now() - begin);
    const Duration wait = std::clamp(options.patience - waited, Duration(0), kOneWait);
    to_wire(wait, request.mutable_wait());
    v1::UpdateWorkflowExecutionResponse response;
    connection_->call(&Workflows::UpdateWorkflowExecution, request, &response, wait);
    if (response.has_reply()) {
      decode_payloads(connection_->codec(), &response);
      return from_wire(response.reply());
    }
    request.set_run_id(response.run_id());
    const auto by_now = std::chrono::duration_cast<Duration>(SteadyClock::now() - begin);
    if (by_now >= options.patience) return std::nullopt;
    // A coordinator without room for those who wait says so at once.
    if (by_now - waited < wait / 2) std::this_thread::sleep_for(std::min(backoff.next(), options.patience - by_now));
  }
}

Reply Client::answer_to(const Execution& execution, std::string_view name,
                        const std::optional<Payload>& input, UpdateOptions options) {
  if (options.request_id.empty()) options.request_id = make_request_id();
  if (auto reply = update(execution, name, input, options)) return *std::move(reply);
  throw Error(Code::kDeadlineExceeded, "",
              "update " + std::string(name) + " of workflow_id " + execution.workflow_id +
                  " has been sent and is not answered yet: update again with request_id " +
                  options.request_id + " to wait on")
      .about("", "update " + options.request_id);
}

Reply Client::query(const Execution& execution, std::string_view name,
                    const std::optional<Payload>& input, const QueryOptions& options) {
  v1::QueryWorkflowExecutionRequest request;
  v1::QueryWorkflowExecutionResponse response;
  request.set_domain(domain());
  request.mutable_execution()->set_workflow_id(execution.workflow_id);
  request.mutable_execution()->set_run_id(execution.run_id);
  request.set_query_name(std::string(name));
  if (input) to_wire(*input, request.mutable_input());
  to_wire(options.patience, request.mutable_wait());
  encode_payloads(connection_->codec(), &request);
  connection_->call(&Workflows::QueryWorkflowExecution, request, &response, options.patience);
  decode_payloads(connection_->codec(), &response);
  return from_wire(response.reply());
}

}  // namespace baton
