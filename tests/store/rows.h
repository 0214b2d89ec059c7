// Rows for the tests of the store: runs with their names, batches built row by row, and text forms to compare what is read.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "coordinator/store/store.h"

namespace baton::store {

inline constexpr int kShards = 64;

// A run and what identifies its workflow. Distinct numbers give distinct run ids, in ascending order.
struct NamedRun {
  explicit NamedRun(std::string id, int number = 1, std::string in_domain = "orders");
  std::string domain, workflow_id;
  RunKey key;
  WorkflowKey workflow() const { return {key.shard, domain, workflow_id}; }
};

RunId numbered_run_id(int number);

// A group commit, built row by row; a commit id of its own. Times and types are the same everywhere unless a test sets them.
class Batch {
 public:
  Batch();
  Batch& append(const NamedRun& run, int64_t batch_no, int64_t first_event_id, std::string records = "records");
  // An empty journal row less: batch n begins with event n.
  Batch& append(const NamedRun& run, int64_t batch_no) { return append(run, batch_no, batch_no); }
  Batch& open(const NamedRun& run, int64_t start_ms = 1000, int64_t deadline_ms = 0);
  Batch& close(const NamedRun& run, int16_t status = 1, int64_t close_ms = 2000);
  Batch& set_deadline(const NamedRun& run, int64_t deadline_ms);
  Batch& request_cancel(const NamedRun& run);
  Batch& remove_task(const NamedRun& run, int64_t scheduled_event_id);
  Batch& add_task(const NamedRun& run, int64_t scheduled_event_id, std::string task_list = "pack", int32_t priority = 0,
                  int64_t scheduled_ms = 500);
  Batch& send(const NamedRun& run, int16_t kind, int64_t subject, std::string message, int64_t created_ms = 500);
  Batch& take(const NamedRun& run, int16_t kind, int64_t subject);
  Batch& receive(const NamedRun& run, std::string id, std::string verdict = "done", int64_t received_ms = 100);

  CommitBatch& rows() { return rows_; }
  operator const CommitBatch&() const { return rows_; }  // NOLINT: a batch is what commit() takes

 private:
  CommitBatch rows_;
};

ReceivedKey received_key(const NamedRun& run, std::string id);

// "committed", "conflict", "rejected" or "maybe": a word in a failed comparison says more than a number.
std::string_view told(const CommitResult& result);

std::string show(const JournalRow& row);
std::string show(const LoadedRun& run);
std::string show(const ExecutionRecord& record);
std::string show(const BacklogRow& row);
std::string show(const DueDeadline& due);

// The elements' texts, a line each.
template <typename Elements>
std::string show_all(const Elements& elements) {
  std::string text;
  for (const auto& element : elements) text += show(element) + "\n";
  return text;
}

}  // namespace baton::store
