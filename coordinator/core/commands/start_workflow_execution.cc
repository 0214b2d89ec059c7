// StartWorkflowExecution: WorkflowExecutionStarted and the first DecisionTaskScheduled, at the same time (facts.md §4, §5).
#include <optional>

#include "coordinator/core/commands/commands.h"
#include "coordinator/core/commands/execution_call.h"
#include "coordinator/core/draft.h"
#include "coordinator/core/fault.h"
#include "coordinator/core/journal_values.h"
#include "coordinator/core/names.h"

namespace baton::core {
namespace {

using Request = baton::v1::StartWorkflowExecutionRequest;

absl::Status check_tags(const Request& request) {
  if (request.tag_list_size() > kMaxTagsPerExecution) {
    return invalid_field("tag_list", "has " + std::to_string(request.tag_list_size()) + " tags: at most " +
                                         std::to_string(kMaxTagsPerExecution) + " are allowed");
  }
  for (int i = 0; i < request.tag_list_size(); ++i) {
    if (absl::Status s = check_tag("tag_list[" + std::to_string(i) + "]", request.tag_list(i)); !s.ok()) return s;
  }
  return absl::OkStatus();
}

absl::Status check(const Request& request, const Limits& limits) {
  if (absl::Status s = check_name("domain", request.domain()); !s.ok()) return s;
  if (absl::Status s = check_workflow_id("workflow_id", request.workflow_id()); !s.ok()) return s;
  if (absl::Status s = check_name("workflow_type.name", request.workflow_type().name()); !s.ok()) return s;
  if (absl::Status s = check_version("workflow_type.version", request.workflow_type().version()); !s.ok()) return s;
  if (!request.task_list().name().empty()) {
    if (absl::Status s = check_name("task_list.name", request.task_list().name()); !s.ok()) return s;
  }
  if (absl::Status s = check_payload("input", request.input(), limits.payload_bytes); !s.ok()) return s;
  if (absl::Status s = check_timeout("execution_start_to_close_timeout", request.has_execution_start_to_close_timeout(),
                                     request.execution_start_to_close_timeout(), false);
      !s.ok()) {
    return s;
  }
  if (absl::Status s = check_timeout("task_start_to_close_timeout", request.has_task_start_to_close_timeout(),
                                     request.task_start_to_close_timeout());
      !s.ok()) {
    return s;
  }
  if (!baton::v1::ChildPolicy_IsValid(request.child_policy())) return invalid_field("child_policy", "is not one of ChildPolicy");
  if (absl::Status s = check_tags(request); !s.ok()) return s;
  if (request.has_lambda_role() && request.lambda_role().empty()) return invalid_field("lambda_role", "is empty: leave it out instead");
  if (absl::Status s = check_text("lambda_role", request.lambda_role(), kMaxLambdaRoleChars); !s.ok()) return s;
  if (absl::Status s = check_request_id("request_id", request.request_id()); !s.ok()) return s;
  return check_headers("headers", request.headers(), limits.headers_bytes);
}

// The values the run goes by: the request's, else the type's (facts.md §4).
struct Resolved {
  std::string task_list;
  std::optional<int64_t> execution_start_to_close_ms;
  std::optional<int64_t> task_start_to_close_ms;
  int32_t child_policy = 0;
};

absl::Status undefined(std::string_view field) {
  return mark_rests_on_registry(fault(baton::v1::DEFAULT_UNDEFINED, field,
                                      std::string(field) + ": neither the request nor the workflow type gives it: set it in the request"));
}

absl::StatusOr<Resolved> resolve(const Request& request, const WorkflowTypeRecord& type) {
  Resolved resolved;
  resolved.execution_start_to_close_ms = timeout_ms(request.execution_start_to_close_timeout());
  if (!resolved.execution_start_to_close_ms) resolved.execution_start_to_close_ms = type.default_execution_start_to_close_ms;
  if (!resolved.execution_start_to_close_ms) return undefined("execution_start_to_close_timeout");
  resolved.task_list = request.task_list().name().empty() ? type.default_task_list : request.task_list().name();
  if (resolved.task_list.empty()) return undefined("task_list");
  resolved.task_start_to_close_ms = timeout_ms(request.task_start_to_close_timeout());
  if (!resolved.task_start_to_close_ms) resolved.task_start_to_close_ms = type.default_task_start_to_close_ms;
  if (!resolved.task_start_to_close_ms) return undefined("task_start_to_close_timeout");
  resolved.child_policy = request.child_policy() != 0 ? request.child_policy() : type.default_child_policy;
  if (resolved.child_policy == 0) return undefined("child_policy");
  return resolved;
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
  const auto type = find_type(request, context);
  if (!type.ok()) return type.status();
  auto resolved = resolve(request, **type);
  if (!resolved.ok()) return resolved.status();

  Draft draft(state, context);
  draft.event([&](journal::Event& event) {
    auto& started = *event.mutable_workflow_execution_started();
    *started.mutable_workflow_type() = to_journal(request.workflow_type());
    started.set_task_list(resolved->task_list);
    if (request.has_input()) *started.mutable_input() = to_journal(request.input());
    started.set_execution_start_to_close_timeout_ms(*resolved->execution_start_to_close_ms);
    started.set_task_start_to_close_timeout_ms(*resolved->task_start_to_close_ms);
    started.set_child_policy(static_cast<journal::ChildPolicy>(resolved->child_policy));
    started.set_task_priority(request.has_task_priority() ? request.task_priority() : (*type)->default_task_priority.value_or(0));
    for (const std::string& tag : request.tag_list()) started.add_tag_list(tag);
    const std::string& role = request.has_lambda_role() ? request.lambda_role() : (*type)->default_lambda_role;
    if (!role.empty()) started.set_lambda_role(role);
    to_journal(request.headers(), started.mutable_headers());
    started.set_domain(request.domain());
    *started.mutable_execution() = execution_ref(request.workflow_id(), command.run_id);
  });
  draft.wake_decider();
  return std::move(draft).finish(StartReply{command.run_id});
}

}  // namespace baton::core
