// The reads beside the lanes, the registry and the sweeps on PostgreSQL.
#pragma once

#include <memory>
#include <string>

#include "coordinator/store/postgres/postgres_store.h"
#include "coordinator/store/postgres/reader_pool.h"

namespace baton::store::postgres {

class PostgresStore final : public Store {
 public:
  // The tables are there.
  static absl::StatusOr<std::unique_ptr<Store>> open(const std::string& url, const PostgresOptions& options);

  std::unique_ptr<LaneSession> open_lane() override;
  absl::StatusOr<int64_t> now_ms() override;
  int shard_count() const override { return shard_count_; }
  absl::StatusOr<int64_t> epoch() override;
  absl::StatusOr<std::vector<SigningKey>> signing_keys() override;
  absl::StatusOr<HistoryPage> read_history(RunKey run, int64_t from_event_id, bool reverse, int64_t max_bytes) override;
  absl::StatusOr<std::vector<JournalRow>> read_journal(RunKey run, int64_t from_batch_no, int64_t max_bytes) override;
  absl::StatusOr<std::optional<ExecutionRecord>> find_execution(RunKey run) override;
  absl::StatusOr<std::optional<ExecutionRecord>> find_latest(const WorkflowKey& workflow) override;
  absl::StatusOr<std::vector<ExecutionRecord>> list_executions(const ExecutionQuery& query) override;
  absl::StatusOr<int64_t> count_executions(const ExecutionQuery& query, int64_t at_most) override;
  absl::StatusOr<std::vector<DueDeadline>> due_deadlines(int64_t until_ms, int32_t limit) override;
  absl::StatusOr<std::vector<BacklogRow>> read_backlog(std::span<const ListKey> lists, int32_t limit_per_list) override;
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
  PostgresStore(std::string url, PostgresOptions options);

  const std::string url_;
  const PostgresOptions options_;
  const SessionSettings settings_;
  ReaderPool readers_;
  int shard_count_ = 0;
};

}  // namespace baton::store::postgres
