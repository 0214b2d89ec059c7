// Every filter, order and page of the visibility lists against a model: all executions, filtered and sorted in the plainest way.
#include <algorithm>
#include <map>
#include <random>
#include <string>

#include "tests/store/store_test.h"

namespace baton::store {
namespace {

constexpr uint64_t kSeed = 20'240'607;
constexpr int kExecutions = 400;
constexpr int64_t kTimes = 60;  // few, so that many rows share one

// The executions, as the test wrote them.
class ListsTest : public StoreTest {
 protected:
  void SetUp() override {
    StoreTest::SetUp();
    if (HasFatalFailure()) return;
    std::mt19937_64 random(kSeed);
    for (int number = 1; number <= kExecutions; number += 25) write_some(number, 25, random);
  }

  std::string list(const ExecutionQuery& query) { return show_all(must(store().list_executions(query))); }

  // What the query shows, whole.
  std::vector<ExecutionRecord> expected(const ExecutionQuery& query) const {
    std::vector<ExecutionRecord> found;
    for (const ExecutionRecord& record : written_) {
      if (is_shown(record, query)) found.push_back(record);
    }
    std::sort(found.begin(), found.end(), [&](const ExecutionRecord& a, const ExecutionRecord& b) {
      return query.oldest_first ? place(a, query) < place(b, query) : place(b, query) < place(a, query);
    });
    return found;
  }

  // Page after page gives the whole, without a row twice or none; counts agree.
  void expect_like_model(ExecutionQuery query) {
    const std::vector<ExecutionRecord> whole = expected(query);
    EXPECT_EQ(must(store().count_executions(query, kExecutions + 1)), static_cast<int64_t>(whole.size()));
    EXPECT_EQ(must(store().count_executions(query, 3)), std::min<int64_t>(3, whole.size()));
    std::vector<ExecutionRecord> pages;
    for (;;) {
      const std::vector<ExecutionRecord> page = must(store().list_executions(query));
      ASSERT_LE(page.size(), static_cast<size_t>(query.limit));
      pages.insert(pages.end(), page.begin(), page.end());
      ASSERT_LE(pages.size(), whole.size()) << "a page shows rows again";
      if (page.size() < static_cast<size_t>(query.limit)) break;
      query.after = place(page.back(), query);
    }
    EXPECT_EQ(show_all(pages), show_all(whole));
  }

  static std::pair<int64_t, RunId> place(const ExecutionRecord& record, const ExecutionQuery& query) {
    return {query.by_close_time ? record.close_ms : record.start_ms, record.run.run_id};
  }

 private:
  bool is_shown(const ExecutionRecord& record, const ExecutionQuery& query) const {
    if (record.domain != query.domain || query.open != (record.close_status == 0)) return false;
    const int64_t time = place(record, query).first;
    if (time < query.oldest_ms || (query.latest_ms != 0 && time > query.latest_ms)) return false;
    if (!query.workflow_id.empty() && record.workflow_id != query.workflow_id) return false;
    if (!query.type_name.empty() && record.type_name != query.type_name) return false;
    if (!query.type_version.empty() && record.type_version != query.type_version) return false;
    if (query.close_status != 0 && record.close_status != query.close_status) return false;
    if (!query.open && query.closed_after_ms != 0 && record.close_ms <= query.closed_after_ms) return false;
    if (!query.attribute_name.empty()) {
      const auto attribute = attributes_.at(record.run).find(query.attribute_name);
      if (attribute == attributes_.at(record.run).end()) return false;
      return attribute->second >= query.attribute_least && attribute->second <= query.attribute_most;
    }
    return query.tag.empty() || std::find(record.tags.begin(), record.tags.end(), query.tag) != record.tags.end();
  }

  // One batch of new executions; some close in it, some of the older ones in the next.
  void write_some(int first_number, int count, std::mt19937_64& random) {
    const auto draw = [&](int64_t below) { return static_cast<int64_t>(random() % static_cast<uint64_t>(below)); };
    Batch batch;
    for (ExecutionRecord& record : written_) {
      if (record.close_status != 0) continue;
      if (draw(10) == 0) change_attributes(record, draw(2) == 0 ? "" : std::string(1, static_cast<char>('0' + draw(10))), batch);
      if (draw(20) == 0) close(record, 1 + draw(6), record.start_ms + draw(kTimes), batch);
    }
    for (int number = first_number; number < first_number + count; ++number) {
      const bool stays_open = draw(2) == 0;
      // A closed run may share its workflow id with others, an open one may not.
      const std::string workflow_id = stays_open ? "only-" + std::to_string(number) : "order-" + std::to_string(draw(12));
      const NamedRun run(workflow_id, 7919 * number % 1009, draw(4) == 0 ? "returns" : "orders");
      ExecutionOpened& row = batch.append(run, 1).open(run, 1 + draw(kTimes)).rows().opened.back();
      row.type_name = draw(2) == 0 ? "process" : "refund";
      row.type_version = std::to_string(1 + draw(2));
      for (const char* tag : {"red", "blue", "green"}) {
        if (draw(3) == 0) row.tags.push_back(tag);
      }
      auto& attributes = attributes_[run.key];
      if (draw(2) == 0) attributes["team"] = std::string(1, static_cast<char>('0' + draw(10)));
      if (draw(4) == 0) attributes["empty"] = "";
      for (const auto& [name, value] : attributes) row.attributes.push_back({name, value});
      written_.push_back({.run = run.key,
                          .domain = run.domain,
                          .workflow_id = workflow_id,
                          .type_name = row.type_name,
                          .type_version = row.type_version,
                          .start_ms = row.start_ms,
                          .tags = row.tags});
      if (!stays_open) close(written_.back(), 1 + draw(6), row.start_ms + draw(kTimes), batch);
    }
    ASSERT_EQ(commit(batch), "committed");
  }

  void close(ExecutionRecord& record, int64_t status, int64_t close_ms, Batch& batch) {
    record.close_status = static_cast<int16_t>(status);
    record.close_ms = close_ms;
    batch.rows().closed.push_back(
        {record.run, record.domain, record.workflow_id, record.close_status, close_ms, !attributes_.at(record.run).empty()});
  }
  // An empty value: none is left.
  void change_attributes(const ExecutionRecord& record, const std::string& team, Batch& batch) {
    auto& attributes = attributes_.at(record.run);
    attributes.clear();
    if (!team.empty()) attributes["team"] = team;
    ExecutionChanged& changed = batch.rows().changed.emplace_back();
    changed.run = record.run;
    changed.domain = record.domain;
    changed.workflow_id = record.workflow_id;
    changed.attributes.emplace();
    for (const auto& [name, value] : attributes) changed.attributes->push_back({name, value});
  }

  std::vector<ExecutionRecord> written_;
  std::map<RunKey, std::map<std::string, std::string>> attributes_;
};
ON_BOTH_STORES(ListsTest);

// Nothing, or one of workflow id, type (with or without version), tag and attribute (one value or a range).
std::vector<ExecutionQuery> filters(const ExecutionQuery& base) {
  std::vector<ExecutionQuery> queries(11, base);
  queries[7].attribute_name = "team";
  queries[7].attribute_least = queries[7].attribute_most = "4";
  queries[8].attribute_name = "team";
  queries[8].attribute_least = "3";
  queries[8].attribute_most = "6";
  queries[9].attribute_name = "empty";
  queries[10].attribute_name = "unknown";
  queries[1].workflow_id = base.open ? "only-27" : "order-3";
  queries[2].type_name = "process";
  queries[3].type_name = "refund";
  queries[3].type_version = "2";
  queries[4].tag = "red";
  queries[5].tag = "unknown";
  queries[6].type_name = "unknown";
  return queries;
}

std::string describe(const ExecutionQuery& query) {
  return std::string(query.open ? "open" : "closed") + (query.by_close_time ? " by close" : " by start") +
         (query.oldest_first ? " oldest first " : " newest first ") + std::to_string(query.oldest_ms) + ".." +
         std::to_string(query.latest_ms) + " in " + query.domain + " workflow " + query.workflow_id + " type " + query.type_name +
         " " + query.type_version + " tag " + query.tag + " attribute " + query.attribute_name + " status " + std::to_string(query.close_status) + " after " +
         std::to_string(query.closed_after_ms) + " limit " + std::to_string(query.limit);
}

TEST_P(ListsTest, OpenOnesWithEveryFilterInBothOrders) {
  for (const bool oldest_first : {false, true}) {
    for (const auto& [oldest, latest] : {std::pair<int64_t, int64_t>{0, 0}, {20, 40}, {61, 0}}) {
      for (const ExecutionQuery& query : filters({.domain = "orders",
                                                  .open = true,
                                                  .oldest_ms = oldest,
                                                  .latest_ms = latest,
                                                  .oldest_first = oldest_first,
                                                  .limit = 9})) {
        SCOPED_TRACE(describe(query));
        expect_like_model(query);
      }
    }
  }
}

TEST_P(ListsTest, ClosedOnesWithEveryFilterInBothOrdersByBothTimes) {
  for (const bool by_close_time : {false, true}) {
    for (const bool oldest_first : {false, true}) {
      for (const int16_t status : {0, 1, 6}) {
        for (const auto& [oldest, latest] : {std::pair<int64_t, int64_t>{0, 0}, {20, 40}}) {
          const ExecutionQuery base{.domain = "orders",
                                    .open = false,
                                    .by_close_time = by_close_time,
                                    .oldest_ms = oldest,
                                    .latest_ms = latest,
                                    .close_status = status,
                                    .oldest_first = oldest_first,
                                    .limit = 20};
          for (const ExecutionQuery& query : filters(base)) {
            SCOPED_TRACE(describe(query));
            expect_like_model(query);
          }
        }
      }
    }
  }
}

TEST_P(ListsTest, EveryCloseStatusIsAFilter) {
  for (int16_t status = 1; status <= 6; ++status) {
    const ExecutionQuery query{.domain = "orders", .open = false, .close_status = status, .limit = 100};
    SCOPED_TRACE(describe(query));
    EXPECT_FALSE(expected(query).empty());
    expect_like_model(query);
  }
}

TEST_P(ListsTest, OnlyThoseThatClosedLaterThanATimeWithEveryFilter) {
  for (const bool by_close_time : {false, true}) {
    for (const int16_t status : {0, 1}) {
      const ExecutionQuery base{.domain = "orders",
                                .open = false,
                                .by_close_time = by_close_time,
                                .oldest_ms = 10,
                                .close_status = status,
                                .closed_after_ms = 55,
                                .limit = 7};
      for (const ExecutionQuery& query : filters(base)) {
        SCOPED_TRACE(describe(query));
        expect_like_model(query);
      }
      EXPECT_FALSE(expected(base).empty());
    }
  }
  // It is about closed ones.
  expect_like_model({.domain = "orders", .open = true, .closed_after_ms = 55, .limit = 50});
}

TEST_P(ListsTest, PagesOfOneRowAndPagesThatFitExactly) {
  const ExecutionQuery base{.domain = "returns", .open = true, .limit = 1};
  const int32_t all = static_cast<int32_t>(expected(base).size());
  ASSERT_GT(all, 20);
  for (const bool oldest_first : {false, true}) {
    for (const int32_t limit : {1, all - 1, all, all + 1}) {
      ExecutionQuery query = base;
      query.oldest_first = oldest_first;
      query.limit = limit;
      SCOPED_TRACE(describe(query));
      expect_like_model(query);
    }
  }
}

TEST_P(ListsTest, AWindowIncludesBothItsEnds) {
  for (const bool by_close_time : {false, true}) {
    ExecutionQuery query{.domain = "orders", .open = false, .by_close_time = by_close_time, .limit = 100};
    query.oldest_ms = query.latest_ms = place(expected(query).at(50), query).first;
    SCOPED_TRACE(describe(query));
    EXPECT_FALSE(expected(query).empty());
    expect_like_model(query);
  }
}

TEST_P(ListsTest, AnUnknownDomainIsEmpty) {
  EXPECT_EQ(list({.domain = "nobody", .open = true, .limit = 10}), "");
  EXPECT_EQ(must(store().count_executions({.domain = "nobody", .open = false}, 10)), 0);
}

TEST_P(ListsTest, APageIsNotMovedByWhatComesAfterIt) {
  const ExecutionQuery first{.domain = "orders", .open = true, .limit = 10};
  const std::vector<ExecutionRecord> page = must(store().list_executions(first));
  ExecutionQuery second = first;
  second.after = place(page.back(), first);
  const std::string before = list(second);
  const NamedRun newest("newest", 5000);
  ASSERT_EQ(commit(Batch().append(newest, 1).open(newest, 10 * kTimes)), "committed");
  EXPECT_EQ(list(second), before);
  EXPECT_EQ(must(store().list_executions(first)).at(0).run, newest.key);
}

}  // namespace
}  // namespace baton::store
