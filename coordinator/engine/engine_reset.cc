// ResetWorkflowExecution: the base's journal is read on a reader, and the lane decides; once more, when the base went on meanwhile.
#include "coordinator/core/fault.h"
#include "coordinator/engine/history_reader.h"
#include "coordinator/engine/running_engine.h"
#include "coordinator/engine/verdict.h"

namespace baton::engine {
namespace {

constexpr char kOperation[] = "ResetWorkflowExecution";
constexpr int kMaxTries = 10;
constexpr int kMaxAtOnce = 4;  // each holds what it takes over, and a reader while it reads
constexpr int64_t kRetryMs = 100;

absl::Status too_many_at_once() {
  return core::with_retry_after(core::fault(v1::THROTTLING, "coordinator", "too many executions are being reset at once: send this one again later"),
                                kRetryMs);
}

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
  // What was read of the base so far.
  store::RunKey base;
  std::shared_ptr<core::ResetJournal> journal;
  int64_t next_batch_no = 1;
};

void RunningEngine::reset_execution(core::Caller caller, v1::ResetWorkflowExecutionRequest request, Done<core::RunId> done) {
  if (resets_.fetch_add(1) >= kMaxAtOnce) {
    --resets_;
    return done(too_many_at_once());
  }
  auto reset = std::make_shared<Reset>();
  reset->received = {workflow_key(request.domain(), request.workflow_id()), kOperation, request.request_id()};
  reset->caller = std::move(caller);
  reset->request = std::move(request);
  reset->fresh_run_id = new_run_id();
  reset->done = [this, done = std::move(done)](absl::StatusOr<core::RunId> run_id) {
    --resets_;
    done(std::move(run_id));
  };
  queue_reset(std::move(reset));
}

void RunningEngine::queue_reset(std::shared_ptr<Reset> reset) {
  if (!readers_.push([this, reset] { try_reset(reset); })) reset->done(readers_busy());
}

absl::StatusOr<LaneRequest> RunningEngine::reset_request(Reset& reset) {
  v1::WorkflowExecution execution;
  execution.set_workflow_id(reset.request.workflow_id());
  execution.set_run_id(reset.request.run_id());
  const auto base = resolve(reset.request.domain(), execution);
  if (!base.ok()) return base.status();
  if (reset.journal == nullptr || *base != reset.base) {
    reset.base = *base;
    reset.journal = std::make_shared<core::ResetJournal>(reset.request.decision_task_completed_event_id());
    reset.next_batch_no = 1;
  }
  const auto next = read_records(store_, *base, reset.next_batch_no,
                                 [&](const journal::v1::Record& record) { return reset.journal->add(record); });
  if (!next.ok()) return next.status();
  reset.next_batch_no = *next;
  LaneRequest lane_request;
  lane_request.workflow = reset.received.workflow;
  lane_request.run = *base;
  lane_request.operation = kOperation;
  lane_request.request_id = reset.received.id;
  lane_request.arrived_ms = clock_.now_ms();
  lane_request.command = {reset.caller, core::ResetWorkflowExecution{reset.request, reset.fresh_run_id, reset.journal}};
  return lane_request;
}

void RunningEngine::try_reset(const std::shared_ptr<Reset>& reset) {
  // What a copy of the call has done changes what is open, and so what this one is refused for.
  if (!reset->received.id.empty()) {
    const auto verdict = store_.find_received(reset->received);
    if (!verdict.ok()) return reset->done(store_error(verdict.status()));
    if (*verdict) {
      const auto before = from_verdict(**verdict);
      // The status itself names the field, what is recorded does not.
      const bool is_own = core::fault_of(reset->refused) == core::fault_of(before.status());
      if (!before.ok()) return reset->done(is_own ? reset->refused : before.status());
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
