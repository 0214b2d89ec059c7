// ResetWorkflowExecution: the base's journal is read on a reader, and the lane decides; once more, when the base went on meanwhile.
#include "coordinator/core/fault.h"
#include "coordinator/engine/history_reader.h"
#include "coordinator/engine/running_engine.h"
#include "coordinator/engine/verdict.h"

namespace baton::engine {
namespace {

constexpr char kOperation[] = "ResetWorkflowExecution";
constexpr int kMaxTries = 10;
constexpr int64_t kRetryMs = 100;

absl::Status goes_on_too_fast(const v1::ResetWorkflowExecutionRequest& request) {
  return core::with_retry_after(
      core::fault(v1::THROTTLING, "workflow_id",
                  "workflow_id " + request.workflow_id() + " in domain " + request.domain() +
                      " goes on faster than its journal can be read: pause it or terminate it first, or try again"),
      kRetryMs);
}

}  // namespace

struct RunningEngine::Reset {
  core::Caller caller;
  v1::ResetWorkflowExecutionRequest request;
  store::ReceivedKey received;
  core::RunId fresh_run_id;
  Done<core::RunId> done;
  int tries = 0;
  absl::Status refused;  // by the last try
};

void RunningEngine::reset_execution(core::Caller caller, v1::ResetWorkflowExecutionRequest request, Done<core::RunId> done) {
  auto reset = std::make_shared<Reset>();
  reset->received = {workflow_key(request.domain(), request.workflow_id()), kOperation, request.request_id()};
  reset->caller = std::move(caller);
  reset->request = std::move(request);
  reset->fresh_run_id = new_run_id();
  reset->done = std::move(done);
  queue_reset(std::move(reset));
}

void RunningEngine::queue_reset(std::shared_ptr<Reset> reset) {
  if (!readers_.push([this, reset] { try_reset(reset); })) reset->done(readers_busy());
}

absl::StatusOr<LaneRequest> RunningEngine::reset_request(const Reset& reset) {
  v1::WorkflowExecution execution;
  execution.set_workflow_id(reset.request.workflow_id());
  execution.set_run_id(reset.request.run_id());
  const auto base = resolve(reset.request.domain(), execution);
  if (!base.ok()) return base.status();
  auto journal = std::make_shared<core::ResetJournal>(reset.request.decision_task_completed_event_id());
  const absl::Status read = read_records(store_, *base, [&](const journal::v1::Record& record) { journal->add(record); });
  if (!read.ok()) return read;
  LaneRequest lane_request;
  lane_request.workflow = reset.received.workflow;
  lane_request.run = *base;
  lane_request.operation = kOperation;
  lane_request.request_id = reset.received.id;
  lane_request.arrived_ms = clock_.now_ms();
  lane_request.command = {reset.caller, core::ResetWorkflowExecution{reset.request, reset.fresh_run_id, std::move(journal)}};
  return lane_request;
}

void RunningEngine::try_reset(const std::shared_ptr<Reset>& reset) {
  // What a copy of the call has done changes what is open, and so what this one is refused for.
  if (!reset->received.id.empty()) {
    const auto verdict = store_.find_received(reset->received);
    if (!verdict.ok()) return reset->done(store_error(verdict.status()));
    if (*verdict) {
      const auto before = from_verdict(**verdict);
      if (!before.ok()) return reset->done(before.status());
      return reset->done(std::get<core::StartReply>(before->reply).run_id);
    }
  }
  if (!reset->refused.ok() && !absl::IsAborted(reset->refused)) return reset->done(reset->refused);
  if (reset->tries++ == kMaxTries) return reset->done(goes_on_too_fast(reset->request));
  auto lane_request = reset_request(*reset);
  if (!lane_request.ok()) return reset->done(store_error(lane_request.status()));
  lane_request->done = [this, reset](absl::StatusOr<LaneReply> reply) {
    if (reply.ok()) return reset->done(std::get<core::StartReply>(reply->reply).run_id);
    reset->refused = reply.status();
    const bool may_differ = absl::IsAborted(reset->refused) || (core::is_unconditional(reset->refused) && !absl::IsUnavailable(reset->refused));
    if (!may_differ) return reset->done(reset->refused);
    queue_reset(reset);
  };
  if (!lane_of(lane_request->run.shard).push(*std::move(lane_request), true)) reset->done(readers_busy());
}

}  // namespace baton::engine
