// The store on PostgreSQL 15 or later.
#pragma once

#include <chrono>
#include <memory>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "coordinator/core/snapshot.h"
#include "coordinator/store/store.h"

namespace baton::store {

struct PostgresOptions {
  std::string schema = "baton";  // where the tables are; created when missing
  int shard_count = 64;          // 1 to 32767; counts only when the tables are created
  int readers = 4;               // connections beside the lanes'; at least 1
  std::string application_name = "baton-coordinator";
  int32_t core_version = core::kCoreVersion;  // snapshots of another version are kept but not shown

  std::chrono::milliseconds connect_timeout{5000};
  // A statement that takes longer is cancelled by the server and counts as not applied; a server that then says nothing for two seconds
  // more counts as lost.
  std::chrono::milliseconds statement_timeout{10000};
  // Longer than the server's deadlock_timeout, so that a deadlock is told as one.
  std::chrono::milliseconds lock_timeout{5000};
  std::chrono::milliseconds idle_in_transaction_timeout{5000};
  // How long a commit whose fate is not known, or that found no database, is sent again before it is answered kMaybe.
  std::chrono::milliseconds settle_within{10000};
  // How long a read looks for a connection before it is answered UNAVAILABLE.
  std::chrono::milliseconds read_within{3000};

  // For tests: a crash of the server may lose what was acknowledged.
  bool allow_fsync_off = false;
  bool allow_asynchronous_commit = false;
};

// `url` is whatever libpq takes: postgresql://user@host:port/database?… or key=value words.

// Whether the server is fit to keep workflows: UNAVAILABLE when it does not answer, FAILED_PRECONDITION with what to do when it is too
// old, a standby or read-only, not UTF-8, may lose commits, or is reached through a pooler.
absl::Status check_server(const std::string& url, const PostgresOptions& options = {});

// Brings the schema to the newest version; does nothing when it is there. Safe to run from several places at once and while
// coordinators serve. FAILED_PRECONDITION when a much newer coordinator has been here.
absl::Status migrate(const std::string& url, const PostgresOptions& options = {});

// Checks the server, migrates and opens. The sessions of lanes connect at their first use, and again whenever the connection was lost;
// they must not outlive the store.
absl::StatusOr<std::unique_ptr<Store>> open_postgres_store(const std::string& url, const PostgresOptions& options = {});

}  // namespace baton::store
