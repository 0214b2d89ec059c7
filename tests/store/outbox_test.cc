// Messages to other executions: what a batch adds and takes away, how they are read again, and the verdicts that outlive them.
#include "tests/store/store_test.h"

namespace baton::store {
namespace {

constexpr int64_t kHourMs = 3'600'000;

class OutboxTest : public StoreTest {
 protected:
  std::string messages(int64_t created_before_ms = 1'000'000'000, int32_t limit = 100, const std::optional<OutboxKey>& after = {}) {
    std::string text;
    for (const OutboxRow& row : must(store().read_outbox(created_before_ms, limit, after))) text += row.message + " ";
    return text;
  }

  const NamedRun run{"order-1", 1}, second{"order-1", 2};  // of one shard
};
ON_BOTH_STORES(OutboxTest);

TEST_P(OutboxTest, AMessageIsReadAsItWasWritten) {
  const std::string bytes("\0\xff bytes", 8);
  ASSERT_EQ(commit(Batch().append(run, 1).send(run, 3, 17, bytes, 1234)), "committed");
  const auto rows = must(store().read_outbox(2000, 10, {}));
  ASSERT_EQ(rows.size(), 1U);
  EXPECT_EQ(rows[0].key, (OutboxKey{run.key, 3, 17}));
  EXPECT_EQ(rows[0].message, bytes);
  EXPECT_EQ(rows[0].created_ms, 1234);
}

TEST_P(OutboxTest, MessagesComeByKeyAndPageByPage) {
  ASSERT_EQ(commit(Batch().send(second, 1, 1, "e").send(run, 2, 1, "c").send(run, 1, 9, "b").send(run, 1, 2, "a").send(run, 2, 7, "d")),
            "committed");
  EXPECT_EQ(messages(), "a b c d e ");
  EXPECT_EQ(messages(1'000'000, 2), "a b ");
  EXPECT_EQ(messages(1'000'000, 2, OutboxKey{run.key, 1, 9}), "c d ");
  EXPECT_EQ(messages(1'000'000, 2, OutboxKey{run.key, 2, 7}), "e ");
  EXPECT_EQ(messages(1'000'000, 2, OutboxKey{second.key, 1, 1}), "");
}

TEST_P(OutboxTest, OnlyMessagesCreatedBeforeAreRead) {
  ASSERT_EQ(commit(Batch().send(run, 1, 1, "old", 100).send(run, 1, 2, "new", 200)), "committed");
  EXPECT_EQ(messages(100), "");
  EXPECT_EQ(messages(200), "old ");
  EXPECT_EQ(messages(201), "old new ");
}

TEST_P(OutboxTest, ATakenMessageIsGoneAndNeedNotExist) {
  ASSERT_EQ(commit(Batch().send(run, 1, 1, "a").send(run, 1, 2, "b").send(run, 2, 1, "c")), "committed");
  EXPECT_EQ(commit(Batch().take(run, 1, 1).take(run, 1, 1).take(run, 9, 9).take(second, 1, 2)), "committed");
  EXPECT_EQ(messages(), "b c ");
  EXPECT_EQ(commit(Batch().take(run, 1, 1)), "committed");
}

TEST_P(OutboxTest, RemovalsComeBeforeAdditions) {
  ASSERT_EQ(commit(Batch().send(run, 1, 1, "first")), "committed");
  EXPECT_EQ(commit(Batch().send(run, 1, 1, "second").take(run, 1, 1)), "committed");
  EXPECT_EQ(messages(), "second ");
}

TEST_P(OutboxTest, AMessageIsSentOnce) {
  ASSERT_EQ(commit(Batch().send(run, 1, 1, "first")), "committed");
  EXPECT_EQ(commit(Batch().append(run, 1).send(run, 1, 1, "again")), "conflict");
  EXPECT_EQ(commit(Batch().append(run, 1).send(run, 1, 2, "twice").send(run, 1, 2, "twice")), "conflict");
  EXPECT_EQ(messages(), "first ");
  EXPECT_EQ(commit(Batch().append(run, 1)), "committed") << "nothing of the others was";
}

TEST_P(OutboxTest, WithAConflictNothingIsSentOrTaken) {
  ASSERT_EQ(commit(Batch().append(run, 1).send(run, 1, 1, "first")), "committed");
  EXPECT_EQ(commit(Batch().append(run, 1).send(run, 1, 2, "never").take(run, 1, 1)), "conflict");
  EXPECT_EQ(messages(), "first ");
}

TEST_P(OutboxTest, AKeyOutOfBoundsIsRejected) {
  EXPECT_EQ(commit(Batch().send(run, 0, 1, "no kind")), "rejected");
  EXPECT_EQ(commit(Batch().send(run, 1, 0, "no subject")), "rejected");
  EXPECT_EQ(commit(Batch().send(run, 1, 1, "no time", -1)), "rejected");
}

TEST_P(OutboxTest, AVerdictIsRememberedForAsLongAsAMessageOfItsTimeIsThere) {
  ASSERT_EQ(commit(Batch().send(run, 1, 1, "message", 2 * kHourMs).receive(second, "verdict", "done", 2 * kHourMs + 5)), "committed");
  ASSERT_EQ(commit(Batch().receive(second, "older", "done", 2 * kHourMs - kMessageClockMarginMs - 1)), "committed");
  EXPECT_EQ(must(store().purge_received(100 * kHourMs, 100)), 1) << "the one that is older than every message";
  EXPECT_TRUE(must(store().find_received(received_key(second, "verdict"))).has_value());
  ASSERT_EQ(commit(Batch().take(run, 1, 1)), "committed");
  EXPECT_EQ(must(store().purge_received(100 * kHourMs, 100)), 1);
}

}  // namespace
}  // namespace baton::store
