// A lane's round, third part: one transaction, and what follows when it does not come about.
#include <iterator>

#include "coordinator/core/fault.h"
#include "coordinator/engine/lane_batch.h"
#include "coordinator/engine/offered_task.h"
#include "coordinator/engine/verdict.h"
#include "coordinator/log/log.h"

namespace baton::engine {
namespace {

store::CommitId fresh_commit_id(std::mt19937_64& random) {
  store::CommitId id;
  for (size_t i = 0; i < id.size(); i += 8) {
    const uint64_t word = random();
    for (size_t byte = 0; byte < 8; ++byte) id[i + byte] = static_cast<uint8_t>(word >> (8 * byte));
  }
  return id;
}

constexpr int64_t kStoreRetryMs = 200;

std::vector<store::Attribute> attributes_of(const core::ExecutionState& state) {
  std::vector<store::Attribute> attributes;
  if (state.search_attributes == nullptr) return attributes;
  for (const auto& [name, attribute] : *state.search_attributes) attributes.push_back({name, core::sortable_bytes(attribute)});
  return attributes;
}

absl::Status not_now(const absl::Status& why) {
  return core::with_retry_after(core::fault(v1::STORE_UNAVAILABLE, "database",
                                            "the database cannot write this now, so nothing was: send the call again (" +
                                                std::string(why.message()) + ")"),
                                kStoreRetryMs);
}

}  // namespace

absl::Status maybe_applied(const absl::Status& why) {
  return core::with_retry_after(
      core::fault(v1::STORE_UNAVAILABLE, "database",
                  "the database did not confirm in time, so this may or may not have been applied: send the call again with the same "
                  "request_id (" + std::string(why.message()) + ")"),
      kStoreRetryMs);
}

LaneBatch::Result LaneBatch::execute(std::vector<LaneRequest>& again) {
  // In the order of LaneWork; within one kind as they came.
  for (size_t i = 0; i < requests_.size(); ++i) order_[static_cast<size_t>(requests_[i].work)].push_back(i);

  if (const absl::Status loaded = load(); !loaded.ok()) {
    fail_all(maybe_applied(loaded));
    return Result::kDone;
  }
  for (const auto& indexes : order_) {
    for (const size_t index : indexes) decide(index);
  }
  const auto confirmed = confirm();
  if (!confirmed.ok()) {
    abandon();
    fail_all(maybe_applied(confirmed.status()));
    return Result::kDone;
  }
  if (*confirmed == Confirmed::kStale) {
    abandon();
    decide_again(again);
    return Result::kDone;
  }
  store::CommitBatch batch = rows();
  const bool writes = !batch.journal.empty() || !batch.received.empty() || !batch.outbox_removed.empty();
  const store::CommitResult result = writes ? lane_.session_->commit(batch) : store::CommitResult{};
  switch (result.outcome) {
    case store::CommitOutcome::kCommitted:
      publish();
      for (const size_t index : postponed_) again.push_back(std::move(requests_[index]));
      return Result::kDone;
    case store::CommitOutcome::kConflict:
      abandon();
      decide_again(again);
      return Result::kDone;
    case store::CommitOutcome::kRejected:
      log_event(LogLevel::kError, "commit_rejected",
                {{"rows", static_cast<int64_t>(batch.journal.size())}, {"message", std::string(result.reason.message())}});
      abandon();
      if (requests_.size() == 1) {
        const bool passes = result.reason.code() == absl::StatusCode::kUnavailable;
        fail_all(passes ? not_now(result.reason)
                        : absl::InternalError("the database refuses what this would write, so nothing was: " +
                                              std::string(result.reason.message())));
        return Result::kDone;
      }
      decide_again(again);
      return Result::kRejected;
    case store::CommitOutcome::kMaybe:
      break;
  }
  log_event(LogLevel::kWarning, "commit_in_doubt",
            {{"rows", static_cast<int64_t>(batch.journal.size())}, {"message", std::string(result.reason.message())}});
  abandon();
  fail_all(maybe_applied(result.reason));
  return Result::kDone;
}

store::CommitBatch LaneBatch::rows() {
  store::CommitBatch batch;
  batch.commit_id = fresh_commit_id(lane_.random_);
  batch.journal.reserve(works_.size());
  for (RunWork& work : works_) {
    if (work.records->records_size() > 0) add_run_rows(work, batch);
  }
  add_verdicts(batch);
  batch.outbox_removed = settled_messages_;
  return batch;
}

void LaneBatch::add_run_rows(RunWork& work, store::CommitBatch& batch) {
  const CachedRun& run = *work.run;
  const core::ExecutionState& state = run.state;
  store::JournalRow& row = batch.journal.emplace_back();
  row.run = run.key;
  row.batch_no = run.batch_no + 1;
  row.first_event_id = work.first_event_id;
  work.records->SerializeToString(&row.records);
  work.stored = &row.records;
  const std::string& domain = state.identity->domain;
  const std::string& workflow_id = state.identity->workflow_id;
  if (work.opened) {
    store::ExecutionOpened opened;
    opened.run = run.key;
    opened.domain = domain;
    opened.workflow_id = workflow_id;
    opened.type_name = state.started().workflow_type().name();
    opened.type_version = state.started().workflow_type().version();
    opened.start_ms = state.identity->started.time_ms();
    opened.tags.assign(state.started().tag_list().begin(), state.started().tag_list().end());
    opened.parent_workflow_id = state.started().parent_workflow_execution().workflow_id();
    opened.parent_run_id = core::RunId::from_bytes(state.started().parent_workflow_execution().run_id());
    opened.deadline_ms = state.armed_deadline_ms;
    opened.attributes = attributes_of(state);
    batch.opened.push_back(std::move(opened));
  }
  const bool deadline = work.deadline_changed && !work.opened && !work.closed;
  const bool attributes = work.attributes_changed && !work.opened;
  if (deadline || work.cancel_requested || attributes) {
    store::ExecutionChanged changed{run.key, domain, workflow_id, std::nullopt, work.cancel_requested};
    if (deadline) changed.deadline_ms = state.armed_deadline_ms;
    if (attributes) changed.attributes = attributes_of(state);
    batch.changed.push_back(std::move(changed));
  }
  if (work.closed) {
    batch.closed.push_back({run.key, domain, workflow_id, static_cast<int16_t>(state.close_status), state.close_ms,
                            state.search_attributes != nullptr});
  }
  for (const auto& [id, list] : work.backlog_removed) batch.backlog_removed.push_back({run.key, id});
  for (const auto& [id, task] : work.backlog_added) {
    batch.backlog_added.push_back({{run.key, id}, task.kind, domain, task.task_list, workflow_id, task.priority, task.scheduled_ms});
  }
  for (const core::OutgoingMessage& sent : work.messages) {
    batch.outbox_added.push_back({row_key(run, sent.key), sent.message->SerializeAsString(), now_ms_});
  }
  for (const core::AnsweredUpdate& answered : work.answered_updates) {
    batch.received.push_back({reply_key(run.workflow, run.key.run_id, answered.signaled_event_id), to_reply(*answered.reply), now_ms_});
  }
}

store::OutboxKey LaneBatch::row_key(const CachedRun& run, const core::MessageKey& message) {
  return {run.key, static_cast<int16_t>(message.kind), message.subject};
}

// The first outcome of a protected call is every later copy's. A refusal that holds whatever happens need not be kept.
void LaneBatch::add_verdicts(store::CommitBatch& batch) const {
  for (const Decided& decided : decided_) {
    const LaneRequest& request = requests_[decided.request];
    if (!request.protected_by_id() || decided.settled || request.work == LaneWork::kDescribe) continue;
    batch.received.push_back({request.received_key(), to_verdict(decided.reply), now_ms_});
  }
  batch.received.insert(batch.received.end(), forestalled_.begin(), forestalled_.end());
}

void LaneBatch::abandon() {
  rates_.give_back();
  for (const MadeOffer& made : offers_) {
    const DeliveryKey key{made.run->key.run_id, made.offer.scheduled_event_id, made.offer.attempt, made.offer.delivery};
    if (made.newly_held) made.poller->drop(key);
    std::erase_if(made.run->holders, [&](const Holder& holder) {
      return holder.poller == made.poller && holder.task.scheduled_event_id == key.scheduled_event_id && holder.task.delivery == key.delivery;
    });
    if (!made.slot_of_request) env_.matcher.release(made.poller, now_ms_);
  }
  // A conflict must not lose acknowledgements, nor those that were refused on a state that did not come about.
  for (const RunWork& work : works_) {
    auto& kept = work.run->acknowledgements;
    kept.insert(kept.begin(), work.acknowledgements.begin(), work.acknowledgements.end());
    if (!kept.empty()) lane_.write_acknowledgements_by(now_ms_ + core::kLazyAcknowledgementMs, work.run->key);
  }
  for (auto& [run, acknowledgement] : refused_acknowledgements_) {
    run->acknowledgements.push_back(std::move(acknowledgement));
    lane_.write_acknowledgements_by(now_ms_ + core::kLazyAcknowledgementMs, run->key);
  }
  for (const RunWork& work : works_) lane_.drop(work.run->key);
  for (const CachedRun* run : stale_) lane_.drop(store::RunKey(run->key));
}

void LaneBatch::decide_again(std::vector<LaneRequest>& again) {
  for (const size_t index : order_[static_cast<size_t>(LaneWork::kAwait)]) requests_[index].await.run_id = {};  // it was not as it seemed
  std::move(requests_.begin(), requests_.end(), std::back_inserter(again));
}

// Nothing of the engine's own is lost: deadlines are swept, backlogs read again, and a journalled deadline takes offers back.
void LaneBatch::fail_all(const absl::Status& why) {
  for (LaneRequest& request : requests_) {
    if (request.done) request.done(why);
    if (request.work == LaneWork::kOffer) env_.matcher.release(request.poller, now_ms_);
    if (request.work == LaneWork::kHold || request.work == LaneWork::kAcknowledge) keep_for_later(request);
    if (request.work == LaneWork::kFire && lane_.has_acknowledgements(request.run)) {
      lane_.write_acknowledgements_by(now_ms_ + core::kLazyAcknowledgementMs, request.run);
    }
  }
}

// The database is away: what a client has said of its hold on a task waits until it is back.
void LaneBatch::keep_for_later(const LaneRequest& request) {
  const core::TaskRef task = task_ref(request.token);
  CachedRun* run = lane_.find(request.run);
  auto& acknowledgements = run != nullptr ? run->acknowledgements : lane_.saved_acknowledgements_[request.run];
  acknowledgements.push_back({task, request.poller->spec().identity, request.arrived_ms});
  lane_.write_acknowledgements_by(now_ms_ + core::kLazyAcknowledgementMs, request.run);
  if (request.work != LaneWork::kHold) return;
  auto& holders = run != nullptr ? run->holders : lane_.saved_holders_[request.run];
  holders.push_back({request.poller->spec().kind, task, request.poller});
}

}  // namespace baton::engine
