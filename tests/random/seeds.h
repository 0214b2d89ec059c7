// One story for each of many seeds. BATON_SEED=n tells that of one seed aloud; BATON_SEEDS=n tells so many, BATON_FIRST_SEED=n from another one
// on. A test failure names its seed.
#pragma once

#include <errno.h>
#include <gtest/gtest.h>

#include <cstdint>
#include <cstdlib>

#include "coordinator/log/log.h"

namespace baton::testing {

inline uint64_t number_from(const char* variable, uint64_t otherwise) {
  const char* value = std::getenv(variable);
  return value == nullptr ? otherwise : std::stoull(value);
}

// A story is made of a seed and whether it is told aloud, goes so many steps, and is finished.
template <class Story>
void tell_stories(int steps, uint64_t seeds) {
  const auto tell = [steps](uint64_t seed, bool aloud) {
    Story story(seed, aloud);
    story.run(steps);
    story.finish();
  };
  set_log_level(static_cast<LogLevel>(static_cast<int>(LogLevel::kError) + 1));  // not even errors: faults are what this is about
  if (std::getenv("BATON_SEED") != nullptr) return tell(number_from("BATON_SEED", 0), true);
  const uint64_t first = number_from("BATON_FIRST_SEED", 1), count = number_from("BATON_SEEDS", seeds);
  for (uint64_t seed = first; seed < first + count; ++seed) {
    tell(seed, false);
    ASSERT_FALSE(::testing::Test::HasFailure())
        << "seed " << seed << ": BATON_SEED=" << seed << " " << program_invocation_name << " tells this story alone";
  }
}

}  // namespace baton::testing
