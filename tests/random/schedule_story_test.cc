// Schedules under whatever a seed says (schedule_story.h). BATON_SEED=n tells the story of one seed aloud; BATON_SEEDS=n runs so many,
// BATON_FIRST_SEED=n from another one on.
#include "tests/random/schedule_story.h"

#include <errno.h>
#include <gtest/gtest.h>

#include <cstdlib>

#include "coordinator/log/log.h"

namespace baton::testing {
namespace {

constexpr int kSteps = 60;
#if defined(__SANITIZE_THREAD__) || defined(__SANITIZE_ADDRESS__)
constexpr uint64_t kSeeds = 50;
#else
constexpr uint64_t kSeeds = 1'000;
#endif

uint64_t number_from(const char* variable, uint64_t otherwise) {
  const char* value = std::getenv(variable);
  return value == nullptr ? otherwise : std::stoull(value);
}

void tell_story(uint64_t seed, bool aloud) {
  ScheduleStory story(seed, aloud);
  story.run(kSteps);
  story.finish();
}

TEST(ScheduleStories, EachTimeStartsAtMostOneRunAndWhatIsSaidOfItIsTrue) {
  set_log_level(static_cast<LogLevel>(static_cast<int>(LogLevel::kError) + 1));  // not even errors: faults are what this is about
  if (std::getenv("BATON_SEED") != nullptr) return tell_story(number_from("BATON_SEED", 0), true);
  const uint64_t first = number_from("BATON_FIRST_SEED", 1), count = number_from("BATON_SEEDS", kSeeds);
  for (uint64_t seed = first; seed < first + count; ++seed) {
    tell_story(seed, false);
    ASSERT_FALSE(HasFailure()) << "seed " << seed << ": BATON_SEED=" << seed << " " << program_invocation_name << " tells this story alone";
  }
}

}  // namespace
}  // namespace baton::testing
