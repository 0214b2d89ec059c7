// A batch is applied as a whole or not at all, whichever of its rows is the one that cannot be.
#include <functional>

#include "tests/store/store_test.h"

namespace baton::store {
namespace {

// A batch with every kind of row, on top of what SetUp() stores.
class AllOrNothingTest : public StoreTest {
 protected:
  void SetUp() override {
    StoreTest::SetUp();
    if (HasFatalFailure()) return;
    ASSERT_EQ(commit(Batch()
                         .append(old_run, 1, 1, "old")
                         .open(old_run, 1000, 6000)
                         .append(changed, 1, 1, "changed")
                         .open(changed, 1000, 6500)
                         .append(taken, 1, 1, "taken")
                         .open(taken)
                         .append(closed, 1, 1, "closed")
                         .open(closed)
                         .close(closed)
                         .add_task(old_run, 5)
                         .add_task(taken, 5)
                         .send(old_run, 1, 2, "sent before")
                         .receive(taken, "received before")),
              "committed");
  }

  Batch everything() {
    return Batch()
        .append(old_run, 2, 2, "the last batch")
        .close(old_run, 5)
        .append(new_run, 1, 1, "the first batch")
        .open(new_run, 3000, 8000)
        .append(changed, 2, 2, "one more")
        .set_deadline(changed, 9000)
        .request_cancel(changed)
        .remove_task(old_run, 5)
        .add_task(new_run, 1)
        .send(old_run, 1, 3, "a message")
        .take(old_run, 1, 2)
        .receive(new_run, "request");
  }

  // All that the batch would leave a trace in.
  std::string stored() {
    const std::vector<NamedRun> runs = {old_run, new_run, changed, taken, closed, unknown};
    std::vector<RunKey> keys;
    std::string text;
    for (const NamedRun& run : runs) {
      keys.push_back(run.key);
      const std::optional<ExecutionRecord> record = must(store().find_execution(run.key));
      text += record ? show(*record) + "\n" : "none\n";
    }
    const Store::ListKey pack{core::TaskKind::kActivity, "orders", "pack"};
    text += show_all(must(lane().load(keys))) + show_all(must(store().due_deadlines(1'000'000, 100))) +
            show_all(must(store().read_backlog(std::vector{pack}, 100)));
    for (const OutboxRow& row : must(store().read_outbox(1'000'000, 100, {}))) text += row.message + "\n";
    for (const char* id : {"request", "received before"}) {
      for (const NamedRun& run : {new_run, taken}) {
        text += must(store().find_received(received_key(run, id))).value_or("no verdict") + "\n";
      }
    }
    return text;
  }

  // `spoil` makes one row of the full batch impossible; then nothing may be stored, and the sound batch still can be.
  void expect_nothing_after(std::string_view outcome, const std::function<void(Batch&)>& spoil) {
    const std::string before = stored();
    Batch spoilt = everything();
    spoil(spoilt);
    EXPECT_EQ(commit(spoilt), outcome);
    EXPECT_EQ(stored(), before);
    EXPECT_EQ(commit(everything()), "committed");
  }

  const NamedRun old_run{"order-1", 1}, new_run{"order-1", 2}, changed{"order-2", 3}, taken{"order-3", 4}, closed{"order-4", 5},
      unknown{"order-5", 6};
};
ON_BOTH_STORES(AllOrNothingTest);

TEST_P(AllOrNothingTest, TheSoundBatchIsStoredWhole) {
  ASSERT_EQ(commit(everything()), "committed");
  const std::string text = stored();
  for (const char* part : {"the last batch", "the first batch", "one more", "closed 2000 as 5", "cancel requested",
                           "deadline 8000", "deadline 9000", "a message"}) {
    EXPECT_THAT(text, testing::HasSubstr(part));
  }
  EXPECT_THAT(text, testing::Not(testing::HasSubstr("deadline 6000")));
  EXPECT_THAT(text, testing::Not(testing::HasSubstr("deadline 6500")));
  EXPECT_EQ(must(store().find_received(received_key(new_run, "request"))), "done");
  EXPECT_EQ(must(store().count_backlog({core::TaskKind::kActivity, "orders", "pack"}, 10)), 2);
}

TEST_P(AllOrNothingTest, TheSoundBatchTwiceIsAConflict) {
  ASSERT_EQ(commit(everything()), "committed");
  const std::string once = stored();
  EXPECT_EQ(commit(everything()), "conflict");
  EXPECT_EQ(stored(), once);
}

TEST_P(AllOrNothingTest, AJournalRowConflicts) {
  expect_nothing_after("conflict", [&](Batch& batch) { batch.append(taken, 1, 1, "again"); });
}

TEST_P(AllOrNothingTest, AJournalRowIsRefused) {
  expect_nothing_after("rejected", [&](Batch& batch) { batch.append(taken, 2, 2, ""); });
}

TEST_P(AllOrNothingTest, TheWorkflowIdOfAnOpenedRunIsTaken) {
  const NamedRun second("order-3", 7);
  expect_nothing_after("conflict", [&](Batch& batch) { batch.append(second, 1).open(second); });
}

TEST_P(AllOrNothingTest, AnOpenedRunExists) {
  expect_nothing_after("conflict", [&](Batch& batch) { batch.append(closed, 2).open(closed); });
}

TEST_P(AllOrNothingTest, AnOpenedRunIsRefused) {
  expect_nothing_after("rejected", [&](Batch& batch) { batch.append(unknown, 1).open(unknown, -1); });
}

TEST_P(AllOrNothingTest, ACloseIsOfARunThatIsNotOpen) {
  expect_nothing_after("rejected", [&](Batch& batch) { batch.append(closed, 2).close(closed); });
}

TEST_P(AllOrNothingTest, ACloseIsOfARunThatDoesNotExist) {
  expect_nothing_after("rejected", [&](Batch& batch) { batch.append(unknown, 1).close(unknown); });
}

TEST_P(AllOrNothingTest, AChangeIsOfARunThatIsNotOpen) {
  expect_nothing_after("rejected", [&](Batch& batch) { batch.append(closed, 2).set_deadline(closed, 7000); });
}

TEST_P(AllOrNothingTest, ATaskExists) {
  expect_nothing_after("conflict", [&](Batch& batch) { batch.add_task(taken, 5); });
}

TEST_P(AllOrNothingTest, ATaskIsRefused) {
  expect_nothing_after("rejected", [&](Batch& batch) { batch.add_task(taken, 0); });
}

TEST_P(AllOrNothingTest, ACallWasReceivedBefore) {
  expect_nothing_after("conflict", [&](Batch& batch) { batch.receive(taken, "received before", "another verdict"); });
}

TEST_P(AllOrNothingTest, ACallIsReceivedTwiceInOneBatch) {
  expect_nothing_after("conflict", [&](Batch& batch) { batch.receive(new_run, "request", "again"); });
}

TEST_P(AllOrNothingTest, ACallIsRefused) {
  expect_nothing_after("rejected", [&](Batch& batch) { batch.receive(new_run, "bad \xff id"); });
}

// --- text ---------------------------------------------------------------------------------------------------------------------

using std::string_literals::operator""s;

const std::string kBadTexts[] = {
    "a\0b"s,             // NUL
    "\0"s,               //
    "\xff",              // no lead byte
    "\x80",              // a continuation first
    "caf\xc3",           // cut short
    "\xc0\xaf",          // overlong
    "\xe0\x9f\xbf",      // overlong
    "\xed\xa0\x80",      // a surrogate
    "\xf4\x90\x80\x80",  // beyond U+10FFFF
    "\xf8\x88\x80\x80\x80",
};

TEST_P(AllOrNothingTest, TextThatIsNoneIsRefusedWhereverItStands) {
  const std::string before = stored();
  struct Place {
    const char* name;
    std::function<std::string&(CommitBatch&)> text;
  };
  const Place places[] = {
      {"domain of an opened run", [](CommitBatch& b) -> std::string& { return b.opened[0].domain; }},
      {"workflow id of an opened run", [](CommitBatch& b) -> std::string& { return b.opened[0].workflow_id; }},
      {"type name", [](CommitBatch& b) -> std::string& { return b.opened[0].type_name; }},
      {"type version", [](CommitBatch& b) -> std::string& { return b.opened[0].type_version; }},
      {"parent", [](CommitBatch& b) -> std::string& { return b.opened[0].parent_workflow_id; }},
      {"tag", [](CommitBatch& b) -> std::string& { return b.opened[0].tags.emplace_back(); }},
      {"domain of a close", [](CommitBatch& b) -> std::string& { return b.closed[0].domain; }},
      {"workflow id of a close", [](CommitBatch& b) -> std::string& { return b.closed[0].workflow_id; }},
      {"domain of a change", [](CommitBatch& b) -> std::string& { return b.changed[0].domain; }},
      {"workflow id of a change", [](CommitBatch& b) -> std::string& { return b.changed[0].workflow_id; }},
      {"domain of a task", [](CommitBatch& b) -> std::string& { return b.backlog_added[0].domain; }},
      {"task list", [](CommitBatch& b) -> std::string& { return b.backlog_added[0].task_list; }},
      {"workflow id of a task", [](CommitBatch& b) -> std::string& { return b.backlog_added[0].workflow_id; }},
      {"domain of a received call", [](CommitBatch& b) -> std::string& { return b.received[0].key.workflow.domain; }},
      {"workflow id of a received call", [](CommitBatch& b) -> std::string& { return b.received[0].key.workflow.workflow_id; }},
      {"source", [](CommitBatch& b) -> std::string& { return b.received[0].key.source; }},
      {"request id", [](CommitBatch& b) -> std::string& { return b.received[0].key.id; }},
  };
  for (const Place& place : places) {
    for (const std::string& bad : kBadTexts) {
      Batch batch = everything();
      place.text(batch.rows()) = bad;
      EXPECT_EQ(commit(batch), "rejected") << place.name << " " << testing::PrintToString(bad);
    }
  }
  EXPECT_EQ(stored(), before);
}

TEST_P(AllOrNothingTest, BytesAreNotText) {
  std::string bytes;
  for (int byte = 0; byte < 256; ++byte) bytes.push_back(static_cast<char>(byte));
  ASSERT_EQ(commit(Batch().append(unknown, 1, 1, bytes).open(unknown).receive(unknown, "request", bytes)), "committed");
  ASSERT_TRUE(lane().save_snapshot(unknown.key, 1, bytes).ok());
  ASSERT_EQ(commit(Batch().append(unknown, 2, 2, bytes)), "committed");
  const std::vector<LoadedRun> loaded = must(lane().load(std::vector{unknown.key}));
  EXPECT_EQ(loaded.at(0).snapshot, bytes);
  EXPECT_EQ(loaded.at(0).rows.at(0).records, bytes);
  EXPECT_EQ(must(store().read_history(unknown.key, 1, false, 1000)).rows.at(0).records, bytes);
  EXPECT_EQ(must(store().find_received(received_key(unknown, "request"))), bytes);
  const ConfirmReply reply = must(lane().confirm({.runs = {}, .open_runs = {}, .received = {received_key(unknown, "request")}}));
  EXPECT_EQ(reply.verdicts.at(0), bytes);
}

TEST_P(AllOrNothingTest, NamesMayBeOfAnyLanguage) {
  const std::string name = "Bestellung–注文–заказ–🛒", domain = "größe";
  const NamedRun run(name, 9, domain);
  Batch batch = Batch().append(run, 1).open(run, 1000, 5000).add_task(run, 1, "упаковка").receive(run, "идентификатор");
  batch.rows().opened[0].type_name = "处理订单";
  batch.rows().opened[0].tags = {"étiquette", "标签"};
  ASSERT_EQ(commit(batch), "committed");
  EXPECT_EQ(must(store().find_latest(run.workflow()))->workflow_id, name);
  EXPECT_EQ(must(store().find_execution(run.key))->type_name, "处理订单");
  ExecutionQuery query{.domain = domain, .workflow_id = name, .limit = 10};
  EXPECT_EQ(must(store().list_executions(query)).size(), 1U);
  query.workflow_id.clear();
  query.tag = "标签";
  EXPECT_EQ(must(store().list_executions(query)).size(), 1U);
  const Store::ListKey list{core::TaskKind::kActivity, domain, "упаковка"};
  EXPECT_EQ(must(store().read_backlog(std::vector{list}, 10)).at(0).workflow_id, name);
  EXPECT_EQ(must(store().find_received(received_key(run, "идентификатор"))), "done");
  EXPECT_EQ(must(lane().load(std::vector{run.key})).at(0).workflow_id, name);
}

TEST_P(AllOrNothingTest, RowsOfAMebibyteAreStoredAndRead) {
  const std::string big(1 << 20, '\xa5'), bigger(3 << 20, '\0');
  ASSERT_EQ(commit(Batch()
                       .append(unknown, 1, 1, big)
                       .append(unknown, 2, 2, bigger)
                       .append(new_run, 1, 1, big)
                       .receive(unknown, "request", big)),
            "committed");
  ASSERT_TRUE(lane().save_snapshot(unknown.key, 1, big).ok());
  const std::vector<LoadedRun> loaded = must(lane().load(std::vector{unknown.key, new_run.key}));
  EXPECT_TRUE(loaded.at(0).snapshot == big);
  EXPECT_TRUE(loaded.at(0).rows.at(0).records == bigger);
  EXPECT_TRUE(loaded.at(1).rows.at(0).records == big);
  EXPECT_TRUE(must(store().find_received(received_key(unknown, "request"))) == big);
  EXPECT_TRUE(must(store().read_history(unknown.key, 2, false, 1)).rows.at(0).records == bigger);
}

}  // namespace
}  // namespace baton::store
