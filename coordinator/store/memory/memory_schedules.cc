// Schedules of the memory store.
#include <algorithm>

#include "coordinator/store/memory/memory_store.h"
#include "coordinator/store/memory/shared.h"

namespace baton::store {

absl::StatusOr<std::optional<ScheduleRow>> MemoryStore::find_schedule(const ScheduleKey& key) {
  if (absl::Status status = before_read("find_schedule"); !status.ok()) return status;
  const std::lock_guard lock(shared_->mutex);
  const auto found = shared_->tables.schedules.find(key);
  if (found == shared_->tables.schedules.end()) return std::nullopt;
  return found->second;
}

absl::StatusOr<std::vector<ScheduleRow>> MemoryStore::list_schedules(const std::string& domain, const std::string& after, int32_t limit) {
  if (absl::Status status = before_read("list_schedules"); !status.ok()) return status;
  const std::lock_guard lock(shared_->mutex);
  std::vector<ScheduleRow> rows;
  for (const auto& [key, row] : shared_->tables.schedules) {
    if (key.domain == domain && key.schedule_id > after) rows.push_back(row);
  }
  std::sort(rows.begin(), rows.end(), [](const ScheduleRow& a, const ScheduleRow& b) { return a.key.schedule_id < b.key.schedule_id; });
  if (rows.size() > static_cast<size_t>(limit)) rows.resize(limit);
  return rows;
}

absl::StatusOr<int64_t> MemoryStore::count_schedules(const std::string& domain, int64_t at_most) {
  if (absl::Status status = before_read("count_schedules"); !status.ok()) return status;
  const std::lock_guard lock(shared_->mutex);
  const auto& schedules = shared_->tables.schedules;
  const int64_t count = std::count_if(schedules.begin(), schedules.end(), [&](const auto& row) { return row.first.domain == domain; });
  return std::min(count, at_most);
}

absl::StatusOr<std::vector<ScheduleRow>> MemoryStore::due_schedules(int64_t until_ms, int32_t limit) {
  if (absl::Status status = before_read("due_schedules"); !status.ok()) return status;
  const std::lock_guard lock(shared_->mutex);
  std::vector<ScheduleRow> rows;
  for (const auto& [key, row] : shared_->tables.schedules) {
    if (row.next_ms > 0 && row.next_ms <= until_ms) rows.push_back(row);
  }
  std::sort(rows.begin(), rows.end(),
            [](const ScheduleRow& a, const ScheduleRow& b) { return std::tie(a.next_ms, a.key) < std::tie(b.next_ms, b.key); });
  if (rows.size() > static_cast<size_t>(limit)) rows.resize(limit);
  return rows;
}

absl::Status MemoryStore::change_schedule(const ScheduleChange& change) {
  const std::lock_guard lock(shared_->mutex);
  memory::Tables& tables = shared_->tables;
  if (change.received && tables.received.contains(change.received->key)) {
    return absl::AlreadyExistsError("this request was received before");
  }
  const auto there = tables.schedules.find(change.row.key);
  const bool exists = there != tables.schedules.end();
  const bool moved_on = change.is_new ? exists : !exists || there->second.version != change.row.version - 1;
  if (moved_on) return absl::FailedPreconditionError("the schedule has moved on");
  if (change.deletes) {
    tables.schedules.erase(there);
  } else {
    tables.schedules[change.row.key] = change.row;
  }
  if (change.received) tables.received[change.received->key] = {change.received->verdict, change.received->received_ms};
  return absl::OkStatus();
}

absl::StatusOr<std::vector<bool>> MemoryStore::move_schedules(std::span<const ScheduleRow> rows) {
  if (absl::Status status = before_read("move_schedules"); !status.ok()) return status;
  const std::lock_guard lock(shared_->mutex);
  std::vector<bool> moved;
  for (const ScheduleRow& row : rows) {
    const auto there = shared_->tables.schedules.find(row.key);
    moved.push_back(there != shared_->tables.schedules.end() && there->second.version == row.version - 1);
    if (!moved.back()) continue;
    there->second.version = row.version;
    there->second.next_ms = row.next_ms;
    there->second.state = row.state;
  }
  return moved;
}

}  // namespace baton::store
