// RespondDecisionTaskCompleted: the decider's answer (facts.md §6; design: all-or-nothing close).
#include <algorithm>

#include "coordinator/core/commands/commands.h"
#include "coordinator/core/commands/decision_delivery.h"
#include "coordinator/core/decisions/decisions.h"
#include "coordinator/core/draft.h"
#include "coordinator/core/fault.h"
#include "coordinator/core/journal_values.h"
#include "coordinator/core/names.h"

namespace baton::core {
namespace {

using baton::v1::Decision;
using Request = baton::v1::RespondDecisionTaskCompletedRequest;

bool is_closing(const Decision& decision) {
  return decision.has_complete_workflow_execution() || decision.has_fail_workflow_execution() || decision.has_cancel_workflow_execution() ||
         decision.has_continue_as_new_workflow_execution();
}

absl::Status check_decision(const std::string& field, const Decision& decision, const Limits& limits) {
  switch (decision.attributes_case()) {
    case Decision::kScheduleActivityTask:
      return check(field + ".schedule_activity_task", decision.schedule_activity_task(), limits);
    case Decision::kRequestCancelActivityTask:
      return check(field + ".request_cancel_activity_task", decision.request_cancel_activity_task(), limits);
    case Decision::kStartTimer:
      return check(field + ".start_timer", decision.start_timer(), limits);
    case Decision::kCancelTimer:
      return check(field + ".cancel_timer", decision.cancel_timer(), limits);
    case Decision::kRecordMarker:
      return check(field + ".record_marker", decision.record_marker(), limits);
    case Decision::kCompleteWorkflowExecution:
      return check(field + ".complete_workflow_execution", decision.complete_workflow_execution(), limits);
    case Decision::kFailWorkflowExecution:
      return check(field + ".fail_workflow_execution", decision.fail_workflow_execution(), limits);
    case Decision::kCancelWorkflowExecution:
      return check(field + ".cancel_workflow_execution", decision.cancel_workflow_execution(), limits);
    case Decision::kStartChildWorkflowExecution:
      return check(field + ".start_child_workflow_execution", decision.start_child_workflow_execution(), limits);
    case Decision::kSignalExternalWorkflowExecution:
      return check(field + ".signal_external_workflow_execution", decision.signal_external_workflow_execution(), limits);
    case Decision::kRequestCancelExternalWorkflowExecution:
      return check(field + ".request_cancel_external_workflow_execution", decision.request_cancel_external_workflow_execution(), limits);
    case Decision::kScheduleLambdaFunction:
      return check(field + ".schedule_lambda_function", decision.schedule_lambda_function(), limits);
    case Decision::kUpsertSearchAttributes:
      return check(field + ".upsert_search_attributes", decision.upsert_search_attributes(), limits);
    case Decision::kAnswerUpdate:
      return check(field + ".answer_update", decision.answer_update(), limits);
    case Decision::kContinueAsNewWorkflowExecution:
      return check(field + ".continue_as_new_workflow_execution", decision.continue_as_new_workflow_execution(), limits);
    case Decision::ATTRIBUTES_NOT_SET:
      break;
  }
  return invalid_field(field, "has no attributes of a known kind: set one of its fields");
}

void apply_one(Deciding& deciding, const Decision& decision) {
  switch (decision.attributes_case()) {
    case Decision::kScheduleActivityTask:
      return apply_decision(deciding, decision.schedule_activity_task());
    case Decision::kRequestCancelActivityTask:
      return apply_decision(deciding, decision.request_cancel_activity_task());
    case Decision::kStartTimer:
      return apply_decision(deciding, decision.start_timer());
    case Decision::kCancelTimer:
      return apply_decision(deciding, decision.cancel_timer());
    case Decision::kRecordMarker:
      return apply_decision(deciding, decision.record_marker());
    case Decision::kStartChildWorkflowExecution:
      return apply_decision(deciding, decision.start_child_workflow_execution());
    case Decision::kSignalExternalWorkflowExecution:
      return apply_decision(deciding, decision.signal_external_workflow_execution());
    case Decision::kRequestCancelExternalWorkflowExecution:
      return apply_decision(deciding, decision.request_cancel_external_workflow_execution());
    case Decision::kScheduleLambdaFunction:
      return apply_decision(deciding, decision.schedule_lambda_function());
    case Decision::kUpsertSearchAttributes:
      return apply_decision(deciding, decision.upsert_search_attributes());
    case Decision::kAnswerUpdate:
      return apply_decision(deciding, decision.answer_update());
    case Decision::kCompleteWorkflowExecution:
      return apply_decision(deciding, decision.complete_workflow_execution());
    case Decision::kFailWorkflowExecution:
      return apply_decision(deciding, decision.fail_workflow_execution());
    case Decision::kCancelWorkflowExecution:
      return apply_decision(deciding, decision.cancel_workflow_execution());
    case Decision::kContinueAsNewWorkflowExecution:
      return apply_decision(deciding, decision.continue_as_new_workflow_execution());
    case Decision::ATTRIBUTES_NOT_SET:
      return;  // refused by check_decision()
  }
}

absl::Status check(const Request& request, const Limits& limits) {
  if (request.decisions_size() > limits.decisions_per_answer) {
    return mark_rests_on_registry(
        invalid_field("decisions", "has " + std::to_string(request.decisions_size()) + " decisions: at most " +
                                       std::to_string(limits.decisions_per_answer) + " are allowed in one answer"));
  }
  if (const size_t bytes = request.ByteSizeLong(); bytes > kMaxRequestBytes) {
    return invalid_field("decisions", "make an answer of " + std::to_string(bytes) + " bytes: at most " +
                                          std::to_string(kMaxRequestBytes) + " are allowed in one answer");
  }
  for (int i = 0; i < request.decisions_size(); ++i) {
    const std::string field = "decisions[" + std::to_string(i) + "]";
    if (absl::Status s = check_decision(field, request.decisions(i), limits); !s.ok()) return s;
    if (is_closing(request.decisions(i)) && i + 1 < request.decisions_size()) {
      return invalid_field(field, "closes the execution, so it must be the last decision");
    }
  }
  if (absl::Status s = check_text("execution_context", request.execution_context(), kMaxExecutionContextChars); !s.ok()) return s;
  if (!request.task_list().name().empty()) {
    if (absl::Status s = check_name("task_list.name", request.task_list().name()); !s.ok()) return s;
  }
  return check_timeout("task_list_schedule_to_start_timeout", request.has_task_list_schedule_to_start_timeout(),
                       request.task_list_schedule_to_start_timeout());
}

absl::Status close_refused() {
  return fault(baton::v1::UNHANDLED_DECISION, "decisions",
               "new events came before the execution could close, so nothing of this answer was applied: decide again with the decision "
               "task that follows");
}

// How an answer is taken that came before; OK: as it was recorded.
absl::Status repeated(const AnsweredTask& answered, const TaskRef& task) {
  if (answered.answer == Answer::kAbandoned) return close_refused();
  if (answered.answer == Answer::kGivenUp) return no_such_decision(task, "was given up before, and that stands");
  return absl::OkStatus();
}

absl::StatusOr<Commit> abandon(Draft draft, const TaskRef& task) {
  draft.record([&](journal::Record& record) {
    auto& abandoned = *record.mutable_decision_abandoned();
    abandoned.set_started_event_id(task.started_event_id);
    abandoned.set_delivery(task.delivery);
    abandoned.set_reason(journal::DecisionAbandoned::CLOSE_REFUSED);
    abandoned.set_time_ms(draft.context().now_ms);
  });
  draft.answered_by(task.scheduled_event_id, task.delivery);
  return std::move(draft).finish(CloseRefusedReply{});
}

int64_t complete(Draft& draft, const RespondDecisionTaskCompleted& command) {
  const Request& request = command.request;
  draft.record([&](journal::Record& record) {
    auto& answered = *record.mutable_decision_answered();
    answered.set_started_event_id(command.task.started_event_id);
    answered.set_delivery(command.task.delivery);
    if (!request.run_cached()) return;
    answered.set_instance_id(command.instance_id);
    answered.set_run_cached(true);
  });
  draft.answered_by(command.task.scheduled_event_id, command.task.delivery);
  return draft.event([&](journal::Event& event) {
    auto& completed = *event.mutable_decision_task_completed();
    if (request.has_execution_context()) completed.set_execution_context(request.execution_context());
    completed.set_scheduled_event_id(command.task.scheduled_event_id);
    completed.set_started_event_id(command.task.started_event_id);
    if (request.task_list().name().empty()) return;
    completed.set_task_list(request.task_list().name());
    const auto timeout = timeout_ms(request.task_list_schedule_to_start_timeout());
    if (timeout) completed.set_task_list_schedule_to_start_timeout_ms(*timeout);
  });
}

// The run that continues this one, in the same commit.
absl::Status add_successor(Commit& commit, const journal::WorkflowExecutionStartedAttributes& started, const Context& context) {
  const ExecutionState nothing;
  Draft draft(nothing, context);
  draft.event([&](journal::Event& event) { *event.mutable_workflow_execution_started() = started; });
  draft.wake_decider();
  auto begun = std::move(draft).finish(EmptyReply{});
  if (!begun.ok()) return begun.status();
  commit.runs.push_back(std::move(begun->runs[0]));
  return absl::OkStatus();
}

}  // namespace

absl::StatusOr<Commit> respond_decision_task_completed(const ExecutionState& state, const Caller& caller,
                                                       const RespondDecisionTaskCompleted& command, const Context& context) {
  if (const AnsweredTask* answered = find_answer(state, command.task)) {
    if (absl::Status s = repeated(*answered, command.task); !s.ok()) return s;
    return Commit{{}, RepeatReply{}, false};
  }
  if (absl::Status s = check_decision_delivery(state, command.task); !s.ok()) return s;
  const Request& request = command.request;
  if (absl::Status s = check(request, context.limits); !s.ok()) return s;

  Draft draft(state, context);
  const bool closes = request.decisions_size() > 0 && is_closing(request.decisions(request.decisions_size() - 1));
  const bool unhandled = state.queued_decision.has_value();
  if (closes && unhandled && request.all_or_nothing_close()) return abandon(std::move(draft), command.task);
  Deciding deciding{draft, caller, complete(draft, command), unhandled, command.fresh_run_id};
  for (const Decision& decision : request.decisions()) apply_one(deciding, decision);
  if (draft.decision_needed() && draft.state().open()) draft.wake_decider();
  auto commit = std::move(draft).finish(EmptyReply{});
  if (!commit.ok() || !deciding.successor) return commit;
  if (absl::Status s = add_successor(*commit, *deciding.successor, context); !s.ok()) return s;
  return commit;
}

}  // namespace baton::core
