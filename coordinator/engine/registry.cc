#include "coordinator/engine/registry.h"

#include <optional>

#include "baton/v1/registry_service.pb.h"
#include "coordinator/core/domain_limits.h"
#include "coordinator/core/fault.h"
#include "coordinator/core/journal_values.h"

namespace baton::engine {
namespace {

constexpr int kMaxEdits = 20;

// Domain, name and version hold no such character.
std::string type_key(std::string_view domain, std::string_view name, std::string_view version) {
  std::string key;
  key.reserve(domain.size() + name.size() + version.size() + 2);
  return key.append(domain).append(1, '\x1f').append(name).append(1, '\x1f').append(version);
}

template <class Message>
std::optional<int64_t> timeout_of(const Message& configuration, bool present, const v1::Timeout& timeout) {
  (void)configuration;
  return present ? core::timeout_ms(timeout) : std::nullopt;
}

core::WorkflowTypeRecord workflow_record(const store::TypeRow& row) {
  v1::RegisterWorkflowTypeRequest request;
  request.ParseFromString(row.configuration);
  const auto& given = request.configuration();
  core::WorkflowTypeRecord record;
  record.deprecated = row.deprecated;
  record.default_task_start_to_close_ms =
      timeout_of(given, given.has_default_task_start_to_close_timeout(), given.default_task_start_to_close_timeout());
  record.default_execution_start_to_close_ms =
      timeout_of(given, given.has_default_execution_start_to_close_timeout(), given.default_execution_start_to_close_timeout());
  record.default_task_list = given.default_task_list().name();
  if (given.has_default_task_priority()) record.default_task_priority = given.default_task_priority();
  record.default_child_policy = given.default_child_policy();
  record.default_lambda_role = given.default_lambda_role();
  return record;
}

core::ActivityTypeRecord activity_record(const store::TypeRow& row) {
  v1::RegisterActivityTypeRequest request;
  request.ParseFromString(row.configuration);
  const auto& given = request.configuration();
  core::ActivityTypeRecord record;
  record.deprecated = row.deprecated;
  record.default_task_start_to_close_ms =
      timeout_of(given, given.has_default_task_start_to_close_timeout(), given.default_task_start_to_close_timeout());
  record.default_task_heartbeat_ms =
      timeout_of(given, given.has_default_task_heartbeat_timeout(), given.default_task_heartbeat_timeout());
  record.default_task_schedule_to_start_ms =
      timeout_of(given, given.has_default_task_schedule_to_start_timeout(), given.default_task_schedule_to_start_timeout());
  record.default_task_schedule_to_close_ms =
      timeout_of(given, given.has_default_task_schedule_to_close_timeout(), given.default_task_schedule_to_close_timeout());
  record.default_task_list = given.default_task_list().name();
  if (given.has_default_task_priority()) record.default_task_priority = given.default_task_priority();
  return record;
}

template <class Map>
const typename Map::mapped_type* find(const Map& map, std::string_view key) {
  const auto found = map.find(absl::string_view(key.data(), key.size()));
  return found == map.end() ? nullptr : &found->second;
}

}  // namespace

RegistryPicture::RegistryPicture(store::RegistryDump dump, const core::Limits& limits) : dump_(std::move(dump)), limits_(limits) {
  for (const auto& row : dump_.domains) {
    v1::DomainConfiguration configuration;
    configuration.ParseFromString(row.configuration);
    domains_[row.name] = {.deprecated = row.deprecated,
                          .retention_ms = row.retention_ms,
                          .limits = core::limits_of(configuration.limits(), limits),
                          .functions_disabled = configuration.functions_disabled()};
    for (const auto& rate : configuration.rates().rates()) {
      rates_[row.name][rate.operation()] = {rate.bucket(), rate.refill_per_second()};
    }
  }
  for (const auto& row : dump_.types) {
    const std::string key = type_key(row.domain, row.name, row.version);
    if (row.kind == store::TypeKind::kWorkflow) {
      workflow_types_[key] = workflow_record(row);
    } else {
      activity_types_[key] = activity_record(row);
    }
  }
}

const core::DomainRecord* RegistryPicture::find_domain(std::string_view domain) const {
  return find(domains_, domain);
}
const core::Limits& RegistryPicture::limits_of(std::string_view domain) const {
  const core::DomainRecord* record = find_domain(domain);
  return record == nullptr ? limits_ : record->limits;
}
const RateLimit* RegistryPicture::find_rate(std::string_view domain, std::string_view operation) const {
  if (rates_.empty()) return nullptr;
  const auto* of_domain = find(rates_, domain);
  return of_domain == nullptr ? nullptr : find(*of_domain, operation);
}
const core::WorkflowTypeRecord* RegistryPicture::find_workflow_type(std::string_view domain, std::string_view name,
                                                                    std::string_view version) const {
  return find(workflow_types_, type_key(domain, name, version));
}
const core::ActivityTypeRecord* RegistryPicture::find_activity_type(std::string_view domain, std::string_view name,
                                                                    std::string_view version) const {
  return find(activity_types_, type_key(domain, name, version));
}

std::shared_ptr<const RegistryPicture> Registry::picture() const {
  const std::lock_guard lock(mutex_);
  return picture_;
}

absl::StatusOr<bool> Registry::refresh() {
  const auto version = store_.registry_version();
  if (!version.ok()) return version.status();
  const auto known = picture();
  if (known != nullptr && known->dump().version == *version) return false;
  auto dump = store_.read_registry();
  if (!dump.ok()) return dump.status();
  auto fresh = std::make_shared<const RegistryPicture>(*std::move(dump), limits_);
  const std::lock_guard lock(mutex_);
  // Two refreshes may overlap: the newer one stays.
  if (picture_ == nullptr || picture_->dump().version < fresh->dump().version) picture_ = std::move(fresh);
  return true;
}

absl::Status Registry::edit(const Edit& edit) {
  for (int tries = 0; tries < kMaxEdits; ++tries) {
    if (const auto refreshed = refresh(); !refreshed.ok()) return refreshed.status();
    const auto base = picture();
    auto change = edit(base->dump());
    if (!change.ok()) return change.status();
    change->expected_version = base->dump().version;
    const absl::Status written = store_.change_registry(*change);
    if (written.code() == absl::StatusCode::kFailedPrecondition) continue;
    if (written.ok()) return refresh().status();
    return written;
  }
  return core::with_retry_after(core::fault(v1::THROTTLING, "registry", "too many others change the registry at once: try again"), 100);
}

}  // namespace baton::engine
