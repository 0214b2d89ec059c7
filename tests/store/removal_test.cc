// Runs past their retention: what goes, in which order, what stays of them for a while, and how that goes.
#include "absl/strings/str_cat.h"
#include "tests/store/store_test.h"

namespace baton::store {
namespace {

constexpr int32_t kAll = 1000;

class RemovalTest : public StoreTest {
 protected:
  // Of so many batches, with a tag and a search attribute.
  void write_closed(const NamedRun& run, int64_t close_ms, int batches = 1) {
    Batch batch;
    for (int n = 1; n <= batches; ++n) batch.append(run, n);
    batch.open(run).close(run, 1, close_ms).receive(run, "request");
    batch.rows().opened[0].tags = {"red", "blue"};
    batch.rows().opened[0].attributes = {{"team", "red"}};
    ASSERT_EQ(commit(batch), "committed");
  }
  int64_t remove(int64_t closed_before_ms, int32_t limit = kAll, const std::string& domain = "orders") {
    return must(store().remove_closed_runs(domain, closed_before_ms, limit));
  }
  int64_t remove_remains(int32_t limit = kAll) { return must(store().remove_remains(limit)); }
  // The workflow ids of closed runs, by their close.
  std::string closed(const std::string& domain = "orders") {
    std::string ids;
    const ExecutionQuery query{.domain = domain, .open = false, .by_close_time = true, .oldest_first = true, .limit = kAll};
    for (const ExecutionRecord& record : must(store().list_executions(query))) ids += record.workflow_id + " ";
    return ids;
  }
  bool has_journal(const NamedRun& run) {
    return must(lane().confirm({.runs = {run.key}, .open_runs = {}, .received = {}})).last_batch_no[0] != 0;
  }
};
ON_BOTH_STORES(RemovalTest);

TEST_P(RemovalTest, ClosedBeforeATimeAndInTheDomainIsWhatGoes) {
  const NamedRun early("early", 1), late("late", 2), open("open", 3), elsewhere("elsewhere", 4, "returns");
  write_closed(early, 2000);
  write_closed(late, 2001);
  write_closed(elsewhere, 1500);
  ASSERT_EQ(commit(Batch().append(open, 1).open(open, 1000)), "committed");
  EXPECT_EQ(remove(2000), 0) << "before, not at";
  EXPECT_EQ(remove(2001), 1);
  EXPECT_EQ(closed(), "late ");
  EXPECT_EQ(remove(1'000'000), 1);
  EXPECT_EQ(closed(), "");
  EXPECT_EQ(remove(1'000'000), 0);
  EXPECT_EQ(closed("returns"), "elsewhere ");
  EXPECT_TRUE(must(store().find_execution(open.key)).has_value());
  while (remove_remains() > 0) continue;
  EXPECT_FALSE(has_journal(early) || has_journal(late));
  EXPECT_TRUE(has_journal(open) && has_journal(elsewhere));
}

TEST_P(RemovalTest, ThoseThatClosedFirstGoFirstAndNoMoreThanAsked) {
  const std::vector<int64_t> closes = {5000, 3000, 4000, 1000, 2000};
  for (int i = 0; i < 5; ++i) write_closed(NamedRun(absl::StrCat(closes[i]), i + 1), closes[i]);
  EXPECT_EQ(remove(1'000'000, 2), 2);
  EXPECT_EQ(closed(), "3000 4000 5000 ");
  EXPECT_EQ(remove(5000, 3), 2);
  EXPECT_EQ(closed(), "5000 ");
}

TEST_P(RemovalTest, ARemovedRunIsGoneFromEveryLookUpListAndCount) {
  const NamedRun run("order"), other("other", 2);
  write_closed(run, 2000);
  write_closed(other, 9000);
  ASSERT_EQ(remove(3000), 1);
  EXPECT_FALSE(must(store().find_execution(run.key)).has_value());
  EXPECT_FALSE(must(store().find_latest(run.workflow())).has_value());
  ExecutionQuery query{.domain = "orders", .open = false, .limit = kAll};
  EXPECT_EQ(must(store().list_executions(query)).size(), 1U);
  EXPECT_EQ(must(store().count_executions(query, kAll)), 1);
  query.tag = "red";
  EXPECT_EQ(must(store().list_executions(query)).size(), 1U);
  EXPECT_EQ(must(store().count_executions(query, kAll)), 1);
  query.tag = "";
  query.attribute_name = "team";
  query.attribute_least = query.attribute_most = "red";
  EXPECT_EQ(must(store().list_executions(query)).size(), 1U);
  EXPECT_EQ(must(store().count_executions(query, kAll)), 1);
  for (const LoadedRun& remains : must(lane().load(std::vector{run.key}))) {
    EXPECT_EQ(remains.domain, "");
    EXPECT_EQ(remains.workflow_id, "");
  }
}

TEST_P(RemovalTest, ARunWhoseMessageIsOnItsWayStaysAndHoldsNobodyUp) {
  const NamedRun sender("sender", 1), next("next", 2);
  write_closed(sender, 1000);
  write_closed(next, 2000);
  ASSERT_EQ(commit(Batch().send(sender, 3, 7, "message")), "committed");
  EXPECT_EQ(remove(5000, 1), 1);
  EXPECT_EQ(closed(), "sender ");
  EXPECT_EQ(remove(5000, 1), 0);
  ASSERT_EQ(commit(Batch().take(sender, 3, 7)), "committed");
  EXPECT_EQ(remove(5000, 1), 1);
  EXPECT_EQ(closed(), "");
}

TEST_P(RemovalTest, ALaterRunOfTheWorkflowIdStays) {
  const NamedRun first("order", 1), second("order", 2), third("order", 3);
  write_closed(first, 2000);
  ASSERT_EQ(commit(Batch().append(second, 1).open(second, 3000).close(second, 1, 8000)), "committed");
  ASSERT_EQ(commit(Batch().append(third, 1).open(third, 9000)), "committed");
  EXPECT_EQ(remove(5000), 1);
  while (remove_remains() > 0) continue;
  EXPECT_EQ(must(store().find_latest(third.workflow()))->run, third.key);
  EXPECT_TRUE(must(store().find_execution(second.key)).has_value());
  EXPECT_EQ(must(lane().load(std::vector{first.key, second.key, third.key})).size(), 2U);
}

TEST_P(RemovalTest, WhatWasReceivedOutlivesTheRun) {
  const NamedRun run("order");
  write_closed(run, 2000);
  ASSERT_EQ(remove(5000), 1);
  while (remove_remains() > 0) continue;
  EXPECT_EQ(must(store().find_received(received_key(run, "request"))), "done");
}

TEST_P(RemovalTest, RemainsGoInSlices) {
  const NamedRun large("large", 1), kept("kept", 2);
  write_closed(large, 2000, 10);
  write_closed(kept, 9000, 10);
  ASSERT_TRUE(lane().save_snapshot(large.key, 8, "folded").ok());
  ASSERT_TRUE(lane().save_snapshot(kept.key, 8, "folded").ok());
  EXPECT_EQ(remove_remains(), 0);
  ASSERT_EQ(remove(5000), 1);
  EXPECT_EQ(remove_remains(4), 4);
  EXPECT_EQ(remove_remains(4), 4);
  EXPECT_TRUE(must(lane().load(std::vector{large.key})).size() <= 1U) << "half a run can be read";
  EXPECT_EQ(remove_remains(4), 3) << "the last two, and that there are no more";
  EXPECT_EQ(remove_remains(4), 0);
  EXPECT_TRUE(must(lane().load(std::vector{large.key})).empty());
  const LoadedRun loaded = must(lane().load(std::vector{kept.key})).at(0);
  EXPECT_EQ(loaded.snapshot, "folded");
  EXPECT_EQ(loaded.rows.size(), 2U);
  EXPECT_EQ(must(store().read_history(kept.key, 1, false, 1'000'000)).rows.size(), 10U);
}

TEST_P(RemovalTest, ManySmallRunsGoTogetherAndAnotherCoordinatorGoesOn) {
  for (int i = 1; i <= 30; ++i) write_closed(NamedRun(absl::StrCat("order-", i), i), 1000 + i, 1 + i % 3);
  ASSERT_EQ(remove(1021), 20);
  EXPECT_EQ(remove_remains(15), 15);
  const std::unique_ptr<Store> other = another();
  int64_t rows = 15;
  while (const int64_t some = must(other->remove_remains(15))) {
    EXPECT_LE(some, 30);
    rows += some;
  }
  // Six runs of a batch, seven of two, seven of three; and a mark of each.
  EXPECT_EQ(rows, 6 * 1 + 7 * 2 + 7 * 3 + 20);
  EXPECT_EQ(must(store().count_executions({.domain = "orders", .open = false}, kAll)), 10);
}

}  // namespace
}  // namespace baton::store
