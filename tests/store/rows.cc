#include "tests/store/rows.h"

#include <atomic>
#include <cstring>

#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"

namespace baton::store {
namespace {

constexpr int64_t kFirstRunMs = 1'700'000'000'000;

CommitId next_commit_id() {
  static std::atomic<uint64_t> last{0};
  const uint64_t number = ++last;
  CommitId id{};
  std::memcpy(id.data(), &number, sizeof number);
  return id;
}

}  // namespace

RunId numbered_run_id(int number) { return core::make_time_ordered(kFirstRunMs + number, std::array<uint8_t, 10>{1, 2, 3}); }

NamedRun::NamedRun(std::string id, int number, std::string in_domain)
    : domain(std::move(in_domain)),
      workflow_id(std::move(id)),
      key{shard_of(domain, workflow_id, kShards), numbered_run_id(number)} {}

Batch::Batch() { rows_.commit_id = next_commit_id(); }

Batch& Batch::append(const NamedRun& run, int64_t batch_no, int64_t first_event_id, std::string records) {
  JournalRow& row = rows_.journal.emplace_back();
  row.run = run.key;
  row.batch_no = batch_no;
  row.first_event_id = first_event_id;
  row.records = std::move(records);
  return *this;
}

Batch& Batch::open(const NamedRun& run, int64_t start_ms, int64_t deadline_ms) {
  ExecutionOpened& row = rows_.opened.emplace_back();
  row.run = run.key;
  row.domain = run.domain;
  row.workflow_id = run.workflow_id;
  row.type_name = "process_order";
  row.type_version = "1";
  row.start_ms = start_ms;
  row.deadline_ms = deadline_ms;
  return *this;
}

Batch& Batch::close(const NamedRun& run, int16_t status, int64_t close_ms) {
  rows_.closed.push_back({run.key, run.domain, run.workflow_id, status, close_ms});
  return *this;
}

Batch& Batch::set_deadline(const NamedRun& run, int64_t deadline_ms) {
  rows_.changed.push_back({run.key, run.domain, run.workflow_id, deadline_ms, false});
  return *this;
}

Batch& Batch::request_cancel(const NamedRun& run) {
  rows_.changed.push_back({run.key, run.domain, run.workflow_id, std::nullopt, true});
  return *this;
}

Batch& Batch::remove_task(const NamedRun& run, int64_t scheduled_event_id) {
  rows_.backlog_removed.push_back({run.key, scheduled_event_id});
  return *this;
}

Batch& Batch::add_task(const NamedRun& run, int64_t scheduled_event_id, std::string task_list, int32_t priority,
                       int64_t scheduled_ms) {
  BacklogRow& row = rows_.backlog_added.emplace_back();
  row.key = {run.key, scheduled_event_id};
  row.kind = core::TaskKind::kActivity;
  row.domain = run.domain;
  row.task_list = std::move(task_list);
  row.workflow_id = run.workflow_id;
  row.priority = priority;
  row.scheduled_ms = scheduled_ms;
  return *this;
}

Batch& Batch::send(const NamedRun& run, int16_t kind, int64_t subject, std::string message, int64_t created_ms) {
  rows_.outbox_added.push_back({{run.key, kind, subject}, std::move(message), created_ms});
  return *this;
}

Batch& Batch::take(const NamedRun& run, int16_t kind, int64_t subject) {
  rows_.outbox_removed.push_back({run.key, kind, subject});
  return *this;
}

Batch& Batch::receive(const NamedRun& run, std::string id, std::string verdict, int64_t received_ms) {
  rows_.received.push_back({received_key(run, std::move(id)), std::move(verdict), received_ms});
  return *this;
}

ReceivedKey received_key(const NamedRun& run, std::string id) { return {run.workflow(), "signal", std::move(id)}; }

std::string_view told(const CommitResult& result) {
  switch (result.outcome) {
    case CommitOutcome::kCommitted:
      return "committed";
    case CommitOutcome::kConflict:
      return "conflict";
    case CommitOutcome::kRejected:
      return "rejected";
    case CommitOutcome::kMaybe:
      return "maybe";
  }
  return "something unknown";
}

std::string show(const JournalRow& row) {
  return absl::StrCat(row.run.shard, "/", row.run.run_id.to_text(), " batch ", row.batch_no, " from event ", row.first_event_id,
                      " format ", row.format, " ", absl::CHexEscape(row.records));
}

std::string show(const LoadedRun& run) {
  return absl::StrCat("run ", run.run.shard, "/", run.run.run_id.to_text(), " of ", run.domain, " ", run.workflow_id,
                      ", snapshot ", run.snapshot_batch_no, " ", absl::CHexEscape(run.snapshot), "\n", show_all(run.rows));
}

std::string show(const ExecutionRecord& record) {
  return absl::StrCat("execution ", record.run.shard, "/", record.run.run_id.to_text(), " of ", record.domain, " ",
                      record.workflow_id, " type ", record.type_name, " ", record.type_version, " started ", record.start_ms,
                      " closed ", record.close_ms, " as ", record.close_status, " tags ", absl::StrJoin(record.tags, ","),
                      " parent ", record.parent_workflow_id, " ", record.parent_run_id ? record.parent_run_id->to_text() : "none",
                      record.cancel_requested ? " cancel requested" : "");
}

std::string show(const BacklogRow& row) {
  return absl::StrCat("task ", row.key.run.shard, "/", row.key.run.run_id.to_text(), " event ", row.key.scheduled_event_id,
                      " kind ", static_cast<int>(row.kind), " of ", row.domain, " ", row.workflow_id, " on ", row.task_list,
                      " priority ", row.priority, " since ", row.scheduled_ms);
}

std::string show(const DueDeadline& due) {
  return absl::StrCat("deadline ", due.deadline_ms, " of ", due.run.shard, "/", due.run.run_id.to_text());
}

}  // namespace baton::store
