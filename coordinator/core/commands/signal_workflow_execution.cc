// SignalWorkflowExecution: WorkflowExecutionSignaled, and the decider hears of it.
#include "coordinator/core/commands/commands.h"
#include "coordinator/core/commands/execution_call.h"
#include "coordinator/core/commands/signal.h"
#include "coordinator/core/draft.h"
#include "coordinator/core/journal_values.h"
#include "coordinator/core/names.h"

namespace baton::core {

absl::Status check_signal(const baton::v1::SignalWorkflowExecutionRequest& request, const Limits& limits, const std::string& prefix) {
  if (absl::Status s = check_name("signal_name", request.signal_name()); !s.ok()) return s;
  if (absl::Status s = check_payload(prefix + "input", request.input(), limits.payload_bytes); !s.ok()) return s;
  return check_headers(prefix + "headers", request.headers(), limits.headers_bytes);
}

void add_signal(Draft& draft, const baton::v1::SignalWorkflowExecutionRequest& request) {
  draft.event([&](journal::Event& event) {
    auto& signaled = *event.mutable_workflow_execution_signaled();
    signaled.set_signal_name(request.signal_name());
    if (request.has_input()) *signaled.mutable_input() = to_journal(request.input());
    to_journal(request.headers(), signaled.mutable_headers());
  });
  draft.wake_decider();
}

absl::StatusOr<Commit> signal_workflow_execution(const ExecutionState& state, const Caller&, const SignalWorkflowExecution& command,
                                                 const Context& context) {
  const auto& request = command.request;
  absl::Status s = check_execution_call(request.domain(), request.workflow_id(), request.run_id(), request.request_id(), context);
  if (!s.ok()) return s;
  if (s = check_signal(request, context.limits); !s.ok()) return s;
  if (s = check_open(state, request.domain(), request.workflow_id(), request.run_id()); !s.ok()) return s;

  Draft draft(state, context);
  add_signal(draft, request);
  return std::move(draft).finish(EmptyReply{});
}

}  // namespace baton::core
