// Every cause for which a decision can be refused (facts.md §7): each comes about, is an event with that cause, leaves the decisions after
// it in force, and a new decision task follows.
#include <google/protobuf/text_format.h>

#include <set>
#include <string>
#include <vector>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/core/live_run.h"

namespace baton::core {
namespace {

using baton::v1::Decision;
using google::protobuf::EnumDescriptor;

Decision decision(const std::string& text) {
  Decision parsed;
  EXPECT_TRUE(google::protobuf::TextFormat::ParseFromString(text, &parsed)) << text;
  return parsed;
}

// An activity of a type without defaults, that gives the first `given` of the values that are needed, in the order of SWF's checks.
std::string charge_with(int given) {
  const std::vector<std::string> values{"task_list { name: 'l' } ", "schedule_to_start_timeout { none: true } ",
                                        "schedule_to_close_timeout { none: true } ", "start_to_close_timeout { none: true } ",
                                        "heartbeat_timeout { none: true } "};
  std::string text = "schedule_activity_task { activity_id: 'a' activity_type { name: 'charge' version: '1' } ";
  for (int i = 0; i < given; ++i) text += values[i];
  return text + "}";
}

// As a run of a type without defaults, with the first `given` of the values that are needed, in the order of SWF's checks.
std::string continue_with(int given, const std::string& more = "") {
  const std::vector<std::string> values{"execution_start_to_close_timeout { after { seconds: 60 } } ", "task_list { name: 'l' } ",
                                        "task_start_to_close_timeout { none: true } ", "child_policy: CHILD_POLICY_ABANDON "};
  std::string text = "continue_as_new_workflow_execution { ";
  for (int i = 0; i < given; ++i) text += values[i];
  return text + more + " }";
}

std::string activity(const std::string& id, const std::string& type = "ready", const std::string& version = "1") {
  return "schedule_activity_task { activity_id: '" + id + "' activity_type { name: '" + type + "' version: '" + version + "' } }";
}

std::string timer(const std::string& id) { return "start_timer { timer_id: '" + id + "' start_to_fire_timeout { seconds: 1 } }"; }

std::string child(const std::string& id) {
  return "start_child_workflow_execution { workflow_id: '" + id + "' workflow_type { name: 'ready' version: '1' } }";
}

std::string function(const std::string& id) { return "schedule_lambda_function { id: '" + id + "' name: 'resize' }"; }

// Those that a domain may limit the rate of, each one that is well.
std::vector<std::pair<std::string, std::string>> limited_decisions() {
  return {{"ScheduleActivityTask", activity("b")},
          {"SignalExternalWorkflowExecution", "signal_external_workflow_execution { workflow_id: 'other' signal_name: 's' }"},
          {"RequestCancelExternalWorkflowExecution", "request_cancel_external_workflow_execution { workflow_id: 'other' }"},
          {"StartChildWorkflowExecution", child("c")},
          {"ContinueAsNewWorkflowExecution", continue_with(4)},
          {"ScheduleLambdaFunction", function("f")},
          {"StartTimer", timer("t")}};
}

struct Case {
  std::string cause;  // the end of the name of the enum's value
  std::string refused;
  std::string before = {};  // a decision of the same answer, accepted
  std::string denied = {};
  bool registry = false;   // rests on what the registry said
  bool meanwhile = false;  // a signal comes between the task's start and its answer
  bool closes = false;
  std::string exhausted = {};  // a decision of which the domain may make no more now
};

std::vector<Case> cases() {
  std::vector<Case> all{
      {"ACTIVITY_TYPE_DOES_NOT_EXIST", activity("a", "none"), "", "", true},
      {"ACTIVITY_TYPE_DOES_NOT_EXIST", activity("a", "ready", "2"), "", "", true},
      {"ACTIVITY_TYPE_DEPRECATED", activity("a", "old"), "", "", true},
      {"ACTIVITY_ID_ALREADY_IN_USE", activity("a"), activity("a")},
      {"OPEN_ACTIVITIES_LIMIT_EXCEEDED", activity("b"), activity("a"), "", true},
      {"DEFAULT_TASK_LIST_UNDEFINED", charge_with(0), "", "", true},
      {"DEFAULT_SCHEDULE_TO_START_TIMEOUT_UNDEFINED", charge_with(1), "", "", true},
      {"DEFAULT_SCHEDULE_TO_CLOSE_TIMEOUT_UNDEFINED", charge_with(2), "", "", true},
      {"DEFAULT_START_TO_CLOSE_TIMEOUT_UNDEFINED", charge_with(3), "", "", true},
      {"DEFAULT_HEARTBEAT_TIMEOUT_UNDEFINED", charge_with(4), "", "", true},
      {"OPERATION_NOT_PERMITTED", activity("a"), "", "ScheduleActivityTask"},
      {"ACTIVITY_ID_UNKNOWN", "request_cancel_activity_task { activity_id: 'b' }", activity("a")},
      {"OPERATION_NOT_PERMITTED", "request_cancel_activity_task { activity_id: 'a' }", activity("a"), "RequestCancelActivityTask"},
      {"TIMER_ID_ALREADY_IN_USE", timer("t"), timer("t")},
      {"OPEN_TIMERS_LIMIT_EXCEEDED", timer("u"), timer("t"), "", true},
      {"OPEN_CHILDREN_LIMIT_EXCEEDED", child("d"), child("c"), "", true},
      {"OPERATION_NOT_PERMITTED", timer("t"), "", "StartTimer"},
      {"TIMER_ID_UNKNOWN", "cancel_timer { timer_id: 'u' }", timer("t")},
      {"OPERATION_NOT_PERMITTED", "cancel_timer { timer_id: 't' }", timer("t"), "CancelTimer"},
      {"OPERATION_NOT_PERMITTED", "record_marker { marker_name: 'm' }", "", "RecordMarker"},
  };
  for (const auto& [call, field] : std::vector<std::pair<std::string, std::string>>{
           {"CompleteWorkflowExecution", "complete_workflow_execution"},
           {"FailWorkflowExecution", "fail_workflow_execution"},
           {"CancelWorkflowExecution", "cancel_workflow_execution"},
           {"ContinueAsNewWorkflowExecution", "continue_as_new_workflow_execution"}}) {
    all.push_back({"UNHANDLED_DECISION", field + " { }", timer("t"), "", false, true, true});
    all.push_back({"OPERATION_NOT_PERMITTED", field + " { }", timer("t"), call, false, false, true});
  }
  for (const auto& [cause, decision] : std::vector<std::pair<std::string, std::string>>{
           {"WORKFLOW_TYPE_DOES_NOT_EXIST", continue_with(0, "workflow_type_version: '2'")},
           {"WORKFLOW_TYPE_DEPRECATED", continue_with(0, "workflow_type_version: '0'")},
           {"DEFAULT_EXECUTION_START_TO_CLOSE_TIMEOUT_UNDEFINED", continue_with(0)},
           {"DEFAULT_TASK_LIST_UNDEFINED", continue_with(1)},
           {"DEFAULT_TASK_START_TO_CLOSE_TIMEOUT_UNDEFINED", continue_with(2)},
           {"DEFAULT_CHILD_POLICY_UNDEFINED", continue_with(3)}}) {
    all.push_back({cause, decision, timer("t"), "", true, false, true});
  }
  for (const auto& [call, decision] : limited_decisions()) {
    all.push_back({.cause = "_RATE_EXCEEDED", .refused = decision, .before = timer("t"), .closes = call.starts_with("Continue"), .exhausted = call});
  }
  all.back().before = activity("a");  // StartTimer
  return all;
}

// The cause in a ...Failed event of a decision: its enum and value; null in any other event.
const google::protobuf::EnumValueDescriptor* cause_in(const journal::Event& event) {
  const auto* set = event.GetReflection()->GetOneofFieldDescriptor(event, event.GetDescriptor()->oneof_decl(0));
  const google::protobuf::Message& attributes = event.GetReflection()->GetMessage(event, set);
  const auto* field = attributes.GetDescriptor()->FindFieldByName("cause");
  const bool refused = field != nullptr && attributes.GetDescriptor()->name().ends_with("FailedAttributes");
  return refused ? attributes.GetReflection()->GetEnum(attributes, field) : nullptr;
}

// Plays one case; the full name of the cause it came to. `asked`: of which decisions tokens were asked for.
std::string play(const Case& played, std::vector<std::string>* asked = nullptr) {
  LiveRun run(Limits{.open_activities = 1, .open_timers = 1, .open_children = 1});
  run.start();
  RespondDecisionTaskCompleted answer;
  answer.task = run.offer(2);
  if (played.meanwhile) {
    SignalWorkflowExecution signal;
    signal.request.set_domain("orders");
    signal.request.set_workflow_id("order-1");
    signal.request.set_signal_name("meanwhile");
    EXPECT_TRUE(run.decide(signal).ok());
  }
  if (!played.before.empty()) *answer.request.add_decisions() = decision(played.before);
  *answer.request.add_decisions() = decision(played.refused);
  const bool more = !played.closes && played.denied != "RecordMarker";
  if (more) *answer.request.add_decisions() = decision("record_marker { marker_name: 'after' }");
  if (!played.denied.empty()) run.authorizer.denied.insert(played.denied);
  if (!played.exhausted.empty()) run.rates.exhausted.insert(played.exhausted);

  const size_t records_before = run.records().size();
  const auto commit = run.decide(answer);
  if (asked != nullptr) *asked = run.rates.asked;
  EXPECT_TRUE(commit.ok()) << commit.status();
  if (!commit.ok()) return "";
  EXPECT_EQ(commit->rests_on_registry, played.registry);
  EXPECT_TRUE(run.state().open());
  EXPECT_TRUE(run.state().decision && run.state().decision->waiting()) << "the decider must hear of it";

  std::string cause;
  int refusals = 0;
  bool went_on = !more;
  for (size_t i = records_before; i < run.records().size(); ++i) {
    if (!run.records()[i].has_event()) continue;
    const journal::Event& event = run.records()[i].event();
    if (const auto* value = cause_in(event)) {
      cause = value->full_name();
      ++refusals;
    }
    went_on |= refusals == 1 && event.has_marker_recorded();
  }
  EXPECT_EQ(refusals, 1);
  EXPECT_TRUE(went_on) << "the decision after it";
  return cause;
}

TEST(DecisionCauses, EachComesAboutAndTheDeciderHearsOfIt) {
  for (const Case& played : cases()) {
    SCOPED_TRACE(played.cause + " of " + played.refused);
    EXPECT_THAT(play(played), testing::ContainsRegex("_CAUSE_.*" + played.cause + "$"));
  }
}

TEST(DecisionCauses, AllOfTheDecisionsOfThisReleaseAreReached) {
  std::set<std::string> reached;
  for (const Case& played : cases()) reached.insert(play(played));
  const std::vector<const EnumDescriptor*> enums{
      journal::ScheduleActivityTaskFailedCause_descriptor(),      journal::RequestCancelActivityTaskFailedCause_descriptor(),
      journal::StartTimerFailedCause_descriptor(),                journal::CancelTimerFailedCause_descriptor(),
      journal::RecordMarkerFailedCause_descriptor(),              journal::CompleteWorkflowExecutionFailedCause_descriptor(),
      journal::FailWorkflowExecutionFailedCause_descriptor(),     journal::CancelWorkflowExecutionFailedCause_descriptor(),
      journal::ContinueAsNewWorkflowExecutionFailedCause_descriptor()};
  for (const EnumDescriptor* causes : enums) {
    for (int i = 0; i < causes->value_count(); ++i) {
      const std::string& name = causes->value(i)->full_name();
      EXPECT_EQ(reached.contains(name), !name.ends_with("_UNSPECIFIED")) << name;
    }
  }
}

TEST(DecisionCauses, ADecisionThatIsRefusedForAnotherReasonTakesNoToken) {
  for (const Case& played : cases()) {
    if (!played.exhausted.empty()) continue;
    SCOPED_TRACE(played.cause + " of " + played.refused);
    std::vector<std::string> asked;
    play(played, &asked);
    const size_t twice = 2;  // LiveRun decides everything so often
    EXPECT_EQ(asked.size(), played.before.empty() ? 0 : twice) << testing::PrintToString(asked);
  }
}

TEST(DecisionCauses, FunctionsThatAreSwitchedOffAreNotAvailable) {
  LiveRun run;
  run.disable_functions();
  run.start();
  RespondDecisionTaskCompleted answer;
  answer.task = run.offer(2);
  *answer.request.add_decisions() = decision(function("f"));
  const auto commit = run.decide(answer);
  ASSERT_TRUE(commit.ok());
  EXPECT_TRUE(commit->rests_on_registry);
  EXPECT_EQ(run.event(5).schedule_lambda_function_failed().cause(),
            journal::SCHEDULE_LAMBDA_FUNCTION_FAILED_CAUSE_LAMBDA_SERVICE_NOT_AVAILABLE_IN_REGION);
}

TEST(DecisionCauses, ARefusedScheduleGivesWhatItWouldHaveAskedForInFull) {
  LiveRun run;
  run.start();
  run.decide_on({decision(charge_with(5))});
  const auto& scheduled = run.last_event().activity_task_scheduled();
  EXPECT_EQ(scheduled.task_list(), "l");
  EXPECT_EQ(scheduled.heartbeat_timeout_ms(), kNoTimeoutMs);
  EXPECT_EQ(run.state().activities.size(), 1u);
}

TEST(DecisionCauses, AnEmptyTaskListTakesTheDefaultAndAnIdIsFreeAgainOnceItsActivityIsClosed) {
  LiveRun run;
  run.start();
  run.decide_on({decision("schedule_activity_task { activity_id: 'a' activity_type { name: 'ready' version: '1' } task_list { } }"),
                 decision("request_cancel_activity_task { activity_id: 'a' }"), decision(activity("a"))});
  EXPECT_EQ(run.state().activities.size(), 1u);
  EXPECT_EQ(run.event(5).activity_task_scheduled().task_list(), "ready-activities");
  EXPECT_TRUE(run.event(7).has_activity_task_canceled());
  EXPECT_TRUE(run.event(8).has_activity_task_scheduled());
}

}  // namespace
}  // namespace baton::core
