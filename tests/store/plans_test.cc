// Every read of the store follows an index in the order it shows, whatever PostgreSQL knows of the tables: as it is sent,
// prepared once and kept.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "absl/strings/str_cat.h"
#include "coordinator/store/postgres/statements.h"
#include "tests/store/postgres_schema.h"
#include "tests/store/rows.h"

namespace baton::store {
namespace {

using postgres::Statement;
using testing::AllOf;
using testing::HasSubstr;
using testing::Not;

constexpr int kRows = 5000;

// What PostgreSQL may know when it plans. Plans are kept, and it looks again once a minute at most.
enum class Known { kNewTables, kEmptyTables, kEmptyTablesThatAreFull, kAll };

std::string known_name(const testing::TestParamInfo<Known>& info) {
  constexpr const char* kNames[] = {"NewTables", "EmptyTables", "EmptyTablesThatAreFull", "TablesItKnows"};
  return kNames[static_cast<int>(info.param)];
}

class PlansTest : public testing::TestWithParam<Known> {
 protected:
  void SetUp() override {
    schema_ = PostgresSchema::make();
    ASSERT_NE(schema_, nullptr);
    ASSERT_TRUE(migrate(schema_->url(), schema_->options()).ok());
    if (GetParam() == Known::kEmptyTables || GetParam() == Known::kEmptyTablesThatAreFull) look_at_tables();
    if (GetParam() == Known::kEmptyTablesThatAreFull || GetParam() == Known::kAll) fill();
    if (GetParam() == Known::kAll) look_at_tables();
  }

  void look_at_tables() {
    for (const char* table : {"execution", "execution_tag", "execution_attribute", "backlog", "journal", "outbox", "received", "removed_run",
                              "schedule", "snapshot"}) {
      schema_->run(absl::StrCat("VACUUM ANALYZE ", table));
    }
  }

  // Two domains, half of the runs open, a tag, a search attribute and a task each.
  void fill() {
    schema_->run(absl::StrCat(R"(
INSERT INTO execution (run_id, start_ms, close_ms, deadline_ms, shard, close_status, domain, workflow_id, type_name, type_version,
                       parent_workflow_id, tags)
SELECT md5(n::text)::uuid, n, CASE WHEN n % 2 = 0 THEN 0 ELSE n + 10 END, CASE WHEN n % 4 = 0 THEN n + 100 ELSE 0 END, n % 64,
       CASE WHEN n % 2 = 0 THEN 0 ELSE 1 + n % 6 END, 'domain-' || n / 2 % 2, 'order-' || n, 'type-' || n % 7, '1', '', ARRAY['red']
FROM generate_series(1, )",
                              kRows, R"() n;
INSERT INTO execution_tag (run_id, start_ms, close_ms, shard, close_status, domain, tag)
SELECT run_id, start_ms, close_ms, shard, close_status, domain, tags[1] FROM execution;
INSERT INTO execution_attribute (run_id, start_ms, close_ms, shard, close_status, domain, name, value)
SELECT run_id, start_ms, close_ms, shard, close_status, domain, 'team', 'red' FROM execution;
INSERT INTO backlog (run_id, scheduled_event_id, scheduled_ms, priority, shard, kind, domain, task_list, workflow_id)
SELECT run_id, 1, start_ms, start_ms % 5, shard, 1 + start_ms % 2, domain, 'list-' || start_ms % 11, workflow_id FROM execution;
INSERT INTO journal (run_id, commit_id, batch_no, first_event_id, shard, format, records)
SELECT run_id, run_id, b, b, shard, 1, 'records' FROM execution CROSS JOIN generate_series(1, 3) b;
INSERT INTO outbox (run_id, subject, created_ms, shard, kind, message)
SELECT run_id, 1, start_ms, shard, 1, 'message' FROM execution;
INSERT INTO removed_run (run_id, shard) SELECT run_id, shard FROM execution WHERE close_status > 0;
INSERT INTO received (commit_id, received_ms, shard, domain, workflow_id, source, id, verdict)
SELECT run_id, start_ms, shard, domain, workflow_id, 'signal', start_ms::text, '' FROM execution;
INSERT INTO schedule (version, next_ms, shard, domain, schedule_id, definition, state)
SELECT 1, CASE WHEN start_ms % 2 = 0 THEN start_ms ELSE 0 END, shard, domain, workflow_id, '', '' FROM execution)"));
  }

  // The plan of the statement on a connection as the store has them.
  std::string plan(const Statement& statement) const {
    const std::unique_ptr<postgres::Connection> connection = schema_->connect();
    int parameters = 0;
    while (statement.sql.find(absl::StrCat("$", parameters + 1, "::")) != std::string_view::npos) ++parameters;
    std::string nulls;
    for (int i = 0; i < parameters; ++i) absl::StrAppend(&nulls, i == 0 ? "(" : ", ", "NULL", i + 1 == parameters ? ")" : "");
    EXPECT_TRUE(connection->run_text(absl::StrCat("PREPARE planned AS ", std::string(statement.sql))).ok()) << statement.name;
    const postgres::Answer answer = connection->run_text(absl::StrCat("EXPLAIN (COSTS OFF) EXECUTE planned", nulls));
    EXPECT_TRUE(answer.ok()) << statement.name << ": " << answer.error->message;
    std::string text;
    for (int i = 0; i < answer.result.size(); ++i) text += answer.result.text(i, 0) + "\n";
    return text;
  }
  // Which of several indexes in the same order filters best only statistics tell; other lists than these are not on the way of a
  // step.
  bool knows_all() const { return GetParam() == Known::kAll; }

  std::unique_ptr<PostgresSchema> schema_;
};

INSTANTIATE_TEST_SUITE_P(On, PlansTest,
                         testing::Values(Known::kNewTables, Known::kEmptyTables, Known::kEmptyTablesThatAreFull, Known::kAll),
                         known_name);

const auto kNoScan = Not(HasSubstr("Seq Scan on"));
const auto kInOrder = AllOf(kNoScan, Not(HasSubstr("Sort")));

// A scan of this index with these columns in its condition, and nothing left to filter.
testing::Matcher<std::string> looks_up(const std::string& index, const std::string& condition) {
  return testing::ContainsRegex(absl::StrCat("Scan (Backward )?using ", index, " on [a-z_ 0-9]+\n +Index Cond: ", condition));
}

struct ListCase {
  const char* name;
  ExecutionQuery query;
  const char* index;
};

std::vector<ListCase> list_cases() {
  const ExecutionQuery open{.domain = "domain-0", .open = true}, closed{.domain = "domain-0", .open = false};
  ExecutionQuery by_close = closed;
  by_close.by_close_time = true;
  const auto with = [](ExecutionQuery query, std::string ExecutionQuery::* field, const char* value) {
    query.*field = value;
    return query;
  };
  ExecutionQuery kept = closed, kept_by_close = by_close;
  kept.closed_after_ms = kept_by_close.closed_after_ms = 1000;
  const auto with_attribute = [](ExecutionQuery query) {
    query.attribute_name = "team";
    query.attribute_least = query.attribute_most = "red";
    return query;
  };
  const auto of_status = [](ExecutionQuery query) {
    query.close_status = 3;
    return query;
  };
  return {
      {"open", open, "execution_open_start"},
      {"open of a type", with(open, &ExecutionQuery::type_name, "type-1"), "execution_open_type"},
      {"open of a type and version", with(with(open, &ExecutionQuery::type_name, "type-1"), &ExecutionQuery::type_version, "1"),
       "execution_open_type"},
      {"open with a tag", with(open, &ExecutionQuery::tag, "red"), "execution_tag_open_start"},
      {"open with an attribute", with_attribute(open), "execution_attribute_open_start"},
      {"closed by start", closed, "execution_closed_start"},
      {"closed by close", by_close, "execution_closed_close"},
      {"closed by start within retention", kept, "execution_closed_start"},
      {"closed by close within retention", kept_by_close, "execution_closed_close"},
      {"closed of a type by start", with(closed, &ExecutionQuery::type_name, "type-1"), "execution_closed_type_start"},
      {"closed of a type by close", with(by_close, &ExecutionQuery::type_name, "type-1"), "execution_closed_type_close"},
      {"closed of a type and version by start",
       with(with(closed, &ExecutionQuery::type_name, "type-1"), &ExecutionQuery::type_version, "1"), "execution_closed_type_start"},
      {"closed of a type and version by close",
       with(with(by_close, &ExecutionQuery::type_name, "type-1"), &ExecutionQuery::type_version, "1"), "execution_closed_type_close"},
      {"closed of a status by start", of_status(closed), "execution_closed_status_start"},
      {"closed of a status by close", of_status(by_close), "execution_closed_status_close"},
      {"closed of a workflow id by close", with(by_close, &ExecutionQuery::workflow_id, "order-1"), "execution_closed_workflow"},
      {"closed with a tag by start", with(closed, &ExecutionQuery::tag, "red"), "execution_tag_closed_start"},
      {"closed with a tag by close", with(by_close, &ExecutionQuery::tag, "red"), "execution_tag_closed_close"},
      {"closed with an attribute by start", with_attribute(closed), "execution_attribute_closed_start"},
      {"closed with an attribute by close", with_attribute(by_close), "execution_attribute_closed_close"},
  };
}

// The index has every filter, also that of retention, so that what is passed over costs no look at a row.
TEST_P(PlansTest, ListsWalkAnIndexInOrder) {
  for (ListCase one : list_cases()) {
    for (const bool oldest_first : {false, true}) {
      one.query.oldest_first = oldest_first;
      if (oldest_first) one.query.closed_after_ms = 1000;
      const std::string text = plan(postgres::list_statement(one.query).view());
      EXPECT_THAT(text, kInOrder) << one.name;
      if (knows_all()) {
        EXPECT_THAT(text, AllOf(HasSubstr(absl::StrCat("using ", one.index, " ")), Not(HasSubstr("Filter")))) << one.name;
      }
    }
  }
}

TEST_P(PlansTest, CountsReadNothingButAnIndex) {
  std::vector<ListCase> cases = list_cases();
  for (ListCase one : list_cases()) {
    one.query.closed_after_ms = 1000;
    cases.push_back(one);
  }
  const ExecutionQuery of_workflow{.domain = "domain-0", .open = false, .workflow_id = "order-1"};
  cases.push_back({"closed of a workflow id by start", of_workflow, "execution_closed_workflow"});
  for (const ListCase& one : cases) {
    const std::string text = plan(postgres::count_statement(one.query).view());
    EXPECT_THAT(text, kInOrder) << one.name;
    if (knows_all()) {
      EXPECT_THAT(text, AllOf(HasSubstr(absl::StrCat("Index Only Scan using ", one.index, " ")), Not(HasSubstr("Filter")))) << one.name;
    }
  }
}

// There is at most one open run of a workflow id, and the closed ones of it are few: sorting them is no matter.
TEST_P(PlansTest, ListsOfAWorkflowIdLookItUp) {
  ExecutionQuery query{.domain = "domain-0", .open = true, .workflow_id = "order-2"};
  EXPECT_THAT(plan(postgres::list_statement(query).view()), AllOf(kNoScan, HasSubstr("using execution_open_run ")));
  query.open = false;
  const std::string closed = plan(postgres::list_statement(query).view());
  EXPECT_THAT(closed, kNoScan);
  if (knows_all()) {
    // The rows of the page alone are looked up.
    EXPECT_THAT(closed, AllOf(HasSubstr("Index Only Scan using execution_closed_workflow "), HasSubstr("using execution_pkey ")));
  }
}

TEST_P(PlansTest, DeadlinesAndBacklogComeInOrder) {
  EXPECT_THAT(plan(postgres::kDueDeadlines), AllOf(kInOrder, looks_up("execution_deadline", "\\(deadline_ms <= \\$1\\)\n$")));
  // Within a list the index gives the order, so its first rows are read and no more; what was read is put in the order of the
  // lists.
  EXPECT_THAT(plan(postgres::kReadBacklog),
              AllOf(kNoScan, testing::ContainsRegex("Limit\n +->  Index Scan using backlog_list ")));
  EXPECT_THAT(plan(postgres::kCountBacklog), AllOf(kInOrder, HasSubstr("using backlog_list ")));
}

TEST_P(PlansTest, TheOutboxIsReadInTheOrderOfItsKeys) {
  EXPECT_THAT(plan(postgres::kReadOutbox), AllOf(kInOrder, HasSubstr("using outbox_pkey ")));
}

TEST_P(PlansTest, WhatALaneReadsIsLookedUpByKey) {
  const std::string load = plan(postgres::kLoadRuns);
  EXPECT_THAT(load, AllOf(kNoScan, Not(HasSubstr("Filter"))));
  EXPECT_THAT(load, looks_up("snapshot_pkey", "\\(\\(shard = a[^\n]*\\) AND \\(run_id = a[^\n]*\\) AND \\(core_version = "));
  EXPECT_THAT(load, looks_up("execution_pkey", "\\(\\(shard = a[^\n]*\\) AND \\(run_id = a[^\n]*\\)\\)"));
  EXPECT_THAT(load, looks_up("journal_pkey", "\\(\\(shard = a[^\n]*\\) AND \\(run_id = a[^\n]*\\) AND \\(batch_no > "));

  const std::string confirm = plan(postgres::kConfirm);
  EXPECT_THAT(confirm, AllOf(kNoScan, Not(HasSubstr("Filter"))));
  EXPECT_THAT(confirm, looks_up("journal_pkey", "\\(\\(shard = a.shard\\) AND \\(run_id = a.run_id\\)\\)"));
  EXPECT_THAT(confirm,
              looks_up("execution_open_run", "\\(\\(shard = a[^\n]*\\) AND \\(domain = [^\n]*\\) AND \\(workflow_id = "));
  EXPECT_THAT(confirm, looks_up("received_pkey",
                                "\\(\\(shard = a[^\n]*\\) AND \\(domain = [^\n]*\\) AND \\(workflow_id = [^\n]*\\) AND \\(source "
                                "= [^\n]*\\) AND \\(id = "));
}

TEST_P(PlansTest, WhatALaneWritesIsLookedUpByKey) {
  const std::string update = plan(postgres::kUpdateExecutions);
  EXPECT_THAT(update, kNoScan);
  EXPECT_THAT(update, looks_up("execution_pkey", "\\(\\(shard = ANY [^\n]*\\) AND \\(run_id = [a-z_1]+.run_id\\)\\)"));
  EXPECT_THAT(update, looks_up("execution_tag_pkey", "\\(\\(shard = ANY [^\n]*\\) AND \\(run_id = [a-z_1]+.run_id\\)\\)"));
  for (const auto& statement : {postgres::kForgetAttributes, postgres::kCloseAttributes}) {
    const std::string attributes = plan(statement);
    EXPECT_THAT(attributes, kNoScan);
    EXPECT_THAT(attributes, looks_up("execution_attribute_pkey", "\\(\\(shard = ANY [^\n]*\\) AND \\(run_id = [a-z_1]+.run_id\\)\\)"));
  }
  EXPECT_THAT(plan(postgres::kAddAttributes), AllOf(kNoScan, HasSubstr("using execution_pkey ")));
  const std::string remove = plan(postgres::kRemoveBacklog);
  EXPECT_THAT(remove, AllOf(kNoScan, Not(HasSubstr("Filter")), HasSubstr("Tid Scan on backlog b")));
  EXPECT_THAT(
      remove,
      looks_up("backlog_pkey",
               "\\(\\(shard = r.shard\\) AND \\(run_id = r.run_id\\) AND \\(scheduled_event_id = r.scheduled_event_id\\)\\)"));
  const std::string take = plan(postgres::kRemoveOutbox);
  EXPECT_THAT(take, AllOf(kNoScan, Not(HasSubstr("Filter")), HasSubstr("Tid Scan on outbox o")));
  EXPECT_THAT(take, looks_up("outbox_pkey", "\\(\\(shard = r.shard\\) AND \\(run_id = r.run_id\\) AND \\(kind = r.kind\\) AND "
                                            "\\(subject = r.subject\\)\\)"));
  EXPECT_THAT(plan(postgres::kJournalWriters), AllOf(kNoScan, looks_up("journal_pkey", "[^\n]*batch_no = ")));
  EXPECT_THAT(plan(postgres::kReceivedWriters), AllOf(kNoScan, looks_up("received_pkey", "[^\n]*id = ")));
  EXPECT_THAT(plan(postgres::kSaveSnapshot), AllOf(kNoScan, looks_up("journal_pkey", "[^\n]*batch_no = ")));
}

TEST_P(PlansTest, OtherLookUpsAreByKeyToo) {
  EXPECT_THAT(plan(postgres::kFindExecution), AllOf(kNoScan, HasSubstr("using execution_pkey "), Not(HasSubstr("Filter"))));
  EXPECT_THAT(plan(postgres::kFindLatest), AllOf(kNoScan, HasSubstr("using execution_open_run ")));
  EXPECT_THAT(plan(postgres::kFindBatch), AllOf(kNoScan, HasSubstr("using journal_pkey ")));
  EXPECT_THAT(plan(postgres::kReadHistory), AllOf(kNoScan, HasSubstr("using journal_pkey ")));
  EXPECT_THAT(plan(postgres::kReadHistoryBackwards), AllOf(kNoScan, HasSubstr("using journal_pkey ")));
  EXPECT_THAT(plan(postgres::kFindReceived), AllOf(kNoScan, HasSubstr("using received_pkey "), Not(HasSubstr("Filter"))));
  EXPECT_THAT(plan(postgres::kPurgeReceived), AllOf(kNoScan, HasSubstr("using received_age "), HasSubstr("using outbox_age ")));
}

TEST_P(PlansTest, WhatIsRemovedIsLookedUpByIndexAndDeletedWhereItStands) {
  const std::string runs = plan(postgres::kRemoveClosedRuns);
  EXPECT_THAT(runs, AllOf(kNoScan, HasSubstr("Tid Scan on execution"), HasSubstr("using outbox_pkey ")));
  EXPECT_THAT(runs, looks_up("execution_tag_pkey", "\\(\\(shard = ANY [^\n]*\\) AND \\(run_id = [a-z_1]+.run_id\\)\\)"));
  EXPECT_THAT(runs, looks_up("execution_attribute_pkey", "\\(\\(shard = ANY [^\n]*\\) AND \\(run_id = [a-z_1]+.run_id\\)\\)"));
  if (knows_all()) {
    EXPECT_THAT(runs, AllOf(HasSubstr("using execution_closed_close "), Not(HasSubstr("Sort Key: e.close_ms"))));
  }
  const std::string remains = plan(postgres::kRemoveRemains);
  EXPECT_THAT(remains, AllOf(kInOrder, HasSubstr("using removed_run_pkey ")));
  EXPECT_THAT(remains, AllOf(HasSubstr("Tid Scan on journal"), HasSubstr("Tid Scan on removed_run")));
  EXPECT_THAT(remains, looks_up("journal_pkey", "\\(\\(shard = run.shard\\) AND \\(run_id = run.run_id\\)\\)"));
  EXPECT_THAT(remains, looks_up("snapshot_pkey", "\\(\\(shard = ANY [^\n]*\\) AND \\(run_id = [a-z_1]+.run_id\\)\\)"));
}

TEST_P(PlansTest, SchedulesAreSweptInOrderAndChangedByKey) {
  EXPECT_THAT(plan(postgres::kDueSchedules), AllOf(kInOrder, looks_up("schedule_next", "[^\n]*next_ms <= ")));
  EXPECT_THAT(plan(postgres::kListSchedules), AllOf(kInOrder, HasSubstr("using schedule_list ")));
  EXPECT_THAT(plan(postgres::kCountSchedules), AllOf(kNoScan, HasSubstr("using schedule_list ")));
  const std::string by_key = "\\(\\(shard = [^\n]*\\) AND \\(domain = [^\n]*\\) AND \\(schedule_id = ";
  for (const Statement& statement : {postgres::kFindSchedule, postgres::kSetSchedule, postgres::kDeleteSchedule, postgres::kMoveSchedules}) {
    EXPECT_THAT(plan(statement), AllOf(kNoScan, looks_up("schedule_pkey", by_key))) << statement.name;
  }
  EXPECT_THAT(plan(postgres::kMoveSchedules), HasSubstr("Tid Scan on schedule s"));
}

// The proof that a scan would be noticed.
TEST_P(PlansTest, AStatementWithoutAnIndexIsSeen) {
  EXPECT_THAT(plan({"unindexed", "SELECT FROM execution WHERE parent_workflow_id = $1::text"}),
              HasSubstr("Seq Scan on execution"));
}

}  // namespace
}  // namespace baton::store
