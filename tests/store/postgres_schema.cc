#include "tests/store/postgres_schema.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include <atomic>
#include <cstdlib>

#include "absl/strings/str_cat.h"

namespace baton::store {

std::unique_ptr<PostgresSchema> PostgresSchema::make() {
  static std::atomic<int> made{0};
  const char* url = std::getenv("BATON_TEST_POSTGRES_URL");
  if (url == nullptr || *url == '\0') {
    ADD_FAILURE() << "BATON_TEST_POSTGRES_URL is not set: run the tests as deploy/with-postgres.sh ctest …";
    return nullptr;
  }
  std::unique_ptr<PostgresSchema> schema(new PostgresSchema(url, absl::StrCat("test_", getpid(), "_", ++made)));
  schema->beside_ = schema->connect();
  if (!schema->beside_) return nullptr;
  schema->run("SET client_min_messages = warning");
  schema->run(absl::StrCat("DROP SCHEMA IF EXISTS ", schema->name_, " CASCADE"));
  return schema;
}

PostgresSchema::~PostgresSchema() {
  if (beside_) run(absl::StrCat("DROP SCHEMA IF EXISTS ", name_, " CASCADE"));
}

PostgresOptions PostgresSchema::options() const {
  PostgresOptions options;
  options.schema = name_;
  options.application_name = name_;
  options.readers = 2;
  return options;
}

std::string PostgresSchema::url_with(const std::string& setting) const {
  return absl::StrCat(url_, url_.find('?') == std::string::npos ? "?" : "&", setting);
}

std::unique_ptr<Store> PostgresSchema::open(const PostgresOptions& options, const std::string& url) const {
  absl::StatusOr<std::unique_ptr<Store>> store = open_postgres_store(url, options);
  if (store.ok()) return *std::move(store);
  ADD_FAILURE() << store.status();
  return nullptr;
}

std::unique_ptr<postgres::Connection> PostgresSchema::connect() const {
  postgres::SessionSettings settings;
  settings.application_name = "baton-test";
  settings.schema = name_;
  absl::StatusOr<std::unique_ptr<postgres::Connection>> connection = postgres::Connection::open(url_, settings);
  if (connection.ok()) return *std::move(connection);
  ADD_FAILURE() << connection.status();
  return nullptr;
}

postgres::Result PostgresSchema::run(const std::string& sql) const {
  postgres::Answer answer = beside_->run_text(sql);
  EXPECT_TRUE(answer.ok()) << sql << ": " << answer.error->message;
  return std::move(answer.result);
}

void PostgresSchema::wait_until(const std::string& condition) const {
  const auto until = std::chrono::steady_clock::now() + std::chrono::seconds(30);
  while (number(absl::StrCat("SELECT (", condition, ")::int FROM pg_sleep(0.005)")) == 0) {
    if (std::chrono::steady_clock::now() < until) continue;
    ADD_FAILURE() << "in vain: " << condition;
    return;
  }
}

void PostgresSchema::end_sessions(const std::string& application_name) const {
  // The very processes: who was ended may be connected again at once, under the same name.
  const std::string pids = run(absl::StrCat("SELECT COALESCE(string_agg(pid::text, ','), '0') FROM pg_stat_activity "
                                            "WHERE application_name = '", application_name, "'")).text(0, 0);
  run(absl::StrCat("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE pid IN (", pids, ")"));
  wait_until(absl::StrCat("NOT EXISTS (SELECT FROM pg_stat_activity WHERE pid IN (", pids, "))"));
}

}  // namespace baton::store
