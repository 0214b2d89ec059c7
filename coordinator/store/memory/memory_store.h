// The store without a database: for simulation, unit tests and the users' test kit. Keeps the same contract as store/postgres (one
// conformance suite runs against both); everything is lost with the object. Deterministic: what it answers follows from the calls
// alone and from `clock`.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string_view>

#include "absl/status/status.h"
#include "coordinator/core/snapshot.h"
#include "coordinator/store/store.h"

namespace baton::store {

// What may go wrong. Called outside the store's lock, on the caller's thread; each may be empty. Set before the store is used, or from
// the thread that uses it.
struct MemoryFaults {
  // A result: returned at once, nothing is applied (a conflict, a rejection, a connection lost before the commit).
  std::function<std::optional<CommitResult>(const CommitBatch&)> before_commit;
  // Called after a batch was applied. A result replaces the success: applied, but told otherwise (kMaybe).
  std::function<std::optional<CommitResult>(const CommitBatch&)> after_commit;
  // Before every call that reads, with its name ("load", "confirm", "read_history", …), and before "move_schedules": an error is returned
  // instead.
  std::function<absl::Status(std::string_view call)> before_read;
  // May damage what a lane loads, as a database may be damaged.
  std::function<void(std::vector<LoadedRun>&)> after_load;
};

struct MemoryOptions {
  int shard_count = 64;
  // Milliseconds since the epoch; empty: the system clock.
  std::function<int64_t()> clock;
  int64_t epoch = 1;
  // Snapshots of another version are kept but not shown.
  int32_t core_version = core::kCoreVersion;
};

// Thread-safe.
class MemoryStore final : public Store {
 public:
  static std::unique_ptr<MemoryStore> make(MemoryOptions options = {});
  // Another coordinator on the same data, with faults of its own; possibly of another version.
  std::unique_ptr<MemoryStore> share(int32_t core_version = core::kCoreVersion);

  MemoryFaults& faults() { return faults_; }

  std::unique_ptr<LaneSession> open_lane() override;  // must not outlive the store
  absl::StatusOr<int64_t> now_ms() override;
  int shard_count() const override;
  absl::StatusOr<int64_t> epoch() override;
  absl::StatusOr<std::vector<SigningKey>> signing_keys() override;
  absl::StatusOr<HistoryPage> read_history(RunKey run, int64_t from_event_id, bool reverse,
                                           int64_t max_bytes) override;
  absl::StatusOr<std::vector<JournalRow>> read_journal(RunKey run, int64_t from_batch_no, int64_t max_bytes) override;
  absl::StatusOr<std::optional<ExecutionRecord>> find_execution(RunKey run) override;
  absl::StatusOr<std::optional<ExecutionRecord>> find_latest(const WorkflowKey& workflow) override;
  absl::StatusOr<std::vector<ExecutionRecord>> list_executions(const ExecutionQuery& query) override;
  absl::StatusOr<int64_t> count_executions(const ExecutionQuery& query, int64_t at_most) override;
  absl::StatusOr<std::vector<DueDeadline>> due_deadlines(int64_t until_ms, int32_t limit) override;
  absl::StatusOr<std::vector<BacklogRow>> read_backlog(std::span<const ListKey> lists,
                                                       int32_t limit_per_list) override;
  absl::StatusOr<int64_t> count_backlog(const ListKey& list, int64_t at_most) override;
  absl::StatusOr<std::vector<OutboxRow>> read_outbox(int64_t created_before_ms, int32_t limit, const std::optional<OutboxKey>& after) override;
  absl::StatusOr<RegistryDump> read_registry() override;
  absl::StatusOr<int64_t> registry_version() override;
  absl::Status change_registry(const RegistryChange& change) override;
  absl::StatusOr<std::optional<std::string>> find_received(const ReceivedKey& key) override;
  absl::StatusOr<std::optional<ScheduleRow>> find_schedule(const ScheduleKey& key) override;
  absl::StatusOr<std::vector<ScheduleRow>> list_schedules(const std::string& domain, const std::string& after, int32_t limit) override;
  absl::StatusOr<int64_t> count_schedules(const std::string& domain, int64_t at_most) override;
  absl::StatusOr<std::vector<ScheduleRow>> due_schedules(int64_t until_ms, int32_t limit) override;
  absl::Status change_schedule(const ScheduleChange& change) override;
  absl::StatusOr<std::vector<bool>> move_schedules(std::span<const ScheduleRow> rows) override;
  absl::StatusOr<int64_t> purge_received(int64_t older_than_ms, int32_t limit) override;
  absl::StatusOr<int64_t> remove_closed_runs(const std::string& domain, int64_t closed_before_ms, int32_t limit) override;
  absl::StatusOr<int64_t> remove_remains(int32_t limit) override;
  absl::Status heartbeat(const std::string& instance_id, const std::string& address) override;

 private:
  friend class MemoryLane;
  struct Shared;
  MemoryStore(std::shared_ptr<Shared> shared, int32_t core_version)
      : shared_(std::move(shared)), core_version_(core_version) {}
  absl::Status before_read(std::string_view call) const;

  const std::shared_ptr<Shared> shared_;
  const int32_t core_version_;
  MemoryFaults faults_;
};

}  // namespace baton::store
