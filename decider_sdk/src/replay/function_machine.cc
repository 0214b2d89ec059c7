#include "replay/function_machine.h"

#include "baton/conversion.h"
#include "decisions.h"
#include "symbol.h"
#include "wire.h"

namespace baton::detail {

FunctionMachine* Functions::call(std::string_view name, std::optional<Payload> input,
                                 const FunctionOptions& options,
                                 const std::source_location& where) {
  machines_.push_back(std::make_unique<FunctionMachine>());
  FunctionMachine* const call = machines_.back().get();
  call->id_ = options.id.empty() ? std::to_string(machines_.size()) : std::string(options.id);
  call->name_ = name;

  auto* const attributes = log_.add({DecisionKind::kScheduleLambdaFunction, call, call->id_, where})
                               ->mutable_schedule_lambda_function();
  attributes->set_id(call->id_);
  attributes->set_name(call->name_);
  if (input) to_wire(*std::move(input), attributes->mutable_input());
  set_options(options, attributes);
  return call;
}

// The call of the decision that this event answers.
FunctionMachine* Functions::decided(const std::string& id, const std::string& name,
                                    std::string* why) {
  const Decided* const match = log_.match(DecisionKind::kScheduleLambdaFunction, id);
  if (match == nullptr) return nullptr;
  auto* const call = static_cast<FunctionMachine*>(match->machine);
  if (call->name_ == name) return call;
  *why = "the code called " + call->name_ + " as function " + id;
  return nullptr;
}

bool Functions::scheduled(const v1::HistoryEvent& event, std::string* why) {
  const auto& attributes = event.lambda_function_scheduled();
  FunctionMachine* const call = decided(attributes.id(), attributes.name(), why);
  if (call == nullptr) return false;
  open_[event.event_id()] = call;
  return true;
}

bool Functions::schedule_failed(const v1::HistoryEvent& event, std::string* why) {
  const auto& attributes = event.schedule_lambda_function_failed();
  return fail(decided(attributes.id(), attributes.name(), why), FunctionFailure::kScheduleFailed,
              symbol(attributes.cause()), {});
}

// Takes the call out of the open ones.
FunctionMachine* Functions::close(int64_t scheduled_event_id) {
  const auto place = open_.find(scheduled_event_id);
  if (place == open_.end()) return nullptr;
  FunctionMachine* const call = place->second;
  open_.erase(place);
  return call;
}

void Functions::end(FunctionMachine* call) {
  call->set_ready(true);
  call->wake(scheduler_);
}

bool Functions::fail(FunctionMachine* call, FunctionFailure kind, std::string reason,
                     FailureFacts facts) {
  if (call == nullptr) return false;
  call->failure_ = FunctionFailed::Facts{kind,
                                         call->name_,
                                         call->id_,
                                         std::move(reason),
                                         std::move(facts.details),
                                         std::move(facts.type),
                                         std::move(facts.causes)};
  end(call);
  return true;
}

bool Functions::start_failed(const v1::HistoryEvent& event) {
  const auto& attributes = event.start_lambda_function_failed();
  std::optional<Payload> message;
  if (attributes.has_message()) message = to_payload(attributes.message());
  return fail(close(attributes.scheduled_event_id()), FunctionFailure::kStartFailed,
              symbol(attributes.cause()), {.details = std::move(message)});
}

bool Functions::completed(const v1::HistoryEvent& event) {
  const auto& attributes = event.lambda_function_completed();
  FunctionMachine* const call = close(attributes.scheduled_event_id());
  if (call == nullptr) return false;
  call->result_ = payload_of(attributes.has_result(), attributes.result());
  end(call);
  return true;
}

bool Functions::failed(const v1::HistoryEvent& event) {
  const auto& attributes = event.lambda_function_failed();
  return fail(close(attributes.scheduled_event_id()), FunctionFailure::kFailed, attributes.reason(),
              from_details(payload_of(attributes.has_details(), attributes.details())));
}

bool Functions::timed_out(const v1::HistoryEvent& event) {
  const auto& attributes = event.lambda_function_timed_out();
  return fail(close(attributes.scheduled_event_id()), FunctionFailure::kTimedOut,
              symbol(attributes.timeout_type()), {});
}

}  // namespace baton::detail
