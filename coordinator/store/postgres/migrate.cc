// Numbered, forward only; each migration is a transaction that also records itself. An advisory lock keeps two coordinators that
// start at once from doing the same one: it serialises migrations and nothing else.
#include <thread>

#include "absl/strings/str_cat.h"
#include "coordinator/store/postgres/migrations.h"
#include "coordinator/store/postgres/session_settings.h"

namespace baton::store {
namespace postgres {
namespace {

using namespace std::chrono_literals;

constexpr auto kMigrationTimeout = 10min;
constexpr auto kLockTimeout = 2s;  // waiting longer for a table's lock would stop the coordinators behind us
constexpr int kLockAttempts = 30;
constexpr int kVersionsAhead = 1;  // a coordinator serves on its own schema and the next

constexpr Statement kSchemaExists = {"schema_exists", "SELECT EXISTS (SELECT FROM pg_namespace WHERE nspname = $1::text)"};
constexpr Statement kVersionsExist = {
    "versions_exist", "SELECT EXISTS (SELECT FROM pg_tables WHERE schemaname = $1::text AND tablename = 'schema_version')"};
constexpr Statement kVersion = {"version", "SELECT COALESCE(max(version), 0) FROM schema_version"};
constexpr Statement kLock = {"lock_migrations", "SELECT pg_advisory_xact_lock(hashtextextended($1::text, 7450))"};
constexpr Statement kRecord = {"record_migration", "INSERT INTO schema_version (version, name) VALUES ($1::int4, $2::text)"};
constexpr Statement kCreateMeta = {
    "create_meta", "INSERT INTO meta (id, shard_count, epoch, registry_version) VALUES (1, $1::int4, 1, 0)"};

constexpr char kCreateVersions[] =
    "CREATE TABLE schema_version (version int4 PRIMARY KEY, name text NOT NULL, applied_at timestamptz NOT NULL DEFAULT now())";

class Migrator {
 public:
  Migrator(Connection& connection, const PostgresOptions& options) : connection_(connection), options_(options) {}

  // 0 when there is nothing yet.
  absl::StatusOr<int64_t> version() {
    const absl::StatusOr<bool> exist = yes(kVersionsExist);
    if (!exist.ok()) return exist.status();
    if (!*exist) return 0;
    const Answer answer = connection_.run(kVersion, {});
    if (!answer.ok()) return to_status(*answer.error);
    return answer.result.integer(0, 0);
  }

  // The next migration, if one is missing once it is our turn; within a transaction.
  absl::Status step() {
    if (absl::Status status = run(kLock, Params().text(absl::StrCat("baton migrations of ", options_.schema))); !status.ok()) {
      return status;
    }
    if (absl::Status status = run_text(absl::StrCat("SET LOCAL lock_timeout = ", std::chrono::milliseconds(kLockTimeout).count()));
        !status.ok()) {
      return status;
    }
    if (absl::Status status = create_schema(); !status.ok()) return status;
    const absl::StatusOr<int64_t> version = this->version();
    if (!version.ok()) return version.status();
    for (const Migration& migration : migrations()) {
      if (migration.version == *version + 1) return apply(migration);
    }
    return absl::OkStatus();
  }

  absl::Status in_transaction(absl::Status (Migrator::*body)()) {
    absl::Status status = run_text("BEGIN");
    if (status.ok()) status = (this->*body)();
    if (status.ok()) return run_text("COMMIT");
    if (!connection_.lost()) connection_.run_text("ROLLBACK");
    return status;
  }

 private:
  absl::StatusOr<bool> yes(const Statement& question) {
    const Answer answer = connection_.run(question, Params().text(options_.schema));
    if (!answer.ok()) return to_status(*answer.error);
    return answer.result.flag(0, 0);
  }

  absl::Status create_schema() {
    const absl::StatusOr<bool> schema = yes(kSchemaExists);
    if (!schema.ok()) return schema.status();
    if (!*schema) {
      const std::string create = absl::StrCat("CREATE SCHEMA ", connection_.quoted_name(options_.schema));
      if (absl::Status status = run_text(create); !status.ok()) return status;
    }
    const absl::StatusOr<bool> versions = yes(kVersionsExist);
    if (!versions.ok()) return versions.status();
    return *versions ? absl::OkStatus() : run_text(kCreateVersions);
  }

  absl::Status apply(const Migration& migration) {
    if (absl::Status status = run_text(std::string(migration.sql)); !status.ok()) {
      return absl::Status(status.code(), absl::StrCat("migration ", std::string(migration.name), ": ", std::string(status.message())));
    }
    if (migration.version == 1) {
      if (absl::Status status = run(kCreateMeta, Params().int4(options_.shard_count)); !status.ok()) return status;
    }
    return run(kRecord, Params().int4(migration.version).text(migration.name));
  }

  absl::Status run(const Statement& statement, const Params& params) { return status_of(connection_.run(statement, params)); }
  absl::Status run_text(const std::string& sql) { return status_of(connection_.run_text(sql)); }
  static absl::Status status_of(const Answer& answer) {
    if (answer.ok()) return absl::OkStatus();
    // A table that others are using: worth another try.
    if (answer.error->state == "55P03") return absl::AbortedError(answer.error->message);
    return to_status(*answer.error);
  }

  Connection& connection_;
  const PostgresOptions& options_;
};

}  // namespace
}  // namespace postgres

absl::Status migrate(const std::string& url, const PostgresOptions& options) {
  if (options.shard_count < 1 || options.shard_count > 32767) {
    return absl::InvalidArgumentError("the number of shards is between 1 and 32767");
  }
  postgres::SessionSettings settings = postgres::session_settings(options);
  settings.statement_timeout = settings.lock_timeout = postgres::kMigrationTimeout;
  const auto connection = postgres::Connection::open(url, settings);
  if (!connection.ok()) return connection.status();
  postgres::Migrator migrator(**connection, options);
  const int64_t newest = postgres::migrations().back().version;
  for (int attempt = 0;;) {
    const absl::StatusOr<int64_t> version = migrator.version();
    if (!version.ok()) return version.status();
    if (*version > newest + postgres::kVersionsAhead) {
      return absl::FailedPreconditionError(absl::StrCat("the database has schema version ", *version, ", this coordinator knows ", newest,
                                                        ": run a newer coordinator"));
    }
    if (*version >= newest) return absl::OkStatus();
    const absl::Status status = migrator.in_transaction(&postgres::Migrator::step);
    if (absl::IsAborted(status) && ++attempt < postgres::kLockAttempts) continue;
    if (!status.ok()) return status;
  }
}

}  // namespace baton::store
