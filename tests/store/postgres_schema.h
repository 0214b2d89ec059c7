// A schema of its own on the test server, so that tests do not meet; gone with the object.
#pragma once

#include <memory>
#include <string>

#include "coordinator/store/postgres/connection.h"
#include "coordinator/store/postgres/postgres_store.h"

namespace baton::store {

class PostgresSchema {
 public:
  // Null, with a failed expectation that says what to do, when BATON_TEST_POSTGRES_URL is not set or nobody answers there.
  static std::unique_ptr<PostgresSchema> make();
  ~PostgresSchema();

  const std::string& url() const { return url_; }
  // The same server with a setting of libpq more, "key=value" in the form of an address.
  std::string url_with(const std::string& setting) const;
  const std::string& name() const { return name_; }
  // Of a store on this schema. Its connections are found in pg_stat_activity by their application name, which is the schema's.
  PostgresOptions options() const;
  // A migrated store, by default reached at url(); null with a failed expectation when it cannot be opened.
  std::unique_ptr<Store> open(const PostgresOptions& options, const std::string& url) const;
  std::unique_ptr<Store> open(const PostgresOptions& options) const { return open(options, url_); }
  std::unique_ptr<Store> open() const { return open(options()); }

  // Another connection to the schema, apart from any store; a failed expectation and null when there is none.
  std::unique_ptr<postgres::Connection> connect() const;
  // Runs SQL beside the store; a failed expectation when the server refuses it.
  postgres::Result run(const std::string& sql) const;
  // The only field of the only row, as a number.
  int64_t number(const std::string& sql) const { return run(sql).integer(0, 0); }
  // Asks the server until the condition holds; a failed expectation after half a minute.
  void wait_until(const std::string& condition) const;
  // Ends the server processes that have this application name now, and waits until they are gone.
  void end_sessions(const std::string& application_name) const;

 private:
  explicit PostgresSchema(std::string url, std::string name) : url_(std::move(url)), name_(std::move(name)) {}

  const std::string url_, name_;
  std::unique_ptr<postgres::Connection> beside_;
};

}  // namespace baton::store
