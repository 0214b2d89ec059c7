// SWF: 5, continue-as-new: the run closes and a new one of the same workflow id begins, atomically.
#include "tests/spec/spec_test.h"

namespace baton::testing {
namespace {

class Section5ContinueAsNew : public SpecTest {
 protected:
  // Of the run that closed: its event WorkflowExecutionContinuedAsNew.
  v1::WorkflowExecutionContinuedAsNewAttributes closed(const std::string& run_id) {
    const auto events = history("w", run_id);
    EXPECT_TRUE(events.back().has_workflow_execution_continued_as_new()) << events.back().ShortDebugString();
    return events.back().workflow_execution_continued_as_new();
  }
  // What became of a decision that is refused: the cause, less its prefix.
  std::string cause_of(const std::string& fields) {
    start("w");
    decide({continue_as_new(fields)});
    const v1::HistoryEvent last = event("w", 5);
    EXPECT_TRUE(last.has_continue_as_new_workflow_execution_failed()) << last.ShortDebugString();
    EXPECT_TRUE(wakes_decider("w", 5));
    const std::string cause =
        v1::ContinueAsNewWorkflowExecutionFailedCause_Name(last.continue_as_new_workflow_execution_failed().cause());
    return cause.substr(std::string("CONTINUE_AS_NEW_WORKFLOW_EXECUTION_FAILED_CAUSE_").size());
  }
};

// SWF: 5. The run is closed as continued as new, and names its successor.
TEST_F(Section5ContinueAsNew, ClosesTheRunAndNamesItsSuccessor) {
  const std::string first = start("w");
  decide({continue_as_new()});
  const std::string second = closed(first).new_execution_run_id();
  EXPECT_NE(second, first);
  EXPECT_EQ(describe("w", first).execution_info().close_status(), v1::CLOSE_STATUS_CONTINUED_AS_NEW);
  const auto successor = describe("w", second).execution_info();
  EXPECT_EQ(successor.execution_status(), v1::EXECUTION_STATUS_OPEN);
  EXPECT_EQ(text_of(successor.workflow_type()), R"(name: "process" version: "1")");
}

// SWF: 5. The new run's Started event has continuedExecutionRunId; it begins like any other, with a decision task of its own.
TEST_F(Section5ContinueAsNew, TheSuccessorBeginsWithADecisionTaskAndKnowsWhomItContinues) {
  const std::string first = start("w");
  decide({record_marker("m"), continue_as_new()});
  const auto task = poll_decision();
  EXPECT_EQ(task.workflow_execution().run_id(), closed(first).new_execution_run_id());
  EXPECT_EQ(task.previous_started_event_id(), 0);
  EXPECT_EQ(history_text("w"), "1 WorkflowExecutionStarted, 2 DecisionTaskScheduled, 3 DecisionTaskStarted");
  EXPECT_EQ(event("w", 1).workflow_execution_started().continued_execution_run_id(), first);
  answer(task, {complete()});
}

// SWF: 5. Unset fields resolve from the type's defaults, not from the old run: input, tags and priority are not carried over.
TEST_F(Section5ContinueAsNew, NothingIsCarriedOver) {
  start("w", "input { data: 'old' } tag_list: 'old' task_priority: 9 task_start_to_close_timeout { after { seconds: 77 } }");
  decide({continue_as_new()});
  const auto begun = event("w", 1).workflow_execution_started();
  EXPECT_FALSE(begun.has_input());
  EXPECT_EQ(begun.tag_list_size(), 0);
  EXPECT_EQ(begun.task_priority(), 0);
  EXPECT_NE(begun.task_start_to_close_timeout().after().seconds(), 77);
}

// SWF: 5. What the decision gives is what the new run has, and the closing event shows it.
TEST_F(Section5ContinueAsNew, TheDecisionSaysHowTheSuccessorGoes) {
  const std::string first = start("w");
  decide({continue_as_new("input { data: 'new' } tag_list: 'new' task_priority: 4 task_list { name: 'other' } lambda_role: 'role' "
                          "execution_start_to_close_timeout { after { seconds: 60 } } task_start_to_close_timeout { none: true } "
                          "child_policy: CHILD_POLICY_ABANDON")});
  const auto continued = closed(first);
  EXPECT_EQ(text_of(describe("w").execution_configuration()),
            R"(task_start_to_close_timeout { none: true } execution_start_to_close_timeout { after { seconds: 60 } } )"
            R"(task_list { name: "other" } task_priority: 4 child_policy: CHILD_POLICY_ABANDON lambda_role: "role")");
  EXPECT_EQ(continued.input().data(), "new");
  EXPECT_EQ(continued.tag_list(0), "new");
  EXPECT_EQ(continued.task_list().name(), "other");
  EXPECT_EQ(event("w", 1).workflow_execution_started().input().data(), "new");
  EXPECT_EQ(event("w", 1).workflow_execution_started().tag_list(0), "new");
}

// SWF: 5. The version may change, the name may not.
TEST_F(Section5ContinueAsNew, TheVersionMayChange) {
  ASSERT_EQ(register_workflow_type("process", "2", "default_task_list { name: 'two' } default_execution_start_to_close_timeout { after { seconds: "
                                                   "60 } } default_task_start_to_close_timeout { none: true } default_child_policy: "
                                                   "CHILD_POLICY_TERMINATE").reason, "OK");
  start("w");
  decide({continue_as_new("workflow_type_version: '2'")});
  EXPECT_EQ(text_of(poll_decision("two").workflow_type()), R"(name: "process" version: "2")");
}

// SWF: 5. One open run of a workflow id, before and after.
TEST_F(Section5ContinueAsNew, OnlyTheSuccessorIsOpen) {
  start("w");
  decide({continue_as_new()});
  EXPECT_EQ(try_start("w").reason, "WORKFLOW_EXECUTION_ALREADY_STARTED");
  signal("w");
  EXPECT_EQ(history_text("w"), "1 WorkflowExecutionStarted, 2 DecisionTaskScheduled, 3 WorkflowExecutionSignaled");
}

// SWF: 5. Again and again.
TEST_F(Section5ContinueAsNew, AChainOfRuns) {
  std::vector<std::string> runs{start("w")};
  for (int i = 0; i < 3; ++i) {
    decide({continue_as_new()});
    runs.push_back(closed(runs.back()).new_execution_run_id());
    EXPECT_EQ(event("w", 1).workflow_execution_started().continued_execution_run_id(), runs[runs.size() - 2]);
  }
  decide({complete()});
  EXPECT_EQ(describe("w", runs.back()).execution_info().close_status(), v1::CLOSE_STATUS_COMPLETED);
}

// SWF: 7, every cause of ContinueAsNewWorkflowExecutionFailed. (UNHANDLED_DECISION: Section6UnhandledDecision.)
TEST_F(Section5ContinueAsNew, FailsWhenTheTypeDoesNotExist) {
  EXPECT_EQ(cause_of("workflow_type_version: 'none'"), "WORKFLOW_TYPE_DOES_NOT_EXIST");
}
TEST_F(Section5ContinueAsNew, FailsWhenTheTypeIsDeprecated) {
  ASSERT_EQ(on_type(&Registry::DeprecateWorkflowType, "process", "bare").reason, "OK");
  EXPECT_EQ(cause_of("workflow_type_version: 'bare'"), "WORKFLOW_TYPE_DEPRECATED");
}
TEST_F(Section5ContinueAsNew, FailsWithoutAnExecutionTimeout) {
  EXPECT_EQ(cause_of("workflow_type_version: 'bare'"), "DEFAULT_EXECUTION_START_TO_CLOSE_TIMEOUT_UNDEFINED");
}
TEST_F(Section5ContinueAsNew, FailsWithoutATaskList) {
  EXPECT_EQ(cause_of("workflow_type_version: 'bare' execution_start_to_close_timeout { after { seconds: 60 } }"),
            "DEFAULT_TASK_LIST_UNDEFINED");
}
TEST_F(Section5ContinueAsNew, FailsWithoutATaskTimeout) {
  EXPECT_EQ(cause_of("workflow_type_version: 'bare' execution_start_to_close_timeout { after { seconds: 60 } } task_list { name: 'l' }"),
            "DEFAULT_TASK_START_TO_CLOSE_TIMEOUT_UNDEFINED");
}
TEST_F(Section5ContinueAsNew, FailsWithoutAChildPolicy) {
  EXPECT_EQ(cause_of("workflow_type_version: 'bare' execution_start_to_close_timeout { after { seconds: 60 } } task_list { name: 'l' } "
                     "task_start_to_close_timeout { none: true }"),
            "DEFAULT_CHILD_POLICY_UNDEFINED");
}

struct Section5ContinueAsNewDenied : SpecTest {
  Section5ContinueAsNewDenied() : SpecTest("deny * ContinueAsNewWorkflowExecution orders\ndefault allow") {}
};
TEST_F(Section5ContinueAsNewDenied, IsNotPermitted) {
  start("w");
  decide({continue_as_new()});
  EXPECT_EQ(attributes("w", 5),
            "cause: CONTINUE_AS_NEW_WORKFLOW_EXECUTION_FAILED_CAUSE_OPERATION_NOT_PERMITTED decision_task_completed_event_id: 4");
}

// Bad input: one error that names the field, nothing applied, the token still usable.
TEST_F(Section5ContinueAsNew, BadFieldsAreNamedAndNothingIsApplied) {
  const std::string field = "decisions[0].continue_as_new_workflow_execution.";
  start("w");
  const auto task = poll_decision();
  const std::vector<std::pair<std::string, std::string>> bad{
      {"execution_start_to_close_timeout { none: true }", "execution_start_to_close_timeout"},
      {"task_start_to_close_timeout { after { seconds: -1 } }", "task_start_to_close_timeout"},
      {"task_list { name: 'a:b' }", "task_list.name"},
      {"workflow_type_version: ''", "workflow_type_version"},
      {"workflow_type_version: '" + std::string(65, 'v') + "'", "workflow_type_version"},
      {"child_policy: 99", "child_policy"},
      {"tag_list: '1' tag_list: '2' tag_list: '3' tag_list: '4' tag_list: '5' tag_list: '6'", "tag_list"},
      {"tag_list: '" + std::string(257, 't') + "'", "tag_list[0]"},
      {"input { data: '" + std::string(32769, 'x') + "' }", "input"},
      {"lambda_role: ''", "lambda_role"}};
  for (const auto& [fields, name] : bad) {
    const Outcome refused = try_answer(task, {continue_as_new(fields)});
    EXPECT_EQ(refused.reason, "VALIDATION") << fields.substr(0, 60);
    EXPECT_EQ(refused.subject, field + name);
  }
  EXPECT_EQ(history_text("w", 3), "3 DecisionTaskStarted");
  answer(task, {complete()});
}
TEST_F(Section5ContinueAsNew, MustBeTheLastDecision) {
  start("w");
  const auto task = poll_decision();
  EXPECT_EQ(try_answer(task, {continue_as_new(), record_marker("m")}).subject, "decisions[0]");
  EXPECT_EQ(try_answer(task, {continue_as_new(), complete()}).subject, "decisions[0]");
  answer(task, {complete()});
}

}  // namespace
}  // namespace baton::testing
