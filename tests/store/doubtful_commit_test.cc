// A commit whose answer never came: the same batch is sent again, and only its permanent keys say what became of it.
#include <future>

#include "tests/store/broken_connection_test.h"

namespace baton::store {
namespace {

using namespace std::chrono_literals;

class DoubtfulCommitTest : public BrokenConnectionTest {
 protected:
  // Meanwhile the test goes on.
  std::future<std::string_view> commit_in_background(Batch batch) {
    return std::async(std::launch::async, [this, batch = std::move(batch)] { return told(lane().commit(batch)); });
  }

  const NamedRun run{"order-1", 1}, rival{"order-1", 2};
};

// --- lost in the commit itself: applied once, reported committed
// ------------------------------------------------------------------

TEST_F(DoubtfulCommitTest, AnAppendThatWasAppliedAndNotAnsweredIsCommittedOnce) {
  proxy_->arm(kAppend, Fault::kCutAfter);
  EXPECT_EQ(told(lane().commit(Batch().append(run, 1, 1, "ours"))), "committed");
  EXPECT_TRUE(proxy_->wait_for_fault());
  EXPECT_THAT(records(run), testing::ElementsAre("ours"));
}

TEST_F(DoubtfulCommitTest, AnAppendThatNeverArrivedIsCommittedOnce) {
  proxy_->arm(kAppend, Fault::kCutBefore);
  EXPECT_EQ(told(lane().commit(Batch().append(run, 1, 1, "ours"))), "committed");
  EXPECT_TRUE(proxy_->wait_for_fault());
  EXPECT_THAT(records(run), testing::ElementsAre("ours"));
}

TEST_F(DoubtfulCommitTest, ATransactionThatWasAppliedAndNotAnsweredIsCommittedOnce) {
  proxy_->arm(kCommit, Fault::kCutAfter);
  EXPECT_EQ(told(lane().commit(full(run))), "committed");
  EXPECT_TRUE(proxy_->wait_for_fault());
  EXPECT_THAT(records(run), testing::ElementsAre("first"));
  EXPECT_EQ(open_runs(run), 1);
}

TEST_F(DoubtfulCommitTest, ATransactionWhoseCommitNeverArrivedIsCommittedOnce) {
  proxy_->arm(kCommit, Fault::kCutBefore);
  EXPECT_EQ(told(lane().commit(full(run))), "committed");
  EXPECT_TRUE(proxy_->wait_for_fault());
  EXPECT_THAT(records(run), testing::ElementsAre("first"));
  EXPECT_EQ(open_runs(run), 1);
}

TEST_F(DoubtfulCommitTest, AVerdictAloneIsCommittedOnceEitherWay) {
  for (const Fault fault : {Fault::kCutAfter, Fault::kCutBefore}) {
    const std::string id = absl::StrCat("request ", static_cast<int>(fault));
    proxy_->arm(kReceive, fault);
    EXPECT_EQ(told(lane().commit(Batch().receive(run, id, "ours"))), "committed");
    EXPECT_TRUE(proxy_->wait_for_fault());
    EXPECT_EQ(*other_store_->find_received(received_key(run, id)), "ours");
  }
}

TEST_F(DoubtfulCommitTest, ATransactionThatIsLostBeforeItsCommitIsSentAgain) {
  for (const char* statement : {"BEGIN", "append_journal", "open_executions", "add_backlog", "add_received"}) {
    const NamedRun one(absl::StrCat("order of ", statement), 10 + static_cast<int>(std::string_view(statement).size()));
    proxy_->arm(statement, Fault::kCutAfter);
    EXPECT_EQ(told(lane().commit(full(one))), "committed") << statement;
    EXPECT_TRUE(proxy_->wait_for_fault());
    EXPECT_THAT(records(one), testing::ElementsAre("first"));
    EXPECT_EQ(open_runs(one), 1);
  }
}

TEST_F(DoubtfulCommitTest, AServerProcessThatStillCommitsLaterIsWaitedFor) {
  proxy_->arm(kCommit, Fault::kHold);
  std::future<std::string_view> outcome = commit_in_background(full(run));
  ASSERT_TRUE(proxy_->wait_for_fault());
  // A read shows nothing now, which proves nothing: the second sending waits for the first one's key.
  wait_until_blocked();
  EXPECT_THAT(records(run), testing::ElementsAre());
  proxy_->release();
  EXPECT_EQ(outcome.get(), "committed");
  EXPECT_THAT(records(run), testing::ElementsAre("first"));
  EXPECT_EQ(open_runs(run), 1);
}

TEST_F(DoubtfulCommitTest, AnAppendThatArrivesAfterItsSecondSendingDoesNothing) {
  proxy_->arm(kAppend, Fault::kHold);
  EXPECT_EQ(told(lane().commit(Batch().append(run, 1, 1, "ours"))), "committed");
  ASSERT_TRUE(proxy_->wait_for_fault());
  EXPECT_EQ(told(lane().commit(Batch().append(run, 2, 2, "next"))), "committed");
  proxy_->release();
  EXPECT_THAT(records(run), testing::ElementsAre("ours", "next"));
}

// --- another's batch at the key: surely not ours
// --------------------------------------------------------------------------------------

TEST_F(DoubtfulCommitTest, AnothersBatchAtTheKeyIsAConflict) {
  proxy_->arm(kAppend, Fault::kCutBefore,
              [&] { EXPECT_EQ(told(other().commit(Batch().append(run, 1, 1, "another's"))), "committed"); });
  EXPECT_EQ(told(lane().commit(Batch().append(run, 1, 1, "ours"))), "conflict");
  EXPECT_THAT(records(run), testing::ElementsAre("another's"));
}

TEST_F(DoubtfulCommitTest, ATwinOfTheBatchUnderAnotherCommitIdIsNotOurs) {
  // As a predecessor's orphan that looks the same in every row.
  proxy_->arm(kCommit, Fault::kCutBefore, [&] { EXPECT_EQ(told(other().commit(full(run))), "committed"); });
  EXPECT_EQ(told(lane().commit(full(run))), "conflict");
  EXPECT_EQ(open_runs(run), 1);
}

TEST_F(DoubtfulCommitTest, AnothersVerdictAtTheKeyIsAConflict) {
  proxy_->arm(kReceive, Fault::kCutBefore,
              [&] { EXPECT_EQ(told(other().commit(Batch().receive(run, "request", "another's"))), "committed"); });
  EXPECT_EQ(told(lane().commit(Batch().receive(run, "request", "ours"))), "conflict");
  EXPECT_EQ(*other_store_->find_received(received_key(run, "request")), "another's");
}

TEST_F(DoubtfulCommitTest, OneOfSeveralKeysTakenIsEnough) {
  const NamedRun second("order-2", 3);
  proxy_->arm(kAppend, Fault::kCutBefore,
              [&] { EXPECT_EQ(told(other().commit(Batch().append(second, 1, 1, "another's"))), "committed"); });
  EXPECT_EQ(told(lane().commit(Batch().append(run, 1, 1, "ours").append(second, 1, 1, "ours"))), "conflict");
  EXPECT_THAT(records(run), testing::ElementsAre());
  EXPECT_THAT(records(second), testing::ElementsAre("another's"));
}

// --- what is no proof: the open run of a workflow id, a deadlock, a timeout
// ---------------------------------------------------------

TEST_F(DoubtfulCommitTest, AStartInDoubtIsNeverToldThatItsWorkflowIdIsTaken) {
  open({.settle_within = 700ms});
  proxy_->arm(kCommit, Fault::kCutBefore, [&] { EXPECT_EQ(told(other().commit(full(rival, "rival"))), "committed"); });
  const CommitResult result = lane().commit(full(run));
  EXPECT_EQ(told(result), "maybe") << result.reason;
  EXPECT_FALSE(result.reason.ok());
  EXPECT_THAT(records(run), testing::ElementsAre());
  EXPECT_EQ(open_runs(run), 1);
}

TEST_F(DoubtfulCommitTest, AStartInDoubtGoesThroughOnceItsWorkflowIdIsFree) {
  std::promise<void> violated;
  proxy_->on_server_bytes([&, told_it = false](std::string& bytes) mutable {
    if (told_it || bytes.find("execution_open_run") == std::string::npos) return;
    told_it = true;
    violated.set_value();
  });
  proxy_->arm(kCommit, Fault::kCutBefore, [&] { EXPECT_EQ(told(other().commit(full(rival, "rival"))), "committed"); });
  std::future<std::string_view> outcome = commit_in_background(full(run));
  ASSERT_EQ(violated.get_future().wait_for(30s), std::future_status::ready);
  EXPECT_EQ(told(other().commit(Batch().append(rival, 2, 2, "closed").close(rival))), "committed");
  EXPECT_EQ(outcome.get(), "committed");
  EXPECT_THAT(records(run), testing::ElementsAre("first"));
  EXPECT_EQ(open_runs(run), 1);
}

TEST_F(DoubtfulCommitTest, AStartThatIsNotInDoubtIsToldAtOnce) {
  ASSERT_EQ(told(other().commit(full(rival, "rival"))), "committed");
  EXPECT_EQ(told(lane().commit(full(run))), "conflict");
}

TEST_F(DoubtfulCommitTest, ATimeoutInDoubtIsMaybeAndTheOldServerProcessMayStillCommit) {
  open({.statement_timeout = 150ms, .settle_within = 600ms});
  proxy_->arm(kCommit, Fault::kHold);
  EXPECT_EQ(told(lane().commit(full(run))), "maybe");
  EXPECT_THAT(records(run), testing::ElementsAre());
  proxy_->release();
  EXPECT_THAT(records(run), testing::ElementsAre("first")) << "so nobody may have been told no";
  EXPECT_EQ(told(lane().commit(Batch().append(run, 2, 2, "second"))), "committed");
}

// The two rows in the order that no lane uses, by hand, so that each waits for the other; our lane is the one that notices.
TEST_F(DoubtfulCommitTest, ADeadlockInDoubtProvesNothing) {
  const NamedRun first("order-a", 5), second("order-a", 6);
  lane_.reset();
  store_ = schema_->open({.schema = schema_->name(), .application_name = application_name()},
                         proxy_->url() + "?options=-c%20deadlock_timeout%3D2s");
  lane_ = store_->open_lane();
  ASSERT_EQ(told(lane().commit(Batch().append(NamedRun("order-b", 7), 1))), "committed");
  const std::unique_ptr<postgres::Connection> by_hand = schema_->connect();
  ASSERT_TRUE(by_hand->run_text("BEGIN; SET LOCAL deadlock_timeout = '60s'").ok());
  proxy_->arm(kAppend, Fault::kCutBefore, [&] { EXPECT_TRUE(by_hand->run_text(insert_by_hand(second, 1)).ok()); });
  std::future<std::string_view> outcome = commit_in_background(Batch().append(first, 1, 1, "ours").append(second, 1, 1, "ours"));
  ASSERT_TRUE(proxy_->wait_for_fault());
  wait_until_blocked();
  EXPECT_TRUE(by_hand->run_text(insert_by_hand(first, 1)).ok()) << "the lane has given way";
  EXPECT_TRUE(by_hand->run_text("ROLLBACK").ok());
  EXPECT_EQ(outcome.get(), "committed");
  EXPECT_THAT(records(first), testing::ElementsAre("ours"));
}

}  // namespace
}  // namespace baton::store
