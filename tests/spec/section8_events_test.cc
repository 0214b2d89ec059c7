// SWF: 8, the events of executions, decision tasks, markers, timers and signals: every attribute, and whether it wakes the
// decider. (Those of activities: Section8ActivityEvents.) Expected attributes are complete: what was not given is absent.
#include "tests/spec/spec_test.h"

namespace baton::testing {
namespace {

class Section8Events : public SpecTest {
 protected:
  // Run "w" with its first decision task answered like this: DecisionTaskCompleted is event 4.
  void run_deciding(const Decisions& decisions) {
    start("w");
    decide(decisions);
  }
};

// SWF: 8. Ids are 1, 2, 3, ... without a gap, times have milliseconds and never decrease, and each event has one block of attributes.
TEST_F(Section8Events, IdsAreDenseAndTimesNeverDecrease) {
  run_deciding({schedule("a"), start_timer("t", 0)});
  poll_activity();
  decide({complete()});
  int64_t id = 0, before_ms = 0;
  for (const auto& event : history("w")) {
    EXPECT_EQ(event.event_id(), ++id);
    EXPECT_NE(name_of(event), "");
    EXPECT_EQ(event.event_time().nanos() % 1'000'000, 0);
    EXPECT_GE(milliseconds_of(event.event_time()), before_ms);
    before_ms = milliseconds_of(event.event_time());
  }
  EXPECT_EQ(id, 12);
}

// --- executions ---

// SWF: 8, event 1.
TEST_F(Section8Events, WorkflowExecutionStartedShowsWhatTheRunGoesBy) {
  start("w",
        "input { data: 'in' content_type: 'text/plain' } task_priority: 3 tag_list: ['red', 'blue'] lambda_role: 'role' "
        "headers { key: 'trace' value { data: '42' } }");
  EXPECT_EQ(
      attributes("w", 1),
      R"(workflow_type { name: "process" version: "1" } task_list { name: "main" } input { data: "in" content_type: "text/plain" } )"
      R"(execution_start_to_close_timeout { after { seconds: 600 } } task_start_to_close_timeout { after { seconds: 60 } } )"
      R"(child_policy: CHILD_POLICY_TERMINATE task_priority: 3 tag_list: "red" tag_list: "blue" lambda_role: "role" )"
      R"(headers { key: "trace" value { data: "42" } })");
  EXPECT_TRUE(wakes_decider("w", 1));
}
TEST_F(Section8Events, WorkflowExecutionStartedOmitsWhatWasNotGiven) {
  start("w");
  EXPECT_EQ(attributes("w", 1),
            R"(workflow_type { name: "process" version: "1" } task_list { name: "main" } )"
            R"(execution_start_to_close_timeout { after { seconds: 600 } } task_start_to_close_timeout { after { seconds: 60 } } )"
            R"(child_policy: CHILD_POLICY_TERMINATE)");
}

// SWF: 8, event 2. From the API: neither an external execution nor a cause.
TEST_F(Section8Events, WorkflowExecutionCancelRequestedByAClientHasNoAttributes) {
  run_deciding({});
  request_cancel_workflow("w");
  EXPECT_EQ(name_of(event("w", 5)), "WorkflowExecutionCancelRequested");
  EXPECT_EQ(attributes("w", 5), "");
  EXPECT_TRUE(wakes_decider("w", 5));
}

// SWF: 8, event 3.
TEST_F(Section8Events, WorkflowExecutionCompletedHasTheResult) {
  run_deciding({complete("result { data: 'out' }")});
  EXPECT_EQ(attributes("w", 5), R"(result { data: "out" } decision_task_completed_event_id: 4)");
  EXPECT_FALSE(wakes_decider("w", 5));
}

// SWF: 8, event 5.
TEST_F(Section8Events, WorkflowExecutionFailedHasReasonAndDetails) {
  run_deciding({fail("reason: 'no money' details { data: 'really' }")});
  EXPECT_EQ(attributes("w", 5), R"(reason: "no money" details { data: "really" } decision_task_completed_event_id: 4)");
  EXPECT_FALSE(wakes_decider("w", 5));
}

// SWF: 8, event 8.
TEST_F(Section8Events, WorkflowExecutionCanceledHasDetails) {
  run_deciding({cancel("details { data: 'on request' }")});
  EXPECT_EQ(attributes("w", 5), R"(details { data: "on request" } decision_task_completed_event_id: 4)");
  EXPECT_FALSE(wakes_decider("w", 5));
}

// SWF: 8. Closing events omit what was not given.
TEST_F(Section8Events, AClosingEventOmitsWhatWasNotGiven) {
  for (const auto& [id, close] : {std::pair("c", complete()), std::pair("f", fail()), std::pair("x", cancel())}) {
    start(id);
    decide({close});
    EXPECT_EQ(attributes(id, 5), "decision_task_completed_event_id: 4");
  }
}

// SWF: 8, events 4, 6 and 9 with a cause other than UNHANDLED_DECISION wake the decider by a task of their own.
class Section8DeniedCloses : public SpecTest {
 protected:
  Section8DeniedCloses()
      : SpecTest("deny * CompleteWorkflowExecution orders\ndeny * FailWorkflowExecution orders\n"
                 "deny * CancelWorkflowExecution orders\ndeny * RecordMarker orders\ndeny * StartTimer orders\ndefault allow") {}
  bool wakes(const v1::Decision& denied) {
    start("w");
    decide({denied});
    return wakes_decider("w", 5);
  }
};
TEST_F(Section8DeniedCloses, CompleteWorkflowExecutionFailedWakesTheDecider) { EXPECT_TRUE(wakes(complete())); }
TEST_F(Section8DeniedCloses, FailWorkflowExecutionFailedWakesTheDecider) { EXPECT_TRUE(wakes(fail())); }
TEST_F(Section8DeniedCloses, CancelWorkflowExecutionFailedWakesTheDecider) { EXPECT_TRUE(wakes(cancel())); }
TEST_F(Section8DeniedCloses, RecordMarkerFailedWakesTheDecider) { EXPECT_TRUE(wakes(record_marker("m"))); }
TEST_F(Section8DeniedCloses, StartTimerFailedWakesTheDecider) { EXPECT_TRUE(wakes(start_timer("t"))); }

// SWF: 8, event 7.
TEST_F(Section8Events, WorkflowExecutionTimedOutHasTypeAndChildPolicy) {
  start("w", "child_policy: CHILD_POLICY_ABANDON execution_start_to_close_timeout { " + after_ms(20) + " }");
  EXPECT_EQ(text_of(wait_for("w", "WorkflowExecutionTimedOut").workflow_execution_timed_out()),
            "timeout_type: WORKFLOW_EXECUTION_TIMEOUT_TYPE_START_TO_CLOSE child_policy: CHILD_POLICY_ABANDON");
  EXPECT_FALSE(wakes_decider("w", 3));
}

// SWF: 8, event 12.
TEST_F(Section8Events, WorkflowExecutionTerminatedHasReasonDetailsChildPolicyAndCause) {
  start("w");
  terminate("w", "reason: 'enough' details { data: 'of it' }");
  EXPECT_EQ(attributes("w", 3),
            R"(reason: "enough" details { data: "of it" } child_policy: CHILD_POLICY_TERMINATE )"
            R"(cause: WORKFLOW_EXECUTION_TERMINATED_CAUSE_OPERATOR_INITIATED)");
  EXPECT_FALSE(wakes_decider("w", 3));
}

// --- decision tasks (event 16: Section6DecisionTasks and Section6TaskListOverride) ---

// SWF: 8, event 13.
TEST_F(Section8Events, DecisionTaskScheduledHasListPriorityAndTimeouts) {
  start("w", "task_priority: 3");
  EXPECT_EQ(attributes("w", 2),
            R"(task_list { name: "main" } task_priority: 3 start_to_close_timeout { after { seconds: 60 } } )"
            R"(schedule_to_start_timeout { none: true })");
}

// SWF: 8, event 14.
TEST_F(Section8Events, DecisionTaskStartedHasIdentityAndScheduledId) {
  start("w");
  poll_decision();
  EXPECT_EQ(attributes("w", 3), R"(identity: "decider" scheduled_event_id: 2)");
  EXPECT_FALSE(wakes_decider("w", 3));
}

// SWF: 8, event 15.
TEST_F(Section8Events, DecisionTaskCompletedHasContextAndIds) {
  start("w");
  decide({}, "execution_context: 'at step 2'");
  EXPECT_EQ(attributes("w", 4), R"(execution_context: "at step 2" scheduled_event_id: 2 started_event_id: 3)");
  EXPECT_FALSE(wakes_decider("w", 4));
}

// --- signals ---

// SWF: 8, event 26. From the API: no external execution, its id 0.
TEST_F(Section8Events, WorkflowExecutionSignaledHasNameAndInput) {
  run_deciding({});
  signal("w", "approved", "input { data: 'by me' }");
  EXPECT_EQ(attributes("w", 5), R"(signal_name: "approved" input { data: "by me" })");
  EXPECT_TRUE(wakes_decider("w", 5));
}

// --- markers ---

// SWF: 8, event 27.
TEST_F(Section8Events, MarkerRecordedHasNameAndDetails) {
  run_deciding({record_marker("m", "details { data: 'note' }")});
  EXPECT_EQ(attributes("w", 5), R"(marker_name: "m" details { data: "note" } decision_task_completed_event_id: 4)");
  EXPECT_FALSE(wakes_decider("w", 5));
}

// --- timers ---

// SWF: 8, event 29.
TEST_F(Section8Events, TimerStartedHasIdControlAndDuration) {
  run_deciding({start_timer("t", 1500, "control: 'mine'")});
  EXPECT_EQ(
      attributes("w", 5),
      R"(timer_id: "t" start_to_fire_timeout { seconds: 1 nanos: 500000000 } decision_task_completed_event_id: 4 control: "mine")");
  EXPECT_FALSE(wakes_decider("w", 5));
}

// SWF: 8, event 30: Section7Causes has its attributes; it wakes the decider, as the other ...Failed events do.
TEST_F(Section8Events, ATimerThatCannotStartWakesTheDecider) {
  run_deciding({start_timer("t"), start_timer("t")});
  EXPECT_TRUE(wakes_decider("w", 6));
}

// SWF: 8, event 31.
TEST_F(Section8Events, TimerFiredHasIdAndStartedId) {
  run_deciding({start_timer("t", 10)});
  EXPECT_EQ(text_of(wait_for("w", "TimerFired").timer_fired()), R"(timer_id: "t" started_event_id: 5)");
  EXPECT_TRUE(wakes_decider("w", 6));
}

// SWF: 8, event 32.
TEST_F(Section8Events, TimerCanceledHasIdAndStartedId) {
  run_deciding({start_timer("t"), cancel_timer("t")});
  EXPECT_EQ(attributes("w", 6), R"(timer_id: "t" started_event_id: 5 decision_task_completed_event_id: 4)");
  EXPECT_FALSE(wakes_decider("w", 6));
}

// SWF: 8, event 33.
TEST_F(Section8Events, CancelTimerFailedWakesTheDecider) {
  run_deciding({cancel_timer("none")});
  EXPECT_TRUE(wakes_decider("w", 5));
}

}  // namespace
}  // namespace baton::testing
