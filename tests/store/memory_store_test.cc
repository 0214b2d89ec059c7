// What only the memory store has: faults on demand, a clock of one's own, and no patience with a writer that leaves a gap.
#include "coordinator/store/memory/memory_store.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/store/rows.h"

namespace baton::store {
namespace {

class MemoryStoreTest : public testing::Test {
 protected:
  std::string_view commit(const CommitBatch& batch) { return told(lane->commit(batch)); }
  int64_t last_batch() { return lane->confirm({.runs = {run.key}, .open_runs = {}, .received = {}})->last_batch_no.at(0); }

  int64_t now_ms = 5000;
  const std::unique_ptr<MemoryStore> store =
      MemoryStore::make({.shard_count = 4, .clock = [this] { return now_ms; }, .epoch = 3});
  const std::unique_ptr<LaneSession> lane = store->open_lane();
  const NamedRun run{"order-1"};
};

TEST_F(MemoryStoreTest, ItsClockIsTheGivenOne) {
  EXPECT_EQ(*store->now_ms(), 5000);
  now_ms = 6000;
  EXPECT_EQ(*store->now_ms(), 6000);
  EXPECT_EQ(store->shard_count(), 4);
  EXPECT_EQ(*store->epoch(), 3);
}

TEST_F(MemoryStoreTest, AGapInTheJournalIsRefused) {
  EXPECT_EQ(commit(Batch().append(run, 2)), "rejected");
  EXPECT_EQ(commit(Batch().append(run, 1).append(run, 3)), "rejected");
  EXPECT_EQ(last_batch(), 0);
}

TEST_F(MemoryStoreTest, AFaultBeforeTheCommitLeavesNothing) {
  store->faults().before_commit = [](const CommitBatch&) {
    return CommitResult{CommitOutcome::kMaybe, absl::UnavailableError("lost")};
  };
  EXPECT_EQ(commit(Batch().append(run, 1)), "maybe");
  store->faults().before_commit = [](const CommitBatch&) { return std::nullopt; };
  EXPECT_EQ(last_batch(), 0);
  EXPECT_EQ(commit(Batch().append(run, 1)), "committed");
}

TEST_F(MemoryStoreTest, AFaultAfterTheCommitIsAppliedAndToldOtherwise) {
  store->faults().after_commit = [](const CommitBatch&) {
    return CommitResult{CommitOutcome::kMaybe, absl::UnavailableError("lost")};
  };
  EXPECT_EQ(commit(Batch().append(run, 1)), "maybe");
  EXPECT_EQ(last_batch(), 1);
  EXPECT_EQ(commit(Batch().append(run, 1)), "conflict") << "what was not applied has no after";
}

TEST_F(MemoryStoreTest, AReadMayFailByName) {
  store->faults().before_read = [](std::string_view call) {
    return call == "load" ? absl::UnavailableError("lost") : absl::OkStatus();
  };
  EXPECT_EQ(lane->load(std::vector{run.key}).status().code(), absl::StatusCode::kUnavailable);
  EXPECT_TRUE(lane->confirm({}).ok());
}

TEST_F(MemoryStoreTest, AnotherCoordinatorSharesTheRowsAndNotTheFaults) {
  const std::unique_ptr<MemoryStore> other = store->share();
  store->faults().before_read = [](std::string_view) { return absl::UnavailableError("lost"); };
  EXPECT_EQ(told(other->open_lane()->commit(Batch().append(run, 1))), "committed");
  EXPECT_EQ(other->read_history(run.key, 1, false, 100)->rows.size(), 1U);
  EXPECT_FALSE(store->read_history(run.key, 1, false, 100).ok());
  EXPECT_EQ(commit(Batch().append(run, 1)), "conflict");
}

}  // namespace
}  // namespace baton::store
