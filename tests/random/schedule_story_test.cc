// Schedules under whatever a seed says (schedule_story.h). BATON_SEED=n tells the story of one seed aloud; BATON_SEEDS=n runs so many,
// BATON_FIRST_SEED=n from another one on.
#include "tests/random/schedule_story.h"

#include <gtest/gtest.h>
#include "tests/random/seeds.h"

namespace baton::testing {
namespace {

constexpr int kSteps = 60;
#if defined(__SANITIZE_THREAD__) || defined(__SANITIZE_ADDRESS__)
constexpr uint64_t kSeeds = 50;
#else
constexpr uint64_t kSeeds = 1'000;
#endif

TEST(ScheduleStories, EachTimeStartsAtMostOneRunAndWhatIsSaidOfItIsTrue) {
  tell_stories<ScheduleStory>(kSteps, kSeeds);
}

}  // namespace
}  // namespace baton::testing
