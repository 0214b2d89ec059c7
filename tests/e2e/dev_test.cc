// `baton dev` with the real programs: a private PostgreSQL and a coordinator, what survives, what is left behind.
#include <gmock/gmock.h>
#include <signal.h>

#include <filesystem>

#include "program.h"

namespace baton::testing {
namespace {

using ::testing::HasSubstr;
using ::testing::SizeIs;

constexpr char kReady[] = "baton dev: ready at ";

class DevTest : public ::testing::Test {
 protected:
  std::vector<std::string> dev(std::vector<std::string> options = {}, const std::string& listen = "127.0.0.1:0") {
    options.insert(options.begin(), {BATON_PROGRAM, "dev", "--data-dir", directory_.path() + "/data", "--listen", listen});
    return options;
  }
  static Ended baton(const std::string& address, std::vector<std::string> arguments) {
    arguments.insert(arguments.begin(), {BATON_PROGRAM, "--address", address});
    return run_program(arguments);
  }
  ScratchDirectory directory_;
};

TEST_F(DevTest, ItServesSurvivesTheDeathOfTheCoordinatorAndKeepsItsData) {
  RunningProgram first(dev());
  const auto address = first.wait_for(kReady);
  ASSERT_TRUE(address);
  EXPECT_EQ(baton(*address, {"domain", "register", "orders"}).exit_code, 0);
  EXPECT_EQ(baton(*address, {"domain", "register", "orders"}).exit_code, 1);
  EXPECT_EQ(baton(*address, {"--domain", "orders", "workflow", "describe", "nothing"}).exit_code, 3);

  const auto coordinators = children_of(first.pid(), "baton-coordinator");
  ASSERT_THAT(coordinators, SizeIs(1));
  kill(coordinators[0], SIGKILL);
  EXPECT_EQ(first.wait_for("baton dev: ready again at "), address);
  EXPECT_EQ(baton(*address, {"domain", "describe", "orders"}).exit_code, 0);

  const auto servers = children_of(first.pid(), "postgres");
  ASSERT_THAT(servers, SizeIs(1));
  first.signal(SIGINT);
  EXPECT_EQ(first.wait(), 0);
  EXPECT_THAT(first.output(), HasSubstr("baton dev: stopped"));
  EXPECT_NE(kill(servers[0], 0), 0) << "PostgreSQL is left behind";

  RunningProgram second(dev());
  const auto next_address = second.wait_for(kReady);
  ASSERT_TRUE(next_address);
  EXPECT_THAT(baton(*next_address, {"domain", "list"}).out, HasSubstr("orders"));
  second.signal(SIGTERM);
  EXPECT_EQ(second.wait(), 0);
}

TEST_F(DevTest, ADirectoryIsUsedByOneAtATime) {
  RunningProgram first(dev());
  ASSERT_TRUE(first.wait_for(kReady));
  const Ended second = run_program(dev());
  EXPECT_EQ(second.exit_code, 2);
  EXPECT_THAT(second.err, HasSubstr("in use by another baton dev"));
  first.signal(SIGINT);
  EXPECT_EQ(first.wait(), 0);
}

TEST_F(DevTest, WhatCannotStartIsSaidAndNothingIsLeft) {
  const Ended ended = run_program(dev({"--coordinator", directory_.path() + "/nothing"}));
  EXPECT_EQ(ended.exit_code, 4);
  EXPECT_THAT(ended.err, HasSubstr("cannot run"));
  EXPECT_FALSE(std::filesystem::exists(directory_.path() + "/data/postgres/cluster/postmaster.pid"));
}

TEST_F(DevTest, AServerThatDoesNotAnswerIsSaid) {
  const Ended ended = run_program(dev({"--postgres", "postgresql://nobody@127.0.0.1:1/none"}));
  EXPECT_EQ(ended.exit_code, 4);
  EXPECT_THAT(ended.err, HasSubstr("the coordinator did not start"));
  EXPECT_FALSE(std::filesystem::exists(directory_.path() + "/data/postgres"));
}

TEST_F(DevTest, ItDoesNotListenBeyondLoopbackByAccident) {
  const Ended ended = run_program(dev({}, "0.0.0.0:0"));
  EXPECT_NE(ended.exit_code, 0);
  EXPECT_THAT(ended.err, HasSubstr("--insecure"));
}

}  // namespace
}  // namespace baton::testing
