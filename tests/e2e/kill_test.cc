// The nightly example while its processes are killed with SIGKILL in the middle of it.
#include <gtest/gtest.h>

#include "databases.h"
#include "nightly_processes.h"

namespace baton::testing {
namespace {

// Few steps of the example are over, many are not.
constexpr size_t kSomeClosed = 3;

class KillTest : public ::testing::Test {
 protected:
  OwnDatabase database_;
  NightlyProcesses nightly_{database_.url()};
};

TEST_F(KillTest, NothingHappensWithoutAKill) {
  nightly_.start_all();
  nightly_.expect_success();
  nightly_.expect_clean_end();
}

TEST_F(KillTest, TheCoordinatorIsKilledInTheMiddle) {
  nightly_.start_all();
  ASSERT_TRUE(nightly_.wait_until_closed(kSomeClosed));
  nightly_.remember_histories();
  nightly_.replace_coordinator();
  nightly_.remember_histories();
  nightly_.expect_success();
  nightly_.expect_clean_end();
}

TEST_F(KillTest, TheWorkerIsKilledInTheMiddleAndTheNextOneFindsItsServers) {
  nightly_.start_all();
  ASSERT_TRUE(nightly_.wait_until_closed(kSomeClosed));
  nightly_.replace_worker();
  nightly_.remember_histories();
  nightly_.expect_success();
  nightly_.expect_clean_end();
}

TEST_F(KillTest, TheDeciderIsKilledInTheMiddle) {
  nightly_.start_all();
  ASSERT_TRUE(nightly_.wait_until_closed(kSomeClosed));
  nightly_.replace_decider();
  nightly_.remember_histories();
  nightly_.expect_success();
  nightly_.expect_clean_end();
}

}  // namespace
}  // namespace baton::testing
