// Servers and connections that go away at any time: what is told in the meantime, and that all is well afterwards by itself.
#include <future>

#include "tests/store/broken_connection_test.h"

namespace baton::store {
namespace {

using namespace std::chrono_literals;
using Clock = std::chrono::steady_clock;

class LostConnectionTest : public BrokenConnectionTest {
 protected:
  std::future<std::string_view> commit_in_background(Batch batch) {
    return std::async(std::launch::async, [this, batch = std::move(batch)] { return told(lane().commit(batch)); });
  }
  const NamedRun run{"order-1", 1}, second{"order-2", 2};
};

// --- the server ends our process
// --------------------------------------------------------------------------------------------------

TEST_F(LostConnectionTest, AConnectionEndedWhileIdleIsNotNoticed) {
  schema_->end_sessions(application_name());
  EXPECT_EQ(told(lane().commit(Batch().append(run, 1, 1, "one statement"))), "committed");
  schema_->end_sessions(application_name());
  EXPECT_EQ(told(lane().commit(full(second))), "committed");
  EXPECT_THAT(records(run), testing::ElementsAre("one statement"));
  EXPECT_EQ(open_runs(second), 1);
}

TEST_F(LostConnectionTest, ReadsAreRepeatedOnANewConnection) {
  ASSERT_EQ(told(lane().commit(full(run))), "committed");
  schema_->end_sessions(application_name());
  EXPECT_EQ(lane().load(std::vector{run.key})->size(), 1U);
  schema_->end_sessions(application_name());
  EXPECT_THAT(lane().confirm({.runs = {run.key}, .open_runs = {}, .received = {}})->last_batch_no, testing::ElementsAre(1));
  schema_->end_sessions(application_name());
  EXPECT_TRUE(lane().save_snapshot(run.key, 1, "folded").ok());
  schema_->end_sessions(application_name());
  EXPECT_TRUE(store_->now_ms().ok());
  schema_->end_sessions(application_name());
  EXPECT_EQ(store_->read_history(run.key, 1, false, 100)->rows.size(), 1U);
  schema_->end_sessions(application_name());
  EXPECT_TRUE(store_->read_registry().ok());
  schema_->end_sessions(application_name());
  EXPECT_TRUE(store_->heartbeat("coordinator-1", "10.0.0.1:7450").ok());
}

TEST_F(LostConnectionTest, ARegistryChangeMeetsADeadConnectionUnharmed) {
  schema_->end_sessions(application_name());
  EXPECT_TRUE(store_->change_registry({.expected_version = 0, .put_domains = {{.name = "orders"}}}).ok());
  EXPECT_EQ(*store_->registry_version(), 1);
}

TEST_F(LostConnectionTest, ARegistryChangeLostInItsCommitMayHaveBeenAppliedAndItsRepeatIsHarmless) {
  Store::RegistryChange change{.expected_version = 0, .put_domains = {{.name = "orders"}}};
  change.received = ReceivedRow{received_key(run, "register"), "registered", 100};
  proxy_->arm(kCommit, Fault::kCutAfter);
  EXPECT_EQ(store_->change_registry(change).code(), absl::StatusCode::kUnavailable);
  EXPECT_TRUE(proxy_->wait_for_fault());
  EXPECT_EQ(store_->change_registry(change).code(), absl::StatusCode::kAlreadyExists);
  EXPECT_EQ(*store_->find_received(change.received->key), "registered");

  change = {.expected_version = 1, .put_domains = {{.name = "returns"}}};
  proxy_->arm(kCommit, Fault::kCutBefore);
  EXPECT_EQ(store_->change_registry(change).code(), absl::StatusCode::kUnavailable);
  EXPECT_TRUE(proxy_->wait_for_fault());
  EXPECT_EQ(*store_->registry_version(), 1);
  EXPECT_TRUE(store_->change_registry(change).ok());
}

TEST_F(LostConnectionTest, AProcessEndedWhileItWaitsForAnotherWriterIsSettledByTheOthersEnd) {
  const std::unique_ptr<postgres::Connection> by_hand = schema_->connect();
  for (const char* end : {"ROLLBACK", "COMMIT"}) {
    const NamedRun one(absl::StrCat("order of ", end), 10 + static_cast<int>(std::string_view(end).size()));
    ASSERT_TRUE(by_hand->run_text("BEGIN; " + insert_by_hand(one, 1)).ok());
    std::future<std::string_view> outcome = commit_in_background(Batch().append(one, 1, 1, "ours"));
    wait_until_blocked();
    schema_->end_sessions(application_name());
    wait_until_blocked();  // sent again, on a new connection
    ASSERT_TRUE(by_hand->run_text(end).ok());
    const bool ours = std::string_view(end) == "ROLLBACK";
    EXPECT_EQ(outcome.get(), ours ? "committed" : "conflict");
    EXPECT_THAT(records(one), testing::ElementsAre(ours ? "ours" : "by hand"));
  }
}

// --- no server
// -----------------------------------------------------------------------------------------------------------------------

TEST_F(LostConnectionTest, WithoutAServerACommitIsMaybeInTimeAndAllIsWellAfterwards) {
  open({.settle_within = 400ms, .read_within = 200ms});
  proxy_->set_reach(Reach::kRefusing);
  const Clock::time_point begin = Clock::now();
  const CommitResult result = lane().commit(Batch().append(run, 1, 1, "ours"));
  EXPECT_EQ(told(result), "maybe");
  EXPECT_EQ(result.reason.code(), absl::StatusCode::kUnavailable) << result.reason;
  EXPECT_EQ(lane().load(std::vector{run.key}).status().code(), absl::StatusCode::kUnavailable);
  EXPECT_EQ(store_->now_ms().status().code(), absl::StatusCode::kUnavailable);
  EXPECT_EQ(store_->change_registry({}).code(), absl::StatusCode::kUnavailable);
  EXPECT_LT(Clock::now() - begin, 10s) << "nobody waits for ever";

  proxy_->set_reach(Reach::kServing);
  EXPECT_NE(told(lane().commit(Batch().append(run, 1, 1, "ours"))), "maybe") << "whether the first sending arrived or not";
  while (!store_->now_ms().ok()) ASSERT_LT(Clock::now() - begin, 20s) << "readers look again after a second at most";
  EXPECT_THAT(records(run), testing::ElementsAre("ours"));
}

TEST_F(LostConnectionTest, AServerThatComesBackInTimeIsNotNoticed) {
  proxy_->set_reach(Reach::kRefusing);
  std::future<std::string_view> outcome = commit_in_background(full(run));
  schema_->wait_until(
      absl::StrCat("NOT EXISTS (SELECT FROM pg_stat_activity WHERE application_name = '", application_name(), "')"));
  proxy_->set_reach(Reach::kServing);
  EXPECT_EQ(outcome.get(), "committed");
  EXPECT_EQ(open_runs(run), 1);
}

// The connection stands and nothing comes: what a stopped server process does.
TEST_F(LostConnectionTest, ASilentConnectionIsGivenUpAndItsTransactionToo) {
  open({.statement_timeout = 200ms, .idle_in_transaction_timeout = 500ms});
  proxy_->arm(kCommit, Fault::kStall);
  EXPECT_EQ(told(lane().commit(full(run))), "committed");
  EXPECT_TRUE(proxy_->wait_for_fault());
  EXPECT_THAT(records(run), testing::ElementsAre("first"));
  EXPECT_EQ(open_runs(run), 1);
}

TEST_F(LostConnectionTest, ASilentServerIsMaybeInTime) {
  open({.connect_timeout = 2000ms, .statement_timeout = 200ms, .settle_within = 400ms, .read_within = 200ms});
  proxy_->set_reach(Reach::kSilent);
  const Clock::time_point begin = Clock::now();
  EXPECT_EQ(told(lane().commit(Batch().append(run, 1, 1, "ours"))), "maybe");
  EXPECT_EQ(store_->now_ms().status().code(), absl::StatusCode::kUnavailable);
  EXPECT_LT(Clock::now() - begin, 25s);
  proxy_->set_reach(Reach::kServing);
  EXPECT_NE(told(lane().commit(Batch().append(run, 1, 1, "ours"))), "maybe");
  EXPECT_THAT(records(run), testing::ElementsAre("ours")) << "whenever the first sending arrived";
}

// --- a server that takes no writes for a while
// ------------------------------------------------------------------------------------

// What waits for another session's lock is surely not applied; beside it others go on.
TEST_F(LostConnectionTest, AWriterThatNeverEndsHoldsOnlyItsOwnRun) {
  for (const PostgresOptions& options : {PostgresOptions{.statement_timeout = 100ms, .lock_timeout = 5s},
                                         PostgresOptions{.statement_timeout = 5s, .lock_timeout = 100ms}}) {
    open(options);
    const std::unique_ptr<postgres::Connection> by_hand = schema_->connect();
    ASSERT_TRUE(by_hand->run_text("BEGIN; " + insert_by_hand(run, 1)).ok());
    const CommitResult result = lane().commit(Batch().append(run, 1, 1, "ours"));
    EXPECT_EQ(told(result), "rejected");
    EXPECT_EQ(result.reason.code(), absl::StatusCode::kUnavailable) << "not now, rather than never";
    EXPECT_NE(told(lane().commit(Batch().append(second, 1, 1, "beside it"))), "rejected");
    ASSERT_TRUE(by_hand->run_text("ROLLBACK").ok());
    EXPECT_THAT(records(run), testing::ElementsAre());
  }
  EXPECT_EQ(told(lane().commit(Batch().append(run, 1, 1, "ours"))), "committed");
  EXPECT_THAT(records(run), testing::ElementsAre("ours"));
}

// As in a failover: the address leads to a standby for a while. A role of its own keeps other tests out of it.
TEST_F(LostConnectionTest, AServerThatBecomesReadOnlyIsLeftUntilItTakesWritesAgain) {
  const std::string role = "role_of_" + schema_->name();
  schema_->run(absl::StrCat("CREATE ROLE ", role, " LOGIN SUPERUSER"));
  std::string url = schema_->url();
  url.replace(url.find("://") + 3, url.find('@') - url.find("://") - 3, role);
  PostgresOptions options = schema_->options();
  options.application_name = application_name();
  lane_.reset();
  store_ = schema_->open(options, url);
  ASSERT_NE(store_, nullptr);
  lane_ = store_->open_lane();
  ASSERT_EQ(told(lane().commit(Batch().append(run, 1, 1, "before"))), "committed");

  schema_->run(absl::StrCat("ALTER ROLE ", role, " SET default_transaction_read_only = on"));
  schema_->end_sessions(application_name());
  std::future<std::string_view> outcome = commit_in_background(Batch().append(run, 2, 2, "after"));
  schema_->wait_until(absl::StrCat("EXISTS (SELECT FROM pg_stat_activity WHERE application_name = '", application_name(), "')"));
  schema_->run(absl::StrCat("ALTER ROLE ", role, " RESET default_transaction_read_only"));
  EXPECT_EQ(outcome.get(), "committed");
  EXPECT_THAT(records(run), testing::ElementsAre("before", "after"));
  lane_.reset();
  store_.reset();
  schema_->end_sessions(application_name());
  schema_->run(absl::StrCat("REASSIGN OWNED BY ", role, " TO CURRENT_USER; DROP ROLE ", role));
}

}  // namespace
}  // namespace baton::store
