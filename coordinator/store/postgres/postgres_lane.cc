#include "coordinator/store/postgres/postgres_lane.h"

namespace baton::store::postgres {
namespace {

enum LoadKind : int64_t { kRunAndSnapshot = 0, kJournalRow = 1 };
enum ConfirmKind : int64_t { kLastBatch = 0, kOpenRun = 1, kVerdict = 2 };

JournalRow journal_row(const RunKey& run, const Result& result, int i) {
  return {.run = run,
          .batch_no = result.integer(i, 2),
          .first_event_id = result.integer(i, 3),
          .format = static_cast<int16_t>(result.integer(i, 4)),
          .records = result.bytes(i, 5)};
}

}  // namespace

PostgresLane::PostgresLane(Session session, const PostgresOptions& options)
    : session_(std::move(session)), core_version_(options.core_version), settle_within_(options.settle_within) {}

absl::StatusOr<std::vector<LoadedRun>> PostgresLane::load(std::span<const RunKey> runs) {
  std::vector<LoadedRun> loaded;
  if (runs.empty()) return loaded;
  Params params;
  params.int2s(runs, &RunKey::shard).uuids(runs, &RunKey::run_id).int4(core_version_);
  const absl::StatusOr<Result> result = session_.read(kLoadRuns, params);
  if (!result.ok()) return result.status();
  const auto drop_empty = [&] {
    if (!loaded.empty() && loaded.back().snapshot_batch_no == 0 && loaded.back().rows.empty()) loaded.pop_back();
  };
  for (int i = 0; i < result->size(); ++i) {
    const RunKey& run = runs[static_cast<size_t>(result->integer(i, 0) - 1)];
    if (result->integer(i, 1) == kJournalRow) {
      loaded.back().rows.push_back(journal_row(run, *result, i));
      continue;
    }
    drop_empty();
    LoadedRun& one = loaded.emplace_back(LoadedRun{.run = run});
    one.snapshot_batch_no = result->integer(i, 2);
    if (one.snapshot_batch_no > 0) one.snapshot = result->bytes(i, 5);
    if (result->is_null(i, 6)) continue;
    one.domain = result->text(i, 6);
    one.workflow_id = result->text(i, 7);
  }
  drop_empty();
  return loaded;
}

absl::StatusOr<ConfirmReply> PostgresLane::confirm(const ConfirmRequest& request) {
  ConfirmReply reply;
  reply.last_batch_no.resize(request.runs.size());
  reply.open_runs.resize(request.open_runs.size());
  reply.verdicts.resize(request.received.size());
  if (request.runs.empty() && request.open_runs.empty() && request.received.empty()) return reply;
  Params params;
  params.int2s(request.runs, &RunKey::shard).uuids(request.runs, &RunKey::run_id);
  params.int2s(request.open_runs, &WorkflowKey::shard)
      .texts(request.open_runs, &WorkflowKey::domain)
      .texts(request.open_runs, &WorkflowKey::workflow_id);
  params.int2s(request.received, [](const ReceivedKey& key) { return key.workflow.shard; })
      .texts(request.received, [](const ReceivedKey& key) { return std::string_view(key.workflow.domain); })
      .texts(request.received, [](const ReceivedKey& key) { return std::string_view(key.workflow.workflow_id); })
      .texts(request.received, &ReceivedKey::source)
      .texts(request.received, &ReceivedKey::id);
  const absl::StatusOr<Result> result = session_.read(kConfirm, params);
  if (!result.ok()) return result.status();
  for (int i = 0; i < result->size(); ++i) {
    const size_t place = static_cast<size_t>(result->integer(i, 1) - 1);
    switch (result->integer(i, 0)) {
      case kLastBatch: reply.last_batch_no[place] = result->integer(i, 2); break;
      case kOpenRun: reply.open_runs[place] = result->uuid(i, 3); break;
      case kVerdict: reply.verdicts[place] = result->bytes(i, 4); break;
    }
  }
  return reply;
}

CommitResult PostgresLane::commit(const CommitBatch& batch) {
  const absl::StatusOr<CommitForm> form = commit_form(batch);
  if (!form.ok()) return {CommitOutcome::kRejected, form.status()};
  if (form->steps.empty()) return {};
  return commit_and_settle(session_, *form, batch.commit_id, std::chrono::steady_clock::now() + settle_within_);
}

absl::Status PostgresLane::save_snapshot(RunKey run, int64_t batch_no, const std::string& snapshot) {
  Params params;
  params.int2(run.shard).uuid(run.run_id).int8(batch_no).int4(core_version_).text(snapshot);
  const absl::StatusOr<Result> result = session_.read(kSaveSnapshot, params);  // may be repeated: it replaces only older ones
  if (!result.ok()) return result.status();
  if (!result->flag(0, 0)) return absl::InvalidArgumentError("a snapshot stands at a batch that exists");
  return absl::OkStatus();
}

}  // namespace baton::store::postgres
