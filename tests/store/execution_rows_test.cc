// What a commit does to the rows of executions: closes before opens, one open run of a workflow id, everything about a run in one
// batch.
#include "tests/store/store_test.h"

namespace baton::store {
namespace {

class ExecutionRowsTest : public StoreTest {
 protected:
  std::optional<ExecutionRecord> find(const NamedRun& run) { return must(store().find_execution(run.key)); }
  std::optional<RunId> open_run(const NamedRun& run) {
    return must(lane().confirm({.runs = {}, .open_runs = {run.workflow()}, .received = {}})).open_runs.at(0);
  }
  std::string deadlines() { return show_all(must(store().due_deadlines(1'000'000, 100))); }
};
ON_BOTH_STORES(ExecutionRowsTest);

TEST_P(ExecutionRowsTest, AnOpenedRunIsFoundAsItWasWritten) {
  const NamedRun run("order-1"), parent("parent-1", 9);
  Batch batch;
  ExecutionOpened& row = batch.append(run, 1).open(run, 1234).rows().opened.front();
  row.type_version = "2.0";
  row.tags = {"red", "a \"quoted\" \\ tag", "", "{x,y}", "NULL", "red"};
  row.parent_workflow_id = parent.workflow_id;
  row.parent_run_id = parent.key.run_id;
  ASSERT_EQ(commit(batch), "committed");
  ASSERT_TRUE(find(run).has_value());
  EXPECT_EQ(show(*find(run)), show(ExecutionRecord{.run = run.key,
                                                   .domain = "orders",
                                                   .workflow_id = "order-1",
                                                   .type_name = "process_order",
                                                   .type_version = "2.0",
                                                   .close_status = 0,
                                                   .start_ms = 1234,
                                                   .close_ms = 0,
                                                   .tags = row.tags,
                                                   .parent_workflow_id = "parent-1",
                                                   .parent_run_id = parent.key.run_id,
                                                   .cancel_requested = false}));
  EXPECT_EQ(find(run)->tags, row.tags);
}

TEST_P(ExecutionRowsTest, AnUnknownRunIsNotFound) {
  const NamedRun run("order-1"), other("order-1", 2);
  ASSERT_EQ(commit(Batch().append(run, 1).open(run)), "committed");
  EXPECT_EQ(find(other), std::nullopt);
  RunKey elsewhere = run.key;
  elsewhere.shard = static_cast<int16_t>((run.key.shard + 1) % kShards);
  EXPECT_EQ(must(store().find_execution(elsewhere)), std::nullopt);
}

TEST_P(ExecutionRowsTest, AWorkflowIdHasOneOpenRun) {
  const NamedRun first("order-1", 1), second("order-1", 2);
  EXPECT_EQ(commit(Batch().append(first, 1).open(first)), "committed");
  EXPECT_EQ(commit(Batch().append(second, 1).open(second)), "conflict");
  EXPECT_EQ(open_run(first), first.key.run_id);
  EXPECT_EQ(commit(Batch().append(first, 2).close(first)), "committed");
  EXPECT_EQ(open_run(first), std::nullopt);
  EXPECT_EQ(commit(Batch().append(second, 1).open(second)), "committed");
  EXPECT_EQ(open_run(first), second.key.run_id);
}

TEST_P(ExecutionRowsTest, TwoRunsOfAWorkflowIdOpenedInOneBatchConflict) {
  const NamedRun first("order-1", 1), second("order-1", 2);
  EXPECT_EQ(commit(Batch().append(first, 1).open(first).append(second, 1).open(second)), "conflict");
  EXPECT_EQ(find(first), std::nullopt);
}

TEST_P(ExecutionRowsTest, AnotherDomainOrWorkflowIdIsAnotherSlot) {
  const NamedRun first("order-1", 1), other_id("order-2", 2), other_domain("order-1", 3, "returns");
  EXPECT_EQ(commit(Batch().append(first, 1).open(first)), "committed");
  EXPECT_EQ(commit(Batch().append(other_id, 1).open(other_id)), "committed");
  EXPECT_EQ(commit(Batch().append(other_domain, 1).open(other_domain)), "committed");
}

TEST_P(ExecutionRowsTest, ARunIsOpenedOnce) {
  const NamedRun run("order-1");
  ASSERT_EQ(commit(Batch().append(run, 1).open(run)), "committed");
  ASSERT_EQ(commit(Batch().append(run, 2).close(run)), "committed");
  EXPECT_EQ(commit(Batch().append(run, 3).open(run)), "conflict");
  EXPECT_EQ(find(run)->close_status, 1);
}

TEST_P(ExecutionRowsTest, ContinueAsNewClosesAndOpensInOneBatch) {
  const NamedRun first("order-1", 1), second("order-1", 2);
  ASSERT_EQ(commit(Batch().append(first, 1).open(first)), "committed");
  EXPECT_EQ(commit(Batch().append(second, 1).open(second).append(first, 2).close(first, 5)), "committed");
  EXPECT_EQ(find(first)->close_status, 5);
  EXPECT_EQ(find(second)->close_status, 0);
  EXPECT_EQ(open_run(first), second.key.run_id);
}

TEST_P(ExecutionRowsTest, AChainOfRunsMayPassInOneBatch) {
  const NamedRun first("order-1", 1), second("order-1", 2), third("order-1", 3);
  EXPECT_EQ(commit(Batch()
                       .append(first, 1)
                       .open(first)
                       .close(first, 5)
                       .append(second, 1)
                       .open(second)
                       .close(second, 5)
                       .append(third, 1)
                       .open(third)),
            "committed");
  EXPECT_EQ(find(first)->close_status, 5);
  EXPECT_EQ(find(second)->close_status, 5);
  EXPECT_EQ(open_run(first), third.key.run_id);
}

TEST_P(ExecutionRowsTest, ARunMayPassBesideAnOpenOneOfItsWorkflowId) {
  const NamedRun open("order-1", 1), passing("order-1", 2);
  ASSERT_EQ(commit(Batch().append(open, 1).open(open)), "committed");
  EXPECT_EQ(commit(Batch().append(passing, 1).open(passing).close(passing)), "committed");
  EXPECT_EQ(open_run(open), open.key.run_id);
}

TEST_P(ExecutionRowsTest, OpenChangeAndCloseInOneBatchLeaveAllOfIt) {
  const NamedRun run("order-1");
  ASSERT_EQ(commit(Batch().append(run, 1).set_deadline(run, 7000).request_cancel(run).close(run, 3, 2500).open(run, 1000, 6000)),
            "committed");
  EXPECT_EQ(find(run)->close_status, 3);
  EXPECT_EQ(find(run)->close_ms, 2500);
  EXPECT_EQ(find(run)->start_ms, 1000);
  EXPECT_TRUE(find(run)->cancel_requested);
  EXPECT_EQ(deadlines(), "") << "a closed run has no deadline";
}

TEST_P(ExecutionRowsTest, OpenAndChangeInOneBatch) {
  const NamedRun run("order-1");
  ASSERT_EQ(commit(Batch().append(run, 1).open(run, 1000, 6000).set_deadline(run, 7000)), "committed");
  EXPECT_FALSE(find(run)->cancel_requested);
  EXPECT_EQ(deadlines(), show(DueDeadline{run.key, 7000}) + "\n");
}

TEST_P(ExecutionRowsTest, AChangeTouchesOnlyWhatItNames) {
  const NamedRun run("order-1");
  ASSERT_EQ(commit(Batch().append(run, 1).open(run, 1000, 6000)), "committed");
  ASSERT_EQ(commit(Batch().append(run, 2).request_cancel(run)), "committed");
  EXPECT_TRUE(find(run)->cancel_requested);
  EXPECT_EQ(deadlines(), show(DueDeadline{run.key, 6000}) + "\n");
  ASSERT_EQ(commit(Batch().append(run, 3).set_deadline(run, 9000)), "committed");
  EXPECT_TRUE(find(run)->cancel_requested) << "once requested, for ever";
  EXPECT_EQ(deadlines(), show(DueDeadline{run.key, 9000}) + "\n");
  ASSERT_EQ(commit(Batch().append(run, 4).set_deadline(run, 0)), "committed");
  EXPECT_EQ(deadlines(), "");
}

TEST_P(ExecutionRowsTest, TwoChangesOfARunInOneBatchAddUp) {
  const NamedRun run("order-1");
  ASSERT_EQ(commit(Batch().append(run, 1).open(run)), "committed");
  ASSERT_EQ(commit(Batch().append(run, 2).set_deadline(run, 8000).request_cancel(run)), "committed");
  EXPECT_TRUE(find(run)->cancel_requested);
  EXPECT_EQ(deadlines(), show(DueDeadline{run.key, 8000}) + "\n");
}

TEST_P(ExecutionRowsTest, ACloseTakesTheDeadlineAway) {
  const NamedRun run("order-1");
  ASSERT_EQ(commit(Batch().append(run, 1).open(run, 1000, 6000)), "committed");
  ASSERT_EQ(commit(Batch().append(run, 2).set_deadline(run, 7000).close(run)), "committed");
  EXPECT_EQ(deadlines(), "");
}

TEST_P(ExecutionRowsTest, OnlyOpenRunsCloseOrChange) {
  const NamedRun closed("order-1", 1), unknown("order-2", 2);
  ASSERT_EQ(commit(Batch().append(closed, 1).open(closed).close(closed, 2, 2222)), "committed");
  EXPECT_EQ(commit(Batch().append(closed, 2).close(closed)), "rejected");
  EXPECT_EQ(commit(Batch().append(closed, 2).set_deadline(closed, 7000)), "rejected");
  EXPECT_EQ(commit(Batch().append(closed, 2).request_cancel(closed)), "rejected");
  EXPECT_EQ(commit(Batch().append(unknown, 1).close(unknown)), "rejected");
  EXPECT_EQ(commit(Batch().append(unknown, 1).set_deadline(unknown, 7000)), "rejected");
  EXPECT_EQ(commit(Batch().append(unknown, 1).request_cancel(unknown)), "rejected");
  EXPECT_EQ(find(closed)->close_ms, 2222);
  EXPECT_FALSE(find(closed)->cancel_requested);
}

TEST_P(ExecutionRowsTest, ACloseHasAStatusAndATime) {
  const NamedRun run("order-1");
  ASSERT_EQ(commit(Batch().append(run, 1).open(run)), "committed");
  EXPECT_EQ(commit(Batch().append(run, 2).close(run, 0)), "rejected");
  EXPECT_EQ(commit(Batch().append(run, 2).close(run, 7)), "rejected") << "no such status";
  EXPECT_EQ(commit(Batch().append(run, 2).close(run, 1, 0)), "rejected");
  EXPECT_EQ(commit(Batch().append(run, 2).close(run).close(run)), "rejected");
  EXPECT_EQ(commit(Batch().append(run, 2).close(run, 6)), "committed");
}

TEST_P(ExecutionRowsTest, TimesAreNotNegative) {
  const NamedRun run("order-1");
  EXPECT_EQ(commit(Batch().append(run, 1).open(run, -1)), "rejected");
  EXPECT_EQ(commit(Batch().append(run, 1).open(run, 1000, -1)), "rejected");
  ASSERT_EQ(commit(Batch().append(run, 1).open(run)), "committed");
  EXPECT_EQ(commit(Batch().append(run, 2).set_deadline(run, -5)), "rejected");
}

TEST_P(ExecutionRowsTest, TheLatestRunIsTheOpenOneOrTheLastClosed) {
  const NamedRun first("order-1", 1), second("order-1", 2), third("order-1", 3), other("order-2", 4);
  const auto latest = [&] { return must(store().find_latest(first.workflow())); };
  EXPECT_EQ(latest(), std::nullopt);
  // The one started last is not the one closed last.
  ASSERT_EQ(commit(Batch().append(second, 1).open(second).close(second, 1, 9000)), "committed");
  ASSERT_EQ(commit(Batch().append(third, 1).open(third).close(third, 1, 5000)), "committed");
  ASSERT_EQ(commit(Batch().append(other, 1).open(other)), "committed");
  EXPECT_EQ(latest()->run, second.key);
  ASSERT_EQ(commit(Batch().append(first, 1).open(first)), "committed");
  EXPECT_EQ(latest()->run, first.key) << "an open run comes before all closed ones";
  ASSERT_EQ(commit(Batch().append(first, 2).close(first, 1, 9000)), "committed");
  EXPECT_EQ(latest()->run, second.key) << "of two that closed at once the later run";
}

TEST_P(ExecutionRowsTest, DueDeadlinesComeEarliestFirst) {
  Batch batch;
  std::vector<NamedRun> runs;
  for (int i = 0; i < 5; ++i) runs.emplace_back("order-" + std::to_string(i), i + 1);
  const int64_t deadlines[] = {3000, 1000, 5000, 1000, 0};
  for (int i = 0; i < 5; ++i) batch.append(runs[i], 1).open(runs[i], 100, deadlines[i]);
  ASSERT_EQ(commit(batch), "committed");
  const auto times = [&](int64_t until_ms, int32_t limit) {
    std::vector<int64_t> found;
    for (const DueDeadline& due : must(store().due_deadlines(until_ms, limit))) found.push_back(due.deadline_ms);
    return found;
  };
  EXPECT_THAT(times(999, 10), testing::ElementsAre());
  EXPECT_THAT(times(1000, 10), testing::ElementsAre(1000, 1000)) << "at the very time";
  EXPECT_THAT(times(1'000'000, 10), testing::ElementsAre(1000, 1000, 3000, 5000));
  EXPECT_THAT(times(1'000'000, 3), testing::ElementsAre(1000, 1000, 3000));
  const auto due = must(store().due_deadlines(2999, 10));
  EXPECT_THAT((std::vector{due.at(0).run, due.at(1).run}), testing::UnorderedElementsAre(runs[1].key, runs[3].key));
}

}  // namespace
}  // namespace baton::store
