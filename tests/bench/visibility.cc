// What lists and counts cost when a domain has many executions: a page of each filter that SWF allows, and a count of it. Prints one JSON
// object per line: `list_page_ms` (a page of 1,000, the first one and one from the middle) and `count_ms` (with what was counted), the
// median of RUNS; `scan` names the index that the plan walks. With --explain each plan, with what it touched, goes to stderr.
//   visibility CLOSED OPEN RUNS [--explain]         BATON_TEST_POSTGRES_URL names the server; BATON_BENCH_KEEP=1 leaves the rows there
#include <algorithm>
#include <chrono>
#include <cstdlib>
#include <cstring>
#include <functional>
#include <iostream>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/substitute.h"
#include "coordinator/store/postgres/connection.h"
#include "coordinator/store/postgres/postgres_store.h"
#include "coordinator/store/postgres/session_settings.h"
#include "coordinator/store/postgres/statements.h"

namespace {

using namespace baton::store;
using SteadyClock = std::chrono::steady_clock;

constexpr char kSchema[] = "baton_visibility";
constexpr int32_t kPage = 1'001;        // as a call asks: one more tells whether there is a next page
constexpr int64_t kMaxCount = 100'001;  // likewise
constexpr int64_t kFirstMs = 1'700'000'000'000, kSpanMs = int64_t{30} * 24 * 3'600'000;

[[noreturn]] void give_up(const std::string& why) {
  std::cerr << "visibility: " << why << std::endl;
  std::exit(1);
}

template <class T>
T must(absl::StatusOr<T> result) {
  if (!result.ok()) give_up(std::string(result.status().message()));
  return *std::move(result);
}

PostgresOptions options() {
  PostgresOptions options;
  options.schema = kSchema;
  options.shard_count = 1;  // so that the rows can be made by SQL alone
  options.statement_timeout = std::chrono::minutes(30);
  return options;
}

class Database {
 public:
  explicit Database(const std::string& url) {
    connection_ = must(postgres::Connection::open(url, postgres::session_settings(options())));
  }
  postgres::Result run(const std::string& sql) {
    postgres::Answer answer = connection_->run_text(sql);
    if (!answer.ok()) give_up(answer.error->message);
    return std::move(answer.result);
  }

 private:
  std::unique_ptr<postgres::Connection> connection_;
};

// Runs of a month, in the order in which they began, each up to an hour long; most completed. One type in twenty has one execution in five
// hundred of its second version, one workflow id has every tenth run, every run has a tag that all have and one that one in a thousand has.
constexpr char kFill[] = R"(
INSERT INTO execution (run_id, start_ms, close_ms, shard, close_status, domain, workflow_id, type_name, type_version, parent_workflow_id, tags)
SELECT (lpad(to_hex(start_ms), 12, '0') || '7' || substr(md5(n::text), 1, 3) || 'a' || substr(md5(n::text), 4, 15))::uuid,
       start_ms, CASE WHEN open THEN 0 WHEN n % 10 = 0 THEN start_ms + 1 ELSE start_ms + 1 + (n * 7919) % 3600000 END, 0,
       CASE WHEN open THEN 0 WHEN n % 10 < 9 THEN 1 ELSE 2 + n / 10 % 5 END, 'orders',
       CASE WHEN n % 10 = 0 AND NOT open THEN 'every-minute' ELSE 'order-' || n END,
       'type-' || n % 20, CASE WHEN n % 10000 = 0 THEN '2' ELSE '1' END, '', ARRAY['red', 'customer-' || n % 1000]
FROM (SELECT n, $1 + n * $2 AS start_ms, n > $3 AS open FROM generate_series($4::int8, $5) n) rows)";

void fill(Database& database, int64_t closed, int64_t open) {
  constexpr int64_t kChunk = 100'000;
  for (int64_t from = 1; from <= closed + open; from += kChunk) {
    const int64_t to = std::min(from + kChunk - 1, closed + open);
    database.run(absl::Substitute(kFill, "", kFirstMs, kSpanMs / closed, closed, from, to));
  }
  database.run(
      "INSERT INTO execution_tag (run_id, start_ms, close_ms, shard, close_status, domain, tag) "
      "SELECT run_id, start_ms, close_ms, shard, close_status, domain, unnest(tags) FROM execution");
  database.run("VACUUM ANALYZE execution");
  database.run("VACUUM ANALYZE execution_tag");
}

struct Case {
  std::string name;
  ExecutionQuery query;
};

std::vector<Case> cases(int64_t closed) {
  struct Filter {
    const char* name;
    std::function<void(ExecutionQuery&)> set;
    bool closed_only = false;
  };
  const std::vector<Filter> filters = {
      {"", [](ExecutionQuery&) {}},
      {" workflow id", [closed](ExecutionQuery& query) { query.workflow_id = absl::StrCat("order-", query.open ? closed + 7 : 77); }},
      {" workflow id of every tenth", [](ExecutionQuery& query) { query.workflow_id = "every-minute"; }, true},
      {" type", [](ExecutionQuery& query) { query.type_name = "type-3"; }},
      {" type and version", [](ExecutionQuery& query) { query.type_name = "type-3", query.type_version = "1"; }},
      {" type and rare version", [](ExecutionQuery& query) { query.type_name = "type-0", query.type_version = "2"; }},
      {" tag of all", [](ExecutionQuery& query) { query.tag = "red"; }},
      {" tag of one in a thousand", [](ExecutionQuery& query) { query.tag = "customer-5"; }},
      {" status of nine in ten", [](ExecutionQuery& query) { query.close_status = 1; }, true},
      {" status of one in fifty", [](ExecutionQuery& query) { query.close_status = 3; }, true},
  };
  std::vector<Case> all;
  for (const char* state : {"open", "closed by start", "closed by close"}) {
    for (const Filter& filter : filters) {
      ExecutionQuery query{.domain = "orders", .oldest_ms = kFirstMs, .limit = kPage};
      query.open = std::strcmp(state, "open") == 0;
      query.by_close_time = std::strstr(state, "by close") != nullptr;
      if (filter.closed_only && query.open) continue;
      // As the engine asks, for a domain whose retention is not over for any of these.
      if (!query.open) query.closed_after_ms = kFirstMs - 1;
      filter.set(query);
      all.push_back({std::string(state) + (*filter.name == '\0' ? "" : ",") + filter.name, query});
    }
  }
  return all;
}

struct Took {
  double median, most;
};

Took measure(int runs, const std::function<void()>& work) {
  work();  // prepared
  std::vector<double> took;
  for (int i = 0; i < runs; ++i) {
    const auto start = SteadyClock::now();
    work();
    took.push_back(std::chrono::duration<double, std::milli>(SteadyClock::now() - start).count());
  }
  std::sort(took.begin(), took.end());
  return {took[took.size() / 2], took.back()};
}

std::string literals(const ExecutionQuery& query, bool list) {
  std::string text = absl::StrCat("('", query.domain, "', ", query.oldest_ms, ", ", INT64_MAX);
  if (list) {
    const std::string after = query.after ? absl::StrCat(query.after->first, ", '", query.after->second.to_text(), "'")
                                          : absl::StrCat(INT64_MAX, ", 'ffffffff-ffff-ffff-ffff-ffffffffffff'");
    absl::StrAppend(&text, ", ", after, ", ", query.limit);
  } else {
    absl::StrAppend(&text, ", ", kMaxCount);
  }
  if (!query.workflow_id.empty()) absl::StrAppend(&text, ", ", 0, ", '", query.workflow_id, "'");
  for (const std::string* filter : {&query.type_name, &query.type_version, &query.tag}) {
    if (!filter->empty()) absl::StrAppend(&text, ", '", *filter, "'");
  }
  if (query.close_status != 0) absl::StrAppend(&text, ", ", query.close_status);
  if (!query.open) absl::StrAppend(&text, ", ", query.closed_after_ms);
  return text + ")";
}

std::string explain(Database& database, const std::string& sql, const std::string& arguments) {
  database.run("PREPARE explained AS " + sql);
  const postgres::Result plan = database.run("EXPLAIN (ANALYZE, BUFFERS, COSTS OFF) EXECUTE explained" + arguments);
  database.run("DEALLOCATE explained");
  std::string text;
  for (int i = 0; i < plan.size(); ++i) text += plan.text(i, 0) + "\n";
  return text;
}

// The first scan of a plan, and whether rows were sorted.
std::string scan_of(const std::string& plan) {
  const size_t at = plan.find("Scan");
  const size_t begin = plan.rfind("Index", at) == std::string::npos ? at : plan.rfind("->", at) + 4;
  const std::string scan = plan.substr(begin, plan.find(" on ", at) - begin);
  return plan.find("Sort") == std::string::npos ? scan : scan + ", sorted";
}

void print(const std::string& name, const std::string& of, const Took& took, int runs, const std::string& scan,
           const nlohmann::json& more) {
  nlohmann::json line = {{"name", name},     {"of", of},     {"value", took.median}, {"unit", "ms"},
                         {"max", took.most}, {"runs", runs}, {"scan", scan}};
  line.update(more);
  std::cout << line.dump() << std::endl;
}

}  // namespace

int main(int argc, char** argv) {
  const char* url = std::getenv("BATON_TEST_POSTGRES_URL");
  const bool explains = argc == 5 && std::strcmp(argv[4], "--explain") == 0;
  const int64_t closed = argc >= 4 ? std::atoll(argv[1]) : 0, open = argc >= 4 ? std::atoll(argv[2]) : 0;
  const int runs = argc >= 4 ? std::atoi(argv[3]) : 0;
  if (url == nullptr || closed < 1 || open < 1 || runs < 1) {
    std::cerr << "visibility CLOSED OPEN RUNS [--explain], with BATON_TEST_POSTGRES_URL" << std::endl;
    return 2;
  }
  if (const absl::Status made = migrate(url, options()); !made.ok()) give_up(std::string(made.message()));
  Database database(url);
  if (database.run("SELECT (SELECT count(*) FROM execution)::int8").integer(0, 0) == 0) fill(database, closed, open);
  const std::unique_ptr<Store> store = must(open_postgres_store(url, options()));
  for (Case& one : cases(closed)) {
    const auto show = [&](bool list) {
      const postgres::ListStatement statement = list ? postgres::list_statement(one.query) : postgres::count_statement(one.query);
      const std::string plan = explain(database, statement.sql, literals(one.query, list));
      if (explains) std::cerr << (list ? "-- list: " : "-- count: ") << one.name << "\n" << plan << std::endl;
      return scan_of(plan);
    };
    size_t rows = 0;
    const auto list = [&] { rows = must(store->list_executions(one.query)).size(); };
    Took took = measure(runs, list);
    print("list_page_ms", one.name, took, runs, show(true), {{"page", "first"}, {"rows", rows}});
    const int64_t middle_ms = kFirstMs + (one.query.open ? kSpanMs + kSpanMs / closed * open / 2 : kSpanMs / 2);
    one.query.after = {middle_ms, RunId{}};
    took = measure(runs, list);
    print("list_page_ms", one.name, took, runs, show(true), {{"page", "middle"}, {"rows", rows}});
    int64_t counted = 0;
    took = measure(runs, [&] { counted = must(store->count_executions(one.query, kMaxCount)); });
    print("count_ms", one.name, took, runs, show(false), {{"count", counted}, {"truncated", counted == kMaxCount}});
  }
  if (std::getenv("BATON_BENCH_KEEP") == nullptr) database.run(std::string("DROP SCHEMA ") + kSchema + " CASCADE");
  return 0;
}
