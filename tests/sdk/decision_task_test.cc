// The plain level: what a decision task says of its history, and what decisions become.
#include "baton/decision_task.h"

#include <gmock/gmock.h>
#include <google/protobuf/text_format.h>

#include "decisions.h"
#include "story.h"

namespace baton::testing {
namespace {

using namespace std::chrono_literals;
using ::testing::ElementsAre;
using ::testing::IsEmpty;

constexpr Signal<int> more{"more"};

class DecisionTaskTest : public ::testing::Test {
 protected:
  // The task of the latest DecisionTaskStarted, or of everything so far.
  DecisionTask task(int64_t previous = 0) const {
    auto storage = std::make_shared<Events>(history_.events());
    std::vector<HistoryEvent> events;
    for (const auto& event : *storage) events.emplace_back(&event);
    return {Story::kExecution, Story::kType, History(storage, std::move(events)), history_.last_id(), previous, false};
  }
  // Adds an event in text form, "timer_canceled { timer_id: 't' started_event_id: 2 }".
  void add(const std::string& attributes) {
    EXPECT_TRUE(google::protobuf::TextFormat::MergeFromString(attributes, history_.add())) << attributes;
  }

  HistoryBuilder history_;
};

TEST_F(DecisionTaskTest, TheInputIsTheExecutions) {
  history_.started(payload(17));
  EXPECT_EQ(task().input<int>(), 17);
  EXPECT_THROW(task().input<std::vector<int>>(), PayloadError);
}

TEST_F(DecisionTaskTest, WhatWasNeverBegunIsNothing) {
  history_.started();
  EXPECT_FALSE(task().activity("a"));
  EXPECT_FALSE(task().timer("a"));
  EXPECT_FALSE(task().child("a"));
  EXPECT_FALSE(task().function("a"));
}

TEST_F(DecisionTaskTest, AnActivityIsOpenUntilItEnds) {
  history_.activity_scheduled("a", {"act", "1"});
  history_.activity_scheduled("b", {"act", "2"});
  EXPECT_TRUE(task().activity("a")->open());
  EXPECT_FALSE(task().activity("a")->started());
  history_.activity_started("a");
  EXPECT_TRUE(task().activity("a")->open());
  EXPECT_TRUE(task().activity("a")->started());
  EXPECT_FALSE(task().activity("b")->started());
  EXPECT_FALSE(task().activity("a")->ended());
  EXPECT_THROW(task().activity("a")->result<int>(), std::logic_error);
  history_.activity_completed("a", payload(5));
  const DecisionTask now = task();
  const auto done = now.activity("a");
  EXPECT_EQ(done->status(), StepStatus::kCompleted);
  EXPECT_TRUE(done->started());
  EXPECT_EQ(done->result<int>(), 5);
  EXPECT_EQ(done->reason(), "");
  EXPECT_EQ(done->begun().activity_type(), (TypeName{"act", "1"}));
  EXPECT_EQ(done->ended()->type(), EventType::kActivityTaskCompleted);
  EXPECT_TRUE(now.activity("b")->open());
}

TEST_F(DecisionTaskTest, AnActivitySaysWhyItDidNotComplete) {
  for (const char* id : {"failed", "late", "stopped"}) history_.activity_scheduled(id, {"act", "1"});
  history_.activity_failed("failed", "NO_LUCK", payload(1));
  history_.activity_timed_out("late", v1::ACTIVITY_TASK_TIMEOUT_TYPE_HEARTBEAT);
  history_.activity_canceled("stopped");
  add("schedule_activity_task_failed { activity_id: 'refused' cause: SCHEDULE_ACTIVITY_TASK_FAILED_CAUSE_ACTIVITY_TYPE_DEPRECATED }");
  const DecisionTask now = task();
  EXPECT_EQ(now.activity("failed")->status(), StepStatus::kFailed);
  EXPECT_EQ(now.activity("failed")->reason(), "NO_LUCK");
  EXPECT_EQ(from_payload<int>(now.activity("failed")->ended()->details()), 1);
  EXPECT_EQ(now.activity("late")->status(), StepStatus::kTimedOut);
  EXPECT_EQ(now.activity("late")->reason(), "HEARTBEAT");
  EXPECT_EQ(now.activity("stopped")->status(), StepStatus::kCanceled);
  EXPECT_EQ(now.activity("stopped")->reason(), "");
  EXPECT_EQ(now.activity("refused")->status(), StepStatus::kRefused);
  EXPECT_EQ(now.activity("refused")->reason(), "ACTIVITY_TYPE_DEPRECATED");
  EXPECT_EQ(now.activity("refused")->begun().id(), now.activity("refused")->ended()->id());
}

TEST_F(DecisionTaskTest, TheLatestActivityOfAnIdCounts) {
  history_.activity_scheduled("a", {"act", "1"});
  history_.activity_failed("a", "NO_LUCK");
  history_.activity_scheduled("a", {"act", "1"});
  EXPECT_TRUE(task().activity("a")->open());
  EXPECT_EQ(task().activity("a")->begun().id(), 3);
  // Of an id that is open a second one is refused, which ends nothing.
  add("schedule_activity_task_failed { activity_id: 'a' cause: SCHEDULE_ACTIVITY_TASK_FAILED_CAUSE_ACTIVITY_ID_ALREADY_IN_USE }");
  EXPECT_TRUE(task().activity("a")->open());
  history_.activity_completed("a");
  EXPECT_EQ(task().activity("a")->begun().id(), 3);
  EXPECT_TRUE(task().activity("a")->completed());
}

TEST_F(DecisionTaskTest, UpdatesAreOpenUntilTheyAreAnsweredAndAreNoSignals) {
  history_.signaled("more", payload(1));
  history_.updated("more", "u1", payload(2));
  history_.updated("other", "u2");
  history_.updated("more", "u3", payload(3));
  EXPECT_THAT(task().signals(more), ElementsAre(1));
  ASSERT_EQ(task().open_updates("more").size(), 2u);
  add("workflow_execution_update_answered { update_id: 'u1' signaled_event_id: 2 reply { failed { rejected: true reason: 'NO' } } }");
  const DecisionTask now = task();
  const auto open = now.open_updates("more");
  ASSERT_EQ(open.size(), 1u);
  EXPECT_EQ(open[0].update_id(), "u3");
  EXPECT_EQ(from_payload<int>(open[0].input()), 3);
  const HistoryEvent& answer = now.history.back();
  EXPECT_EQ(answer.type(), EventType::kWorkflowExecutionUpdateAnswered);
  EXPECT_EQ(answer.name(), "WorkflowExecutionUpdateAnswered");
  EXPECT_EQ(answer.update_id(), "u1");
  EXPECT_TRUE(answer.reply()->rejected);
  EXPECT_EQ(answer.reply()->reason, "NO");
  EXPECT_FALSE(open[0].reply());
  EXPECT_THAT(now.open_updates("none"), IsEmpty());
}

TEST_F(DecisionTaskTest, ATimerFiresOrIsCanceledOrRefused) {
  for (const char* id : {"fired", "canceled", "running"}) history_.timer_started(id);
  history_.timer_fired("fired");
  add("timer_canceled { timer_id: 'canceled' started_event_id: 2 }");
  add("start_timer_failed { timer_id: 'refused' cause: START_TIMER_FAILED_CAUSE_OPEN_TIMERS_LIMIT_EXCEEDED }");
  EXPECT_TRUE(task().timer("fired")->completed());
  EXPECT_EQ(task().timer("canceled")->status(), StepStatus::kCanceled);
  EXPECT_TRUE(task().timer("running")->open());
  EXPECT_EQ(task().timer("refused")->reason(), "OPEN_TIMERS_LIMIT_EXCEEDED");
}

TEST_F(DecisionTaskTest, AChildStartsAndEnds) {
  const std::string child = "workflow_execution { workflow_id: 'c' run_id: 'r' } initiated_event_id: 1";
  add("start_child_workflow_execution_initiated { workflow_id: 'c' workflow_type { name: 'kind' version: '1' } }");
  EXPECT_TRUE(task().child("c")->open());
  EXPECT_FALSE(task().child("c")->started());
  add("child_workflow_execution_started { " + child + " }");
  EXPECT_TRUE(task().child("c")->started());
  add("child_workflow_execution_completed { " + child + " started_event_id: 2 result { data: 'well' content_type: 'text/plain' } }");
  const DecisionTask now = task();
  EXPECT_EQ(now.child("c")->result<std::string>(), "well");
  EXPECT_EQ(now.child("c")->ended()->other_execution(), (Execution{"c", "r"}));
  EXPECT_EQ(now.child("c")->begun().workflow_type(), (TypeName{"kind", "1"}));
}

TEST_F(DecisionTaskTest, AChildEndsInAnyOtherWay) {
  const std::vector<std::pair<std::string, StepStatus>> ends{
      {"child_workflow_execution_failed { reason: 'broken' ", StepStatus::kFailed},
      {"child_workflow_execution_timed_out { timeout_type: WORKFLOW_EXECUTION_TIMEOUT_TYPE_START_TO_CLOSE ", StepStatus::kTimedOut},
      {"child_workflow_execution_canceled { ", StepStatus::kCanceled},
      {"child_workflow_execution_terminated { ", StepStatus::kTerminated},
      {"start_child_workflow_execution_failed { workflow_id: 'c' cause: "
       "START_CHILD_WORKFLOW_EXECUTION_FAILED_CAUSE_WORKFLOW_ALREADY_RUNNING ",
       StepStatus::kRefused}};
  const std::vector<std::string> reasons{"broken", "START_TO_CLOSE", "", "", "WORKFLOW_ALREADY_RUNNING"};
  for (size_t i = 0; i < ends.size(); ++i) {
    history_ = HistoryBuilder();
    add("start_child_workflow_execution_initiated { workflow_id: 'c' }");
    add(ends[i].first + "initiated_event_id: 1 }");
    EXPECT_EQ(task().child("c")->status(), ends[i].second) << ends[i].first;
    EXPECT_EQ(task().child("c")->reason(), reasons[i]);
  }
  history_ = HistoryBuilder();
  add("start_child_workflow_execution_failed { workflow_id: 'c' cause: "
      "START_CHILD_WORKFLOW_EXECUTION_FAILED_CAUSE_WORKFLOW_TYPE_DOES_NOT_EXIST }");
  EXPECT_EQ(task().child("c")->status(), StepStatus::kRefused);
}

TEST_F(DecisionTaskTest, AFunctionIsCalledAndEnds) {
  add("lambda_function_scheduled { id: 'f' name: 'resize' }");
  EXPECT_TRUE(task().function("f")->open());
  add("lambda_function_started { scheduled_event_id: 1 }");
  EXPECT_TRUE(task().function("f")->started());
  add("lambda_function_completed { scheduled_event_id: 1 started_event_id: 2 result { data: '4' content_type: 'application/json' } }");
  EXPECT_EQ(task().function("f")->result<int>(), 4);
  add("lambda_function_scheduled { id: 'g' name: 'resize' }");
  add("lambda_function_failed { scheduled_event_id: 4 reason: 'HTTP_429' }");
  EXPECT_EQ(task().function("g")->reason(), "HTTP_429");
  add("lambda_function_scheduled { id: 'h' name: 'resize' }");
  add("start_lambda_function_failed { scheduled_event_id: 6 cause: START_LAMBDA_FUNCTION_FAILED_CAUSE_ASSUME_ROLE_FAILED }");
  EXPECT_EQ(task().function("h")->status(), StepStatus::kRefused);
  EXPECT_EQ(task().function("h")->reason(), "ASSUME_ROLE_FAILED");
  add("lambda_function_scheduled { id: 'i' name: 'resize' }");
  add("lambda_function_timed_out { scheduled_event_id: 8 timeout_type: LAMBDA_FUNCTION_TIMEOUT_TYPE_START_TO_CLOSE }");
  EXPECT_EQ(task().function("i")->reason(), "START_TO_CLOSE");
  add("schedule_lambda_function_failed { id: 'j' cause: SCHEDULE_LAMBDA_FUNCTION_FAILED_CAUSE_OPEN_LAMBDA_FUNCTIONS_LIMIT_EXCEEDED }");
  EXPECT_EQ(task().function("j")->reason(), "OPEN_LAMBDA_FUNCTIONS_LIMIT_EXCEEDED");
}

TEST_F(DecisionTaskTest, SignalsAndMarkersComeInTheirOrder) {
  history_.signaled("more", payload(1));
  history_.signaled("less", payload(-1));
  history_.signaled("more", payload(2));
  history_.marker_recorded("note", payload(std::string("first")));
  history_.marker_recorded("note", payload(std::string("second")));
  const DecisionTask now = task();
  EXPECT_THAT(now.signals(more), ElementsAre(1, 2));
  EXPECT_EQ(now.signals("less").size(), 1u);
  EXPECT_THAT(now.signals("none"), IsEmpty());
  ASSERT_EQ(now.markers("note").size(), 2u);
  EXPECT_EQ(from_payload<std::string>(now.markers("note")[1].details()), "second");
}

TEST_F(DecisionTaskTest, NewEventsAreThoseAfterThePreviousTask) {
  history_.started();
  history_.decision_started();
  EXPECT_EQ(task().new_events().size(), 3u);
  history_.decided(nullptr);
  history_.signaled("more");
  history_.decision_started();
  const DecisionTask now = task(/*previous=*/3);
  std::vector<std::string> names;
  for (const HistoryEvent& event : now.new_events()) names.push_back(event.name());
  EXPECT_THAT(names, ElementsAre("DecisionTaskCompleted", "WorkflowExecutionSignaled", "DecisionTaskScheduled", "DecisionTaskStarted"));
}

TEST_F(DecisionTaskTest, AnEventGivesAnyOfItsAttributesByName) {
  add("workflow_execution_started { tag_list: ['eu', 'large'] parent_workflow_execution { workflow_id: 'p' run_id: 'r' } "
      "execution_start_to_close_timeout { after { seconds: 60 } } task_start_to_close_timeout { none: true } history_limit_warning: true "
      "child_policy: CHILD_POLICY_ABANDON }");
  add("workflow_execution_signaled { signal_name: 's' external_workflow_execution { workflow_id: 'from' run_id: 'r' } }");
  add("signal_external_workflow_execution_initiated { workflow_id: 'to' signal_name: 's' }");
  const DecisionTask now = task();
  const HistoryEvent started = now.history[0];
  EXPECT_THAT(started.tags(), ElementsAre("eu", "large"));
  EXPECT_EQ(started.parent(), (Execution{"p", "r"}));
  EXPECT_EQ(started.other_execution(), Execution{});
  EXPECT_EQ(started.timeout("execution_start_to_close_timeout"), Timeout(60s));
  EXPECT_TRUE(started.timeout("task_start_to_close_timeout").is_none());
  EXPECT_TRUE(started.timeout("no_such_timeout").is_default());
  EXPECT_TRUE(started.flag("history_limit_warning"));
  EXPECT_FALSE(started.flag("no_such_flag"));
  EXPECT_EQ(started.symbol("child_policy"), "ABANDON");
  EXPECT_EQ(now.history[1].other_execution(), (Execution{"from", "r"}));
  EXPECT_THAT(now.history[1].tags(), IsEmpty());
  EXPECT_EQ(now.history[2].other_execution(), (Execution{"to", ""}));
}

TEST(DecisionsTest, EachBecomesItsMessageInTheOrderGiven) {
  Decisions decisions;
  decisions.schedule_activity("a", TypeName{"act", "1"}, payload(5), {.start_to_close = 3s, .task_list = "work", .priority = 7});
  decisions.request_cancel_activity("a");
  decisions.start_timer("t", 1500ms, "why");
  decisions.cancel_timer("t");
  decisions.record_marker("m", payload(6));
  decisions.complete(payload(8));
  decisions.set_execution_context("half way");
  const auto& answer = decisions.content().answer;
  EXPECT_EQ(describe(answer),
            "ScheduleActivityTask(a act 5)\nRequestCancelActivityTask(a)\nStartTimer(t 1500ms)\nCancelTimer(t)\nRecordMarker(m 6)\nComplete(8)");
  const auto& activity = answer.decisions(0).schedule_activity_task();
  EXPECT_EQ(activity.activity_type().version(), "1");
  EXPECT_EQ(activity.task_list().name(), "work");
  EXPECT_EQ(activity.task_priority(), 7);
  EXPECT_EQ(activity.start_to_close_timeout().after().seconds(), 3);
  EXPECT_FALSE(activity.has_heartbeat_timeout());
  EXPECT_EQ(answer.decisions(2).start_timer().control(), "why");
  EXPECT_EQ(answer.execution_context(), "half way");
  EXPECT_TRUE(answer.all_or_nothing_close());
}

TEST(DecisionsTest, TheOtherClosesAreThereToo) {
  Decisions failing, canceling;
  failing.fail("NO_LUCK", payload(1));
  failing.set_all_or_nothing_close(false);
  canceling.cancel(payload(2));
  EXPECT_EQ(describe(failing.content().answer), "Fail(NO_LUCK: 1)");
  EXPECT_FALSE(failing.content().answer.all_or_nothing_close());
  EXPECT_EQ(describe(canceling.content().answer), "Cancel(2)");
}

}  // namespace
}  // namespace baton::testing
