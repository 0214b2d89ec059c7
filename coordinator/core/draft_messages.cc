// What a commit sends to other executions (design: outbox).
#include "coordinator/core/draft.h"
#include "coordinator/core/journal_values.h"

namespace baton::core {
namespace {

using Event = journal::Event;
using Started = journal::WorkflowExecutionStartedAttributes;

// How a child begins: the resolved values of its Initiated, and who its parent is.
void fill_started(const journal::StartChildWorkflowExecutionInitiatedAttributes& initiated, Started& started) {
  *started.mutable_workflow_type() = initiated.workflow_type();
  started.set_task_list(initiated.task_list());
  if (initiated.has_input()) *started.mutable_input() = initiated.input();
  if (initiated.has_execution_start_to_close_timeout_ms()) {
    started.set_execution_start_to_close_timeout_ms(initiated.execution_start_to_close_timeout_ms());
  }
  if (initiated.has_task_start_to_close_timeout_ms()) {
    started.set_task_start_to_close_timeout_ms(initiated.task_start_to_close_timeout_ms());
  }
  started.set_child_policy(initiated.child_policy());
  started.set_task_priority(initiated.task_priority());
  *started.mutable_tag_list() = initiated.tag_list();
  if (initiated.has_lambda_role()) started.set_lambda_role(initiated.lambda_role());
  *started.mutable_headers() = initiated.headers();
  started.mutable_execution()->set_workflow_id(initiated.workflow_id());
  started.mutable_execution()->set_run_id(initiated.child_run_id());
}

// A text that is no run id was refused with the decision.
void set_target(const std::string& workflow_id, const std::string& run_id, journal::Message& message) {
  *message.mutable_target() = execution_ref(workflow_id, RunId::from_text(run_id).value_or(RunId{}));
  if (run_id.empty()) message.mutable_target()->clear_run_id();
}

// What all five ...ChildWorkflowExecution events of a close have.
template <class Child>
Child& child_of(const ExecutionState& state, Child* child) {
  *child->mutable_workflow_execution() = execution_ref(state.identity->workflow_id, state.identity->run_id);
  *child->mutable_workflow_type() = state.started().workflow_type();
  child->set_initiated_event_id(state.started().parent_initiated_event_id());
  return *child;
}

void fill_child_ended(const ExecutionState& state, const Event& closing, Event& ended) {
  switch (closing.attributes_case()) {
    case Event::kWorkflowExecutionCompleted: {
      auto& child = child_of(state, ended.mutable_child_workflow_execution_completed());
      if (closing.workflow_execution_completed().has_result()) *child.mutable_result() = closing.workflow_execution_completed().result();
      return;
    }
    case Event::kWorkflowExecutionFailed: {
      const auto& failed = closing.workflow_execution_failed();
      auto& child = child_of(state, ended.mutable_child_workflow_execution_failed());
      if (failed.has_reason()) child.set_reason(failed.reason());
      if (failed.has_details()) *child.mutable_details() = failed.details();
      return;
    }
    case Event::kWorkflowExecutionCanceled: {
      auto& child = child_of(state, ended.mutable_child_workflow_execution_canceled());
      if (closing.workflow_execution_canceled().has_details()) *child.mutable_details() = closing.workflow_execution_canceled().details();
      return;
    }
    case Event::kWorkflowExecutionTimedOut:
      child_of(state, ended.mutable_child_workflow_execution_timed_out()).set_timeout_type(closing.workflow_execution_timed_out().timeout_type());
      return;
    default:
      child_of(state, ended.mutable_child_workflow_execution_terminated());  // no reason or details (facts.md §14)
      return;
  }
}

}  // namespace

journal::Message& Draft::new_message(MessageKind kind, int64_t subject) {
  auto* message = google::protobuf::Arena::CreateMessage<journal::Message>(&context_.arena);
  const ExecutionIdentity& sender = *state().identity;
  message->set_domain(sender.domain);
  *message->mutable_source() = execution_ref(sender.workflow_id, sender.run_id);
  commit_.messages.push_back({{kind, subject}, message});
  return *message;
}

void Draft::send_request(int64_t initiated_event_id, const Event& initiated) {
  if (initiated.has_start_child_workflow_execution_initiated()) {
    const auto& child = initiated.start_child_workflow_execution_initiated();
    journal::Message& message = new_message(MessageKind::kStartChild, initiated_event_id);
    message.mutable_target()->set_workflow_id(child.workflow_id());
    message.mutable_target()->set_run_id(child.child_run_id());
    Started& started = *message.mutable_start_child();
    fill_started(child, started);
    *started.mutable_parent_workflow_execution() = message.source();
    started.set_parent_initiated_event_id(initiated_event_id);
    started.set_domain(message.domain());
  } else if (initiated.has_signal_external_workflow_execution_initiated()) {
    const auto& request = initiated.signal_external_workflow_execution_initiated();
    journal::Message& message = new_message(MessageKind::kSignal, initiated_event_id);
    set_target(request.workflow_id(), request.run_id(), message);
    auto& signal = *message.mutable_signal();
    signal.set_signal_name(request.signal_name());
    if (request.has_input()) *signal.mutable_input() = request.input();
    *signal.mutable_headers() = request.headers();
    *signal.mutable_external_workflow_execution() = message.source();
    signal.set_external_initiated_event_id(initiated_event_id);
  } else {
    const auto& request = initiated.request_cancel_external_workflow_execution_initiated();
    journal::Message& message = new_message(MessageKind::kRequestCancel, initiated_event_id);
    set_target(request.workflow_id(), request.run_id(), message);
    auto& cancel = *message.mutable_request_cancel();
    *cancel.mutable_external_workflow_execution() = message.source();
    cancel.set_external_initiated_event_id(initiated_event_id);
  }
}

// Once, by the last run of its chain. A parent whose policy ended the child is closed.
void Draft::tell_parent(const Event& closing) {
  const Started& started = state().started();
  if (!started.has_parent_workflow_execution()) return;
  const auto& terminated = closing.workflow_execution_terminated();
  if (terminated.cause() == journal::WORKFLOW_EXECUTION_TERMINATED_CAUSE_CHILD_POLICY_APPLIED) return;
  journal::Message& message = new_message(MessageKind::kChildEnded, state().last_event_id);
  *message.mutable_target() = started.parent_workflow_execution();
  fill_child_ended(state(), closing, *message.mutable_child_ended());
}

void Draft::apply_child_policy(journal::ChildPolicy policy) {
  if (policy != journal::CHILD_POLICY_TERMINATE && policy != journal::CHILD_POLICY_REQUEST_CANCEL) return;
  for (const auto& [initiated_event_id, child] : children_at_close_) {
    journal::Message& message = new_message(MessageKind::kApplyChildPolicy, initiated_event_id);
    message.mutable_target()->set_workflow_id(child.attributes().workflow_id());
    message.mutable_target()->set_run_id(child.attributes().child_run_id());
    message.mutable_apply_child_policy()->set_policy(policy);
    message.mutable_apply_child_policy()->set_initiated_event_id(initiated_event_id);
  }
}

void Draft::derive_messages() {
  for (const auto& [initiated_event_id, initiated] : requests_) send_request(initiated_event_id, *initiated);
  if (closing_ == nullptr) return;
  if (closing_->has_workflow_execution_continued_as_new()) return;
  tell_parent(*closing_);
  if (closing_->has_workflow_execution_terminated()) apply_child_policy(closing_->workflow_execution_terminated().child_policy());
  if (closing_->has_workflow_execution_timed_out()) apply_child_policy(closing_->workflow_execution_timed_out().child_policy());
}

}  // namespace baton::core
