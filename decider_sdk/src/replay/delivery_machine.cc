#include "replay/delivery_machine.h"

#include "symbol.h"
#include "wire.h"

namespace baton::detail {
namespace {

// What the coordinator says of a target that it does not find; so of a child that never began.
constexpr const char* kUnknownTarget = "UNKNOWN_EXTERNAL_WORKFLOW_EXECUTION";

// As an event shows it.
std::string id_of(const std::string& signal, const std::string& workflow_id) {
  return signal.empty() ? workflow_id : signal + ", " + workflow_id;
}

}  // namespace

DeliveryFailed DeliveryMachine::failure() const { return {signal_, target_, *cause_}; }

DeliveryMachine* Deliveries::make(DecisionKind kind, const std::source_location& where) {
  machines_.push_back(std::make_unique<DeliveryMachine>());
  DeliveryMachine* const delivery = machines_.back().get();
  delivery->kind_ = kind;
  delivery->where_ = where;
  return delivery;
}

DeliveryMachine* Deliveries::signal(const Execution& target, std::string_view signal,
                                    std::optional<Payload> input,
                                    const std::source_location& where) {
  DeliveryMachine* const delivery =
      make(DecisionKind::kSignalExternalWorkflowExecution, where);
  delivery->target_ = target;
  delivery->signal_ = signal;
  delivery->input_ = std::move(input);
  decide(delivery);
  return delivery;
}

DeliveryMachine* Deliveries::request_cancel(const Execution& target,
                                            const std::source_location& where) {
  DeliveryMachine* const delivery =
      make(DecisionKind::kRequestCancelExternalWorkflowExecution, where);
  delivery->target_ = target;
  decide(delivery);
  return delivery;
}

DeliveryMachine* Deliveries::signal(const ChildMachine& child, std::string_view signal,
                                    std::optional<Payload> input,
                                    const std::source_location& where) {
  DeliveryMachine* const delivery =
      make(DecisionKind::kSignalExternalWorkflowExecution, where);
  delivery->signal_ = signal;
  delivery->input_ = std::move(input);
  decide_or_wait(delivery, child);
  return delivery;
}

DeliveryMachine* Deliveries::request_cancel(const ChildMachine& child,
                                            const std::source_location& where) {
  DeliveryMachine* const delivery =
      make(DecisionKind::kRequestCancelExternalWorkflowExecution, where);
  decide_or_wait(delivery, child);
  return delivery;
}

void Deliveries::decide_or_wait(DeliveryMachine* delivery, const ChildMachine& child) {
  delivery->child_ = &child;
  waiting_.push_back(delivery);
  if (child.start_known()) decide_waiting();
}

void Deliveries::decide_waiting() {
  for (DeliveryMachine*& delivery : waiting_) {
    if (!delivery->child_->start_known()) continue;
    delivery->target_.workflow_id = delivery->child_->execution().workflow_id;
    if (delivery->child_->refused()) {
      end(delivery, kUnknownTarget);
    } else {
      decide(delivery);
    }
    delivery = nullptr;
  }
  std::erase(waiting_, nullptr);
}

void Deliveries::decide(DeliveryMachine* delivery) {
  const Execution& target = delivery->target_;
  v1::Decision* const decision = log_.add(
      {delivery->kind_, delivery, id_of(delivery->signal_, target.workflow_id), delivery->where_});
  const auto set_target = [&](auto* attributes) {
    attributes->set_workflow_id(target.workflow_id);
    if (!target.run_id.empty()) attributes->set_run_id(target.run_id);
  };
  if (delivery->kind_ == DecisionKind::kRequestCancelExternalWorkflowExecution) {
    return set_target(decision->mutable_request_cancel_external_workflow_execution());
  }
  auto* const attributes = decision->mutable_signal_external_workflow_execution();
  set_target(attributes);
  attributes->set_signal_name(delivery->signal_);
  if (delivery->input_) {
    to_wire(*std::exchange(delivery->input_, std::nullopt), attributes->mutable_input());
  }
}

bool Deliveries::initiated(DecisionKind kind, const std::string& id, const std::string& run_id,
                           int64_t event_id, std::string* why) {
  const Decided* const match = log_.match(kind, id);
  if (match == nullptr) return false;
  auto* const delivery = static_cast<DeliveryMachine*>(match->machine);
  if (delivery->target_.run_id != run_id) {
    *why = "the code meant run \"" + delivery->target_.run_id + "\"";
    return false;
  }
  open_[event_id] = delivery;
  return true;
}

bool Deliveries::signal_initiated(const v1::HistoryEvent& event, std::string* why) {
  const auto& attributes = event.signal_external_workflow_execution_initiated();
  return initiated(DecisionKind::kSignalExternalWorkflowExecution,
                   id_of(attributes.signal_name(), attributes.workflow_id()), attributes.run_id(),
                   event.event_id(), why);
}

bool Deliveries::cancel_initiated(const v1::HistoryEvent& event, std::string* why) {
  const auto& attributes = event.request_cancel_external_workflow_execution_initiated();
  return initiated(DecisionKind::kRequestCancelExternalWorkflowExecution, attributes.workflow_id(),
                   attributes.run_id(), event.event_id(), why);
}

void Deliveries::end(DeliveryMachine* delivery, std::optional<std::string> cause) {
  delivery->cause_ = std::move(cause);
  delivery->set_ready(true);
  delivery->wake(scheduler_);
}

bool Deliveries::end(int64_t initiated_event_id, std::optional<std::string> cause) {
  const auto place = open_.find(initiated_event_id);
  if (place == open_.end()) return false;
  end(place->second, std::move(cause));
  open_.erase(place);
  return true;
}

bool Deliveries::signal_failed(const v1::HistoryEvent& event) {
  const auto& attributes = event.signal_external_workflow_execution_failed();
  return end(attributes.initiated_event_id(), symbol(attributes.cause()));
}

bool Deliveries::cancel_failed(const v1::HistoryEvent& event) {
  const auto& attributes = event.request_cancel_external_workflow_execution_failed();
  return end(attributes.initiated_event_id(), symbol(attributes.cause()));
}

bool Deliveries::signaled(const v1::HistoryEvent& event) {
  return end(event.external_workflow_execution_signaled().initiated_event_id(), std::nullopt);
}

bool Deliveries::cancel_requested(const v1::HistoryEvent& event) {
  return end(event.external_workflow_execution_cancel_requested().initiated_event_id(),
             std::nullopt);
}

}  // namespace baton::detail
