#include "absl/strings/str_cat.h"
#include "coordinator/store/postgres/server_check.h"
#include "coordinator/store/postgres/session_settings.h"

namespace baton::store {
namespace postgres {
namespace {

constexpr int32_t kOldestVersion = 150000;

constexpr Statement kServerFacts = {"server_facts", R"(
SELECT current_setting('server_version_num')::int4, pg_is_in_recovery(), current_setting('default_transaction_read_only')::bool,
       current_setting('fsync')::bool, current_setting('full_page_writes')::bool, current_setting('synchronous_commit'),
       current_setting('server_encoding'), pg_backend_pid()
)"};

absl::Status refuse(std::string what) { return absl::FailedPreconditionError(std::move(what)); }

}  // namespace

absl::Status judge_server(const ServerFacts& facts, const PostgresOptions& options) {
  if (facts.version < kOldestVersion) {
    return refuse(absl::StrCat("PostgreSQL ", facts.version / 10000, " is too old: version ", kOldestVersion / 10000, " or later is needed"));
  }
  if (facts.in_recovery) return refuse("the PostgreSQL server is a standby (in recovery): give the address of the primary");
  if (facts.read_only) {
    return refuse("the PostgreSQL server is read-only (default_transaction_read_only is on): give a writable one");
  }
  if (facts.encoding != "UTF8") {
    return refuse(absl::StrCat("the database's encoding is ", facts.encoding, ": create it with ENCODING 'UTF8'"));
  }
  if (facts.pooler) {
    return refuse("the database is reached through a connection pooler, which loses prepared statements: give the server's own address");
  }
  if ((!facts.fsync || !facts.full_page_writes) && !options.allow_fsync_off) {
    return refuse(absl::StrCat(facts.fsync ? "full_page_writes" : "fsync",
                               " is off: a crash of the server would corrupt the database; turn it on in postgresql.conf"));
  }
  if (facts.synchronous_commit == "off" && !options.allow_asynchronous_commit) {
    return refuse("synchronous_commit is off: a crash of the server would lose what was acknowledged; turn it on in postgresql.conf");
  }
  return absl::OkStatus();
}

}  // namespace postgres

absl::Status check_server(const std::string& url, const PostgresOptions& options) {
  const auto connection = postgres::Connection::open(url, postgres::session_settings(options));
  if (!connection.ok()) return connection.status();
  const postgres::Answer answer = (*connection)->run(postgres::kServerFacts, {});
  if (!answer.ok()) return postgres::to_status(*answer.error);
  const postgres::Result& row = answer.result;
  return postgres::judge_server({.version = static_cast<int32_t>(row.integer(0, 0)),
                                 .in_recovery = row.flag(0, 1),
                                 .read_only = row.flag(0, 2),
                                 .fsync = row.flag(0, 3),
                                 .full_page_writes = row.flag(0, 4),
                                 .synchronous_commit = row.text(0, 5),
                                 .encoding = row.text(0, 6),
                                 .pooler = row.integer(0, 7) != (*connection)->announced_backend_pid()},
                                options);
}

}  // namespace baton::store
