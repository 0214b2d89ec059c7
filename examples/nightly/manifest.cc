#include "manifest.h"

#include <filesystem>
#include <fstream>
#include <set>
#include <stdexcept>

namespace nightly {
namespace {

using nlohmann::json;

constexpr size_t kMaxServices = 1000;
constexpr int kMaxHealthAttempts = 100;
constexpr int kMaxTries = 10;

[[noreturn]] void refuse(const std::string& where, const std::string& what) { throw std::runtime_error(where + ": " + what); }

// A misspelt field would otherwise be a test that silently tests less.
void allow_only(const json& object, const std::set<std::string>& fields, const std::string& where) {
  if (!object.is_object()) refuse(where, "must be an object");
  for (const auto& [key, value] : object.items()) {
    if (fields.contains(key)) continue;
    std::string known;
    for (const std::string& field : fields) known += (known.empty() ? "" : ", ") + field;
    refuse(where, "unknown field \"" + key + "\"; known are: " + known);
  }
}

void check_fields(const json& service, const std::string& where) {
  allow_only(service, {"name", "deploy", "server", "health", "checks", "cancel_after_ms", "expect"}, where);
  for (const char* field : {"name", "server", "checks", "expect"}) {
    if (!service.contains(field)) refuse(where, std::string("field \"") + field + "\" is missing");
  }
  allow_only(service["server"], {"command", "environment"}, where + ".server");
  allow_only(service["expect"], {"close_status", "reason", "failed_checks"}, where + ".expect");
  if (service.contains("health")) allow_only(service["health"], {"path", "attempts", "first_wait_ms"}, where + ".health");
  if (!service["checks"].is_array()) refuse(where + ".checks", "must be a list");
  for (size_t i = 0; i < service["checks"].size(); ++i) {
    allow_only(service["checks"][i], {"name", "path", "status", "contains", "command", "tries"},
               where + ".checks[" + std::to_string(i) + "]");
  }
  for (size_t i = 0; i < service.value("deploy", json::array()).size(); ++i) {
    allow_only(service["deploy"][i], {"from", "to", "content"}, where + ".deploy[" + std::to_string(i) + "]");
  }
}

void check_values(const Service& service, const std::string& where) {
  if (service.server.command.empty()) refuse(where + ".server.command", "must name a program");
  if (service.health.attempts < 1 || service.health.attempts > kMaxHealthAttempts) refuse(where + ".health.attempts", "must be 1 to 100");
  if (service.health.first_wait_ms < 1) refuse(where + ".health.first_wait_ms", "must be at least 1");
  if (service.cancel_after_ms < 0) refuse(where + ".cancel_after_ms", "must not be negative");
  std::set<std::string> names;
  for (const Check& check : service.checks) {
    if (check.name.empty()) refuse(where + ".checks", "every check needs a name");
    if (!names.insert(check.name).second) refuse(where + ".checks", "two checks are named \"" + check.name + "\"");
    if (check.path.empty() == check.command.empty()) {
      refuse(where + ".checks \"" + check.name + "\"", "needs either a path or a command");
    }
    if (check.tries < 1 || check.tries > kMaxTries) refuse(where + ".checks \"" + check.name + "\".tries", "must be 1 to 10");
  }
  const std::string& status = service.expect.close_status;
  if (status != "COMPLETED" && status != "FAILED" && status != "CANCELED") {
    refuse(where + ".expect.close_status", "must be COMPLETED, FAILED or CANCELED, not \"" + status + "\"");
  }
  for (const std::string& failed : service.expect.failed_checks) {
    if (!names.contains(failed)) refuse(where + ".expect.failed_checks", "there is no check \"" + failed + "\"");
  }
}

Service read_service(const json& entry, const std::string& where) {
  check_fields(entry, where);
  try {
    return entry.get<Service>();
  } catch (const json::exception& error) {
    refuse(where, std::string("a field has the wrong type: ") + error.what());
  }
}

}  // namespace

Manifest load_manifest(const std::string& path) {
  std::ifstream file(path);
  if (!file) refuse(path, "cannot be read");
  json document;
  try {
    document = json::parse(file);
  } catch (const json::exception& error) {
    refuse(path, std::string("is not JSON: ") + error.what());
  }
  allow_only(document, {"name", "services"}, path);
  if (!document.contains("services") || !document["services"].is_array() || document["services"].empty()) {
    refuse(path, "needs a field \"services\" with at least one service");
  }
  if (document["services"].size() > kMaxServices) refuse(path, "has more than 1000 services");

  Manifest manifest;
  manifest.name = document.value("name", path);
  std::set<std::string> names;
  for (size_t i = 0; i < document["services"].size(); ++i) {
    const json& entry = document["services"][i];
    std::string where = path + ": services[" + std::to_string(i) + "]";
    if (entry.is_object() && entry.value("name", json()).is_string()) where += " \"" + entry.value("name", "") + "\"";
    Service service = read_service(entry, where);
    if (service.name.empty() || service.name.find_first_of(":/|") != std::string::npos) {
      refuse(where, "field \"name\" must not be empty or hold ':' '/' '|'");
    }
    if (!names.insert(service.name).second) refuse(where, "another service has the same name");
    check_values(service, where);
    service.base_dir = std::filesystem::absolute(path).parent_path().string();
    manifest.services.push_back(std::move(service));
  }
  return manifest;
}

}  // namespace nightly
