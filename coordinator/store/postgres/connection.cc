#include "coordinator/store/postgres/connection.h"

#include <charconv>
#include <pqxx/pqxx>
#include <set>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"

namespace baton::store::postgres {
namespace {

// Seconds of silence until the first probe, between probes, and probes until the connection counts as dead.
constexpr std::pair<const char*, int> kKeepAlive[] = {
    {"keepalives_idle", 10}, {"keepalives_interval", 3}, {"keepalives_count", 3}};
constexpr std::chrono::milliseconds kTcpUserTimeout{10000};

// Beyond the server's own limit of a statement, which comes first when the server lives.
constexpr std::chrono::milliseconds kSilenceGrace{2000};

// Adds what the user left open; both forms of libpq: an address and key=value words.
std::string with_setting(std::string url, const std::string& key, const std::string& value) {
  if (url.find(key + "=") != std::string::npos) return url;
  if (url.find("://") == std::string::npos) return absl::StrCat(url, " ", key, "=", value);
  return absl::StrCat(url, url.find('?') == std::string::npos ? "?" : "&", key, "=", value);
}

std::string with_settings(std::string url, const SessionSettings& settings) {
  const int64_t connect_s = std::max<int64_t>(2, (settings.connect_timeout.count() + 999) / 1000);
  url = with_setting(std::move(url), "connect_timeout", std::to_string(connect_s));
  url = with_setting(std::move(url), "tcp_user_timeout", std::to_string(kTcpUserTimeout.count()));
  for (const auto& [key, value] : kKeepAlive) url = with_setting(std::move(url), key, std::to_string(value));
  return with_setting(std::move(url), "application_name", settings.application_name);
}

// Plans by index whatever the statistics say: a statement is planned once, often while its tables are empty, and kept; and rows are
// locked in the order of the arrays.
constexpr char kPlanByIndex[] =
    "SET plan_cache_mode = force_generic_plan; SET jit = off; SET enable_seqscan = off; SET enable_hashjoin = off; "
    "SET enable_mergejoin = off; SET enable_bitmapscan = off;";
constexpr int kFirstWithPlanCacheMode = 120000;

std::string session_set_up(const std::string& quoted_schema, const SessionSettings& settings) {
  std::string sql = absl::StrCat(
      "SET bytea_output = hex; SET client_encoding = 'UTF8'; SET statement_timeout = ", settings.statement_timeout.count(),
      "; SET lock_timeout = ", settings.lock_timeout.count(),
      "; SET idle_in_transaction_session_timeout = ", settings.idle_in_transaction_timeout.count());
  if (!settings.schema.empty()) absl::StrAppend(&sql, "; SET search_path = ", quoted_schema);
  return sql;
}

// 08: connection; 57P01 to 57P05: the server ends the session; 26000: somebody took our prepared statements.
bool ends_session(const std::string& state) {
  return state.empty() || state.starts_with("08") || state.starts_with("57P") || state == "26000";
}

std::string one_line(const char* text) { return std::string(absl::StripAsciiWhitespace(text)); }

}  // namespace

absl::Status to_status(const SqlError& error) {
  const std::string text = error.state.empty() ? error.message : absl::StrCat(error.message, " (", error.state, ")");
  if (error.lost || error.state.starts_with("53")) return absl::UnavailableError(absl::StrCat("database: ", text));
  if (error.state.starts_with("22")) return absl::InvalidArgumentError(absl::StrCat("database: ", text));
  if (error.state == "42501") return absl::PermissionDeniedError(absl::StrCat("database: ", text));
  if (error.state == "57014") return absl::DeadlineExceededError(absl::StrCat("database: ", text));
  return absl::InternalError(absl::StrCat("database: ", text));
}

Result::Result(pqxx::result result) : result_(std::move(result)) {}
int Result::size() const { return static_cast<int>(result_.size()); }
int64_t Result::affected() const { return static_cast<int64_t>(result_.affected_rows()); }
bool Result::is_null(int row, int column) const { return result_[row][column].is_null(); }

std::string_view Result::raw(int row, int column) const {
  const auto field = result_[row][column];
  return {field.c_str(), field.size()};
}

int64_t Result::integer(int row, int column) const {
  const std::string_view text = raw(row, column);
  int64_t value = 0;
  std::from_chars(text.data(), text.data() + text.size(), value);
  return value;
}

bool Result::flag(int row, int column) const { return raw(row, column) == "t"; }
std::string Result::text(int row, int column) const { return std::string(raw(row, column)); }
std::string Result::bytes(int row, int column) const { return from_hex(raw(row, column)); }

core::RunId Result::uuid(int row, int column) const {
  return core::RunId::from_text(raw(row, column)).value_or(core::RunId{});
}

std::vector<std::string> Result::texts(int row, int column) const {
  std::vector<std::string> elements;
  auto parser = result_[row][column].as_array();
  for (auto part = parser.get_next(); part.first != pqxx::array_parser::juncture::done; part = parser.get_next()) {
    if (part.first == pqxx::array_parser::juncture::string_value) elements.push_back(std::move(part.second));
  }
  return elements;
}

struct Connection::Driver {
  explicit Driver(const std::string& url) : connection(url) {}
  pqxx::connection connection;
  std::set<std::string, std::less<>> prepared;
};

Connection::Connection(std::unique_ptr<Driver> driver, const SessionSettings& settings)
    : watch_(settings.watch), longest_silence_(settings.statement_timeout + kSilenceGrace), driver_(std::move(driver)) {}
Connection::~Connection() = default;

absl::StatusOr<std::unique_ptr<Connection>> Connection::open(const std::string& url, const SessionSettings& settings) {
  std::unique_ptr<Connection> opened;
  try {
    opened = std::unique_ptr<Connection>(new Connection(std::make_unique<Driver>(with_settings(url, settings)), settings));
#if PQXX_VERSION_MAJOR < 7
    // A session revived behind our back has lost its settings and prepared statements.
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wdeprecated-declarations"
    opened->driver_->connection.inhibit_reactivation(true);
#pragma GCC diagnostic pop
#endif
  } catch (const std::exception& error) {
    return absl::UnavailableError(absl::StrCat("cannot connect to the database: ", one_line(error.what())));
  }
  // check_server() says in better words than an unknown setting that a server is too old.
  const bool plans = opened->driver_->connection.server_version() >= kFirstWithPlanCacheMode;
  const Answer answer = opened->run_text(
      absl::StrCat(plans ? kPlanByIndex : "", session_set_up(opened->quoted_name(settings.schema), settings)));
  if (!answer.ok()) return to_status(*answer.error);
  return opened;
}

template <typename Call>
Answer Connection::guarded(Call call) {
  if (lost_) return {{}, SqlError{"", "the connection was lost before", true}};
  SqlError error;
  std::optional<SilenceWatch::Wait> wait;
  if (watch_) wait.emplace(*watch_, driver_->connection.sock(), longest_silence_);
  try {
    pqxx::nontransaction work(driver_->connection);
    return {Result(call(work)), std::nullopt};
    // libpqxx 6 throws these three without their SQLSTATE.
  } catch (const pqxx::deadlock_detected& thrown) {
    error = {"40P01", one_line(thrown.what()), false};
  } catch (const pqxx::serialization_failure& thrown) {
    error = {"40001", one_line(thrown.what()), false};
  } catch (const pqxx::insufficient_privilege& thrown) {
    error = {"42501", one_line(thrown.what()), false};
  } catch (const pqxx::insufficient_resources& thrown) {
    error = {thrown.sqlstate().empty() ? "53000" : thrown.sqlstate(), one_line(thrown.what()), false};
  } catch (const pqxx::sql_error& thrown) {
    error = {thrown.sqlstate(), one_line(thrown.what()), ends_session(thrown.sqlstate())};
  } catch (const std::exception& thrown) {
    error = {"", one_line(thrown.what()), true};
  }
  if (wait && wait->end()) {
    error = {"", absl::StrCat("no answer within ", longest_silence_.count(), " ms"), true};
  }
  error.lost = error.lost || !driver_->connection.is_open();
  lost_ = error.lost;
  return {{}, std::move(error)};
}

Answer Connection::run(const Statement& statement, const Params& params) {
  return guarded([&](pqxx::nontransaction& work) {
    const std::string name(statement.name);
    if (!driver_->prepared.contains(name)) {
      driver_->connection.prepare(name, std::string(statement.sql));
      driver_->prepared.insert(name);
    }
#if PQXX_VERSION_MAJOR < 7
    std::vector<pqxx::binarystring> values;
    values.reserve(params.values().size());
    for (const std::string& value : params.values()) values.emplace_back(value.data(), value.size());
    return work.exec_prepared(name, pqxx::prepare::make_dynamic_params(values));
#else
    pqxx::params values;
    for (const std::string& value : params.values()) values.append(pqxx::binary_cast(value));
    return work.exec_prepared(name, values);
#endif
  });
}

Answer Connection::run_text(const std::string& sql) {
  return guarded([&](pqxx::nontransaction& work) { return work.exec(sql); });
}

int64_t Connection::announced_backend_pid() const { return driver_->connection.backendpid(); }

std::string Connection::quoted_name(const std::string& name) const {
  return driver_->connection.quote_name(name);
}

}  // namespace baton::store::postgres
