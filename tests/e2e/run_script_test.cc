// examples/nightly/run.sh: decider, worker and runner together, and nothing of them afterwards, however it ends.
#include <gmock/gmock.h>
#include <signal.h>

#include <algorithm>
#include <chrono>
#include <filesystem>
#include <fstream>
#include <nlohmann/json.hpp>
#include <sstream>

#include "databases.h"
#include "nightly_processes.h"

namespace baton::testing {
namespace {

namespace fs = std::filesystem;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

constexpr auto kEndsWithin = std::chrono::seconds(15);

class RunScriptTest : public ::testing::Test {
 protected:
  RunScriptTest() { nightly_.start_coordinator(); }

  std::unique_ptr<RunningProgram> run(const std::string& manifest) const {
    return std::make_unique<RunningProgram>(std::vector<std::string>{"/bin/bash", NIGHTLY_RUN_SCRIPT, "--bin", BATON_BIN_DIRECTORY, "--address",
                                                                     nightly_.address(), "--manifest", manifest, "--work", work_});
  }
  // Some servers run: three are done, and not all.
  static bool in_the_middle(const std::string& output) {
    const size_t end = output.rfind("/15 done"), begin = output.rfind(' ', end);
    return end != std::string::npos && std::stoi(output.substr(begin, end - begin)) >= 3;
  }
  // Processes that are told of the working directory, or work in it: all that the script started.
  std::vector<std::string> left() const {
    std::vector<std::string> found;
    for (const auto& entry : fs::directory_iterator("/proc")) {
      if (std::atoi(entry.path().filename().c_str()) <= 0) continue;
      std::ostringstream command;
      command << std::ifstream(entry.path() / "cmdline").rdbuf();
      std::error_code error;
      std::string text = command.str() + " in " + fs::read_symlink(entry.path() / "cwd", error).string();
      std::replace(text.begin(), text.end(), '\0', ' ');
      if (text.find(work_) != std::string::npos) found.push_back(text);
    }
    return found;
  }

  ScratchDirectory directory_;
  const std::string work_ = directory_.path() + "/work";
  OwnDatabase database_;
  NightlyProcesses nightly_{database_.url()};
};

TEST_F(RunScriptTest, ARunThatSucceedsLeavesNothingRunning) {
  const auto script = run(NightlyProcesses::kManifest);
  EXPECT_EQ(script->wait(), 0) << script->output();
  EXPECT_THAT(script->output(), HasSubstr("nightly: 15 executions, 15 as expected\n"));
  EXPECT_THAT(left(), IsEmpty());
}

TEST_F(RunScriptTest, AnInterruptedRunEndsSoonAndLeavesNothingRunning) {
  for (const auto& [number, code] : {std::pair(SIGINT, 130), {SIGTERM, 143}, {SIGHUP, 129}}) {
    const auto script = run(NightlyProcesses::kManifest);
    ASSERT_TRUE(becomes_true([&] { return in_the_middle(script->output()) || script->ended(); }));
    const auto asked = std::chrono::steady_clock::now();
    script->signal(number);
    EXPECT_EQ(script->wait(), code) << script->output();
    EXPECT_LT(std::chrono::steady_clock::now() - asked, kEndsWithin);
    EXPECT_THAT(left(), IsEmpty()) << "after signal " << number;
  }
}

TEST_F(RunScriptTest, ARunWithoutItsCoordinatorIsInterruptedAsWell) {
  const auto script = run(NightlyProcesses::kManifest);
  ASSERT_TRUE(script->wait_for("; open: "));
  nightly_.coordinator().signal(SIGKILL);
  nightly_.coordinator().wait();
  script->signal(SIGINT);
  EXPECT_EQ(script->wait(), 130) << script->output();
  EXPECT_THAT(left(), IsEmpty());
}

TEST_F(RunScriptTest, AFailedRunShowsWhatTheOthersSaid) {
  auto manifest = nlohmann::json::parse(std::ifstream(NightlyProcesses::kManifest));
  auto& services = manifest["services"];
  services.erase(std::remove_if(services.begin(), services.end(), [](const auto& service) { return service["name"] != "missing-program"; }),
                 services.end());
  services[0]["expect"] = {{"close_status", "COMPLETED"}};
  const std::string path = directory_.path() + "/manifest.json";
  std::ofstream(path) << manifest;
  const auto script = run(path);
  EXPECT_EQ(script->wait(), 1);
  EXPECT_THAT(script->output(), HasSubstr("NOT AS EXPECTED: missing-program: expected COMPLETED, got FAILED\n"));
  EXPECT_THAT(script->output(), HasSubstr("--- the last words of the decider:\n"));
  EXPECT_THAT(left(), IsEmpty());
}

TEST(RunScriptUsageTest, AWrongCommandLineExitsWithTwo) {
  for (const char* option : {"--fast", "--manifest", "--bin"}) {
    const Ended ended = run_program({"/bin/bash", NIGHTLY_RUN_SCRIPT, option});
    EXPECT_EQ(ended.exit_code, 2) << option;
    EXPECT_THAT(ended.err, HasSubstr("run.sh [--bin DIR]")) << option;
  }
}

}  // namespace
}  // namespace baton::testing
