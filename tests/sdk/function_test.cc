// Calls of functions from workflow code.
#include <gmock/gmock.h>

#include "baton/workflow.h"
#include "story.h"

namespace baton::testing {
namespace {

using namespace std::chrono_literals;
using ::testing::AllOf;
using ::testing::HasSubstr;

constexpr Function<std::string(std::string)> resize{"resize"};
constexpr Function<std::string(std::string)> rotate{"rotate"};
constexpr Function<void()> warm{"warm"};

Task<std::string> resizes(Workflow wf) { co_return co_await wf.call_function(resize, std::string("picture")); }

TEST(FunctionCall, ItsResultIsAwaited) {
  Story story(resizes);
  story.started();
  EXPECT_EQ(describe(story.decide()), "ScheduleLambdaFunction(1 resize picture)");
  story.function_started("1");
  story.function_completed("1", payload(std::string("small")));
  EXPECT_EQ(describe(story.decide()), "Complete(small)");
  EXPECT_FALSE(story.check(resizes)) << "the whole history replays";
}

TEST(FunctionCall, OptionsAreInItsDecision) {
  Story story([](Workflow wf) -> Task<> { co_await wf.call_function(warm, {.start_to_close = 5s, .id = "w", .control = "note"}); });
  story.started();
  const auto attributes = story.decide().decisions(0).schedule_lambda_function();
  EXPECT_EQ(attributes.id(), "w");
  EXPECT_EQ(attributes.start_to_close_timeout().after().seconds(), 5);
  EXPECT_EQ(attributes.control(), "note");
  EXPECT_FALSE(attributes.has_input());
}

TEST(FunctionCall, EachFailureSaysWhatItIs) {
  const auto tell_story = [](auto end) {
    Story story([](Workflow wf) -> Task<std::string> {
      auto call = wf.call_function(resize, std::string("picture"));
      const auto outcome = co_await call.outcome();
      if (outcome.ok()) co_return *outcome;
      const FunctionFailed& failure = outcome.failure();
      co_return std::string(failure.what()) + "; " + (failure.details() ? failure.details()->data : "");
    });
    story.started();
    end(story);
    return describe(story.decide());
  };
  EXPECT_EQ(tell_story([](Story& story) {
              story.decide();
              story.function_started("1");
              story.function_failed("1", "Unhandled", payload(std::string("stack")));
            }),
            "Complete(function resize (id 1) failed: Unhandled; stack)");
  EXPECT_EQ(tell_story([](Story& story) {
              story.decide();
              story.function_started("1");
              story.function_timed_out("1");
            }),
            "Complete(function resize (id 1) timed out: START_TO_CLOSE; )");
  EXPECT_EQ(tell_story([](Story& story) {
              story.decide();
              story.function_not_called("1", "no role");
            }),
            "Complete(function resize (id 1) could not be called: ASSUME_ROLE_FAILED; no role)");
  EXPECT_EQ(tell_story([](Story& story) {
              story.refused = {"schedule_lambda_function"};
              story.decide();
              story.refused.clear();
            }),
            "Complete(function resize (id 1) could not be scheduled: OPEN_LAMBDA_FUNCTIONS_LIMIT_EXCEEDED; )");
}

TEST(FunctionCall, AnUncaughtFailureFailsTheExecutionInItsWords) {
  Story story(resizes);
  story.started();
  story.decide();
  story.function_failed("1", "Unhandled", payload(std::string("stack")));
  EXPECT_EQ(describe(story.decide()), "Fail(Unhandled: stack <- function resize (id 1) failed: Unhandled)");
}

TEST(FunctionCall, AnotherFunctionIsNamed) {
  Story story(resizes);
  story.started();
  story.decide();
  const int line = __LINE__ + 1;
  const auto other = story.check([](Workflow wf) -> Task<> { co_await wf.call_function(rotate, std::string("picture")); });
  ASSERT_TRUE(other);
  EXPECT_EQ(other->reason, "NONDETERMINISM");
  EXPECT_THAT(other->message, AllOf(HasSubstr("event 5: the history says LambdaFunctionScheduled(1, resize)"),
                                    HasSubstr("the code called rotate as function 1"), HasSubstr("function_test.cc:" + std::to_string(line))));
  const auto timer = story.check([](Workflow wf) -> Task<> { co_await wf.sleep(1s); });
  ASSERT_TRUE(timer);
  EXPECT_THAT(timer->message, HasSubstr("StartTimer(1)"));
}

}  // namespace
}  // namespace baton::testing
