// A lane's round, last part: it is durable, so it is told.
#include <algorithm>

#include "coordinator/core/fault.h"
#include "coordinator/engine/lane_batch.h"
#include "coordinator/engine/offered_task.h"
#include "coordinator/log/log.h"

namespace baton::engine {
namespace {

constexpr int64_t kSnapshotEvery = 500;  // journal rows
constexpr size_t kSnapshotAfterBytes = 2 << 20;  // of one row, which more is folded than a snapshot has: what a reset took over

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
  for (RunWork& work : works_) {
    if (work.records->records_size() > 0) publish_run(work);
  }
  publish_replies();
  publish_waiting();
  publish_offers();
  for (const auto& [run, notice] : cancel_notices_) publish_cancel(*run, notice);
  for (const RunWork& work : works_) {
    for (const core::OutgoingMessage& sent : work.messages) {
      env_.send(row_key(*work.run, sent.key), std::make_shared<const journal::v1::Message>(*sent.message));
    }
  }
  for (const Ended& ended : ended_) publish_ended(ended);
  for (const RunWork& work : works_) forget_closed(work.run->key);
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
    const bool is_large = work.stored->size() > kSnapshotAfterBytes;
    run.tail.append(work.first_event_id, run.state.last_event_id, std::move(*work.stored));
    if (work.deadline_changed || work.opened) lane_.deadlines_.set(run.key, run.state.armed_deadline_ms);
    if ((is_large || run.batch_no - run.snapshot_batch_no >= kSnapshotEvery) && !run.snapshot_awaited) {
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

// The offers of one poller go to it together, so that they share an arena and a frame.
void LaneBatch::publish_offers() {
  struct Frame {
    std::shared_ptr<google::protobuf::Arena> arena = std::make_shared<google::protobuf::Arena>();
    std::vector<OfferedTask> tasks;
  };
  absl::flat_hash_map<std::shared_ptr<TaskPoller>, Frame> frames;
  for (const MadeOffer& made : offers_) {
    if (!is_open(made)) continue;
    Frame& frame = frames[made.poller];
    if (auto task = to_task(made, frame.arena)) frame.tasks.push_back(*std::move(task));
  }
  for (auto& [poller, frame] : frames) {
    if (frame.tasks.empty() || poller->offer(frame.tasks)) continue;
    for (const OfferedTask& task : frame.tasks) env_.take_back(poller, task.token);
  }
}

bool LaneBatch::is_open(const MadeOffer& made) {
  CachedRun& run = *made.run;
  const core::OfferReply& offer = made.offer;
  const core::ActivityTask* activity = run.state.activities.get(offer.scheduled_event_id);
  const bool open = offer.kind == core::TaskKind::kDecision
                        ? run.state.decision && run.state.decision->scheduled_event_id == offer.scheduled_event_id
                        : activity != nullptr && activity->attempt == offer.attempt;
  if (open) return true;
  const DeliveryKey key{run.key.run_id, offer.scheduled_event_id, offer.attempt, offer.delivery};
  if (made.poller->drop(key)) env_.matcher.release(made.poller, now_ms_);
  std::erase_if(run.holders, [&](const Holder& holder) {
    return holder.task.scheduled_event_id == offer.scheduled_event_id && holder.task.attempt <= offer.attempt;
  });
  return false;
}

// Nothing: a reader gives it, with its history.
std::optional<OfferedTask> LaneBatch::to_task(const MadeOffer& made, const std::shared_ptr<google::protobuf::Arena>& arena) {
  CachedRun& run = *made.run;
  const core::OfferReply& offer = made.offer;
  if (!made.poller->spec().unary) {
    const core::TaskRef task{offer.scheduled_event_id, offer.started_event_id, offer.attempt, offer.delivery};
    lane_.deliveries_.push_back({now_ms_ + core::kDeliveryTimeoutMs, run.key, task, made.poller});
  }
  if (offer.kind != core::TaskKind::kDecision) return offered_activity(run, offer, env_.epoch, arena);
  OfferedTask task = offered_decision(run, offer, env_.epoch, arena);
  const journal::v1::RecordBatch& latest = *work_of(run).records;
  if (add_history(run, latest, made.poller->spec(), std::get<v1::DecisionTask*>(task.task))) return task;
  env_.offer_with_history(made.poller, std::move(task), run.key);
  return std::nullopt;
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
    if (holder.task.scheduled_event_id != task.scheduled_event_id || holder.task.attempt > task.held_attempt) return false;
    const bool is_it = holder.task.delivery == task.held_delivery && holder.task.attempt == task.held_attempt;
    if (task.superseded && !is_it) return false;
    if (is_it && task.answered_by_holder) return true;
    const auto token = token_of(run, holder.kind, holder.task, env_.epoch);
    holder.poller->with_sink([&](PollerSink& sink) { sink.closed(token, why_ended(run, task)); });
    return true;
  });
}

}  // namespace baton::engine
