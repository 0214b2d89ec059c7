// The nightly example while all of its processes are killed with SIGKILL, several times each. BATON_TEST_SEEDS="2 3 4" asks for other
// orders and moments than the usual one.
#include <gtest/gtest.h>

#include <algorithm>
#include <cstdlib>
#include <random>
#include <sstream>

#include "databases.h"
#include "nightly_processes.h"

namespace baton::testing {
namespace {

std::vector<uint64_t> seeds() {
  const char* const asked = std::getenv("BATON_TEST_SEEDS");
  std::istringstream words(asked == nullptr ? "1" : asked);
  std::vector<uint64_t> found;
  for (uint64_t seed = 0; words >> seed;) found.push_back(seed);
  return found;
}

// Each kind three times, in an order and at moments that the seed says.
class KillEverythingTest : public ::testing::TestWithParam<uint64_t> {
 protected:
  OwnDatabase database_;
  NightlyProcesses nightly_{database_.url()};
};

TEST_P(KillEverythingTest, AllAreKilledSeveralTimes) {
  std::mt19937_64 random(GetParam());
  std::vector<int> victims = {0, 0, 0, 1, 1, 1, 2, 2, 2};
  std::shuffle(victims.begin(), victims.end(), random);
  std::uniform_int_distribution<int64_t> more_rows(5, 45);
  nightly_.start_all();
  int64_t moment = 0;
  for (const int victim : victims) {
    moment += more_rows(random);
    nightly_.wait_until_journal_has(moment);
    if (victim == 0) nightly_.replace_coordinator();
    if (victim == 1) nightly_.replace_worker();
    if (victim == 2) nightly_.replace_decider();
    nightly_.remember_histories();
  }
  nightly_.expect_success();
  nightly_.expect_clean_end();
}
INSTANTIATE_TEST_SUITE_P(Seeds, KillEverythingTest, ::testing::ValuesIn(seeds()));

}  // namespace
}  // namespace baton::testing
