// The program baton-coordinator: settings, database, engine, server; then it waits for a signal and stops in reverse order.
#include <sys/resource.h>

#include <cstdio>
#include <random>

#include "coordinator/api/policy.h"
#include "coordinator/main/deadline_exit.h"
#include "coordinator/main/server.h"
#include "coordinator/main/settings.h"
#include "coordinator/main/stop_signal.h"
#include "coordinator/store/postgres/postgres_store.h"

namespace baton {
namespace {

constexpr auto kHealthInterval = std::chrono::milliseconds(500);
constexpr auto kCallsPatience = std::chrono::milliseconds(10'000);
// The whole stop has 20 s.
constexpr auto kStopPatience = std::chrono::milliseconds(18'000);

int refuse(int exit_code, std::string_view message) {
  log_event(LogLevel::kError, "refused_to_start", {{"message", message}});
  return exit_code;
}

int refuse(const absl::Status& status) {
  const bool unreachable = status.code() == absl::StatusCode::kUnavailable;
  return refuse(unreachable ? kExitUnreachable : kExitUnfit, std::string(status.message()));
}

// A connection is a file; a parked poll may be one of many thousands.
void raise_file_limit() {
  rlimit files{};
  if (getrlimit(RLIMIT_NOFILE, &files) != 0) return;
  files.rlim_cur = files.rlim_max;
  setrlimit(RLIMIT_NOFILE, &files);
}

std::string random_instance_id() {
  std::random_device random;
  char text[33];
  std::snprintf(text, sizeof text, "%08x%08x%08x%08x", random(), random(), random(), random());
  return text;
}

store::PostgresOptions database_options(const Settings& settings) {
  store::PostgresOptions options;
  options.allow_fsync_off = options.allow_asynchronous_commit = settings.unsafe_database_settings;
  return options;
}

absl::StatusOr<std::unique_ptr<core::Authorizer>> make_authorizer(const Settings& settings) {
  if (settings.policy_file.empty()) return api::allow_all();
  return api::load_policy(settings.policy_file);
}

// Serves until a signal comes; returns the exit code.
int serve(const Settings& settings, store::Store& store, const core::Authorizer& authorizer, StopSignal& signal) {
  const auto keys = store.signing_keys();
  if (!keys.ok()) return refuse(keys.status());
  const auto epoch = store.epoch();
  if (!epoch.ok()) return refuse(epoch.status());
  const api::Tokens tokens(*keys, *epoch);
  const core::Limits limits;
  engine::EngineOptions options;
  options.lanes = settings.lanes;
  options.instance_id = random_instance_id();
  options.address = settings.listen;
  const auto engine = engine::Engine::make(store, authorizer, limits, options);
  if (const absl::Status started = engine->start(); !started.ok()) return refuse(started);

  api::Services services(*engine, tokens, authorizer, limits);
  auto server = Server::start(services, settings.listen);
  if (!server.ok()) {
    engine->stop();
    return refuse(kExitFailed, std::string(server.status().message()));
  }
  log_event(LogLevel::kInfo, "listening",
            {{"address", (*server)->address()}, {"instance_id", options.instance_id}, {"lanes", settings.lanes}, {"insecure", settings.insecure}});
  bool healthy = true;
  do {
    if (engine->healthy() == healthy) continue;
    healthy = !healthy;
    log_event(healthy ? LogLevel::kInfo : LogLevel::kWarning, healthy ? "healthy" : "unhealthy",
              {{"message", healthy ? "the database answers again" : "the database has not answered a heartbeat for some seconds"}});
    (*server)->set_healthy(healthy);
  } while (!signal.wait(kHealthInterval));

  signal.release();
  log_event(LogLevel::kInfo, "stopping", {{"address", (*server)->address()}});
  const DeadlineExit at_the_latest(kStopPatience, kExitStopped);
  (*server)->set_healthy(false);
  services.end_polls();
  engine->end_waiting();
  (*server)->stop(kCallsPatience);
  engine->stop();
  log_event(LogLevel::kInfo, "stopped");
  return kExitStopped;
}

int run(int argc, char** argv) {
  StopSignal signal;
  int exit_code = kExitFailed;
  const auto settings = read_settings(argc, argv, exit_code);
  if (!settings) return exit_code;
  set_log_level(settings->log_level);
  raise_file_limit();
  const auto authorizer = make_authorizer(*settings);
  if (!authorizer.ok()) return refuse(kExitUsage, std::string(authorizer.status().message()));

  const store::PostgresOptions options = database_options(*settings);
  if (const absl::Status fit = store::check_server(settings->database_url, options); !fit.ok()) return refuse(fit);
  if (settings->migrate_only) {
    if (const absl::Status migrated = store::migrate(settings->database_url, options); !migrated.ok()) return refuse(migrated);
    log_event(LogLevel::kInfo, "migrated", {{"schema", options.schema}});
    return kExitStopped;
  }
  const auto store = store::open_postgres_store(settings->database_url, options);
  if (!store.ok()) return refuse(store.status());
  return serve(*settings, **store, **authorizer, signal);
}

}  // namespace
}  // namespace baton

int main(int argc, char** argv) { return baton::run(argc, argv); }
