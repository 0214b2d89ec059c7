// Domains and types in memory: an immutable picture, replaced when the store's version has grown. Thread-safe.
#pragma once

#include <memory>
#include <mutex>
#include <string>

#include "absl/container/flat_hash_map.h"
#include "coordinator/core/context.h"
#include "coordinator/store/store.h"

namespace baton::engine {

// How fast an operation or a decision of a domain may be used (registry_service.proto).
struct RateLimit {
  int32_t bucket = 0, refill_per_second = 0;
  friend bool operator==(const RateLimit&, const RateLimit&) = default;
};

// One picture. Immutable.
class RegistryPicture final : public core::RegistryView {
 public:
  // `limits`: of a domain that sets none.
  RegistryPicture(store::RegistryDump dump, const core::Limits& limits);
  const store::RegistryDump& dump() const { return dump_; }

  const core::DomainRecord* find_domain(std::string_view domain) const override;
  const core::WorkflowTypeRecord* find_workflow_type(std::string_view domain, std::string_view name,
                                                     std::string_view version) const override;
  const core::ActivityTypeRecord* find_activity_type(std::string_view domain, std::string_view name,
                                                     std::string_view version) const override;
  // Those of the domain; the defaults when there is none.
  const core::Limits& limits_of(std::string_view domain) const;
  // Null: as fast as can be.
  const RateLimit* find_rate(std::string_view domain, std::string_view operation) const;

 private:
  store::RegistryDump dump_;
  core::Limits limits_;
  absl::flat_hash_map<std::string, absl::flat_hash_map<std::string, RateLimit>> rates_;  // of domains that have some, by operation
  absl::flat_hash_map<std::string, core::DomainRecord> domains_;
  absl::flat_hash_map<std::string, core::WorkflowTypeRecord> workflow_types_;
  absl::flat_hash_map<std::string, core::ActivityTypeRecord> activity_types_;
};

class Registry {
 public:
  // `limits`: of a domain that sets none.
  Registry(store::Store& store, const core::Limits& limits) : store_(store), limits_(limits) {}

  std::shared_ptr<const RegistryPicture> picture() const;
  // Reads the store's version and, if it has grown, the whole registry. True: there is a new picture.
  absl::StatusOr<bool> refresh();
  // Reads, edits, writes by compare-and-set; again when another writer was first, kMaxEdits times.
  using Edit = std::function<absl::StatusOr<store::Store::RegistryChange>(const store::RegistryDump&)>;
  absl::Status edit(const Edit& edit);

 private:
  store::Store& store_;
  const core::Limits limits_;
  mutable std::mutex mutex_;
  std::shared_ptr<const RegistryPicture> picture_;
};

}  // namespace baton::engine
