// RequestCancelWorkflowExecution: only a request; the decider decides (facts.md §5).
#include "coordinator/core/commands/commands.h"
#include "coordinator/core/commands/execution_call.h"
#include "coordinator/core/draft.h"

namespace baton::core {

absl::StatusOr<Commit> request_cancel_workflow_execution(const ExecutionState& state, const Caller&,
                                                         const RequestCancelWorkflowExecution& command, const Context& context) {
  const auto& request = command.request;
  absl::Status s = check_execution_call(request.domain(), request.workflow_id(), request.run_id(), request.request_id(), context);
  if (!s.ok()) return s;
  if (s = check_open(state, request.domain(), request.workflow_id(), request.run_id()); !s.ok()) return s;

  Draft draft(state, context);
  draft.event([](journal::Event& event) { event.mutable_workflow_execution_cancel_requested(); });
  draft.wake_decider();
  return std::move(draft).finish(EmptyReply{});
}

}  // namespace baton::core
