// Visibility: executions by run, by workflow id, and lists with keyset pages.
#include <limits>

#include "coordinator/store/postgres/statements.h"
#include "coordinator/store/postgres/store.h"

namespace baton::store::postgres {
namespace {

constexpr int64_t kNoBound = std::numeric_limits<int64_t>::max();

ExecutionRecord record_of(const Result& result, int row) {
  ExecutionRecord record{.run = {static_cast<int16_t>(result.integer(row, 0)), result.uuid(row, 1)},
                         .domain = result.text(row, 2),
                         .workflow_id = result.text(row, 3),
                         .type_name = result.text(row, 4),
                         .type_version = result.text(row, 5),
                         .close_status = static_cast<int16_t>(result.integer(row, 6)),
                         .start_ms = result.integer(row, 7),
                         .close_ms = result.integer(row, 8),
                         .tags = result.texts(row, 9),
                         .parent_workflow_id = result.text(row, 10),
                         .parent_run_id = std::nullopt,
                         .cancel_requested = result.flag(row, 12)};
  if (!result.is_null(row, 11)) record.parent_run_id = result.uuid(row, 11);
  return record;
}

absl::StatusOr<std::optional<ExecutionRecord>> only_record(const absl::StatusOr<Result>& result) {
  if (!result.ok()) return result.status();
  if (result->size() == 0) return std::nullopt;
  return record_of(*result, 0);
}

Params bounds_of(const ExecutionQuery& query) {
  return Params().text(query.domain).int8(query.oldest_ms).int8(query.latest_ms == 0 ? kNoBound : query.latest_ms);
}

// In the order of list_statements.cc.
void add_filters(const ExecutionQuery& query, int shard_count, Params& params) {
  if (!query.workflow_id.empty()) {
    params.int2(shard_of(query.domain, query.workflow_id, shard_count)).text(query.workflow_id);
  }
  if (!query.type_name.empty()) params.text(query.type_name);
  if (!query.type_version.empty()) params.text(query.type_version);
  if (!query.tag.empty()) params.text(query.tag);
  if (!query.attribute_name.empty()) {
    params.text(query.attribute_name).text(query.attribute_least);
    if (query.attribute_least != query.attribute_most) params.text(query.attribute_most);
  }
  if (query.close_status != 0) params.int2(query.close_status);
  if (!query.open && query.closed_after_ms != 0) params.int8(query.closed_after_ms);
}

// What lies before every row.
std::pair<int64_t, RunId> beginning(bool oldest_first) {
  RunId highest;
  highest.bytes.fill(0xff);
  return oldest_first ? std::pair(int64_t{-1}, RunId{}) : std::pair(kNoBound, highest);
}

}  // namespace

absl::StatusOr<std::optional<ExecutionRecord>> PostgresStore::find_execution(RunKey run) {
  return only_record(readers_.read(kFindExecution, Params().int2(run.shard).uuid(run.run_id)));
}

absl::StatusOr<std::optional<ExecutionRecord>> PostgresStore::find_latest(const WorkflowKey& workflow) {
  return only_record(
      readers_.read(kFindLatest, Params().int2(workflow.shard).text(workflow.domain).text(workflow.workflow_id)));
}

absl::StatusOr<std::vector<ExecutionRecord>> PostgresStore::list_executions(const ExecutionQuery& query) {
  const auto [after_ms, after_run] = query.after.value_or(beginning(query.oldest_first));
  Params params = bounds_of(query);
  params.int8(after_ms).uuid(after_run).int4(query.limit);
  add_filters(query, shard_count_, params);
  const ListStatement statement = list_statement(query);
  const absl::StatusOr<Result> result = readers_.read(statement.view(), params);
  if (!result.ok()) return result.status();
  std::vector<ExecutionRecord> records;
  for (int i = 0; i < result->size(); ++i) records.push_back(record_of(*result, i));
  return records;
}

absl::StatusOr<int64_t> PostgresStore::count_executions(const ExecutionQuery& query, int64_t at_most) {
  Params params = bounds_of(query);
  params.int8(at_most);
  add_filters(query, shard_count_, params);
  const ListStatement statement = count_statement(query);
  const absl::StatusOr<Result> result = readers_.read(statement.view(), params);
  if (!result.ok()) return result.status();
  return result->integer(0, 0);
}

}  // namespace baton::store::postgres
