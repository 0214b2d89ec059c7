// Retry policies of activities, beside what the golden scripts tell: how long is waited, what a policy may say, and what describe shows.
#include <google/protobuf/text_format.h>

#include <string>
#include <utility>
#include <vector>

#include "coordinator/core/describe.h"
#include "coordinator/core/journal_values.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/core/live_run.h"

namespace baton::core {
namespace {

using baton::v1::UNKNOWN_RESOURCE, baton::v1::VALIDATION;
using testing::ElementsAre;
using testing::HasSubstr;

constexpr int64_t kDayMs = 24 * 3'600'000;

baton::v1::Decision scheduled_with(const std::string& policy, const ActivityTimeouts& timeouts = {}) {
  baton::v1::Decision decision = schedule_activity("a", timeouts);
  auto& attributes = *decision.mutable_schedule_activity_task();
  EXPECT_TRUE(google::protobuf::TextFormat::ParseFromString(policy, attributes.mutable_retry_policy())) << policy;
  return decision;
}

class RetriedRun : public LiveRun {
 public:
  explicit RetriedRun(const std::string& policy, const ActivityTimeouts& timeouts = {}) {
    start(300 * kDayMs);
    decide_on({scheduled_with(policy, timeouts)});
    id_ = *state().activity_ids.get("a");
  }
  const ActivityTask& task() const { return *state().activities.get(id_); }
  TaskRef take() { return offer(id_, true); }
  // How long the activity waits after the open attempt has failed; -1: that was the last one.
  int64_t fail(const std::string& reason = "BUSY") {
    const auto commit = decide(RespondActivityTask{take(), failed_with(reason), "worker"});
    EXPECT_TRUE(commit.ok()) << commit.status();
    return state().activities.contains(id_) ? task().parked_until_ms - now_ms : -1;
  }
  void wait_out() {
    now_ms = task().parked_until_ms;
    fire();
  }
  std::vector<int64_t> waits(int attempts) {
    std::vector<int64_t> waits_ms;
    for (int i = 0; i < attempts; ++i) {
      waits_ms.push_back(fail());
      if (waits_ms.back() < 0) break;
      wait_out();
    }
    return waits_ms;
  }

 private:
  int64_t id_ = 0;
};

TEST(ActivityRetry, WaitsTwiceAsLongEachTimeUnlessToldOtherwise) {
  EXPECT_THAT(RetriedRun("initial_interval { nanos: 100000000 }").waits(5), ElementsAre(100, 200, 400, 800, 1'600));
  EXPECT_THAT(RetriedRun("initial_interval { seconds: 1 } backoff_coefficient: 1").waits(3), ElementsAre(1'000, 1'000, 1'000));
  EXPECT_THAT(RetriedRun("initial_interval { nanos: 10000000 } backoff_coefficient: 1.5").waits(4), ElementsAre(10, 15, 22, 33));
}

TEST(ActivityRetry, NeverWaitsLongerThanTheMaximumInterval) {
  EXPECT_THAT(RetriedRun("initial_interval { seconds: 1 } maximum_interval { seconds: 3 }").waits(4),
              ElementsAre(1'000, 2'000, 3'000, 3'000));
  EXPECT_THAT(RetriedRun("initial_interval { nanos: 1000000 } backoff_coefficient: 10").waits(4), ElementsAre(1, 10, 100, 100))
      << "a hundred times the first when none is given";
  EXPECT_THAT(RetriedRun("initial_interval { seconds: 5 } maximum_interval { seconds: 2 }").waits(2), ElementsAre(2'000, 2'000));
}

TEST(ActivityRetry, ManyAttemptsAndHugeCoefficientsStayWithinTheMaximum) {
  RetriedRun run("initial_interval { nanos: 1000000 } backoff_coefficient: 1e300 maximum_interval { nanos: 2000000 }");
  EXPECT_THAT(run.waits(5), ElementsAre(1, 2, 2, 2, 2));
  RetriedRun often("initial_interval { nanos: 1000000 } maximum_interval { nanos: 1000000 }");
  for (int i = 0; i < 300; ++i) {
    ASSERT_EQ(often.fail(), 1);
    often.wait_out();
  }
  EXPECT_EQ(often.task().attempt, 301);
  EXPECT_EQ(often.state().last_event_id, 6) << "the history does not grow";
}

TEST(ActivityRetry, HasSoManyAttemptsAndNotOneMore) {
  EXPECT_THAT(RetriedRun("initial_interval { seconds: 1 } maximum_attempts: 1").waits(9), ElementsAre(-1));
  EXPECT_THAT(RetriedRun("initial_interval { seconds: 1 } maximum_attempts: 3").waits(9), ElementsAre(1'000, 2'000, -1));
}

TEST(ActivityRetry, CountsScheduleToCloseFromTheSchedulingOfTheActivity) {
  RetriedRun run("initial_interval { seconds: 1 } backoff_coefficient: 1", {.schedule_to_close_ms = 3'500});
  EXPECT_THAT(run.waits(9), ElementsAre(1'000, 1'000, 1'000, -1));
}

TEST(ActivityRetry, IsShownWithTheAttemptAndHowTheOneBeforeEnded) {
  RetriedRun run("initial_interval { seconds: 1 }", {.start_to_close_ms = 5'000});
  const auto shown = [&] { return describe(run.state()).pending_activities(0); };
  EXPECT_EQ(shown().attempt(), 1);
  RespondActivityTask failure{run.take(), failed_with("BUSY"), "worker"};
  failure.answer.mutable_failed()->mutable_details()->set_data("17 ahead");
  ASSERT_TRUE(run.decide(failure).ok());
  EXPECT_EQ(shown().state(), baton::v1::TASK_STATE_SCHEDULED);
  EXPECT_EQ(shown().attempt(), 2);
  EXPECT_EQ(shown().delivery(), 0);
  EXPECT_EQ(shown().parked_until().seconds() * 1'000, run.now_ms + 1'000);
  EXPECT_EQ(shown().last_failure_reason(), "BUSY");
  EXPECT_EQ(shown().last_failure_details().data(), "17 ahead");
  EXPECT_EQ(describe(run.state()).open_counts().open_activity_tasks(), 1);

  run.wait_out();
  EXPECT_FALSE(shown().has_parked_until());
  const TaskRef second = run.take();
  ASSERT_TRUE(run.decide(RecordActivityTaskHeartbeat{second, {}, "worker"}).ok());
  EXPECT_EQ(shown().state(), baton::v1::TASK_STATE_STARTED);
  run.now_ms += 5'000;
  run.fire();
  EXPECT_EQ(shown().attempt(), 3);
  EXPECT_EQ(shown().last_timeout_type(), baton::v1::ACTIVITY_TASK_TIMEOUT_TYPE_START_TO_CLOSE);
  EXPECT_EQ(shown().last_failure_reason(), "");
  EXPECT_FALSE(shown().has_last_heartbeat_time());
  EXPECT_FALSE(shown().has_started_time());
}

TEST(ActivityRetry, AHeldHeartbeatOfAnAttemptThatIsOverKeepsNothingAlive) {
  RetriedRun run("initial_interval { nanos: 1000000 }", {.heartbeat_ms = 1'000});
  run.take();
  const int64_t id = run.task().scheduled_event_id;
  run.now_ms += 1'000;
  run.fire();
  run.wait_out();
  run.take();
  EXPECT_EQ(run.task().attempt, 2);
  run.now_ms += 1'000;
  run.fire(0, {{id, 1, run.now_ms - 10, nullptr}});
  EXPECT_EQ(run.task().attempt, 3) << "the heartbeat was the first attempt's";
}

TEST(ActivityRetry, PoliciesAreCheckedAndNameTheField) {
  const std::string ok = "initial_interval { seconds: 1 } ";
  std::string many;
  for (int i = 0; i < 101; ++i) many += "non_retryable_reasons: 'r' ";
  const std::vector<std::pair<std::string, std::string>> wrong{
      {"", "initial_interval"},
      {"maximum_attempts: 3", "initial_interval"},
      {"initial_interval { }", "initial_interval"},
      {"initial_interval { seconds: -1 }", "initial_interval"},
      {"initial_interval { seconds: 31622401 }", "initial_interval"},
      {ok + "backoff_coefficient: 0.99", "backoff_coefficient"},
      {ok + "backoff_coefficient: -2", "backoff_coefficient"},
      {ok + "backoff_coefficient: nan", "backoff_coefficient"},
      {ok + "backoff_coefficient: inf", "backoff_coefficient"},
      {ok + "maximum_interval { }", "maximum_interval"},
      {ok + "maximum_interval { seconds: 31622401 }", "maximum_interval"},
      {ok + "maximum_attempts: -1", "maximum_attempts"},
      {ok + many, "non_retryable_reasons"},
      {ok + "non_retryable_reasons: 'fine' non_retryable_reasons: '" + std::string(257, 'r') + "'", "non_retryable_reasons[1]"},
  };
  LiveRun run;
  run.start();
  const TaskRef task = run.offer(2);
  const auto answer = [&](const std::string& policy) {
    RespondDecisionTaskCompleted command{task, {}, "d", "", {}};
    *command.request.add_decisions() = scheduled_with(policy);
    return run.decide(std::move(command));
  };
  for (const auto& [policy, field] : wrong) {
    const auto refused = answer(policy);
    EXPECT_EQ(fault_in(refused), VALIDATION) << policy.substr(0, 80);
    EXPECT_EQ(subject_of(refused.status()), "decisions[0].schedule_activity_task.retry_policy." + field);
  }
  EXPECT_TRUE(answer(ok + "backoff_coefficient: 1 maximum_interval { nanos: 1 } non_retryable_reasons: '" + std::string(256, 'r') + "'").ok());
  EXPECT_EQ(run.last_event().activity_task_scheduled().retry_policy().maximum_interval_ms(), 1);
}

}  // namespace
}  // namespace baton::core
