// ResumeWorkflowExecution: what waits is handed out again.
#include "coordinator/core/commands/commands.h"
#include "coordinator/core/commands/execution_call.h"
#include "coordinator/core/draft.h"
#include "coordinator/core/fault.h"
#include "coordinator/core/names.h"

namespace baton::core {

absl::StatusOr<Commit> resume_workflow_execution(const ExecutionState& state, const Caller&, const ResumeWorkflowExecution& command,
                                                 const Context& context) {
  const auto& request = command.request;
  absl::Status s = check_execution_call(request.domain(), request.workflow_id(), request.run_id(), request.request_id(), context);
  if (!s.ok()) return s;
  if (s = check_text("reason", request.reason(), kMaxReasonChars); !s.ok()) return s;
  if (s = check_open(state, request.domain(), request.workflow_id(), request.run_id()); !s.ok()) return s;
  if (!state.pause) {
    return fault(baton::v1::EXECUTION_NOT_PAUSED, "workflow_id",
                 "workflow_id " + request.workflow_id() + " in domain " + request.domain() + " is not paused");
  }
  Draft draft(state, context);
  draft.event([&](journal::Event& event) { event.mutable_workflow_execution_resumed()->set_reason(request.reason()); });
  return std::move(draft).finish(EmptyReply{});
}

}  // namespace baton::core
