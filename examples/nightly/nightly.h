// The contract of the nightly deployment tests, shared by decider, worker and runner: what is tested, what the steps take and give.
#pragma once

#include <cstdint>
#include <map>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include <baton/activity.h>
#include <baton/workflow_type.h>

namespace nightly {

// --- what the manifest says of one service ----------------------------------------------------------------------------------

// A file or directory copied from beside the manifest (`from`), or a file written from `content` (not both), to `to` inside the working
// directory. Required: `to`.
struct Deployment {
  std::string from;
  std::string to;
  std::string content;
};

// How to start the server, in the working directory: "{port}" in a word, also of a check, is the provisioned port. Required: `command`.
struct Server {
  std::vector<std::string> command;
  std::map<std::string, std::string> environment;
};

// Healthy means: GET `path` answers 200. Tried `attempts` times, waiting first_wait_ms after the first and half as long again after each.
struct Health {
  std::string path = "/";
  int attempts = 12;
  int first_wait_ms = 100;
};

// An HTTP request (GET) with its expected answer, or a command that must exit with 0, within 20 s. Required: `name`, and `path` or `command`.
struct Check {
  std::string name;  // unique in its service
  std::string path;
  int status = 200;
  std::string contains;  // somewhere in the body
  std::vector<std::string> command;
  int tries = 1;  // 1 to 10
};

// All three must be met exactly. Required: `close_status`.
struct Expectation {
  std::string close_status;  // COMPLETED, FAILED or CANCELED
  // Of FAILED: "deploy failed", "start failed", "not healthy", "checks failed"; or, when the test itself broke, "provision failed",
  // "probe failed", "report failed", "tear down failed".
  std::string reason;
  std::vector<std::string> failed_checks;  // by name, in any order
};

// One entry of the manifest's "services". Required: `name`, `server`, `checks`, `expect`.
struct Service {
  std::string name;  // 1 to 100 bytes, unique, without ':' '/' '|' and control characters
  std::vector<Deployment> deploy;
  Server server;
  Health health;
  std::vector<Check> checks;
  int cancel_after_ms = 0;  // the runner asks for cancellation after so long; 0: never
  Expectation expect;
  std::string base_dir;  // of the manifest; filled in by the loader
};

// --- what the steps take and give ---------------------------------------------------------------------------------------------

// Where one test lives.
struct Place {
  std::string directory;
  int port = 0;
};
struct DeployOrder {
  Place place;
  std::string base_dir;
  std::vector<Deployment> files;
};
struct ServerOrder {
  Place place;
  Server server;
};
struct Probe {
  Place place;
  std::string path;
};
struct CheckOrder {
  Place place;
  Check check;
};
struct CheckResult {
  std::string name;
  bool passed = false;
  std::string detail;
};
struct Report {
  std::string service;
  std::string outcome;  // "passed", or the reason of the failure
  std::vector<CheckResult> checks;
  int probes = 0;
};
struct ReportOrder {
  Place place;
  Report report;
};

NLOHMANN_DEFINE_TYPE_NON_INTRUSIVE_WITH_DEFAULT(Deployment, from, to, content)
NLOHMANN_DEFINE_TYPE_NON_INTRUSIVE_WITH_DEFAULT(Server, command, environment)
NLOHMANN_DEFINE_TYPE_NON_INTRUSIVE_WITH_DEFAULT(Health, path, attempts, first_wait_ms)
NLOHMANN_DEFINE_TYPE_NON_INTRUSIVE_WITH_DEFAULT(Check, name, path, status, contains, command, tries)
NLOHMANN_DEFINE_TYPE_NON_INTRUSIVE_WITH_DEFAULT(Expectation, close_status, reason, failed_checks)
NLOHMANN_DEFINE_TYPE_NON_INTRUSIVE_WITH_DEFAULT(Service, name, deploy, server, health, checks, cancel_after_ms, expect, base_dir)
NLOHMANN_DEFINE_TYPE_NON_INTRUSIVE(Place, directory, port)
NLOHMANN_DEFINE_TYPE_NON_INTRUSIVE(DeployOrder, place, base_dir, files)
NLOHMANN_DEFINE_TYPE_NON_INTRUSIVE(ServerOrder, place, server)
NLOHMANN_DEFINE_TYPE_NON_INTRUSIVE(Probe, place, path)
NLOHMANN_DEFINE_TYPE_NON_INTRUSIVE(CheckOrder, place, check)
NLOHMANN_DEFINE_TYPE_NON_INTRUSIVE(CheckResult, name, passed, detail)
NLOHMANN_DEFINE_TYPE_NON_INTRUSIVE(Report, service, outcome, checks, probes)
NLOHMANN_DEFINE_TYPE_NON_INTRUSIVE(ReportOrder, place, report)

// --- names, versions and types, written once ----------------------------------------------------------------------------------

inline constexpr baton::Activity<Place(std::string)> provision{"provision", "1"};
inline constexpr baton::Activity<void(DeployOrder)> deploy{"deploy", "1"};
inline constexpr baton::Activity<int(ServerOrder)> start_server{"start_server", "1"};
inline constexpr baton::Activity<bool(Probe)> probe{"probe", "1"};
inline constexpr baton::Activity<CheckResult(CheckOrder)> check{"check", "1"};
inline constexpr baton::Activity<std::string(ReportOrder)> collect_report{"collect_report", "1"};
inline constexpr baton::Activity<void(Place)> tear_down{"tear_down", "1"};

inline constexpr baton::WorkflowType<Report(Service)> test_deployment{"test_deployment", "1"};

inline constexpr char kDecisionList[] = "nightly-decisions";
inline constexpr char kActivityList[] = "nightly-activities";

}  // namespace nightly
