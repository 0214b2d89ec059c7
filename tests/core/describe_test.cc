// What a run is and waits for, as far as one response can hold it.
#include "coordinator/core/describe.h"

#include "coordinator/core/limits.h"
#include "tests/core/live_run.h"

namespace baton::core {
namespace {

// Each failed once, for a reason as long as it may be, and is tried again.
TEST(Describe, ManyActivitiesWithLongDetailsFitIntoAMessage) {
  constexpr int kActivities = 200;
  LiveRun run;
  run.start();
  std::vector<baton::v1::Decision> decisions;
  for (int i = 0; i < kActivities; ++i) {
    decisions.push_back(schedule_activity("activity-" + std::to_string(i)));
    decisions.back().mutable_schedule_activity_task()->mutable_retry_policy()->mutable_initial_interval()->set_seconds(60);
  }
  decisions.push_back(start_timer("t", 1'000));
  run.decide_on(decisions);
  std::vector<int64_t> scheduled;
  for (const auto& [id, task] : run.state().activities) scheduled.push_back(id);
  for (const int64_t id : scheduled) {
    RespondActivityTask answer{run.offer(id, true), failed_with("out of order"), "poller"};
    answer.answer.mutable_failed()->mutable_details()->set_data(std::string(32'000, 'x'));
    ASSERT_TRUE(run.decide(std::move(answer)).ok());
  }
  const auto shown = describe(run.state());
  EXPECT_LT(shown.ByteSizeLong(), kMaxMessageBytes);
  EXPECT_GT(shown.pending_activities_size(), 50);
  EXPECT_LT(shown.pending_activities_size(), kActivities);
  EXPECT_EQ(shown.open_counts().open_activity_tasks(), kActivities);
  EXPECT_EQ(shown.pending_activities(0).activity_id(), "activity-0") << "those that wait longest";
}

TEST(Describe, ShowsAThousandOfEachKind) {
  LiveRun run;
  run.start();
  std::vector<baton::v1::Decision> decisions;
  for (int i = 0; i < 1'000; ++i) decisions.push_back(start_timer("t" + std::to_string(i), 1'000));
  run.decide_on(decisions);
  EXPECT_EQ(describe(run.state()).pending_timers_size(), 1'000);
}

}  // namespace
}  // namespace baton::core
