#include "coordinator/engine/open_executions.h"

namespace baton::engine {

bool OpenExecutions::full(const std::string& domain, int64_t limit) const {
  const std::lock_guard lock(mutex_);
  const auto found = open_.find(domain);
  return found != open_.end() && found->second >= limit;
}

void OpenExecutions::opened(const std::string& domain) {
  const std::lock_guard lock(mutex_);
  ++open_[domain];
}

void OpenExecutions::closed(const std::string& domain) {
  const std::lock_guard lock(mutex_);
  --open_[domain];
}

// What opens or closes while the store counts is lost or counted twice, until the next count.
absl::Status OpenExecutions::count(store::Store& store, const std::string& domain, int64_t limit) {
  store::ExecutionQuery query;
  query.domain = domain;
  const auto counted = store.count_executions(query, limit);
  if (!counted.ok()) return counted.status();
  const std::lock_guard lock(mutex_);
  open_[domain] = *counted;
  return absl::OkStatus();
}

absl::Status OpenExecutions::count_all(store::Store& store, const RegistryPicture& registry) {
  for (const store::DomainRow& domain : registry.dump().domains) {
    if (absl::Status counted = count(store, domain.name, registry.limits_of(domain.name).open_executions); !counted.ok()) return counted;
  }
  return absl::OkStatus();
}

absl::Status OpenExecutions::count_some(store::Store& store, const RegistryPicture& registry) {
  const auto& domains = registry.dump().domains;
  if (domains.empty()) return absl::OkStatus();
  turn_ = (turn_ + 1) % domains.size();
  for (size_t i = 0; i < domains.size(); ++i) {
    const int64_t limit = registry.limits_of(domains[i].name).open_executions;
    if (i != turn_ && !full(domains[i].name, limit)) continue;
    if (absl::Status counted = count(store, domains[i].name, limit); !counted.ok()) return counted;
  }
  return absl::OkStatus();
}

}  // namespace baton::engine
