// Code that is not the code that made the history: named with the event and the source line, and harmless to the execution.
#include <gmock/gmock.h>

#include "baton/workflow.h"
#include "story.h"

namespace baton::testing {
namespace {

using namespace std::chrono_literals;
using ::testing::AllOf;
using ::testing::ContainsRegex;
using ::testing::HasSubstr;

constexpr Activity<std::string(std::string)> step{"step", "1"};
constexpr Activity<std::string(std::string)> step_2{"step", "2"};
constexpr Activity<void()> ping{"ping", "1"};

Task<> pings_then_steps(Workflow wf) {
  co_await wf.schedule(ping);
  co_await wf.schedule(step, std::string("x"));
}

// Up to the second activity: events 1 to 9.
void tell(HistoryBuilder& history) {
  history.started();
  history.decision_started();
  history.decided(nullptr);
  history.activity_scheduled("1", {"ping", "1"});
  history.activity_completed("1");
  history.decision_started();
  history.decided(nullptr);
  history.activity_scheduled("2", {"step", "1"});
}

template <class F>
std::string complaint(F workflow) {
  Story story(pings_then_steps);
  tell(story);
  EXPECT_FALSE(story.check(pings_then_steps)) << "the code that made it fits";
  const auto failure = story.check(workflow);
  if (!failure) return "no complaint";
  EXPECT_EQ(failure->reason, "NONDETERMINISM");
  return failure->message;
}

TEST(Nondeterminism, AnotherActivityIsNamedWithEventAndLine) {
  const int line = __LINE__ + 2;
  const std::string message = complaint([](Workflow wf) -> Task<> {
    co_await wf.schedule(step, std::string("x"));
  });
  EXPECT_THAT(message, AllOf(HasSubstr("event 5: the history says ActivityTaskScheduled(1, ping/1)"), HasSubstr("step/1"),
                             HasSubstr("nondeterminism_test.cc:" + std::to_string(line))));
}

TEST(Nondeterminism, AnotherVersionOfAnActivityIsNamed) {
  const std::string message = complaint([](Workflow wf) -> Task<> {
    co_await wf.schedule(ping);
    co_await wf.schedule(step_2, std::string("x"));
  });
  EXPECT_THAT(message, AllOf(HasSubstr("event 10"), HasSubstr("step/1"), HasSubstr("step/2"), ContainsRegex("nondeterminism_test.cc:[0-9]+")));
}

TEST(Nondeterminism, ATimerInPlaceOfAnActivityIsNamed) {
  const int line = __LINE__ + 3;
  const std::string message = complaint([](Workflow wf) -> Task<> {
    co_await wf.schedule(ping);
    co_await wf.sleep(1s);
  });
  EXPECT_THAT(message, AllOf(HasSubstr("event 10: the history says ActivityTaskScheduled(2, step/1)"), HasSubstr("StartTimer(1)"),
                             HasSubstr(":" + std::to_string(line))));
}

TEST(Nondeterminism, ADecisionTooManyIsNamed) {
  const std::string message = complaint([](Workflow wf) -> Task<> {
    auto extra = wf.sleep(1h);
    co_await wf.schedule(ping);
    co_await wf.schedule(step, std::string("x"));
    co_await extra;
  });
  EXPECT_THAT(message, AllOf(HasSubstr("event 5"), HasSubstr("StartTimer(1)")));
}

TEST(Nondeterminism, ADecisionThatIsMissingAtTheEndOfABatchIsNamed) {
  Story story(pings_then_steps);
  story.started();
  story.decision_started();
  story.decided(nullptr);
  story.activity_scheduled("1", {"ping", "1"});
  story.timer_started("1");
  const auto failure = story.check(pings_then_steps);
  ASSERT_TRUE(failure);
  EXPECT_THAT(failure->message, AllOf(HasSubstr("event 6: the history says TimerStarted(1)"), HasSubstr("the code decided nothing after"),
                                      HasSubstr("ScheduleActivityTask(1)")));
}

TEST(Nondeterminism, ADecisionWithoutAnEventIsNamed) {
  Story story(pings_then_steps);
  story.started();
  story.decision_started();
  story.decided(nullptr);
  story.signaled("x");
  story.decision_started();
  const auto failure = story.check(pings_then_steps);
  ASSERT_TRUE(failure);
  EXPECT_THAT(failure->message, AllOf(HasSubstr("event 4"), HasSubstr("no event"), HasSubstr("ScheduleActivityTask(1)")));
}

TEST(Nondeterminism, AnEndThatComesEarlierIsNamed) {
  const std::string message = complaint([](Workflow wf) -> Task<> { co_await wf.schedule(ping); });
  EXPECT_THAT(message, AllOf(HasSubstr("event 10"), HasSubstr("CompleteWorkflowExecution"), HasSubstr("the end of the workflow function")));
}

TEST(Nondeterminism, AnotherMarkerIsNamed) {
  Story story(pings_then_steps);
  story.started();
  story.decision_started();
  story.decided(nullptr);
  story.marker_recorded("dice", payload(4));
  story.decision_started();
  const auto failure = story.check([](Workflow wf) -> Task<> {
    wf.side_effect("coin", [] { return 1; });
    co_await wf.sleep(1s);
  });
  ASSERT_TRUE(failure);
  EXPECT_THAT(failure->message, AllOf(HasSubstr("event 5"), HasSubstr("\"dice\""), HasSubstr("\"coin\""), HasSubstr("nondeterminism_test.cc:")));
}

TEST(Nondeterminism, ADeciderWithTheWrongCodeFailsTheTaskAndALaterOneWithTheRightCodeGoesOn) {
  Story wrong([](Workflow wf) -> Task<> { co_await wf.sleep(1s); });
  tell(wrong);
  wrong.activity_completed("2", payload(std::string("y")));
  EXPECT_EQ(wrong.decide_and_fail().reason, "NONDETERMINISM");
  Story right(pings_then_steps);
  tell(right);
  right.activity_completed("2", payload(std::string("y")));
  right.decision_started();
  right.decision_timed_out();
  EXPECT_EQ(describe(right.decide()), "Complete()");
}

TEST(Nondeterminism, AnEventOfANewerCoordinatorIsNotGuessed) {
  Story story(pings_then_steps);
  tell(story);
  story.add();
  const auto failure = story.decide_and_fail();
  EXPECT_EQ(failure.reason, "UNKNOWN_EVENT");
  EXPECT_THAT(failure.message, HasSubstr("event 11"));
}

TEST(Nondeterminism, AGapInTheHistoryIsRefused) {
  detail::Replayer replayer(detail::make_workflow_function(pings_then_steps), Story::kExecution, Story::kType);
  HistoryBuilder history;
  history.started();
  history.decision_started();
  Events gap = history.events();
  gap.DeleteSubrange(1, 1);
  replayer.add(gap);
  Answer answer;
  const auto failure = replayer.decide(3, &answer);
  ASSERT_TRUE(failure);
  EXPECT_EQ(failure->reason, "INCOMPLETE_HISTORY");
}

}  // namespace
}  // namespace baton::testing
