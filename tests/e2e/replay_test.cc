// `baton replay`: histories of real executions, saved with `baton workflow history -o json`, against real decider programs in C++ and Python.
#include <gmock/gmock.h>
#include <signal.h>

#include <filesystem>
#include <fstream>
#include <nlohmann/json.hpp>

#include "databases.h"
#include "examples/orders/orders.h"
#include "nightly_processes.h"

namespace baton::testing {
namespace {

namespace fs = std::filesystem;
using ::testing::AllOf;
using ::testing::ContainsRegex;
using ::testing::HasSubstr;
using ::testing::Not;

constexpr int kMoreThanAPage = 1'100;
constexpr Signal<int> hurry{"hurry"};

// The histories are made once, for all of its tests: order-17, and one that is open and long.
class ReplayTest : public ::testing::Test {
 protected:
  static void SetUpTestSuite() {
    directory_ = std::make_unique<ScratchDirectory>();
    const OwnDatabase database;
    const std::string address = free_address();
    RunningProgram coordinator({BATON_COORDINATOR_PROGRAM, "--database-url", database.url(), "--listen", address});
    EXPECT_TRUE(coordinator.wait_for("\"event\":\"listening\""));
    RunningProgram worker({ORDERS_WORKER_PROGRAM, address}), decider({ORDERS_DECIDER_PROGRAM, address});
    Client client(address, "orders");
    EXPECT_TRUE(becomes_true([&] {  // its type may not be registered yet
      return run_program({ORDERS_START_PROGRAM, address}).exit_code == 0;
    }));
    const auto open = client.start(orders::process_order, "open", "18").execution();
    EXPECT_TRUE(becomes_true([&] { return client.history(open).back().name() == "TimerStarted"; }));
    for (int i = 0; i < kMoreThanAPage; ++i) client.signal(open, hurry, i);
    for (const std::string order : {"order-17", "open"}) {
      const std::vector<std::string> argv{BATON_PROGRAM, "--address", address, "--domain", "orders", "-o", "json", "workflow", "history", order};
      std::ofstream(file(order)) << run_program(argv).out;
    }
  }
  static void TearDownTestSuite() { directory_.reset(); }

  static std::string file(const std::string& name) { return directory_->path() + "/" + name + ".json"; }
  nlohmann::json read(const std::string& name) const { return nlohmann::json::parse(std::ifstream(file(name))); }
  // order-17 with one name in place of another.
  void save_changed(const std::string& name, const std::string& from, const std::string& to) const {
    std::string text = read("order-17").dump();
    for (size_t at = 0; (at = text.find("\"" + from + "\"", at)) != std::string::npos;) text.replace(at + 1, from.size(), to);
    std::ofstream(file(name)) << text;
  }
  // "ok" with the numbers that the file has.
  std::string fits(const std::string& name) const {
    const auto events = read(name)["events"];
    const auto decisions = std::count_if(events.begin(), events.end(), [](const auto& event) { return event.contains("decision_task_completed"); });
    return file(name) + ": ok: " + std::to_string(events.size()) + " events, " + std::to_string(decisions) + " decisions\n";
  }
  Ended replay(const std::vector<std::string>& names, const std::vector<std::string>& program, const std::vector<std::string>& options = {}) const {
    std::vector<std::string> argv{BATON_PROGRAM, "replay"};
    argv.insert(argv.end(), options.begin(), options.end());
    argv.push_back("--history");
    for (const std::string& name : names) argv.push_back(file(name));
    argv.push_back("--");
    argv.insert(argv.end(), program.begin(), program.end());
    return run_program(argv, {"PYTHONPATH=" + directory_->path(), "PYTHONDONTWRITEBYTECODE=1", "PYTHONUNBUFFERED=1"});
  }

  static inline std::unique_ptr<ScratchDirectory> directory_;
};

TEST_F(ReplayTest, TheProgramThatMadeHistoriesDecidesAsTheyHaveIt) {
  const Ended ended = replay({"order-17", "open"}, {ORDERS_DECIDER_PROGRAM, "{}"});
  EXPECT_EQ(ended.exit_code, 0) << ended.err;
  EXPECT_EQ(ended.out, fits("order-17") + fits("open"));
  EXPECT_GT(read("open")["events"].size(), size_t{kMoreThanAPage});
}

TEST_F(ReplayTest, AHistoryThatTheCodeWouldNotMakeIsTold) {
  save_changed("changed", "charge_card", "take_cash");
  const Ended ended = replay({"changed", "order-17"}, {ORDERS_DECIDER_PROGRAM, "{}"});
  EXPECT_EQ(ended.exit_code, 1);
  EXPECT_THAT(ended.out, AllOf(HasSubstr("changed.json: NONDETERMINISM: event "), HasSubstr("take_cash"), HasSubstr("orders/decider.cc:")));
  EXPECT_THAT(ended.out, HasSubstr(fits("order-17"))) << "the others are checked, too";

  const Ended as_json = replay({"changed", "order-17"}, {ORDERS_DECIDER_PROGRAM, "{}"}, {"-o", "json"});
  const auto verdicts = nlohmann::json::parse(as_json.out);
  EXPECT_EQ(verdicts[0]["reason"], "NONDETERMINISM");
  EXPECT_EQ(verdicts[0]["fits"], false);
  EXPECT_EQ(verdicts[1]["fits"], true);
}

TEST_F(ReplayTest, ATypeThatTheProgramDoesNotKnowIsTold) {
  save_changed("unknown", "process_order", "process_return");
  const Ended ended = replay({"unknown"}, {ORDERS_DECIDER_PROGRAM, "{}"});
  EXPECT_EQ(ended.exit_code, 1);
  EXPECT_THAT(ended.out, HasSubstr("UNKNOWN_WORKFLOW_TYPE: this decider does not know workflow type process_return/1"));
}

TEST_F(ReplayTest, ADeciderThatReplaysNothingIsAskedForEachDecision) {
  std::vector<std::string> protoc{PROTOC, "-I" PROTO_DIRECTORY, "--python_out=" + directory_->path(), "--grpc_out=" + directory_->path(),
                                  "--plugin=protoc-gen-grpc=" GRPC_PYTHON_PLUGIN};
  for (const auto& entry : fs::directory_iterator(PROTO_DIRECTORY "/baton/v1")) protoc.push_back(entry.path());
  ASSERT_EQ(run_program(protoc).exit_code, 0);
  // Its activities have names where those in C++ have numbers.
  auto history = read("open");
  for (auto& event : history["events"]) {
    if (event.contains("activity_task_scheduled")) {
      auto& scheduled = event["activity_task_scheduled"];
      scheduled["activity_id"] = scheduled["activity_type"]["name"];
    }
    if (event.contains("timer_started")) event["timer_started"]["timer_id"] = "deadline";
  }
  std::ofstream(file("python")) << history.dump();
  for (auto& event : history["events"]) {
    if (event.contains("timer_started")) event["timer_started"]["timer_id"] = "patience";
  }
  std::ofstream(file("changed")) << history.dump();

  const Ended ended = replay({"python", "changed"}, {"/usr/bin/python3", PYTHON_EXAMPLE "/decider.py", "--address={}"});
  EXPECT_EQ(ended.exit_code, 1) << ended.err;
  EXPECT_THAT(ended.out, HasSubstr(fits("python")));
  EXPECT_THAT(ended.out, ContainsRegex("changed.json: OTHER_DECISIONS: event [0-9]+ of the history is the answer to StartTimer timer_id=patience, "
                                       "and the program decides StartTimer timer_id=deadline\n"));
}

TEST_F(ReplayTest, AProgramThatCannotBeAskedIsTold) {
  const Ended ended = replay({"order-17"}, {"false", "{}"});
  EXPECT_EQ(ended.exit_code, 2);
  EXPECT_THAT(ended.err, HasSubstr("order-17.json: false ended with exit code 1"));

  const Ended missing = replay({"order-17"}, {"./no-such-decider", "{}"});
  EXPECT_EQ(missing.exit_code, 2);
  EXPECT_THAT(missing.err, HasSubstr("cannot run ./no-such-decider"));

  save_changed("elsewhere", "order-decisions", "other-decisions");
  const Ended elsewhere = replay({"elsewhere"}, {ORDERS_DECIDER_PROGRAM, "{}"}, {"--timeout", "1"});
  EXPECT_EQ(elsewhere.exit_code, 2);
  EXPECT_THAT(elsewhere.err, HasSubstr("did not poll task list other-decisions within 1s (--timeout), but order-decisions"));
  const Ended found = replay({"elsewhere"}, {ORDERS_DECIDER_PROGRAM, "{}"}, {"--task-list", "order-decisions"});
  EXPECT_EQ(found.exit_code, 0) << found.err;
}

TEST_F(ReplayTest, AProgramThatNeitherPollsNorEndsIsEnded) {
  const Ended ended = replay({"order-17"}, {"sh", "-c", "trap '' TERM; echo it is $$; exec tail -f /dev/null", "{}"}, {"--timeout", "0.5"});
  EXPECT_EQ(ended.exit_code, 2);
  EXPECT_THAT(ended.err, HasSubstr("sh did not poll for decision tasks"));
  EXPECT_EQ(ended.out, "") << "what the program prints goes to standard error";
  const size_t at = ended.err.find("it is ");
  ASSERT_NE(at, std::string::npos) << ended.err;
  EXPECT_EQ(kill(std::stoi(ended.err.substr(at + 6)), 0), -1) << "it is still there";
}

TEST_F(ReplayTest, WhatIsNotToBeReadIsTold) {
  const Ended no_address = replay({"order-17"}, {ORDERS_DECIDER_PROGRAM, "127.0.0.1:7450"});
  EXPECT_EQ(no_address.exit_code, 2);
  EXPECT_THAT(no_address.err, HasSubstr("one of its arguments must have {} where"));
  std::ofstream(file("none")) << "[]";
  const Ended no_history = replay({"none"}, {ORDERS_DECIDER_PROGRAM, "{}"});
  EXPECT_EQ(no_history.exit_code, 2);
  EXPECT_THAT(no_history.err, HasSubstr("none.json: this is no history"));
  const Ended no_file = replay({"missing"}, {ORDERS_DECIDER_PROGRAM, "{}"});
  EXPECT_EQ(no_file.exit_code, 2);
  EXPECT_THAT(no_file.err, HasSubstr("cannot read"));
}

}  // namespace
}  // namespace baton::testing
