// What a batch does to the rows of executions, taken together; and the shape of the statements that follow from it.
#include "coordinator/store/net_changes.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "coordinator/store/batch_check.h"
#include "coordinator/store/postgres/commit_form.h"
#include "tests/store/rows.h"

namespace baton::store {
namespace {

NetChanges net(const CommitBatch& batch) {
  absl::StatusOr<NetChanges> changes = net_changes(batch);
  EXPECT_TRUE(changes.ok()) << changes.status();
  return changes.ok() ? *std::move(changes) : NetChanges{};
}

TEST(NetChangesTest, CloseAndChangeOfAnOpenRunAreOneUpdate) {
  const NamedRun run("order-1");
  const NetChanges changes = net(Batch().set_deadline(run, 7000).close(run, 3, 2500).request_cancel(run));
  ASSERT_EQ(changes.updates.size(), 1U);
  EXPECT_TRUE(changes.opened.empty());
  const ExecutionUpdate& update = changes.updates[0];
  EXPECT_EQ(update.close_status, 3);
  EXPECT_EQ(update.close_ms, 2500);
  EXPECT_EQ(update.deadline_ms, 0) << "a closed run has none, whatever else the batch says";
  EXPECT_TRUE(update.cancel_requested);
}

TEST(NetChangesTest, WhatIsNotNamedStaysAsItIs) {
  const NamedRun run("order-1");
  EXPECT_EQ(net(Batch().request_cancel(run)).updates.at(0).deadline_ms, std::nullopt);
  EXPECT_FALSE(net(Batch().set_deadline(run, 0)).updates.at(0).cancel_requested);
  EXPECT_EQ(net(Batch().set_deadline(run, 0)).updates.at(0).deadline_ms, 0);
  EXPECT_EQ(net(Batch().set_deadline(run, 0)).updates.at(0).close_status, 0);
}

TEST(NetChangesTest, ARunThatIsOpenedInTheBatchIsOneNewRow) {
  const NamedRun run("order-1");
  const NetChanges changes = net(Batch().close(run, 2, 2500).set_deadline(run, 7000).request_cancel(run).open(run, 1000, 6000));
  EXPECT_TRUE(changes.updates.empty());
  ASSERT_EQ(changes.opened.size(), 1U);
  EXPECT_EQ(changes.opened[0].close_status, 2);
  EXPECT_EQ(changes.opened[0].close_ms, 2500);
  EXPECT_EQ(changes.opened[0].opened.deadline_ms, 0);
  EXPECT_TRUE(changes.opened[0].cancel_requested);
  EXPECT_EQ(net(Batch().open(run, 1000, 6000)).opened.at(0).opened.deadline_ms, 6000);
  EXPECT_EQ(net(Batch().open(run, 1000, 6000).set_deadline(run, 7000)).opened.at(0).opened.deadline_ms, 7000);
}

TEST(NetChangesTest, RowsComeInOneOrderWhateverTheirOrderInTheBatch) {
  std::vector<NamedRun> runs;
  for (int i = 0; i < 30; ++i) runs.emplace_back("order-" + std::to_string(i % 10), 30 - i, i % 3 == 0 ? "orders" : "returns");
  Batch forwards, backwards;
  for (size_t i = 0; i < runs.size(); ++i) {
    forwards.close(runs[i]);
    backwards.close(runs[runs.size() - 1 - i]);
  }
  const NetChanges one = net(forwards), other = net(backwards);
  ASSERT_EQ(one.updates.size(), runs.size());
  for (size_t i = 0; i < runs.size(); ++i) {
    EXPECT_EQ(one.updates[i].run, other.updates[i].run);
    if (i == 0) continue;
    const auto place = [](const ExecutionUpdate& row) {
      return std::tie(row.run.shard, row.domain, row.workflow_id, row.run.run_id);
    };
    EXPECT_LT(place(one.updates[i - 1]), place(one.updates[i]));
  }
}

TEST(NetChangesTest, NothingHappensTwice) {
  const NamedRun run("order-1");
  EXPECT_FALSE(net_changes(Batch().open(run).open(run)).ok());
  EXPECT_FALSE(net_changes(Batch().close(run).close(run)).ok());
  EXPECT_FALSE(net_changes(Batch().open(run).close(run).close(run)).ok());
}

TEST(NetChangesTest, ARefusalNamesTheRun) {
  const NamedRun run("order-1");
  EXPECT_TRUE(check_batch(Batch().open(run).append(run, 1).close(run)).ok());
  for (const absl::Status& status :
       {check_batch(Batch().append(run, 0)), check_batch(Batch().open(run, -1)), check_batch(Batch().close(run, 9)),
        check_batch(Batch().set_deadline(run, -1)), check_batch(Batch().add_task(run, 0))}) {
    EXPECT_EQ(status.code(), absl::StatusCode::kInvalidArgument);
    EXPECT_THAT(std::string(status.message()), testing::HasSubstr(run.key.run_id.to_text()));
  }
}

// --- the statements
// -------------------------------------------------------------------------------------------------------------

postgres::CommitForm form(const CommitBatch& batch) {
  absl::StatusOr<postgres::CommitForm> made = postgres::commit_form(batch);
  EXPECT_TRUE(made.ok()) << made.status();
  return made.ok() ? *std::move(made) : postgres::CommitForm{};
}

std::vector<std::string> names(const postgres::CommitForm& form) {
  std::vector<std::string> found;
  for (const postgres::CommitStep& step : form.steps) found.emplace_back(step.statement->name);
  return found;
}

TEST(CommitFormTest, AnAppendIsOneStatementThatCommitsItself) {
  const NamedRun run("order-1"), other("order-2", 2);
  const Batch batch = Batch().append(run, 1).append(other, 4);
  EXPECT_TRUE(batch.operator const CommitBatch&().append_only());
  EXPECT_THAT(names(form(batch)), testing::ElementsAre("append_journal"));
  EXPECT_TRUE(form(batch).autocommit());
  EXPECT_TRUE(form(batch).journal_writers.has_value());
  EXPECT_FALSE(form(batch).received_writers.has_value());
}

TEST(CommitFormTest, AVerdictAloneIsOneStatementToo) {
  const postgres::CommitForm verdict = form(Batch().receive(NamedRun("order-1"), "request"));
  EXPECT_THAT(names(verdict), testing::ElementsAre("add_received"));
  EXPECT_TRUE(verdict.autocommit());
  EXPECT_TRUE(verdict.received_writers.has_value());
}

TEST(CommitFormTest, AnUpdateIsCountedSoItNeedsATransaction) {
  const postgres::CommitForm update = form(Batch().close(NamedRun("order-1")).request_cancel(NamedRun("order-2", 2)));
  EXPECT_FALSE(update.autocommit());
  EXPECT_EQ(update.steps.at(0).expected, 2);
}

TEST(CommitFormTest, EverythingGoesInTheOrderOfTheContract) {
  const NamedRun run("order-1"), next("order-1", 2);
  const Batch batch =
      Batch().receive(run, "request").send(run, 1, 1, "m").take(run, 1, 2).add_task(next, 1).remove_task(run, 1).open(next).close(run).append(next, 1).append(run, 2);
  EXPECT_THAT(names(form(batch)), testing::ElementsAre("append_journal", "update_executions", "open_executions", "remove_backlog",
                                                       "add_backlog", "remove_outbox", "add_outbox", "add_received"));
}

TEST(CommitFormTest, TheSameBatchIsTheSameBytesWhateverTheOrderOfItsRows) {
  const NamedRun first("order-1", 1), second("order-2", 2);
  Batch one = Batch().append(first, 1).append(second, 1).open(first).open(second).add_task(first, 1).add_task(second, 1);
  Batch other = Batch().append(second, 1).append(first, 1).open(second).open(first).add_task(second, 1).add_task(first, 1);
  other.rows().commit_id = one.rows().commit_id;
  const postgres::CommitForm form_of_one = form(one), form_of_other = form(other);
  ASSERT_EQ(form_of_one.steps.size(), form_of_other.steps.size());
  for (size_t i = 0; i < form_of_one.steps.size(); ++i) {
    EXPECT_EQ(form_of_one.steps[i].params.values(), form_of_other.steps[i].params.values());
  }
}

}  // namespace
}  // namespace baton::store
