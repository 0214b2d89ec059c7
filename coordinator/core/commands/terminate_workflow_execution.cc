// TerminateWorkflowExecution: the run ends at once, whatever is open.
#include "coordinator/core/commands/commands.h"
#include "coordinator/core/commands/execution_call.h"
#include "coordinator/core/draft.h"
#include "coordinator/core/fault.h"
#include "coordinator/core/journal_values.h"
#include "coordinator/core/names.h"

namespace baton::core {

absl::StatusOr<Commit> terminate_workflow_execution(const ExecutionState& state, const Caller&,
                                                    const TerminateWorkflowExecution& command, const Context& context) {
  const auto& request = command.request;
  absl::Status s = check_execution_call(request.domain(), request.workflow_id(), request.run_id(), request.request_id(), context);
  if (!s.ok()) return s;
  if (s = check_text("reason", request.reason(), kMaxReasonChars); !s.ok()) return s;
  if (s = check_payload("details", request.details(), context.limits.payload_bytes); !s.ok()) return s;
  if (!baton::v1::ChildPolicy_IsValid(request.child_policy())) return invalid_field("child_policy", "is not one of ChildPolicy");
  if (s = check_open(state, request.domain(), request.workflow_id(), request.run_id()); !s.ok()) return s;

  Draft draft(state, context);
  draft.event([&](journal::Event& event) {
    auto& terminated = *event.mutable_workflow_execution_terminated();
    if (request.has_reason()) terminated.set_reason(request.reason());
    if (request.has_details()) *terminated.mutable_details() = to_journal(request.details());
    terminated.set_child_policy(request.child_policy() != 0 ? static_cast<journal::ChildPolicy>(request.child_policy())
                                                            : state.started().child_policy());
    terminated.set_cause(journal::WORKFLOW_EXECUTION_TERMINATED_CAUSE_OPERATOR_INITIATED);
  });
  return std::move(draft).finish(EmptyReply{});
}

}  // namespace baton::core
