#include "coordinator/api/registry/reads.h"

#include <algorithm>

#include "coordinator/api/backend.h"
#include "coordinator/core/domain_limits.h"
#include "coordinator/core/fault.h"
#include "coordinator/core/journal_values.h"
#include "coordinator/core/names.h"

namespace baton::api::registry {
namespace {

using store::TypeKind;

v1::RegistrationStatus status_of(bool deprecated) {
  return deprecated ? v1::REGISTRATION_STATUS_DEPRECATED : v1::REGISTRATION_STATUS_REGISTERED;
}

void show(const store::DomainRow& row, v1::DomainInfo* info) {
  info->set_name(row.name);
  info->set_status(status_of(row.deprecated));
  info->set_description(row.description);
  info->set_resource(resource_of_domain(row.name));
}

// Both kinds of types: `Request` is what registered it.
template <class Request, class Info>
absl::Status show(const store::TypeRow& row, Request* registered, Info* info) {
  if (!registered->ParseFromString(row.configuration)) return absl::DataLossError("the registration of type " + row.name + " cannot be read");
  if constexpr (requires { info->mutable_workflow_type(); }) {
    *info->mutable_workflow_type() = registered->workflow_type();
  } else {
    *info->mutable_activity_type() = registered->activity_type();
  }
  info->set_status(status_of(row.deprecated));
  info->set_description(registered->description());
  core::set_timestamp(row.created_ms, info->mutable_creation_date());
  if (row.deprecated) core::set_timestamp(row.deprecated_ms, info->mutable_deprecation_date());
  return absl::OkStatus();
}

absl::Status check_type(const std::string& domain, const std::string& field, const std::string& name, const std::string& version) {
  if (absl::Status s = core::check_name("domain", domain); !s.ok()) return s;
  if (absl::Status s = core::check_name(field + ".name", name); !s.ok()) return s;
  return core::check_version(field + ".version", version);
}

template <class Request>
absl::Status check_list(const Request& request) {
  if (request.registration_status() != v1::REGISTRATION_STATUS_REGISTERED && request.registration_status() != v1::REGISTRATION_STATUS_DEPRECATED) {
    return core::invalid_field("registration_status", "is required: give REGISTERED or DEPRECATED");
  }
  return page_size(request.maximum_page_size()).status();
}

template <class Request>
absl::Status check_type_list(const Request& request) {
  if (absl::Status s = core::check_name("domain", request.domain()); !s.ok()) return s;
  if (!request.name().empty()) {
    if (absl::Status s = core::check_name("name", request.name()); !s.ok()) return s;
  }
  return check_list(request);
}

template <class Request, class Registered, class Response>
absl::Status describe_type(const Dump& dump, TypeKind kind, const char* field, const std::string& name, const std::string& version,
                           const Request& request, Registered* registered, Response* response) {
  if (find_domain(dump, request.domain()) == nullptr) return unknown_domain(request.domain());
  const auto* row = find_type(dump, kind, request.domain(), name, version);
  if (row == nullptr) {
    return core::fault(v1::UNKNOWN_RESOURCE, field,
                       std::string(field) + " " + name + " version " + version + " is not registered in domain " + request.domain());
  }
  if (absl::Status s = show(*row, registered, response->mutable_type_info()); !s.ok()) return s;
  *response->mutable_configuration() = std::move(*registered->mutable_configuration());
  return absl::OkStatus();
}

// Rows of one list in their order, with the text that orders them: no name holds the separator, and all its characters come after it.
template <class Row>
using Ordered = std::vector<std::pair<std::string, const Row*>>;

// `show_row` returns how many bytes it added.
template <class Row, class Show>
absl::StatusOr<std::string> page(Ordered<Row> rows, bool reverse, int32_t limit, const std::string& after, Show show_row) {
  std::sort(rows.begin(), rows.end());
  if (reverse) std::reverse(rows.begin(), rows.end());
  int32_t shown = 0;
  size_t bytes = 0;
  const std::string* last = nullptr;
  for (const auto& [key, row] : rows) {
    const bool comes_after = after.empty() || (reverse ? key < after : key > after);
    if (!comes_after) continue;
    if (shown++ == limit || bytes >= core::kMaxPageBytes) return *last;
    const auto shown_bytes = show_row(*row);
    if (!shown_bytes.ok()) return shown_bytes.status();
    bytes += *shown_bytes;
    last = &key;
  }
  return "";
}

template <class Registered, class Request, class Response>
absl::StatusOr<std::string> list_types(const Dump& dump, TypeKind kind, const Request& request, const std::string& after, Response* response) {
  if (find_domain(dump, request.domain()) == nullptr) return unknown_domain(request.domain());
  Ordered<store::TypeRow> rows;
  for (const store::TypeRow& row : dump.types) {
    if (row.kind != kind || row.domain != request.domain() || status_of(row.deprecated) != request.registration_status()) continue;
    if (request.name().empty() || row.name == request.name()) rows.emplace_back(row.name + '\x1f' + row.version, &row);
  }
  return page(std::move(rows), request.reverse_order(), page_size(request.maximum_page_size()).value(), after,
              [&](const store::TypeRow& row) -> absl::StatusOr<size_t> {
                Registered registered;
                auto* info = response->add_type_infos();
                if (absl::Status s = show(row, &registered, info); !s.ok()) return s;
                return info->ByteSizeLong();
              });
}

}  // namespace

absl::Status check(const v1::DescribeDomainRequest& request) { return core::check_name("name", request.name()); }
absl::Status check(const v1::DescribeWorkflowTypeRequest& request) {
  return check_type(request.domain(), "workflow_type", request.workflow_type().name(), request.workflow_type().version());
}
absl::Status check(const v1::DescribeActivityTypeRequest& request) {
  return check_type(request.domain(), "activity_type", request.activity_type().name(), request.activity_type().version());
}
absl::Status check(const v1::ListTagsForResourceRequest& request) {
  const std::string domain = domain_of_resource(request.resource());
  if (domain.empty()) return core::invalid_field("resource", "must be \"baton:domain/NAME\"");
  return core::check_name("resource", domain);
}
absl::Status check(const v1::ListDomainsRequest& request) { return check_list(request); }
absl::Status check(const v1::ListWorkflowTypesRequest& request) { return check_type_list(request); }
absl::Status check(const v1::ListActivityTypesRequest& request) { return check_type_list(request); }

absl::Status describe(const Dump& dump, const v1::DescribeDomainRequest& request, const core::Limits& limits,
                      v1::DescribeDomainResponse* response) {
  const auto* row = find_domain(dump, request.name());
  if (row == nullptr) return unknown_domain(request.name());
  show(*row, response->mutable_domain_info());
  v1::DomainConfiguration& shown = *response->mutable_configuration();
  shown = configuration_of(*row);
  core::show_limits(core::limits_of(shown.limits(), limits), shown.mutable_limits());
  core::set_timeout(row->retention_ms, shown.mutable_workflow_execution_retention_period());
  return absl::OkStatus();
}
absl::Status describe(const Dump& dump, const v1::DescribeWorkflowTypeRequest& request, v1::DescribeWorkflowTypeResponse* response) {
  v1::RegisterWorkflowTypeRequest registered;
  return describe_type(dump, TypeKind::kWorkflow, "workflow_type", request.workflow_type().name(), request.workflow_type().version(), request,
                       &registered, response);
}
absl::Status describe(const Dump& dump, const v1::DescribeActivityTypeRequest& request, v1::DescribeActivityTypeResponse* response) {
  v1::RegisterActivityTypeRequest registered;
  return describe_type(dump, TypeKind::kActivity, "activity_type", request.activity_type().name(), request.activity_type().version(), request,
                       &registered, response);
}
absl::Status describe(const Dump& dump, const v1::ListTagsForResourceRequest& request, v1::ListTagsForResourceResponse* response) {
  const auto* row = find_domain(dump, domain_of_resource(request.resource()));
  if (row == nullptr) return unknown_domain(domain_of_resource(request.resource()));
  for (const auto& [key, value] : row->tags) {
    auto* tag = response->add_tags();
    tag->set_key(key);
    tag->set_value(value);
  }
  return absl::OkStatus();
}

absl::StatusOr<std::string> list(const Dump& dump, const v1::ListDomainsRequest& request, const std::string& after,
                                 v1::ListDomainsResponse* response) {
  Ordered<store::DomainRow> rows;
  for (const store::DomainRow& row : dump.domains) {
    if (status_of(row.deprecated) == request.registration_status()) rows.emplace_back(row.name, &row);
  }
  return page(std::move(rows), request.reverse_order(), page_size(request.maximum_page_size()).value(), after,
              [&](const store::DomainRow& row) -> absl::StatusOr<size_t> {
                auto* info = response->add_domain_infos();
                show(row, info);
                return info->ByteSizeLong();
              });
}
absl::StatusOr<std::string> list(const Dump& dump, const v1::ListWorkflowTypesRequest& request, const std::string& after,
                                 v1::ListWorkflowTypesResponse* response) {
  return list_types<v1::RegisterWorkflowTypeRequest>(dump, TypeKind::kWorkflow, request, after, response);
}
absl::StatusOr<std::string> list(const Dump& dump, const v1::ListActivityTypesRequest& request, const std::string& after,
                                 v1::ListActivityTypesResponse* response) {
  return list_types<v1::RegisterActivityTypeRequest>(dump, TypeKind::kActivity, request, after, response);
}

}  // namespace baton::api::registry
