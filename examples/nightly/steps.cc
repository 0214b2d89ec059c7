#include "steps.h"

#include <baton/canceled.h>
#include <httplib.h>

#include <filesystem>
#include <fstream>
#include <stdexcept>

#include "server_process.h"

namespace nightly {
namespace fs = std::filesystem;
namespace {

constexpr int kProbePatienceSeconds = 2;
constexpr int kCheckPatienceSeconds = 5;

httplib::Result get(const Place& place, const std::string& path, int patience_seconds) {
  httplib::Client client("127.0.0.1", place.port);
  client.set_connection_timeout(patience_seconds);
  client.set_read_timeout(patience_seconds);
  return client.Get(path.c_str());
}

CheckResult run_http_check(const Place& place, const Check& check) {
  const auto answer = get(place, check.path, kCheckPatienceSeconds);
  if (!answer) return {check.name, false, "GET " + check.path + ": no answer (" + httplib::to_string(answer.error()) + ")"};
  const std::string seen = "GET " + check.path + " -> " + std::to_string(answer->status);
  if (answer->status != check.status) return {check.name, false, seen + ", expected " + std::to_string(check.status)};
  if (answer->body.find(check.contains) == std::string::npos) return {check.name, false, seen + " without \"" + check.contains + "\""};
  return {check.name, true, seen};
}

// The target must stay inside the working directory, whatever the manifest says.
fs::path target_of(const Place& place, const std::string& to) {
  const fs::path root = fs::weakly_canonical(place.directory);
  const fs::path target = fs::weakly_canonical(root / to);
  const auto [end, rest] = std::mismatch(root.begin(), root.end(), target.begin(), target.end());
  if (end != root.end()) throw std::runtime_error("\"" + to + "\" is outside of the working directory");
  return target;
}

}  // namespace

void deploy_files(const DeployOrder& order) {
  for (const Deployment& file : order.files) {
    const fs::path target = target_of(order.place, file.to);
    if (file.from.empty()) {
      fs::create_directories(target.parent_path());
      std::ofstream(target) << file.content;
      continue;
    }
    const fs::path source = fs::path(order.base_dir) / file.from;
    if (!fs::exists(source)) throw std::runtime_error("there is no " + source.string());
    fs::create_directories(fs::is_directory(source) ? target : target.parent_path());
    fs::copy(source, target, fs::copy_options::recursive | fs::copy_options::overwrite_existing);
  }
}

bool is_healthy(const Probe& probe) {
  const auto answer = get(probe.place, probe.path, kProbePatienceSeconds);
  return answer && answer->status == 200;
}

CheckResult run_check(const CheckOrder& order, std::stop_token stop) {
  if (order.check.command.empty()) return run_http_check(order.place, order.check);
  std::string output;
  const int code = run_command(order.place, order.check.command, stop, output);
  if (stop.stop_requested()) throw baton::Canceled();
  // A check that was killed has said nothing about the service: that is a failed attempt, not a failed check.
  if (code > 128) throw std::runtime_error("the check was killed by signal " + std::to_string(code - 128));
  return {order.check.name, code == 0, "exit code " + std::to_string(code) + (output.empty() ? "" : ": " + output)};
}

std::string write_report(const std::string& root, const ReportOrder& order) {
  const fs::path directory = fs::path(root) / "reports";
  fs::create_directories(directory);
  const fs::path file = directory / (fs::path(order.place.directory).filename().string() + ".json");
  std::ofstream(file) << nlohmann::json(order.report).dump(2) << "\n";
  return file.string();
}

}  // namespace nightly
