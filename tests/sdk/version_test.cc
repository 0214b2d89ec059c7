// Workflow code that has changed, and runs that are older than the change.
#include <gmock/gmock.h>

#include "baton/workflow.h"
#include "story.h"

namespace baton::testing {
namespace {

using namespace std::chrono_literals;
using ::testing::AllOf;
using ::testing::HasSubstr;

constexpr Activity<void()> pack{"pack", "1"};
constexpr Activity<void()> ship{"ship", "1"};
constexpr Activity<void()> ship_fast{"ship_fast", "1"};

Task<> before_the_change(Workflow wf) {
  co_await wf.schedule(pack);
  co_await wf.schedule(ship);
}

Task<> after_the_change(Workflow wf) {
  co_await wf.schedule(pack);
  if (wf.version("fast shipping", 1, 2) == 1) {
    co_await wf.schedule(ship);
  } else {
    co_await wf.schedule(ship_fast);
  }
  co_await wf.sleep(wf.version("fast shipping", 1, 2) == 1 ? 1s : 2s);
}

TEST(Version, ARunThatComesThereNowGoesByTheNewestAndKeepsIt) {
  Story story(after_the_change);
  story.started();
  story.decide();
  story.activity_completed("1");
  EXPECT_EQ(describe(story.decide()), "RecordMarker(version fast shipping 2)\nScheduleActivityTask(2 ship_fast)");
  story.activity_completed("2");
  EXPECT_EQ(describe(story.decide()), "StartTimer(1 2000ms)");
  story.timer_fired("1");
  EXPECT_EQ(describe(story.decide()), "Complete()");
  EXPECT_FALSE(story.check(after_the_change)) << "the whole history replays";
}

TEST(Version, ARunThatPassedThereBeforeTheChangeGoesByTheOldest) {
  Story old(before_the_change);
  old.started();
  old.decide();
  old.activity_completed("1");
  old.decide();
  EXPECT_FALSE(old.check(after_the_change)) << "the new code fits the history that the old code made";

  Story story(after_the_change);
  story.started();
  story.decision_started();
  story.decided(nullptr);
  story.activity_scheduled("1", {"pack", "1"});
  story.activity_completed("1");
  story.decision_started();
  story.decided(nullptr);
  story.activity_scheduled("2", {"ship", "1"});
  story.activity_completed("2");
  EXPECT_EQ(describe(story.decide()), "StartTimer(1 1000ms)") << "the second call in this run gives what the first one gave";
}

TEST(Version, ARunThatWasOpenAtTheChangeAndComesThereLaterGoesByTheNewest) {
  Story story(after_the_change);
  story.started();
  story.decision_started();
  story.decided(nullptr);
  story.activity_scheduled("1", {"pack", "1"});
  story.activity_completed("1");
  EXPECT_EQ(describe(story.decide()), "RecordMarker(version fast shipping 2)\nScheduleActivityTask(2 ship_fast)");
}

TEST(Version, ALaterChangeLeavesTheRecordedVersionAsItIs) {
  const auto code = [](int newest) {
    return [newest](Workflow wf) -> Task<int> {
      const int version = wf.version("route", 1, newest);
      co_await wf.sleep(1s);
      co_return version;
    };
  };
  Story story(code(2));
  story.started();
  EXPECT_EQ(describe(story.decide()), "RecordMarker(version route 2)\nStartTimer(1 1000ms)");
  EXPECT_FALSE(story.check(code(3)));
  story.timer_fired("1");
  EXPECT_EQ(describe(story.decide()), "Complete(2)");
  EXPECT_FALSE(story.check(code(3)));
}

TEST(Version, MarkersOfSideEffectsBesideItStayInOrder) {
  Story story([](Workflow wf) -> Task<int> {
    const int before = wf.side_effect("dice", [] { return 4; });
    const int version = wf.version("route", 1, 2);
    const int after = wf.side_effect("dice", [] { return 6; });
    co_await wf.sleep(1s);
    co_return before * 100 + version * 10 + after;
  });
  story.started();
  EXPECT_EQ(describe(story.decide()), "RecordMarker(dice 4)\nRecordMarker(version route 2)\nRecordMarker(dice 6)\nStartTimer(1 1000ms)");
  story.timer_fired("1");
  EXPECT_EQ(describe(story.decide()), "Complete(426)");
}

TEST(Version, OneThatTheCodeNoLongerSupportsIsNotDecided) {
  Story story([](Workflow wf) -> Task<> {
    wf.version("route", 1, 2);
    co_await wf.sleep(1s);
  });
  story.started();
  story.decide();
  const int line = __LINE__ + 2;
  const auto failure = story.check([](Workflow wf) -> Task<> {
    wf.version("route", 3, 4);
    co_await wf.sleep(1s);
  });
  ASSERT_TRUE(failure);
  EXPECT_EQ(failure->reason, "UNSUPPORTED_VERSION");
  EXPECT_THAT(failure->message, AllOf(HasSubstr("version(\"route\", 3, 4) at"), HasSubstr("version_test.cc:" + std::to_string(line)),
                                      HasSubstr("this run has version 2")));
}

TEST(Version, WhatIsNoChangeOrNoRangeIsADefectOfTheCode) {
  for (const auto& [change, oldest, newest] : {std::tuple{"a/b", 1, 2}, {"", 1, 2}, {" a", 1, 2}, {"a", 3, 2}}) {
    Story story([change = std::string(change), oldest = oldest, newest = newest](Workflow wf) -> Task<> {
      const int version = wf.version(change, oldest, newest);
      co_await wf.sleep(Duration(version));
    });
    story.started();
    EXPECT_EQ(story.decide_and_fail().reason, "EXCEPTION");
  }
}

// --- code that is not the code that made the history ---

TEST(Version, ACallThatIsGoneIsNamed) {
  Story story(after_the_change);
  story.started();
  story.decide();
  story.activity_completed("1");
  story.decide();
  const auto failure = story.check(before_the_change);
  ASSERT_TRUE(failure);
  EXPECT_EQ(failure->reason, "NONDETERMINISM");
  EXPECT_THAT(failure->message, AllOf(HasSubstr("event 10: the history says MarkerRecorded(version fast shipping)"),
                                      HasSubstr("ScheduleActivityTask(2)"), HasSubstr("version_test.cc:")));
}

TEST(Version, AnotherChangeInItsPlaceIsNamed) {
  Story story([](Workflow wf) -> Task<> {
    wf.version("route", 1, 2);
    co_await wf.sleep(1s);
  });
  story.started();
  story.decide();
  const auto failure = story.check([](Workflow wf) -> Task<> {
    wf.version("price", 1, 2);
    co_await wf.sleep(1s);
  });
  ASSERT_TRUE(failure);
  EXPECT_THAT(failure->message, AllOf(HasSubstr("MarkerRecorded(version route)"), HasSubstr("StartTimer(1)")));
}

}  // namespace
}  // namespace baton::testing
