#include "coordinator/core/external.h"

#include "coordinator/core/journal_values.h"

namespace baton::core {
namespace {

// The event that opened the request; it stays while others are appended.
ExternalRequest initiated_by(const Draft& draft, int64_t initiated_event_id) {
  return *draft.state().external_requests.get(initiated_event_id);
}

// What both kinds of ...Failed repeat of their Initiated.
template <class Failed, class Initiated, class Cause>
void fill_failed(const Initiated& initiated, int64_t initiated_event_id, Cause cause, Failed& failed) {
  failed.set_workflow_id(initiated.workflow_id());
  if (initiated.has_run_id()) failed.set_run_id(initiated.run_id());
  failed.set_cause(cause);
  failed.set_initiated_event_id(initiated_event_id);
  failed.set_decision_task_completed_event_id(initiated.decision_task_completed_event_id());
  if (initiated.has_control()) failed.set_control(initiated.control());
}

}  // namespace

void fail_external_request(Draft& draft, int64_t initiated_event_id, journal::SignalExternalWorkflowExecutionFailedCause cause) {
  const ExternalRequest initiated = initiated_by(draft, initiated_event_id);
  draft.event([&](journal::Event& event) {
    fill_failed(initiated->signal_external_workflow_execution_initiated(), initiated_event_id, cause,
                *event.mutable_signal_external_workflow_execution_failed());
  });
}

void fail_external_request(Draft& draft, int64_t initiated_event_id, journal::RequestCancelExternalWorkflowExecutionFailedCause cause) {
  const ExternalRequest initiated = initiated_by(draft, initiated_event_id);
  draft.event([&](journal::Event& event) {
    fill_failed(initiated->request_cancel_external_workflow_execution_initiated(), initiated_event_id, cause,
                *event.mutable_request_cancel_external_workflow_execution_failed());
  });
}

void answer_external_request(Draft& draft, int64_t initiated_event_id, const RunId& run_id) {
  const ExternalRequest initiated = initiated_by(draft, initiated_event_id);
  draft.event([&](journal::Event& event) {
    if (initiated->has_signal_external_workflow_execution_initiated()) {
      auto& signaled = *event.mutable_external_workflow_execution_signaled();
      *signaled.mutable_workflow_execution() =
          execution_ref(initiated->signal_external_workflow_execution_initiated().workflow_id(), run_id);
      signaled.set_initiated_event_id(initiated_event_id);
    } else {
      auto& requested = *event.mutable_external_workflow_execution_cancel_requested();
      *requested.mutable_workflow_execution() =
          execution_ref(initiated->request_cancel_external_workflow_execution_initiated().workflow_id(), run_id);
      requested.set_initiated_event_id(initiated_event_id);
    }
  });
}

void fail_external_request_as_unknown(Draft& draft, int64_t initiated_event_id) {
  if (initiated_by(draft, initiated_event_id)->has_signal_external_workflow_execution_initiated()) {
    fail_external_request(draft, initiated_event_id,
                          journal::SIGNAL_EXTERNAL_WORKFLOW_EXECUTION_FAILED_CAUSE_UNKNOWN_EXTERNAL_WORKFLOW_EXECUTION);
  } else {
    fail_external_request(draft, initiated_event_id,
                          journal::REQUEST_CANCEL_EXTERNAL_WORKFLOW_EXECUTION_FAILED_CAUSE_UNKNOWN_EXTERNAL_WORKFLOW_EXECUTION);
  }
}

void start_child(Draft& draft, int64_t initiated_event_id) {
  const auto initiated = draft.state().children.get(initiated_event_id)->initiated;
  const auto& attributes = initiated->start_child_workflow_execution_initiated();
  draft.event([&](journal::Event& event) {
    auto& started = *event.mutable_child_workflow_execution_started();
    started.mutable_workflow_execution()->set_workflow_id(attributes.workflow_id());
    started.mutable_workflow_execution()->set_run_id(attributes.child_run_id());
    *started.mutable_workflow_type() = attributes.workflow_type();
    started.set_initiated_event_id(initiated_event_id);
  });
}

}  // namespace baton::core
