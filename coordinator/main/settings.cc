#include "coordinator/main/settings.h"

#include <CLI/CLI.hpp>
#include <iostream>

#include "coordinator/main/listen_address.h"

namespace baton {
namespace {

constexpr int kMaxLanes = 64;

constexpr char kFooter[] =
    "Stops on SIGTERM or SIGINT within 20 s: polls are ended, calls in progress answered. Logs one JSON object per line to standard error.\n"
    "Exit codes: 0 stopped as asked; 1 cannot listen, or an internal failure; 2 the command line, the configuration or the policy file is\n"
    "            wrong; 3 the database is not fit (too old, read-only, fsync or synchronous_commit off); 4 the database does not answer.\n"
    "Example:\n  baton-coordinator --database-url postgresql://baton@127.0.0.1/baton\n  baton-coordinator migrate --database-url ...";

void describe(CLI::App& app, Settings& settings, std::string& level) {
  app.add_option("--database-url", settings.database_url, "The PostgreSQL database, as libpq takes it; its schema is made and migrated")
      ->envname("BATON_DATABASE_URL")
      ->required();
  app.add_option("--listen", settings.listen, "HOST:PORT for clients; port 0: any free one, which the log names")
      ->envname("BATON_LISTEN")
      ->capture_default_str();
  app.add_flag("--insecure", settings.insecure, "Allow --listen beyond loopback: there is no authentication")->envname("BATON_INSECURE");
  app.add_option("--lanes", settings.lanes, "Threads that decide and write, each with a connection to the database")
      ->envname("BATON_LANES")
      ->check(CLI::Range(1, kMaxLanes))
      ->capture_default_str();
  app.add_option("--policy-file", settings.policy_file, "Lines of `allow|deny PRINCIPAL ACTION DOMAIN`; without it everything is allowed")
      ->envname("BATON_POLICY_FILE");
  app.add_option("--log-level", level, "debug, info, warning or error: what is below is not logged")
      ->envname("BATON_LOG_LEVEL")
      ->check(CLI::IsMember({"debug", "info", "warning", "error"}))
      ->capture_default_str();
  app.add_flag("--unsafe-database-settings", settings.unsafe_database_settings,
               "For tests: accept a server that may lose commits when it crashes (fsync or synchronous_commit off)")
      ->envname("BATON_UNSAFE_DATABASE_SETTINGS");
  app.set_config("--config", "", "A file of `name = value` lines named as the flags, for what the command line does not say");
  app.allow_config_extras(CLI::config_extras_mode::error);
  app.footer(kFooter);
}

void complain(const std::string& message) { log_event(LogLevel::kError, "refused_to_start", {{"message", message}}); }

}  // namespace

std::optional<Settings> read_settings(int argc, char** argv, int& exit_code) {
  Settings settings;
  std::string level = "info";
  CLI::App app("The coordinator of Baton: keeps task lists and histories in PostgreSQL and hands tasks out over gRPC.", "baton-coordinator");
  describe(app, settings, level);
  auto* const migrate = app.add_subcommand("migrate", "Bring the database's schema to this version, and end");
  migrate->fallthrough();
  app.set_version_flag("--version", BATON_VERSION);
  try {
    app.parse(argc, argv);
  } catch (const CLI::Success& asked) {  // --help, --version
    exit_code = app.exit(asked);
    return std::nullopt;
  } catch (const CLI::Error& wrong) {
    complain(std::string(wrong.what()) + " (see --help)");
    exit_code = kExitUsage;
    return std::nullopt;
  }
  settings.migrate_only = migrate->parsed();
  settings.log_level = *parse_log_level(level);
  if (const absl::Status s = check_listen(settings.listen, settings.insecure); !s.ok() && !settings.migrate_only) {
    complain(std::string(s.message()));
    exit_code = kExitUsage;
    return std::nullopt;
  }
  return settings;
}

}  // namespace baton
