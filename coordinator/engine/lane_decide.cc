// A lane's round, second part: each request in turn, on the state that the ones before it left.
#include "coordinator/core/decide.h"
#include "coordinator/core/describe.h"
#include "coordinator/core/fault.h"
#include "coordinator/core/journal_values.h"
#include "coordinator/engine/lane_batch.h"
#include "coordinator/engine/outbox.h"
#include "coordinator/engine/verdict.h"
#include "coordinator/log/log.h"

namespace baton::engine {
namespace {

constexpr int64_t kLimitRetryMs = 1'000;
// A delivery that waited longer is dropped: its message may be settled since, and its verdict forgotten (kReceivedLifeMs).
constexpr int64_t kDeliveryLifeMs = 600'000;

absl::Status unserved(const CachedRun& run) {
  const std::string run_id = run.key.run_id.to_text();
  return core::fault(v1::NOT_IMPLEMENTED, "run " + run_id,
                     "run " + run_id + " cannot be served by this release of the coordinator: " + std::string(run.unserved.message()));
}

absl::Status already_started(const store::WorkflowKey& workflow, const core::RunId& run_id) {
  return core::fault(v1::WORKFLOW_EXECUTION_ALREADY_STARTED, "workflow_id",
                     "workflow_id " + workflow.workflow_id + " has an open run in domain " + workflow.domain + " (run_id " +
                         run_id.to_text() + "): wait for its end, terminate it, or choose another workflow_id");
}

absl::Status too_many_open(const std::string& domain, int64_t limit) {
  absl::Status full = core::fault(v1::LIMIT_EXCEEDED, "domain " + domain,
                                  "domain " + domain + " has " + std::to_string(limit) +
                                      " open executions, which is its limit: start this one when others have closed");
  return core::mark_rests_on_registry(core::with_retry_after(std::move(full), kLimitRetryMs));
}

}  // namespace

void LaneBatch::decide(size_t index) {
  LaneRequest& request = requests_[index];
  if (request.work == LaneWork::kAcknowledge) env_.matcher.heard(request.poller, now_ms_);
  if (verdicts_[index]) {
    decided_.push_back({.request = index, .reply = from_verdict(*verdicts_[index]), .settled = true});
    return;
  }
  if (request.protected_by_id() && !received_.insert(request.received_key()).second) {
    postponed_.push_back(index);  // the first copy's commit answers it
    return;
  }
  if (request.is_delivery() && request.arrived_ms + kDeliveryLifeMs < now_ms_) {
    return refuse(index, core::fault(v1::STORE_UNAVAILABLE, "message", "its delivery took too long"), nullptr, false);
  }
  if (request.is_start()) return decide_start(index);
  store::RunKey key = request.run;
  const bool by_workflow_id = key.run_id.empty();
  if (by_workflow_id) {
    const auto open = open_run_of(request.workflow);
    if (!open) return postponed_.push_back(index);
    if (!*open) return decide_on_nothing(index, true);
    key = {request.workflow.shard, **open};
  }
  CachedRun* run = lane_.find(key);
  if (request.work == LaneWork::kForget) {
    if (run != nullptr) run->forgotten_by = request.poller->spec().instance_id;
    return;
  }
  const bool is_it = run != nullptr && (request.workflow.workflow_id.empty() || request.workflow == run->workflow);
  if (const auto unread = not_loaded_.find(key); run == nullptr && unread != not_loaded_.end()) {
    return refuse(index, maybe_applied(unread->second), nullptr, false);
  }
  if (!is_it) return decide_on_nothing(index, false);
  if (!run->unserved.ok()) return refuse(index, unserved(*run), run, by_workflow_id);
  if (request.is_reset()) return decide_reset(index, *run);
  decide_on(index, *run, by_workflow_id);
}

void LaneBatch::decide_start(size_t index) {
  LaneRequest& request = requests_[index];
  auto commit = core::decide(core::ExecutionState{}, request.command, context(request.workflow.domain));
  if (!commit.ok()) return refuse(index, commit.status(), nullptr, false);
  const auto open = open_run_of(request.workflow);
  if (open && *open && **open == request.run.run_id) {  // it was delivered before
    CachedRun* begun = lane_.find(request.run);
    decided_.push_back({.request = index, .reply = LaneReply{core::StartReply{**open}, nullptr}, .run = begun, .rests_on_open_run = true, .open_run = *open});
    return;
  }
  if (open && *open && request.signals_open_run()) return signal_open_run(index, **open);
  if (open && *open) {
    refuse(index, already_started(request.workflow, **open), lane_.find({request.workflow.shard, **open}), true);
    decided_.back().open_run = *open;
    return;
  }
  if (is_domain_full(index)) return;
  registry_said_no_ |= commit->rests_on_registry;
  CachedRun& begun = begin_run(request.workflow, std::move(commit->runs[0]));
  decided_.push_back({.request = index, .reply = LaneReply{std::move(commit->reply), nullptr}, .run = &begun, .appended = true});
}

bool LaneBatch::is_domain_full(size_t index) {
  const LaneRequest& request = requests_[index];
  const int64_t most = registry_->limits_of(request.workflow.domain).open_executions;
  if (!env_.open_executions.full(request.workflow.domain, most)) return false;
  // A start that was accepted before is answered as it was then: that is looked up first.
  if (request.rounds == 0) {
    postponed_.push_back(index);
  } else {
    refuse(index, too_many_open(request.workflow.domain, most), nullptr, false);
  }
  return true;
}

void LaneBatch::decide_reset(size_t index, CachedRun& base) {
  const LaneRequest& request = requests_[index];
  const auto open = open_run_of(request.workflow);
  if (!open) return postponed_.push_back(index);
  if (*open && **open != base.key.run_id) {
    refuse(index, already_started(request.workflow, **open), lane_.find({request.workflow.shard, **open}), true);
    decided_.back().open_run = *open;
    return;
  }
  if (!*open && is_domain_full(index)) return;
  decide_on(index, base, false);
}

// Of SignalWithStart, whose start has no work to do.
void LaneBatch::signal_open_run(size_t index, const core::RunId& run_id) {
  const LaneRequest& request = requests_[index];
  const store::RunKey key{request.workflow.shard, run_id};
  CachedRun* run = lane_.find(key);
  if (const auto unread = not_loaded_.find(key); run == nullptr && unread != not_loaded_.end()) {
    return refuse(index, maybe_applied(unread->second), nullptr, false);
  }
  if (run == nullptr) return postponed_.push_back(index);  // it was opened, or known to be open, after this round's load
  if (!run->unserved.ok()) return refuse(index, unserved(*run), run, true);
  write_acknowledgements(*run);
  const auto& signal = *std::get<core::StartWorkflowExecution>(request.command.body).signal;
  auto commit = core::decide(run->state, {request.command.caller, core::SignalWorkflowExecution{signal}},
                             context(request.workflow.domain));
  if (!commit.ok()) return refuse(index, commit.status(), run, true);
  registry_said_no_ |= commit->rests_on_registry;
  append(*run, std::move(commit->runs[0]));
  decided_.push_back({.request = index, .reply = LaneReply{core::StartReply{run_id}, nullptr}, .run = run, .appended = true, .open_run = run_id});
}

CachedRun& LaneBatch::begin_run(const store::WorkflowKey& workflow, core::RunCommit commit) {
  auto run = std::make_unique<CachedRun>();
  run->key = {workflow.shard, commit.run_id};
  run->workflow = workflow;
  run->confirmed_ms = now_ms_;
  run->state = commit.after;
  CachedRun& begun = lane_.insert(std::move(run));
  append(begun, std::move(commit));
  return begun;
}

// There is no such run; the core says so, after it has looked at the rest of the request.
void LaneBatch::decide_on_nothing(size_t index, bool rests_on_open_run) {
  LaneRequest& request = requests_[index];
  if (request.work == LaneWork::kDescribe || request.work == LaneWork::kAwait) {
    const bool by_workflow_id = request.run.run_id.empty();
    const std::string what = "workflow execution " + request.workflow.workflow_id + (by_workflow_id ? "" : " " + request.run.run_id.to_text());
    const std::string why = by_workflow_id ? " has no open run in domain " : " does not exist in domain ";
    return refuse(index, core::fault(v1::UNKNOWN_RESOURCE, what, what + why + request.workflow.domain), nullptr, rests_on_open_run);
  }
  // Of a run that was removed since, as far as this lane had thought it open.
  if (request.work == LaneWork::kFire || request.work == LaneWork::kWithdraw) return lane_.forget(request.run);
  if (applies_child_policy(request)) return forestall_child(index);
  auto commit = core::decide(core::ExecutionState{}, request.command, context(request.workflow.domain));
  if (commit.ok() && request.message) {  // about a run that is gone
    if (request.is_settlement()) settled_messages_.push_back(*request.message);
    decided_.push_back({.request = index, .reply = LaneReply{std::move(commit->reply), nullptr}, .rests_on_open_run = rests_on_open_run});
    return;
  }
  refuse(index, commit.ok() ? absl::InternalError("a command on no run was accepted") : commit.status(), nullptr, rests_on_open_run);
}

bool LaneBatch::applies_child_policy(const LaneRequest& request) {
  const auto* received = std::get_if<core::ReceiveMessage>(&request.command.body);
  return received != nullptr && received->message->has_apply_child_policy();
}

// How the message that starts the child is known to its receiver.
store::ReceivedKey LaneBatch::start_of_child(const LaneRequest& request) {
  store::OutboxKey start = *request.message;
  start.kind = static_cast<int16_t>(core::MessageKind::kStartChild);
  return {request.workflow, kDelivery, delivery_id(start)};
}

// Its start, which may be on its way, finds that it was refused; whichever of the two is recorded first makes the other conflict. A chain that
// has ended, asked for by its workflow id, has nothing to forestall.
void LaneBatch::forestall_child(size_t index) {
  const LaneRequest& request = requests_[index];
  const bool by_workflow_id = request.run.run_id.empty();
  if (!by_workflow_id && !child_starts_[index]) {
    const store::ReceivedKey start = start_of_child(request);
    if (!received_.insert(start).second) return postponed_.push_back(index);  // it was decided in this very batch
    const absl::Status never = core::fault(v1::UNKNOWN_RESOURCE, "workflow_execution", "its parent was closed before it began");
    forestalled_.push_back({start, to_verdict(never), now_ms_});
  }
  decided_.push_back({.request = index, .reply = LaneReply{core::EmptyReply{}, nullptr}, .rests_on_open_run = by_workflow_id});
}

void LaneBatch::decide_on(size_t index, CachedRun& run, bool rests_on_open_run) {
  LaneRequest& request = requests_[index];
  switch (request.work) {
    case LaneWork::kAcknowledge:
      return acknowledge(request, run);
    case LaneWork::kHold:
      return hold(index, run);
    case LaneWork::kDescribe: {
      auto shown = std::make_shared<v1::DescribeWorkflowExecutionResponse>(core::describe(run.state));
      decided_.push_back({.request = index,
                          .reply = LaneReply{core::EmptyReply{}, std::move(shown)},
                          .run = &run,
                          .rests_on_open_run = rests_on_open_run,
                          .open_run = run.key.run_id});
      return;
    }
    case LaneWork::kAwait:
      return await(index, run, rests_on_open_run);
    default:
      write_acknowledgements(run);
      return decide_command(index, run, rests_on_open_run);
  }
}

void LaneBatch::decide_command(size_t index, CachedRun& run, bool rests_on_open_run) {
  LaneRequest& request = requests_[index];
  if (auto* fire = std::get_if<core::FireDeadlines>(&request.command.body)) {
    fire->clients_have_until_ms = run.adopted_ms == 0 ? 0 : run.adopted_ms + core::kTakeOverGraceMs;
    fire->heartbeats.clear();
    for (const auto& [id, heartbeat] : run.heartbeats) fire->heartbeats.push_back(heartbeat);
  }
  auto commit = core::decide(run.state, request.command, context(run.workflow.domain));
  if (!commit.ok()) return refuse(index, commit.status(), &run, rests_on_open_run);
  registry_said_no_ |= commit->rests_on_registry;
  if (request.is_settlement()) settled_messages_.push_back(*request.message);
  if (request.work == LaneWork::kWithdraw) note_lapse(request, run);
  bool appended = !commit->runs.empty() && !commit->runs[0].records.empty();
  if (appended) append(run, std::move(commit->runs[0]));
  if (commit->runs.size() > 1) {  // it continued as new, or is reset
    begin_run(run.workflow, std::move(commit->runs[1]));
    appended = true;
  }
  if (request.work == LaneWork::kOffer && std::holds_alternative<core::OfferReply>(commit->reply)) {
    return note_offer(request, run, std::get<core::OfferReply>(commit->reply));
  }
  note_heartbeat(request, run);
  if (std::holds_alternative<core::RespondDecisionTaskCompleted>(request.command.body)) run.forgotten_by.clear();
  if (request.work == LaneWork::kFire && run.state.open()) {
    // One that is due even now was held back for clients that may still be reconnecting.
    lane_.deadlines_.set(run.key, run.state.armed_deadline_ms > now_ms_ ? run.state.armed_deadline_ms : now_ms_ + core::kLazyAcknowledgementMs);
  }
  const bool continued = std::holds_alternative<core::ContinuedReply>(commit->reply);
  decided_.push_back({.request = index,
                      .reply = LaneReply{std::move(commit->reply), nullptr},
                      .run = &run,
                      .appended = appended,
                      .settled = continued,  // no verdict yet
                      .rests_on_open_run = rests_on_open_run,
                      .open_run = run.key.run_id});
}

void LaneBatch::refuse(size_t index, absl::Status why, CachedRun* run, bool rests_on_open_run) {
  registry_said_no_ |= core::rests_on_registry(why);
  if (why.code() == absl::StatusCode::kDataLoss || why.code() == absl::StatusCode::kInternal) {
    log_event(LogLevel::kError, "decide_failed",
              {{"run_id", run == nullptr ? std::string() : run->key.run_id.to_text()}, {"message", std::string(why.message())}});
  }
  Decided& decided = decided_.emplace_back(Decided{.request = index, .reply = std::move(why), .run = run});
  // Of a message even a full domain is a verdict: its sender records it. What a reset is refused for may have been otherwise for its other copy.
  const v1::Fault fault = core::fault_of(decided.reply.status());
  const bool verdict = (requests_[index].is_delivery() && fault == v1::LIMIT_EXCEEDED) || (requests_[index].is_reset() && fault == v1::VALIDATION);
  decided.settled = core::is_unconditional(decided.reply.status()) && !verdict;
  decided.rests_on_open_run = rests_on_open_run;
  if (run != nullptr) decided.open_run = run->key.run_id;
}

// The client has had the offer for the whole delivery timeout; the task must not go to it again.
void LaneBatch::note_lapse(const LaneRequest& request, const CachedRun& run) {
  if (request.poller == nullptr) return;  // given back
  const core::TaskRef& task = std::get<core::WithdrawOffer>(request.command.body).task;
  if (request.poller->holds({run.key.run_id, task.scheduled_event_id, task.attempt, task.delivery})) env_.matcher.silence(*request.poller);
}

void LaneBatch::note_offer(const LaneRequest& request, CachedRun& run, const core::OfferReply& offer) {
  const bool newly_held = note_holder(run, offer, request.poller);
  RunWork& work = work_of(run);
  work.backlog_added.erase(offer.scheduled_event_id);  // an offer before this one was withdrawn in this very batch
  work.backlog_removed[offer.scheduled_event_id] = request.poller->list();
  offers_.push_back({&run, offer, request.poller, true, newly_held});
}

void LaneBatch::note_heartbeat(const LaneRequest& request, CachedRun& run) {
  const auto* heartbeat = std::get_if<core::RecordActivityTaskHeartbeat>(&request.command.body);
  if (heartbeat == nullptr) return;
  core::HeldHeartbeat& held = run.heartbeats[heartbeat->task.scheduled_event_id];
  held.scheduled_event_id = heartbeat->task.scheduled_event_id;
  held.attempt = heartbeat->task.attempt;
  held.time_ms = now_ms_;
  held.details = nullptr;
  if (heartbeat->heartbeat.has_details()) {
    held.details = std::make_shared<const journal::v1::Payload>(core::to_journal(heartbeat->heartbeat.details()));
  }
}

}  // namespace baton::engine
