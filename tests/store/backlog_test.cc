// Tasks that wait: what a batch removes and adds, and the order of handing out.
#include "tests/store/store_test.h"

namespace baton::store {
namespace {

using ListKey = Store::ListKey;
constexpr core::TaskKind kActivity = core::TaskKind::kActivity;
constexpr core::TaskKind kDecision = core::TaskKind::kDecision;

class BacklogTest : public StoreTest {
 protected:
  // The scheduled events of the tasks, in order.
  std::vector<int64_t> events(std::vector<ListKey> lists, int32_t limit = 100) {
    std::vector<int64_t> found;
    for (const BacklogRow& row : must(store().read_backlog(lists, limit))) found.push_back(row.key.scheduled_event_id);
    return found;
  }
  int64_t count(const ListKey& list, int64_t at_most = 100) { return must(store().count_backlog(list, at_most)); }

  const NamedRun run{"order-1", 1}, second{"order-2", 2};
  const ListKey pack{kActivity, "orders", "pack"};
};
ON_BOTH_STORES(BacklogTest);

TEST_P(BacklogTest, ATaskIsReadAsItWasWritten) {
  Batch batch = Batch().add_task(run, 7, "pack", -3, 1234);
  ASSERT_EQ(commit(batch), "committed");
  EXPECT_EQ(show_all(must(store().read_backlog(std::vector{pack}, 10))), show(batch.rows().backlog_added[0]) + "\n");
}

TEST_P(BacklogTest, TasksComeByPriorityThenAgeThenRunThenEvent) {
  Batch batch = Batch()
                    .add_task(run, 1, "pack", 0, 500)
                    .add_task(run, 2, "pack", 5, 900)
                    .add_task(run, 3, "pack", 5, 800)
                    .add_task(run, 4, "pack", -2'147'483'648, 1)
                    .add_task(run, 5, "pack", 2'147'483'647, 9999)
                    .add_task(second, 6, "pack", 0, 400)
                    .add_task(second, 7, "pack", 0, 500)
                    .add_task(run, 8, "pack", 0, 500)
                    .add_task(run, 9, "pack", -1, 100);
  ASSERT_EQ(commit(batch), "committed");
  EXPECT_THAT(events({pack}), testing::ElementsAre(5, 3, 2, 6, 1, 8, 7, 9, 4));
}

TEST_P(BacklogTest, ListsAreApartAndComeInTheOrderAsked) {
  Batch batch =
      Batch().add_task(run, 1).add_task(run, 2, "ship").add_task(run, 3, "Pack").add_task(NamedRun("order-1", 3, "returns"), 4);
  batch.add_task(run, 5).rows().backlog_added.back().kind = kDecision;
  ASSERT_EQ(commit(batch), "committed");
  EXPECT_THAT(events({pack}), testing::ElementsAre(1));
  EXPECT_THAT(events({{kDecision, "orders", "pack"}}), testing::ElementsAre(5));
  EXPECT_THAT(events({{kActivity, "orders", "ship"}, {kActivity, "returns", "pack"}, {kActivity, "nobody", "pack"}, pack}),
              testing::ElementsAre(2, 4, 1));
  EXPECT_THAT(events({}), testing::ElementsAre());
}

TEST_P(BacklogTest, TheLimitHoldsForEachList) {
  Batch batch;
  for (int i = 1; i <= 5; ++i) batch.add_task(run, i, "pack", 0, 100 + i).add_task(second, 10 + i, "ship", 0, 100 - i);
  ASSERT_EQ(commit(batch), "committed");
  EXPECT_THAT(events({{kActivity, "orders", "ship"}, pack}, 2), testing::ElementsAre(15, 14, 1, 2));
  EXPECT_THAT(events({pack}, 5), testing::ElementsAre(1, 2, 3, 4, 5));
  EXPECT_THAT(events({pack}, 1), testing::ElementsAre(1));
}

TEST_P(BacklogTest, CountsStopAtTheirBound) {
  Batch batch;
  for (int i = 1; i <= 5; ++i) batch.add_task(run, i);
  ASSERT_EQ(commit(batch), "committed");
  EXPECT_EQ(count(pack), 5);
  EXPECT_EQ(count(pack, 5), 5);
  EXPECT_EQ(count(pack, 4), 4);
  EXPECT_EQ(count(pack, 0), 0);
  EXPECT_EQ(count({kDecision, "orders", "pack"}), 0);
}

TEST_P(BacklogTest, ARemovedTaskIsGone) {
  ASSERT_EQ(commit(Batch().add_task(run, 1).add_task(run, 2).add_task(second, 1)), "committed");
  ASSERT_EQ(commit(Batch().remove_task(run, 1)), "committed");
  EXPECT_THAT(events({pack}), testing::ElementsAre(2, 1));
}

TEST_P(BacklogTest, ARemovedTaskNeedNotExist) {
  ASSERT_EQ(commit(Batch().add_task(run, 1)), "committed");
  EXPECT_EQ(commit(Batch().remove_task(run, 9).remove_task(second, 1).remove_task(run, 1).remove_task(run, 1)), "committed");
  EXPECT_THAT(events({pack}), testing::ElementsAre());
  EXPECT_EQ(commit(Batch().remove_task(run, 1)), "committed");
}

TEST_P(BacklogTest, RemovalsComeBeforeAdditions) {
  ASSERT_EQ(commit(Batch().add_task(run, 1, "pack", 0)), "committed");
  EXPECT_EQ(commit(Batch().add_task(run, 1, "ship", 3).remove_task(run, 1)), "committed");
  EXPECT_THAT(events({pack}), testing::ElementsAre());
  EXPECT_THAT(events({{kActivity, "orders", "ship"}}), testing::ElementsAre(1));
  EXPECT_EQ(commit(Batch().add_task(run, 2).remove_task(run, 2)), "committed") << "it was not there before";
  EXPECT_THAT(events({pack}), testing::ElementsAre(2));
}

TEST_P(BacklogTest, ATaskIsAddedOnce) {
  ASSERT_EQ(commit(Batch().add_task(run, 1)), "committed");
  EXPECT_EQ(commit(Batch().add_task(run, 1, "ship")), "conflict");
  EXPECT_EQ(commit(Batch().add_task(run, 2).add_task(run, 2, "ship")), "conflict");
  EXPECT_THAT(events({pack, {kActivity, "orders", "ship"}}), testing::ElementsAre(1));
}

TEST_P(BacklogTest, ATaskOfNoKnownKindIsRejected) {
  Batch batch = Batch().add_task(run, 1);
  batch.rows().backlog_added[0].kind = static_cast<core::TaskKind>(4);
  EXPECT_EQ(commit(batch), "rejected");
}

}  // namespace
}  // namespace baton::store
