// Everything that asks an execution to change. A command is data: decide() says what becomes of it.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "absl/status/statusor.h"
#include "baton/journal/v1/record.pb.h"
#include "baton/v1/decider_service.pb.h"
#include "baton/v1/worker_service.pb.h"
#include "baton/v1/workflow_service.pb.h"
#include "coordinator/core/message.h"
#include "coordinator/core/reset_journal.h"
#include "coordinator/core/run_id.h"

namespace baton::core {

// Who asks. Every command has one; the Authorizer judges it.
struct Caller {
  std::string principal;  // "anonymous" without authentication; "baton" for the coordinator itself
  std::string peer;       // the address it came from, for logs
};

// A hand-out of a task, as a verified token names it.
struct TaskRef {
  int64_t scheduled_event_id = 0;
  int64_t started_event_id = 0;  // decisions only
  int32_t attempt = 1;
  int32_t delivery = 0;
};

// --- from clients ---------------------------------------------------------------------------------------------------------

// Decided on the empty state of the run to be; that no open run has the workflow id, and how many runs a domain has, is the engine's (and
// the store's) to ensure.
struct StartWorkflowExecution {
  baton::v1::StartWorkflowExecutionRequest request;
  RunId run_id;
  // SignalWithStartWorkflowExecution: the run has this signal from the beginning. With an open run, the engine signals that instead.
  std::optional<baton::v1::SignalWorkflowExecutionRequest> signal = {};
};
struct SignalWorkflowExecution {
  baton::v1::SignalWorkflowExecutionRequest request;
};
// The signal with its update id (`request_id`); that the call waits for the answer is the engine's to see to.
struct UpdateWorkflowExecution {
  baton::v1::UpdateWorkflowExecutionRequest request;
};
struct RequestCancelWorkflowExecution {
  baton::v1::RequestCancelWorkflowExecutionRequest request;
};
struct TerminateWorkflowExecution {
  baton::v1::TerminateWorkflowExecutionRequest request;
};
struct PauseWorkflowExecution {
  baton::v1::PauseWorkflowExecutionRequest request;
};
struct ResumeWorkflowExecution {
  baton::v1::ResumeWorkflowExecutionRequest request;
};

// Decided on the base, open or closed. Beside it a run is begun; that no other run of the workflow id is open is the engine's to ensure.
// ABORTED: `journal` is older than the state; read it again.
struct ResetWorkflowExecution {
  baton::v1::ResetWorkflowExecutionRequest request;
  RunId fresh_run_id;
  std::shared_ptr<const ResetJournal> journal;
};

// --- from deciders --------------------------------------------------------------------------------------------------------

struct RespondDecisionTaskCompleted {
  TaskRef task;
  baton::v1::RespondDecisionTaskCompletedRequest request;
  std::string identity;     // of the stream; empty over a unary call
  std::string instance_id;  // of the stream; empty over a unary call
  RunId fresh_run_id;       // of the run that begins if the answer continues as new; those of children are its siblings
};

struct RespondDecisionTaskFailed {
  TaskRef task;
  baton::v1::RespondDecisionTaskFailedRequest request;
};

// --- from workers ---------------------------------------------------------------------------------------------------------

// Completed, failed and canceled alike.
struct RespondActivityTask {
  TaskRef task;
  baton::v1::ActivityTaskAnswer answer;
  std::string identity;  // of the stream; empty over a unary call
};
struct RecordActivityTaskHeartbeat {
  TaskRef task;
  baton::v1::ActivityTaskHeartbeat heartbeat;
  std::string identity;
};

// --- from the engine ------------------------------------------------------------------------------------------------------

// Gives the open task (decision or activity) to a poller. A unary offer is final: acknowledged in the same commit.
struct OfferTask {
  int64_t scheduled_event_id = 0;
  std::string identity;
  std::string instance_id;
  bool unary = false;
};
// A poller acknowledged its offer at `time_ms` (at most now).
struct AcknowledgeTask {
  TaskRef task;
  std::string identity;
  int64_t time_ms = 0;
};
// The poller is gone, silent, or gives the task back. Refused when the delivery is acknowledged.
struct WithdrawOffer {
  TaskRef task;
  baton::journal::v1::OfferWithdrawn::Reason reason = baton::journal::v1::OfferWithdrawn::REASON_UNSPECIFIED;
};
// The newest heartbeat of a started activity, when it is newer than what the journal has.
struct HeldHeartbeat {
  int64_t scheduled_event_id = 0;
  int32_t attempt = 1;
  int64_t time_ms = 0;
  std::shared_ptr<const baton::journal::v1::Payload> details;  // null: it had none
};
// Applies every deadline that is due, in order of time, and arms the next one. Nothing due on a run that is closed or does not exist.
struct FireDeadlines {
  // No deadline that a client could have met (delivery, decision start-to-close, all four of an activity that someone holds) fires before
  // this, even if it is due: the coordinator took the run over kTakeOverGraceMs before, and clients may still be reconnecting. A heartbeat
  // has a whole interval from then. 0: no such grace.
  int64_t clients_have_until_ms = 0;
  // Heartbeats that were accepted since the last one in the journal: they count too.
  std::vector<HeldHeartbeat> heartbeats;
};

// A message from another execution, on the run that it is for, or on the empty state of a child to be. Nothing when it is for a child or a
// parent that is closed or no longer knows of it.
struct ReceiveMessage {
  std::shared_ptr<const baton::journal::v1::Message> message;
};
// What came of a message of this run: the run that it reached, or why it was refused. Nothing on a run that is closed or knows already.
struct SettleMessage {
  MessageKey key;
  absl::StatusOr<RunId> outcome;
};

struct Command {
  Caller caller;
  std::variant<StartWorkflowExecution, SignalWorkflowExecution, UpdateWorkflowExecution, RequestCancelWorkflowExecution,
               TerminateWorkflowExecution, PauseWorkflowExecution, ResumeWorkflowExecution, ResetWorkflowExecution,
               RespondDecisionTaskCompleted, RespondDecisionTaskFailed, RespondActivityTask, RecordActivityTaskHeartbeat, OfferTask,
               AcknowledgeTask, WithdrawOffer, FireDeadlines, ReceiveMessage, SettleMessage>
      body;
};

}  // namespace baton::core
