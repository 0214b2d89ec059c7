// The checker itself: a good history breaks no rule, and every way to spoil one is found and named.
#include "history_check.h"

#include <gmock/gmock.h>
#include <google/protobuf/text_format.h>

namespace baton::testing {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

// Events 1, 2, 3, …, one second apart, from their attributes in text form.
Events history(const std::vector<std::string>& attributes) {
  Events events;
  for (const std::string& text : attributes) {
    v1::HistoryEvent& event = events.emplace_back();
    EXPECT_TRUE(google::protobuf::TextFormat::ParseFromString(text, &event)) << text;
    event.set_event_id(static_cast<int64_t>(events.size()));
    event.mutable_event_time()->set_seconds(1'700'000'000 + static_cast<int64_t>(events.size()));
  }
  return events;
}

// One activity that a worker did, one that nobody took, a timer, a decision that was given up, a close.
std::vector<std::string> good() {
  return {
      "workflow_execution_started {}",                                                             // 1
      "decision_task_scheduled {}",                                                                // 2
      "decision_task_started { scheduled_event_id: 2 }",                                           // 3
      "decision_task_completed { scheduled_event_id: 2 started_event_id: 3 }",                     // 4
      "activity_task_scheduled { activity_id: 'a' decision_task_completed_event_id: 4 }",          // 5
      "activity_task_scheduled { activity_id: 'b' decision_task_completed_event_id: 4 }",          // 6
      "timer_started { timer_id: 't' start_to_fire_timeout { seconds: 5 } decision_task_completed_event_id: 4 }",  // 7
      "activity_task_started { scheduled_event_id: 5 }",                                           // 8
      "activity_task_timed_out { scheduled_event_id: 6 }",                                         // 9
      "decision_task_scheduled {}",                                                                // 10
      "decision_task_started { scheduled_event_id: 10 }",                                          // 11
      "activity_task_completed { scheduled_event_id: 5 started_event_id: 8 }",                     // 12
      "decision_task_scheduled {}",                                                                // 13
      "timer_fired { timer_id: 't' started_event_id: 7 }",                                         // 14
      "decision_task_started { scheduled_event_id: 13 }",                                          // 15: that of 11 was given up
      "decision_task_completed { scheduled_event_id: 13 started_event_id: 15 }",                   // 16
      "workflow_execution_completed { decision_task_completed_event_id: 16 }",                     // 17
  };
}

// `good()` with event `id` replaced.
Events with(size_t id, const std::string& attributes) {
  std::vector<std::string> events = good();
  events[id - 1] = attributes;
  return history(events);
}
// `good()` with something in the place of event `id`, which moves on. Only references to events before it stay right.
Events with_inserted(size_t id, const std::string& attributes) {
  std::vector<std::string> events = good();
  events.insert(events.begin() + static_cast<std::ptrdiff_t>(id) - 1, attributes);
  return history(events);
}

TEST(HistoryCheck, AGoodHistoryBreaksNoRule) {
  EXPECT_THAT(broken_rules(history(good())), IsEmpty());
  std::vector<std::string> open = good();
  open.resize(9);
  EXPECT_THAT(broken_rules(history(open), /*closed=*/false), IsEmpty());
}

TEST(HistoryCheck, AnEmptyHistoryIsBroken) { EXPECT_THAT(broken_rules({}, false), ElementsAre("there are no events")); }

TEST(HistoryCheck, EventIdsAreDense) {
  Events gap = history(good());
  gap.erase(gap.begin() + 8);
  EXPECT_THAT(broken_rules(gap)[0], HasSubstr("event 9 (decision_task_scheduled) has the id 10"));
  Events repeated = history(good());
  repeated[8].set_event_id(8);
  EXPECT_THAT(broken_rules(repeated), ElementsAre("event 9 (activity_task_timed_out) has the id 8"));
}

TEST(HistoryCheck, TimeNeverGoesBack) {
  Events events = history(good());
  events[8].mutable_event_time()->set_seconds(1'700'000'000);
  EXPECT_THAT(broken_rules(events), ElementsAre("event 9 (activity_task_timed_out) is earlier than the event before it"));
  events[8].mutable_event_time()->set_seconds(events[7].event_time().seconds());
  EXPECT_THAT(broken_rules(events), IsEmpty());
}

TEST(HistoryCheck, AnUnknownEventIsBroken) {
  Events events = history(good());
  events[8].clear_attributes();
  EXPECT_THAT(broken_rules(events)[0], HasSubstr("event 9 () is of an unknown kind"));
}

TEST(HistoryCheck, AHistoryBeginsOnce) {
  EXPECT_THAT(broken_rules(with(1, "workflow_execution_signaled {}"))[0], HasSubstr("event 1 (workflow_execution_signaled) is not how"));
  EXPECT_THAT(broken_rules(with(9, "workflow_execution_started {}"))[0], HasSubstr("begins the run a second time"));
}

TEST(HistoryCheck, OneCloseAndItIsLast) {
  std::vector<std::string> events = good();
  events.pop_back();
  EXPECT_THAT(broken_rules(history(events)), ElementsAre("the last event, 16 (decision_task_completed), does not close the run"));
  events = good();
  events.push_back("workflow_execution_signaled {}");
  EXPECT_THAT(broken_rules(history(events)), ElementsAre("event 18 (workflow_execution_signaled) comes after the close"));
  events.back() = "workflow_execution_terminated {}";
  EXPECT_THAT(broken_rules(history(events)), ElementsAre("event 18 (workflow_execution_terminated) comes after the close"));
}

TEST(HistoryCheck, EveryCloseIsOne) {
  for (const char* close : {"workflow_execution_failed { decision_task_completed_event_id: 16 }",
                            "workflow_execution_canceled { decision_task_completed_event_id: 16 }",
                            "workflow_execution_continued_as_new { decision_task_completed_event_id: 16 }", "workflow_execution_timed_out {}",
                            "workflow_execution_terminated {}"}) {
    EXPECT_THAT(broken_rules(with(17, close)), IsEmpty()) << close;
  }
  for (const char* other : {"workflow_execution_cancel_requested {}", "workflow_execution_signaled {}",
                            "complete_workflow_execution_failed { decision_task_completed_event_id: 16 }"}) {
    EXPECT_THAT(broken_rules(with(17, other)), ElementsAre(HasSubstr("does not close the run"))) << other;
  }
}

TEST(HistoryCheck, ReferencesPointBackToTheRightKind) {
  EXPECT_THAT(broken_rules(with(8, "activity_task_started { scheduled_event_id: 12 }"))[0],
              HasSubstr("event 8 (activity_task_started) does not point back: scheduled_event_id 12"));
  EXPECT_THAT(broken_rules(with(8, "activity_task_started { scheduled_event_id: 8 }"))[0], HasSubstr("does not point back"));
  EXPECT_THAT(broken_rules(with(8, "activity_task_started { scheduled_event_id: -1 }"))[0], HasSubstr("does not point back"));
  EXPECT_THAT(broken_rules(with(8, "activity_task_started { scheduled_event_id: 7 }"))[0],
              HasSubstr("has a wrong scheduled_event_id 7: that is timer_started"));
  EXPECT_THAT(broken_rules(with(8, "activity_task_started {}"))[0], HasSubstr("lacks its scheduled_event_id"));
  EXPECT_THAT(broken_rules(with(14, "external_workflow_execution_signaled { initiated_event_id: 7 }"))[0],
              HasSubstr("has a wrong initiated_event_id 7"));
}

TEST(HistoryCheck, WhatADecisionCausedNamesTheLastOne) {
  EXPECT_THAT(broken_rules(with(17, "workflow_execution_completed { decision_task_completed_event_id: 4 }")),
              ElementsAre("event 17 (workflow_execution_completed) is not of the last decision: decision_task_completed_event_id 4"));
}

TEST(HistoryCheck, AnActivityStartsAtMostOnce) {
  EXPECT_THAT(broken_rules(with(10, "activity_task_started { scheduled_event_id: 5 }"))[0],
              HasSubstr("event 10 (activity_task_started) is a second start of 5"));
  EXPECT_THAT(broken_rules(with(10, "activity_task_started { scheduled_event_id: 6 }"))[0], HasSubstr("starts what has ended"));
}

TEST(HistoryCheck, AnActivityEndsOnceAndNamesItsStart) {
  for (const char* second :
       {"activity_task_completed { scheduled_event_id: 5 started_event_id: 8 }", "activity_task_failed { scheduled_event_id: 5 started_event_id: 8 }",
        "activity_task_timed_out { scheduled_event_id: 5 started_event_id: 8 }", "activity_task_canceled { scheduled_event_id: 5 started_event_id: 8 }"}) {
    EXPECT_THAT(broken_rules(with_inserted(14, second)), Contains(HasSubstr("is a second end of 5"))) << second;
  }
  EXPECT_THAT(broken_rules(with(12, "activity_task_timed_out { scheduled_event_id: 5 }")),
              ElementsAre("event 12 (activity_task_timed_out) does not name the start of 5"));
  EXPECT_THAT(broken_rules(with(12, "activity_task_completed { scheduled_event_id: 5 }")),
              ElementsAre("event 12 (activity_task_completed) lacks its started_event_id",
                          "event 12 (activity_task_completed) does not name the start of 5"));
}

TEST(HistoryCheck, ActivitiesWithoutAnEndAreCounted) {
  EXPECT_THAT(activities_without_end(history(good())), IsEmpty());
  EXPECT_THAT(activities_without_end(with(12, "workflow_execution_signaled {}")), ElementsAre(5));
}

TEST(HistoryCheck, IdsOfOpenActivitiesAndTimersAreUnique) {
  EXPECT_THAT(broken_rules(with(6, "activity_task_scheduled { activity_id: 'a' decision_task_completed_event_id: 4 }")),
              Contains(HasSubstr("event 6 (activity_task_scheduled) uses the id of an open activity: a")));
  EXPECT_THAT(broken_rules(with_inserted(8, "timer_started { timer_id: 't' decision_task_completed_event_id: 4 }")),
              Contains(HasSubstr("event 8 (timer_started) uses the id of an open timer: t")));
}

TEST(HistoryCheck, ATimerEndsOnceAndNotEarly) {
  EXPECT_THAT(broken_rules(with_inserted(15, "timer_fired { timer_id: 't' started_event_id: 7 }")),
              Contains(HasSubstr("event 15 (timer_fired) is a second end of 7")));
  EXPECT_THAT(broken_rules(with_inserted(15, "timer_canceled { timer_id: 't' started_event_id: 7 decision_task_completed_event_id: 4 }")),
              Contains(HasSubstr("event 15 (timer_canceled) is a second end of 7")));
  EXPECT_THAT(broken_rules(with(14, "timer_fired { timer_id: 'u' started_event_id: 7 }")),
              ElementsAre("event 14 (timer_fired) does not name the timer of 7"));
  EXPECT_THAT(broken_rules(with(7, "timer_started { timer_id: 't' start_to_fire_timeout { seconds: 8 } decision_task_completed_event_id: 4 }")),
              ElementsAre("event 14 (timer_fired) fires early"));
}

TEST(HistoryCheck, OneDecisionTaskWaitsAndOneIsInHand) {
  EXPECT_THAT(broken_rules(with_inserted(14, "decision_task_scheduled {}"))[0],
              HasSubstr("event 14 (decision_task_scheduled) is a second waiting decision task"));
  EXPECT_THAT(broken_rules(with(11, "decision_task_started { scheduled_event_id: 2 }"))[0], HasSubstr("starts a decision task that does not wait"));
  // The one given up (11) is answered after the next one (15) was handed out: two deciders decide.
  EXPECT_THAT(broken_rules(with(16, "decision_task_completed { scheduled_event_id: 10 started_event_id: 11 }")),
              ElementsAre("event 16 (decision_task_completed) ends a decision task that is not in hand"));
  EXPECT_THAT(broken_rules(with(16, "decision_task_timed_out { scheduled_event_id: 10 started_event_id: 11 }"))[0],
              HasSubstr("ends a decision task that is not in hand"));
  EXPECT_THAT(broken_rules(with_inserted(17, "decision_task_completed { scheduled_event_id: 13 started_event_id: 15 }"))[0],
              HasSubstr("event 17 (decision_task_completed) ends a decision task that is not in hand"));
}

TEST(HistoryCheck, WhatWasReadOnceNeverChanges) {
  const Events later = history(good());
  Events earlier = later;
  earlier.resize(9);
  EXPECT_EQ(first_change(earlier, later), "");
  EXPECT_EQ(first_change(later, later), "");
  EXPECT_THAT(first_change(later, earlier), AllOf(HasSubstr("event 10 was { "), HasSubstr("} and is gone")));
  earlier[7].mutable_activity_task_started()->set_identity("another worker");
  EXPECT_THAT(first_change(earlier, later), AllOf(HasSubstr("event 8 was { "), HasSubstr("another worker"), HasSubstr("} and is { event_id: 8")));
}

TEST(HistoryCheck, KindsAreNamedForPeople) {
  std::vector<std::string> events = good();
  events.resize(3);
  EXPECT_EQ(kinds_of(history(events)), "WorkflowExecutionStarted, DecisionTaskScheduled, DecisionTaskStarted");
}

}  // namespace
}  // namespace baton::testing
