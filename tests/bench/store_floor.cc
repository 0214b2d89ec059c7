// What PostgreSQL itself can do: journal rows written by nothing but a loop, with the statement that lanes use, prepared and with binary
// parameters. Prints `floor` (rows per second, the best of 1, 2, 4 connections x 64, 256, 512 rows per statement) and `commit_ms` (a commit
// of one row), one JSON object per line. Parameters are made before the clock runs.
//   store_floor ROW_BYTES RUNS        BATON_TEST_POSTGRES_URL names the server
#include <algorithm>
#include <chrono>
#include <cstdlib>
#include <iostream>
#include <nlohmann/json.hpp>
#include <random>
#include <string>
#include <thread>
#include <vector>

#include "coordinator/store/postgres/commit_form.h"
#include "coordinator/store/postgres/connection.h"
#include "coordinator/store/postgres/postgres_store.h"
#include "coordinator/store/postgres/session_settings.h"

namespace {

using namespace baton::store;
using SteadyClock = std::chrono::steady_clock;

constexpr char kSchema[] = "baton_floor";
constexpr size_t kRunsPerConnection = 1'000;  // as many executions take turns
constexpr size_t kRowsPerMeasurement = 98'304;
constexpr int kSingleCommits = 500;

double seconds_since(SteadyClock::time_point start) { return std::chrono::duration<double>(SteadyClock::now() - start).count(); }

[[noreturn]] void give_up(const std::string& why) {
  std::cerr << "store_floor: " << why << std::endl;
  std::exit(1);
}

// The rows of one connection: its own runs, whose batches follow one another.
class Rows {
 public:
  Rows(size_t row_bytes, uint64_t seed) : random_(seed), runs_(kRunsPerConnection) {
    for (auto& run : runs_) {
      std::array<uint8_t, 10> bytes{};
      for (auto& byte : bytes) byte = static_cast<uint8_t>(random_());
      const int64_t now_ms = std::chrono::system_clock::now().time_since_epoch() / std::chrono::milliseconds(1);
      run.run_id = baton::core::make_time_ordered(now_ms, bytes);
      run.shard = static_cast<int16_t>(random_() % 64);
    }
    records_.resize(row_bytes);
    for (char& byte : records_) byte = static_cast<char>(random_());
  }

  // One statement of so many rows.
  postgres::CommitStep step(size_t count) {
    CommitBatch batch;
    for (auto& byte : batch.commit_id) byte = static_cast<uint8_t>(random_());
    for (size_t i = 0; i < count; ++i, ++next_) {
      const int64_t batch_no = static_cast<int64_t>(next_ / runs_.size()) + 1;
      batch.journal.push_back(
          {.run = runs_[next_ % runs_.size()], .batch_no = batch_no, .first_event_id = 4 * batch_no, .records = records_});
    }
    auto form = postgres::commit_form(batch);
    if (!form.ok() || !form->autocommit()) give_up("an append is not one statement");
    return std::move(form->steps.front());
  }

 private:
  std::mt19937_64 random_;
  std::vector<RunKey> runs_;
  std::string records_;
  size_t next_ = 0;
};

std::unique_ptr<postgres::Connection> connect(const std::string& url) {
  PostgresOptions options;
  options.schema = kSchema;
  auto connection = postgres::Connection::open(url, postgres::session_settings(options));
  if (!connection.ok()) give_up(std::string(connection.status().message()));
  return *std::move(connection);
}

void run_all(postgres::Connection& connection, const std::vector<postgres::CommitStep>& steps) {
  for (const postgres::CommitStep& step : steps) {
    const postgres::Answer answer = connection.run(*step.statement, step.params);
    if (!answer.ok()) give_up(answer.error->message);
  }
}

double rows_per_second(const std::string& url, size_t connections, size_t rows_per_statement, size_t row_bytes, uint64_t seed) {
  struct Writer {
    std::unique_ptr<postgres::Connection> connection;
    std::vector<postgres::CommitStep> steps;
  };
  std::vector<Writer> writers;
  const size_t statements = kRowsPerMeasurement / connections / rows_per_statement;
  for (size_t i = 0; i < connections; ++i) {
    Rows rows(row_bytes, seed + i);
    Writer& writer = writers.emplace_back(Writer{connect(url), {}});
    run_all(*writer.connection, {rows.step(1)});  // prepared
    for (size_t n = 0; n < statements; ++n) writer.steps.push_back(rows.step(rows_per_statement));
  }
  const auto start = SteadyClock::now();
  std::vector<std::thread> threads;
  for (const Writer& writer : writers) {
    threads.emplace_back([&writer] { run_all(*writer.connection, writer.steps); });
  }
  for (std::thread& thread : threads) thread.join();
  return static_cast<double>(connections * statements * rows_per_statement) / seconds_since(start);
}

void measure_floor(const std::string& url, size_t row_bytes, int runs, std::mt19937_64& seeds) {
  std::vector<double> best;
  nlohmann::json where;
  for (int run = 0; run < runs; ++run) {
    double most = 0;
    for (const size_t connections : {1, 2, 4}) {
      for (const size_t rows : {64, 256, 512}) {
        const double rate = rows_per_second(url, connections, rows, row_bytes, seeds());
        if (rate <= most) continue;
        most = rate;
        where = {{"connections", connections}, {"rows_per_statement", rows}};
      }
    }
    best.push_back(most);
  }
  std::sort(best.begin(), best.end());
  nlohmann::json line = {{"name", "floor"},     {"value", best[best.size() / 2]}, {"unit", "rows/s"},      {"min", best.front()},
                         {"max", best.back()}, {"runs", best.size()},            {"row_bytes", row_bytes}};
  line.update(where);
  std::cout << line.dump() << std::endl;
}

void measure_commit(const std::string& url, size_t row_bytes, int runs, std::mt19937_64& seeds) {
  std::vector<double> all, medians;
  for (int run = 0; run < runs; ++run) {
    const auto connection = connect(url);
    Rows rows(row_bytes, seeds());
    run_all(*connection, {rows.step(1)});
    std::vector<double> took;
    for (int i = 0; i < kSingleCommits; ++i) {
      const std::vector<postgres::CommitStep> step = {rows.step(1)};
      const auto start = SteadyClock::now();
      run_all(*connection, step);
      took.push_back(1000 * seconds_since(start));
    }
    std::sort(took.begin(), took.end());
    medians.push_back(took[took.size() / 2]);
    all.insert(all.end(), took.begin(), took.end());
  }
  std::sort(medians.begin(), medians.end());
  std::sort(all.begin(), all.end());
  std::cout << nlohmann::json{{"name", "commit_ms"},     {"value", medians[medians.size() / 2]}, {"unit", "ms"},
                              {"min", medians.front()}, {"max", medians.back()},                {"runs", medians.size()},
                              {"p99", all[all.size() * 99 / 100]}}
                   .dump()
            << std::endl;
}

}  // namespace

int main(int argc, char** argv) {
  const char* url = std::getenv("BATON_TEST_POSTGRES_URL");
  const int row_bytes = argc == 3 ? std::atoi(argv[1]) : 0, runs = argc == 3 ? std::atoi(argv[2]) : 0;
  if (url == nullptr || row_bytes < 1 || runs < 1) {
    std::cerr << "store_floor ROW_BYTES RUNS, with BATON_TEST_POSTGRES_URL" << std::endl;
    return 2;
  }
  PostgresOptions options;
  options.schema = kSchema;
  if (const absl::Status made = migrate(url, options); !made.ok()) give_up(std::string(made.message()));
  std::mt19937_64 seeds{std::random_device{}()};
  measure_commit(url, static_cast<size_t>(row_bytes), runs, seeds);
  measure_floor(url, static_cast<size_t>(row_bytes), runs, seeds);
  connect(url)->run_text(std::string("DROP SCHEMA ") + kSchema + " CASCADE");
  return 0;
}
