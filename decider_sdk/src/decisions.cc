#include "decisions.h"

#include "wire.h"

namespace baton {
namespace {

v1::Decision* add(Decisions& decisions) { return decisions.content().answer.add_decisions(); }

void set(const std::optional<Payload>& payload, auto&& field) {
  if (payload) to_wire(*payload, field());
}

void answer_update(Decisions& decisions, std::string_view update_id, Reply reply) {
  auto* const out = add(decisions)->mutable_answer_update();
  out->set_update_id(std::string(update_id));
  to_wire(std::move(reply), out->mutable_reply());
}

}  // namespace

namespace detail {
namespace {

void set_retry(const ActivityOptions::Retry& retry, v1::RetryPolicy* out) {
  to_wire(retry.initial_interval, out->mutable_initial_interval());
  out->set_backoff_coefficient(retry.backoff_coefficient);
  if (retry.maximum_interval > Duration(0)) {
    to_wire(retry.maximum_interval, out->mutable_maximum_interval());
  }
  out->set_maximum_attempts(retry.maximum_attempts);
  for (const std::string_view reason : retry.non_retryable_reasons) {
    out->add_non_retryable_reasons(std::string(reason));
  }
}

// What the options of a child and of a run that continues have in common.
template <class Options, class Attributes>
void set_execution_options(const Options& options, Attributes* out) {
  if (!options.execution_start_to_close.is_default()) {
    to_wire(options.execution_start_to_close, out->mutable_execution_start_to_close_timeout());
  }
  if (!options.task_start_to_close.is_default()) {
    to_wire(options.task_start_to_close, out->mutable_task_start_to_close_timeout());
  }
  if (!options.task_list.empty()) out->mutable_task_list()->set_name(std::string(options.task_list));
  out->set_child_policy(static_cast<v1::ChildPolicy>(options.child_policy));
  if (options.priority.given) out->set_task_priority(options.priority.value);
  for (const std::string_view tag : options.tags) out->add_tag_list(std::string(tag));
  if (!options.lambda_role.empty()) out->set_lambda_role(std::string(options.lambda_role));
}

}  // namespace

std::optional<Payload> payload_of(bool present, const v1::Payload& payload) {
  if (!present) return std::nullopt;
  return from_wire(payload);
}

void set_options(const ChildOptions& options, v1::StartChildWorkflowExecutionAttributes* out) {
  set_execution_options(options, out);
  if (!options.control.empty()) out->set_control(std::string(options.control));
}

void set_options(const ContinueOptions& options, v1::ContinueAsNewWorkflowExecutionAttributes* out) {
  set_execution_options(options, out);
}

void set_options(const FunctionOptions& options, v1::ScheduleLambdaFunctionAttributes* out) {
  if (!options.start_to_close.is_default()) {
    to_wire(options.start_to_close, out->mutable_start_to_close_timeout());
  }
  if (!options.control.empty()) out->set_control(std::string(options.control));
}

void set_options(const ActivityOptions& options, v1::ScheduleActivityTaskAttributes* out) {
  if (!options.start_to_close.is_default()) {
    to_wire(options.start_to_close, out->mutable_start_to_close_timeout());
  }
  if (!options.schedule_to_start.is_default()) {
    to_wire(options.schedule_to_start, out->mutable_schedule_to_start_timeout());
  }
  if (!options.schedule_to_close.is_default()) {
    to_wire(options.schedule_to_close, out->mutable_schedule_to_close_timeout());
  }
  if (!options.heartbeat.is_default()) {
    to_wire(options.heartbeat, out->mutable_heartbeat_timeout());
  }
  if (!options.task_list.empty()) out->mutable_task_list()->set_name(std::string(options.task_list));
  if (options.priority.given) out->set_task_priority(options.priority.value);
  if (!options.control.empty()) out->set_control(std::string(options.control));
  if (options.retry.initial_interval > Duration(0)) set_retry(options.retry, out->mutable_retry_policy());
}

}  // namespace detail

Decisions::Decisions() : content_(std::make_unique<Content>()) {
  content_->answer.set_all_or_nothing_close(true);
}
Decisions::Decisions(Decisions&&) noexcept = default;
Decisions& Decisions::operator=(Decisions&&) noexcept = default;
Decisions::~Decisions() = default;

void Decisions::schedule_activity(std::string_view activity_id, const TypeName& type,
                                  const std::optional<Payload>& input,
                                  const ActivityOptions& options) {
  auto* const out = add(*this)->mutable_schedule_activity_task();
  out->set_activity_id(std::string(activity_id));
  to_wire(type, out->mutable_activity_type());
  set(input, [&] { return out->mutable_input(); });
  detail::set_options(options, out);
}

void Decisions::request_cancel_activity(std::string_view activity_id) {
  add(*this)->mutable_request_cancel_activity_task()->set_activity_id(std::string(activity_id));
}

void Decisions::start_timer(std::string_view timer_id, Duration start_to_fire,
                            const std::optional<std::string>& control) {
  auto* const out = add(*this)->mutable_start_timer();
  out->set_timer_id(std::string(timer_id));
  to_wire(start_to_fire, out->mutable_start_to_fire_timeout());
  if (control) out->set_control(*control);
}

void Decisions::cancel_timer(std::string_view timer_id) {
  add(*this)->mutable_cancel_timer()->set_timer_id(std::string(timer_id));
}

void Decisions::record_marker(std::string_view name, const std::optional<Payload>& details) {
  auto* const out = add(*this)->mutable_record_marker();
  out->set_marker_name(std::string(name));
  set(details, [&] { return out->mutable_details(); });
}

void Decisions::start_child(std::string_view workflow_id, const TypeName& type,
                            const std::optional<Payload>& input, const ChildOptions& options) {
  auto* const out = add(*this)->mutable_start_child_workflow_execution();
  out->set_workflow_id(std::string(workflow_id));
  to_wire(type, out->mutable_workflow_type());
  set(input, [&] { return out->mutable_input(); });
  detail::set_options(options, out);
}

void Decisions::signal(const Execution& target, std::string_view name,
                       const std::optional<Payload>& input) {
  auto* const out = add(*this)->mutable_signal_external_workflow_execution();
  out->set_workflow_id(target.workflow_id);
  if (!target.run_id.empty()) out->set_run_id(target.run_id);
  out->set_signal_name(std::string(name));
  set(input, [&] { return out->mutable_input(); });
}

void Decisions::request_cancel(const Execution& target) {
  auto* const out = add(*this)->mutable_request_cancel_external_workflow_execution();
  out->set_workflow_id(target.workflow_id);
  if (!target.run_id.empty()) out->set_run_id(target.run_id);
}

void Decisions::call_function(std::string_view id, std::string_view name,
                              const std::optional<Payload>& input, const FunctionOptions& options) {
  auto* const out = add(*this)->mutable_schedule_lambda_function();
  out->set_id(std::string(id));
  out->set_name(std::string(name));
  set(input, [&] { return out->mutable_input(); });
  detail::set_options(options, out);
}

void Decisions::complete_update(std::string_view update_id, const std::optional<Payload>& result) {
  answer_update(*this, update_id, {false, false, {}, result});
}

void Decisions::fail_update(std::string_view update_id, std::string_view reason,
                            const std::optional<Payload>& details) {
  answer_update(*this, update_id, {true, false, std::string(reason), details});
}

void Decisions::reject_update(std::string_view update_id, std::string_view reason,
                              const std::optional<Payload>& details) {
  answer_update(*this, update_id, {true, true, std::string(reason), details});
}

void Decisions::set_search_attributes(const std::map<std::string, SearchAttribute>& set,
                                      std::span<const std::string> removed) {
  auto* const out = add(*this)->mutable_upsert_search_attributes();
  for (const auto& [name, value] : set) {
    to_wire(value, &(*out->mutable_search_attributes())[name]);
  }
  for (const std::string& name : removed) out->add_removed(name);
}

void Decisions::complete(const std::optional<Payload>& result) {
  auto* const out = add(*this)->mutable_complete_workflow_execution();
  set(result, [&] { return out->mutable_result(); });
}

void Decisions::fail(std::string_view reason, const std::optional<Payload>& details) {
  auto* const out = add(*this)->mutable_fail_workflow_execution();
  out->set_reason(std::string(reason));
  set(details, [&] { return out->mutable_details(); });
}

void Decisions::cancel(const std::optional<Payload>& details) {
  auto* const out = add(*this)->mutable_cancel_workflow_execution();
  set(details, [&] { return out->mutable_details(); });
}

void Decisions::continue_as_new(const std::optional<Payload>& input, std::string_view version,
                                const ContinueOptions& options) {
  auto* const out = add(*this)->mutable_continue_as_new_workflow_execution();
  set(input, [&] { return out->mutable_input(); });
  if (!version.empty()) out->set_workflow_type_version(std::string(version));
  detail::set_options(options, out);
}

void Decisions::set_execution_context(std::string_view text) {
  content_->answer.set_execution_context(std::string(text));
}

void Decisions::set_all_or_nothing_close(bool value) {
  content_->answer.set_all_or_nothing_close(value);
}

}  // namespace baton
