#include "replay/child_machine.h"

#include "decisions.h"
#include "symbol.h"
#include "wire.h"

namespace baton::detail {

ChildMachine* Children::start(std::string_view name, std::string_view version,
                              std::optional<Payload> input, const ChildOptions& options,
                              const std::source_location& where) {
  machines_.push_back(std::make_unique<ChildMachine>());
  ChildMachine* const child = machines_.back().get();
  child->type_ = {std::string(name), std::string(version)};
  if (options.workflow_id.empty()) {
    child->default_suffix_ = ":" + std::to_string(machines_.size());
    child->execution_.workflow_id = run_id_ + child->default_suffix_;
  } else {
    child->execution_.workflow_id = options.workflow_id;
  }
  const std::string& workflow_id = child->execution_.workflow_id;

  auto* const attributes =
      log_.add({DecisionKind::kStartChildWorkflowExecution, child, workflow_id, where})
          ->mutable_start_child_workflow_execution();
  attributes->set_workflow_id(workflow_id);
  to_wire(child->type_, attributes->mutable_workflow_type());
  if (input) to_wire(*std::move(input), attributes->mutable_input());
  set_options(options, attributes);
  return child;
}

// The child of the decision that this event answers.
ChildMachine* Children::decided(const std::string& workflow_id, const v1::WorkflowType& type,
                                std::string* why) {
  const Decided* const next = log_.next(DecisionKind::kStartChildWorkflowExecution);
  if (next == nullptr) return nullptr;
  auto* const child = static_cast<ChildMachine*>(next->machine);
  if (next->id != workflow_id && !child->has_by_default(workflow_id)) return nullptr;
  log_.match(next->kind, next->id);
  if (child->type_.name != type.name() || child->type_.version != type.version()) {
    *why = "the code started " + child->type_.name + "/" + child->type_.version + " as child " +
           workflow_id;
    return nullptr;
  }
  child->execution_.workflow_id = workflow_id;
  return child;
}

bool Children::initiated(const v1::HistoryEvent& event, std::string* why) {
  const auto& attributes = event.start_child_workflow_execution_initiated();
  ChildMachine* const child = decided(attributes.workflow_id(), attributes.workflow_type(), why);
  if (child == nullptr) return false;
  open_[event.event_id()] = child;
  return true;
}

// Either the decision was refused, or what it initiated.
bool Children::refused(const v1::HistoryEvent& event, std::string* why) {
  const auto& attributes = event.start_child_workflow_execution_failed();
  ChildMachine* const child =
      attributes.initiated_event_id() != 0
          ? close(attributes.initiated_event_id())
          : decided(attributes.workflow_id(), attributes.workflow_type(), why);
  if (child == nullptr) return false;
  child->start_.set_ready(true);
  child->start_.wake(scheduler_);
  fail(child, ChildFailure::kStartFailed, symbol(attributes.cause()), {});
  return true;
}

bool Children::started(const v1::HistoryEvent& event) {
  const auto& attributes = event.child_workflow_execution_started();
  const auto place = open_.find(attributes.initiated_event_id());
  if (place == open_.end()) return false;
  ChildMachine* const child = place->second;
  child->execution_.run_id = attributes.workflow_execution().run_id();
  child->start_.set_ready(true);
  child->start_.wake(scheduler_);
  return true;
}

// Takes the child out of the open ones.
ChildMachine* Children::close(int64_t initiated_event_id) {
  const auto place = open_.find(initiated_event_id);
  if (place == open_.end()) return nullptr;
  ChildMachine* const child = place->second;
  open_.erase(place);
  return child;
}

void Children::end(ChildMachine* child) {
  child->set_ready(true);
  child->wake(scheduler_);
}

void Children::fail(ChildMachine* child, ChildFailure kind, std::string reason,
                    FailureFacts facts) {
  child->failure_ = ChildFailed::Facts{kind,
                                       child->type_,
                                       child->execution_,
                                       std::move(reason),
                                       std::move(facts.details),
                                       std::move(facts.type),
                                       std::move(facts.causes)};
  end(child);
}

bool Children::fail(int64_t initiated_event_id, ChildFailure kind, std::string reason,
                    FailureFacts facts) {
  ChildMachine* const child = close(initiated_event_id);
  if (child == nullptr) return false;
  fail(child, kind, std::move(reason), std::move(facts));
  return true;
}

bool Children::completed(const v1::HistoryEvent& event) {
  const auto& attributes = event.child_workflow_execution_completed();
  ChildMachine* const child = close(attributes.initiated_event_id());
  if (child == nullptr) return false;
  child->result_ = payload_of(attributes.has_result(), attributes.result());
  end(child);
  return true;
}

bool Children::failed(const v1::HistoryEvent& event) {
  const auto& attributes = event.child_workflow_execution_failed();
  return fail(attributes.initiated_event_id(), ChildFailure::kFailed, attributes.reason(),
              from_details(payload_of(attributes.has_details(), attributes.details())));
}

bool Children::timed_out(const v1::HistoryEvent& event) {
  const auto& attributes = event.child_workflow_execution_timed_out();
  return fail(attributes.initiated_event_id(), ChildFailure::kTimedOut,
              symbol(attributes.timeout_type()));
}

bool Children::canceled(const v1::HistoryEvent& event) {
  const auto& attributes = event.child_workflow_execution_canceled();
  return fail(attributes.initiated_event_id(), ChildFailure::kCanceled, "",
              {.details = payload_of(attributes.has_details(), attributes.details())});
}

bool Children::terminated(const v1::HistoryEvent& event) {
  return fail(event.child_workflow_execution_terminated().initiated_event_id(),
              ChildFailure::kTerminated);
}

}  // namespace baton::detail
