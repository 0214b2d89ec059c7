// Child workflows in workflow code: their start, their end, and code that is not the code that started them.
#include <gmock/gmock.h>

#include "baton/workflow.h"
#include "story.h"

namespace baton::testing {
namespace {

using namespace std::chrono_literals;
using ::testing::AllOf;
using ::testing::HasSubstr;

constexpr Activity<void(std::string)> tell{"tell", "1"};
constexpr WorkflowType<std::string(std::string)> deliver{"deliver", "1"};
constexpr WorkflowType<std::string(std::string)> deliver_2{"deliver", "2"};
constexpr WorkflowType<int()> count{"count", "1"};

Task<std::string> one_child(Workflow wf) { co_return co_await wf.start_child(deliver, std::string("parcel")); }

TEST(Child, ItsResultIsAwaited) {
  Story story(one_child);
  story.started();
  EXPECT_EQ(describe(story.decide()), "StartChildWorkflowExecution(0190-run:1 deliver parcel)");
  story.child_started("0190-run:1");
  EXPECT_EQ(describe(story.decide()), "");
  story.child_completed("0190-run:1", payload(std::string("at the door")));
  EXPECT_EQ(describe(story.decide()), "Complete(at the door)");
  EXPECT_FALSE(story.check(one_child)) << "the whole history replays";
}

TEST(Child, OptionsAreInItsDecision) {
  Story story([](Workflow wf, std::string tag) -> Task<int> {
    const int value = co_await wf.start_child(count, {.workflow_id = "counter",
                                                      .execution_start_to_close = 1h,
                                                      .task_start_to_close = 5s,
                                                      .task_list = "fast",
                                                      .child_policy = ChildPolicy::kAbandon,
                                                      .priority = 7,
                                                      .tags = {"eu", tag},
                                                      .control = "note",
                                                      .lambda_role = "caller"});
    co_return value;
  });
  story.started(payload(std::string("large")));
  const auto attributes = story.decide().decisions(0).start_child_workflow_execution();
  EXPECT_EQ(attributes.workflow_id(), "counter");
  EXPECT_EQ(attributes.workflow_type().version(), "1");
  EXPECT_FALSE(attributes.has_input());
  EXPECT_EQ(attributes.execution_start_to_close_timeout().after().seconds(), 3600);
  EXPECT_EQ(attributes.task_start_to_close_timeout().after().seconds(), 5);
  EXPECT_EQ(attributes.task_list().name(), "fast");
  EXPECT_EQ(attributes.child_policy(), v1::CHILD_POLICY_ABANDON);
  EXPECT_EQ(attributes.task_priority(), 7);
  EXPECT_THAT(attributes.tag_list(), ::testing::ElementsAre("eu", "large"));
  EXPECT_EQ(attributes.control(), "note");
  EXPECT_EQ(attributes.lambda_role(), "caller");
  story.child_started("counter");
  story.child_completed("counter", payload(3));
  EXPECT_EQ(describe(story.decide()), "Complete(3)");
}

TEST(Child, SeveralRunBesideEachOtherWithIdsOfTheirOwn) {
  Story story([](Workflow wf) -> Task<std::string> {
    std::vector<Child<std::string>> children;
    for (const char* what : {"a", "b"}) children.push_back(wf.start_child(deliver, std::string(what)));
    co_await wf.all(children);
    std::string words;
    for (auto& child : children) words += co_await child;
    co_return words;
  });
  story.started();
  EXPECT_EQ(describe(story.decide()), "StartChildWorkflowExecution(0190-run:1 deliver a)\nStartChildWorkflowExecution(0190-run:2 deliver b)");
  story.child_started("0190-run:2");
  story.child_completed("0190-run:2", payload(std::string("two")));
  story.child_started("0190-run:1");
  story.decide();
  story.child_completed("0190-run:1", payload(std::string("one")));
  EXPECT_EQ(describe(story.decide()), "Complete(onetwo)");
}

TEST(Child, ItsExecutionIsKnownOnceItHasStarted) {
  Story story([](Workflow wf) -> Task<std::string> {
    auto child = wf.start_child(deliver, std::string("parcel"), {.workflow_id = "parcel-9"});
    const Execution started = co_await child.started();
    co_await wf.schedule(tell, started.workflow_id + " " + started.run_id);
    co_return child.execution().run_id + (child.ready() ? " ended" : " runs");
  });
  story.started();
  story.decide();
  story.child_started("parcel-9");
  EXPECT_EQ(describe(story.decide()), "ScheduleActivityTask(1 tell parcel-9 parcel-9-run)");
  story.activity_completed("1");
  EXPECT_EQ(describe(story.decide()), "Complete(parcel-9-run runs)");
}

TEST(Child, ItsFailureFailsTheParentInItsWords) {
  Story story(one_child);
  story.started();
  story.decide();
  story.child_started("0190-run:1");
  story.child_failed("0190-run:1", "nobody at home", payload(std::string("rang twice")));
  EXPECT_EQ(describe(story.decide()), "Fail(nobody at home: rang twice <- child workflow deliver (0190-run:1) failed: nobody at home)");
}

// What awaiting the child throws, as words.
Task<std::string> what_became_of_it(Workflow wf) {
  auto child = wf.start_child(deliver, std::string("parcel"), {.workflow_id = "parcel-9"});
  std::string words;
  try {
    words = co_await child;
  } catch (const ChildFailed& failed) {
    words = std::string(failed.what()) + "; " + failed.workflow().name + ", " + failed.execution().run_id + ", " + failed.reason();
  }
  const auto outcome = co_await child.outcome();
  words += outcome.ok() ? "; ok" : "; " + std::to_string(static_cast<int>(outcome.failure().kind()));
  co_return words;
}

TEST(Child, EachWayToEndIsTold) {
  const auto tell_story = [](auto end) {
    Story story(what_became_of_it);
    story.started();
    story.decide();
    story.child_started("parcel-9");
    end(story);
    return describe(story.decide());
  };
  EXPECT_EQ(tell_story([](Story& story) { story.child_failed("parcel-9", "rain"); }),
            "Complete(child workflow deliver (parcel-9) failed: rain; deliver, parcel-9-run, rain; 0)");
  EXPECT_EQ(tell_story([](Story& story) { story.child_timed_out("parcel-9"); }),
            "Complete(child workflow deliver (parcel-9) timed out: START_TO_CLOSE; deliver, parcel-9-run, START_TO_CLOSE; 1)");
  EXPECT_EQ(tell_story([](Story& story) { story.child_canceled("parcel-9"); }),
            "Complete(child workflow deliver (parcel-9) was canceled; deliver, parcel-9-run, ; 2)");
  EXPECT_EQ(tell_story([](Story& story) { story.child_terminated("parcel-9"); }),
            "Complete(child workflow deliver (parcel-9) was terminated; deliver, parcel-9-run, ; 3)");
  EXPECT_EQ(tell_story([](Story& story) { story.child_completed("parcel-9", payload(std::string("there"))); }), "Complete(there; ok)");
}

TEST(Child, OneThatCannotBeStartedSaysWhy) {
  Story refused(what_became_of_it);
  refused.started();
  refused.refused = {"start_child_workflow_execution"};
  refused.decide();
  EXPECT_EQ(describe(refused.decide()),
            "Complete(child workflow deliver (parcel-9) could not be started: WORKFLOW_TYPE_DOES_NOT_EXIST; deliver, , "
            "WORKFLOW_TYPE_DOES_NOT_EXIST; 4)");

  Story running(what_became_of_it);
  running.started();
  running.decide();
  running.child_refused("parcel-9");
  EXPECT_THAT(describe(running.decide()), HasSubstr("could not be started: WORKFLOW_ALREADY_RUNNING"));
}

TEST(Child, ItsStartThrowsWhenThereIsNone) {
  Story story([](Workflow wf) -> Task<std::string> {
    auto child = wf.start_child(deliver, std::string("parcel"), {.workflow_id = "parcel-9"});
    const auto& started = co_await child.started();
    co_return started.run_id;
  });
  story.started();
  story.decide();
  story.child_refused("parcel-9");
  EXPECT_THAT(describe(story.decide()), HasSubstr("Fail(child workflow deliver (parcel-9) could not be started: WORKFLOW_ALREADY_RUNNING"));
}

// The history was made by the run that this one was reset from, so the ids in it carry that run's id.
TEST(Child, AfterAResetChildrenKeepTheIdsTheyHad) {
  Story story([](Workflow wf) -> Task<std::string> {
    auto first = wf.start_child(deliver, std::string("a"));
    co_await first.started();
    auto second = wf.start_child(deliver, std::string("b"));
    const std::string one = co_await first;
    co_return one + " " + first.execution().workflow_id + " " + second.execution().workflow_id;
  });
  story.started();
  story.decision_started();
  story.decided(nullptr);
  story.child_initiated("0189-base:1", {"deliver", "1"});
  story.child_started("0189-base:1");
  story.decision_started();
  story.decision_scheduled();
  story.add()->mutable_workflow_execution_reset()->set_new_run_id(story.execution.run_id);
  EXPECT_EQ(describe(story.decide()), "StartChildWorkflowExecution(0190-run:2 deliver b)");
  story.child_completed("0189-base:1", payload(std::string("there")));
  EXPECT_EQ(describe(story.decide()), "Complete(there 0189-base:1 0190-run:2)");
}

// --- code that is not the code that made the history ---

template <class F>
std::string complaint(F workflow) {
  Story story(one_child);
  story.started();
  story.decision_started();
  story.decided(nullptr);
  story.child_initiated("0190-run:1", {"deliver", "1"});
  EXPECT_FALSE(story.check(one_child)) << "the code that made it fits";
  const auto failure = story.check(workflow);
  if (!failure) return "no complaint";
  EXPECT_EQ(failure->reason, "NONDETERMINISM");
  return failure->message;
}

TEST(Child, AnActivityInItsPlaceIsNamed) {
  const int line = __LINE__ + 2;
  const std::string message = complaint([](Workflow wf) -> Task<> {
    co_await wf.schedule(tell, std::string("x"));
  });
  EXPECT_THAT(message, AllOf(HasSubstr("event 5: the history says StartChildWorkflowExecutionInitiated(0190-run:1, deliver/1)"),
                             HasSubstr("ScheduleActivityTask(1)"), HasSubstr("child_test.cc:" + std::to_string(line))));
}

TEST(Child, AnotherVersionIsNamed) {
  const int line = __LINE__ + 2;
  const std::string message = complaint([](Workflow wf) -> Task<> {
    co_await wf.start_child(deliver_2, std::string("x"));
  });
  EXPECT_THAT(message, AllOf(HasSubstr("event 5"), HasSubstr("the code started deliver/2 as child 0190-run:1"),
                             HasSubstr("child_test.cc:" + std::to_string(line))));
}

TEST(Child, AnotherWorkflowIdIsNamed) {
  const int line = __LINE__ + 2;
  const std::string message = complaint([](Workflow wf) -> Task<> {
    co_await wf.start_child(deliver, std::string("x"), {.workflow_id = "parcel-9"});
  });
  EXPECT_THAT(message, AllOf(HasSubstr("StartChildWorkflowExecution(parcel-9)"), HasSubstr("child_test.cc:" + std::to_string(line))));
}

TEST(Child, TheEndOfOneThatIsUnknownIsNamed) {
  Story story(one_child);
  story.started();
  story.decide();
  story.add()->mutable_child_workflow_execution_terminated()->set_initiated_event_id(99);
  const auto failure = story.decide_and_fail();
  EXPECT_EQ(failure.reason, "NONDETERMINISM");
  EXPECT_THAT(failure.message, AllOf(HasSubstr("ChildWorkflowExecutionTerminated"), HasSubstr("refers to nothing that is open")));
}

}  // namespace
}  // namespace baton::testing
