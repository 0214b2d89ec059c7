// SWF: 8, the events of activities: every attribute, and whether it wakes the decider. Closing events carry ids only: neither
// activity id nor type.
#include "tests/spec/spec_test.h"

namespace baton::testing {
namespace {

class Section8ActivityEvents : public SpecTest {
 protected:
  // Run "w" with one activity "a", scheduled as event 5; `fields` as of schedule().
  void schedule_one(const std::string& fields = "") {
    start("w");
    decide({schedule("a", fields)});
  }
  // The same, started as event 6.
  v1::ActivityTask start_one(const std::string& fields = "") {
    schedule_one(fields);
    return poll_activity();
  }
  std::string timed_out() { return text_of(wait_for("w", "ActivityTaskTimedOut").activity_task_timed_out()); }
};

// SWF: 8, event 17.
TEST_F(Section8ActivityEvents, ActivityTaskScheduledShowsWhatTheActivityGoesBy) {
  schedule_one("input { data: 'in' } control: 'mine' task_priority: 2 headers { key: 'trace' value { data: '42' } }");
  EXPECT_EQ(attributes("w", 5),
            R"(activity_id: "a" activity_type { name: "charge" version: "1" } task_list { name: "main" } input { data: "in" } )"
            R"(decision_task_completed_event_id: 4 schedule_to_start_timeout { after { seconds: 60 } } )"
            R"(schedule_to_close_timeout { after { seconds: 60 } } start_to_close_timeout { after { seconds: 60 } } )"
            R"(heartbeat_timeout { none: true } task_priority: 2 control: "mine" headers { key: "trace" value { data: "42" } })");
  EXPECT_FALSE(wakes_decider("w", 5));
}

// SWF: 8, event 18: Section7Causes has its attributes.
TEST_F(Section8ActivityEvents, ScheduleActivityTaskFailedWakesTheDecider) {
  schedule_one("activity_type { name: 'none' }");
  EXPECT_EQ(name_of(event("w", 5)), "ScheduleActivityTaskFailed");
  EXPECT_TRUE(wakes_decider("w", 5));
}

// SWF: 8, event 19.
TEST_F(Section8ActivityEvents, ActivityTaskStartedHasIdentityAndScheduledId) {
  start_one();
  EXPECT_EQ(name_of(event("w", 6)), "ActivityTaskStarted");
  EXPECT_EQ(attributes("w", 6), R"(identity: "worker" scheduled_event_id: 5)");
  EXPECT_FALSE(wakes_decider("w", 6));
}

// SWF: 8, event 20.
TEST_F(Section8ActivityEvents, ActivityTaskCompletedHasTheResult) {
  complete_activity(start_one(), "result { data: 'out' }");
  EXPECT_EQ(name_of(event("w", 7)), "ActivityTaskCompleted");
  EXPECT_EQ(attributes("w", 7), R"(result { data: "out" } scheduled_event_id: 5 started_event_id: 6)");
  EXPECT_TRUE(wakes_decider("w", 7));
}

// SWF: 8, event 21.
TEST_F(Section8ActivityEvents, ActivityTaskFailedHasReasonAndDetails) {
  fail_activity(start_one(), "reason: 'no money' details { data: 'really' }");
  EXPECT_EQ(name_of(event("w", 7)), "ActivityTaskFailed");
  EXPECT_EQ(attributes("w", 7), R"(reason: "no money" details { data: "really" } scheduled_event_id: 5 started_event_id: 6)");
  EXPECT_TRUE(wakes_decider("w", 7));
}

// SWF: 8. Closing events omit what was not given.
TEST_F(Section8ActivityEvents, AClosingEventOmitsWhatWasNotGiven) {
  complete_activity(start_one());
  EXPECT_EQ(attributes("w", 7), "scheduled_event_id: 5 started_event_id: 6");
}
TEST_F(Section8ActivityEvents, AFailureOmitsWhatWasNotGiven) {
  fail_activity(start_one());
  EXPECT_EQ(attributes("w", 7), "scheduled_event_id: 5 started_event_id: 6");
}

// SWF: 8, event 22. Of a task that was not started: startedEventId is 0.
TEST_F(Section8ActivityEvents, ActivityTaskTimedOutOfATaskThatWasNotStarted) {
  schedule_one("schedule_to_start_timeout { " + after_ms(10) + " }");
  EXPECT_EQ(timed_out(), "timeout_type: ACTIVITY_TASK_TIMEOUT_TYPE_SCHEDULE_TO_START scheduled_event_id: 5");
  EXPECT_TRUE(wakes_decider("w", 6));
}

// SWF: 8, event 22. Of a started one, with the details of its last heartbeat.
TEST_F(Section8ActivityEvents, ActivityTaskTimedOutHasTheDetailsOfTheLastHeartbeat) {
  const auto task = start_one("start_to_close_timeout { " + after_ms(500) + " }");
  heartbeat(task, "details { data: 'half' }");
  heartbeat(task, "details { data: 'nearly' }");
  EXPECT_EQ(
      timed_out(),
      R"(timeout_type: ACTIVITY_TASK_TIMEOUT_TYPE_START_TO_CLOSE scheduled_event_id: 5 started_event_id: 6 details { data: "nearly" })");
  EXPECT_TRUE(wakes_decider("w", 7));
}

// SWF: 8, events 23 and 24. A task that was not started is canceled by the service.
TEST_F(Section8ActivityEvents, ActivityTaskCanceledOfATaskThatWasNotStarted) {
  start("w");
  decide({schedule("a"), request_cancel("a")});
  EXPECT_EQ(history_text("w", 6), "6 ActivityTaskCancelRequested, 7 ActivityTaskCanceled, 8 DecisionTaskScheduled");
  EXPECT_EQ(attributes("w", 6), R"(activity_id: "a" decision_task_completed_event_id: 4)");
  EXPECT_EQ(attributes("w", 7), "scheduled_event_id: 5 latest_cancel_requested_event_id: 6");
  EXPECT_TRUE(wakes_decider("w", 7));
}

// SWF: 8, event 23. A started one by its worker.
TEST_F(Section8ActivityEvents, ActivityTaskCanceledByItsWorker) {
  const auto task = start_one();
  signal("w");
  decide({request_cancel("a")});
  cancel_activity(task, "details { data: 'undone' }");
  EXPECT_EQ(history_text("w", 11), "11 ActivityTaskCancelRequested, 12 ActivityTaskCanceled, 13 DecisionTaskScheduled");
  EXPECT_EQ(attributes("w", 12),
            R"(details { data: "undone" } scheduled_event_id: 5 started_event_id: 6 latest_cancel_requested_event_id: 11)");
  EXPECT_TRUE(wakes_decider("w", 12));
}

// SWF: 8, event 25: Section7Causes has its attributes.
TEST_F(Section8ActivityEvents, RequestCancelActivityTaskFailedWakesTheDecider) {
  start("w");
  decide({request_cancel("none")});
  EXPECT_EQ(name_of(event("w", 5)), "RequestCancelActivityTaskFailed");
  EXPECT_TRUE(wakes_decider("w", 5));
}

}  // namespace
}  // namespace baton::testing
