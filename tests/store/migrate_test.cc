// Migrations: repeatable, safe from several places at once, and honest about a database that is ahead.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <thread>

#include "absl/strings/str_cat.h"
#include "coordinator/store/postgres/migrations.h"
#include "tests/store/postgres_schema.h"
#include "tests/store/rows.h"

namespace baton::store {
namespace {

class MigrateTest : public testing::Test {
 protected:
  void SetUp() override {
    schema_ = PostgresSchema::make();
    ASSERT_NE(schema_, nullptr);
  }
  absl::Status migrate_here() { return migrate(schema_->url(), schema_->options()); }
  int64_t applied() { return schema_->number("SELECT count(*) FROM schema_version"); }
  int64_t newest() { return postgres::migrations().back().version; }

  std::unique_ptr<PostgresSchema> schema_;
};

TEST_F(MigrateTest, NumbersHaveNoGap) {
  int expected = 0;
  for (const postgres::Migration& migration : postgres::migrations()) {
    EXPECT_EQ(migration.version, ++expected);
    EXPECT_TRUE(migration.name.starts_with(absl::StrCat(absl::Dec(migration.version, absl::kZeroPad4), "_"))) << migration.name;
  }
  EXPECT_GT(expected, 0);
}

TEST_F(MigrateTest, ASchemaIsMadeWhenItIsMissing) {
  ASSERT_TRUE(migrate_here().ok());
  EXPECT_EQ(applied(), newest());
  EXPECT_EQ(schema_->number("SELECT max(version) FROM schema_version"), newest());
}

TEST_F(MigrateTest, TheSecondTimeDoesNothing) {
  ASSERT_TRUE(migrate_here().ok());
  const std::string when = schema_->run("SELECT string_agg(applied_at::text, ',') FROM schema_version").text(0, 0);
  const std::unique_ptr<Store> store = schema_->open();
  ASSERT_EQ(told(store->open_lane()->commit(Batch().append(NamedRun("order-1"), 1))), "committed");
  EXPECT_TRUE(migrate_here().ok());
  EXPECT_EQ(schema_->run("SELECT string_agg(applied_at::text, ',') FROM schema_version").text(0, 0), when);
  EXPECT_EQ(schema_->number("SELECT count(*) FROM journal"), 1) << "and what is stored stays";
}

TEST_F(MigrateTest, AnEmptySchemaThatExistsIsUsed) {
  schema_->run(absl::StrCat("CREATE SCHEMA ", schema_->name()));
  EXPECT_TRUE(migrate_here().ok());
  EXPECT_EQ(applied(), newest());
}

TEST_F(MigrateTest, FromManyPlacesAtOnceEachIsAppliedOnce) {
  constexpr int kPlaces = 4;
  std::vector<absl::Status> told(kPlaces);
  std::vector<std::thread> places;
  for (int i = 0; i < kPlaces; ++i) {
    places.emplace_back([&, i] { told[i] = migrate_here(); });
  }
  for (std::thread& place : places) place.join();
  for (const absl::Status& status : told) EXPECT_TRUE(status.ok()) << status;
  EXPECT_EQ(applied(), newest());
  EXPECT_EQ(schema_->number("SELECT count(*) FROM meta"), 1);
}

TEST_F(MigrateTest, SchemasOfOneDatabaseAreApart) {
  const std::unique_ptr<PostgresSchema> other = PostgresSchema::make();
  ASSERT_TRUE(migrate_here().ok());
  const std::unique_ptr<Store> here = schema_->open(), there = other->open();
  const NamedRun run("order-1");
  EXPECT_EQ(told(here->open_lane()->commit(Batch().append(run, 1))), "committed");
  EXPECT_EQ(told(there->open_lane()->commit(Batch().append(run, 1))), "committed");
}

TEST_F(MigrateTest, OneVersionAheadIsServed) {
  ASSERT_TRUE(migrate_here().ok());
  schema_->run(absl::StrCat("INSERT INTO schema_version (version, name) VALUES (", newest() + 1, ", 'of the next release')"));
  EXPECT_TRUE(migrate_here().ok());
  EXPECT_NE(schema_->open(), nullptr);
}

TEST_F(MigrateTest, AMuchNewerDatabaseIsRefused) {
  ASSERT_TRUE(migrate_here().ok());
  schema_->run(absl::StrCat("INSERT INTO schema_version (version, name) VALUES (", newest() + 1, ", 'next'), (", newest() + 2,
                            ", 'after next')"));
  const absl::Status status = migrate_here();
  EXPECT_EQ(status.code(), absl::StatusCode::kFailedPrecondition);
  EXPECT_THAT(std::string(status.message()), testing::HasSubstr(absl::StrCat("version ", newest() + 2)));
  EXPECT_THAT(std::string(status.message()), testing::HasSubstr("run a newer coordinator"));
  EXPECT_EQ(open_postgres_store(schema_->url(), schema_->options()).status().code(), absl::StatusCode::kFailedPrecondition);
}

TEST_F(MigrateTest, TheNumberOfShardsIsFixedWhenTheTablesAreMade) {
  PostgresOptions options = schema_->options();
  options.shard_count = 7;
  std::unique_ptr<Store> store = schema_->open(options);
  ASSERT_NE(store, nullptr);
  EXPECT_EQ(store->shard_count(), 7);
  options.shard_count = 64;
  store = schema_->open(options);
  ASSERT_NE(store, nullptr);
  EXPECT_EQ(store->shard_count(), 7);
}

TEST_F(MigrateTest, ANumberOfShardsOutOfBoundsIsRefused) {
  for (const int count : {0, -1, 32768}) {
    PostgresOptions options = schema_->options();
    options.shard_count = count;
    EXPECT_EQ(migrate(schema_->url(), options).code(), absl::StatusCode::kInvalidArgument) << count;
  }
}

TEST_F(MigrateTest, ASchemaWithAnAwkwardNameIsQuoted) {
  PostgresOptions options = schema_->options();
  options.schema = schema_->name() + " \"Größe\"; --";
  EXPECT_TRUE(migrate(schema_->url(), options).ok());
  const absl::StatusOr<std::unique_ptr<Store>> store = open_postgres_store(schema_->url(), options);
  ASSERT_TRUE(store.ok()) << store.status();
  EXPECT_EQ(told((*store)->open_lane()->commit(Batch().append(NamedRun("order-1"), 1))), "committed");
  schema_->run(absl::StrCat("DROP SCHEMA \"", schema_->name(), " \"\"Größe\"\"; --\" CASCADE"));
}

TEST_F(MigrateTest, TablesWithoutTheirMetaRowAreRefused) {
  ASSERT_TRUE(migrate_here().ok());
  schema_->run("DELETE FROM meta");
  EXPECT_EQ(open_postgres_store(schema_->url(), schema_->options()).status().code(), absl::StatusCode::kFailedPrecondition);
}

}  // namespace
}  // namespace baton::store
