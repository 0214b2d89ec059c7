// Every reason to refuse a server, in words that say what to do.
#include "coordinator/store/postgres/server_check.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace baton::store::postgres {
namespace {

using testing::HasSubstr;

ServerFacts fit() { return {.version = 150004}; }

// The message of the refusal; empty when the server is taken.
std::string refusal(const ServerFacts& facts, const PostgresOptions& options = {}) {
  const absl::Status status = judge_server(facts, options);
  if (status.ok()) return "";
  EXPECT_EQ(status.code(), absl::StatusCode::kFailedPrecondition);
  return std::string(status.message());
}

TEST(ServerCheckTest, AFitServerIsTaken) {
  EXPECT_EQ(refusal(fit()), "");
  ServerFacts oldest = fit();
  oldest.version = 150000;
  EXPECT_EQ(refusal(oldest), "");
  ServerFacts newer = fit();
  newer.version = 180002;
  EXPECT_EQ(refusal(newer), "");
}

TEST(ServerCheckTest, AnOldServer) {
  ServerFacts facts = fit();
  facts.version = 149999;
  EXPECT_THAT(refusal(facts), HasSubstr("PostgreSQL 14 is too old: version 15 or later"));
}

TEST(ServerCheckTest, AStandby) {
  ServerFacts facts = fit();
  facts.in_recovery = true;
  EXPECT_THAT(refusal(facts), HasSubstr("give the address of the primary"));
}

TEST(ServerCheckTest, AReadOnlyServer) {
  ServerFacts facts = fit();
  facts.read_only = true;
  EXPECT_THAT(refusal(facts), HasSubstr("read-only"));
}

TEST(ServerCheckTest, AnotherEncoding) {
  ServerFacts facts = fit();
  facts.encoding = "LATIN1";
  EXPECT_THAT(refusal(facts), HasSubstr("LATIN1: create it with ENCODING 'UTF8'"));
}

TEST(ServerCheckTest, APooler) {
  ServerFacts facts = fit();
  facts.pooler = true;
  EXPECT_THAT(refusal(facts), HasSubstr("connection pooler"));
}

TEST(ServerCheckTest, AServerThatMayLoseItsData) {
  ServerFacts facts = fit();
  facts.fsync = false;
  EXPECT_THAT(refusal(facts), HasSubstr("fsync is off"));
  EXPECT_EQ(refusal(facts, {.allow_fsync_off = true}), "");
  facts = fit();
  facts.full_page_writes = false;
  EXPECT_THAT(refusal(facts), HasSubstr("full_page_writes is off"));
  EXPECT_EQ(refusal(facts, {.allow_fsync_off = true}), "");
}

TEST(ServerCheckTest, AServerThatAnswersBeforeItsDisk) {
  ServerFacts facts = fit();
  facts.synchronous_commit = "off";
  EXPECT_THAT(refusal(facts), HasSubstr("synchronous_commit is off"));
  EXPECT_THAT(refusal(facts, {.allow_fsync_off = true}), HasSubstr("synchronous_commit is off")) << "another permission";
  EXPECT_EQ(refusal(facts, {.allow_asynchronous_commit = true}), "");
  for (const char* setting : {"local", "remote_write", "remote_apply", "on"}) {
    facts.synchronous_commit = setting;
    EXPECT_EQ(refusal(facts), "") << setting;
  }
}

}  // namespace
}  // namespace baton::store::postgres
