// What baton-coordinator is told: flags, then the file of --config, then the environment (BATON_...), each filling in what the one before
// left open.
#pragma once

#include <optional>
#include <string>

#include "coordinator/log/log.h"

namespace baton {

// What the exit code means; also in --help.
inline constexpr int kExitStopped = 0;      // asked to stop, and did
inline constexpr int kExitFailed = 1;       // cannot listen, or something failed that should not
inline constexpr int kExitUsage = 2;        // the command line, the configuration file or the policy file is wrong
inline constexpr int kExitUnfit = 3;        // the database answers, but is not fit to keep workflows
inline constexpr int kExitUnreachable = 4;  // the database does not answer

struct Settings {
  bool migrate_only = false;
  std::string database_url;
  std::string listen = "127.0.0.1:7450";
  bool insecure = false;
  int lanes = 2;
  bool unsafe_database_settings = false;
  std::string policy_file;  // empty: everyone may do everything
  LogLevel log_level = LogLevel::kInfo;
};

// Nothing: the process ends with `exit_code`; help was printed, or the complaint logged.
std::optional<Settings> read_settings(int argc, char** argv, int& exit_code);

}  // namespace baton
