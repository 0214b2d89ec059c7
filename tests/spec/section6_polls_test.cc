// SWF: 6, what a poll gives: the fields of a decision task, the order of delivery, the long poll.
#include <future>

#include "tests/spec/spec_test.h"

namespace baton::testing {
namespace {

class Section6Polls : public SpecTest {
 protected:
  static std::string events_of(const v1::DecisionTask& task) { return text_of({task.events().begin(), task.events().end()}); }
};

// SWF: 6. startedEventId is the id of the DecisionTaskStarted just written: the last event of the history shown.
TEST_F(Section6Polls, StartedEventIdIsTheLastEventShown) {
  start("w");
  signal("w");
  const auto task = poll_decision();
  EXPECT_EQ(task.started_event_id(), 4);
  EXPECT_EQ(events_of(task),
            "1 WorkflowExecutionStarted, 2 DecisionTaskScheduled, 3 WorkflowExecutionSignaled, 4 "
            "DecisionTaskStarted");
}

// SWF: 2. The task names its execution and its type.
TEST_F(Section6Polls, ATaskNamesItsExecutionAndItsType) {
  const std::string run_id = start("w");
  const auto task = poll_decision();
  EXPECT_EQ(text_of(task.workflow_execution()), "workflow_id: \"w\" run_id: \"" + run_id + "\"");
  EXPECT_EQ(text_of(task.workflow_type()), R"(name: "process" version: "1")");
}

// SWF: 6. previousStartedEventId is 0 the first time, then that of the previous task.
TEST_F(Section6Polls, PreviousStartedEventIdIsZeroTheFirstTime) {
  start("w");
  EXPECT_EQ(poll_decision().previous_started_event_id(), 0);
}
TEST_F(Section6Polls, PreviousStartedEventIdIsThatOfThePreviousTask) {
  start("w");
  decide({});
  signal("w");
  EXPECT_EQ(poll_decision().previous_started_event_id(), 3);
}

// SWF: 6. ... of the last completed one: timed-out tasks are skipped.
TEST_F(Section6Polls, PreviousStartedEventIdSkipsTasksThatTimedOut) {
  start("w", "task_start_to_close_timeout { " + after_ms(500) + " }");
  decide({});
  signal("w");
  poll_decision();
  const auto third = poll_decision();
  EXPECT_EQ(history_text("w", 7), "7 DecisionTaskStarted, 8 DecisionTaskTimedOut, 9 DecisionTaskScheduled, 10 DecisionTaskStarted");
  EXPECT_EQ(third.previous_started_event_id(), 3);
}

// SWF: 6. Polls on a list return any workflow type that uses the list.
TEST_F(Section6Polls, AListGivesTasksOfEveryTypeThatUsesIt) {
  ASSERT_EQ(register_workflow_type("report", "7", "default_child_policy: CHILD_POLICY_ABANDON").reason, "OK");
  start("w");
  start("v",
        "workflow_type { name: 'report' version: '7' } task_list { name: 'main' } "
        "execution_start_to_close_timeout { after { seconds: 9 } } "
        "task_start_to_close_timeout { none: true }");
  const std::vector<std::string> names = {poll_decision().workflow_type().name(), poll_decision().workflow_type().name()};
  EXPECT_THAT(names, ::testing::UnorderedElementsAre("process", "report"));
}

// SWF: 2. Pages two and more come from the poll itself, show the same task and never a later event.
TEST_F(Section6Polls, FurtherPagesAreOfTheSameTask) {
  start("w");
  signal("w");
  const auto first = poll_decision("main", "maximum_page_size: 3");
  signal("w");
  const auto second = poll_decision("main", "maximum_page_size: 3 next_page_token: '" + first.next_page_token() + "'");
  EXPECT_EQ(events_of(first), "1 WorkflowExecutionStarted, 2 DecisionTaskScheduled, 3 WorkflowExecutionSignaled");
  EXPECT_EQ(events_of(second), "4 DecisionTaskStarted");
  EXPECT_EQ(second.task_token(), first.task_token());
  EXPECT_EQ(second.started_event_id(), 4);
  EXPECT_EQ(second.next_page_token(), "");
}

// SWF: 2. startAtPreviousStartedEvent: the history begins at the previous DecisionTaskStarted, inclusive.
TEST_F(Section6Polls, AHistoryMayBeginAtThePreviousStartedEvent) {
  start("w");
  decide({});
  signal("w");
  const auto task = poll_decision("main", "start_at_previous_started_event: true");
  EXPECT_EQ(events_of(task), "3 DecisionTaskStarted, 4 DecisionTaskCompleted, 5 WorkflowExecutionSignaled, 6 DecisionTaskScheduled, "
                             "7 DecisionTaskStarted");
}

// SWF: 2. reverseOrder flips the history.
TEST_F(Section6Polls, AHistoryMayBeginWithTheNewestEvent) {
  start("w");
  EXPECT_EQ(events_of(poll_decision("main", "reverse_order: true")),
            "3 DecisionTaskStarted, 2 DecisionTaskScheduled, 1 WorkflowExecutionStarted");
}

// SWF: 6. Delivery order: higher task priority first ...
TEST_F(Section6Polls, DecisionTasksOfHigherPriorityGoFirst) {
  start("low", "task_priority: -1");
  start("normal");
  start("high", "task_priority: 5");
  std::vector<std::string> order;
  for (int i = 0; i < 3; ++i) order.push_back(poll_decision().workflow_execution().workflow_id());
  EXPECT_THAT(order, ::testing::ElementsAre("high", "normal", "low"));
}
TEST_F(Section6Polls, ActivityTasksOfHigherPriorityGoFirst) {
  start("w");
  decide({schedule("low", "task_priority: -1"), schedule("normal"), schedule("high", "task_priority: 5")});
  std::vector<std::string> order;
  for (int i = 0; i < 3; ++i) order.push_back(poll_activity().activity_id());
  EXPECT_THAT(order, ::testing::ElementsAre("high", "normal", "low"));
}

// SWF: 6. ... then by the time they were scheduled.
TEST_F(Section6Polls, TasksOfOnePriorityGoInTheOrderTheyWereScheduled) {
  start("w");
  decide({schedule("first"), schedule("second"), schedule("third")});
  std::vector<std::string> order;
  for (int i = 0; i < 3; ++i) order.push_back(poll_activity().activity_id());
  EXPECT_THAT(order, ::testing::ElementsAre("first", "second", "third"));
}

// SWF: 14, 28. A workflow's priority is that of its own decision tasks.
TEST_F(Section6Polls, APriorityIsShownOnTheDecisionTask) {
  start("w", "task_priority: 5");
  EXPECT_EQ(event("w", 2).decision_task_scheduled().task_priority(), 5);
}

// SWF: 6, long poll. A poll is held until a task comes.
TEST_F(Section6Polls, APollIsHeldUntilATaskComes) {
  auto decision = std::async(std::launch::async, [this] { return poll_decision(); });
  start("w");
  auto activity = std::async(std::launch::async, [this] { return poll_activity(); });
  answer(decision.get(), {schedule("a")});
  EXPECT_EQ(activity.get().activity_id(), "a");
}

// SWF: 6, long poll. There is no acknowledgement: a task that a client lost is not handed out again before its timeout.
TEST_F(Section6Polls, ATaskLostOnTheWayIsLostUntilItsTimeout) {
  start("w", "task_start_to_close_timeout { " + after_ms(50) + " }");
  const auto lost = poll_decision();
  const auto found = poll_decision();
  EXPECT_EQ(lost.started_event_id(), 3);
  EXPECT_EQ(found.started_event_id(), 6);
  EXPECT_EQ(history_text("w", 3), "3 DecisionTaskStarted, 4 DecisionTaskTimedOut, 5 DecisionTaskScheduled, 6 DecisionTaskStarted");
}

// SWF: 3 and 6. A poll that finds nothing ends after 60 s, with an empty token.
TEST(Section6LongPoll, IsHeldForSixtySecondsUnlessTheLimitsSayOtherwise) { EXPECT_EQ(core::Limits{}.long_poll_ms, 60'000); }

class Section6ShortLongPoll : public SpecTest {
 protected:
  static constexpr auto kHeldFor = std::chrono::milliseconds(50);
  static core::Limits short_poll() {
    core::Limits limits;
    limits.long_poll_ms = kHeldFor.count();
    return limits;
  }
  Section6ShortLongPoll() : SpecTest("", short_poll()) {}
};
TEST_F(Section6ShortLongPoll, ADecisionPollThatFoundNothingEndsWithAnEmptyToken) {
  v1::PollForDecisionTaskRequest request;
  merge("domain: 'orders' task_list { name: 'main' }", &request);
  v1::PollForDecisionTaskResponse response;
  const auto begun = std::chrono::steady_clock::now();
  ASSERT_TRUE(call(*deciders_, &Deciders::PollForDecisionTask, request, &response).ok());
  EXPECT_GE(std::chrono::steady_clock::now() - begun, kHeldFor);
  EXPECT_EQ(text_of(response.task()), "");
}
TEST_F(Section6ShortLongPoll, AnActivityPollThatFoundNothingEndsWithAnEmptyToken) {
  v1::PollForActivityTaskRequest request;
  merge("domain: 'orders' task_list { name: 'main' }", &request);
  v1::PollForActivityTaskResponse response;
  const auto begun = std::chrono::steady_clock::now();
  ASSERT_TRUE(call(*workers_, &Workers::PollForActivityTask, request, &response).ok());
  EXPECT_GE(std::chrono::steady_clock::now() - begun, kHeldFor);
  EXPECT_EQ(text_of(response.task()), "");
}

}  // namespace
}  // namespace baton::testing
