#include "coordinator/store/memory/memory_store.h"

#include <algorithm>
#include <chrono>
#include <random>
#include <tuple>

#include "coordinator/store/memory/memory_lane.h"
#include "coordinator/store/memory/shared.h"

namespace baton::store {
namespace {

int64_t system_clock_ms() {
  const auto now = std::chrono::system_clock::now().time_since_epoch();
  return std::chrono::duration_cast<std::chrono::milliseconds>(now).count();
}

// Of one process, so it need not be secret; the same each time, so runs can be repeated.
std::string fixed_secret() {
  std::mt19937_64 random(1);
  std::string secret(32, '\0');
  for (char& byte : secret) byte = static_cast<char>(random());
  return secret;
}

}  // namespace

std::unique_ptr<MemoryStore> MemoryStore::make(MemoryOptions options) {
  if (!options.clock) options.clock = system_clock_ms;
  auto shared = std::shared_ptr<Shared>(
      new Shared{options.shard_count, options.epoch, std::move(options.clock), {}, {}});
  return std::unique_ptr<MemoryStore>(new MemoryStore(std::move(shared), options.core_version));
}

std::unique_ptr<MemoryStore> MemoryStore::share(int32_t core_version) {
  return std::unique_ptr<MemoryStore>(new MemoryStore(shared_, core_version));
}

absl::Status MemoryStore::before_read(std::string_view call) const {
  return faults_.before_read ? faults_.before_read(call) : absl::OkStatus();
}

std::unique_ptr<LaneSession> MemoryStore::open_lane() { return std::make_unique<MemoryLane>(*this); }

absl::StatusOr<int64_t> MemoryStore::now_ms() {
  if (absl::Status status = before_read("now_ms"); !status.ok()) return status;
  return shared_->clock();
}

int MemoryStore::shard_count() const { return shared_->shard_count; }

absl::StatusOr<int64_t> MemoryStore::epoch() { return shared_->epoch; }

absl::StatusOr<std::vector<SigningKey>> MemoryStore::signing_keys() {
  if (absl::Status status = before_read("signing_keys"); !status.ok()) return status;
  const std::lock_guard lock(shared_->mutex);
  std::vector<SigningKey>& keys = shared_->tables.signing_keys;
  if (keys.empty()) keys.push_back({.id = 1, .secret = fixed_secret(), .active = true});
  return keys;
}

absl::StatusOr<RegistryDump> MemoryStore::read_registry() {
  if (absl::Status status = before_read("read_registry"); !status.ok()) return status;
  const std::lock_guard lock(shared_->mutex);
  const memory::Tables& tables = shared_->tables;
  RegistryDump dump{.version = tables.registry_version, .domains = {}, .types = {}};
  for (const auto& [name, row] : tables.domains) dump.domains.push_back(row);
  for (const auto& [key, row] : tables.types) dump.types.push_back(row);
  return dump;
}

absl::StatusOr<int64_t> MemoryStore::registry_version() {
  if (absl::Status status = before_read("registry_version"); !status.ok()) return status;
  const std::lock_guard lock(shared_->mutex);
  return shared_->tables.registry_version;
}

absl::Status MemoryStore::change_registry(const RegistryChange& change) {
  const std::lock_guard lock(shared_->mutex);
  memory::Tables& tables = shared_->tables;
  if (change.received && tables.received.contains(change.received->key)) {
    return absl::AlreadyExistsError("this request was received before");
  }
  if (tables.registry_version != change.expected_version) {
    return absl::FailedPreconditionError("the registry has moved on");
  }
  ++tables.registry_version;
  for (const DomainRow& row : change.put_domains) tables.domains[row.name] = row;
  const auto key = [](const TypeRow& row) {
    return memory::TypeKey{row.domain, row.kind, row.name, row.version};
  };
  for (const TypeRow& row : change.deleted_types) tables.types.erase(key(row));
  for (const TypeRow& row : change.put_types) tables.types[key(row)] = row;
  if (change.received) {
    tables.received[change.received->key] = {change.received->verdict, change.received->received_ms};
  }
  return absl::OkStatus();
}

absl::StatusOr<std::optional<std::string>> MemoryStore::find_received(const ReceivedKey& key) {
  if (absl::Status status = before_read("find_received"); !status.ok()) return status;
  const std::lock_guard lock(shared_->mutex);
  const auto row = shared_->tables.received.find(key);
  if (row == shared_->tables.received.end()) return std::nullopt;
  return row->second.verdict;
}

absl::StatusOr<int64_t> MemoryStore::purge_received(int64_t older_than_ms, int32_t limit) {
  const std::lock_guard lock(shared_->mutex);
  auto& received = shared_->tables.received;
  for (const auto& [key, row] : shared_->tables.outbox) older_than_ms = std::min(older_than_ms, row.created_ms - kMessageClockMarginMs);
  std::vector<std::pair<int64_t, ReceivedKey>> old;
  for (const auto& [key, row] : received) {
    if (row.received_ms < older_than_ms) old.emplace_back(row.received_ms, key);
  }
  std::sort(old.begin(), old.end());
  if (old.size() > static_cast<size_t>(limit)) old.resize(limit);
  for (const auto& [time, key] : old) received.erase(key);
  return old.size();
}

absl::StatusOr<int64_t> MemoryStore::remove_closed_runs(const std::string& domain, int64_t closed_before_ms, int32_t limit) {
  if (absl::Status status = before_read("remove_closed_runs"); !status.ok()) return status;
  const std::lock_guard lock(shared_->mutex);
  memory::Tables& tables = shared_->tables;
  const auto sends = [&](const RunKey& run) {
    const auto message = tables.outbox.lower_bound(OutboxKey{run, 0, 0});
    return message != tables.outbox.end() && message->first.source == run;
  };
  std::vector<std::tuple<int64_t, RunId, RunKey>> over;
  for (const auto& [run, execution] : tables.executions) {
    const ExecutionRecord& record = execution.record;
    const bool closed = record.close_status != 0 && record.close_ms < closed_before_ms;
    if (closed && record.domain == domain && !sends(run)) over.emplace_back(record.close_ms, run.run_id, run);
  }
  std::sort(over.begin(), over.end());
  if (over.size() > static_cast<size_t>(limit)) over.resize(limit);
  for (const auto& [close_ms, run_id, run] : over) {
    tables.executions.erase(run);
    tables.removed.insert(run);
  }
  return over.size();
}

absl::StatusOr<int64_t> MemoryStore::remove_remains(int32_t limit) {
  if (absl::Status status = before_read("remove_remains"); !status.ok()) return status;
  const std::lock_guard lock(shared_->mutex);
  memory::Tables& tables = shared_->tables;
  int64_t rows = 0;
  std::vector<RunKey> seen;
  for (auto run = tables.removed.begin(); run != tables.removed.end() && static_cast<int64_t>(seen.size()) < limit && rows < limit; ++run) {
    seen.push_back(*run);
    std::vector<JournalRow>& journal = tables.journal[*run];
    const auto some = std::min<int64_t>(journal.size(), limit - rows);
    journal.erase(journal.begin(), journal.begin() + some);
    rows += some;
  }
  if (rows == limit) return rows;  // perhaps there are more of the last run
  for (const RunKey& run : seen) {
    tables.journal.erase(run);
    tables.snapshots.erase(run);
    tables.removed.erase(run);
  }
  return rows + static_cast<int64_t>(seen.size());
}

absl::Status MemoryStore::heartbeat(const std::string& instance_id, const std::string& address) {
  const std::lock_guard lock(shared_->mutex);
  shared_->tables.coordinators[instance_id] = address;
  return absl::OkStatus();
}

}  // namespace baton::store
