// Search attributes that workflow code sets and removes.
#include <gmock/gmock.h>

#include "baton/workflow.h"
#include "story.h"

namespace baton::testing {
namespace {

using namespace std::chrono_literals;
using ::testing::AllOf;
using ::testing::HasSubstr;

Task<> sets_each_kind(Workflow wf, std::string text) {
  wf.set_search_attribute("text", text);
  wf.set_search_attribute("word", "eu");
  wf.set_search_attribute("integer", 42);
  wf.set_search_attribute("number", 0.5);
  wf.set_search_attribute("flag", true);
  wf.set_search_attribute("time", TimePoint(1'500ms));
  co_await wf.sleep(1s);
  wf.remove_search_attribute("text");
  wf.set_search_attribute("integer", int64_t{43});
  co_await wf.sleep(1s);
}

TEST(SearchAttributes, EachKindIsSetAndThoseSetTogetherAreOneDecision) {
  Story story(sets_each_kind);
  story.started(payload(std::string("Ann")));
  EXPECT_EQ(describe(story.decide()),
            "UpsertSearchAttributes(flag=flag: true integer=integer: 42 number=number: 0.5 text=text: \"Ann\" "
            "time=time { seconds: 1 nanos: 500000000 } word=text: \"eu\")\nStartTimer(1 1000ms)");
  story.timer_fired("1");
  EXPECT_EQ(describe(story.decide()), "UpsertSearchAttributes(-text integer=integer: 43)\nStartTimer(2 1000ms)");
  story.timer_fired("2");
  EXPECT_EQ(describe(story.decide()), "Complete()");
  EXPECT_FALSE(story.check(sets_each_kind)) << "the whole history replays";
}

TEST(SearchAttributes, TheLastWordOnANameCounts) {
  Story story([](Workflow wf) -> Task<> {
    wf.set_search_attribute("state", "packed");
    wf.remove_search_attribute("state");
    wf.remove_search_attribute("region");
    wf.set_search_attribute("region", "eu");
    wf.set_search_attribute("step", 1);
    wf.set_search_attribute("step", 2);
    co_await wf.sleep(1s);
  });
  story.started();
  EXPECT_EQ(describe(story.decide()), "UpsertSearchAttributes(-state region=text: \"eu\" step=integer: 2)\nStartTimer(1 1000ms)");
}

TEST(SearchAttributes, AnotherDecisionInBetweenKeepsThemApartAndSoDoesTheirNumber) {
  Story story([](Workflow wf) -> Task<> {
    wf.set_search_attribute("state", "packed");
    auto timer = wf.sleep(1s);
    for (int i = 0; i < 21; ++i) wf.set_search_attribute("name" + std::to_string(i), i);
    co_await timer;
  });
  story.started();
  const Answer& answer = story.decide();
  ASSERT_EQ(answer.decisions_size(), 4);
  EXPECT_EQ(answer.decisions(2).upsert_search_attributes().search_attributes_size(), 20);
  EXPECT_EQ(answer.decisions(3).upsert_search_attributes().search_attributes_size(), 1);
}

TEST(SearchAttributes, OnesThatAreRefusedChangeNothing) {
  Story story([](Workflow wf) -> Task<> {
    wf.set_search_attribute("state", "packed");
    co_await wf.sleep(1s);
  });
  story.started();
  story.refused = {"upsert_search_attributes"};
  story.decide();
  EXPECT_EQ(describe(story.decide()), "");
  story.timer_fired("1");
  EXPECT_EQ(describe(story.decide()), "Complete()");
}

TEST(SearchAttributes, OtherNamesAreNamed) {
  Story story([](Workflow wf) -> Task<> {
    wf.set_search_attribute("state", "packed");
    wf.remove_search_attribute("region");
    co_await wf.sleep(1s);
  });
  story.started();
  story.decide();
  const int line = __LINE__ + 2;
  const auto other = story.check([](Workflow wf) -> Task<> {
    wf.set_search_attribute("status", "packed");
    co_await wf.sleep(1s);
  });
  ASSERT_TRUE(other);
  EXPECT_EQ(other->reason, "NONDETERMINISM");
  EXPECT_THAT(other->message, AllOf(HasSubstr("event 5: the history says SearchAttributesUpserted(-region, state)"),
                                    HasSubstr("UpsertSearchAttributes(status)"),
                                    HasSubstr("search_attribute_test.cc:" + std::to_string(line))));
  const auto none = story.check([](Workflow wf) -> Task<> { co_await wf.sleep(1s); });
  ASSERT_TRUE(none);
  EXPECT_THAT(none->message, HasSubstr("StartTimer(1)"));
}

}  // namespace
}  // namespace baton::testing
