// SWF: 4, registration defaults and how a value is resolved: the request or decision, else the type's default, else failure.
#include "tests/spec/spec_test.h"

namespace baton::testing {
namespace {

class Section4Defaults : public SpecTest {
 protected:
  static constexpr const char* kBareProcess = "workflow_type { version: 'bare' } ";
  static constexpr const char* kBareCharge = "activity_type { version: 'bare' } ";

  // Starts a run of the type without defaults.
  Outcome try_start_bare(const std::string& fields) { return try_start("w", kBareProcess + fields); }
  // What becomes of this activity of the type without defaults: the cause of its failure, less its prefix; empty: it is scheduled.
  std::string cause_of_bare(const std::string& fields) {
    start("w");
    decide({schedule("a", kBareCharge + fields)});
    const v1::HistoryEvent scheduled = event("w", 5);
    if (!scheduled.has_schedule_activity_task_failed()) return "";
    const std::string cause = v1::ScheduleActivityTaskFailedCause_Name(scheduled.schedule_activity_task_failed().cause());
    return cause.substr(std::string("SCHEDULE_ACTIVITY_TASK_FAILED_CAUSE_").size());
  }
};

// --- of executions ---

// SWF: 4. The value in the start request comes first.
TEST_F(Section4Defaults, AStartGoesByItsOwnValuesFirst) {
  start("w",
        "task_list { name: 'own' } execution_start_to_close_timeout { after { seconds: 7 } } "
        "task_start_to_close_timeout { after { seconds: 8 } } "
        "child_policy: CHILD_POLICY_ABANDON task_priority: 9 lambda_role: 'own-role'");
  EXPECT_EQ(text_of(describe("w").execution_configuration()),
            R"(task_start_to_close_timeout { after { seconds: 8 } } execution_start_to_close_timeout { after { seconds: 7 } } )"
            R"(task_list { name: "own" } task_priority: 9 child_policy: CHILD_POLICY_ABANDON lambda_role: "own-role")");
}

// SWF: 4. ... then the default of the type.
TEST_F(Section4Defaults, AStartGoesByTheDefaultsOfItsTypeSecond) {
  ASSERT_EQ(register_workflow_type("process", "full", R"(
      default_task_list { name: 'type' } default_execution_start_to_close_timeout { after { seconds: 70 } }
      default_task_start_to_close_timeout { none: true } default_child_policy: CHILD_POLICY_REQUEST_CANCEL default_task_priority: 90
      default_lambda_role: 'type-role')").reason, "OK");
  start("w", "workflow_type { version: 'full' }");
  EXPECT_EQ(text_of(describe("w").execution_configuration()),
            R"(task_start_to_close_timeout { none: true } execution_start_to_close_timeout { after { seconds: 70 } } )"
            R"(task_list { name: "type" } task_priority: 90 child_policy: CHILD_POLICY_REQUEST_CANCEL lambda_role: "type-role")");
}

// SWF: 4 and 3. Neither: DefaultUndefined names one missing field, in the order execution
// start-to-close, task list, task start-to-close, child policy.
TEST_F(Section4Defaults, AStartWithoutAnExecutionTimeoutIsDefaultUndefined) {
  const Outcome refused = try_start_bare("");
  EXPECT_EQ(refused.code, grpc::StatusCode::INVALID_ARGUMENT);
  EXPECT_EQ(refused.reason, "DEFAULT_UNDEFINED");
  EXPECT_EQ(refused.subject, "execution_start_to_close_timeout");
}
TEST_F(Section4Defaults, AStartWithoutATaskListIsDefaultUndefined) {
  const Outcome refused = try_start_bare("execution_start_to_close_timeout { after { seconds: 7 } }");
  EXPECT_EQ(refused.reason, "DEFAULT_UNDEFINED");
  EXPECT_EQ(refused.subject, "task_list");
}
TEST_F(Section4Defaults, AStartWithoutATaskTimeoutIsDefaultUndefined) {
  const Outcome refused = try_start_bare("execution_start_to_close_timeout { after { seconds: 7 } } task_list { name: 'own' }");
  EXPECT_EQ(refused.reason, "DEFAULT_UNDEFINED");
  EXPECT_EQ(refused.subject, "task_start_to_close_timeout");
}
TEST_F(Section4Defaults, AStartWithoutAChildPolicyIsDefaultUndefined) {
  const Outcome refused = try_start_bare("execution_start_to_close_timeout { after { seconds: 7 } } task_list { name: 'own' } "
                                         "task_start_to_close_timeout { none: true }");
  EXPECT_EQ(refused.reason, "DEFAULT_UNDEFINED");
  EXPECT_EQ(refused.subject, "child_policy");
}

// SWF: 4. Neither: priority 0, no lambda role.
TEST_F(Section4Defaults, WithoutDefaultsThePriorityIsZeroAndThereIsNoLambdaRole) {
  ASSERT_EQ(try_start_bare("execution_start_to_close_timeout { after { seconds: 7 } } task_list { name: 'own' } "
                           "task_start_to_close_timeout { none: true } child_policy: CHILD_POLICY_ABANDON").reason, "OK");
  EXPECT_EQ(describe("w").execution_configuration().task_priority(), 0);
  EXPECT_FALSE(event("w", 1).workflow_execution_started().has_lambda_role());
}

// SWF: 4. An empty string counts as unset.
TEST_F(Section4Defaults, AnEmptyTaskListCountsAsUnset) {
  start("w", "task_list { name: '' }");
  EXPECT_EQ(describe("w").execution_configuration().task_list().name(), "main");
}
TEST_F(Section4Defaults, AnEmptyDefaultTaskListCountsAsUnset) {
  ASSERT_EQ(register_workflow_type("process", "empty", "default_task_list { name: '' } "
                                   "default_execution_start_to_close_timeout { after { seconds: 7 } }").reason, "OK");
  EXPECT_EQ(try_start("w", "workflow_type { version: 'empty' }").subject, "task_list");
}

// SWF: 4. The execution's timeout may not be NONE, at start or registration, and is one year at most.
TEST_F(Section4Defaults, AnExecutionTimeoutMayNotBeNone) {
  EXPECT_EQ(try_start("w", "execution_start_to_close_timeout { none: true }").subject, "execution_start_to_close_timeout");
  EXPECT_EQ(register_workflow_type("process", "none", "default_execution_start_to_close_timeout { none: true }").subject,
            "configuration.default_execution_start_to_close_timeout");
}
TEST_F(Section4Defaults, AnExecutionTimeoutIsOneYearAtMost) {
  EXPECT_EQ(
      try_start("w", "execution_start_to_close_timeout { after { seconds: 31622401 } }").subject,
      "execution_start_to_close_timeout");
  EXPECT_EQ(try_start("w", "execution_start_to_close_timeout { after { seconds: 31622400 } }").reason, "OK");
}

// SWF: 4. The decision task's timeout may be NONE.
TEST_F(Section4Defaults, ADecisionTaskTimeoutMayBeNone) {
  start("w", "task_start_to_close_timeout { none: true }");
  EXPECT_EQ(text_of(event("w", 2).decision_task_scheduled().start_to_close_timeout()), "none: true");
}

// --- of activities ---

// SWF: 4. The decision's values first; the resolved ones are written into ActivityTaskScheduled.
TEST_F(Section4Defaults, AnActivityGoesByTheValuesOfItsDecisionFirst) {
  start("w");
  decide({schedule("a",
                   "task_list { name: 'own' } schedule_to_start_timeout { after { seconds: 1 } } "
                   "schedule_to_close_timeout { after { seconds: 2 } } "
                   "start_to_close_timeout { after { seconds: 3 } } heartbeat_timeout { after { "
                   "seconds: 4 } } task_priority: 5")});
  EXPECT_EQ(
      attributes("w", 5),
      R"(activity_id: "a" activity_type { name: "charge" version: "1" } task_list { name: "own" } decision_task_completed_event_id: 4 )"
      R"(schedule_to_start_timeout { after { seconds: 1 } } schedule_to_close_timeout { after { seconds: 2 } } )"
      R"(start_to_close_timeout { after { seconds: 3 } } heartbeat_timeout { after { seconds: 4 } } task_priority: 5)");
}

// SWF: 4. ... then the type's.
TEST_F(Section4Defaults, AnActivityGoesByTheDefaultsOfItsTypeSecond) {
  ASSERT_EQ(register_activity_type("charge", "full", R"(
      default_task_list { name: 'type' } default_task_schedule_to_start_timeout { after { seconds: 10 } }
      default_task_schedule_to_close_timeout { none: true } default_task_start_to_close_timeout { after { seconds: 30 } }
      default_task_heartbeat_timeout { after { seconds: 40 } } default_task_priority: 50)").reason, "OK");
  start("w");
  decide({schedule("a", "activity_type { version: 'full' }")});
  EXPECT_EQ(
      attributes("w", 5),
      R"(activity_id: "a" activity_type { name: "charge" version: "full" } task_list { name: "type" } decision_task_completed_event_id: 4 )"
      R"(schedule_to_start_timeout { after { seconds: 10 } } schedule_to_close_timeout { none: true } )"
      R"(start_to_close_timeout { after { seconds: 30 } } heartbeat_timeout { after { seconds: 40 } } task_priority: 50)");
}

// SWF: 4 and 7. Neither: ScheduleActivityTaskFailed. There is no implicit NONE: all four timeouts
// must be resolved. The checks go in the order task list, schedule-to-start, schedule-to-close,
// start-to-close, heartbeat.
TEST_F(Section4Defaults, AnActivityWithoutATaskListIsUndefined) { EXPECT_EQ(cause_of_bare(""), "DEFAULT_TASK_LIST_UNDEFINED"); }
TEST_F(Section4Defaults, AnActivityWithoutAScheduleToStartTimeoutIsUndefined) {
  EXPECT_EQ(cause_of_bare("task_list { name: 'own' }"), "DEFAULT_SCHEDULE_TO_START_TIMEOUT_UNDEFINED");
}
TEST_F(Section4Defaults, AnActivityWithoutAScheduleToCloseTimeoutIsUndefined) {
  EXPECT_EQ(cause_of_bare("task_list { name: 'own' } schedule_to_start_timeout { none: true }"),
            "DEFAULT_SCHEDULE_TO_CLOSE_TIMEOUT_UNDEFINED");
}
TEST_F(Section4Defaults, AnActivityWithoutAStartToCloseTimeoutIsUndefined) {
  EXPECT_EQ(cause_of_bare("task_list { name: 'own' } schedule_to_start_timeout { none: true } "
                          "schedule_to_close_timeout { none: true }"),
            "DEFAULT_START_TO_CLOSE_TIMEOUT_UNDEFINED");
}
TEST_F(Section4Defaults, AnActivityWithoutAHeartbeatTimeoutIsUndefined) {
  EXPECT_EQ(cause_of_bare("task_list { name: 'own' } schedule_to_start_timeout { none: true } "
                          "schedule_to_close_timeout { none: true } "
                          "start_to_close_timeout { none: true }"),
            "DEFAULT_HEARTBEAT_TIMEOUT_UNDEFINED");
}

// SWF: 4. NONE is a value; neither: priority 0.
TEST_F(Section4Defaults, AnActivityWithEveryTimeoutNoneIsScheduledWithPriorityZero) {
  EXPECT_EQ(cause_of_bare("task_list { name: 'own' } schedule_to_start_timeout { none: true } "
                          "schedule_to_close_timeout { none: true } "
                          "start_to_close_timeout { none: true } heartbeat_timeout { none: true }"),
            "");
  EXPECT_EQ(
      attributes("w", 5),
      R"(activity_id: "a" activity_type { name: "charge" version: "bare" } task_list { name: "own" } decision_task_completed_event_id: 4 )"
      R"(schedule_to_start_timeout { none: true } schedule_to_close_timeout { none: true } start_to_close_timeout { none: true } )"
      R"(heartbeat_timeout { none: true })");
}

// SWF: 4. A workflow's priority is not inherited by its activities.
TEST_F(Section4Defaults, APriorityIsNotInheritedByActivities) {
  start("w", "task_priority: 9");
  decide({schedule("a")});
  EXPECT_EQ(event("w", 5).activity_task_scheduled().task_priority(), 0);
}

}  // namespace
}  // namespace baton::testing
