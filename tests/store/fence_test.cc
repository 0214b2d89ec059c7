// The journal's key is the fence: whoever appends batch N of a run first wins.
#include <thread>

#include "tests/store/store_test.h"

namespace baton::store {
namespace {

class FenceTest : public StoreTest {
 protected:
  std::string journal_of(const NamedRun& run) {
    const std::vector<RunKey> keys = {run.key};
    return show_all(must(lane().load(keys)));
  }
};
ON_BOTH_STORES(FenceTest);

TEST_P(FenceTest, ABatchIsTakenOnce) {
  const NamedRun run("w-1");
  EXPECT_EQ(commit(Batch().append(run, 1, 1, "first writer")), "committed");
  EXPECT_EQ(commit(Batch().append(run, 1, 1, "second writer")), "conflict");
  EXPECT_THAT(journal_of(run), testing::HasSubstr("first writer"));
  EXPECT_THAT(journal_of(run), testing::Not(testing::HasSubstr("second writer")));
}

TEST_P(FenceTest, TheNextBatchFollows) {
  const NamedRun run("w-1");
  EXPECT_EQ(commit(Batch().append(run, 1)), "committed");
  EXPECT_EQ(commit(Batch().append(run, 2)), "committed");
  EXPECT_EQ(commit(Batch().append(run, 2)), "conflict");
  EXPECT_EQ(commit(Batch().append(run, 1)), "conflict");
  EXPECT_EQ(commit(Batch().append(run, 3)), "committed");
}

TEST_P(FenceTest, SeveralBatchesOfOneRunFitInOneCommitInAnyOrder) {
  const NamedRun run("w-1");
  EXPECT_EQ(commit(Batch().append(run, 3, 7, "c").append(run, 1, 1, "a").append(run, 2, 4, "b")), "committed");
  EXPECT_EQ(journal_of(run),
            show(LoadedRun{.run = run.key,
                           .domain = "",
                           .workflow_id = "",
                           .snapshot = "",
                           .snapshot_batch_no = 0,
                           .rows = Batch().append(run, 1, 1, "a").append(run, 2, 4, "b").append(run, 3, 7, "c").rows().journal}) +
                "\n");
}

TEST_P(FenceTest, TheSameBatchTwiceInOneCommitIsAConflict) {
  const NamedRun run("w-1");
  EXPECT_EQ(commit(Batch().append(run, 1).append(run, 1)), "conflict");
  EXPECT_EQ(journal_of(run), "");
}

TEST_P(FenceTest, RunsDoNotMeet) {
  const NamedRun first("w-1", 1), second("w-1", 2), third("w-2", 3);
  EXPECT_EQ(commit(Batch().append(first, 1).append(second, 1).append(third, 1)), "committed");
  EXPECT_EQ(commit(Batch().append(second, 2)), "committed");
  EXPECT_EQ(commit(Batch().append(first, 2)), "committed");
}

TEST_P(FenceTest, AShardIsPartOfTheKey) {
  NamedRun here("w-1"), elsewhere("w-1");
  elsewhere.key.shard = static_cast<int16_t>((here.key.shard + 1) % kShards);
  EXPECT_EQ(commit(Batch().append(here, 1)), "committed");
  EXPECT_EQ(commit(Batch().append(elsewhere, 1)), "committed");
}

TEST_P(FenceTest, AJournalRowWithoutContentIsRejected) {
  const NamedRun run("w-1");
  EXPECT_EQ(commit(Batch().append(run, 1, 1, "")), "rejected");
  EXPECT_EQ(commit(Batch().append(run, 0, 1)), "rejected");
  EXPECT_EQ(commit(Batch().append(run, 1, 0)), "rejected");
  Batch formless = Batch().append(run, 1);
  formless.rows().journal.front().format = 0;
  EXPECT_EQ(commit(formless), "rejected");
  NamedRun nowhere("w-1");
  nowhere.key.shard = -1;
  EXPECT_EQ(commit(Batch().append(nowhere, 1)), "rejected");
  EXPECT_EQ(journal_of(run), "");
}

TEST_P(FenceTest, AnEmptyBatchCommits) { EXPECT_EQ(commit(Batch()), "committed"); }

TEST_P(FenceTest, EveryOutcomeButSuccessSaysWhy) {
  const NamedRun run("w-1");
  EXPECT_TRUE(lane().commit(Batch().append(run, 1)).reason.ok());
  EXPECT_FALSE(lane().commit(Batch().append(run, 1)).reason.ok());
  EXPECT_FALSE(lane().commit(Batch().append(run, 2, 2, "")).reason.ok());
}

TEST_P(FenceTest, OfManyWritersOfOneBatchOneWins) {
  const NamedRun run("w-1");
  constexpr int kWriters = 4, kBatches = 25;
  std::vector<int> wins(kBatches);
  std::mutex mutex;
  std::vector<std::thread> writers;
  for (int writer = 0; writer < kWriters; ++writer) {
    writers.emplace_back([&] {
      const std::unique_ptr<LaneSession> session = store().open_lane();
      for (int batch = 0; batch < kBatches; ++batch) {
        // A lane that lost reads on until the batch is there, as the engine does.
        const std::string_view outcome = told(session->commit(Batch().append(run, batch + 1)));
        EXPECT_TRUE(outcome == "committed" || outcome == "conflict") << outcome;
        const std::lock_guard lock(mutex);
        wins[batch] += outcome == "committed";
      }
    });
  }
  for (std::thread& writer : writers) writer.join();
  EXPECT_THAT(wins, testing::Each(1));
}

}  // namespace
}  // namespace baton::store
