#include "manifest.h"

#include <filesystem>
#include <fstream>
#include <map>
#include <set>
#include <stdexcept>

namespace nightly {
namespace {

using nlohmann::json;

constexpr size_t kMaxServices = 1000;
constexpr size_t kMaxNameBytes = 100;
constexpr size_t kMaxInputBytes = 32'768;
constexpr int kMaxHealthAttempts = 100;
constexpr int kMaxTries = 10;
constexpr int64_t kMaxNumber = 1'000'000'000;

[[noreturn]] void refuse(const std::string& where, const std::string& what) { throw std::runtime_error(where + ": " + what); }

// --- the shape of the document ---

enum class Kind { kText, kNumber, kTexts, kTextMap, kObject, kObjects };
using Fields = std::map<std::string, Kind>;

const Fields kDocument{{"name", Kind::kText}, {"services", Kind::kObjects}};
const Fields kService{{"name", Kind::kText},     {"deploy", Kind::kObjects}, {"server", Kind::kObject},          {"health", Kind::kObject},
                      {"checks", Kind::kObjects}, {"expect", Kind::kObject},  {"cancel_after_ms", Kind::kNumber}};
const Fields kDeployment{{"from", Kind::kText}, {"to", Kind::kText}, {"content", Kind::kText}};
const Fields kServer{{"command", Kind::kTexts}, {"environment", Kind::kTextMap}};
const Fields kHealth{{"path", Kind::kText}, {"attempts", Kind::kNumber}, {"first_wait_ms", Kind::kNumber}};
const Fields kCheck{{"name", Kind::kText},     {"path", Kind::kText},     {"status", Kind::kNumber},
                    {"contains", Kind::kText}, {"command", Kind::kTexts}, {"tries", Kind::kNumber}};
const Fields kExpectation{{"close_status", Kind::kText}, {"reason", Kind::kText}, {"failed_checks", Kind::kTexts}};

bool all_texts(const json& value) {
  for (const auto& [key, item] : value.items()) {
    if (!item.is_string()) return false;
  }
  return true;
}

// What the value should be; empty: it is.
std::string wanted(const json& value, Kind kind) {
  switch (kind) {
    case Kind::kText:
      return value.is_string() ? "" : "a text";
    case Kind::kNumber:
      return value.is_number_integer() && value >= -kMaxNumber && value <= kMaxNumber ? "" : "a whole number, at most 1000000000";
    case Kind::kTexts:
      return value.is_array() && all_texts(value) ? "" : "a list of texts";
    case Kind::kTextMap:
      return value.is_object() && all_texts(value) ? "" : "an object whose values are texts";
    case Kind::kObject:
      return value.is_object() ? "" : "an object";
    case Kind::kObjects:
      return value.is_array() ? "" : "a list";
  }
  return "";
}

// A misspelt field would otherwise be a test that silently tests less.
void check_object(const json& object, const Fields& fields, const std::string& where, const char* joint = ".") {
  if (!object.is_object()) refuse(where, "must be an object");
  for (const auto& [key, value] : object.items()) {
    const auto field = fields.find(key);
    if (field == fields.end()) {
      std::string known;
      for (const auto& [name, kind] : fields) known += (known.empty() ? "" : ", ") + name;
      refuse(where, "unknown field \"" + key + "\"; known are: " + known);
    }
    if (const std::string what = wanted(value, field->second); !what.empty()) {
      refuse(where + joint + key, "must be " + what + ", not " + value.dump().substr(0, 40));
    }
  }
}

void check_objects(const json& list, const Fields& fields, const std::string& where) {
  for (size_t i = 0; i < list.size(); ++i) check_object(list[i], fields, where + "[" + std::to_string(i) + "]");
}

void check_shape(const json& service, const std::string& where) {
  check_object(service, kService, where);
  for (const char* field : {"name", "server", "checks", "expect"}) {
    if (!service.contains(field)) refuse(where, std::string("field \"") + field + "\" is missing");
  }
  check_object(service["server"], kServer, where + ".server");
  check_object(service["expect"], kExpectation, where + ".expect");
  check_object(service.value("health", json::object()), kHealth, where + ".health");
  check_objects(service["checks"], kCheck, where + ".checks");
  check_objects(service.value("deploy", json::array()), kDeployment, where + ".deploy");
}

// --- what the values mean ---

void check_range(int value, int least, int most, const std::string& where) {
  if (value >= least && value <= most) return;
  refuse(where, "must be " + std::to_string(least) + " to " + std::to_string(most) + ", not " + std::to_string(value));
}

// It becomes a part of a workflow id, which has the same rules.
void check_name(const std::string& name, const std::string& where) {
  if (name.empty() || name.size() > kMaxNameBytes || name.find_first_of(":/|") != std::string::npos) {
    refuse(where, "must be 1 to 100 bytes without ':' '/' '|'");
  }
  for (size_t i = 0; i < name.size(); ++i) {
    const auto byte = static_cast<unsigned char>(name[i]);
    const bool second_half = byte == 0xc2 && i + 1 < name.size() && static_cast<unsigned char>(name[i + 1]) < 0xa0;  // U+0080 to U+009F
    if (byte < 0x20 || byte == 0x7f || second_half) refuse(where, "must not hold a control character");
  }
  if (name.front() == ' ' || name.back() == ' ') refuse(where, "must not begin or end with a space");
}

void check_path(const std::string& path, const std::string& where) {
  if (path.empty() || path[0] != '/') refuse(where, "must begin with '/', not be \"" + path + "\"");
}

void check_check(const Check& check, const std::string& where) {
  if (check.name.empty()) refuse(where + ".name", "must not be missing or empty");
  if (check.path.empty() == check.command.empty()) refuse(where, "\"" + check.name + "\" needs either a path or a command");
  if (check.command.empty()) check_path(check.path, where + ".path");
  if (!check.command.empty() && !check.contains.empty()) refuse(where + ".contains", "is for an HTTP answer: a command says by its exit code");
  check_range(check.status, 100, 599, where + ".status");
  check_range(check.tries, 1, kMaxTries, where + ".tries");
}

void check_expectation(const Expectation& expect, const std::set<std::string>& checks, const std::string& where) {
  const std::string& status = expect.close_status;
  if (status != "COMPLETED" && status != "FAILED" && status != "CANCELED") {
    refuse(where + ".close_status", "must be COMPLETED, FAILED or CANCELED, not \"" + status + "\"");
  }
  if (!expect.reason.empty() && status != "FAILED") refuse(where + ".reason", "only what FAILED has a reason");
  for (const std::string& failed : expect.failed_checks) {
    if (!checks.contains(failed)) refuse(where + ".failed_checks", "there is no check \"" + failed + "\"");
  }
}

void check_values(const Service& service, const std::string& where) {
  check_name(service.name, where + ".name");
  if (service.server.command.empty()) refuse(where + ".server.command", "must name a program");
  check_path(service.health.path, where + ".health.path");
  check_range(service.health.attempts, 1, kMaxHealthAttempts, where + ".health.attempts");
  check_range(service.health.first_wait_ms, 1, kMaxNumber, where + ".health.first_wait_ms");
  check_range(service.cancel_after_ms, 0, kMaxNumber, where + ".cancel_after_ms");
  for (size_t i = 0; i < service.deploy.size(); ++i) {
    const std::string at = where + ".deploy[" + std::to_string(i) + "]";
    if (service.deploy[i].to.empty()) refuse(at + ".to", "must not be missing or empty");
    if (!service.deploy[i].from.empty() && !service.deploy[i].content.empty()) refuse(at, "has both from and content: give one of them");
  }
  std::set<std::string> names;
  for (size_t i = 0; i < service.checks.size(); ++i) {
    const std::string at = where + ".checks[" + std::to_string(i) + "]";
    check_check(service.checks[i], at);
    if (!names.insert(service.checks[i].name).second) refuse(at + ".name", "two checks are named \"" + service.checks[i].name + "\"");
  }
  check_expectation(service.expect, names, where + ".expect");
  if (const size_t bytes = json(service).dump().size(); bytes > kMaxInputBytes) {
    refuse(where, "takes " + std::to_string(bytes) + " bytes, more than the 32768 of an input: deploy long contents from files");
  }
}

json read_document(const std::string& path) {
  std::ifstream file(path);
  if (!file || std::filesystem::is_directory(path)) refuse(path, "cannot be read");
  try {
    return json::parse(file);
  } catch (const json::exception& error) {
    const std::string what = error.what();  // "[json.exception.…] parse error at line 1, …"
    refuse(path, "is not JSON: " + what.substr(what.find("] ") == std::string::npos ? 0 : what.find("] ") + 2));
  }
}

}  // namespace

Manifest load_manifest(const std::string& path) {
  const json document = read_document(path);
  check_object(document, kDocument, path, ": ");
  const json services = document.value("services", json::array());
  if (services.empty()) refuse(path, "needs a field \"services\" with at least one service");
  if (services.size() > kMaxServices) refuse(path, "has more than 1000 services");

  Manifest manifest;
  manifest.name = document.value("name", path);
  std::set<std::string> names;
  for (size_t i = 0; i < services.size(); ++i) {
    std::string where = path + ": services[" + std::to_string(i) + "]";
    if (services[i].is_object() && services[i].value("name", json()).is_string()) where += " \"" + services[i].value("name", "") + "\"";
    check_shape(services[i], where);
    Service service = services[i].get<Service>();
    service.base_dir = std::filesystem::absolute(path).parent_path().string();
    check_values(service, where);
    if (!names.insert(service.name).second) refuse(where + ".name", "another service has the same name");
    manifest.services.push_back(std::move(service));
  }
  return manifest;
}

}  // namespace nightly
