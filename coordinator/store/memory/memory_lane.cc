#include "coordinator/store/memory/memory_lane.h"

#include <algorithm>

#include "coordinator/store/memory/shared.h"

namespace baton::store {

absl::StatusOr<std::vector<LoadedRun>> MemoryLane::load(std::span<const RunKey> runs) {
  if (absl::Status status = store_.before_read("load"); !status.ok()) return status;
  std::unique_lock lock(store_.shared_->mutex);
  const memory::Tables& tables = store_.shared_->tables;
  std::vector<LoadedRun> loaded;
  for (const RunKey& run : runs) {
    LoadedRun one{.run = run};
    if (const auto versions = tables.snapshots.find(run); versions != tables.snapshots.end()) {
      const auto snapshot = versions->second.find(store_.core_version_);
      if (snapshot != versions->second.end()) {
        one.snapshot = snapshot->second.state;
        one.snapshot_batch_no = snapshot->second.batch_no;
      }
    }
    if (const auto journal = tables.journal.find(run); journal != tables.journal.end()) {
      std::copy_if(journal->second.begin(), journal->second.end(), std::back_inserter(one.rows),
                   [&](const JournalRow& row) { return row.batch_no > one.snapshot_batch_no; });
    }
    if (one.snapshot_batch_no == 0 && one.rows.empty()) continue;
    if (const auto row = tables.executions.find(run); row != tables.executions.end()) {
      one.domain = row->second.record.domain;
      one.workflow_id = row->second.record.workflow_id;
    }
    loaded.push_back(std::move(one));
  }
  lock.unlock();
  if (store_.faults_.after_load) store_.faults_.after_load(loaded);
  return loaded;
}

absl::StatusOr<ConfirmReply> MemoryLane::confirm(const ConfirmRequest& request) {
  if (absl::Status status = store_.before_read("confirm"); !status.ok()) return status;
  const std::lock_guard lock(store_.shared_->mutex);
  const memory::Tables& tables = store_.shared_->tables;
  ConfirmReply reply;
  for (const RunKey& run : request.runs) {
    const auto journal = tables.journal.find(run);
    reply.last_batch_no.push_back(journal == tables.journal.end() ? 0 : journal->second.size());
  }
  for (const WorkflowKey& workflow : request.open_runs) {
    const auto open = tables.open_runs.find(workflow);
    reply.open_runs.push_back(open == tables.open_runs.end() ? std::nullopt
                                                             : std::optional(open->second));
  }
  for (const ReceivedKey& key : request.received) {
    const auto row = tables.received.find(key);
    reply.verdicts.push_back(row == tables.received.end() ? std::nullopt
                                                          : std::optional(row->second.verdict));
  }
  return reply;
}

CommitResult MemoryLane::commit(const CommitBatch& batch) {
  const MemoryFaults& faults = store_.faults_;
  if (faults.before_commit) {
    if (std::optional<CommitResult> result = faults.before_commit(batch)) return *result;
  }
  CommitResult result;
  {
    const std::lock_guard lock(store_.shared_->mutex);
    result = store_.shared_->tables.commit(batch);
  }
  if (result.outcome == CommitOutcome::kCommitted && faults.after_commit) {
    if (std::optional<CommitResult> told = faults.after_commit(batch)) return *told;
  }
  return result;
}

absl::Status MemoryLane::save_snapshot(RunKey run, int64_t batch_no, const std::string& snapshot) {
  const std::lock_guard lock(store_.shared_->mutex);
  memory::Tables& tables = store_.shared_->tables;
  const auto journal = tables.journal.find(run);
  const int64_t last = journal == tables.journal.end() ? 0 : journal->second.size();
  if (batch_no < 1 || batch_no > last) {
    return absl::InvalidArgumentError("a snapshot stands at a batch that exists");
  }
  memory::Snapshot& stored = tables.snapshots[run][store_.core_version_];
  if (stored.batch_no < batch_no) stored = {batch_no, snapshot};
  return absl::OkStatus();
}

}  // namespace baton::store
