#include "coordinator/engine/housekeeping.h"

#include "coordinator/log/log.h"

namespace baton::engine {
namespace {

constexpr int64_t kBeatMs = 1'000;
constexpr int64_t kHealthyMs = 5'000;
// Every deadline that will be due before the next sweep is adopted, whoever armed it: one that a process before this one armed is not late.
constexpr int64_t kAheadMs = 1'500;
constexpr int32_t kSweepLimit = 10'000;
constexpr int32_t kBacklogPerList = 1'000;
constexpr int64_t kPurgeEveryMs = 10'000;
constexpr int32_t kPurgeLimit = 50'000;

}  // namespace

Housekeeping::Housekeeping(store::Store& store, Registry& registry, DatabaseClock& clock, Matcher& matcher,
                           OpenExecutions& open_executions, Outbox& outbox, std::string instance_id, std::string address, LaneOf lane_of)
    : store_(store),
      registry_(registry),
      clock_(clock),
      matcher_(matcher),
      open_executions_(open_executions),
      outbox_(outbox),
      instance_id_(std::move(instance_id)),
      address_(std::move(address)),
      lane_of_(std::move(lane_of)),
      retention_(store, registry, clock) {}

absl::Status Housekeeping::begin() {
  if (absl::Status beaten = heartbeat(); !beaten.ok()) return beaten;
  return open_executions_.count_all(store_, *registry_.picture());
}

void Housekeeping::start() {
  database_thread_ = std::thread([this] { tend_database(); });
  preference_thread_ = std::thread([this] { tend_preferences(); });
  retention_thread_ = std::thread([this] { tend_retention(); });
}

void Housekeeping::stop() {
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
  }
  wake_.notify_all();
  if (database_thread_.joinable()) database_thread_.join();
  if (preference_thread_.joinable()) preference_thread_.join();
  if (retention_thread_.joinable()) retention_thread_.join();
}

bool Housekeeping::healthy() const { return clock_.host().boot_ms() - heard_boot_ms_ < kHealthyMs; }

void Housekeeping::watch_preferences() {
  {
    const std::lock_guard lock(mutex_);
    if (preferences_wait_) return;
    preferences_wait_ = true;
  }
  wake_.notify_all();
}

absl::Status Housekeeping::heartbeat() {
  const int64_t before_ms = clock_.host().boot_ms();
  const auto database_ms = store_.now_ms();
  if (!database_ms.ok()) return database_ms.status();
  const int64_t after_ms = clock_.host().boot_ms();
  clock_.observe(*database_ms, before_ms, after_ms);
  if (absl::Status beaten = store_.heartbeat(instance_id_, address_); !beaten.ok()) return beaten;
  if (const auto refreshed = registry_.refresh(); !refreshed.ok()) return refreshed.status();
  heard_boot_ms_ = clock_.host().boot_ms();
  return absl::OkStatus();
}

void Housekeeping::tend_database() {
  std::unique_lock lock(mutex_);
  while (!stopping_) {
    lock.unlock();
    const int64_t began_ms = clock_.host().boot_ms();
    const absl::Status beaten = heartbeat();
    if (beaten.ok() != was_healthy_) {
      was_healthy_ = beaten.ok();
      log_event(was_healthy_ ? LogLevel::kInfo : LogLevel::kError, was_healthy_ ? "database_back" : "database_away",
                {{"message", std::string(beaten.message())}});
    }
    if (beaten.ok()) {
      sweep_deadlines();
      read_backlogs();
      outbox_.sweep();
      purge_received();
      open_executions_.count_some(store_, *registry_.picture()).IgnoreError();  // again with the next beat
    }
    lock.lock();
    clock_.host().wait_until(wake_, lock, began_ms + kBeatMs, [this] { return stopping_; });
  }
}

void Housekeeping::sweep_deadlines() {
  const auto due = store_.due_deadlines(clock_.now_ms() + kAheadMs, kSweepLimit);
  if (!due.ok()) return;
  for (const store::DueDeadline& deadline : *due) lane_of_(deadline.run.shard).watch_deadline(deadline.run, deadline.deadline_ms);
}

void Housekeeping::read_backlogs() {
  const std::vector<ListKey> polled = matcher_.polled_lists();
  if (polled.empty()) return;
  const auto rows = store_.read_backlog(polled, kBacklogPerList);
  if (!rows.ok()) return;
  for (const store::BacklogRow& row : *rows) {
    matcher_.wait({row.kind, row.domain, row.task_list}, {row.key, row.priority, row.scheduled_ms, "", 0}, clock_.now_ms());
  }
}

void Housekeeping::purge_received() {
  const int64_t boot_ms = clock_.host().boot_ms();
  if (boot_ms - purged_boot_ms_ < kPurgeEveryMs) return;
  purged_boot_ms_ = boot_ms;
  store_.purge_received(clock_.now_ms() - core::kReceivedLifeMs, kPurgeLimit).IgnoreError();
}

void Housekeeping::tend_retention() {
  std::unique_lock lock(mutex_);
  while (!stopping_) {
    lock.unlock();
    const int64_t began_ms = clock_.host().boot_ms();
    const int64_t interval_ms = retention_.remove_some();
    lock.lock();
    clock_.host().wait_until(wake_, lock, began_ms + interval_ms, [this] { return stopping_; });
  }
}

void Housekeeping::tend_preferences() {
  std::unique_lock lock(mutex_);
  while (true) {
    clock_.wait_until(wake_, lock, INT64_MAX, [this] { return stopping_ || preferences_wait_; });
    if (stopping_) return;
    if (!preferences_wait_) continue;
    preferences_wait_ = false;
    lock.unlock();
    const int64_t next_ms = matcher_.expire_preferences(clock_.now_ms());
    lock.lock();
    if (next_ms == 0) continue;
    preferences_wait_ = true;
    clock_.wait_until(wake_, lock, next_ms, [this] { return stopping_; });
  }
}

}  // namespace baton::engine
