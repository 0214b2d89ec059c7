// History, visibility and sweeps of the memory store: full scans where PostgreSQL has an index.
#include <algorithm>

#include "coordinator/store/memory/memory_store.h"
#include "coordinator/store/memory/shared.h"

namespace baton::store {
namespace {

// The last batch that begins at or before the event: the one that holds it, since ids are dense. 0: none.
int64_t batch_of(const std::vector<JournalRow>& journal, int64_t event_id) {
  const auto after = std::upper_bound(
      journal.begin(), journal.end(), event_id,
      [](int64_t event, const JournalRow& row) { return event < row.first_event_id; });
  return after - journal.begin();
}

int64_t time_of(const ExecutionRecord& record, const ExecutionQuery& query) {
  return query.by_close_time ? record.close_ms : record.start_ms;
}

bool has_attribute(const memory::Execution& execution, const ExecutionQuery& query) {
  return std::any_of(execution.attributes.begin(), execution.attributes.end(), [&](const Attribute& attribute) {
    return attribute.name == query.attribute_name && attribute.value >= query.attribute_least && attribute.value <= query.attribute_most;
  });
}

bool matches(const memory::Execution& execution, const ExecutionQuery& query) {
  const ExecutionRecord& record = execution.record;
  const int64_t time = time_of(record, query);
  return record.domain == query.domain && (record.close_status == 0) == query.open &&
         time >= query.oldest_ms && (query.latest_ms == 0 || time <= query.latest_ms) &&
         (query.workflow_id.empty() || record.workflow_id == query.workflow_id) &&
         (query.type_name.empty() || record.type_name == query.type_name) &&
         (query.type_version.empty() || record.type_version == query.type_version) &&
         (query.close_status == 0 || record.close_status == query.close_status) &&
         (query.open || query.closed_after_ms == 0 || record.close_ms > query.closed_after_ms) &&
         (query.tag.empty() || std::count(record.tags.begin(), record.tags.end(), query.tag) > 0) &&
         (query.attribute_name.empty() || has_attribute(execution, query));
}

}  // namespace

absl::StatusOr<HistoryPage> MemoryStore::read_history(RunKey run, int64_t from_event_id,
                                                      bool reverse, int64_t max_bytes) {
  if (absl::Status status = before_read("read_history"); !status.ok()) return status;
  const std::lock_guard lock(shared_->mutex);
  HistoryPage page;
  const auto found = shared_->tables.journal.find(run);
  if (found == shared_->tables.journal.end()) return page;
  const std::vector<JournalRow>& journal = found->second;
  const int64_t last = static_cast<int64_t>(journal.size());
  const int64_t first =
      reverse && from_event_id == 0 ? last : std::max<int64_t>(batch_of(journal, from_event_id), 1);
  int64_t bytes = 0;
  for (int64_t batch = first; batch >= 1 && batch <= last; batch += reverse ? -1 : 1) {
    const JournalRow& row = journal[batch - 1];
    if (!page.rows.empty() && bytes + static_cast<int64_t>(row.records.size()) > max_bytes) {
      page.more = true;
      break;
    }
    bytes += row.records.size();
    page.rows.push_back(row);
  }
  return page;
}

absl::StatusOr<std::vector<JournalRow>> MemoryStore::read_journal(RunKey run, int64_t from_batch_no, int64_t max_bytes) {
  if (absl::Status status = before_read("read_journal"); !status.ok()) return status;
  const std::lock_guard lock(shared_->mutex);
  std::vector<JournalRow> rows;
  const auto found = shared_->tables.journal.find(run);
  if (found == shared_->tables.journal.end()) return rows;
  int64_t bytes = 0;
  for (size_t at = static_cast<size_t>(from_batch_no) - 1; at < found->second.size(); ++at) {
    const JournalRow& row = found->second[at];
    bytes += static_cast<int64_t>(row.records.size());
    if (!rows.empty() && bytes > max_bytes) break;
    rows.push_back(row);
  }
  return rows;
}

absl::StatusOr<std::optional<ExecutionRecord>> MemoryStore::find_execution(RunKey run) {
  if (absl::Status status = before_read("find_execution"); !status.ok()) return status;
  const std::lock_guard lock(shared_->mutex);
  const auto row = shared_->tables.executions.find(run);
  if (row == shared_->tables.executions.end()) return std::nullopt;
  return row->second.record;
}

absl::StatusOr<std::optional<ExecutionRecord>> MemoryStore::find_latest(const WorkflowKey& workflow) {
  if (absl::Status status = before_read("find_latest"); !status.ok()) return status;
  const std::lock_guard lock(shared_->mutex);
  const memory::Tables& tables = shared_->tables;
  if (const auto open = tables.open_runs.find(workflow); open != tables.open_runs.end()) {
    return tables.executions.at({workflow.shard, open->second}).record;
  }
  std::optional<ExecutionRecord> latest;
  for (const auto& [run, execution] : tables.executions) {
    if (memory::workflow_of(execution) != workflow) continue;
    const ExecutionRecord& record = execution.record;
    if (!latest || std::pair(record.close_ms, run) > std::pair(latest->close_ms, latest->run)) {
      latest = record;
    }
  }
  return latest;
}

absl::StatusOr<std::vector<ExecutionRecord>> MemoryStore::list_executions(
    const ExecutionQuery& query) {
  if (absl::Status status = before_read("list_executions"); !status.ok()) return status;
  const std::lock_guard lock(shared_->mutex);
  std::vector<ExecutionRecord> records;
  const auto place = [&](const ExecutionRecord& record) {
    return std::pair(time_of(record, query), record.run.run_id);
  };
  for (const auto& [run, execution] : shared_->tables.executions) {
    const ExecutionRecord& record = execution.record;
    if (!matches(execution, query)) continue;
    if (query.after && (query.oldest_first ? place(record) <= *query.after
                                           : place(record) >= *query.after)) {
      continue;
    }
    records.push_back(record);
  }
  std::sort(records.begin(), records.end(), [&](const auto& a, const auto& b) {
    return query.oldest_first ? place(a) < place(b) : place(b) < place(a);
  });
  if (records.size() > static_cast<size_t>(query.limit)) records.resize(query.limit);
  return records;
}

absl::StatusOr<int64_t> MemoryStore::count_executions(const ExecutionQuery& query, int64_t at_most) {
  if (absl::Status status = before_read("count_executions"); !status.ok()) return status;
  const std::lock_guard lock(shared_->mutex);
  int64_t count = 0;
  for (const auto& [run, execution] : shared_->tables.executions) {
    count += matches(execution, query);
  }
  return std::min(count, at_most);
}

absl::StatusOr<std::vector<DueDeadline>> MemoryStore::due_deadlines(int64_t until_ms, int32_t limit) {
  if (absl::Status status = before_read("due_deadlines"); !status.ok()) return status;
  const std::lock_guard lock(shared_->mutex);
  std::vector<DueDeadline> due;
  for (const auto& [time, run] : shared_->tables.deadlines) {
    if (time > until_ms || due.size() >= static_cast<size_t>(limit)) break;
    due.push_back({run, time});
  }
  return due;
}

absl::StatusOr<std::vector<BacklogRow>> MemoryStore::read_backlog(std::span<const ListKey> lists,
                                                                  int32_t limit_per_list) {
  if (absl::Status status = before_read("read_backlog"); !status.ok()) return status;
  const std::lock_guard lock(shared_->mutex);
  std::vector<BacklogRow> rows;
  for (const ListKey& list : lists) {
    const size_t begin = rows.size();
    for (const auto& [key, row] : shared_->tables.backlog) {
      if (ListKey{row.kind, row.domain, row.task_list} == list) rows.push_back(row);
    }
    std::sort(rows.begin() + begin, rows.end(), [](const BacklogRow& a, const BacklogRow& b) {
      return std::tuple(-int64_t{a.priority}, a.scheduled_ms, a.key.run.run_id,
                        a.key.scheduled_event_id) <
             std::tuple(-int64_t{b.priority}, b.scheduled_ms, b.key.run.run_id,
                        b.key.scheduled_event_id);
    });
    rows.resize(std::min(rows.size(), begin + limit_per_list));
  }
  return rows;
}

absl::StatusOr<int64_t> MemoryStore::count_backlog(const ListKey& list, int64_t at_most) {
  if (absl::Status status = before_read("count_backlog"); !status.ok()) return status;
  const std::lock_guard lock(shared_->mutex);
  int64_t count = 0;
  for (const auto& [key, row] : shared_->tables.backlog) {
    count += ListKey{row.kind, row.domain, row.task_list} == list;
  }
  return std::min(count, at_most);
}

absl::StatusOr<std::vector<OutboxRow>> MemoryStore::read_outbox(int64_t created_before_ms, int32_t limit,
                                                                const std::optional<OutboxKey>& after) {
  if (absl::Status status = before_read("read_outbox"); !status.ok()) return status;
  const std::lock_guard lock(shared_->mutex);
  const auto& outbox = shared_->tables.outbox;
  std::vector<OutboxRow> rows;
  for (auto row = after ? outbox.upper_bound(*after) : outbox.begin(); row != outbox.end(); ++row) {
    if (static_cast<int32_t>(rows.size()) >= limit) break;
    if (row->second.created_ms < created_before_ms) rows.push_back(row->second);
  }
  return rows;
}

}  // namespace baton::store
