#include "tests/spec/schema_of_its_own.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include <cstdlib>

#include "coordinator/store/memory/memory_store.h"
#include "coordinator/store/postgres/connection.h"
#include "coordinator/store/postgres/postgres_store.h"

namespace baton::testing {
namespace {

std::string environment(const char* name) {
  const char* value = std::getenv(name);
  return value == nullptr ? "" : value;
}

}  // namespace

SchemaOfItsOwn::SchemaOfItsOwn() : url_(environment("BATON_TEST_POSTGRES_URL")) {
  static int made = 0;
  schema_ = "spec_" + std::to_string(getpid()) + "_" + std::to_string(++made);
}

std::unique_ptr<store::Store> SchemaOfItsOwn::open_store() {
  if (url_.empty()) {
    EXPECT_NE(environment("BATON_TEST_STORE"), "postgres")
        << "run this under deploy/with-postgres.sh: BATON_TEST_POSTGRES_URL is not set";
    return store::MemoryStore::make();
  }
  auto store = store::open_postgres_store(url_, {.schema = schema_, .allow_fsync_off = true, .allow_asynchronous_commit = true});
  EXPECT_TRUE(store.ok()) << store.status();
  return store.ok() ? *std::move(store) : nullptr;
}

SchemaOfItsOwn::~SchemaOfItsOwn() {
  if (url_.empty()) return;
  const auto connection = store::postgres::Connection::open(url_, {.application_name = "spec test", .schema = ""});
  EXPECT_TRUE(connection.ok()) << connection.status();
  if (!connection.ok()) return;
  const auto dropped = (*connection)->run_text("DROP SCHEMA IF EXISTS " + schema_ + " CASCADE");
  EXPECT_TRUE(dropped.ok()) << dropped.error->message;
}

}  // namespace baton::testing
