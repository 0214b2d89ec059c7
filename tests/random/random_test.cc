// The real engine and core under whatever a seed says (random_driver.h). BATON_SEED=n tells the story of one seed aloud; BATON_SEEDS=n runs
// so many, BATON_FIRST_SEED=n from another one on.
#include <gtest/gtest.h>

#include <string>

#include "tests/random/random_driver.h"
#include "tests/random/seeds.h"

namespace baton::testing {
namespace {

constexpr int kSteps = 60;
#if defined(__SANITIZE_THREAD__) || defined(__SANITIZE_ADDRESS__)
constexpr uint64_t kSeeds = 100;
#else
constexpr uint64_t kSeeds = 2'000;
#endif

TEST(RandomStories, WhatTwoCoordinatorsSaidAgreesWithTheirHistories) {
  tell_stories<RandomDriver>(kSteps, kSeeds);
}

}  // namespace
}  // namespace baton::testing
