// SWF: 4, workflow types and activity types: REGISTERED, DEPRECATED and deleted, and what each allows.
#include "tests/spec/spec_test.h"

namespace baton::testing {
namespace {

using ::testing::ElementsAre;

class Section4Types : public SpecTest {
 protected:
  void deprecate_workflow_type() { EXPECT_EQ(on_type(&Registry::DeprecateWorkflowType, "process", "1").reason, "OK"); }
  void delete_workflow_type() {
    deprecate_workflow_type();
    EXPECT_EQ(on_type(&Registry::DeleteWorkflowType, "process", "1").reason, "OK");
  }
  void deprecate_activity_type() { EXPECT_EQ(on_type(&Registry::DeprecateActivityType, "charge", "1").reason, "OK"); }
  void delete_activity_type() {
    deprecate_activity_type();
    EXPECT_EQ(on_type(&Registry::DeleteActivityType, "charge", "1").reason, "OK");
  }
  std::vector<std::string> open_of_type(const std::string& name) {
    v1::ListOpenWorkflowExecutionsRequest request;
    v1::ListOpenWorkflowExecutionsResponse listed;
    merge("domain: 'orders' start_time_filter { oldest_date { } } type_filter { name: '" + name + "' }", &request);
    EXPECT_TRUE(call(*workflows_, &Workflows::ListOpenWorkflowExecutions, request, &listed).ok());
    std::vector<std::string> ids;
    for (const auto& info : listed.execution_infos()) ids.push_back(info.execution().workflow_id());
    return ids;
  }
};

// --- workflow types ---

// SWF: 4. REGISTERED: starts runs.
TEST_F(Section4Types, ARegisteredWorkflowTypeStartsRuns) {
  start("w");
  EXPECT_EQ(text_of(describe("w").execution_info().workflow_type()), R"(name: "process" version: "1")");
}

// SWF: 4. DEPRECATED: no new runs.
TEST_F(Section4Types, ADeprecatedWorkflowTypeStartsNothing) {
  deprecate_workflow_type();
  const Outcome refused = try_start("w");
  EXPECT_EQ(refused.code, grpc::StatusCode::FAILED_PRECONDITION);
  EXPECT_EQ(refused.reason, "TYPE_DEPRECATED");
}

// SWF: 4. DEPRECATED: open runs continue.
TEST_F(Section4Types, OpenRunsOfADeprecatedWorkflowTypeContinue) {
  start("w");
  deprecate_workflow_type();
  decide({complete()});
  EXPECT_EQ(describe("w").execution_info().close_status(), v1::CLOSE_STATUS_COMPLETED);
}

// SWF: 4. DEPRECATED: still usable in filters.
TEST_F(Section4Types, ADeprecatedWorkflowTypeIsUsableInFilters) {
  start("w");
  deprecate_workflow_type();
  EXPECT_THAT(open_of_type("process"), ElementsAre("w"));
}

// SWF: 4. An undeprecated type starts runs again.
TEST_F(Section4Types, AnUndeprecatedWorkflowTypeStartsRunsAgain) {
  deprecate_workflow_type();
  EXPECT_EQ(on_type(&Registry::UndeprecateWorkflowType, "process", "1").reason, "OK");
  EXPECT_EQ(try_start("w").reason, "OK");
}

// SWF: 4. Deleted only from DEPRECATED.
TEST_F(Section4Types, OnlyADeprecatedWorkflowTypeIsDeleted) {
  EXPECT_EQ(on_type(&Registry::DeleteWorkflowType, "process", "1").reason, "TYPE_NOT_DEPRECATED");
  delete_workflow_type();
}

// SWF: 4. After the deletion: unknown resource; open runs continue.
TEST_F(Section4Types, ADeletedWorkflowTypeIsUnknownResource) {
  delete_workflow_type();
  EXPECT_EQ(try_start("w").reason, "UNKNOWN_RESOURCE");
  EXPECT_EQ(on_type(&Registry::DescribeWorkflowType, "process", "1").reason, "UNKNOWN_RESOURCE");
}
TEST_F(Section4Types, OpenRunsOfADeletedWorkflowTypeContinue) {
  start("w");
  delete_workflow_type();
  EXPECT_THAT(open_of_type("process"), ElementsAre("w"));
  decide({start_timer("t"), complete()});
  EXPECT_EQ(describe("w").execution_info().close_status(), v1::CLOSE_STATUS_COMPLETED);
}

// SWF: 2. Immutable: a second registration is refused, also when the old one is deprecated; a change is another version.
TEST_F(Section4Types, AWorkflowTypeIsRegisteredOnce) {
  EXPECT_EQ(register_workflow_type("process", "1", "default_task_priority: 3").reason, "TYPE_ALREADY_EXISTS");
  deprecate_workflow_type();
  EXPECT_EQ(register_workflow_type("process", "1").reason, "TYPE_ALREADY_EXISTS");
  EXPECT_EQ(register_workflow_type("process", "2", "default_task_priority: 3").reason, "OK");
}

// SWF: 14, 22. A deletion frees the name and version.
TEST_F(Section4Types, ADeletedWorkflowTypeMayBeRegisteredAnew) {
  delete_workflow_type();
  EXPECT_EQ(register_workflow_type("process", "1").reason, "OK");
}

// SWF: 2. Deprecating twice, and undeprecating a registered one, is refused.
TEST_F(Section4Types, DeprecatingAWorkflowTypeTwiceIsRefused) {
  deprecate_workflow_type();
  EXPECT_EQ(on_type(&Registry::DeprecateWorkflowType, "process", "1").reason, "TYPE_DEPRECATED");
}
TEST_F(Section4Types, UndeprecatingARegisteredWorkflowTypeIsRefused) {
  EXPECT_EQ(on_type(&Registry::UndeprecateWorkflowType, "process", "1").reason, "TYPE_ALREADY_EXISTS");
}

// SWF: 2. A type is known in its own domain only.
TEST_F(Section4Types, ATypeIsOfOneDomain) {
  register_domain("other");
  EXPECT_EQ(try_start("w", "domain: 'other'").reason, "UNKNOWN_RESOURCE");
}

// --- activity types ---

// SWF: 4. REGISTERED: tasks are scheduled.
TEST_F(Section4Types, ARegisteredActivityTypeIsScheduled) {
  start("w");
  decide({schedule("a")});
  EXPECT_EQ(text_of(poll_activity().activity_type()), R"(name: "charge" version: "1")");
}

// SWF: 4. DEPRECATED: the decision fails with ACTIVITY_TYPE_DEPRECATED.
TEST_F(Section4Types, ADeprecatedActivityTypeIsNotScheduled) {
  start("w");
  deprecate_activity_type();
  decide({schedule("a")});
  EXPECT_EQ(event("w", 5).schedule_activity_task_failed().cause(), v1::SCHEDULE_ACTIVITY_TASK_FAILED_CAUSE_ACTIVITY_TYPE_DEPRECATED);
}

// SWF: 4. DEPRECATED: scheduled tasks continue.
TEST_F(Section4Types, ScheduledTasksOfADeprecatedActivityTypeContinue) {
  start("w");
  decide({schedule("a")});
  deprecate_activity_type();
  complete_activity(poll_activity());
  EXPECT_EQ(history_text("w", 6), "6 ActivityTaskStarted, 7 ActivityTaskCompleted, 8 DecisionTaskScheduled");
}

// SWF: 4. Deleted: only from DEPRECATED; the decision fails with ACTIVITY_TYPE_DOES_NOT_EXIST, scheduled tasks continue.
TEST_F(Section4Types, OnlyADeprecatedActivityTypeIsDeleted) {
  EXPECT_EQ(on_type(&Registry::DeleteActivityType, "charge", "1").reason, "TYPE_NOT_DEPRECATED");
  delete_activity_type();
  EXPECT_EQ(on_type(&Registry::DescribeActivityType, "charge", "1").reason, "UNKNOWN_RESOURCE");
}
TEST_F(Section4Types, ADeletedActivityTypeDoesNotExist) {
  start("w");
  delete_activity_type();
  decide({schedule("a")});
  EXPECT_EQ(event("w", 5).schedule_activity_task_failed().cause(),
            v1::SCHEDULE_ACTIVITY_TASK_FAILED_CAUSE_ACTIVITY_TYPE_DOES_NOT_EXIST);
}
TEST_F(Section4Types, ScheduledTasksOfADeletedActivityTypeContinue) {
  start("w");
  decide({schedule("a")});
  delete_activity_type();
  complete_activity(poll_activity());
  EXPECT_EQ(history_text("w", 6), "6 ActivityTaskStarted, 7 ActivityTaskCompleted, 8 DecisionTaskScheduled");
}

// SWF: 2. The same rules as for workflow types.
TEST_F(Section4Types, AnActivityTypeIsRegisteredOnce) {
  EXPECT_EQ(register_activity_type("charge", "1").reason, "TYPE_ALREADY_EXISTS");
  deprecate_activity_type();
  EXPECT_EQ(register_activity_type("charge", "1").reason, "TYPE_ALREADY_EXISTS");
  EXPECT_EQ(register_activity_type("charge", "2").reason, "OK");
}
TEST_F(Section4Types, ADeletedActivityTypeMayBeRegisteredAnew) {
  delete_activity_type();
  EXPECT_EQ(register_activity_type("charge", "1").reason, "OK");
}
TEST_F(Section4Types, DeprecatingAnActivityTypeTwiceIsRefused) {
  deprecate_activity_type();
  EXPECT_EQ(on_type(&Registry::DeprecateActivityType, "charge", "1").reason, "TYPE_DEPRECATED");
}
TEST_F(Section4Types, UndeprecatingARegisteredActivityTypeIsRefused) {
  EXPECT_EQ(on_type(&Registry::UndeprecateActivityType, "charge", "1").reason, "TYPE_ALREADY_EXISTS");
}

}  // namespace
}  // namespace baton::testing
