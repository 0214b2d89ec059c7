#include "coordinator/store/postgres/store.h"

#include <algorithm>

#include "absl/strings/str_cat.h"
#include "coordinator/store/postgres/postgres_lane.h"
#include "coordinator/store/postgres/random_bytes.h"
#include "coordinator/store/postgres/session_settings.h"
#include "coordinator/store/postgres/statements.h"

namespace baton::store {
namespace postgres {
namespace {

constexpr size_t kSecretBytes = 32;
constexpr int64_t kRemovedBytes = 8 << 20;  // of journal rows in one statement: large ones count more than one

std::vector<std::unique_ptr<Session>> reader_sessions(const std::string& url, const SessionSettings& settings, const PostgresOptions& options) {
  std::vector<std::unique_ptr<Session>> sessions;
  for (int i = 0; i < std::max(1, options.readers); ++i) {
    sessions.push_back(std::make_unique<Session>(url, settings, options.read_within));
  }
  return sessions;
}

}  // namespace

PostgresStore::PostgresStore(std::string url, PostgresOptions options)
    : url_(std::move(url)),
      options_(std::move(options)),
      settings_(session_settings(options_)),
      readers_(reader_sessions(url_, settings_, options_), options_.read_within) {}

absl::StatusOr<std::unique_ptr<Store>> PostgresStore::open(const std::string& url, const PostgresOptions& options) {
  std::unique_ptr<PostgresStore> store(new PostgresStore(url, options));
  const absl::StatusOr<Result> meta = store->readers_.read(kMeta, {});
  if (!meta.ok()) return meta.status();
  if (meta->size() != 1) return absl::FailedPreconditionError("the database's table meta has no row: restore it or start with an empty schema");
  store->shard_count_ = static_cast<int>(meta->integer(0, 0));
  return store;
}

std::unique_ptr<LaneSession> PostgresStore::open_lane() {
  return std::make_unique<PostgresLane>(Session(url_, settings_, options_.read_within), options_);
}

absl::StatusOr<int64_t> PostgresStore::now_ms() {
  const absl::StatusOr<Result> result = readers_.read(kDatabaseClock, {});
  if (!result.ok()) return result.status();
  return result->integer(0, 0);
}

absl::StatusOr<int64_t> PostgresStore::epoch() {
  const absl::StatusOr<Result> result = readers_.read(kMeta, {});
  if (!result.ok()) return result.status();
  return result->integer(0, 1);
}

absl::StatusOr<std::vector<SigningKey>> PostgresStore::signing_keys() {
  absl::StatusOr<Result> result = readers_.read(kSigningKeys, {});
  if (result.ok() && result->size() == 0) {
    // Of two coordinators that start at once one makes the key, both read it.
    const absl::StatusOr<Result> made = readers_.read(kFirstSigningKey, Params().text(random_bytes(kSecretBytes)));
    if (!made.ok()) return made.status();
    result = readers_.read(kSigningKeys, {});
  }
  if (!result.ok()) return result.status();
  std::vector<SigningKey> keys;
  for (int i = 0; i < result->size(); ++i) {
    keys.push_back({.id = static_cast<int32_t>(result->integer(i, 0)), .secret = result->bytes(i, 1), .active = result->flag(i, 2)});
  }
  return keys;
}

absl::StatusOr<std::vector<DueDeadline>> PostgresStore::due_deadlines(int64_t until_ms, int32_t limit) {
  const absl::StatusOr<Result> result = readers_.read(kDueDeadlines, Params().int8(until_ms).int4(limit));
  if (!result.ok()) return result.status();
  std::vector<DueDeadline> due;
  for (int i = 0; i < result->size(); ++i) {
    due.push_back({{static_cast<int16_t>(result->integer(i, 0)), result->uuid(i, 1)}, result->integer(i, 2)});
  }
  return due;
}

absl::StatusOr<std::vector<BacklogRow>> PostgresStore::read_backlog(std::span<const ListKey> lists, int32_t limit_per_list) {
  std::vector<BacklogRow> rows;
  if (lists.empty()) return rows;
  Params params;
  params.int2s(lists, [](const ListKey& list) { return static_cast<int16_t>(list.kind); })
      .texts(lists, &ListKey::domain)
      .texts(lists, &ListKey::task_list)
      .int4(limit_per_list);
  const absl::StatusOr<Result> result = readers_.read(kReadBacklog, params);
  if (!result.ok()) return result.status();
  for (int i = 0; i < result->size(); ++i) {
    rows.push_back({.key = {{static_cast<int16_t>(result->integer(i, 0)), result->uuid(i, 1)}, result->integer(i, 2)},
                    .kind = static_cast<core::TaskKind>(result->integer(i, 3)),
                    .domain = result->text(i, 4),
                    .task_list = result->text(i, 5),
                    .workflow_id = result->text(i, 6),
                    .priority = static_cast<int32_t>(result->integer(i, 7)),
                    .scheduled_ms = result->integer(i, 8)});
  }
  return rows;
}

absl::StatusOr<int64_t> PostgresStore::count_backlog(const ListKey& list, int64_t at_most) {
  const absl::StatusOr<Result> result = readers_.read(
      kCountBacklog, Params().int2(static_cast<int16_t>(list.kind)).text(list.domain).text(list.task_list).int8(at_most));
  if (!result.ok()) return result.status();
  return result->integer(0, 0);
}

absl::StatusOr<std::optional<std::string>> PostgresStore::find_received(const ReceivedKey& key) {
  Params params;
  params.int2(key.workflow.shard).text(key.workflow.domain).text(key.workflow.workflow_id).text(key.source).text(key.id);
  const absl::StatusOr<Result> result = readers_.read(kFindReceived, params);
  if (!result.ok()) return result.status();
  if (result->size() == 0) return std::nullopt;
  return result->bytes(0, 0);
}

absl::StatusOr<std::vector<OutboxRow>> PostgresStore::read_outbox(int64_t created_before_ms, int32_t limit,
                                                                  const std::optional<OutboxKey>& after) {
  const OutboxKey from = after.value_or(OutboxKey{.source = {-1, {}}});
  Params params;
  params.int8(created_before_ms).int4(limit).int2(from.source.shard).uuid(from.source.run_id).int2(from.kind).int8(from.subject);
  const absl::StatusOr<Result> result = readers_.read(kReadOutbox, params);
  if (!result.ok()) return result.status();
  std::vector<OutboxRow> rows;
  for (int i = 0; i < result->size(); ++i) {
    rows.push_back({.key = {.source = {static_cast<int16_t>(result->integer(i, 0)), result->uuid(i, 1)},
                            .kind = static_cast<int16_t>(result->integer(i, 2)),
                            .subject = result->integer(i, 3)},
                    .message = result->bytes(i, 5),
                    .created_ms = result->integer(i, 4)});
  }
  return rows;
}

absl::StatusOr<int64_t> PostgresStore::purge_received(int64_t older_than_ms, int32_t limit) {
  const absl::StatusOr<Result> result = readers_.read(kPurgeReceived, Params().int8(older_than_ms).int4(limit).int8(kMessageClockMarginMs));
  if (!result.ok()) return result.status();
  return result->affected();
}

absl::StatusOr<int64_t> PostgresStore::remove_closed_runs(const std::string& domain, int64_t closed_before_ms, int32_t limit) {
  const absl::StatusOr<Result> result = readers_.read(kRemoveClosedRuns, Params().text(domain).int8(closed_before_ms).int4(limit));
  if (!result.ok()) return result.status();
  return result->affected();
}

absl::StatusOr<int64_t> PostgresStore::remove_remains(int32_t limit) {
  const absl::StatusOr<Result> result = readers_.read(kRemoveRemains, Params().int4(limit).int8(kRemovedBytes));
  if (!result.ok()) return result.status();
  return result->integer(0, 0);
}

absl::Status PostgresStore::heartbeat(const std::string& instance_id, const std::string& address) {
  return readers_.read(kHeartbeat, Params().text(instance_id).text(address)).status();
}

}  // namespace postgres

absl::StatusOr<std::unique_ptr<Store>> open_postgres_store(const std::string& url, const PostgresOptions& options) {
  if (absl::Status status = check_server(url, options); !status.ok()) return status;
  if (absl::Status status = migrate(url, options); !status.ok()) return status;
  return postgres::PostgresStore::open(url, options);
}

}  // namespace baton::store
