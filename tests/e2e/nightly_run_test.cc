// `nightly-run` as a person uses it: what is wrong with a manifest or a command line is said in one line, and the exit code tells.
#include <gmock/gmock.h>

#include <algorithm>
#include <fstream>
#include <nlohmann/json.hpp>

#include "databases.h"
#include "nightly_processes.h"

namespace baton::testing {
namespace {

using nlohmann::json;
using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::StartsWith;

// Nobody listens on port 1.
constexpr char kNobody[] = "127.0.0.1:1";

json good_service() {
  return json::parse(R"({
    "name": "page",
    "deploy": [{"to": "index.html", "content": "hello"}],
    "server": {"command": ["python3", "-m", "http.server", "{port}", "--bind", "127.0.0.1"]},
    "health": {"path": "/"},
    "checks": [{"name": "front page", "path": "/", "contains": "hello"}],
    "expect": {"close_status": "COMPLETED"}
  })");
}

class NightlyRunTest : public ::testing::Test {
 protected:
  std::string write(const std::string& text) const {
    const std::string path = directory_.path() + "/manifest.json";
    std::ofstream(path) << text;
    return path;
  }
  static Ended run(std::vector<std::string> arguments) {
    arguments.insert(arguments.begin(), NIGHTLY_RUN_PROGRAM);
    return run_program(arguments);
  }
  // One line on standard error that says all of it; nothing is started.
  static void expect_refused(const std::string& path, const std::string& where, const std::string& why) {
    const Ended ended = run({"--address", kNobody, "--manifest", path});
    EXPECT_EQ(ended.exit_code, 2) << why;
    EXPECT_THAT(ended.err, AllOf(StartsWith("nightly: " + path + ": "), HasSubstr(where), HasSubstr(why)));
    EXPECT_EQ(std::count(ended.err.begin(), ended.err.end(), '\n'), 1) << ended.err;
    EXPECT_EQ(ended.out, "");
  }
  // A good service with the value at this JSON pointer changed.
  void expect_refused_with(const char* pointer, const json& value, const std::string& where, const std::string& why) const {
    json service = good_service();
    service[json::json_pointer(pointer)] = value;
    expect_refused(write(json{{"services", {service}}}.dump()), where, why);
  }
  ScratchDirectory directory_;
};

TEST_F(NightlyRunTest, WhatIsNoManifestIsRefused) {
  expect_refused(directory_.path() + "/nothing.json", "", "cannot be read");
  expect_refused(directory_.path(), "", "cannot be read");
  expect_refused(write(""), "", "is not JSON: parse error at line 1, column 1");
  expect_refused(write("{\n  \"services\": [\n"), "", "is not JSON: parse error at line 3");
  expect_refused(write("[]"), "", "must be an object");
  expect_refused(write("{}"), "\"services\"", "at least one service");
  expect_refused(write(R"({"services": []})"), "\"services\"", "at least one service");
  expect_refused(write(R"({"services": {}})"), "services", "must be a list, not {}");
  expect_refused(write(R"({"name": 7, "services": []})"), "name", "must be a text, not 7");
  expect_refused(write(R"({"services": [5]})"), "services[0]", "must be an object");
}

TEST_F(NightlyRunTest, AFieldThatIsMissingOrMisspeltIsNamed) {
  for (const char* field : {"name", "server", "checks", "expect"}) {
    json service = good_service();
    service.erase(field);
    expect_refused(write(json{{"services", {service}}}.dump()), "services[0]", std::string("field \"") + field + "\" is missing");
  }
  const std::string where = "services[0] \"page\"";
  expect_refused_with("/heatlh", json::object(), where, "unknown field \"heatlh\"; known are: cancel_after_ms, checks, deploy, expect, health");
  expect_refused_with("/health/retries", 3, where + ".health", "unknown field \"retries\"");
  expect_refused_with("/server/port", 3, where + ".server", "unknown field \"port\"");
  expect_refused_with("/checks/0/contain", "x", where + ".checks[0]", "unknown field \"contain\"");
  expect_refused_with("/deploy/0/source", "x", where + ".deploy[0]", "unknown field \"source\"");
  expect_refused_with("/expect/status", "x", where + ".expect", "unknown field \"status\"");
}

TEST_F(NightlyRunTest, AValueOfTheWrongKindIsNamed) {
  const std::string where = "services[0] \"page\"";
  expect_refused_with("/name", 5, "services[0].name", "must be a text, not 5");
  expect_refused_with("/server", "python3", where + ".server", "must be an object, not \"python3\"");
  expect_refused_with("/server/command", "python3", where + ".server.command", "must be a list of texts, not \"python3\"");
  expect_refused_with("/server/command/0", 3, where + ".server.command", "must be a list of texts");
  expect_refused_with("/server/environment", json{{"REGION", 3}}, where + ".server.environment", "whose values are texts");
  expect_refused_with("/health/attempts", "many", where + ".health.attempts", "must be a whole number, at most 1000000000, not \"many\"");
  expect_refused_with("/health/attempts", 1.5, where + ".health.attempts", "must be a whole number");
  expect_refused_with("/health/first_wait_ms", 99999999999999, where + ".health.first_wait_ms", "must be a whole number");
  expect_refused_with("/checks", json::object(), where + ".checks", "must be a list");
  expect_refused_with("/checks/0/status", "200", where + ".checks[0].status", "must be a whole number");
  expect_refused_with("/expect/failed_checks", "front page", where + ".expect.failed_checks", "must be a list of texts");
}

TEST_F(NightlyRunTest, AValueThatMakesNoSenseIsNamed) {
  const std::string where = "services[0] \"page\"";
  expect_refused_with("/name", "", ".name", "must be 1 to 100 bytes");
  expect_refused_with("/name", "a/b", ".name", "without ':' '/' '|'");
  expect_refused_with("/name", std::string(101, 'x'), ".name", "must be 1 to 100 bytes");
  for (const char* name : {"a\tb", "a\x7f", "a\u0085"}) expect_refused_with("/name", name, ".name", "must not hold a control character");
  for (const char* name : {" page", "page "}) expect_refused_with("/name", name, ".name", "must not begin or end with a space");
  expect_refused_with("/server/command", json::array(), where + ".server.command", "must name a program");
  expect_refused_with("/health/path", "health", where + ".health.path", "must begin with '/', not be \"health\"");
  expect_refused_with("/health/attempts", 0, where + ".health.attempts", "must be 1 to 100, not 0");
  expect_refused_with("/cancel_after_ms", -1, where + ".cancel_after_ms", "not -1");
  expect_refused_with("/deploy/0/to", "", where + ".deploy[0].to", "must not be missing or empty");
  expect_refused_with("/deploy/0/from", "sites", where + ".deploy[0]", "has both from and content");
  expect_refused_with("/checks/0/name", "", where + ".checks[0].name", "must not be missing or empty");
  expect_refused_with("/checks/0/path", "", where + ".checks[0]", "needs either a path or a command");
  expect_refused_with("/checks/0/command", json{"true"}, where + ".checks[0]", "needs either a path or a command");
  expect_refused_with("/checks/0", json{{"name", "c"}, {"command", {"true"}}, {"contains", "x"}}, where + ".checks[0].contains", "is for an HTTP answer");
  expect_refused_with("/checks/0/status", 20, where + ".checks[0].status", "must be 100 to 599, not 20");
  expect_refused_with("/checks/0/tries", 11, where + ".checks[0].tries", "must be 1 to 10, not 11");
  expect_refused_with("/checks/1", good_service()["checks"][0], where + ".checks[1].name", "two checks are named \"front page\"");
  expect_refused_with("/expect/close_status", "PASSED", where + ".expect.close_status", "must be COMPLETED, FAILED or CANCELED, not \"PASSED\"");
  expect_refused_with("/expect/reason", "not healthy", where + ".expect.reason", "only what FAILED has a reason");
  expect_refused_with("/expect/failed_checks", json{"back page"}, where + ".expect.failed_checks", "there is no check \"back page\"");
  expect_refused_with("/deploy/0/content", std::string(40'000, 'x'), where, "more than the 32768 of an input");
  const json twice = {{"services", {good_service(), good_service()}}};
  expect_refused(write(twice.dump()), "services[1] \"page\".name", "another service has the same name");
}

TEST_F(NightlyRunTest, AWrongCommandLineExitsWithTwo) {
  const std::vector<std::pair<std::vector<std::string>, std::string>> wrong = {
      {{}, "--manifest is required"}, {{"--manifest"}, "--manifest"}, {{"--manifest", "x", "--fast"}, "--fast"}};
  for (const auto& [arguments, complaint] : wrong) {
    const Ended ended = run(arguments);
    EXPECT_EQ(ended.exit_code, 2) << complaint;
    EXPECT_THAT(ended.err, HasSubstr(complaint));
  }
  EXPECT_THAT(run({"--help"}).out, HasSubstr("Exit codes:"));
}

TEST_F(NightlyRunTest, ACoordinatorThatIsAwayExitsWithFour) {
  const Ended ended = run({"--address", kNobody, "--manifest", write(json{{"services", {good_service()}}}.dump())});
  EXPECT_EQ(ended.exit_code, 4);
  EXPECT_THAT(ended.err, HasSubstr(std::string("(is a coordinator running at ") + kNobody + "?)\n"));
  EXPECT_EQ(ended.out, "");
}

// With a coordinator and everybody at work.
class NightlyRunsTest : public NightlyRunTest {
 protected:
  NightlyRunsTest() {
    nightly_.start_coordinator();
    nightly_.start_decider();
    nightly_.start_worker();
  }
  Ended run_here(const std::string& manifest) const { return run({"--address", nightly_.address(), "--manifest", manifest}); }
  OwnDatabase database_;
  NightlyProcesses nightly_{database_.url()};
};

TEST_F(NightlyRunsTest, EachWrongExpectationIsNamedAndMakesItExitWithOne) {
  json right = good_service(), status = right, reason = right, checks = right;
  status["name"] = "wrong-status";
  status["expect"]["close_status"] = "CANCELED";
  reason["name"] = "wrong-reason";
  reason["server"]["command"] = {"no-such-program"};
  reason["expect"] = {{"close_status", "FAILED"}, {"reason", "not healthy"}};
  checks["name"] = "wrong-checks";
  checks["checks"].push_back({{"name", "missing"}, {"path", "/missing"}});
  checks["expect"] = {{"close_status", "FAILED"}, {"reason", "checks failed"}, {"failed_checks", {"front page"}}};
  const Ended ended = run_here(write(json{{"services", {right, status, reason, checks}}}.dump()));
  EXPECT_EQ(ended.exit_code, 1) << ended.err;
  EXPECT_THAT(ended.out, HasSubstr("NOT AS EXPECTED: wrong-status: expected CANCELED, got COMPLETED\n"));
  EXPECT_THAT(ended.out, HasSubstr("NOT AS EXPECTED: wrong-reason: expected reason \"not healthy\", got \"start failed\"\n"));
  EXPECT_THAT(ended.out, HasSubstr("NOT AS EXPECTED: wrong-checks: expected failed checks: front page; got: missing\n"));
  EXPECT_THAT(ended.out, HasSubstr("nightly: 4 executions, 1 as expected\n"));
  nightly_.expect_clean_end();
}

TEST_F(NightlyRunsTest, WhatTheCoordinatorRefusesExitsWithTwo) {
  const Ended ended = run({"--address", nightly_.address(), "--domain", "a:b", "--manifest", write(json{{"services", {good_service()}}}.dump())});
  EXPECT_EQ(ended.exit_code, 2);
  EXPECT_THAT(ended.err, AllOf(StartsWith("nightly: "), HasSubstr("name")));
}

}  // namespace
}  // namespace baton::testing
