// What came of a message that this run sent: the event that says so, and the decider hears of it.
#include "coordinator/core/commands/commands.h"
#include "coordinator/core/external.h"
#include "coordinator/core/fault.h"

namespace baton::core {
namespace {

void settle_child_start(Draft& draft, int64_t initiated_event_id, const absl::StatusOr<RunId>& outcome) {
  if (outcome.ok()) return start_child(draft, initiated_event_id);
  const auto initiated = draft.state().children.get(initiated_event_id)->initiated;
  const auto& attributes = initiated->start_child_workflow_execution_initiated();
  draft.event([&](journal::Event& event) {
    auto& failed = *event.mutable_start_child_workflow_execution_failed();
    failed.set_workflow_id(attributes.workflow_id());
    *failed.mutable_workflow_type() = attributes.workflow_type();
    failed.set_cause(fault_of(outcome.status()) == baton::v1::LIMIT_EXCEEDED
                         ? journal::START_CHILD_WORKFLOW_EXECUTION_FAILED_CAUSE_OPEN_WORKFLOWS_LIMIT_EXCEEDED
                         : journal::START_CHILD_WORKFLOW_EXECUTION_FAILED_CAUSE_WORKFLOW_ALREADY_RUNNING);
    failed.set_initiated_event_id(initiated_event_id);
    failed.set_decision_task_completed_event_id(attributes.decision_task_completed_event_id());
    if (attributes.has_control()) failed.set_control(attributes.control());
  });
}

// False: the run has the answer, or never waited for one.
bool awaits(const ExecutionState& state, const MessageKey& key) {
  if (!state.open()) return false;
  switch (key.kind) {
    case MessageKind::kSignal:
    case MessageKind::kRequestCancel:
      return state.external_requests.contains(key.subject);
    case MessageKind::kStartChild: {
      const ChildExecution* child = state.children.get(key.subject);
      return child != nullptr && child->started_event_id == 0;
    }
    case MessageKind::kChildEnded:
    case MessageKind::kApplyChildPolicy:
      return false;
  }
  return false;
}

}  // namespace

absl::StatusOr<Commit> settle_message(const ExecutionState& state, const Caller&, const SettleMessage& command, const Context& context) {
  if (!awaits(state, command.key)) return Commit{{}, EmptyReply{}, false};
  Draft draft(state, context);
  if (command.key.kind == MessageKind::kStartChild) {
    settle_child_start(draft, command.key.subject, command.outcome);
  } else if (command.outcome.ok()) {
    answer_external_request(draft, command.key.subject, *command.outcome);
  } else {
    fail_external_request_as_unknown(draft, command.key.subject);
  }
  draft.wake_decider();
  return std::move(draft).finish(EmptyReply{});
}

}  // namespace baton::core
