// Pages of a run's journal, upwards and downwards.
#include "tests/store/store_test.h"

namespace baton::store {
namespace {

// Batches and their events: 1 has 1 to 3, 2 has none, 3 has 4 and 5, 4 has 6, 5 has none, 6 has 7 to 10, 7 has none. Ten bytes
// each.
class HistoryTest : public StoreTest {
 protected:
  void SetUp() override {
    StoreTest::SetUp();
    if (HasFatalFailure()) return;
    Batch batch;
    const int64_t first_events[] = {1, 4, 4, 6, 7, 7, 11};
    for (int n = 1; n <= 7; ++n) batch.append(run, n, first_events[n - 1], "batch no." + std::to_string(n));
    ASSERT_EQ(commit(batch), "committed");
    ASSERT_EQ(commit(Batch().append(other, 1)), "committed");
  }

  // The numbers of the batches, with a "+" when there are more.
  std::string page(int64_t from_event_id, bool reverse, int64_t max_bytes) {
    const HistoryPage page = must(store().read_history(run.key, from_event_id, reverse, max_bytes));
    std::string text;
    for (const JournalRow& row : page.rows) text += std::to_string(row.batch_no) + " ";
    return text + (page.more ? "+" : ".");
  }
  std::string up(int64_t from_event_id, int64_t max_bytes = 1000) { return page(from_event_id, false, max_bytes); }
  std::string down(int64_t from_event_id, int64_t max_bytes = 1000) { return page(from_event_id, true, max_bytes); }

  // The numbers of the batches.
  std::string journal(int64_t from_batch_no, int64_t max_bytes = 1000) {
    std::string text;
    for (const JournalRow& row : must(store().read_journal(run.key, from_batch_no, max_bytes))) text += std::to_string(row.batch_no) + " ";
    return text;
  }

  const NamedRun run{"order-1", 1}, other{"order-2", 2};
};
ON_BOTH_STORES(HistoryTest);

TEST_P(HistoryTest, TheWholeOfItUpwards) {
  EXPECT_EQ(up(1), "1 2 3 4 5 6 7 .");
  EXPECT_EQ(up(0), "1 2 3 4 5 6 7 .");
}

TEST_P(HistoryTest, TheWholeOfItDownwards) {
  EXPECT_EQ(down(0), "7 6 5 4 3 2 1 .") << "0 is the last event";
  EXPECT_EQ(down(10), "6 5 4 3 2 1 .");
}

TEST_P(HistoryTest, TheJournalHasEveryRow) {
  EXPECT_EQ(journal(1), "1 2 3 4 5 6 7 ");
  EXPECT_EQ(journal(5), "5 6 7 ");
  EXPECT_EQ(journal(2, 20), "2 3 ");
  EXPECT_EQ(journal(2, 1), "2 ") << "at least one";
  EXPECT_EQ(journal(8), "") << "no more";
  EXPECT_TRUE(must(store().read_journal(NamedRun("order-3", 3).key, 1, 1000)).empty());
}

TEST_P(HistoryTest, RowsAreWhatWasWritten) {
  const HistoryPage page = must(store().read_history(run.key, 6, false, 10));
  ASSERT_EQ(page.rows.size(), 1U);
  EXPECT_EQ(show(page.rows[0]), show(Batch().append(run, 4, 6, "batch no.4").rows().journal[0]));
}

TEST_P(HistoryTest, FromTheMiddleOfABatchTheBatchThatHoldsTheEventComesFirst) {
  EXPECT_EQ(up(2), "1 2 3 4 5 6 7 .");
  EXPECT_EQ(up(3), "1 2 3 4 5 6 7 .");
  EXPECT_EQ(up(4), "3 4 5 6 7 .") << "a row without events before it is no use";
  EXPECT_EQ(up(5), "3 4 5 6 7 .");
  EXPECT_EQ(up(6), "4 5 6 7 .");
  EXPECT_EQ(up(7), "6 7 .");
  EXPECT_EQ(up(10), "6 7 .");
  EXPECT_EQ(down(9), "6 5 4 3 2 1 .");
  EXPECT_EQ(down(7), "6 5 4 3 2 1 .");
  EXPECT_EQ(down(6), "4 3 2 1 .");
  EXPECT_EQ(down(5), "3 2 1 .");
  EXPECT_EQ(down(3), "1 .");
  EXPECT_EQ(down(1), "1 .");
}

TEST_P(HistoryTest, BeyondTheEndComesTheLastRow) {
  EXPECT_EQ(up(11), "7 .");
  EXPECT_EQ(up(1000), "7 .");
  EXPECT_EQ(down(1000), "7 6 5 4 3 2 1 .");
}

TEST_P(HistoryTest, APageEndsBeforeItsBytesAreExceeded) {
  EXPECT_EQ(up(1, 30), "1 2 3 +");
  EXPECT_EQ(up(1, 39), "1 2 3 +");
  EXPECT_EQ(up(1, 40), "1 2 3 4 +");
  EXPECT_EQ(up(1, 70), "1 2 3 4 5 6 7 .");
  EXPECT_EQ(up(7, 20), "6 7 .");
  EXPECT_EQ(down(0, 20), "7 6 +");
  EXPECT_EQ(down(6, 40), "4 3 2 1 .");
}

TEST_P(HistoryTest, APageHasAtLeastOneRow) {
  EXPECT_EQ(up(1, 1), "1 +");
  EXPECT_EQ(up(6, 0), "4 +");
  EXPECT_EQ(up(11, 1), "7 .");
  EXPECT_EQ(down(0, 1), "7 +");
  EXPECT_EQ(down(3, 1), "1 .");
}

TEST_P(HistoryTest, ARunWithoutJournalHasAnEmptyPage) {
  for (const bool reverse : {false, true}) {
    for (const int64_t from : {0, 1, 5}) {
      const HistoryPage page = must(store().read_history(NamedRun("order-3", 3).key, from, reverse, 1000));
      EXPECT_TRUE(page.rows.empty());
      EXPECT_FALSE(page.more);
    }
  }
}

TEST_P(HistoryTest, EveryEventIsFoundInALongRun) {
  const NamedRun long_run("order-3", 3);
  Batch batch;
  // Batch n has n mod 4 events.
  std::vector<int64_t> batch_of_event = {0};
  for (int n = 1; n <= 200; ++n) {
    batch.append(long_run, n, static_cast<int64_t>(batch_of_event.size()));
    batch_of_event.insert(batch_of_event.end(), n % 4, n);
  }
  ASSERT_EQ(commit(batch), "committed");
  for (size_t event = 1; event < batch_of_event.size(); ++event) {
    for (const bool reverse : {false, true}) {
      EXPECT_EQ(must(store().read_history(long_run.key, event, reverse, 1)).rows.at(0).batch_no, batch_of_event[event]) << event;
    }
  }
}

TEST_P(HistoryTest, PageAfterPageGivesTheWholeOfALongRun) {
  const NamedRun long_run("order-4", 4);
  constexpr int kBatches = 2500;
  Batch batch;
  for (int n = 1; n <= kBatches; ++n) batch.append(long_run, n, n, "r");
  ASSERT_EQ(commit(batch), "committed");
  for (const bool reverse : {false, true}) {
    int64_t next = reverse ? kBatches : 1;
    for (bool more = true; more;) {
      const HistoryPage page = must(store().read_history(long_run.key, next, reverse, 1 << 20));
      ASSERT_FALSE(page.rows.empty());
      for (const JournalRow& row : page.rows) {
        ASSERT_EQ(row.batch_no, next);
        next += reverse ? -1 : 1;
      }
      more = page.more;
    }
    EXPECT_EQ(next, reverse ? 0 : kBatches + 1);
  }
}

}  // namespace
}  // namespace baton::store
