// The answers to what a run asked of other executions, as events of its history.
#pragma once

#include "coordinator/core/draft.h"

namespace baton::core {

// Of an open external request.
void fail_external_request(Draft& draft, int64_t initiated_event_id, journal::SignalExternalWorkflowExecutionFailedCause cause);
void fail_external_request(Draft& draft, int64_t initiated_event_id, journal::RequestCancelExternalWorkflowExecutionFailedCause cause);
// Of either kind; `run_id` is the run that it reached.
void answer_external_request(Draft& draft, int64_t initiated_event_id, const RunId& run_id);
void fail_external_request_as_unknown(Draft& draft, int64_t initiated_event_id);

// ChildWorkflowExecutionStarted of a child that is initiated and not yet started.
void start_child(Draft& draft, int64_t initiated_event_id);

}  // namespace baton::core
