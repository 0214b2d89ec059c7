#include "coordinator/store/memory/tables.h"

#include <algorithm>

#include "absl/strings/str_cat.h"
#include "coordinator/store/batch_check.h"

namespace baton::store::memory {
namespace {

CommitResult conflict(std::string what) {
  return {CommitOutcome::kConflict, absl::AbortedError(std::move(what))};
}
CommitResult rejected(std::string why) {
  return {CommitOutcome::kRejected, absl::InvalidArgumentError(std::move(why))};
}

CommitResult check_journal(const Tables& tables, const CommitBatch& batch) {
  std::map<RunKey, int64_t> lengths;  // after the rows seen so far
  std::vector<const JournalRow*> rows;
  for (const JournalRow& row : batch.journal) rows.push_back(&row);
  std::sort(rows.begin(), rows.end(), [](const JournalRow* a, const JournalRow* b) {
    return std::tie(a->run, a->batch_no) < std::tie(b->run, b->batch_no);
  });
  for (const JournalRow* row : rows) {
    const auto stored = tables.journal.find(row->run);
    const auto [length, first] =
        lengths.try_emplace(row->run, stored == tables.journal.end() ? 0 : stored->second.size());
    if (row->batch_no <= length->second) {
      return conflict(absl::StrCat("batch ", row->batch_no, " of run ", row->run.run_id.to_text(),
                                   " exists"));
    }
    // PostgreSQL would store it; a writer that leaves a gap has lost its mind.
    if (row->batch_no > length->second + 1) {
      return rejected(absl::StrCat("batch ", row->batch_no, " of run ", row->run.run_id.to_text(),
                                   " leaves a gap"));
    }
    ++length->second;
  }
  return {};
}

CommitResult check_executions(const Tables& tables, const NetChanges& net) {
  std::set<RunKey> closing;
  for (const ExecutionUpdate& update : net.updates) {
    const auto row = tables.executions.find(update.run);
    if (row == tables.executions.end() || row->second.record.close_status != 0) {
      return rejected(absl::StrCat("run ", update.run.run_id.to_text(), " is not open"));
    }
    if (update.close_status != 0) closing.insert(update.run);
  }
  std::set<WorkflowKey> opening;
  for (const NewExecution& row : net.opened) {
    const ExecutionOpened& opened = row.opened;
    if (tables.executions.contains(opened.run)) {
      return conflict(absl::StrCat("run ", opened.run.run_id.to_text(), " exists"));
    }
    if (row.close_status != 0) continue;
    const WorkflowKey workflow{opened.run.shard, opened.domain, opened.workflow_id};
    const auto open = tables.open_runs.find(workflow);
    const bool taken = open != tables.open_runs.end() &&
                       !closing.contains(RunKey{workflow.shard, open->second});
    if (taken || !opening.insert(workflow).second) {
      return conflict(absl::StrCat("workflow id ", opened.workflow_id, " has an open run"));
    }
  }
  return {};
}

CommitResult check_backlog(const Tables& tables, const CommitBatch& batch) {
  const std::set<BacklogKey> removed(batch.backlog_removed.begin(), batch.backlog_removed.end());
  std::set<BacklogKey> added;
  for (const BacklogRow& row : batch.backlog_added) {
    const bool taken = tables.backlog.contains(row.key) && !removed.contains(row.key);
    if (taken || !added.insert(row.key).second) return conflict("a backlog row exists");
  }
  return {};
}

CommitResult check_outbox(const Tables& tables, const CommitBatch& batch) {
  const std::set<OutboxKey> removed(batch.outbox_removed.begin(), batch.outbox_removed.end());
  std::set<OutboxKey> added;
  for (const OutboxRow& row : batch.outbox_added) {
    const bool taken = tables.outbox.contains(row.key) && !removed.contains(row.key);
    if (taken || !added.insert(row.key).second) return conflict("a message exists");
  }
  return {};
}

CommitResult check_received(const Tables& tables, const CommitBatch& batch) {
  std::set<ReceivedKey> added;
  for (const ReceivedRow& row : batch.received) {
    if (tables.received.contains(row.key) || !added.insert(row.key).second) {
      return conflict(absl::StrCat("request ", row.key.id, " of ", row.key.source, " was received"));
    }
  }
  return {};
}

}  // namespace

WorkflowKey workflow_of(const Execution& execution) {
  const ExecutionRecord& record = execution.record;
  return {record.run.shard, record.domain, record.workflow_id};
}

CommitResult Tables::commit(const CommitBatch& batch) {
  if (absl::Status status = check_batch(batch); !status.ok()) return {CommitOutcome::kRejected, status};
  const absl::StatusOr<NetChanges> net = net_changes(batch);
  if (!net.ok()) return {CommitOutcome::kRejected, net.status()};
  // In the order of PostgreSQL's statement, so that the first thing wrong is the same one.
  for (const CommitResult& check : {check_journal(*this, batch), check_executions(*this, *net),
                                    check_backlog(*this, batch), check_outbox(*this, batch), check_received(*this, batch)}) {
    if (check.outcome != CommitOutcome::kCommitted) return check;
  }
  apply(batch, *net);
  return {};
}

void Tables::apply(const CommitBatch& batch, const NetChanges& net) {
  std::vector<const JournalRow*> rows;
  for (const JournalRow& row : batch.journal) rows.push_back(&row);
  std::sort(rows.begin(), rows.end(), [](const JournalRow* a, const JournalRow* b) {
    return std::tie(a->run, a->batch_no) < std::tie(b->run, b->batch_no);
  });
  for (const JournalRow* row : rows) journal[row->run].push_back(*row);

  for (const ExecutionUpdate& update : net.updates) {
    Execution& execution = executions.at(update.run);
    execution.record.cancel_requested |= update.cancel_requested;
    if (update.attributes) execution.attributes = *update.attributes;
    if (update.deadline_ms) {
      deadlines.erase({execution.deadline_ms, update.run});
      execution.deadline_ms = *update.deadline_ms;
      if (execution.deadline_ms > 0) deadlines.insert({execution.deadline_ms, update.run});
    }
    if (update.close_status != 0) {
      execution.record.close_status = update.close_status;
      execution.record.close_ms = update.close_ms;
      open_runs.erase(workflow_of(execution));
    }
  }
  for (const NewExecution& row : net.opened) {
    const ExecutionOpened& opened = row.opened;
    Execution& execution = executions[opened.run];
    execution.record = {.run = opened.run,
                        .domain = opened.domain,
                        .workflow_id = opened.workflow_id,
                        .type_name = opened.type_name,
                        .type_version = opened.type_version,
                        .close_status = row.close_status,
                        .start_ms = opened.start_ms,
                        .close_ms = row.close_ms,
                        .tags = opened.tags,
                        .parent_workflow_id = opened.parent_workflow_id,
                        .parent_run_id = opened.parent_run_id,
                        .cancel_requested = row.cancel_requested};
    execution.deadline_ms = opened.deadline_ms;
    execution.attributes = opened.attributes;
    if (execution.deadline_ms > 0) deadlines.insert({execution.deadline_ms, opened.run});
    if (row.close_status == 0) open_runs[workflow_of(execution)] = opened.run.run_id;
  }
  for (const BacklogKey& key : batch.backlog_removed) backlog.erase(key);
  for (const BacklogRow& row : batch.backlog_added) backlog[row.key] = row;
  for (const OutboxKey& key : batch.outbox_removed) outbox.erase(key);
  for (const OutboxRow& row : batch.outbox_added) outbox[row.key] = row;
  for (const ReceivedRow& row : batch.received) received[row.key] = {row.verdict, row.received_ms};
}

}  // namespace baton::store::memory
