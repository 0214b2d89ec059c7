// Signals and cancel requests from workflow code to other executions, and to children.
#include <gmock/gmock.h>

#include "baton/workflow.h"
#include "story.h"

namespace baton::testing {
namespace {

using namespace std::chrono_literals;
using ::testing::AllOf;
using ::testing::HasSubstr;

constexpr Signal<std::string> approved{"approved"};
constexpr Signal<void> poke{"poke"};
constexpr WorkflowType<std::string(std::string)> deliver{"deliver", "1"};

Task<std::string> signals_another(Workflow wf) {
  const Execution other{"order-18", "0191-run"};
  std::string words = "delivered";
  try {
    co_await wf.signal(other, approved, "by Ann");
  } catch (const DeliveryFailed& failed) {
    words = std::string(failed.what()) + "; " + failed.target().workflow_id + ", " + failed.cause();
  }
  co_return words;
}

TEST(Delivery, ASignalIsAwaitedUntilItIsInTheOtherHistory) {
  Story story(signals_another);
  story.started();
  EXPECT_EQ(describe(story.decide()), "SignalExternalWorkflowExecution(order-18/0191-run approved by Ann)");
  story.signaled("something else");
  EXPECT_EQ(describe(story.decide()), "");
  story.delivered("order-18");
  EXPECT_EQ(describe(story.decide()), "Complete(delivered)");
  EXPECT_FALSE(story.check(signals_another)) << "the whole history replays";
}

TEST(Delivery, ASignalThatReachesNobodySaysWhy) {
  Story story(signals_another);
  story.started();
  story.decide();
  story.not_delivered("order-18");
  EXPECT_EQ(describe(story.decide()),
            "Complete(signal approved to order-18 was not delivered: UNKNOWN_EXTERNAL_WORKFLOW_EXECUTION; order-18, "
            "UNKNOWN_EXTERNAL_WORKFLOW_EXECUTION)");
}

Task<std::string> cancels_another(Workflow wf) {
  const Execution other{"order-18", ""};
  auto request = wf.request_cancel(other);
  const auto outcome = co_await request.outcome();
  co_return outcome.ok() ? "asked" : outcome.failure().what();
}

TEST(Delivery, ACancelRequestIsDeliveredOrNot) {
  Story delivered(cancels_another);
  delivered.started();
  EXPECT_EQ(describe(delivered.decide()), "RequestCancelExternalWorkflowExecution(order-18)");
  delivered.delivered("order-18");
  EXPECT_EQ(describe(delivered.decide()), "Complete(asked)");

  Story lost(cancels_another);
  lost.started();
  lost.decide();
  lost.not_delivered("order-18");
  EXPECT_EQ(describe(lost.decide()),
            "Complete(the cancel request to order-18 was not delivered: UNKNOWN_EXTERNAL_WORKFLOW_EXECUTION)");
}

TEST(Delivery, OneThatNobodyCatchesFailsTheExecutionAndOneThatIsDroppedDoesNot) {
  Story uncaught([](Workflow wf) -> Task<> {
    const Execution other{"order-18", ""};
    co_await wf.signal(other, poke);
  });
  uncaught.started();
  EXPECT_EQ(describe(uncaught.decide()), "SignalExternalWorkflowExecution(order-18 poke )");
  uncaught.not_delivered("order-18");
  EXPECT_THAT(describe(uncaught.decide()), HasSubstr("Fail(signal poke to order-18 was not delivered"));

  Story dropped([](Workflow wf) -> Task<> {
    const Execution other{"order-18", ""};
    wf.signal(other, poke);
    co_await wf.sleep(1s);
  });
  dropped.started();
  dropped.decide();
  dropped.not_delivered("order-18");
  EXPECT_EQ(describe(dropped.decide()), "");
  dropped.timer_fired("1");
  EXPECT_EQ(describe(dropped.decide()), "Complete()");
}

TEST(Delivery, SeveralToOneExecutionEndEachForItself) {
  Story story([](Workflow wf) -> Task<> {
    const Execution other{"order-18", ""};
    auto first = wf.signal(other, approved, "a");
    auto second = wf.signal(other, approved, "b");
    co_await wf.all(first, second);
  });
  story.started();
  EXPECT_EQ(story.decide().decisions_size(), 2);
  story.delivered("order-18");
  EXPECT_EQ(describe(story.decide()), "");
  story.add()->mutable_external_workflow_execution_signaled()->set_initiated_event_id(5);
  EXPECT_EQ(describe(story.decide()), "Complete()");
}

Task<std::string> tells_its_child(Workflow wf) {
  auto child = wf.start_child(deliver, std::string("parcel"), {.workflow_id = "parcel-9"});
  auto word = wf.signal(child, approved, "ring twice");
  auto end = wf.request_cancel(child);
  const auto word_outcome = co_await word.outcome();
  const auto end_outcome = co_await end.outcome();
  std::string words = word_outcome.ok() ? "told" : word_outcome.failure().cause();
  words += end_outcome.ok() ? ", asked" : ", " + end_outcome.failure().cause();
  co_return words;
}

TEST(Delivery, WhatIsForAChildWaitsForItsStart) {
  Story story(tells_its_child);
  story.started();
  EXPECT_EQ(describe(story.decide()), "StartChildWorkflowExecution(parcel-9 deliver parcel)");
  story.child_started("parcel-9");
  EXPECT_EQ(describe(story.decide()),
            "SignalExternalWorkflowExecution(parcel-9 approved ring twice)\nRequestCancelExternalWorkflowExecution(parcel-9)");
  story.add()->mutable_external_workflow_execution_signaled()->set_initiated_event_id(10);
  story.delivered("parcel-9");
  EXPECT_EQ(describe(story.decide()), "Complete(told, asked)");
}

TEST(Delivery, WhatIsForAChildThatNeverBeganIsNotSent) {
  Story story(tells_its_child);
  story.started();
  story.decide();
  story.child_refused("parcel-9");
  EXPECT_EQ(describe(story.decide()), "Complete(UNKNOWN_EXTERNAL_WORKFLOW_EXECUTION, UNKNOWN_EXTERNAL_WORKFLOW_EXECUTION)");
}

TEST(Delivery, AChildThatRunsIsToldAtOnce) {
  Story story([](Workflow wf) -> Task<> {
    auto child = wf.start_child(deliver, std::string("parcel"));
    co_await child.started();
    co_await wf.signal(child, approved, "go");
    co_await wf.request_cancel(child);
    co_await child.outcome();
  });
  story.started();
  story.decide();
  story.child_started("0190-run:1");
  EXPECT_EQ(describe(story.decide()), "SignalExternalWorkflowExecution(0190-run:1 approved go)");
  story.delivered("0190-run:1");
  EXPECT_EQ(describe(story.decide()), "RequestCancelExternalWorkflowExecution(0190-run:1)");
  story.delivered("0190-run:1");
  story.child_canceled("0190-run:1");
  EXPECT_EQ(describe(story.decide()), "Complete()");
}

// --- code that is not the code that made the history ---

template <class F>
std::string complaint(F workflow) {
  Story story(signals_another);
  story.started();
  story.decide();
  EXPECT_FALSE(story.check(signals_another)) << "the code that made it fits";
  const auto failure = story.check(workflow);
  if (!failure) return "no complaint";
  EXPECT_EQ(failure->reason, "NONDETERMINISM");
  return failure->message;
}

TEST(Delivery, AnotherSignalIsNamed) {
  const int line = __LINE__ + 3;
  const std::string message = complaint([](Workflow wf) -> Task<> {
    const Execution other{"order-18", "0191-run"};
    co_await wf.signal(other, poke);
  });
  EXPECT_THAT(message, AllOf(HasSubstr("event 5: the history says SignalExternalWorkflowExecutionInitiated(approved, order-18)"),
                             HasSubstr("SignalExternalWorkflowExecution(poke, order-18)"),
                             HasSubstr("delivery_test.cc:" + std::to_string(line))));
}

TEST(Delivery, AnotherRunOfTheTargetIsNamed) {
  const int line = __LINE__ + 3;
  const std::string message = complaint([](Workflow wf) -> Task<> {
    const Execution other{"order-18", "0192-run"};
    co_await wf.signal(other, approved, "by Ann");
  });
  EXPECT_THAT(message, AllOf(HasSubstr("event 5"), HasSubstr("the code meant run \"0192-run\""),
                             HasSubstr("delivery_test.cc:" + std::to_string(line))));
}

TEST(Delivery, ACancelRequestInPlaceOfASignalIsNamed) {
  const std::string message = complaint([](Workflow wf) -> Task<> {
    const Execution other{"order-18", "0191-run"};
    co_await wf.request_cancel(other);
  });
  EXPECT_THAT(message, HasSubstr("RequestCancelExternalWorkflowExecution(order-18)"));
}

}  // namespace
}  // namespace baton::testing
