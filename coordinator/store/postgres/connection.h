// One connection to PostgreSQL: a thin adapter over libpqxx (6.4 and 7), the only place that includes it. Nothing here throws.
#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <pqxx/result>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "coordinator/core/run_id.h"
#include "coordinator/store/postgres/binary.h"
#include "coordinator/store/postgres/silence_watch.h"

namespace pqxx {
class nontransaction;
}

namespace baton::store::postgres {

struct Statement {
  std::string_view name, sql;  // `name` is what it is prepared under; unique
};

struct SqlError {
  std::string state;  // SQLSTATE, five characters; empty: none was told
  std::string message;
  bool lost = false;  // the connection is of no more use, and whether the statement was executed is not known
};

// INVALID_ARGUMENT for bad values, DEADLINE_EXCEEDED for a statement that took too long, PERMISSION_DENIED for what our role may not do,
// UNAVAILABLE when the connection is lost or the server has no room, else INTERNAL.
absl::Status to_status(const SqlError& error);

// Rows in memory. Columns from 0.
class Result {
 public:
  Result() = default;
  explicit Result(pqxx::result result);
  int size() const;
  int64_t affected() const;  // rows written
  bool is_null(int row, int column) const;
  int64_t integer(int row, int column) const;
  bool flag(int row, int column) const;
  std::string text(int row, int column) const;
  std::string bytes(int row, int column) const;  // of a bytea
  core::RunId uuid(int row, int column) const;   // all zero when null
  std::vector<std::string> texts(int row, int column) const;  // of a text[] without nulls

 private:
  std::string_view raw(int row, int column) const;
  pqxx::result result_;
};

struct Answer {
  Result result;
  std::optional<SqlError> error;
  bool ok() const { return !error; }
};

struct SessionSettings {
  std::string application_name;
  std::string schema;  // of all tables; empty: whatever the server says
  std::chrono::milliseconds connect_timeout{5000};
  std::chrono::milliseconds statement_timeout{10000};
  std::chrono::milliseconds lock_timeout{5000};
  std::chrono::milliseconds idle_in_transaction_timeout{5000};
  // Cuts a connection that is silent for longer than its statements may take; absent: waits without end.
  std::shared_ptr<SilenceWatch> watch;
};

// Used by one thread at a time.
class Connection {
 public:
  // UNAVAILABLE with the server's words when it cannot be reached or refuses us.
  static absl::StatusOr<std::unique_ptr<Connection>> open(const std::string& url, const SessionSettings& settings);
  ~Connection();
  Connection(const Connection&) = delete;
  Connection& operator=(const Connection&) = delete;

  // One statement, committed when it returns unless it stands between BEGIN and COMMIT. Prepared at its first use.
  Answer run(const Statement& statement, const Params& params);
  // Text without parameters, of one statement or several; not prepared.
  Answer run_text(const std::string& sql);

  bool lost() const { return lost_; }
  // As the server told when the connection was made; a pooler tells its own.
  int64_t announced_backend_pid() const;
  std::string quoted_name(const std::string& name) const;

 private:
  struct Driver;
  Connection(std::unique_ptr<Driver> driver, const SessionSettings& settings);
  template <typename Call>
  Answer guarded(Call call);

  const std::shared_ptr<SilenceWatch> watch_;
  const std::chrono::milliseconds longest_silence_;
  std::unique_ptr<Driver> driver_;
  bool lost_ = false;
};

}  // namespace baton::store::postgres
