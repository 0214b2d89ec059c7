// A message from another execution: what it records here (facts.md §5, §9).
#include "coordinator/core/commands/commands.h"
#include "coordinator/core/commands/execution_call.h"
#include "coordinator/core/external.h"
#include "coordinator/core/fault.h"
#include "coordinator/core/journal_values.h"

namespace baton::core {
namespace {

using journal::Message;

Commit nothing() { return {{}, EmptyReply{}, false}; }

absl::Status check_target(const ExecutionState& state, const Message& message) {
  return check_open(state, message.domain(), message.target().workflow_id(), run_id_text(message.target().run_id()));
}

// Appends one event, and the decider hears of it.
template <class Fill>
absl::StatusOr<Commit> record(const ExecutionState& state, const Context& context, Fill fill) {
  Draft draft(state, context);
  draft.event(fill);
  draft.wake_decider();
  const RunId run_id = draft.state().identity->run_id;
  return std::move(draft).finish(StartReply{run_id});
}

absl::StatusOr<Commit> signal(const ExecutionState& state, const Message& message, const Context& context) {
  if (absl::Status s = check_target(state, message); !s.ok()) return s;
  return record(state, context, [&](journal::Event& event) { *event.mutable_workflow_execution_signaled() = message.signal(); });
}

absl::StatusOr<Commit> request_cancel(const ExecutionState& state, const Message& message, const Context& context) {
  if (absl::Status s = check_target(state, message); !s.ok()) return s;
  return record(state, context,
                [&](journal::Event& event) { *event.mutable_workflow_execution_cancel_requested() = message.request_cancel(); });
}

absl::StatusOr<Commit> begin_child(const ExecutionState& state, const Message& message, const Context& context) {
  return record(state, context, [&](journal::Event& event) { *event.mutable_workflow_execution_started() = message.start_child(); });
}

// A parent that is closed, or knows of the end already, is told nothing.
absl::StatusOr<Commit> child_ended(const ExecutionState& state, const Message& message, const Context& context) {
  if (!state.open()) return nothing();
  journal::Event ended = message.child_ended();
  int64_t initiated_event_id = 0;
  const auto settle = [&](auto* child) {
    initiated_event_id = child->initiated_event_id();
    const ChildExecution* open = state.children.get(initiated_event_id);
    // The news of its start may still be on the way: that it ended implies that it started.
    if (open != nullptr) child->set_started_event_id(open->started_event_id != 0 ? open->started_event_id : state.last_event_id + 1);
    return open;
  };
  const ChildExecution* open = nullptr;
  switch (ended.attributes_case()) {
    case journal::Event::kChildWorkflowExecutionCompleted:
      open = settle(ended.mutable_child_workflow_execution_completed());
      break;
    case journal::Event::kChildWorkflowExecutionFailed:
      open = settle(ended.mutable_child_workflow_execution_failed());
      break;
    case journal::Event::kChildWorkflowExecutionTimedOut:
      open = settle(ended.mutable_child_workflow_execution_timed_out());
      break;
    case journal::Event::kChildWorkflowExecutionCanceled:
      open = settle(ended.mutable_child_workflow_execution_canceled());
      break;
    case journal::Event::kChildWorkflowExecutionTerminated:
      open = settle(ended.mutable_child_workflow_execution_terminated());
      break;
    default:
      return absl::DataLossError("the end of a child of a kind that this release does not know");
  }
  if (open == nullptr) return nothing();
  Draft draft(state, context);
  if (open->started_event_id == 0) start_child(draft, initiated_event_id);
  draft.event([&](journal::Event& event) {
    const int64_t time_ms = event.time_ms();
    event = std::move(ended);
    event.set_time_ms(time_ms);
  });
  draft.wake_decider();
  return std::move(draft).finish(EmptyReply{});
}

bool is_child_of(const ExecutionState& state, const Message& message) {
  const auto& parent = state.started().parent_workflow_execution();
  return parent.workflow_id() == message.source().workflow_id() && parent.run_id() == message.source().run_id() &&
         state.started().parent_initiated_event_id() == message.apply_child_policy().initiated_event_id();
}

// The open run of the chain that began with the child, addressed as the first run of it or by its workflow id.
absl::StatusOr<Commit> apply_child_policy(const ExecutionState& state, const Message& message, const Context& context) {
  if (state.close_status == journal::CLOSE_STATUS_CONTINUED_AS_NEW) return Commit{{}, ContinuedReply{}, false};
  if (!state.open() || !is_child_of(state, message)) return nothing();
  if (message.apply_child_policy().policy() == journal::CHILD_POLICY_REQUEST_CANCEL) {
    return record(state, context, [&](journal::Event& event) {
      auto& requested = *event.mutable_workflow_execution_cancel_requested();
      *requested.mutable_external_workflow_execution() = message.source();
      requested.set_external_initiated_event_id(message.apply_child_policy().initiated_event_id());
      requested.set_cause(journal::WORKFLOW_EXECUTION_CANCEL_REQUESTED_CAUSE_CHILD_POLICY_APPLIED);
    });
  }
  Draft draft(state, context);
  draft.event([&](journal::Event& event) {
    auto& terminated = *event.mutable_workflow_execution_terminated();
    terminated.set_child_policy(state.started().child_policy());
    terminated.set_cause(journal::WORKFLOW_EXECUTION_TERMINATED_CAUSE_CHILD_POLICY_APPLIED);
  });
  return std::move(draft).finish(EmptyReply{});
}

}  // namespace

absl::StatusOr<Commit> receive_message(const ExecutionState& state, const Caller&, const ReceiveMessage& command, const Context& context) {
  const Message& message = *command.message;
  switch (message.body_case()) {
    case Message::kSignal:
      return signal(state, message, context);
    case Message::kRequestCancel:
      return request_cancel(state, message, context);
    case Message::kStartChild:
      return begin_child(state, message, context);
    case Message::kChildEnded:
      return child_ended(state, message, context);
    case Message::kApplyChildPolicy:
      return apply_child_policy(state, message, context);
    case Message::BODY_NOT_SET:
      break;
  }
  return fault(baton::v1::NOT_IMPLEMENTED, "message", "a message of a kind that this release does not know: a later one delivers it");
}

}  // namespace baton::core
