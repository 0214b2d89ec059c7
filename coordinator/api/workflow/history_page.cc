#include "coordinator/api/workflow/history_page.h"

#include <cstdlib>

#include "coordinator/core/fault.h"
#include "coordinator/core/names.h"

namespace baton::api {
namespace {

// Later pages are of the run of the first one, also when it was found by its workflow id only.
std::string position(const engine::Engine::HistoryResult& result) {
  return std::to_string(result.next_event_id) + " " + result.run_id.to_text();
}

}  // namespace

absl::Status check(const std::string& domain, const v1::WorkflowExecution& execution) {
  if (absl::Status s = core::check_name("domain", domain); !s.ok()) return s;
  if (absl::Status s = core::check_workflow_id("execution.workflow_id", execution.workflow_id()); !s.ok()) return s;
  return core::check_text("execution.run_id", execution.run_id(), core::kMaxRunIdChars);
}

void read_history_page(const Backend& backend, const core::Caller& caller, const v1::GetWorkflowExecutionHistoryRequest& request,
                       v1::GetWorkflowExecutionHistoryResponse* response, engine::DoneEmpty done) {
  const auto limit = page_size(request.maximum_page_size());
  if (!limit.ok()) return done(limit.status());
  v1::GetWorkflowExecutionHistoryRequest arguments = request;
  arguments.clear_next_page_token();
  const uint64_t hash = hash_arguments("GetWorkflowExecutionHistory", arguments);
  engine::Engine::HistoryRead read;
  read.domain = request.domain();
  read.execution = request.execution();
  read.reverse = request.reverse_order();
  read.limit = *limit;
  if (!request.next_page_token().empty()) {
    const auto from = backend.tokens.verify_page(request.next_page_token(), hash, backend.engine.now_ms());
    if (!from.ok()) return done(from.status());
    read.from_event_id = std::strtoll(from->c_str(), nullptr, 10);
    read.execution.set_run_id(from->substr(from->find(' ') + 1));
  }
  backend.engine.read_history(caller, std::move(read), [&backend, hash, response, done = std::move(done)](auto result) {
    if (!result.ok()) return done(result.status());
    response->mutable_events()->Reserve(static_cast<int>(result->events.size()));
    for (v1::HistoryEvent& event : result->events) *response->add_events() = std::move(event);
    if (result->next_event_id != 0) response->set_next_page_token(backend.tokens.sign_page(hash, position(*result), backend.engine.now_ms()));
    done(absl::OkStatus());
  });
}

}  // namespace baton::api
