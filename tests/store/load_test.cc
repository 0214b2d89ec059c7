// What a lane reads: runs with their snapshots, and the one query that confirms.
#include "tests/store/store_test.h"

namespace baton::store {
namespace {

class LoadTest : public StoreTest {
 protected:
  std::vector<LoadedRun> load(std::vector<RunKey> runs) { return must(lane().load(runs)); }
  void append_batches(const NamedRun& run, int count) {
    Batch batch;
    for (int n = 1; n <= count; ++n) batch.append(run, n, n, "batch " + std::to_string(n));
    ASSERT_EQ(commit(batch), "committed");
  }
  static std::vector<int64_t> batches(const LoadedRun& run) {
    std::vector<int64_t> numbers;
    for (const JournalRow& row : run.rows) numbers.push_back(row.batch_no);
    return numbers;
  }
};
ON_BOTH_STORES(LoadTest);

TEST_P(LoadTest, WithoutASnapshotAllRowsCome) {
  const NamedRun run("order-1");
  ASSERT_EQ(commit(Batch().append(run, 1, 1, "a").open(run).append(run, 2, 4, "b")), "committed");
  EXPECT_EQ(show_all(load({run.key})),
            show(LoadedRun{.run = run.key,
                           .domain = "orders",
                           .workflow_id = "order-1",
                           .snapshot = "",
                           .snapshot_batch_no = 0,
                           .rows = Batch().append(run, 1, 1, "a").append(run, 2, 4, "b").rows().journal}) +
                "\n");
}

TEST_P(LoadTest, WithASnapshotTheRowsAfterItCome) {
  const NamedRun run("order-1");
  append_batches(run, 3);
  ASSERT_TRUE(lane().save_snapshot(run.key, 2, "folded").ok());
  const LoadedRun loaded = load({run.key}).at(0);
  EXPECT_EQ(loaded.snapshot, "folded");
  EXPECT_EQ(loaded.snapshot_batch_no, 2);
  EXPECT_THAT(batches(loaded), testing::ElementsAre(3));
}

TEST_P(LoadTest, ASnapshotOfTheLastBatchStandsAlone) {
  const NamedRun run("order-1");
  append_batches(run, 2);
  ASSERT_TRUE(lane().save_snapshot(run.key, 2, "folded").ok());
  const LoadedRun loaded = load({run.key}).at(0);
  EXPECT_EQ(loaded.snapshot_batch_no, 2);
  EXPECT_TRUE(loaded.rows.empty());
}

TEST_P(LoadTest, AnotherCoreVersionsSnapshotIsNotShown) {
  const NamedRun run("order-1");
  append_batches(run, 3);
  ASSERT_TRUE(lane().save_snapshot(run.key, 2, "of this version").ok());
  const std::unique_ptr<Store> newer = another(core::kCoreVersion + 1);
  const std::unique_ptr<LaneSession> newer_lane = newer->open_lane();
  LoadedRun loaded = must(newer_lane->load(std::vector{run.key})).at(0);
  EXPECT_EQ(loaded.snapshot_batch_no, 0);
  EXPECT_EQ(loaded.snapshot, "");
  EXPECT_THAT(batches(loaded), testing::ElementsAre(1, 2, 3));

  ASSERT_TRUE(newer_lane->save_snapshot(run.key, 3, "of the next version").ok());
  EXPECT_EQ(must(newer_lane->load(std::vector{run.key})).at(0).snapshot, "of the next version");
  loaded = load({run.key}).at(0);
  EXPECT_EQ(loaded.snapshot, "of this version") << "each version has its own";
  EXPECT_THAT(batches(loaded), testing::ElementsAre(3));
}

TEST_P(LoadTest, AnOlderSnapshotNeverReplacesANewerOne) {
  const NamedRun run("order-1");
  append_batches(run, 3);
  ASSERT_TRUE(lane().save_snapshot(run.key, 2, "second").ok());
  EXPECT_TRUE(lane().save_snapshot(run.key, 1, "first").ok());
  EXPECT_EQ(load({run.key}).at(0).snapshot, "second");
  EXPECT_TRUE(lane().save_snapshot(run.key, 2, "second again").ok());
  EXPECT_EQ(load({run.key}).at(0).snapshot, "second");
  EXPECT_TRUE(lane().save_snapshot(run.key, 3, "third").ok());
  EXPECT_EQ(load({run.key}).at(0).snapshot, "third");
}

TEST_P(LoadTest, ASnapshotStandsAtABatchThatExists) {
  const NamedRun run("order-1"), unknown("order-2", 2);
  append_batches(run, 1);
  EXPECT_EQ(lane().save_snapshot(run.key, 2, "of the future").code(), absl::StatusCode::kInvalidArgument);
  EXPECT_EQ(lane().save_snapshot(run.key, 0, "of nothing").code(), absl::StatusCode::kInvalidArgument);
  EXPECT_EQ(lane().save_snapshot(unknown.key, 1, "of nobody").code(), absl::StatusCode::kInvalidArgument);
  EXPECT_EQ(load({run.key, unknown.key}).size(), 1U);
}

TEST_P(LoadTest, UnknownRunsAreLeftOutAndTheOthersComeInTheOrderAsked) {
  std::vector<NamedRun> runs;
  for (int i = 0; i < 6; ++i) runs.emplace_back("order-" + std::to_string(i), i + 1);
  for (const int i : {0, 2, 3, 5}) append_batches(runs[i], i + 1);
  ASSERT_TRUE(lane().save_snapshot(runs[3].key, 2, "folded").ok());
  std::vector<RunId> ids;
  std::vector<size_t> rows;
  for (const LoadedRun& run : load({runs[5].key, runs[1].key, runs[3].key, runs[4].key, runs[0].key, runs[2].key})) {
    ids.push_back(run.run.run_id);
    rows.push_back(run.rows.size());
  }
  EXPECT_THAT(ids, testing::ElementsAre(runs[5].key.run_id, runs[3].key.run_id, runs[0].key.run_id, runs[2].key.run_id));
  EXPECT_THAT(rows, testing::ElementsAre(6, 2, 1, 3));
  EXPECT_TRUE(load({runs[1].key, runs[4].key}).empty());
  EXPECT_TRUE(load({}).empty());
}

TEST_P(LoadTest, AnOpenRunWithoutJournalIsNoRun) {
  const NamedRun run("order-1");
  ASSERT_EQ(commit(Batch().open(run)), "committed");
  EXPECT_TRUE(load({run.key}).empty());
}

// --- confirm
// --------------------------------------------------------------------------------------------------------------------

TEST_P(LoadTest, ConfirmTellsAllThreeKindsInOne) {
  const NamedRun open("order-1", 1), closed("order-2", 2), unknown("order-3", 3);
  append_batches(open, 3);
  ASSERT_EQ(commit(Batch()
                       .open(open)
                       .append(closed, 1)
                       .open(closed)
                       .close(closed)
                       .receive(open, "request", "verdict")
                       .receive(closed, "other", "")),
            "committed");
  ConfirmRequest request;
  request.runs = {closed.key, unknown.key, open.key};
  request.open_runs = {unknown.workflow(), open.workflow(), closed.workflow()};
  request.received = {received_key(open, "unknown"), received_key(open, "request"), received_key(closed, "request"),
                      received_key(closed, "other")};
  const ConfirmReply reply = must(lane().confirm(request));
  EXPECT_THAT(reply.last_batch_no, testing::ElementsAre(1, 0, 3));
  EXPECT_THAT(reply.open_runs, testing::ElementsAre(std::nullopt, open.key.run_id, std::nullopt));
  EXPECT_THAT(reply.verdicts, testing::ElementsAre(std::nullopt, "verdict", std::nullopt, "")) << "an empty verdict is one";
}

TEST_P(LoadTest, ConfirmAnswersWhatWasAskedAndNoMore) {
  const NamedRun run("order-1");
  append_batches(run, 2);
  ConfirmReply reply = must(lane().confirm({.runs = {run.key}, .open_runs = {}, .received = {}}));
  EXPECT_THAT(reply.last_batch_no, testing::ElementsAre(2));
  EXPECT_TRUE(reply.open_runs.empty());
  EXPECT_TRUE(reply.verdicts.empty());
  reply = must(lane().confirm({.runs = {run.key, run.key}, .open_runs = {run.workflow(), run.workflow()}, .received = {}}));
  EXPECT_THAT(reply.last_batch_no, testing::ElementsAre(2, 2));
  EXPECT_EQ(reply.open_runs.size(), 2U);
  reply = must(lane().confirm({}));
  EXPECT_TRUE(reply.last_batch_no.empty() && reply.open_runs.empty() && reply.verdicts.empty());
}

TEST_P(LoadTest, ConfirmSeesWhatAnotherLaneCommitted) {
  const NamedRun run("order-1");
  append_batches(run, 1);
  const auto last = [&] {
    return must(lane().confirm({.runs = {run.key}, .open_runs = {}, .received = {}})).last_batch_no.at(0);
  };
  EXPECT_EQ(last(), 1);
  const std::unique_ptr<Store> other = another();
  EXPECT_EQ(told(other->open_lane()->commit(Batch().append(run, 2))), "committed");
  EXPECT_EQ(last(), 2);
}

TEST_P(LoadTest, AReceivedKeyIsAllOfItsParts) {
  const NamedRun run("order-1");
  ASSERT_EQ(commit(Batch().append(run, 1).receive(run, "request", "verdict")), "committed");
  std::vector<ReceivedKey> keys(5, received_key(run, "request"));
  keys[1].source = "terminate";
  keys[2].workflow.workflow_id = "order-2";
  keys[3].workflow.domain = "returns";
  keys[4].id = "Request";
  EXPECT_THAT(must(lane().confirm({.runs = {}, .open_runs = {}, .received = keys})).verdicts,
              testing::ElementsAre("verdict", std::nullopt, std::nullopt, std::nullopt, std::nullopt));
  for (size_t i = 1; i < keys.size(); ++i) {
    Batch batch;
    batch.rows().received.push_back({keys[i], "its own", 100});
    EXPECT_EQ(commit(batch), "committed") << i;
  }
}

}  // namespace
}  // namespace baton::store
