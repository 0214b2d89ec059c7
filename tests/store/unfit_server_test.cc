// Real servers that are refused, or not reached.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "absl/strings/str_cat.h"
#include "tests/store/postgres_schema.h"
#include "tests/store/tcp_proxy.h"

namespace baton::store {
namespace {

using namespace std::chrono_literals;
using testing::HasSubstr;

class UnfitServerTest : public testing::Test {
 protected:
  void SetUp() override {
    schema_ = PostgresSchema::make();
    ASSERT_NE(schema_, nullptr);
  }

  // Both doors say the same.
  void expect_refused(const std::string& url, absl::StatusCode code, const std::string& words) {
    const absl::Status checked = check_server(url, schema_->options());
    EXPECT_EQ(checked.code(), code) << checked;
    EXPECT_THAT(std::string(checked.message()), HasSubstr(words));
    EXPECT_EQ(open_postgres_store(url, schema_->options()).status(), checked);
    EXPECT_EQ(schema_->number(absl::StrCat("SELECT count(*) FROM pg_namespace WHERE nspname = '", schema_->name(), "'")), 0)
        << "a refused server is left as it is";
  }

  std::unique_ptr<PostgresSchema> schema_;
};

TEST_F(UnfitServerTest, TheTestServerIsFit) { EXPECT_TRUE(check_server(schema_->url(), schema_->options()).ok()); }

TEST_F(UnfitServerTest, AsynchronousCommitInTheAddress) {
  expect_refused(schema_->url_with("options=-c%20synchronous_commit%3Doff"), absl::StatusCode::kFailedPrecondition,
                 "synchronous_commit is off");
}

TEST_F(UnfitServerTest, ReadOnlyTransactionsInTheAddress) {
  expect_refused(schema_->url_with("options=-c%20default_transaction_read_only%3Don"), absl::StatusCode::kFailedPrecondition,
                 "read-only");
}

TEST_F(UnfitServerTest, AReadOnlyRole) {
  const std::string role = "reader_of_" + schema_->name();
  schema_->run(absl::StrCat("CREATE ROLE ", role, " LOGIN; ALTER ROLE ", role, " SET default_transaction_read_only = on"));
  std::string url = schema_->url();
  url.replace(url.find("://") + 3, url.find('@') - url.find("://") - 3, role);
  expect_refused(url, absl::StatusCode::kFailedPrecondition, "read-only");
  schema_->run("DROP ROLE " + role);
}

TEST_F(UnfitServerTest, ARoleThatMayNotCreateTables) {
  const std::string role = "guest_of_" + schema_->name();
  schema_->run(absl::StrCat("CREATE ROLE ", role, " LOGIN"));
  std::string url = schema_->url();
  url.replace(url.find("://") + 3, url.find('@') - url.find("://") - 3, role);
  const absl::Status status = migrate(url, schema_->options());
  EXPECT_EQ(status.code(), absl::StatusCode::kPermissionDenied) << status;
  EXPECT_THAT(std::string(status.message()), HasSubstr("permission denied"));
  schema_->run("DROP ROLE " + role);
}

TEST_F(UnfitServerTest, APoolerBetween) {
  TcpProxy pooler(schema_->url());
  // A pooler greets with a number of its own: BackendKeyData, 'K', the length 12, the process id.
  pooler.on_server_bytes([](std::string& bytes) {
    const size_t place = bytes.find(std::string("K\0\0\0\x0c", 5));
    if (place != std::string::npos) bytes[place + 8] ^= 1;
  });
  expect_refused(pooler.url(), absl::StatusCode::kFailedPrecondition, "connection pooler");
}

TEST_F(UnfitServerTest, NobodyListens) {
  // A port that was ours a moment ago.
  const std::string url = std::make_unique<TcpProxy>(schema_->url())->url();
  expect_refused(url, absl::StatusCode::kUnavailable, "cannot connect to the database");
}

TEST_F(UnfitServerTest, SomebodyListensAndSaysNothing) {
  TcpProxy proxy(schema_->url());
  proxy.set_reach(Reach::kSilent);
  PostgresOptions options = schema_->options();
  options.connect_timeout = 1000ms;
  const auto begin = std::chrono::steady_clock::now();
  EXPECT_EQ(check_server(proxy.url(), options).code(), absl::StatusCode::kUnavailable);
  EXPECT_LT(std::chrono::steady_clock::now() - begin, 20s);
}

TEST_F(UnfitServerTest, AnAddressThatIsNone) {
  for (const char* url : {"not an address", "postgresql://", "postgresql://nobody@127.0.0.1:1/nothing"}) {
    const absl::Status status = check_server(url, schema_->options());
    EXPECT_EQ(status.code(), absl::StatusCode::kUnavailable) << url << ": " << status;
  }
}

TEST_F(UnfitServerTest, AnUnknownDatabaseOrRole) {
  EXPECT_THAT(std::string(check_server(schema_->url_with("dbname=no_such_database"), schema_->options()).message()),
              HasSubstr("no_such_database"));
  EXPECT_THAT(std::string(check_server(schema_->url_with("user=no_such_role"), schema_->options()).message()),
              HasSubstr("no_such_role"));
}

}  // namespace
}  // namespace baton::store
