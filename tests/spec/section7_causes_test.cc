// SWF: 7, every cause for which a decision is refused: it becomes its ...Failed event with that cause.
#include "tests/spec/spec_test.h"

namespace baton::testing {
namespace {

// What the rules of section 7 are told with, for a policy and limits.
class RefusedDecisions : public SpecTest {
 protected:
  using SpecTest::SpecTest;

  // Run "w" gets these decisions, in one answer; the text of the last event that they wrote,
  // without the reference to DecisionTaskCompleted.
  std::string last_of(const Decisions& decisions) {
    start("w");
    decide(decisions);
    const v1::HistoryEvent last = event("w", 4 + static_cast<int64_t>(decisions.size()));
    const std::string text = attributes_of(last), reference = " decision_task_completed_event_id: 4";
    EXPECT_THAT(text, ::testing::EndsWith(reference));
    return name_of(last) + " " + text.substr(0, text.size() - reference.size());
  }
};

constexpr const char* kChargeA =
    R"(ScheduleActivityTaskFailed activity_id: "a" activity_type { name: "charge" version: "1" } )"
    "cause: SCHEDULE_ACTIVITY_TASK_FAILED_CAUSE_";

class Section7Causes : public RefusedDecisions {};

// --- SWF: 7, ScheduleActivityTask ---
TEST_F(Section7Causes, ScheduleActivityTaskFailsWhenItsTypeDoesNotExist) {
  EXPECT_EQ(
      last_of({schedule("a", "activity_type { name: 'none' version: '1' }")}),
      R"(ScheduleActivityTaskFailed activity_id: "a" activity_type { name: "none" version: "1" } )"
            "cause: SCHEDULE_ACTIVITY_TASK_FAILED_CAUSE_ACTIVITY_TYPE_DOES_NOT_EXIST");
}
TEST_F(Section7Causes, ScheduleActivityTaskFailsWhenItsTypeIsDeprecated) {
  ASSERT_EQ(on_type(&Registry::DeprecateActivityType, "charge", "1").reason, "OK");
  EXPECT_EQ(last_of({schedule("a")}), std::string(kChargeA) + "ACTIVITY_TYPE_DEPRECATED");
}
TEST_F(Section7Causes, ScheduleActivityTaskFailsWhenItsIdIsInUse) {
  EXPECT_EQ(last_of({schedule("a"), schedule("a")}), std::string(kChargeA) + "ACTIVITY_ID_ALREADY_IN_USE");
}
// (The DEFAULT_..._UNDEFINED causes are those of Section4Defaults.)

// --- SWF: 7, the others that can be refused ---
TEST_F(Section7Causes, RequestCancelActivityTaskFailsWhenNoSuchActivityIsOpen) {
  EXPECT_EQ(
      last_of({request_cancel("none")}),
      R"(RequestCancelActivityTaskFailed activity_id: "none" cause: REQUEST_CANCEL_ACTIVITY_TASK_FAILED_CAUSE_ACTIVITY_ID_UNKNOWN)");
}
TEST_F(Section7Causes, StartTimerFailsWhenItsIdIsInUse) {
  EXPECT_EQ(
      last_of({start_timer("t"), start_timer("t")}),
      R"(StartTimerFailed timer_id: "t" cause: START_TIMER_FAILED_CAUSE_TIMER_ID_ALREADY_IN_USE)");
}
TEST_F(Section7Causes, CancelTimerFailsWhenNoSuchTimerIsOpen) {
  EXPECT_EQ(
      last_of({cancel_timer("none")}),
      R"(CancelTimerFailed timer_id: "none" cause: CANCEL_TIMER_FAILED_CAUSE_TIMER_ID_UNKNOWN)");
}
// (UNHANDLED_DECISION of the closing decisions: Section6UnhandledDecision.)

// --- SWF: 7 and 12, limits of what is open ---
class Section7SmallLimits : public RefusedDecisions {
 protected:
  static core::Limits small() {
    core::Limits limits;
    limits.open_activities = 1;
    limits.open_timers = 1;
    return limits;
  }
  Section7SmallLimits() : RefusedDecisions("", small()) {}
};
TEST_F(Section7SmallLimits, ScheduleActivityTaskFailsWhenTooManyActivitiesAreOpen) {
  EXPECT_EQ(last_of({schedule("b"), schedule("a")}), std::string(kChargeA) + "OPEN_ACTIVITIES_LIMIT_EXCEEDED");
}
TEST_F(Section7SmallLimits, StartTimerFailsWhenTooManyTimersAreOpen) {
  EXPECT_EQ(
      last_of({start_timer("u"), start_timer("t")}),
      R"(StartTimerFailed timer_id: "t" cause: START_TIMER_FAILED_CAUSE_OPEN_TIMERS_LIMIT_EXCEEDED)");
}
TEST(Section7Limits, AreThoseOfSwfUnlessTheyAreSet) {
  EXPECT_EQ(core::Limits{}.open_activities, 1000);
  EXPECT_EQ(core::Limits{}.open_timers, 1000);
}

// --- SWF: 7 and 13, a denied decision is its ...Failed event with OPERATION_NOT_PERMITTED, not an error of the call ---
class Section7Denied : public RefusedDecisions {
 protected:
  explicit Section7Denied(const std::string& decision) : RefusedDecisions("deny * " + decision + " orders\ndefault allow") {}
};

struct Section7ScheduleActivityTaskDenied : Section7Denied {
  Section7ScheduleActivityTaskDenied() : Section7Denied("ScheduleActivityTask") {}
};
TEST_F(Section7ScheduleActivityTaskDenied, IsNotPermitted) {
  EXPECT_EQ(last_of({schedule("a")}), std::string(kChargeA) + "OPERATION_NOT_PERMITTED");
}

struct Section7RequestCancelActivityTaskDenied : Section7Denied {
  Section7RequestCancelActivityTaskDenied() : Section7Denied("RequestCancelActivityTask") {}
};
TEST_F(Section7RequestCancelActivityTaskDenied, IsNotPermitted) {
  EXPECT_EQ(
      last_of({schedule("a"), request_cancel("a")}),
      R"(RequestCancelActivityTaskFailed activity_id: "a" cause: REQUEST_CANCEL_ACTIVITY_TASK_FAILED_CAUSE_OPERATION_NOT_PERMITTED)");
}

struct Section7StartTimerDenied : Section7Denied {
  Section7StartTimerDenied() : Section7Denied("StartTimer") {}
};
TEST_F(Section7StartTimerDenied, IsNotPermitted) {
  EXPECT_EQ(last_of({start_timer("t")}), R"(StartTimerFailed timer_id: "t" cause: START_TIMER_FAILED_CAUSE_OPERATION_NOT_PERMITTED)");
}

struct Section7CancelTimerDenied : Section7Denied {
  Section7CancelTimerDenied() : Section7Denied("CancelTimer") {}
};
TEST_F(Section7CancelTimerDenied, IsNotPermitted) {
  EXPECT_EQ(
      last_of({start_timer("t"), cancel_timer("t")}),
      R"(CancelTimerFailed timer_id: "t" cause: CANCEL_TIMER_FAILED_CAUSE_OPERATION_NOT_PERMITTED)");
}

struct Section7RecordMarkerDenied : Section7Denied {
  Section7RecordMarkerDenied() : Section7Denied("RecordMarker") {}
};
TEST_F(Section7RecordMarkerDenied, IsNotPermitted) {
  EXPECT_EQ(
      last_of({record_marker("m")}),
      R"(RecordMarkerFailed marker_name: "m" cause: RECORD_MARKER_FAILED_CAUSE_OPERATION_NOT_PERMITTED)");
}

struct Section7CompleteWorkflowExecutionDenied : Section7Denied {
  Section7CompleteWorkflowExecutionDenied() : Section7Denied("CompleteWorkflowExecution") {}
};
TEST_F(Section7CompleteWorkflowExecutionDenied, IsNotPermitted) {
  EXPECT_EQ(last_of({complete()}),
            "CompleteWorkflowExecutionFailed cause: "
            "COMPLETE_WORKFLOW_EXECUTION_FAILED_CAUSE_OPERATION_NOT_PERMITTED");
}

struct Section7FailWorkflowExecutionDenied : Section7Denied {
  Section7FailWorkflowExecutionDenied() : Section7Denied("FailWorkflowExecution") {}
};
TEST_F(Section7FailWorkflowExecutionDenied, IsNotPermitted) {
  EXPECT_EQ(last_of({fail()}), "FailWorkflowExecutionFailed cause: FAIL_WORKFLOW_EXECUTION_FAILED_CAUSE_OPERATION_NOT_PERMITTED");
}

struct Section7CancelWorkflowExecutionDenied : Section7Denied {
  Section7CancelWorkflowExecutionDenied() : Section7Denied("CancelWorkflowExecution") {}
};
TEST_F(Section7CancelWorkflowExecutionDenied, IsNotPermitted) {
  EXPECT_EQ(last_of({cancel()}),
            "CancelWorkflowExecutionFailed cause: "
            "CANCEL_WORKFLOW_EXECUTION_FAILED_CAUSE_OPERATION_NOT_PERMITTED");
}

}  // namespace
}  // namespace baton::testing
