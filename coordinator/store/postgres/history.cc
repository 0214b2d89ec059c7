// Pages of one run's journal.
#include <algorithm>

#include "coordinator/store/postgres/statements.h"
#include "coordinator/store/postgres/store.h"

namespace baton::store::postgres {
namespace {

constexpr int32_t kRowsPerPage = 1024;  // rows of tiny batches end a page too

std::vector<JournalRow> journal_rows(RunKey run, const Result& rows) {
  std::vector<JournalRow> journal;
  journal.reserve(static_cast<size_t>(rows.size()));
  for (int i = 0; i < rows.size(); ++i) {
    journal.push_back({.run = run,
                       .batch_no = rows.integer(i, 0),
                       .first_event_id = rows.integer(i, 1),
                       .format = static_cast<int16_t>(rows.integer(i, 2)),
                       .records = rows.bytes(i, 3)});
  }
  return journal;
}

}  // namespace

absl::StatusOr<HistoryPage> PostgresStore::read_history(RunKey run, int64_t from_event_id, bool reverse, int64_t max_bytes) {
  const absl::StatusOr<Result> place =
      readers_.read(kFindBatch, Params().int2(run.shard).uuid(run.run_id).int8(from_event_id));
  if (!place.ok()) return place.status();
  HistoryPage page;
  const int64_t last = place->integer(0, 1);
  if (last == 0) return page;
  const int64_t first = reverse && from_event_id == 0 ? last : std::max<int64_t>(place->integer(0, 0), 1);
  Params params;
  params.int2(run.shard).uuid(run.run_id).int8(first).int8(max_bytes).int4(kRowsPerPage);
  const absl::StatusOr<Result> rows = readers_.read(reverse ? kReadHistoryBackwards : kReadHistory, params);
  if (!rows.ok()) return rows.status();
  page.rows = journal_rows(run, *rows);
  // Rows that were added between the two reads may be on the page: there are no more of them.
  page.more = !page.rows.empty() && (reverse ? page.rows.back().batch_no > 1 : page.rows.back().batch_no < last);
  return page;
}

absl::StatusOr<std::vector<JournalRow>> PostgresStore::read_journal(RunKey run, int64_t from_batch_no, int64_t max_bytes) {
  Params params;
  params.int2(run.shard).uuid(run.run_id).int8(from_batch_no).int8(max_bytes).int4(kRowsPerPage);
  const absl::StatusOr<Result> rows = readers_.read(kReadHistory, params);
  if (!rows.ok()) return rows.status();
  return journal_rows(run, *rows);
}

}  // namespace baton::store::postgres
