// Domains and types in memory: an immutable picture, replaced when the store's version has grown. Thread-safe.
#pragma once

#include <memory>
#include <mutex>
#include <string>

#include "absl/container/flat_hash_map.h"
#include "coordinator/core/context.h"
#include "coordinator/store/store.h"

namespace baton::engine {

// One picture. Immutable.
class RegistryPicture final : public core::RegistryView {
 public:
  explicit RegistryPicture(store::RegistryDump dump);
  const store::RegistryDump& dump() const { return dump_; }

  const core::DomainRecord* find_domain(std::string_view domain) const override;
  const core::WorkflowTypeRecord* find_workflow_type(std::string_view domain, std::string_view name,
                                                     std::string_view version) const override;
  const core::ActivityTypeRecord* find_activity_type(std::string_view domain, std::string_view name,
                                                     std::string_view version) const override;

 private:
  store::RegistryDump dump_;
  absl::flat_hash_map<std::string, core::DomainRecord> domains_;
  absl::flat_hash_map<std::string, core::WorkflowTypeRecord> workflow_types_;
  absl::flat_hash_map<std::string, core::ActivityTypeRecord> activity_types_;
};

class Registry {
 public:
  explicit Registry(store::Store& store) : store_(store) {}

  std::shared_ptr<const RegistryPicture> picture() const;
  // Reads the store's version and, if it has grown, the whole registry. True: there is a new picture.
  absl::StatusOr<bool> refresh();
  // Reads, edits, writes by compare-and-set; again when another writer was first, kMaxEdits times.
  using Edit = std::function<absl::StatusOr<store::Store::RegistryChange>(const store::RegistryDump&)>;
  absl::Status edit(const Edit& edit);

 private:
  store::Store& store_;
  mutable std::mutex mutex_;
  std::shared_ptr<const RegistryPicture> picture_;
};

}  // namespace baton::engine
