#include "coordinator/engine/offered_task.h"

#include <algorithm>

#include "coordinator/core/deadlines.h"
#include "coordinator/core/journal_values.h"

namespace baton::engine {
namespace {

void show_execution(const CachedRun& run, v1::WorkflowExecution* shown) {
  shown->set_workflow_id(run.state.identity->workflow_id);
  shown->set_run_id(run.key.run_id.to_text());
}

void show_activity(const journal::v1::ActivityTaskScheduledAttributes& scheduled, v1::ActivityTask& task) {
  task.set_activity_id(scheduled.activity_id());
  core::to_api(scheduled.activity_type(), task.mutable_activity_type());
  if (scheduled.has_input()) core::to_api(scheduled.input(), task.mutable_input());
  // The activity's own headers go before those of its execution.
  for (const auto& [key, value] : scheduled.headers()) core::to_api(value, &(*task.mutable_headers())[key]);
}

void show_function(const CachedRun& run, const journal::v1::LambdaFunctionScheduledAttributes& scheduled, v1::ActivityTask& task) {
  task.mutable_function()->set_id(scheduled.id());
  task.mutable_function()->set_name(scheduled.name());
  task.mutable_function()->set_lambda_role(run.state.started().lambda_role());
  if (scheduled.has_input()) core::to_api(scheduled.input(), task.mutable_input());
}

// The instance keeps the run as its own last answer left it.
bool can_take_delta(const CachedRun& run, const PollerSpec& poller) {
  const auto& answer = run.state.last_answer;
  return !poller.unary && answer && answer->run_cached && !answer->abandoned && answer->instance_id == poller.instance_id &&
         run.forgotten_by != poller.instance_id;
}

// The events are in memory and are no more than a page; else a reader gives them page by page.
bool fits(const CachedRun& run, int64_t from_event_id, int64_t until_event_id) {
  return until_event_id - from_event_id < core::kMaxPageSize && run.tail.covers(from_event_id, until_event_id) &&
         run.tail.bytes_of(from_event_id, until_event_id) <= core::kMaxPageBytes;
}

}  // namespace

journal::v1::TaskToken token_of(const CachedRun& run, core::TaskKind kind, const core::TaskRef& task, int64_t epoch) {
  journal::v1::TaskToken token;
  token.set_kind(kind == core::TaskKind::kDecision ? journal::v1::TaskToken::DECISION : journal::v1::TaskToken::ACTIVITY);
  token.set_shard(run.key.shard);
  token.set_run_id(std::string(run.key.run_id.view()));
  token.set_domain(run.state.identity->domain);
  token.set_scheduled_event_id(task.scheduled_event_id);
  if (kind == core::TaskKind::kDecision) token.set_started_event_id(task.started_event_id);
  token.set_attempt(task.attempt);
  token.set_delivery(task.delivery);
  token.set_epoch(epoch);
  return token;
}

core::TaskRef task_ref(const journal::v1::TaskToken& token) {
  return {token.scheduled_event_id(), token.started_event_id(), std::max(1, token.attempt()), token.delivery()};
}

OfferedTask offered_activity(const CachedRun& run, const core::OfferReply& offer, int64_t epoch, std::shared_ptr<google::protobuf::Arena> arena) {
  const core::ActivityTask& open = *run.state.activities.get(offer.scheduled_event_id);
  OfferedTask offered;
  offered.token = token_of(run, offer.kind, {offer.scheduled_event_id, 0, offer.attempt, offer.delivery}, epoch);
  auto& task = *offered.task.emplace<v1::ActivityTask*>(google::protobuf::Arena::CreateMessage<v1::ActivityTask>(arena.get()));
  offered.arena = std::move(arena);
  task.set_started_event_id(offer.started_event_id);
  show_execution(run, task.mutable_workflow_execution());
  core::to_api(run.state.started().headers(), task.mutable_headers());
  if (open.is_function()) {
    show_function(run, open.function(), task);
  } else {
    show_activity(open.attributes(), task);
  }
  task.set_attempt(offer.attempt);
  task.set_delivery(offer.delivery);
  task.set_scheduled_event_id(offer.scheduled_event_id);
  core::set_timestamp(open.scheduled->time_ms(), task.mutable_scheduled_time());
  const auto show_timeout = [](int64_t timeout_ms, auto mutable_shown) {
    if (timeout_ms != core::kNoTimeoutMs) core::set_duration(timeout_ms, mutable_shown());
  };
  show_timeout(open.heartbeat_timeout_ms(), [&] { return task.mutable_heartbeat_timeout(); });
  show_timeout(open.start_to_close_timeout_ms(), [&] { return task.mutable_start_to_close_timeout(); });
  task.set_idempotency_key(run.key.run_id.to_text() + "/" + std::to_string(offer.scheduled_event_id));
  return offered;
}

OfferedTask offered_decision(const CachedRun& run, const core::OfferReply& offer, int64_t epoch, std::shared_ptr<google::protobuf::Arena> arena) {
  const core::ExecutionState& state = run.state;
  OfferedTask offered;
  offered.token = token_of(run, core::TaskKind::kDecision,
                           {offer.scheduled_event_id, offer.started_event_id, offer.attempt, offer.delivery}, epoch);
  auto& task = *offered.task.emplace<v1::DecisionTask*>(google::protobuf::Arena::CreateMessage<v1::DecisionTask>(arena.get()));
  offered.arena = std::move(arena);
  task.set_started_event_id(offer.started_event_id);
  task.set_previous_started_event_id(state.previous_started_event_id);
  show_execution(run, task.mutable_workflow_execution());
  core::to_api(state.started().workflow_type(), task.mutable_workflow_type());
  task.set_delivery(offer.delivery);
  const int64_t timeout_ms = core::decision_start_to_close_ms(state);
  if (timeout_ms != core::kNoTimeoutMs) core::set_duration(timeout_ms, task.mutable_start_to_close_timeout());
  task.set_cancel_requested(state.cancel_requested);
  return offered;
}

bool add_history(const CachedRun& run, const journal::v1::RecordBatch& latest, const PollerSpec& poller, v1::DecisionTask* task) {
  if (poller.unary) return false;  // in its caller's order and page size, by a reader
  if (can_take_delta(run, poller)) {
    const core::DecisionAnswer& answer = *run.state.last_answer;
    if (!fits(run, answer.started_event_id + 1, task->started_event_id())) return false;
    task->mutable_delta_base()->set_started_event_id(answer.started_event_id);
    task->mutable_delta_base()->set_delivery(answer.delivery);
    run.tail.show(answer.started_event_id + 1, task->started_event_id(), &latest, task->mutable_events());
    return true;
  }
  if (!fits(run, 1, task->started_event_id())) return false;
  run.tail.show(1, task->started_event_id(), &latest, task->mutable_events());
  return true;
}

}  // namespace baton::engine
