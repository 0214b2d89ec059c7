#include "tests/engine/history_checks.h"

#include <algorithm>
#include <deque>
#include <map>

#include "coordinator/core/limits.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/core/rebuilt_state.h"

namespace baton::testing {
namespace {

using ListKey = store::Store::ListKey;

constexpr int32_t kAll = 1'000'000;
// Snapshots of a longer history are taken at this many of its records only, to be folded on to the end.
constexpr size_t kSnapshotsFoldedOn = 300;

core::ExecutionState folded_state(const StoredRun& run) {
  core::ExecutionState state;
  for (const journal::v1::Record& record : run.records) {
    const absl::Status applied = core::apply(state, record);
    EXPECT_TRUE(applied.ok()) << applied;
    if (!applied.ok()) break;
  }
  return state;
}

// The rows of a journal: dense, and each says which event it begins with.
void check_rows(const StoredRun& run) {
  int64_t batch_no = 0, next_event_id = 1;
  for (const store::JournalRow& row : run.rows) {
    EXPECT_EQ(row.batch_no, ++batch_no);
    EXPECT_EQ(row.first_event_id, next_event_id) << "batch " << row.batch_no;
    journal::v1::RecordBatch batch;
    ASSERT_TRUE(batch.ParseFromString(row.records)) << "batch " << row.batch_no;
    next_event_id += std::count_if(batch.records().begin(), batch.records().end(), [](const auto& r) { return r.has_event(); });
  }
}

// The stored snapshot of this core's version, if any, folded on.
void check_stored_snapshot(store::LaneSession& lane, const StoredRun& run, const core::ExecutionState& state) {
  const store::RunKey key = run.execution.run;
  const auto loaded = lane.load({&key, 1});
  ASSERT_TRUE(loaded.ok()) << loaded.status();
  ASSERT_EQ(loaded->size(), 1u);
  const store::LoadedRun& stored = loaded->front();
  if (stored.snapshot.empty()) return;
  auto continued = core::from_snapshot(stored.snapshot);
  ASSERT_TRUE(continued.ok()) << continued.status();
  for (const store::JournalRow& row : stored.rows) {
    journal::v1::RecordBatch batch;
    ASSERT_TRUE(batch.ParseFromString(row.records));
    for (const auto& record : batch.records()) ASSERT_TRUE(core::apply(*continued, record).ok()) << record.ShortDebugString();
  }
  EXPECT_TRUE(core::to_snapshot(*continued) == core::to_snapshot(state)) << "the snapshot of batch " << stored.snapshot_batch_no;
}

void check_execution_row(const StoredRun& run, const core::ExecutionState& state) {
  const store::ExecutionRecord& row = run.execution;
  EXPECT_EQ(row.run.run_id, state.identity->run_id);
  EXPECT_EQ(row.domain, state.identity->domain);
  EXPECT_EQ(row.workflow_id, state.identity->workflow_id);
  EXPECT_EQ(row.type_name, state.started().workflow_type().name());
  EXPECT_EQ(row.type_version, state.started().workflow_type().version());
  EXPECT_EQ(row.start_ms, state.identity->started.time_ms());
  EXPECT_THAT(row.tags, ::testing::UnorderedElementsAreArray(state.started().tag_list()));
  EXPECT_EQ(row.close_status, state.close_status);
  EXPECT_EQ(row.close_ms, state.close_ms);
  EXPECT_EQ(row.cancel_requested, state.cancel_requested);
}

// Something will happen next, or somebody outside must: every open run has a deadline, not later than what is due.
void check_deadline(const StoredRun& run, const core::ExecutionState& state, const std::map<core::RunId, int64_t>& columns, int64_t now_ms) {
  const auto column = columns.find(run.execution.run.run_id);
  if (!state.open()) {
    EXPECT_EQ(column, columns.end()) << "a closed run has a deadline";
    return;
  }
  ASSERT_NE(column, columns.end()) << "an open run has no deadline";
  EXPECT_EQ(column->second, state.armed_deadline_ms);
  int64_t grace_ms = 0;
  for (const auto& [id, task] : state.activities) grace_ms = std::max(grace_ms, task.heartbeat_timeout_ms());
  EXPECT_LE(state.armed_deadline_ms, std::max(*core::earliest_deadline_ms(state), now_ms) + core::kTakeOverGraceMs + grace_ms);
}

// The tasks of an open run that wait, and so must have a backlog row.
void gather_waiting(const StoredRun& run, const core::ExecutionState& state, std::map<store::BacklogKey, ListKey>& waiting) {
  if (!state.open()) return;
  const std::string& domain = state.identity->domain;
  if (state.decision && state.can_be_offered(*state.decision)) {
    waiting[{run.execution.run, state.decision->scheduled_event_id}] = {core::TaskKind::kDecision, domain, state.decision->task_list};
  }
  for (const auto& [id, task] : state.activities) {
    if (state.can_be_offered(task)) waiting[{run.execution.run, id}] = {task.kind(), domain, task.task_list()};
  }
}

void gather_lists(const StoredRun& run, std::set<ListKey>& lists) {
  for (const journal::v1::Event* event : run.events()) {
    const std::string& domain = run.execution.domain;
    if (event->has_decision_task_scheduled()) {
      lists.insert({core::TaskKind::kDecision, domain, event->decision_task_scheduled().task_list()});
    } else if (event->has_activity_task_scheduled()) {
      lists.insert({core::TaskKind::kActivity, domain, event->activity_task_scheduled().task_list()});
    } else if (event->has_lambda_function_scheduled()) {
      lists.insert({core::TaskKind::kFunction, domain, event->lambda_function_scheduled().name()});
    }
  }
}

void check_backlog(store::Store& store, const std::set<ListKey>& lists, const std::map<store::BacklogKey, ListKey>& waiting,
                   const std::set<core::RunId>& unreadable) {
  const std::vector<ListKey> asked(lists.begin(), lists.end());
  const auto rows = store.read_backlog(asked, kAll);
  ASSERT_TRUE(rows.ok()) << rows.status();
  std::map<store::BacklogKey, ListKey> stored;
  for (const store::BacklogRow& row : *rows) {
    if (!unreadable.contains(row.key.run.run_id)) stored[row.key] = {row.kind, row.domain, row.task_list};
  }
  for (const auto& [key, list] : waiting) {
    const auto row = stored.find(key);
    EXPECT_TRUE(row != stored.end() && row->second == list)
        << "task " << key.scheduled_event_id << " of run " << key.run.run_id.to_text() << " waits without a backlog row";
  }
  for (const auto& [key, list] : stored) {
    EXPECT_TRUE(waiting.contains(key)) << "task " << key.scheduled_event_id << " of run " << key.run.run_id.to_text()
                                       << " has a backlog row and does not wait";
  }
}

}  // namespace

void check_rebuilding(const StoredRun& run) {
  core::RebuiltState rebuilt;
  std::vector<core::ExecutionState> from_snapshots;
  const size_t every = run.records.size() / kSnapshotsFoldedOn + 1;
  for (size_t i = 0; i < run.records.size(); ++i) {
    if (!rebuilt.add(run.records[i])) return;
    for (core::ExecutionState& state : from_snapshots) ASSERT_TRUE(core::apply(state, run.records[i]).ok());
    if (i % every != 0) continue;
    auto taken = core::from_snapshot(core::to_snapshot(rebuilt.folded()));
    ASSERT_TRUE(taken.ok()) << taken.status();
    from_snapshots.push_back(*std::move(taken));
  }
  const std::string end = core::to_snapshot(rebuilt.folded());
  for (size_t i = 0; i < from_snapshots.size(); ++i) {
    EXPECT_TRUE(core::to_snapshot(from_snapshots[i]) == end) << "folded on from a snapshot after record " << i * every;
  }
}

void check_rows_beside(store::Store& store, std::span<const FoldedRun> runs, int64_t now_ms, const std::set<core::RunId>& unreadable) {
  const auto due = store.due_deadlines(INT64_MAX, kAll);
  ASSERT_TRUE(due.ok()) << due.status();
  std::map<core::RunId, int64_t> columns;
  for (const store::DueDeadline& deadline : *due) columns[deadline.run.run_id] = deadline.deadline_ms;
  std::set<ListKey> lists;
  std::map<store::BacklogKey, ListKey> waiting;
  for (const FoldedRun& folded : runs) {
    SCOPED_TRACE(folded.run->name());
    check_execution_row(*folded.run, *folded.state);
    check_deadline(*folded.run, *folded.state, columns, now_ms);
    gather_waiting(*folded.run, *folded.state, waiting);
    gather_lists(*folded.run, lists);
  }
  check_backlog(store, lists, waiting, unreadable);
}

void check_histories(store::Store& store, const std::set<core::RunId>& unreadable) {
  std::set<store::WorkflowKey> open;
  const auto lane = store.open_lane();
  const std::vector<StoredRun> runs = read_runs(store);
  std::deque<core::ExecutionState> states;
  std::vector<FoldedRun> readable;
  for (const StoredRun& run : runs) {
    const store::ExecutionRecord& row = run.execution;
    if (row.close_status == 0) {
      EXPECT_TRUE(open.insert({row.run.shard, row.domain, row.workflow_id}).second) << "two open runs of " << row.workflow_id;
    }
    if (unreadable.contains(row.run.run_id)) continue;
    SCOPED_TRACE(run.name() + ": " + event_names(run));
    check_rows(run);
    check_rebuilding(run);
    check_events(run);
    states.push_back(folded_state(run));
    if (!states.back().exists()) {
      ADD_FAILURE() << "a run without a journal";
      continue;
    }
    check_stored_snapshot(*lane, run, states.back());
    readable.push_back({&run, &states.back()});
  }
  check_rows_beside(store, readable, 0, unreadable);
}

}  // namespace baton::testing
