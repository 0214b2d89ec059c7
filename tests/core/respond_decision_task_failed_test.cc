// What becomes of a run whose decider says that it cannot decide, beside what the golden scripts tell.
#include <string>
#include <utility>
#include <vector>

#include "coordinator/core/describe.h"
#include "coordinator/core/journal_values.h"
#include "coordinator/core/snapshot.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/core/live_run.h"

namespace baton::core {
namespace {

using baton::v1::OPERATION_NOT_PERMITTED, baton::v1::UNKNOWN_RESOURCE, baton::v1::VALIDATION;
using testing::ElementsAre;

RespondDecisionTaskFailed failed(const TaskRef& task, const std::string& reason = "NONDETERMINISM") {
  RespondDecisionTaskFailed command{task, {}};
  command.request.set_reason(reason);
  return command;
}

// Offers the waiting decision task, has it given up, and says for how long it is parked.
int64_t give_up(LiveRun& run) {
  const auto commit = run.decide(failed(run.offer(run.state().decision->scheduled_event_id)));
  EXPECT_TRUE(commit.ok()) << commit.status();
  return run.state().decision->parked_until_ms - run.now_ms;
}

void wait_until_offered(LiveRun& run) {
  run.now_ms = run.state().decision->parked_until_ms;
  run.fire();
}

TEST(RespondDecisionTaskFailed, ParksTwiceAsLongEachTimeInARowAndNeverLongerThanAMinute) {
  LiveRun run;
  run.start();
  std::vector<int64_t> parked_ms;
  for (int i = 0; i < 9; ++i) {
    parked_ms.push_back(give_up(run));
    wait_until_offered(run);
  }
  EXPECT_THAT(parked_ms, ElementsAre(1'000, 2'000, 4'000, 8'000, 16'000, 32'000, 60'000, 60'000, 60'000));
  EXPECT_EQ(run.state().last_event_id, 3) << "however often, the history does not grow";
  for (int i = 0; i < 40; ++i) {
    EXPECT_EQ(give_up(run), 60'000);
    wait_until_offered(run);
  }
  run.decide_on({start_timer("t", 0)});
  run.fire();
  EXPECT_EQ(give_up(run), 1'000) << "somebody could decide meanwhile";
}

TEST(RespondDecisionTaskFailed, IsShownUntilSomebodyCanDecide) {
  LiveRun run;
  run.start();
  RespondDecisionTaskFailed command = failed(run.offer(2));
  command.request.mutable_details()->set_data("orders.cc:17");
  ASSERT_TRUE(run.decide(command).ok());
  auto shown = describe(run.state()).pending_decision();
  EXPECT_EQ(shown.state(), baton::v1::TASK_STATE_SCHEDULED);
  EXPECT_EQ(shown.failure_reason(), "NONDETERMINISM");
  EXPECT_EQ(shown.failure_details().data(), "orders.cc:17");
  EXPECT_EQ(shown.consecutive_failures(), 1);
  EXPECT_EQ(shown.parked_until().seconds() * 1'000, LiveRun::kStartMs + 1'000);
  EXPECT_EQ(describe(run.state()).open_counts().open_decision_tasks(), 1);

  wait_until_offered(run);
  EXPECT_FALSE(describe(run.state()).pending_decision().has_parked_until());
  give_up(run);
  shown = describe(run.state()).pending_decision();
  EXPECT_EQ(shown.consecutive_failures(), 2);
  EXPECT_FALSE(shown.has_failure_details()) << "of the last one only";

  wait_until_offered(run);
  run.decide_on({start_timer("t", 0)});
  run.fire();
  shown = describe(run.state()).pending_decision();
  EXPECT_EQ(shown.consecutive_failures(), 0);
  EXPECT_EQ(shown.failure_reason(), "");
}

TEST(RespondDecisionTaskFailed, WithATextThatIsTooLongNamesTheFieldAndLeavesTheTokenUsable) {
  LiveRun run;
  run.start();
  const TaskRef task = run.offer(2);
  RespondDecisionTaskFailed details = failed(task);
  details.request.mutable_details()->set_data(std::string(32'769, 'd'));
  const std::string before = to_snapshot(run.state());
  for (const auto& [command, field] : {std::pair{failed(task, std::string(257, 'r')), "reason"}, std::pair{details, "details"}}) {
    const auto refused = run.decide(command);
    EXPECT_EQ(fault_in(refused), VALIDATION);
    EXPECT_EQ(subject_of(refused.status()), field);
    EXPECT_EQ(to_snapshot(run.state()), before);
  }
  details.request.mutable_details()->set_data(std::string(32'768, 'd'));
  details.request.set_reason(std::string(256, 'r'));
  EXPECT_TRUE(run.decide(details).ok());
}

TEST(RespondDecisionTaskFailed, OfATaskThatIsNotOpenIsRefused) {
  LiveRun run;
  EXPECT_EQ(fault_in(run.decide(failed({2, 3, 1, 1}))), UNKNOWN_RESOURCE) << "no such run";
  run.start();
  EXPECT_EQ(fault_in(run.decide(failed({2, 3, 1, 1}))), UNKNOWN_RESOURCE) << "never handed out";
  const TaskRef task = run.offer(2);
  for (const TaskRef& wrong : {TaskRef{2, 4, 1, 1}, TaskRef{3, 3, 1, 1}, TaskRef{2, 3, 1, 0}, TaskRef{2, 3, 1, 2}}) {
    EXPECT_EQ(fault_in(run.decide(failed(wrong))), UNKNOWN_RESOURCE);
  }
  ASSERT_TRUE(run.decide(RespondDecisionTaskCompleted{task, {}, "d", "", {}}).ok());
  EXPECT_EQ(fault_in(run.decide(failed(task))), UNKNOWN_RESOURCE) << "it was decided";
}

TEST(RespondDecisionTaskFailed, MayBeForbidden) {
  LiveRun run;
  run.start();
  const TaskRef task = run.offer(2);
  run.authorizer.denied.insert("RespondDecisionTaskFailed");
  EXPECT_EQ(fault_in(run.decide(failed(task))), OPERATION_NOT_PERMITTED);
}

TEST(RespondDecisionTaskFailed, DoesNotKeepTheRunFromEnding) {
  LiveRun run;
  run.start(10'000);
  const TaskRef task = run.offer(2);
  ASSERT_TRUE(run.decide(failed(task)).ok());
  run.now_ms += 20'000;
  run.fire();
  EXPECT_EQ(run.state().close_status, journal::CLOSE_STATUS_TIMED_OUT);
  const auto again = run.decide(failed(task));
  ASSERT_TRUE(again.ok()) << "as recorded";
  EXPECT_TRUE(std::holds_alternative<RepeatReply>(again->reply));
}

}  // namespace
}  // namespace baton::core
