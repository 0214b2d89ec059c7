// What removal is for, on PostgreSQL: the room of what went is used again; and removal beside commits, by two coordinators at once.
#include <atomic>
#include <thread>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "absl/strings/str_cat.h"
#include "tests/store/postgres_schema.h"
#include "tests/store/rows.h"

namespace baton::store {
namespace {

class SpaceTest : public testing::Test {
 protected:
  void SetUp() override {
    schema_ = PostgresSchema::make();
    ASSERT_NE(schema_, nullptr);
    PostgresOptions options = schema_->options();
    options.allow_asynchronous_commit = true;
    store_ = schema_->open(options, schema_->url_with("options=-c%20synchronous_commit%3Doff"));
    ASSERT_NE(store_, nullptr);
    lane_ = store_->open_lane();
  }

  // Closed runs with so many batches each, of which the last one is too large to lie in the table itself.
  void write_runs(int first, int count, int batches, size_t large_bytes = 20'000) {
    for (int number = first; number < first + count; ++number) {
      const NamedRun run(absl::StrCat("order-", number), number);
      Batch batch;
      for (int n = 1; n < batches; ++n) batch.append(run, n, n, std::string(200, 'r'));
      batch.append(run, batches, batches, std::string(large_bytes, 'R')).open(run, 1000 + number).close(run, 1, 2000 + number);
      batch.rows().opened[0].tags = {"red"};
      batch.rows().opened[0].attributes = {{"team", "red"}};
      ASSERT_EQ(told(lane_->commit(batch)), "committed");
    }
  }
  int64_t remove_all(int32_t runs_at_once = 100, int32_t rows_at_once = 1000) {
    int64_t removed = 0;
    while (const auto some = store_->remove_closed_runs("orders", INT64_MAX, runs_at_once).value_or(0)) removed += some;
    while (store_->remove_remains(rows_at_once).value_or(0) > 0) continue;
    return removed;
  }
  // Tables with what belongs to them, indexes included.
  int64_t bytes() const {
    return schema_->number("SELECT sum(pg_total_relation_size(c.oid))::int8 FROM pg_class c WHERE c.relkind = 'r' AND c.relname IN "
                           "('journal', 'snapshot', 'execution', 'execution_tag', 'execution_attribute', 'removed_run') AND c.relnamespace = "
                           "current_schema()::regnamespace");
  }
  // As autovacuum does it, once nobody can see what was removed any more.
  void vacuum() const {
    const int64_t now = schema_->number("SELECT pg_snapshot_xmax(pg_current_snapshot())::text::int8");
    schema_->wait_until(absl::StrCat("NOT EXISTS (SELECT FROM pg_stat_activity WHERE datname = current_database() ",
                                     "AND pid <> pg_backend_pid() AND greatest(age(backend_xmin), age(backend_xid)) > age(", now,
                                     "::text::xid))"));
    for (const char* table : {"journal", "snapshot", "execution", "execution_tag", "execution_attribute", "removed_run"}) {
      schema_->run(absl::StrCat("VACUUM ", table));
    }
  }

  std::unique_ptr<PostgresSchema> schema_;
  std::unique_ptr<Store> store_;
  std::unique_ptr<LaneSession> lane_;
};

TEST_F(SpaceTest, TheRoomOfRemovedRunsIsUsedAgain) {
  constexpr int kRuns = 400, kGenerations = 4;
  write_runs(0, kRuns, 10);
  const int64_t full = bytes();
  for (int generation = 1; generation < kGenerations; ++generation) {
    ASSERT_EQ(remove_all(), kRuns);
    vacuum();
    write_runs(generation * kRuns, kRuns, 10);
    EXPECT_LE(bytes(), full + full / 4) << "generation " << generation;
  }
  EXPECT_EQ(schema_->number("SELECT count(*) FROM journal"), kRuns * 10);
}

TEST_F(SpaceTest, NothingIsLeftOfARemovedRun) {
  write_runs(1, 50, 4);
  ASSERT_TRUE(lane_->save_snapshot(NamedRun("order-7", 7).key, 3, "folded").ok());
  ASSERT_EQ(remove_all(7, 13), 50);
  for (const char* table : {"journal", "snapshot", "execution", "execution_tag", "execution_attribute", "removed_run"}) {
    EXPECT_EQ(schema_->number(absl::StrCat("SELECT count(*) FROM ", table)), 0) << table;
  }
}

TEST_F(SpaceTest, LargeBatchesCountMoreThanOne) {
  write_runs(1, 20, 1, 1 << 20);
  ASSERT_EQ(store_->remove_closed_runs("orders", INT64_MAX, 100).value_or(0), 20);
  EXPECT_EQ(store_->remove_remains(1000).value_or(0), 8) << "no more than eight mebibytes at once";
  EXPECT_EQ(schema_->number("SELECT count(*) FROM journal"), 12);
  EXPECT_EQ(store_->remove_remains(1000).value_or(0), 8);
  EXPECT_EQ(store_->remove_remains(1000).value_or(0), 4 + 20);
  EXPECT_EQ(store_->remove_remains(1000).value_or(-1), 0);
}

TEST_F(SpaceTest, TwoCoordinatorsRemoveBesideCommitsAndNobodyHearsOfIt) {
  constexpr int kRuns = 300;
  write_runs(1, kRuns, 5, 300);
  std::atomic<int64_t> removed{0};
  std::atomic<bool> writing{true};
  const auto remove = [&](int32_t at_once) {
    const std::unique_ptr<Store> own = schema_->open();
    ASSERT_NE(own, nullptr);
    bool more = true;
    while (more || writing) {
      const auto runs = own->remove_closed_runs("orders", INT64_MAX, at_once);
      const auto rows = own->remove_remains(10 * at_once);
      // Both lock rows in the same order, so there is not even a deadlock.
      ASSERT_TRUE(runs.ok() && rows.ok()) << runs.status() << " " << rows.status();
      removed += *runs;
      more = *runs > 0 || *rows > 0;
    }
  };
  std::thread one(remove, 7), other(remove, 11);
  write_runs(kRuns + 1, kRuns, 5, 300);
  writing = false;
  one.join();
  other.join();
  EXPECT_EQ(removed, 2 * kRuns) << "each once";
  remove_all();
  for (const char* table : {"journal", "execution", "execution_tag", "execution_attribute"}) {
    EXPECT_EQ(schema_->number(absl::StrCat("SELECT count(*) FROM ", table)), 0) << table;
  }
}

}  // namespace
}  // namespace baton::store
