#include "baton/testing.h"

#include "closed.h"
#include "environment.h"
#include "wire.h"

namespace baton::testing {

const char* to_string(Fault fault) {
  switch (fault) {
    case Fault::kDeciderCrash:
      return "decider crash";
    case Fault::kAnswerLost:
      return "answer lost";
    case Fault::kReplyLost:
      return "reply lost";
  }
  return "?";
}

TestEnvironment::TestEnvironment() : environment_(std::make_unique<detail::Environment>()) {}
TestEnvironment::~TestEnvironment() = default;

void TestEnvironment::add(const TypeName& type, baton::detail::WorkflowFunction function) {
  environment_->add(type, std::move(function));
}

void TestEnvironment::on_decision_task(const TypeName& type, std::function<Decisions(const DecisionTask&)> function) {
  environment_->add(type, std::move(function));
}

void TestEnvironment::on_activity_payload(const TypeName& activity, Handler handler, const Conduct& conduct) {
  environment_->add(activity, std::move(handler), conduct);
}

void TestEnvironment::on_query(const TypeName& type,
                               std::function<std::optional<Payload>(const DecisionTask&, std::string_view, const std::optional<Payload>&)> function) {
  environment_->add_answers(type, std::move(function));
}

int TestEnvironment::attempts(const TypeName& activity) const { return environment_->attempts(activity); }

Execution TestEnvironment::start(const StartRequest& request) { return environment_->start(request); }

void TestEnvironment::signal(const Execution& execution, std::string_view name, const std::optional<Payload>& value) {
  v1::SignalWorkflowExecutionRequest request;
  request.set_signal_name(std::string(name));
  if (value) to_wire(*value, request.mutable_input());
  environment_->tell<core::SignalWorkflowExecution>(execution, std::move(request));
}

void TestEnvironment::request_cancel(const Execution& execution) {
  environment_->tell<core::RequestCancelWorkflowExecution>(execution, v1::RequestCancelWorkflowExecutionRequest());
}

void TestEnvironment::terminate(const Execution& execution, std::string_view reason) {
  v1::TerminateWorkflowExecutionRequest request;
  if (!reason.empty()) request.set_reason(std::string(reason));
  environment_->tell<core::TerminateWorkflowExecution>(execution, std::move(request));
}

Execution TestEnvironment::begin_update(const Execution& execution, std::string_view name, const std::string& id,
                                        const std::optional<Payload>& input) {
  v1::UpdateWorkflowExecutionRequest request;
  request.set_update_name(std::string(name));
  request.set_request_id(id);
  if (input) to_wire(*input, request.mutable_input());
  const core::Reply reply = environment_->tell<core::UpdateWorkflowExecution>(execution, std::move(request));
  return {execution.workflow_id, std::get<core::StartReply>(reply).run_id.to_text()};
}

std::optional<Reply> TestEnvironment::reply_to(const Execution& execution, const std::string& update_id) const {
  for (const HistoryEvent& event : history(execution)) {
    if (event.type() == EventType::kWorkflowExecutionUpdateAnswered && event.update_id() == update_id) return event.reply();
  }
  return std::nullopt;
}

void TestEnvironment::throw_unanswered(const Execution& execution, const std::string& update) const {
  if (closed(execution).status == CloseStatus::kOpen) {
    throw std::logic_error("update " + update + " is not answered yet: call run() first");
  }
  throw Error(Code::kFailedPrecondition, "UPDATE_UNANSWERED",
              "run " + execution.run_id + " closed before its code answered update " + update);
}

Reply TestEnvironment::ask(const Execution& execution, std::string_view query, const std::optional<Payload>& input) {
  return environment_->query(execution, query, input);
}

TimePoint TestEnvironment::now() const { return environment_->now(); }
void TestEnvironment::after(Duration delay, std::function<void()> action) { environment_->after(delay, std::move(action)); }
void TestEnvironment::run() { environment_->run(std::nullopt); }
void TestEnvironment::run_for(Duration duration) { environment_->run((now() + duration).time_since_epoch().count()); }
void TestEnvironment::inject(Fault fault, int decision) { environment_->inject(fault, decision); }
int TestEnvironment::decisions() const { return environment_->decisions(); }

Closed TestEnvironment::closed(const Execution& execution) const {
  const auto& run = environment_->find(execution);
  return run.state().open() ? Closed{} : closed_by(*run.events.rbegin());
}

Closed TestEnvironment::end_of_chain(const Execution& execution) const {
  Closed end = closed(execution);
  while (end.status == CloseStatus::kContinuedAsNew) end = closed({execution.workflow_id, end.new_run_id});
  return end;
}

History TestEnvironment::history(const Execution& execution) const {
  auto kept = std::make_shared<const detail::Events>(environment_->find(execution).events);
  std::vector<HistoryEvent> events;
  for (const v1::HistoryEvent& event : *kept) events.emplace_back(&event);
  return {std::move(kept), std::move(events)};
}

std::string TestEnvironment::events(const Execution& execution) const {
  std::string text;
  for (const HistoryEvent& event : history(execution)) text += (text.empty() ? "" : ", ") + event.name();
  return text;
}

}  // namespace baton::testing
