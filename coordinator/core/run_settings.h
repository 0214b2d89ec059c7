// The values that a new run goes by: those it is given, else its type's (facts.md §4). Shared by whatever starts runs: the call, and the
// decisions that continue as new.
#pragma once

#include <string>

#include "baton/journal/v1/event.pb.h"
#include "coordinator/core/context.h"
#include "coordinator/core/fault.h"
#include "coordinator/core/journal_values.h"
#include "coordinator/core/names.h"

namespace baton::core {

struct RunSettings {
  std::string task_list;
  int64_t execution_start_to_close_ms = 0;
  int64_t task_start_to_close_ms = 0;
  journal::ChildPolicy child_policy = journal::CHILD_POLICY_UNSPECIFIED;
  int32_t task_priority = 0;
  std::string lambda_role;  // empty: none
};

// What neither the request nor the type gives, in the order in which SWF looks.
enum class MissingSetting : uint8_t { kNone, kExecutionStartToCloseTimeout, kTaskList, kTaskStartToCloseTimeout, kChildPolicy };

// `Given` has the fields of a StartWorkflowExecutionRequest that say how a run goes.
template <class Given>
MissingSetting resolve(const Given& given, const WorkflowTypeRecord& type, RunSettings& settings) {
  const auto execution_ms = timeout_ms(given.execution_start_to_close_timeout());
  if (!execution_ms && !type.default_execution_start_to_close_ms) return MissingSetting::kExecutionStartToCloseTimeout;
  settings.execution_start_to_close_ms = execution_ms ? *execution_ms : *type.default_execution_start_to_close_ms;
  settings.task_list = given.task_list().name().empty() ? type.default_task_list : given.task_list().name();
  if (settings.task_list.empty()) return MissingSetting::kTaskList;
  const auto task_ms = timeout_ms(given.task_start_to_close_timeout());
  if (!task_ms && !type.default_task_start_to_close_ms) return MissingSetting::kTaskStartToCloseTimeout;
  settings.task_start_to_close_ms = task_ms ? *task_ms : *type.default_task_start_to_close_ms;
  settings.child_policy = static_cast<journal::ChildPolicy>(given.child_policy() != 0 ? given.child_policy() : type.default_child_policy);
  if (settings.child_policy == 0) return MissingSetting::kChildPolicy;
  settings.task_priority = given.has_task_priority() ? given.task_priority() : type.default_task_priority.value_or(0);
  settings.lambda_role = given.has_lambda_role() ? given.lambda_role() : type.default_lambda_role;
  return MissingSetting::kNone;
}

absl::Status check_tags(const std::string& field, const google::protobuf::RepeatedPtrField<std::string>& tags);

// The bounds of those fields; `prefix` goes before their names ("decisions[3].continue_as_new_workflow_execution.", or nothing).
template <class Given>
absl::Status check_settings(const std::string& prefix, const Given& given, const Limits& limits) {
  if (!given.task_list().name().empty()) {
    if (absl::Status s = check_name(prefix + "task_list.name", given.task_list().name()); !s.ok()) return s;
  }
  if (absl::Status s = check_payload(prefix + "input", given.input(), limits.payload_bytes); !s.ok()) return s;
  absl::Status s = check_timeout(prefix + "execution_start_to_close_timeout", given.has_execution_start_to_close_timeout(),
                                 given.execution_start_to_close_timeout(), false);
  if (!s.ok()) return s;
  s = check_timeout(prefix + "task_start_to_close_timeout", given.has_task_start_to_close_timeout(), given.task_start_to_close_timeout());
  if (!s.ok()) return s;
  if (!baton::v1::ChildPolicy_IsValid(given.child_policy())) return invalid_field(prefix + "child_policy", "is not one of ChildPolicy");
  if (s = check_tags(prefix + "tag_list", given.tag_list()); !s.ok()) return s;
  if (given.has_lambda_role() && given.lambda_role().empty()) return invalid_field(prefix + "lambda_role", "is empty: leave it out instead");
  return check_text(prefix + "lambda_role", given.lambda_role(), kMaxLambdaRoleChars);
}

// The same fields of WorkflowExecutionStarted and of WorkflowExecutionContinuedAsNew.
template <class Given, class Attributes>
void fill(const Given& given, const RunSettings& settings, Attributes& attributes) {
  attributes.set_task_list(settings.task_list);
  if (given.has_input()) *attributes.mutable_input() = to_journal(given.input());
  attributes.set_execution_start_to_close_timeout_ms(settings.execution_start_to_close_ms);
  attributes.set_task_start_to_close_timeout_ms(settings.task_start_to_close_ms);
  attributes.set_child_policy(settings.child_policy);
  attributes.set_task_priority(settings.task_priority);
  for (const std::string& tag : given.tag_list()) attributes.add_tag_list(tag);
  if (!settings.lambda_role.empty()) attributes.set_lambda_role(settings.lambda_role);
}

}  // namespace baton::core
