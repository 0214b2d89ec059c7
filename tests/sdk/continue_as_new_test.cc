// Runs that go on as the next one.
#include <gmock/gmock.h>

#include "baton/workflow.h"
#include "story.h"

namespace baton::testing {
namespace {

using namespace std::chrono_literals;
using ::testing::AllOf;
using ::testing::HasSubstr;

// Story's runs are of type test/1.
constexpr WorkflowType<int(int)> test{"test", "1"};
constexpr WorkflowType<int(int)> test_2{"test", "2"};
constexpr WorkflowType<void()> other{"other", "1"};
constexpr Activity<void()> ping{"ping", "1"};

Task<int> counts(Workflow wf, int from) {
  co_await wf.sleep(1s);
  if (from == 3) co_return from;
  throw wf.continue_as_new(test, from + 1);
}

TEST(ContinueAsNew, TheNextRunHasItsInputAndVersion) {
  Story story(counts);
  story.started(payload(1));
  story.decide();
  story.timer_fired("1");
  EXPECT_EQ(describe(story.decide()), "ContinueAsNew(1 2)");
  EXPECT_FALSE(story.check(counts)) << "the whole history replays";
}

TEST(ContinueAsNew, OptionsAreInItsDecision) {
  Story story([](Workflow wf) -> Task<> {
    co_await wf.sleep(1s);
    throw wf.continue_as_new(test_2, 7,
                             {.execution_start_to_close = 1h,
                              .task_start_to_close = 5s,
                              .task_list = "fast",
                              .child_policy = ChildPolicy::kRequestCancel,
                              .priority = 7,
                              .tags = {"eu"},
                              .lambda_role = "caller"});
  });
  story.started();
  story.decide();
  story.timer_fired("1");
  const auto attributes = story.decide().decisions(0).continue_as_new_workflow_execution();
  EXPECT_EQ(attributes.input().data(), "7");
  EXPECT_EQ(attributes.workflow_type_version(), "2");
  EXPECT_EQ(attributes.execution_start_to_close_timeout().after().seconds(), 3600);
  EXPECT_EQ(attributes.task_start_to_close_timeout().after().seconds(), 5);
  EXPECT_EQ(attributes.task_list().name(), "fast");
  EXPECT_EQ(attributes.child_policy(), v1::CHILD_POLICY_REQUEST_CANCEL);
  EXPECT_EQ(attributes.task_priority(), 7);
  EXPECT_THAT(attributes.tag_list(), ::testing::ElementsAre("eu"));
  EXPECT_EQ(attributes.lambda_role(), "caller");
}

Task<> goes_on(Workflow wf) {
  co_await wf.schedule(ping);
  throw wf.continue_as_new(test, 1);
}

TEST(ContinueAsNew, FromAnyDepthAndNoExceptionHandlerSwallowsIt) {
  Story story([](Workflow wf) -> Task<std::string> {
    std::string caught = "nothing";
    try {
      co_await goes_on(wf);
    } catch (const std::exception& error) {
      caught = error.what();
    }
    co_return caught;
  });
  story.started();
  story.decide();
  story.activity_completed("1");
  EXPECT_EQ(describe(story.decide()), "ContinueAsNew(1 1)");
}

TEST(ContinueAsNew, AsAnotherTypeIsADefectOfTheCode) {
  const int line = __LINE__ + 3;
  Story story([](Workflow wf) -> Task<> {
    co_await wf.sleep(1s);
    throw wf.continue_as_new(other);
  });
  story.started();
  story.decide();
  story.timer_fired("1");
  const auto failure = story.decide_and_fail();
  EXPECT_EQ(failure.reason, "EXCEPTION");
  EXPECT_THAT(failure.message, AllOf(HasSubstr("a test cannot continue as a other"), HasSubstr("continue_as_new_test.cc:" + std::to_string(line))));
}

TEST(ContinueAsNew, OneThatIsRefusedIsDecidedAgainAfterGrowingWaits) {
  Story story(goes_on);
  story.started();
  story.decide();
  story.activity_completed("1");
  story.refused = {"continue_as_new_workflow_execution"};
  EXPECT_EQ(describe(story.decide()), "ContinueAsNew(1 1)");
  EXPECT_EQ(describe(story.decide()), "StartTimer(1 1000ms)");
  story.signaled("x");
  EXPECT_EQ(describe(story.decide()), "") << "it still waits";
  story.timer_fired("1");
  EXPECT_EQ(describe(story.decide()), "ContinueAsNew(1 1)");
  EXPECT_EQ(describe(story.decide()), "StartTimer(2 2000ms)");
  story.timer_fired("2");
  story.refused.clear();
  EXPECT_EQ(describe(story.decide()), "ContinueAsNew(1 1)");
}

TEST(ContinueAsNew, NewEventsInItsWayAreSeenFirst) {
  Story story(goes_on);
  story.started();
  story.decide();
  story.activity_completed("1");
  story.decision_started();
  story.signaled("x");
  story.decided(nullptr);
  story.add()->mutable_continue_as_new_workflow_execution_failed()->set_cause(
      v1::CONTINUE_AS_NEW_WORKFLOW_EXECUTION_FAILED_CAUSE_UNHANDLED_DECISION);
  EXPECT_EQ(describe(story.decide()), "ContinueAsNew(1 1)");
}

TEST(ContinueAsNew, AnotherEndInItsPlaceIsNamed) {
  Story story(goes_on);
  story.started();
  story.decide();
  story.activity_completed("1");
  story.decide();
  const auto completes = story.check([](Workflow wf) -> Task<> { co_await wf.schedule(ping); });
  ASSERT_TRUE(completes);
  EXPECT_EQ(completes->reason, "NONDETERMINISM");
  EXPECT_THAT(completes->message, AllOf(HasSubstr("event 10: the history says WorkflowExecutionContinuedAsNew"),
                                        HasSubstr("CompleteWorkflowExecution"), HasSubstr("the end of the workflow function")));

  Story completed([](Workflow wf) -> Task<> { co_await wf.schedule(ping); });
  completed.started();
  completed.decide();
  completed.activity_completed("1");
  completed.decide();
  const auto continues = completed.check(goes_on);
  ASSERT_TRUE(continues);
  EXPECT_THAT(continues->message, AllOf(HasSubstr("WorkflowExecutionCompleted"), HasSubstr("ContinueAsNewWorkflowExecution"),
                                        HasSubstr("continue_as_new_test.cc:")));
}

}  // namespace
}  // namespace baton::testing
