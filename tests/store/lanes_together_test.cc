// Several lanes of several coordinators on the same rows: whatever their order, nobody is told anything but committed or
// conflict.
#include <atomic>
#include <random>
#include <thread>

#include "tests/store/postgres_schema.h"
#include "tests/store/rows.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "absl/strings/str_cat.h"

namespace baton::store {
namespace {

class LanesTogetherTest : public testing::Test {
 protected:
  void SetUp() override {
    schema_ = PostgresSchema::make();
    ASSERT_NE(schema_, nullptr);
    store_ = schema_->open();
    ASSERT_NE(store_, nullptr);
    for (int i = 0; i < 12; ++i) runs_.emplace_back(absl::StrCat("order-", i % 5, "-", i), i + 1);
  }

  std::unique_ptr<PostgresSchema> schema_;
  std::unique_ptr<Store> store_;
  std::vector<NamedRun> runs_;
};

// Two lanes write the same next batches of the same runs, rows of every table, one forwards, one backwards.
TEST_F(LanesTogetherTest, OppositeOrdersOfTheSameKeysNeverSurface) {
  constexpr int kRounds = 40;
  Batch opening;
  for (const NamedRun& run : runs_) opening.append(run, 1).open(run, 1000, 5000).add_task(run, 1);
  ASSERT_EQ(told(store_->open_lane()->commit(opening)), "committed");
  std::atomic<int> committed{0};
  const auto write = [&](bool backwards) {
    const std::unique_ptr<LaneSession> lane = store_->open_lane();
    for (int round = 0; round < kRounds; ++round) {
      Batch batch;
      for (size_t i = 0; i < runs_.size(); ++i) {
        const NamedRun& run = runs_[backwards ? runs_.size() - 1 - i : i];
        batch.append(run, round + 2).set_deadline(run, 6000 + round).remove_task(run, round + 1).add_task(run, round + 2);
        batch.receive(run, absl::StrCat("request ", round));
      }
      const CommitResult result = lane->commit(batch);
      EXPECT_TRUE(told(result) == "committed" || told(result) == "conflict") << told(result) << ": " << result.reason;
      committed += told(result) == "committed";
    }
  };
  std::thread forwards(write, false), backwards(write, true);
  forwards.join();
  backwards.join();
  EXPECT_EQ(committed, kRounds) << "each round exactly once";
  EXPECT_EQ(schema_->number("SELECT count(*) FROM journal"), static_cast<int64_t>(runs_.size()) * (kRounds + 1));
  EXPECT_EQ(schema_->number("SELECT count(*) FROM backlog"), static_cast<int64_t>(runs_.size()));
}

// The same without a fence in common: each lane has runs of its own, and they meet in workflow ids and received calls only.
TEST_F(LanesTogetherTest, StartsThatMeetOnlyInTheirWorkflowIdsNeverSurface) {
  constexpr uint64_t kSeed = 31;
  constexpr int kRounds = 40, kIds = 6;
  const auto write = [&](int lane_number) {
    const std::unique_ptr<LaneSession> lane = store_->open_lane();
    std::mt19937_64 random(kSeed + static_cast<uint64_t>(lane_number));
    int next_run = 1000 * (lane_number + 1);
    for (int round = 0; round < kRounds; ++round) {
      std::vector<NamedRun> runs;
      for (int i = 0; i < kIds; ++i) runs.emplace_back(absl::StrCat("shared-", i), ++next_run);
      std::shuffle(runs.begin(), runs.end(), random);
      Batch start, end;
      for (const NamedRun& run : runs) {
        start.append(run, 1).open(run);
        end.append(run, 2).close(run);
      }
      const CommitResult result = lane->commit(start);
      EXPECT_TRUE(told(result) == "committed" || told(result) == "conflict") << told(result) << ": " << result.reason;
      if (told(result) != "committed") continue;
      EXPECT_EQ(told(lane->commit(end)), "committed");
    }
  };
  std::thread first(write, 0), second(write, 1);
  first.join();
  second.join();
  EXPECT_EQ(schema_->number("SELECT count(*) FROM execution WHERE close_status = 0"), 0);
  EXPECT_GT(schema_->number("SELECT count(*) FROM execution"), 0);
}

// Lanes sort their rows, so it takes a stranger to make a deadlock; then the lane's transaction is the one that PostgreSQL
// breaks.
TEST_F(LanesTogetherTest, ADeadlockCountsAsAConflict) {
  const auto by_hand_insert = [](const NamedRun& run) {
    return absl::StrCat("INSERT INTO received (shard, domain, workflow_id, source, id, verdict, received_ms, commit_id) VALUES (",
                        run.key.shard, ", '", run.domain, "', '", run.workflow_id, "', 'signal', 'request', '', 0, '",
                        RunId{}.to_text(), "')");
  };
  // Of one shard, so that the order of their keys is that of their ids.
  std::vector<NamedRun> same_shard = {NamedRun("order-0", 1)};
  for (int i = 1; same_shard.size() < 2; ++i) {
    const NamedRun run(absl::StrCat("order-", 1000 + i), 2);
    if (run.key.shard == same_shard[0].key.shard) same_shard.push_back(run);
  }
  const NamedRun &first = same_shard[0], &second = same_shard[1];
  PostgresOptions options = schema_->options();
  options.application_name = "lane_of_" + schema_->name();
  options.lock_timeout = std::chrono::seconds(30);
  const std::unique_ptr<Store> store = schema_->open(options, schema_->url_with("options=-c%20deadlock_timeout%3D2s"));
  ASSERT_NE(store, nullptr);
  const std::unique_ptr<LaneSession> lane = store->open_lane();
  const Batch batch = Batch().receive(second, "request", "ours").receive(first, "request", "ours");

  const std::unique_ptr<postgres::Connection> by_hand = schema_->connect();
  ASSERT_TRUE(by_hand->run_text("BEGIN; SET LOCAL deadlock_timeout = '60s'; " + by_hand_insert(second)).ok());
  CommitResult result;
  std::thread committing([&] { result = lane->commit(batch); });
  schema_->wait_until(absl::StrCat("EXISTS (SELECT FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND application_name = '",
                                   options.application_name, "')"));
  EXPECT_TRUE(by_hand->run_text(by_hand_insert(first)).ok()) << "the lane has given way";
  committing.join();
  EXPECT_EQ(told(result), "conflict");
  EXPECT_THAT(result.reason.message(), testing::HasSubstr("40P01"));
  ASSERT_TRUE(by_hand->run_text("ROLLBACK").ok());
  EXPECT_EQ(told(lane->commit(batch)), "committed") << "the lane goes on";
}

// Something only the server can find: a name too long for the index over it.
TEST_F(LanesTogetherTest, WhatTheServerRefusesIsRejectedWholeAndTheLaneGoesOn) {
  std::mt19937_64 random(5);
  std::string long_id(20'000, ' ');
  for (char& c : long_id) c = static_cast<char>('a' + random() % 26);  // nothing to compress
  const std::unique_ptr<LaneSession> lane = store_->open_lane();
  const NamedRun bad(long_id, 100), good("good", 101);
  const CommitResult result = lane->commit(Batch().append(good, 1).open(good).append(bad, 1).open(bad));
  EXPECT_EQ(told(result), "rejected");
  EXPECT_THAT(result.reason.message(), testing::HasSubstr("54000"));
  EXPECT_EQ(schema_->number("SELECT count(*) FROM journal"), 0);
  EXPECT_EQ(told(lane->commit(Batch().append(good, 1).open(good))), "committed");
}

}  // namespace
}  // namespace baton::store
