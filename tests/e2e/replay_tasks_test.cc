// What `baton replay` shows of a history, and how it compares an answer with it.
#include "cli/replay_tasks.h"

#include <gmock/gmock.h>
#include <google/protobuf/text_format.h>

namespace baton::cli {
namespace {

using ::testing::HasSubstr;

// "@": of the decision whose completion is event 4.
v1::HistoryEvent event(std::string text) {
  if (const size_t at = text.find('@'); at != std::string::npos) text.replace(at, 1, "decision_task_completed_event_id: 4");
  v1::HistoryEvent event;
  EXPECT_TRUE(google::protobuf::TextFormat::ParseFromString(text, &event)) << text;
  return event;
}

v1::RespondDecisionTaskCompletedRequest answer(const std::string& text) {
  v1::RespondDecisionTaskCompletedRequest answer;
  EXPECT_TRUE(google::protobuf::TextFormat::ParseFromString(text, &answer)) << text;
  return answer;
}

// One decision, and the events that follow its completion, event 4.
SavedHistory history(const std::vector<std::string>& following) {
  SavedHistory history;
  std::vector<std::string> events{"workflow_execution_started { task_list { name: 'decisions' } }", "decision_task_scheduled {}",
                                  "decision_task_started { scheduled_event_id: 2 }", "decision_task_completed { started_event_id: 3 }"};
  events.insert(events.end(), following.begin(), following.end());
  for (const std::string& text : events) {
    *history.events.Add() = event(text);
    history.events.rbegin()->set_event_id(history.events.size());
  }
  return history;
}

std::string compare(const std::vector<std::string>& following, const std::string& decided) {
  return difference(history(following).events, 4, answer(decided));
}

TEST(ReplayTasks, EveryKindOfDecisionIsKnownInItsEventAndInItsRefusal) {
  const std::vector<std::pair<std::string, std::vector<std::string>>> kinds{
      {"schedule_activity_task { activity_id: 'a' activity_type { name: 'charge' version: '1' } }",
       {"activity_task_scheduled { activity_id: 'a' activity_type { name: 'charge' version: '1' } @ }",
        "schedule_activity_task_failed { activity_id: 'a' activity_type { name: 'charge' version: '1' } @ }"}},
      {"request_cancel_activity_task { activity_id: 'a' }",
       {"activity_task_cancel_requested { activity_id: 'a' @ }",
        "request_cancel_activity_task_failed { activity_id: 'a' @ }"}},
      {"start_timer { timer_id: 't' }",
       {"timer_started { timer_id: 't' @ }", "start_timer_failed { timer_id: 't' @ }"}},
      {"cancel_timer { timer_id: 't' }",
       {"timer_canceled { timer_id: 't' @ }", "cancel_timer_failed { timer_id: 't' @ }"}},
      {"record_marker { marker_name: 'm' }",
       {"marker_recorded { marker_name: 'm' @ }",
        "record_marker_failed { marker_name: 'm' @ }"}},
      {"start_child_workflow_execution { workflow_id: 'w' workflow_type { name: 'deliver' version: '2' } }",
       {"start_child_workflow_execution_initiated { workflow_id: 'w' workflow_type { name: 'deliver' version: '2' } @ }",
        "start_child_workflow_execution_failed { workflow_id: 'w' workflow_type { name: 'deliver' version: '2' } @ }"}},
      {"signal_external_workflow_execution { workflow_id: 'w' signal_name: 's' }",
       {"signal_external_workflow_execution_initiated { workflow_id: 'w' signal_name: 's' @ }",
        "signal_external_workflow_execution_failed { workflow_id: 'w' @ }"}},
      {"request_cancel_external_workflow_execution { workflow_id: 'w' }",
       {"request_cancel_external_workflow_execution_initiated { workflow_id: 'w' @ }",
        "request_cancel_external_workflow_execution_failed { workflow_id: 'w' @ }"}},
      {"schedule_lambda_function { id: 'f' name: 'print' }",
       {"lambda_function_scheduled { id: 'f' name: 'print' @ }",
        "schedule_lambda_function_failed { id: 'f' name: 'print' @ }"}},
      {"upsert_search_attributes {}",
       {"search_attributes_upserted { @ }", "upsert_search_attributes_failed { @ }"}},
      {"answer_update { update_id: 'u' }",
       {"workflow_execution_update_answered { update_id: 'u' @ }", "answer_update_failed { update_id: 'u' @ }"}},
      {"complete_workflow_execution {}",
       {"workflow_execution_completed { @ }", "complete_workflow_execution_failed { @ }"}},
      {"fail_workflow_execution { reason: 'r' }",
       {"workflow_execution_failed { @ }", "fail_workflow_execution_failed { @ }"}},
      {"cancel_workflow_execution {}",
       {"workflow_execution_canceled { @ }", "cancel_workflow_execution_failed { @ }"}},
      {"continue_as_new_workflow_execution {}",
       {"workflow_execution_continued_as_new { @ workflow_type { name: 'n' } }",
        "continue_as_new_workflow_execution_failed { @ }"}},
  };
  EXPECT_EQ(static_cast<int>(kinds.size()), v1::Decision::descriptor()->oneof_decl(0)->field_count());
  for (const auto& [decision, events] : kinds) {
    for (const std::string& answering : events) {
      EXPECT_EQ(compare({answering}, "decisions { " + decision + " }"), "") << answering;
      EXPECT_THAT(compare({answering}, ""), HasSubstr("event 5 of the history is the answer to")) << answering;
    }
    EXPECT_THAT(compare({}, "decisions { " + decision + " }"), HasSubstr("nothing more of the decision completed with event 4")) << decision;
  }
}

TEST(ReplayTasks, DecisionsAreComparedInTheirOrder) {
  const std::vector<std::string> recorded{"activity_task_scheduled { activity_id: 'a' @ }",
                                          "timer_started { timer_id: 't' @ }"};
  const std::string activity = "decisions { schedule_activity_task { activity_id: 'a' } }";
  const std::string timer = "decisions { start_timer { timer_id: 't' } }";
  EXPECT_EQ(compare(recorded, activity + timer), "");
  EXPECT_EQ(compare(recorded, timer + activity),
            "event 5 of the history is the answer to ScheduleActivityTask activity_id=a activity_type=:, and the program decides "
            "StartTimer timer_id=t");
  EXPECT_THAT(compare(recorded, activity + "decisions {}"), HasSubstr("decides something that has no attributes"));
}

TEST(ReplayTasks, WhatTheDecisionDidNotMakeIsNoAnswerToIt) {
  const std::vector<std::string> recorded{"activity_task_started {}",
                                          "timer_fired { timer_id: 't' }",
                                          "signal_external_workflow_execution_failed { workflow_id: 'w' initiated_event_id: 9 @ }",
                                          "timer_started { timer_id: 't' decision_task_completed_event_id: 40 }"};
  EXPECT_EQ(compare(recorded, ""), "");
}

TEST(ReplayTasks, ATaskIsOpenAtTheEndOfWhatIsShown) {
  for (const auto& [following, added] : std::vector<std::pair<std::vector<std::string>, int>>{
           {{"timer_started {}"}, 2},
           {{"decision_task_scheduled {}"}, 1},
           {{"decision_task_scheduled {}", "decision_task_started { scheduled_event_id: 5 }"}, 0},
           {{"workflow_execution_completed { @ }"}, 2}}) {
    const SavedHistory saved = history(following);
    const Events shown = with_open_task(saved);
    EXPECT_EQ(shown.size(), saved.events.size() + added);
    EXPECT_EQ(shown.rbegin()->decision_task_started().scheduled_event_id(), shown.size() - 1);
    EXPECT_EQ(shown.rbegin()->event_id(), shown.size());
  }
  const SavedHistory saved = history({});
  EXPECT_EQ(before(saved, decisions_of(saved.events).at(0)).size(), 3);
  EXPECT_EQ(decisions_of(with_impossible_decision(saved)).size(), 2u);
}

}  // namespace
}  // namespace baton::cli
