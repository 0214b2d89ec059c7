// Workflow types and activity types live alike; what differs is their configuration.
#include <algorithm>

#include "coordinator/api/backend.h"
#include "coordinator/api/registry/edits.h"
#include "coordinator/core/domain_limits.h"
#include "coordinator/core/fault.h"
#include "coordinator/core/names.h"

namespace baton::api::registry {
namespace {

using store::TypeKind;

// One type as a request names it.
struct TypeName {
  TypeKind kind;
  const std::string& domain;
  const std::string& name;
  const std::string& version;

  std::string field() const { return kind == TypeKind::kWorkflow ? "workflow_type" : "activity_type"; }
  std::string text() const { return field() + " " + name + " version " + version + " in domain " + domain; }
};

template <class Request>
TypeName type_of(const Request& request) {
  if constexpr (requires { request.workflow_type(); }) {
    return {TypeKind::kWorkflow, request.domain(), request.workflow_type().name(), request.workflow_type().version()};
  } else {
    return {TypeKind::kActivity, request.domain(), request.activity_type().name(), request.activity_type().version()};
  }
}

absl::Status type_fault(v1::Fault fault, const TypeName& type, std::string_view what) {
  return core::fault(fault, type.field(), type.text() + " " + std::string(what));
}

template <class Request>
absl::Status check_type(const Request& request) {
  const TypeName type = type_of(request);
  if (absl::Status s = core::check_name("domain", type.domain); !s.ok()) return s;
  if (absl::Status s = core::check_name(type.field() + ".name", type.name); !s.ok()) return s;
  if (absl::Status s = core::check_version(type.field() + ".version", type.version); !s.ok()) return s;
  return core::check_request_id("request_id", request.request_id());
}

template <class Request>
absl::Status check_registration(const Request& request) {
  if (absl::Status s = check_type(request); !s.ok()) return s;
  if (absl::Status s = core::check_text("description", request.description(), core::kMaxDescriptionChars); !s.ok()) return s;
  // An empty name counts as absent.
  const std::string& list = request.configuration().default_task_list().name();
  return list.empty() ? absl::OkStatus() : core::check_name("configuration.default_task_list.name", list);
}

// The row to change, or why there is none.
absl::StatusOr<const store::TypeRow*> existing(const Dump& dump, const TypeName& type) {
  if (find_domain(dump, type.domain) == nullptr) return unknown_domain(type.domain);
  if (const auto* row = find_type(dump, type.kind, type.domain, type.name, type.version)) return row;
  return type_fault(v1::UNKNOWN_RESOURCE, type, "is not registered");
}

template <class Request>
Edit register_type(const Dump& dump, const Request& request, const EditContext& context) {
  const TypeName type = type_of(request);
  const auto* domain = find_domain(dump, type.domain);
  if (domain == nullptr) return unknown_domain(type.domain);
  if (domain->deprecated) {
    return core::fault(v1::DOMAIN_DEPRECATED, "domain " + type.domain, "domain " + type.domain + " is deprecated: nothing new can be registered");
  }
  if (const auto* there = find_type(dump, type.kind, type.domain, type.name, type.version)) {
    return type_fault(v1::TYPE_ALREADY_EXISTS, type,
                      there->deprecated ? "is registered already, and deprecated: undeprecate it, or register another version"
                                        : "is registered already: a change needs another version");
  }
  const auto of_kind = std::count_if(dump.types.begin(), dump.types.end(),
                                     [&](const store::TypeRow& row) { return row.kind == type.kind && row.domain == type.domain; });
  if (of_kind >= core::limits_of(configuration_of(*domain).limits(), context.limits).types_per_domain) {
    return core::fault(v1::LIMIT_EXCEEDED, "domain " + type.domain,
                       "domain " + type.domain + " has " + std::to_string(of_kind) + " types of this kind, deprecated ones included; no more are allowed");
  }
  store::TypeRow row;
  row.kind = type.kind;
  row.domain = type.domain;
  row.name = type.name;
  row.version = type.version;
  row.created_ms = context.now_ms;
  Request kept = request;
  kept.clear_request_id();
  row.configuration = kept.SerializeAsString();
  store::Store::RegistryChange change;
  change.put_types.push_back(std::move(row));
  return change;
}

template <class Request>
Edit deprecate_type(const Dump& dump, const Request& request, const EditContext& context) {
  const TypeName type = type_of(request);
  const auto row = existing(dump, type);
  if (!row.ok()) return row.status();
  if ((*row)->deprecated) return type_fault(v1::TYPE_DEPRECATED, type, "is deprecated already");
  store::Store::RegistryChange change;
  change.put_types.push_back(**row);
  change.put_types.back().deprecated = true;
  change.put_types.back().deprecated_ms = context.now_ms;
  return change;
}

template <class Request>
Edit undeprecate_type(const Dump& dump, const Request& request) {
  const TypeName type = type_of(request);
  const auto row = existing(dump, type);
  if (!row.ok()) return row.status();
  if (!(*row)->deprecated) return type_fault(v1::TYPE_ALREADY_EXISTS, type, "is not deprecated");
  store::Store::RegistryChange change;
  change.put_types.push_back(**row);
  change.put_types.back().deprecated = false;
  change.put_types.back().deprecated_ms = 0;
  return change;
}

template <class Request>
Edit delete_type(const Dump& dump, const Request& request) {
  const TypeName type = type_of(request);
  const auto row = existing(dump, type);
  if (!row.ok()) return row.status();
  if (!(*row)->deprecated) return type_fault(v1::TYPE_NOT_DEPRECATED, type, "is not deprecated: only a deprecated type can be deleted");
  store::Store::RegistryChange change;
  change.deleted_types.push_back(**row);
  return change;
}

absl::Status check_default(const char* name, bool present, const v1::Timeout& timeout, bool none_allowed = true) {
  return core::check_timeout(std::string("configuration.") + name, present, timeout, none_allowed);
}

}  // namespace

const store::TypeRow* find_type(const Dump& dump, store::TypeKind kind, const std::string& domain, const std::string& name,
                                const std::string& version) {
  const auto found = std::find_if(dump.types.begin(), dump.types.end(), [&](const store::TypeRow& row) {
    return row.kind == kind && row.domain == domain && row.name == name && row.version == version;
  });
  return found == dump.types.end() ? nullptr : &*found;
}

absl::Status check(const v1::RegisterWorkflowTypeRequest& request) {
  if (absl::Status s = check_registration(request); !s.ok()) return s;
  const auto& given = request.configuration();
  absl::Status s = check_default("default_task_start_to_close_timeout", given.has_default_task_start_to_close_timeout(),
                                 given.default_task_start_to_close_timeout());
  if (!s.ok()) return s;
  s = check_default("default_execution_start_to_close_timeout", given.has_default_execution_start_to_close_timeout(),
                    given.default_execution_start_to_close_timeout(), false);
  if (!s.ok()) return s;
  if (!v1::ChildPolicy_IsValid(given.default_child_policy())) {
    return core::invalid_field("configuration.default_child_policy", "is not one of ChildPolicy");
  }
  if (given.has_default_lambda_role() && given.default_lambda_role().empty()) {
    return core::invalid_field("configuration.default_lambda_role", "is empty: leave it out instead");
  }
  return core::check_text("configuration.default_lambda_role", given.default_lambda_role(), core::kMaxLambdaRoleChars);
}

absl::Status check(const v1::RegisterActivityTypeRequest& request) {
  if (absl::Status s = check_registration(request); !s.ok()) return s;
  const auto& given = request.configuration();
  absl::Status s = check_default("default_task_start_to_close_timeout", given.has_default_task_start_to_close_timeout(),
                                 given.default_task_start_to_close_timeout());
  if (!s.ok()) return s;
  s = check_default("default_task_heartbeat_timeout", given.has_default_task_heartbeat_timeout(), given.default_task_heartbeat_timeout());
  if (!s.ok()) return s;
  s = check_default("default_task_schedule_to_start_timeout", given.has_default_task_schedule_to_start_timeout(),
                    given.default_task_schedule_to_start_timeout());
  if (!s.ok()) return s;
  return check_default("default_task_schedule_to_close_timeout", given.has_default_task_schedule_to_close_timeout(),
                       given.default_task_schedule_to_close_timeout());
}

absl::Status check(const v1::DeprecateWorkflowTypeRequest& request) { return check_type(request); }
absl::Status check(const v1::UndeprecateWorkflowTypeRequest& request) { return check_type(request); }
absl::Status check(const v1::DeleteWorkflowTypeRequest& request) { return check_type(request); }
absl::Status check(const v1::DeprecateActivityTypeRequest& request) { return check_type(request); }
absl::Status check(const v1::UndeprecateActivityTypeRequest& request) { return check_type(request); }
absl::Status check(const v1::DeleteActivityTypeRequest& request) { return check_type(request); }

Edit edit(const Dump& dump, const v1::RegisterWorkflowTypeRequest& request, const EditContext& context) {
  return register_type(dump, request, context);
}
Edit edit(const Dump& dump, const v1::RegisterActivityTypeRequest& request, const EditContext& context) {
  return register_type(dump, request, context);
}
Edit edit(const Dump& dump, const v1::DeprecateWorkflowTypeRequest& request, const EditContext& context) {
  return deprecate_type(dump, request, context);
}
Edit edit(const Dump& dump, const v1::DeprecateActivityTypeRequest& request, const EditContext& context) {
  return deprecate_type(dump, request, context);
}
Edit edit(const Dump& dump, const v1::UndeprecateWorkflowTypeRequest& request, const EditContext&) { return undeprecate_type(dump, request); }
Edit edit(const Dump& dump, const v1::UndeprecateActivityTypeRequest& request, const EditContext&) { return undeprecate_type(dump, request); }
Edit edit(const Dump& dump, const v1::DeleteWorkflowTypeRequest& request, const EditContext&) { return delete_type(dump, request); }
Edit edit(const Dump& dump, const v1::DeleteActivityTypeRequest& request, const EditContext&) { return delete_type(dump, request); }

}  // namespace baton::api::registry
