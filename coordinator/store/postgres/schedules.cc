// Schedules: found by key, listed by domain, swept by time, changed by compare and set on their version.
#include <algorithm>
#include <numeric>

#include "coordinator/store/postgres/received.h"
#include "coordinator/store/postgres/statements.h"
#include "coordinator/store/postgres/store.h"

namespace baton::store::postgres {

namespace {

Params key_of(const ScheduleKey& key) { return Params().int2(key.shard).text(key.domain).text(key.schedule_id); }

std::vector<ScheduleRow> rows_of(const Result& result) {
  std::vector<ScheduleRow> rows;
  for (int i = 0; i < result.size(); ++i) {
    rows.push_back({.key = {static_cast<int16_t>(result.integer(i, 0)), result.text(i, 1), result.text(i, 2)},
                    .version = result.integer(i, 3),
                    .next_ms = result.integer(i, 4),
                    .definition = result.bytes(i, 5),
                    .state = result.bytes(i, 6)});
  }
  return rows;
}

Answer write(Connection& connection, const Store::ScheduleChange& change) {
  const ScheduleRow& row = change.row;
  Params params = key_of(row.key);
  params.int8(row.version);
  if (change.deletes) return connection.run(kDeleteSchedule, params);
  params.int8(row.next_ms).text(row.definition).text(row.state);
  return connection.run(change.is_new ? kAddSchedule : kSetSchedule, params);
}

// Within a transaction.
absl::Status apply(Connection& connection, const Store::ScheduleChange& change) {
  const Answer written = write(connection, change);
  if (!written.ok()) return to_status(*written.error);
  if (written.result.affected() > 0) return change.received ? add_received(connection, *change.received) : absl::OkStatus();
  if (change.received) {
    const auto repeat = is_received(connection, change.received->key);
    if (!repeat.ok()) return repeat.status();
    if (*repeat) return absl::AlreadyExistsError("this request was received before");
  }
  return absl::FailedPreconditionError("the schedule has moved on");
}

}  // namespace

absl::StatusOr<std::optional<ScheduleRow>> PostgresStore::find_schedule(const ScheduleKey& key) {
  const absl::StatusOr<Result> result = readers_.read(kFindSchedule, key_of(key));
  if (!result.ok()) return result.status();
  if (result->size() == 0) return std::nullopt;
  return rows_of(*result)[0];
}

absl::StatusOr<std::vector<ScheduleRow>> PostgresStore::list_schedules(const std::string& domain, const std::string& after, int32_t limit) {
  const absl::StatusOr<Result> result = readers_.read(kListSchedules, Params().text(domain).text(after).int4(limit));
  if (!result.ok()) return result.status();
  return rows_of(*result);
}

absl::StatusOr<int64_t> PostgresStore::count_schedules(const std::string& domain, int64_t at_most) {
  const absl::StatusOr<Result> result = readers_.read(kCountSchedules, Params().text(domain).int8(at_most));
  if (!result.ok()) return result.status();
  return result->integer(0, 0);
}

absl::StatusOr<std::vector<ScheduleRow>> PostgresStore::due_schedules(int64_t until_ms, int32_t limit) {
  const absl::StatusOr<Result> result = readers_.read(kDueSchedules, Params().int8(until_ms).int4(limit));
  if (!result.ok()) return result.status();
  return rows_of(*result);
}

absl::Status PostgresStore::change_schedule(const ScheduleChange& change) {
  return readers_.in_transaction("BEGIN", [&](Connection& connection) { return apply(connection, change); });
}

absl::StatusOr<std::vector<bool>> PostgresStore::move_schedules(std::span<const ScheduleRow> rows) {
  std::vector<bool> moved(rows.size(), false);
  if (rows.empty()) return moved;
  // In the order of their keys, so that two coordinators that move the same rows wait for each other at the first one.
  std::vector<size_t> order(rows.size());
  std::iota(order.begin(), order.end(), size_t{0});
  std::sort(order.begin(), order.end(), [&](size_t a, size_t b) { return rows[a].key < rows[b].key; });
  Params params;
  params.int2s(order, [&](size_t i) { return rows[i].key.shard; })
      .texts(order, [&](size_t i) { return std::string_view(rows[i].key.domain); })
      .texts(order, [&](size_t i) { return std::string_view(rows[i].key.schedule_id); })
      .int8s(order, [&](size_t i) { return rows[i].version; })
      .int8s(order, [&](size_t i) { return rows[i].next_ms; })
      .byteas(order, [&](size_t i) { return std::string_view(rows[i].state); });
  const absl::StatusOr<Result> result = readers_.read(kMoveSchedules, params);
  if (!result.ok()) return result.status();
  for (int i = 0; i < result->size(); ++i) moved[order[static_cast<size_t>(result->integer(i, 0)) - 1]] = true;
  return moved;
}

}  // namespace baton::store::postgres
