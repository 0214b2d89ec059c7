// What becomes of each command; decide() dispatches to these. One file each. All are pure; `state` may be of an execution that does not
// exist. The caller is authorised already for commands of clients, deciders and workers.
#pragma once

#include "absl/status/statusor.h"
#include "coordinator/core/command.h"
#include "coordinator/core/commit.h"
#include "coordinator/core/context.h"
#include "coordinator/core/state.h"

namespace baton::core {

absl::StatusOr<Commit> start_workflow_execution(const ExecutionState& state, const Caller& caller,
                                                const StartWorkflowExecution& command, const Context& context);
absl::StatusOr<Commit> signal_workflow_execution(const ExecutionState& state, const Caller& caller,
                                                 const SignalWorkflowExecution& command, const Context& context);
absl::StatusOr<Commit> update_workflow_execution(const ExecutionState& state, const Caller& caller,
                                                 const UpdateWorkflowExecution& command, const Context& context);
absl::StatusOr<Commit> request_cancel_workflow_execution(const ExecutionState& state, const Caller& caller,
                                                         const RequestCancelWorkflowExecution& command, const Context& context);
absl::StatusOr<Commit> terminate_workflow_execution(const ExecutionState& state, const Caller& caller,
                                                    const TerminateWorkflowExecution& command, const Context& context);
absl::StatusOr<Commit> pause_workflow_execution(const ExecutionState& state, const Caller& caller, const PauseWorkflowExecution& command,
                                                const Context& context);
absl::StatusOr<Commit> resume_workflow_execution(const ExecutionState& state, const Caller& caller, const ResumeWorkflowExecution& command,
                                                 const Context& context);
absl::StatusOr<Commit> reset_workflow_execution(const ExecutionState& state, const Caller& caller, const ResetWorkflowExecution& command,
                                                const Context& context);
absl::StatusOr<Commit> respond_decision_task_completed(const ExecutionState& state, const Caller& caller,
                                                       const RespondDecisionTaskCompleted& command, const Context& context);
absl::StatusOr<Commit> respond_decision_task_failed(const ExecutionState& state, const Caller& caller,
                                                    const RespondDecisionTaskFailed& command, const Context& context);
absl::StatusOr<Commit> respond_activity_task(const ExecutionState& state, const Caller& caller, const RespondActivityTask& command,
                                             const Context& context);
absl::StatusOr<Commit> record_activity_task_heartbeat(const ExecutionState& state, const Caller& caller,
                                                      const RecordActivityTaskHeartbeat& command, const Context& context);
absl::StatusOr<Commit> offer_task(const ExecutionState& state, const Caller& caller, const OfferTask& command, const Context& context);
absl::StatusOr<Commit> acknowledge_task(const ExecutionState& state, const Caller& caller, const AcknowledgeTask& command,
                                        const Context& context);
absl::StatusOr<Commit> withdraw_offer(const ExecutionState& state, const Caller& caller, const WithdrawOffer& command,
                                      const Context& context);
absl::StatusOr<Commit> fire_deadlines(const ExecutionState& state, const Caller& caller, const FireDeadlines& command,
                                      const Context& context);
absl::StatusOr<Commit> receive_message(const ExecutionState& state, const Caller& caller, const ReceiveMessage& command,
                                       const Context& context);
absl::StatusOr<Commit> settle_message(const ExecutionState& state, const Caller& caller, const SettleMessage& command,
                                      const Context& context);

}  // namespace baton::core
