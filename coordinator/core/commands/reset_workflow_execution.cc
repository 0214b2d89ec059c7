// ResetWorkflowExecution: a new run that begins as its base did, up to a decision that is made anew.
#include "coordinator/core/commands/commands.h"
#include "coordinator/core/commands/execution_call.h"
#include "coordinator/core/decide.h"
#include "coordinator/core/draft.h"
#include "coordinator/core/fault.h"
#include "coordinator/core/journal_values.h"

namespace baton::core {
namespace {

constexpr std::string_view kPoint = "decision_task_completed_event_id";

absl::Status check_point(const ExecutionState& base, const ResetWorkflowExecution& command) {
  const int64_t point = command.request.decision_task_completed_event_id();
  if (command.journal->too_large()) {
    return invalid_field(kPoint, "what is to be kept is over " + std::to_string(kMaxResetBytes) + " bytes: choose an earlier decision");
  }
  // The run went on while its journal was read.
  if (command.journal->last_event_id() < base.last_event_id) return absl::AbortedError("the journal of the base is older than its state");
  if (command.journal->ends_at_decision()) return absl::OkStatus();
  return invalid_field(kPoint, "event " + std::to_string(point) + " of run " + base.identity->run_id.to_text() +
                                   " is not a DecisionTaskCompleted: look for one in its history");
}

void keep(const journal::Record& kept, const RunId& run_id, Draft& draft) {
  draft.record([&](journal::Record& record) {
    record = kept;
    if (!kept.event().has_workflow_execution_started()) return;
    auto& started = *record.mutable_event()->mutable_workflow_execution_started();
    if (started.original_run_id().empty()) started.set_original_run_id(started.execution().run_id());
    *started.mutable_execution() = execution_ref(started.execution().workflow_id(), run_id);
  });
}

void let_come(const journal::Event& came, Draft& draft) {
  // Sent again when its id was forgotten, and in this run it is not answered yet.
  if (draft.state().updates.contains(came.workflow_execution_signaled().update_id())) return;
  draft.event([&](journal::Event& event) {
    const int64_t time_ms = event.time_ms();
    event = came;
    event.set_time_ms(time_ms);
  });
}

absl::StatusOr<Commit> begin(const ExecutionState& base, const ResetWorkflowExecution& command, const Context& context) {
  const ExecutionState nothing;
  Draft draft(nothing, context);
  for (const journal::Record& record : command.journal->kept()) keep(record, command.fresh_run_id, draft);
  const ExecutionState& state = draft.state();
  if (!state.children.empty() || !state.external_requests.empty()) {
    return invalid_field(kPoint, "children, external signals or external cancel requests of run " + base.identity->run_id.to_text() +
                                     " were open before this decision, and cannot be taken over: choose another decision");
  }
  draft.forget_requests();
  draft.event([&](journal::Event& event) {
    auto& reset = *event.mutable_workflow_execution_reset();
    reset.set_base_run_id(base.started().execution().run_id());
    reset.set_decision_task_completed_event_id(command.request.decision_task_completed_event_id());
    reset.set_reason(command.request.reason());
    reset.set_new_run_id(std::string(command.fresh_run_id.view()));
  });
  for (const journal::Event& came : command.journal->came_since()) let_come(came, draft);
  draft.wake_decider();
  draft.arm_deadline(*earliest_deadline_ms(state));
  absl::StatusOr<Commit> begun = std::move(draft).finish(StartReply{command.fresh_run_id});
  if (!begun.ok() || begun->runs[0].after.open()) return begun;
  return mark_rests_on_registry(invalid_field(
      kPoint, "with the signals that came since, the history would be longer than the domain allows: choose an earlier decision"));
}

// Without records if it is closed.
absl::StatusOr<Commit> end(const ExecutionState& base, const ResetWorkflowExecution& command, const Context& context) {
  Draft draft(base, context);
  if (!base.open()) return std::move(draft).finish(EmptyReply{});
  draft.event([&](journal::Event& event) {
    auto& terminated = *event.mutable_workflow_execution_terminated();
    if (!command.request.reason().empty()) terminated.set_reason(command.request.reason());
    terminated.mutable_details()->set_data("reset to event " + std::to_string(command.request.decision_task_completed_event_id()) +
                                           " as run " + command.fresh_run_id.to_text());
    terminated.set_child_policy(base.started().child_policy());
    terminated.set_cause(journal::WORKFLOW_EXECUTION_TERMINATED_CAUSE_OPERATOR_INITIATED);
  });
  return std::move(draft).finish(EmptyReply{});
}

}  // namespace

absl::StatusOr<Commit> reset_workflow_execution(const ExecutionState& state, const Caller&, const ResetWorkflowExecution& command,
                                                const Context& context) {
  const auto& request = command.request;
  absl::Status s = check_execution_call(request.domain(), request.workflow_id(), request.run_id(), request.request_id(), context);
  if (!s.ok()) return s;
  if (s = check_reset(request); !s.ok()) return s;
  if (!state.exists()) return check_open(state, request.domain(), request.workflow_id(), request.run_id());
  if (s = check_point(state, command); !s.ok()) return s;
  absl::StatusOr<Commit> begun = begin(state, command, context);
  if (!begun.ok()) return begun;
  absl::StatusOr<Commit> ended = end(state, command, context);
  if (!ended.ok()) return ended;
  ended->runs.push_back(std::move(begun->runs[0]));
  ended->reply = std::move(begun->reply);
  ended->rests_on_registry |= begun->rests_on_registry;
  return ended;
}

}  // namespace baton::core
