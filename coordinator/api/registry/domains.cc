#include <algorithm>

#include "coordinator/api/backend.h"
#include "coordinator/api/registry/edits.h"
#include "coordinator/core/domain_limits.h"
#include "coordinator/core/fault.h"
#include "coordinator/core/journal_values.h"
#include "coordinator/core/names.h"

namespace baton::api::registry {
namespace {

constexpr int64_t kDayMs = int64_t{24} * 3600 * 1000;

// Whole days, 0 to 90; NONE is zero.
absl::Status check_retention(const v1::RegisterDomainRequest& request) {
  constexpr std::string_view kField = "workflow_execution_retention_period";
  if (!request.has_workflow_execution_retention_period()) {
    return core::invalid_field(kField, "is required: give 0 to " + std::to_string(core::kMaxRetentionDays) + " whole days");
  }
  const v1::Timeout& period = request.workflow_execution_retention_period();
  if (absl::Status s = core::check_timeout(kField, true, period); !s.ok()) return s;
  if (period.has_none()) return absl::OkStatus();
  const int64_t ms = core::duration_ms(period.after());
  if (period.after().nanos() == 0 && ms % kDayMs == 0 && ms <= core::kMaxRetentionDays * kDayMs) return absl::OkStatus();
  return core::invalid_field(kField, "must be whole days, 0 to " + std::to_string(core::kMaxRetentionDays));
}

absl::Status check_name_and_id(const std::string& name, const std::string& request_id) {
  if (absl::Status s = core::check_name("name", name); !s.ok()) return s;
  return core::check_request_id("request_id", request_id);
}

// Of registration and update.
template <class Request>
absl::Status check_configuration(const Request& request) {
  if (absl::Status s = core::check_limits("limits", request.limits()); !s.ok()) return s;
  return check_rates("rates", request.rates());
}

}  // namespace

v1::DomainConfiguration configuration_of(const store::DomainRow& row) {
  v1::DomainConfiguration configuration;
  configuration.ParseFromString(row.configuration);
  return configuration;
}

const store::DomainRow* find_domain(const Dump& dump, const std::string& name) {
  const auto found = std::find_if(dump.domains.begin(), dump.domains.end(), [&](const store::DomainRow& row) { return row.name == name; });
  return found == dump.domains.end() ? nullptr : &*found;
}

absl::Status check(const v1::RegisterDomainRequest& request) {
  if (absl::Status s = check_name_and_id(request.name(), request.request_id()); !s.ok()) return s;
  if (absl::Status s = core::check_text("description", request.description(), core::kMaxDescriptionChars); !s.ok()) return s;
  if (absl::Status s = check_retention(request); !s.ok()) return s;
  if (absl::Status s = check_configuration(request); !s.ok()) return s;
  return check_tags("tags", request.tags());
}
absl::Status check(const v1::UpdateDomainRequest& request) {
  if (absl::Status s = check_name_and_id(request.name(), request.request_id()); !s.ok()) return s;
  return check_configuration(request);
}
absl::Status check(const v1::DeprecateDomainRequest& request) { return check_name_and_id(request.name(), request.request_id()); }
absl::Status check(const v1::UndeprecateDomainRequest& request) { return check_name_and_id(request.name(), request.request_id()); }

Edit edit(const Dump& dump, const v1::RegisterDomainRequest& request, const EditContext& context) {
  if (const auto* there = find_domain(dump, request.name())) {
    const std::string how = there->deprecated ? " already (it is deprecated: UndeprecateDomain brings it back)" : " already";
    return core::fault(v1::DOMAIN_ALREADY_EXISTS, "domain " + request.name(), "domain " + request.name() + " exists" + how);
  }
  if (dump.domains.size() >= static_cast<size_t>(context.limits.domains)) {
    return core::fault(v1::LIMIT_EXCEEDED, "domains",
                       "there are " + std::to_string(dump.domains.size()) + " domains, deprecated ones included; no more are allowed");
  }
  store::DomainRow row;
  row.name = request.name();
  row.description = request.description();
  row.retention_ms = std::max<int64_t>(0, core::timeout_ms(request.workflow_execution_retention_period()).value_or(0));
  v1::DomainConfiguration configuration;
  if (request.has_limits()) *configuration.mutable_limits() = request.limits();
  if (request.has_rates()) *configuration.mutable_rates() = request.rates();
  configuration.set_functions_disabled(request.functions_disabled());
  row.configuration = configuration.SerializeAsString();
  if (absl::Status s = put_tags(request.tags(), row); !s.ok()) return s;
  store::Store::RegistryChange change;
  change.put_domains.push_back(std::move(row));
  return change;
}

Edit edit(const Dump& dump, const v1::UpdateDomainRequest& request, const EditContext&) {
  const auto* row = find_domain(dump, request.name());
  if (row == nullptr) return unknown_domain(request.name());
  v1::DomainConfiguration configuration = configuration_of(*row);
  if (request.has_limits()) *configuration.mutable_limits() = request.limits();
  if (request.has_rates()) *configuration.mutable_rates() = request.rates();
  if (request.has_functions_disabled()) configuration.set_functions_disabled(request.functions_disabled());
  store::Store::RegistryChange change;
  change.put_domains.push_back(*row);
  change.put_domains.back().configuration = configuration.SerializeAsString();
  return change;
}

Edit edit(const Dump& dump, const v1::DeprecateDomainRequest& request, const EditContext& context) {
  const auto* row = find_domain(dump, request.name());
  if (row == nullptr) return unknown_domain(request.name());
  if (row->deprecated) {
    return core::fault(v1::DOMAIN_DEPRECATED, "domain " + request.name(), "domain " + request.name() + " is deprecated already");
  }
  store::Store::RegistryChange change;
  change.put_domains.push_back(*row);
  change.put_domains.back().deprecated = true;
  for (const store::TypeRow& type : dump.types) {
    if (type.domain != request.name() || type.deprecated) continue;
    change.put_types.push_back(type);
    change.put_types.back().deprecated = true;
    change.put_types.back().deprecated_ms = context.now_ms;
  }
  return change;
}

Edit edit(const Dump& dump, const v1::UndeprecateDomainRequest& request, const EditContext&) {
  const auto* row = find_domain(dump, request.name());
  if (row == nullptr) return unknown_domain(request.name());
  if (!row->deprecated) {
    return core::fault(v1::DOMAIN_ALREADY_EXISTS, "domain " + request.name(), "domain " + request.name() + " is not deprecated");
  }
  store::Store::RegistryChange change;
  change.put_domains.push_back(*row);
  change.put_domains.back().deprecated = false;
  return change;
}

}  // namespace baton::api::registry
