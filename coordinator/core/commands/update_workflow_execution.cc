// UpdateWorkflowExecution (beyond SWF): WorkflowExecutionSignaled with the id under which its sender waits for an answer.
#include "coordinator/core/commands/commands.h"
#include "coordinator/core/commands/execution_call.h"
#include "coordinator/core/draft.h"
#include "coordinator/core/fault.h"
#include "coordinator/core/journal_values.h"
#include "coordinator/core/names.h"

namespace baton::core {
namespace {

using Request = baton::v1::UpdateWorkflowExecutionRequest;

absl::Status check(const Request& request, const Context& context) {
  absl::Status s = check_execution_call(request.domain(), request.workflow_id(), request.run_id(), request.request_id(), context);
  if (!s.ok()) return s;
  if (request.request_id().empty()) return invalid_field("request_id", "is missing: it names the update, so that it can be asked for again");
  if (s = check_name("update_name", request.update_name()); !s.ok()) return s;
  if (s = check_payload("input", request.input(), context.limits.payload_bytes); !s.ok()) return s;
  return check_headers("headers", request.headers(), context.limits.headers_bytes);
}

absl::Status too_many(const ExecutionState& state) {
  const std::string run = "run " + state.identity->run_id.to_text();
  return with_retry_after(fault(baton::v1::LIMIT_EXCEEDED, run,
                                run + " has " + std::to_string(kMaxOpenUpdates) +
                                    " updates that its decider has not answered: send this one when others are answered"),
                          1'000);
}

}  // namespace

absl::StatusOr<Commit> update_workflow_execution(const ExecutionState& state, const Caller&, const UpdateWorkflowExecution& command,
                                                 const Context& context) {
  const Request& request = command.request;
  if (absl::Status s = check(request, context); !s.ok()) return s;
  if (absl::Status s = check_open(state, request.domain(), request.workflow_id(), request.run_id()); !s.ok()) return s;

  Draft draft(state, context);
  StartReply reply{state.identity->run_id};
  if (const Update* open = state.updates.get(request.request_id())) {  // sent again
    reply.signaled_event_id = open->signaled_event_id;
    return std::move(draft).finish(reply);
  }
  if (state.updates.size() >= kMaxOpenUpdates) return too_many(state);
  reply.signaled_event_id = draft.event([&](journal::Event& event) {
    auto& signaled = *event.mutable_workflow_execution_signaled();
    signaled.set_signal_name(request.update_name());
    if (request.has_input()) *signaled.mutable_input() = to_journal(request.input());
    to_journal(request.headers(), signaled.mutable_headers());
    signaled.set_update_id(request.request_id());
  });
  draft.wake_decider();
  return std::move(draft).finish(reply);
}

}  // namespace baton::core
