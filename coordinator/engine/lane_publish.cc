// A lane's round, last part: it is durable, so it is told.
#include <algorithm>

#include "coordinator/core/fault.h"
#include "coordinator/engine/lane_batch.h"
#include "coordinator/engine/offered_task.h"
#include "coordinator/log/log.h"

namespace baton::engine {
namespace {

constexpr int64_t kSnapshotEvery = 500;  // journal rows

absl::Status why_ended(const CachedRun& run, const core::EndedTask& task) {
  const std::string what = (task.kind == core::TaskKind::kDecision ? "decision task " : "activity task ") +
                           std::to_string(task.scheduled_event_id) + " of run " + run.key.run_id.to_text();
  if (task.superseded) {
    return core::fault(v1::SUPERSEDED, "task_token", what + " was acknowledged by another poller first: drop this delivery of it");
  }
  const std::string why = run.state.open() ? " is closed (timed out or answered): drop it" : " ended with its execution: drop it";
  return core::fault(v1::UNKNOWN_RESOURCE, "task_token", what + why);
}

}  // namespace

void LaneBatch::publish() {
  for (const auto& work : works_) {
    if (work->records->records_size() > 0) publish_run(*work);
  }
  publish_replies();
  for (const MadeOffer& made : offers_) publish_offer(made);
  for (const auto& [run, notice] : cancel_notices_) publish_cancel(*run, notice);
  for (const Ended& ended : ended_) publish_ended(ended);
  for (const auto& work : works_) forget_closed(work->run->key);
  for (const store::RunKey& run : loaded_) forget_closed(run);
}

// A closed run answers repeats and describes from its journal; nothing is due in it and nobody holds anything of it.
void LaneBatch::forget_closed(store::RunKey key) {
  CachedRun* run = lane_.find(key);
  if (run == nullptr || run->state.open() || !run->unserved.ok()) return;
  run->holders.clear();
  run->acknowledgements.clear();
  lane_.deadlines_.erase(key);
  lane_.drop(key);
}

void LaneBatch::publish_run(RunWork& work) {
  CachedRun& run = *work.run;
  ++run.batch_no;
  run.confirmed_ms = now_ms_;
  if (work.opened) env_.open_executions.opened(run.workflow.domain);
  if (work.closed) env_.open_executions.closed(run.workflow.domain);
  if (work.closed) {
    run.acknowledgements.clear();
  } else {
    run.tail.append(work.first_event_id, run.state.last_event_id, work.records, work.bytes);
    if (work.deadline_changed || work.opened) lane_.deadlines_.set(run.key, run.state.armed_deadline_ms);
    if (run.batch_no - run.snapshot_batch_no >= kSnapshotEvery && !run.snapshot_awaited) {
      run.snapshot_awaited = true;
      lane_.snapshot_candidates_.push_back(run.key);
    }
  }
  for (const auto& [id, list] : work.backlog_removed) {
    run.backlog_rows.erase(id);
    env_.matcher.forget(list, {run.key, id});
  }
  for (const auto& [id, task] : work.backlog_added) {
    const ListKey list{task.kind, run.state.identity->domain, task.task_list};
    run.backlog_rows[id] = list;
    WaitingOffer waiting{{run.key, id}, task.priority, task.scheduled_ms, task.preferred_instance, 0};
    const bool sticky = !waiting.preferred_instance.empty();
    if (sticky) waiting.preferred_until_ms = now_ms_ + core::kStickyMs;
    env_.matcher.wait(list, std::move(waiting), now_ms_);
    if (sticky) env_.watch_preferences();
  }
}

void LaneBatch::publish_replies() {
  for (Decided& decided : decided_) {
    LaneRequest& request = requests_[decided.request];
    if (request.work == LaneWork::kOffer) {
      env_.matcher.release(request.poller, now_ms_);  // the task no longer waits
    } else if (request.work == LaneWork::kHold) {
      request.poller->with_sink([&](PollerSink& sink) { sink.closed(request.token, decided.reply.status()); });
    }
    if (!request.done) continue;
    if (decided.reply.ok() && std::holds_alternative<core::CloseRefusedReply>(decided.reply->reply)) {
      request.done(core::fault(v1::UNHANDLED_DECISION, "decisions",
                               "new events came before the execution could close, so nothing of this answer was applied: decide again "
                               "with the decision task that follows"));
      continue;
    }
    request.done(std::move(decided.reply));
  }
}

void LaneBatch::publish_offer(const MadeOffer& made) {
  CachedRun& run = *made.run;
  const core::OfferReply& offer = made.offer;
  const bool is_decision = offer.kind == core::TaskKind::kDecision;
  const bool open = is_decision ? run.state.decision && run.state.decision->scheduled_event_id == offer.scheduled_event_id
                                : run.state.activities.contains(offer.scheduled_event_id);
  if (!open) {  // ended by the same commit, before anybody saw it
    const DeliveryKey key{run.key.run_id, offer.scheduled_event_id, offer.attempt, offer.delivery};
    if (made.poller->drop(key)) env_.matcher.release(made.poller, now_ms_);
    std::erase_if(run.holders, [&](const Holder& holder) { return holder.task.scheduled_event_id == offer.scheduled_event_id; });
    return;
  }
  if (!made.poller->spec().unary) {
    const core::TaskRef task{offer.scheduled_event_id, offer.started_event_id, offer.attempt, offer.delivery};
    lane_.deliveries_.push_back({now_ms_ + core::kDeliveryTimeoutMs, run.key, task, made.poller});
  }
  OfferedTask task = is_decision ? offered_decision(run, offer, env_.epoch) : offered_activity(run, offer, env_.epoch);
  if (is_decision && !add_history(run, made.poller->spec(), &std::get<v1::DecisionTask>(task.task))) {
    return env_.offer_with_history(made.poller, std::move(task), run.key);
  }
  if (!made.poller->offer(task)) env_.take_back(made.poller, task.token);
}

void LaneBatch::publish_cancel(CachedRun& run, const core::CancelNotice& notice) {
  const Holder* holder = run.find_holder(notice.scheduled_event_id, notice.attempt, notice.delivery);
  if (holder == nullptr) return;
  const auto token = token_of(run, holder->kind, holder->task, env_.epoch);
  holder->poller->with_sink([&](PollerSink& sink) { sink.cancel_requested(token); });
}

// Whoever holds a delivery that is over hears of it; a task that ended is over for all, a superseded delivery for its holder only.
void LaneBatch::publish_ended(const Ended& ended) {
  CachedRun& run = *ended.run;
  const core::EndedTask& task = ended.task;
  if (task.superseded) {
    log_event(LogLevel::kWarning, "deliveries_overlap",
              {{"domain", run.workflow.domain},
               {"workflow_id", run.workflow.workflow_id},
               {"run_id", run.key.run_id.to_text()},
               {"scheduled_event_id", task.scheduled_event_id},
               {"delivery", int64_t{task.held_delivery}},
               {"message", "two pollers may have had this task at once: this delivery of it does not count"}});
  }
  std::erase_if(run.holders, [&](const Holder& holder) {
    if (holder.task.scheduled_event_id != task.scheduled_event_id) return false;
    const bool is_it = holder.task.delivery == task.held_delivery && holder.task.attempt == task.held_attempt;
    if (task.superseded && !is_it) return false;
    if (is_it && task.answered_by_holder) return true;
    const auto token = token_of(run, holder.kind, holder.task, env_.epoch);
    holder.poller->with_sink([&](PollerSink& sink) { sink.closed(token, why_ended(run, task)); });
    return true;
  });
}

}  // namespace baton::engine
