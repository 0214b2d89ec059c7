// A lane's round, first part: what it must read before it decides, and before it answers without having written.
#include "coordinator/core/fault.h"
#include "coordinator/engine/lane_batch.h"
#include "coordinator/engine/outbox.h"
#include "coordinator/engine/verdict.h"

namespace baton::engine {
namespace {

// A cache that the store has not confirmed for this long is read again (design: store).
constexpr int64_t kConfirmedForMs = 600'000;
constexpr size_t kRunsPerLoad = 256;

// A request about whatever run of its workflow id is open.
bool names_open_run(const LaneRequest& request) {
  return request.signals_open_run() || (request.run.run_id.empty() && !request.workflow.workflow_id.empty());
}

}  // namespace

LaneBatch::LaneBatch(Lane& lane, std::vector<LaneRequest> requests)
    : lane_(lane),
      env_(lane.env_),
      requests_(std::move(requests)),
      registry_(env_.registry.picture()),
      now_ms_(env_.clock.now_ms()),
      rates_(env_.rates, *registry_, now_ms_),
      verdicts_(requests_.size()) {}

bool LaneBatch::is_unacknowledged(const CachedRun& run, const core::TaskRef& task) {
  for (const core::AcknowledgeTask& pending : run.acknowledgements) {
    const core::TaskRef& arrived = pending.task;
    const bool is_it = arrived.scheduled_event_id == task.scheduled_event_id && arrived.attempt == task.attempt && arrived.delivery == task.delivery;
    if (is_it) return false;
  }
  return is_out(run, task);
}

bool LaneBatch::is_out(const CachedRun& run, const core::TaskRef& task) {
  const auto offered = [&](const std::optional<core::Offer>& offer) { return offer && offer->delivery == task.delivery; };
  if (run.state.decision && run.state.decision->scheduled_event_id == task.scheduled_event_id) {
    return offered(run.state.decision->offer);
  }
  const core::ActivityTask* activity = run.state.activities.get(task.scheduled_event_id);
  return activity != nullptr && activity->attempt == task.attempt && offered(activity->offer);
}

void LaneBatch::note_waiting_tasks(CachedRun& run) {
  if (!run.state.exists()) return;
  const std::string& domain = run.state.identity->domain;
  if (const auto& decision = run.state.decision; decision && run.state.can_be_offered(*decision)) {
    run.backlog_rows[decision->scheduled_event_id] = {core::TaskKind::kDecision, domain, decision->task_list};
  }
  for (const auto& [id, task] : run.state.activities) {
    if (run.state.can_be_offered(task)) run.backlog_rows[id] = {task.kind(), domain, task.task_list()};
  }
}

std::optional<std::optional<core::RunId>> LaneBatch::open_run_of(const store::WorkflowKey& workflow) const {
  // The cache knows what this very batch does, too.
  const auto cached = lane_.open_runs_.find(workflow);
  if (cached != lane_.open_runs_.end()) return cached->second;
  const auto read = looked_up_.find(workflow);
  if (read == looked_up_.end()) return std::nullopt;
  // A run that was read as open and then closed, by this batch or by another coordinator before it was loaded, is in the cache without
  // being open. One that is open there is found by its workflow id no more if another run was thought to follow or precede it.
  const auto known = read->second ? lane_.runs_.find(*read->second) : lane_.runs_.end();
  if (known != lane_.runs_.end() && known->second->unserved.ok() && !known->second->state.open()) return std::nullopt;
  return read->second;
}

absl::Status LaneBatch::load() {
  absl::Status done = look_up();
  return done.ok() ? load_missing_runs() : done;
}

// The open runs of workflow ids, and, once something was in the way, whether calls were applied before: one query.
absl::Status LaneBatch::look_up() {
  store::ConfirmRequest ask;
  std::vector<std::optional<std::string>*> askers;
  child_starts_.resize(requests_.size());
  for (size_t i = 0; i < requests_.size(); ++i) {
    const LaneRequest& request = requests_[i];
    if (request.rounds > 0 && request.protected_by_id()) {
      ask.received.push_back(request.received_key());
      askers.push_back(&verdicts_[i]);
      if (applies_child_policy(request)) {
        ask.received.push_back(start_of_child(request));
        askers.push_back(&child_starts_[i]);
      }
    }
    // A start tries first: the open-run index refuses it if it must.
    const bool tries_first = request.is_start() && !request.signals_open_run();
    const bool wanted = tries_first ? request.rounds > 0 : request.is_reset() || names_open_run(request);
    if (wanted && !lane_.open_runs_.contains(request.workflow) && looked_up_.emplace(request.workflow, std::nullopt).second) {
      ask.open_runs.push_back(request.workflow);
    }
  }
  if (ask.received.empty() && ask.open_runs.empty()) return absl::OkStatus();
  auto reply = lane_.session_->confirm(ask);
  if (!reply.ok()) return reply.status();
  for (size_t i = 0; i < askers.size(); ++i) *askers[i] = std::move(reply->verdicts[i]);
  for (size_t i = 0; i < ask.open_runs.size(); ++i) looked_up_[ask.open_runs[i]] = reply->open_runs[i];
  return absl::OkStatus();
}

absl::Status LaneBatch::load_missing_runs() {
  std::set<store::RunKey> missing;
  for (const LaneRequest& request : requests_) {
    store::RunKey key = request.run;
    if (request.work == LaneWork::kForget) continue;  // nothing to forget in a run that is not here
    if (request.is_start() && !request.signals_open_run()) {
      const auto open = looked_up_.find(request.workflow);
      if (open == looked_up_.end() || !open->second) continue;
      key = {request.workflow.shard, *open->second};
    } else if (names_open_run(request)) {
      const auto open = open_run_of(request.workflow);
      if (!open || !*open) continue;
      key = {request.workflow.shard, **open};
    }
    CachedRun* cached = lane_.find(key);
    if (cached != nullptr && cached->confirmed_ms + kConfirmedForMs < now_ms_) {
      lane_.drop(key);
      cached = nullptr;
    }
    if (cached == nullptr) missing.insert(key);
  }
  const std::vector<store::RunKey> keys(missing.begin(), missing.end());
  for (size_t at = 0; at < keys.size(); at += kRunsPerLoad) {
    const auto some = std::span(keys).subspan(at, std::min(kRunsPerLoad, keys.size() - at));
    if (absl::Status loaded = load_runs(some); !loaded.ok()) return loaded;
  }
  return absl::OkStatus();
}

absl::Status LaneBatch::load_runs(std::span<const store::RunKey> keys) {
  auto loaded = lane_.session_->load(keys);
  if (loaded.status().code() == absl::StatusCode::kDeadlineExceeded) {
    if (keys.size() == 1) {
      not_loaded_[keys[0]] = loaded.status();
      return absl::OkStatus();
    }
    const size_t half = keys.size() / 2;
    absl::Status first = load_runs(keys.first(half));
    return first.ok() ? load_runs(keys.subspan(half)) : first;
  }
  if (!loaded.ok()) return loaded.status();
  for (const store::LoadedRun& run : *loaded) {
    if (run.domain.empty()) continue;  // what is left of a run that retention has removed
    auto rebuilt = lane_.rebuild(run);
    rebuilt->confirmed_ms = rebuilt->adopted_ms = now_ms_;
    CachedRun& inserted = lane_.insert(std::move(rebuilt));
    if (inserted.state.open()) lane_.deadlines_.set(inserted.key, inserted.state.armed_deadline_ms);
    fresh_.insert(&inserted);
    loaded_.push_back(run.run);
  }
  return absl::OkStatus();
}

bool LaneBatch::rests_on_cache(const Decided& decided) const {
  if (decided.appended || decided.settled) return false;
  const LaneRequest& request = requests_[decided.request];
  // A withdrawal that comes to nothing is made good by the journalled deadline; the other work of the engine is not done twice.
  return request.done || request.work == LaneWork::kHold || request.work == LaneWork::kOffer || request.work == LaneWork::kFire;
}

// Nothing is answered from an unconfirmed cache: what appends nothing is compared with the store, in one query for all.
absl::StatusOr<LaneBatch::Confirmed> LaneBatch::confirm() {
  if (registry_said_no_) {
    const auto changed = env_.registry.refresh();
    if (!changed.ok()) return changed.status();
    if (*changed || env_.registry.picture() != registry_) return Confirmed::kStale;
  }
  store::ConfirmRequest ask;
  std::vector<CachedRun*> runs;
  std::vector<const Decided*> open_runs;
  std::vector<Decided*> maybe_repeats;
  absl::flat_hash_set<const CachedRun*> asked;
  const auto ask_about = [&](CachedRun* run) {
    if (run == nullptr || fresh_.contains(run) || work_by_run_.contains(run) || !asked.insert(run).second) return;
    ask.runs.push_back(run->key);
    runs.push_back(run);
  };
  for (const auto& [run, acknowledgement] : refused_acknowledgements_) ask_about(run);
  for (const auto& [index, run] : waiting_) ask_about(lane_.find(run));  // what they wait for counts from here
  for (Decided& decided : decided_) {
    if (!rests_on_cache(decided)) continue;
    const LaneRequest& request = requests_[decided.request];
    CachedRun* run = decided.run;
    ask_about(run);
    // The read of this round is fresh; what the cache said is not.
    if (decided.rests_on_open_run && !looked_up_.contains(request.workflow) && !work_by_run_.contains(run)) {
      ask.open_runs.push_back(request.workflow);
      open_runs.push_back(&decided);
    }
    if (request.protected_by_id() && request.rounds == 0) {
      ask.received.push_back(request.received_key());
      maybe_repeats.push_back(&decided);
    }
  }
  if (ask.runs.empty() && ask.open_runs.empty() && ask.received.empty()) return Confirmed::kYes;
  const auto reply = lane_.session_->confirm(ask);
  if (!reply.ok()) return reply.status();
  Confirmed confirmed = Confirmed::kYes;
  for (size_t i = 0; i < runs.size(); ++i) {
    if (reply->last_batch_no[i] == runs[i]->batch_no) {
      runs[i]->confirmed_ms = now_ms_;
    } else {
      confirmed = Confirmed::kStale;
      stale_.push_back(runs[i]);
    }
  }
  if (confirmed == Confirmed::kStale) return confirmed;
  for (size_t i = 0; i < open_runs.size(); ++i) {
    if (reply->open_runs[i] != open_runs[i]->open_run) confirmed = Confirmed::kStale;
  }
  for (size_t i = 0; i < maybe_repeats.size(); ++i) {
    if (!reply->verdicts[i]) continue;
    maybe_repeats[i]->reply = from_verdict(*reply->verdicts[i]);
    maybe_repeats[i]->settled = true;
  }
  return confirmed;
}

}  // namespace baton::engine
