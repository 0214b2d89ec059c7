// The nightly example while its PostgreSQL crashes, and while its coordinator is asked to stop with everybody at work.
#include <gtest/gtest.h>
#include <signal.h>

#include <chrono>

#include "databases.h"
#include "nightly_processes.h"

namespace baton::testing {
namespace {

constexpr size_t kSomeClosed = 3;
constexpr int kUnreachable = 4;
constexpr auto kStopsWithin = std::chrono::seconds(20);

class DatabaseTest : public ::testing::Test {
 protected:
  DatabaseTest() { server_.start(); }
  // What a person is told who asks for something.
  int baton_domain_list() const {
    return run_program({BATON_PROGRAM, "--address", nightly_.address(), "--timeout", "1", "domain", "list"}).exit_code;
  }
  OwnServer server_;
  NightlyProcesses nightly_{server_.url()};
};

TEST_F(DatabaseTest, PostgresqlCrashesInTheMiddleAndTheCoordinatorGoesOn) {
  nightly_.start_all();
  ASSERT_TRUE(nightly_.wait_until_closed(kSomeClosed));
  nightly_.remember_histories();
  server_.crash();
  EXPECT_EQ(baton_domain_list(), kUnreachable);
  server_.start();
  EXPECT_TRUE(becomes_true([&] { return baton_domain_list() == 0; }));
  nightly_.remember_histories();
  nightly_.expect_success();
  nightly_.expect_clean_end();
}

TEST_F(DatabaseTest, PostgresqlAndTheCoordinatorAreGoneAtOnce) {
  nightly_.start_all();
  ASSERT_TRUE(nightly_.wait_until_closed(kSomeClosed));
  nightly_.remember_histories();
  server_.crash();
  nightly_.coordinator().signal(SIGKILL);
  nightly_.coordinator().wait();
  server_.start();
  nightly_.start_coordinator();
  nightly_.remember_histories();
  nightly_.expect_success();
  nightly_.expect_clean_end();
}

TEST_F(DatabaseTest, ACoordinatorStopsInTimeWithTasksInFlight) {
  nightly_.start_all();
  ASSERT_TRUE(nightly_.wait_until_closed(kSomeClosed));
  nightly_.remember_histories();
  const auto asked = std::chrono::steady_clock::now();
  nightly_.coordinator().signal(SIGTERM);
  EXPECT_EQ(nightly_.coordinator().wait(), 0) << nightly_.coordinator().output();
  EXPECT_LT(std::chrono::steady_clock::now() - asked, kStopsWithin);
  nightly_.start_coordinator();
  nightly_.remember_histories();
  nightly_.expect_success();
  nightly_.expect_clean_end();
}

}  // namespace
}  // namespace baton::testing
