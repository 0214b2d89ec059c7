#include "coordinator/api/workflow/batch_start.h"

#include <atomic>
#include <memory>

#include "coordinator/api/refusal.h"
#include "coordinator/core/fault.h"
#include "coordinator/core/names.h"

namespace baton::api {

absl::Status check(const v1::StartWorkflowExecutionsRequest& request) {
  if (absl::Status s = core::check_name("domain", request.domain()); !s.ok()) return s;
  if (request.items_size() < 1 || request.items_size() > core::kMaxBatchStarts) {
    return core::invalid_field("items", "has " + std::to_string(request.items_size()) + " items: give 1 to " + std::to_string(core::kMaxBatchStarts));
  }
  for (int i = 0; i < request.items_size(); ++i) {
    const std::string& domain = request.items(i).domain();
    if (domain.empty() || domain == request.domain()) continue;
    return core::invalid_field("items[" + std::to_string(i) + "].domain", "must be empty or the domain of the call");
  }
  return check_size("items", request);
}

void start_all(const Backend& backend, const core::Caller& caller, const v1::StartWorkflowExecutionsRequest& request,
               v1::StartWorkflowExecutionsResponse* response, std::function<void()> done) {
  struct Batch {
    std::atomic<int> missing;
    std::function<void()> done;
  };
  auto batch = std::make_shared<Batch>();
  const int count = request.items_size();
  batch->missing = count;
  batch->done = std::move(done);
  // All places before the first verdict: each is then written by one thread only.
  response->mutable_verdicts()->Reserve(count);
  for (int i = 0; i < count; ++i) response->add_verdicts();
  for (int i = 0; i < count; ++i) {
    v1::StartWorkflowExecutionRequest item = request.items(i);
    item.set_domain(request.domain());
    auto* verdict = response->mutable_verdicts(i);
    const auto give = [batch, verdict](const absl::StatusOr<core::RunId>& run_id) {
      if (run_id.ok()) {
        verdict->set_run_id(run_id->to_text());
      } else {
        to_refusal(run_id.status(), verdict->mutable_refused());
      }
      if (--batch->missing == 0) batch->done();
    };
    if (absl::Status s = check_address(item.domain(), item.workflow_id(), item.request_id()); !s.ok()) {
      give(s);
    } else if (absl::Status slow = backend.engine.take_token(item.domain(), "StartWorkflowExecution"); !slow.ok()) {
      give(slow);
    } else {
      backend.engine.start_execution(caller, std::move(item), give);
    }
  }
}

}  // namespace baton::api
