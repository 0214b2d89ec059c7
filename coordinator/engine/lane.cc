#include "coordinator/engine/lane.h"

#include <algorithm>

#include "coordinator/core/decide.h"
#include "coordinator/core/fault.h"
#include "coordinator/core/snapshot.h"
#include "coordinator/engine/lane_batch.h"
#include "coordinator/engine/unavailable.h"
#include "coordinator/log/log.h"

namespace baton::engine {
namespace {

constexpr size_t kMaxBatchRequests = 4096;
constexpr int kMaxRounds = 50;              // conflicts and stale reads of one command before it is given up
constexpr int64_t kSnapshotOnEviction = 50;  // journal rows: fewer are folded as quickly as a snapshot is read
constexpr int64_t kRoundsPerSnapshot = 16;   // while there is always something to decide

}  // namespace

Lane::Lane(LaneEnvironment& environment) : env_(environment), random_(std::random_device{}()) {}

Lane::~Lane() { stop(); }

void Lane::start() {
  session_ = env_.store.open_lane();
  thread_ = std::thread([this] { run(); });
}

void Lane::stop() {
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
  }
  wake_.notify_all();
  if (thread_.joinable()) thread_.join();
}

bool Lane::push(LaneRequest request, bool refusable) {
  {
    std::unique_lock lock(mutex_);
    if (refusable && queue_.size() >= env_.max_queued) return false;
    if (stopping_) {
      lock.unlock();
      if (request.done) request.done(stopping());
      return true;
    }
    queue_.push_back(std::move(request));
    if (queue_.size() > 1) return true;  // whoever made it non-empty woke the lane
  }
  wake_.notify_one();
  return true;
}

void Lane::watch_deadline(store::RunKey run, int64_t deadline_ms) {
  {
    const std::lock_guard lock(mutex_);
    new_deadlines_.emplace_back(run, deadline_ms);
  }
  wake_.notify_one();
}

void Lane::run() {
  while (true) {
    std::vector<LaneRequest> batch = next_batch();
    if (batch.empty()) {
      std::unique_lock lock(mutex_);
      if (!stopping_ || !queue_.empty()) continue;
      lock.unlock();
      refuse_waiting();
      return write_all_acknowledgements();
    }
    process(std::move(batch));
    evict_some();
    if (++rounds_ % kRoundsPerSnapshot == 0) save_next_snapshot();
  }
}

int64_t Lane::next_due_ms() const {
  int64_t due = INT64_MAX;
  due = std::min(due, deadlines_.next_ms());
  if (!deliveries_.empty()) due = std::min(due, deliveries_.front().withdraw_ms);
  for (const Delivery& delivery : late_deliveries_) due = std::min(due, delivery.withdraw_ms);
  if (!lazy_acknowledgements_.empty()) due = std::min(due, lazy_acknowledgements_.front().due_ms);
  if (!look_again_.empty()) due = std::min(due, look_again_.begin()->first);
  return due;
}

std::vector<LaneRequest> Lane::next_batch() {
  std::vector<LaneRequest> batch;
  {
    std::unique_lock lock(mutex_);
    while (queue_.empty() && !snapshot_candidates_.empty() && !stopping_) {
      lock.unlock();
      save_next_snapshot();
      lock.lock();
    }
    env_.clock.wait_until(wake_, lock, next_due_ms(),
                          [this] { return stopping_ || !queue_.empty() || !new_deadlines_.empty() || (no_waiting_ && !waiting_.empty()); });
    adopt_deadlines();
    const size_t count = std::min(queue_.size(), kMaxBatchRequests);
    batch.reserve(count);
    std::move(queue_.begin(), queue_.begin() + static_cast<ptrdiff_t>(count), std::back_inserter(batch));
    queue_.erase(queue_.begin(), queue_.begin() + static_cast<ptrdiff_t>(count));
  }
  add_due_work(batch);
  return batch;
}

// A deadline that is known here and still to come is watched already.
void Lane::adopt_deadlines() {
  const int64_t now_ms = env_.clock.now_ms();
  for (const auto& [run, at_ms] : new_deadlines_) {
    const auto cached = runs_.find(run.run_id);
    const bool known = cached != runs_.end() && cached->second->state.armed_deadline_ms == at_ms && at_ms > now_ms;
    if (!known) deadlines_.adopt(run, at_ms);
  }
  new_deadlines_.clear();
}

void Lane::write_acknowledgements_by(int64_t due_ms, store::RunKey run) { lazy_acknowledgements_.push_back({due_ms, run}); }

bool Lane::has_acknowledgements(store::RunKey key) {
  const CachedRun* run = find(key);
  return run != nullptr ? !run->acknowledgements.empty() : saved_acknowledgements_.contains(key);
}

void Lane::add_due_work(std::vector<LaneRequest>& batch) {
  const int64_t now_ms = env_.clock.now_ms();
  if (no_waiting_ && !waiting_.empty()) refuse_waiting();
  add_due_waiting(batch, now_ms);
  add_due_deliveries(batch, now_ms);
  while (!lazy_acknowledgements_.empty() && lazy_acknowledgements_.front().due_ms <= now_ms) {
    const store::RunKey run = lazy_acknowledgements_.front().run;
    // A fire that finds nothing due still writes what was acknowledged.
    if (has_acknowledgements(run)) {
      batch.push_back({.work = LaneWork::kFire, .command = {{"baton", ""}, core::FireDeadlines{}}, .run = run});
    }
    lazy_acknowledgements_.pop_front();
  }
  // What does not fit is due at once in the next batch.
  while (batch.size() < kMaxBatchRequests) {
    const auto due = deadlines_.take_due(now_ms);
    if (!due) break;
    batch.push_back({.work = LaneWork::kFire, .command = {{"baton", ""}, core::FireDeadlines{}}, .run = due->run});
  }
}

void Lane::add_due_deliveries(std::vector<LaneRequest>& batch, int64_t now_ms) {
  const auto withdraw = [&](const Delivery& delivery) {
    const bool broken = delivery.poller->broken_ms() != 0;
    const auto reason = broken ? journal::v1::OfferWithdrawn::STREAM_BROKEN : journal::v1::OfferWithdrawn::DELIVERY_TIMEOUT;
    batch.push_back({.work = LaneWork::kWithdraw,
                     .command = {{"baton", ""}, core::WithdrawOffer{delivery.task, reason}},
                     .run = delivery.run,
                     .poller = delivery.poller});
  };
  while (!deliveries_.empty() && deliveries_.front().withdraw_ms <= now_ms) {
    Delivery delivery = std::move(deliveries_.front());
    deliveries_.pop_front();
    CachedRun* run = find(delivery.run);
    if (run == nullptr) continue;  // its journalled deadline withdraws it
    const bool open = LaneBatch::is_unacknowledged(*run, delivery.task);
    if (!open) continue;
    const int64_t reconnect_until = delivery.poller->broken_ms() + core::kReconnectGraceMs;
    if (delivery.poller->broken_ms() != 0 && reconnect_until > now_ms) {
      delivery.withdraw_ms = reconnect_until;
      late_deliveries_.push_back(std::move(delivery));
      continue;
    }
    withdraw(delivery);
  }
  std::erase_if(late_deliveries_, [&](const Delivery& delivery) {
    if (delivery.withdraw_ms > now_ms) return false;
    CachedRun* run = find(delivery.run);
    if (run != nullptr && LaneBatch::is_unacknowledged(*run, delivery.task)) withdraw(delivery);
    return true;
  });
}

void Lane::process(std::vector<LaneRequest> batch) {
  while (!batch.empty()) {
    std::vector<LaneRequest> again;
    const LaneBatch::Result result = LaneBatch(*this, std::move(batch)).execute(again);
    if (result == LaneBatch::Result::kRejected && again.size() > 1) {
      // One of them is to blame: each by itself, so that it cannot fail its neighbours.
      for (LaneRequest& request : again) {
        std::vector<LaneRequest> alone;
        alone.push_back(std::move(request));
        process(std::move(alone));
      }
      return;
    }
    batch.clear();
    for (LaneRequest& request : again) {
      // What a client holds is not given up.
      if (++request.rounds <= kMaxRounds || request.work == LaneWork::kHold) {
        batch.push_back(std::move(request));
      } else if (request.work == LaneWork::kOffer) {
        env_.matcher.release(request.poller, env_.clock.now_ms());
      } else if (request.done) {
        request.done(core::with_retry_after(
            core::fault(v1::THROTTLING, "workflow_execution", "too many others change this execution at once: try again"), 100));
      }
    }
  }
}

CachedRun* Lane::find(store::RunKey run) {
  const auto found = runs_.find(run.run_id);
  if (found == runs_.end()) return nullptr;
  use_order_.splice(use_order_.end(), use_order_, found->second->used);
  return found->second.get();
}

CachedRun& Lane::insert(std::unique_ptr<CachedRun> run) {
  CachedRun& inserted = *run;
  inserted.used = use_order_.insert(use_order_.end(), inserted.key);
  if (const auto saved = saved_acknowledgements_.extract(inserted.key)) inserted.acknowledgements = std::move(saved.mapped());
  if (const auto saved = saved_holders_.extract(inserted.key)) inserted.holders = std::move(saved.mapped());
  if (inserted.state.open()) open_runs_[inserted.workflow] = inserted.key.run_id;
  runs_[inserted.key.run_id] = std::move(run);
  return inserted;
}

void Lane::forget(store::RunKey run) {
  saved_acknowledgements_.erase(run);
  saved_holders_.erase(run);
}

void Lane::forget_open_run(const CachedRun& run) {
  const auto open = open_runs_.find(run.workflow);
  if (open != open_runs_.end() && open->second == run.key.run_id) open_runs_.erase(open);
}

void Lane::drop(store::RunKey key) {
  const auto found = runs_.find(key.run_id);
  if (found == runs_.end()) return;
  CachedRun& run = *found->second;
  if (!run.acknowledgements.empty()) saved_acknowledgements_[key] = std::move(run.acknowledgements);
  if (!run.holders.empty()) saved_holders_[key] = std::move(run.holders);
  forget_open_run(run);
  use_order_.erase(run.used);
  runs_.erase(found);
}

void Lane::evict_some() {
  while (runs_.size() > env_.max_cached_runs) {
    CachedRun& run = *runs_[use_order_.front().run_id];
    if (run.batch_no - run.snapshot_batch_no >= kSnapshotOnEviction) save_snapshot(run);
    drop(run.key);  // who holds its tasks, and what was acknowledged, is kept apart
  }
}

// Lost, it costs time and not truth.
void Lane::save_snapshot(CachedRun& run) {
  if (!run.unserved.ok() || !run.state.exists()) return;
  if (session_->save_snapshot(run.key, run.batch_no, core::to_snapshot(run.state)).ok()) run.snapshot_batch_no = run.batch_no;
}

void Lane::save_next_snapshot() {
  while (!snapshot_candidates_.empty()) {
    const auto found = runs_.find(snapshot_candidates_.front().run_id);
    snapshot_candidates_.pop_front();
    if (found == runs_.end()) continue;
    found->second->snapshot_awaited = false;
    return save_snapshot(*found->second);
  }
}

void Lane::write_all_acknowledgements() {
  std::set<store::RunKey> runs;
  for (const auto& [run_id, run] : runs_) {
    if (!run->acknowledgements.empty()) runs.insert(run->key);
  }
  for (const auto& [run, acknowledgements] : saved_acknowledgements_) runs.insert(run);
  std::vector<LaneRequest> batch;
  for (const store::RunKey& run : runs) {
    batch.push_back({.work = LaneWork::kFire, .command = {{"baton", ""}, core::FireDeadlines{}}, .run = run});
  }
  process(std::move(batch));
}

std::unique_ptr<CachedRun> Lane::rebuild(const store::LoadedRun& loaded) {
  auto run = std::make_unique<CachedRun>();
  run->key = loaded.run;
  run->workflow = {loaded.run.shard, loaded.domain, loaded.workflow_id};
  run->adopted_ms = env_.clock.now_ms();
  run->confirmed_ms = run->adopted_ms;
  const auto unserved = [&](int64_t batch_no, absl::Status why) {
    log_event(LogLevel::kError, "run_unserved",
              {{"domain", loaded.domain},
               {"workflow_id", loaded.workflow_id},
               {"run_id", loaded.run.run_id.to_text()},
               {"batch_no", batch_no},
               {"message", "the journal cannot be read by this release, so the run is left alone: " + std::string(why.message())}});
    run->unserved = std::move(why);
    run->batch_no = loaded.rows.empty() ? loaded.snapshot_batch_no : loaded.rows.back().batch_no;
    return std::move(run);
  };
  if (!loaded.snapshot.empty()) {
    auto state = core::from_snapshot(loaded.snapshot);
    if (!state.ok()) return unserved(loaded.snapshot_batch_no, state.status());
    run->state = *std::move(state);
    run->batch_no = run->snapshot_batch_no = loaded.snapshot_batch_no;
  }
  for (const store::JournalRow& row : loaded.rows) {
    if (row.batch_no != run->batch_no + 1) {
      return unserved(row.batch_no, absl::DataLossError("batch " + std::to_string(run->batch_no + 1) + " is missing"));
    }
    google::protobuf::Arena arena;
    auto* batch = google::protobuf::Arena::CreateMessage<journal::v1::RecordBatch>(&arena);
    if (row.format != store::kJournalFormat || !batch->ParseFromString(row.records)) {
      return unserved(row.batch_no, absl::DataLossError("its format " + std::to_string(row.format) + " is not known to this release"));
    }
    const int64_t first_event_id = run->state.last_event_id + 1;
    for (const auto& record : batch->records()) {
      if (absl::Status applied = core::apply(run->state, record); !applied.ok()) return unserved(row.batch_no, std::move(applied));
    }
    run->batch_no = row.batch_no;
    run->tail.append(first_event_id, run->state.last_event_id, row.records);
  }
  LaneBatch::note_waiting_tasks(*run);
  return run;
}

}  // namespace baton::engine
