// Two coordinators on one PostgreSQL: one behind a proxy that breaks its connections, the other beside it.
#pragma once

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "tests/store/postgres_schema.h"
#include "tests/store/rows.h"
#include "tests/store/tcp_proxy.h"

namespace baton::store {

class BrokenConnectionTest : public testing::Test {
 protected:
  void SetUp() override {
    schema_ = PostgresSchema::make();
    ASSERT_NE(schema_, nullptr);
    other_store_ = schema_->open();
    ASSERT_NE(other_store_, nullptr);
    other_ = other_store_->open_lane();
    proxy_ = std::make_unique<TcpProxy>(schema_->url());
    open(PostgresOptions{});
  }

  // The store behind the proxy, again, with these time limits. Its statements are prepared already, so a fault meets the
  // statement itself.
  void open(PostgresOptions options) {
    options.schema = schema_->name();
    options.application_name = kLane + schema_->name();
    options.readers = 1;
    lane_.reset();
    store_ = schema_->open(options, proxy_->url());
    ASSERT_NE(store_, nullptr);
    lane_ = store_->open_lane();
    const NamedRun run("prepared", 1000 + ++opened_);
    ASSERT_EQ(told(lane_->commit(Batch().append(run, 1))), "committed");
    ASSERT_EQ(told(lane_->commit(Batch().receive(run, absl::StrCat(opened_)))), "committed");
    ASSERT_EQ(told(lane_->commit(full(NamedRun(absl::StrCat("prepared ", opened_), 2000 + opened_)))), "committed");
  }

  // A first batch with rows of every table: several statements between BEGIN and COMMIT.
  static Batch full(const NamedRun& run, std::string records = "first") {
    return Batch()
        .append(run, 1, 1, std::move(records))
        .open(run, 1000, 6000)
        .add_task(run, 1)
        .remove_task(run, 2)
        .receive(run, "start of " + run.key.run_id.to_text());
  }

  LaneSession& lane() { return *lane_; }
  LaneSession& other() { return *other_; }
  std::string application_name() const { return kLane + schema_->name(); }

  // What the batches 1, 2, … of the run hold, as the other coordinator sees it.
  std::vector<std::string> records(const NamedRun& run) {
    std::vector<std::string> found;
    const absl::StatusOr<std::vector<LoadedRun>> loaded = other_->load(std::vector{run.key});
    EXPECT_TRUE(loaded.ok()) << loaded.status();
    for (const LoadedRun& one : *loaded) {
      for (const JournalRow& row : one.rows) found.push_back(row.records);
    }
    return found;
  }
  int64_t open_runs(const NamedRun& run) {
    return schema_->number(
        absl::StrCat("SELECT count(*) FROM execution WHERE close_status = 0 AND workflow_id = '", run.workflow_id, "'"));
  }
  // Until a connection of the store behind the proxy waits for somebody's transaction.
  void wait_until_blocked() const {
    schema_->wait_until(
        absl::StrCat("EXISTS (SELECT FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND application_name = '",
                     application_name(), "')"));
  }
  // INSERT of a journal row by hand, under a commit id of nobody's.
  std::string insert_by_hand(const NamedRun& run, int64_t batch_no) const {
    return absl::StrCat("INSERT INTO journal (shard, run_id, batch_no, first_event_id, format, records, commit_id) VALUES (",
                        run.key.shard, ", '", run.key.run_id.to_text(), "', ", batch_no, ", ", batch_no, ", 1, 'by hand', '",
                        RunId{}.to_text(), "')");
  }

  std::unique_ptr<PostgresSchema> schema_;
  std::unique_ptr<TcpProxy> proxy_;
  std::unique_ptr<Store> other_store_, store_;
  std::unique_ptr<LaneSession> other_, lane_;

 private:
  static constexpr char kLane[] = "lane_of_";
  int opened_ = 0;
};

// What the client's bytes of a commit contain: of one statement that commits itself, and of the end of a transaction.
inline constexpr char kAppend[] = "append_journal";
inline constexpr char kReceive[] = "add_received";
inline constexpr char kCommit[] = "COMMIT";

}  // namespace baton::store
