#include "coordinator/core/decide.h"

#include <string_view>

#include "coordinator/core/commands/commands.h"
#include "coordinator/core/fault.h"

namespace baton::core {
namespace {

// Commands of clients, deciders and workers go by the name of their call; the engine's own have none.
struct Call {
  std::string_view action;
  const std::string* domain = nullptr;  // null: that of the run
};

Call call_of(const StartWorkflowExecution& c) { return {"StartWorkflowExecution", &c.request.domain()}; }
Call call_of(const SignalWorkflowExecution& c) { return {"SignalWorkflowExecution", &c.request.domain()}; }
Call call_of(const RequestCancelWorkflowExecution& c) { return {"RequestCancelWorkflowExecution", &c.request.domain()}; }
Call call_of(const UpdateWorkflowExecution& c) { return {"UpdateWorkflowExecution", &c.request.domain()}; }
Call call_of(const TerminateWorkflowExecution& c) { return {"TerminateWorkflowExecution", &c.request.domain()}; }
Call call_of(const PauseWorkflowExecution& c) { return {"PauseWorkflowExecution", &c.request.domain()}; }
Call call_of(const ResumeWorkflowExecution& c) { return {"ResumeWorkflowExecution", &c.request.domain()}; }
Call call_of(const ResetWorkflowExecution& c) { return {"ResetWorkflowExecution", &c.request.domain()}; }
Call call_of(const RespondDecisionTaskCompleted&) { return {"RespondDecisionTaskCompleted"}; }
Call call_of(const RespondDecisionTaskFailed&) { return {"RespondDecisionTaskFailed"}; }
Call call_of(const RespondActivityTask& c) {
  if (c.answer.has_failed()) return {"RespondActivityTaskFailed"};
  return {c.answer.has_canceled() ? "RespondActivityTaskCanceled" : "RespondActivityTaskCompleted"};
}
Call call_of(const RecordActivityTaskHeartbeat&) { return {"RecordActivityTaskHeartbeat"}; }
Call call_of(const OfferTask&) { return {}; }
Call call_of(const AcknowledgeTask&) { return {}; }
Call call_of(const WithdrawOffer&) { return {}; }
Call call_of(const FireDeadlines&) { return {}; }
Call call_of(const ReceiveMessage&) { return {}; }
Call call_of(const SettleMessage&) { return {}; }

absl::Status authorize(const ExecutionState& state, const Caller& caller, const Call& call, const Context& context) {
  if (call.action.empty()) return absl::OkStatus();
  if (call.domain == nullptr && !state.exists()) return absl::OkStatus();  // the answer is the same for everyone: unknown
  const std::string& domain = call.domain != nullptr ? *call.domain : state.identity->domain;
  if (context.authorizer.allows(caller, {call.action, domain})) return absl::OkStatus();
  const std::string action(call.action);
  return fault(baton::v1::OPERATION_NOT_PERMITTED, action,
               caller.principal + " may not call " + action + " in domain " + domain + ": ask who keeps the policy");
}

absl::StatusOr<Commit> run(const ExecutionState& state, const Caller& caller, const StartWorkflowExecution& c, const Context& context) {
  return start_workflow_execution(state, caller, c, context);
}
absl::StatusOr<Commit> run(const ExecutionState& state, const Caller& caller, const SignalWorkflowExecution& c, const Context& context) {
  return signal_workflow_execution(state, caller, c, context);
}
absl::StatusOr<Commit> run(const ExecutionState& state, const Caller& caller, const UpdateWorkflowExecution& c, const Context& context) {
  return update_workflow_execution(state, caller, c, context);
}
absl::StatusOr<Commit> run(const ExecutionState& state, const Caller& caller, const RequestCancelWorkflowExecution& c,
                           const Context& context) {
  return request_cancel_workflow_execution(state, caller, c, context);
}
absl::StatusOr<Commit> run(const ExecutionState& state, const Caller& caller, const TerminateWorkflowExecution& c,
                           const Context& context) {
  return terminate_workflow_execution(state, caller, c, context);
}
absl::StatusOr<Commit> run(const ExecutionState& state, const Caller& caller, const PauseWorkflowExecution& c, const Context& context) {
  return pause_workflow_execution(state, caller, c, context);
}
absl::StatusOr<Commit> run(const ExecutionState& state, const Caller& caller, const ResumeWorkflowExecution& c, const Context& context) {
  return resume_workflow_execution(state, caller, c, context);
}
absl::StatusOr<Commit> run(const ExecutionState& state, const Caller& caller, const ResetWorkflowExecution& c, const Context& context) {
  return reset_workflow_execution(state, caller, c, context);
}
absl::StatusOr<Commit> run(const ExecutionState& state, const Caller& caller, const RespondDecisionTaskCompleted& c,
                           const Context& context) {
  return respond_decision_task_completed(state, caller, c, context);
}
absl::StatusOr<Commit> run(const ExecutionState& state, const Caller& caller, const RespondDecisionTaskFailed& c,
                           const Context& context) {
  return respond_decision_task_failed(state, caller, c, context);
}
absl::StatusOr<Commit> run(const ExecutionState& state, const Caller& caller, const RespondActivityTask& c, const Context& context) {
  return respond_activity_task(state, caller, c, context);
}
absl::StatusOr<Commit> run(const ExecutionState& state, const Caller& caller, const RecordActivityTaskHeartbeat& c,
                           const Context& context) {
  return record_activity_task_heartbeat(state, caller, c, context);
}
absl::StatusOr<Commit> run(const ExecutionState& state, const Caller& caller, const OfferTask& c, const Context& context) {
  return offer_task(state, caller, c, context);
}
absl::StatusOr<Commit> run(const ExecutionState& state, const Caller& caller, const AcknowledgeTask& c, const Context& context) {
  return acknowledge_task(state, caller, c, context);
}
absl::StatusOr<Commit> run(const ExecutionState& state, const Caller& caller, const WithdrawOffer& c, const Context& context) {
  return withdraw_offer(state, caller, c, context);
}
absl::StatusOr<Commit> run(const ExecutionState& state, const Caller& caller, const FireDeadlines& c, const Context& context) {
  return fire_deadlines(state, caller, c, context);
}
absl::StatusOr<Commit> run(const ExecutionState& state, const Caller& caller, const ReceiveMessage& c, const Context& context) {
  return receive_message(state, caller, c, context);
}
absl::StatusOr<Commit> run(const ExecutionState& state, const Caller& caller, const SettleMessage& c, const Context& context) {
  return settle_message(state, caller, c, context);
}

}  // namespace

absl::StatusOr<Commit> decide(const ExecutionState& state, const Command& command, const Context& context) {
  return std::visit(
      [&](const auto& body) -> absl::StatusOr<Commit> {
        const absl::Status allowed = authorize(state, command.caller, call_of(body), context);
        if (!allowed.ok()) return allowed;
        return run(state, command.caller, body, context);
      },
      command.body);
}

}  // namespace baton::core
