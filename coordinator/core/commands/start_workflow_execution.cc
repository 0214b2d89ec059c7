// StartWorkflowExecution: WorkflowExecutionStarted and the first DecisionTaskScheduled, at the same time (facts.md §4, §5).
#include "coordinator/core/commands/commands.h"
#include "coordinator/core/commands/execution_call.h"
#include "coordinator/core/commands/signal.h"
#include "coordinator/core/draft.h"
#include "coordinator/core/fault.h"
#include "coordinator/core/journal_values.h"
#include "coordinator/core/names.h"
#include "coordinator/core/run_settings.h"

namespace baton::core {
namespace {

using Request = baton::v1::StartWorkflowExecutionRequest;

absl::Status check(const Request& request, const Limits& limits) {
  if (absl::Status s = check_name("domain", request.domain()); !s.ok()) return s;
  if (absl::Status s = check_workflow_id("workflow_id", request.workflow_id()); !s.ok()) return s;
  if (absl::Status s = check_name("workflow_type.name", request.workflow_type().name()); !s.ok()) return s;
  if (absl::Status s = check_version("workflow_type.version", request.workflow_type().version()); !s.ok()) return s;
  if (absl::Status s = check_settings("", request, limits); !s.ok()) return s;
  if (absl::Status s = check_request_id("request_id", request.request_id()); !s.ok()) return s;
  if (absl::Status s = check_search_attributes("search_attributes", request.search_attributes()); !s.ok()) return s;
  baton::v1::Timeout delay;
  if (request.has_start_delay()) *delay.mutable_after() = request.start_delay();
  if (absl::Status s = check_timeout("start_delay", request.has_start_delay(), delay, false); !s.ok()) return s;
  return check_headers("headers", request.headers(), limits.headers_bytes);
}

absl::Status undefined(std::string_view field) {
  return mark_rests_on_registry(fault(baton::v1::DEFAULT_UNDEFINED, field,
                                      std::string(field) + ": neither the request nor the workflow type gives it: set it in the request"));
}

absl::Status why_missing(MissingSetting missing) {
  switch (missing) {
    case MissingSetting::kNone:
      break;
    case MissingSetting::kExecutionStartToCloseTimeout:
      return undefined("execution_start_to_close_timeout");
    case MissingSetting::kTaskList:
      return undefined("task_list");
    case MissingSetting::kTaskStartToCloseTimeout:
      return undefined("task_start_to_close_timeout");
    case MissingSetting::kChildPolicy:
      return undefined("child_policy");
  }
  return absl::OkStatus();
}

absl::StatusOr<const WorkflowTypeRecord*> find_type(const Request& request, const Context& context) {
  const DomainRecord* domain = context.registry.find_domain(request.domain());
  if (domain == nullptr) return unknown_domain(request.domain());
  if (domain->deprecated) {
    return mark_rests_on_registry(fault(baton::v1::DOMAIN_DEPRECATED, "domain",
                                        "domain " + request.domain() + " is deprecated: nothing new can be started in it"));
  }
  const std::string type_text = request.workflow_type().name() + " version " + request.workflow_type().version();
  const WorkflowTypeRecord* type =
      context.registry.find_workflow_type(request.domain(), request.workflow_type().name(), request.workflow_type().version());
  if (type == nullptr) {
    return mark_rests_on_registry(fault(baton::v1::UNKNOWN_RESOURCE, "workflow_type",
                                        "workflow_type " + type_text + " is not registered in domain " + request.domain() +
                                            ": register it first (RegisterWorkflowType)"));
  }
  if (type->deprecated) {
    return mark_rests_on_registry(fault(baton::v1::TYPE_DEPRECATED, "workflow_type",
                                        "workflow_type " + type_text + " in domain " + request.domain() + " is deprecated"));
  }
  return type;
}

}  // namespace

absl::StatusOr<Commit> start_workflow_execution(const ExecutionState& state, const Caller&, const StartWorkflowExecution& command,
                                                const Context& context) {
  const Request& request = command.request;
  if (absl::Status s = check(request, context.limits); !s.ok()) return s;
  if (command.signal) {
    if (absl::Status s = check_signal(*command.signal, context.limits, "signal_"); !s.ok()) return s;
  }
  const auto type = find_type(request, context);
  if (!type.ok()) return type.status();
  RunSettings settings;
  if (absl::Status s = why_missing(resolve(request, **type, settings)); !s.ok()) return s;

  Draft draft(state, context);
  draft.event([&](journal::Event& event) {
    auto& started = *event.mutable_workflow_execution_started();
    *started.mutable_workflow_type() = to_journal(request.workflow_type());
    fill(request, settings, started);
    to_journal(request.headers(), started.mutable_headers());
    if (request.has_start_delay()) started.set_start_delay_ms(duration_ms(request.start_delay()));
    started.set_history_limit_warning(request.history_limit_warning());
    to_journal(request.search_attributes(), started.mutable_search_attributes());
    started.set_domain(request.domain());
    *started.mutable_execution() = execution_ref(request.workflow_id(), command.run_id);
  });
  draft.wake_decider();
  if (command.signal) add_signal(draft, *command.signal);
  return std::move(draft).finish(StartReply{command.run_id});
}

}  // namespace baton::core
