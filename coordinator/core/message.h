// Messages between executions (design: outbox): what a commit sends, and what came of it.
#pragma once

#include <cstdint>
#include <vector>

#include "absl/status/status.h"
#include "baton/journal/v1/message.pb.h"
#include "coordinator/core/run_id.h"

namespace baton::core {

// Stored: never renumbered.
enum class MessageKind : int16_t {
  kSignal = 1,            // subject: SignalExternalWorkflowExecutionInitiated
  kRequestCancel = 2,     // subject: RequestCancelExternalWorkflowExecutionInitiated
  kStartChild = 3,        // subject: StartChildWorkflowExecutionInitiated
  kChildEnded = 4,        // subject: the event that closed the child
  kApplyChildPolicy = 5,  // subject: StartChildWorkflowExecutionInitiated
};

// One message of a kind for each subject, an event of the sender's history.
struct MessageKey {
  MessageKind kind = MessageKind::kSignal;
  int64_t subject = 0;
};

struct OutgoingMessage {
  MessageKey key;
  baton::journal::v1::Message* message = nullptr;  // owned by the context's arena
};

}  // namespace baton::core
