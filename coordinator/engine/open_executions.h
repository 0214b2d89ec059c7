// How many executions of each domain are open, as far as this coordinator knows: what the store counted last and what the lanes here opened
// and closed since. Other coordinators' work shows with the next count, so the limit that rests on it holds loosely. Thread-safe.
#pragma once

#include <cstdint>
#include <mutex>
#include <string>

#include "absl/container/flat_hash_map.h"
#include "coordinator/engine/registry.h"
#include "coordinator/store/store.h"

namespace baton::engine {

class OpenExecutions {
 public:
  // As many as `limit` are open.
  bool full(const std::string& domain, int64_t limit) const;
  void opened(const std::string& domain);
  void closed(const std::string& domain);

  // Counts every domain of the picture in the store.
  absl::Status count_all(store::Store& store, const RegistryPicture& registry);
  // Counts again the domains that may be at their limit, and one more, each in its turn.
  absl::Status count_some(store::Store& store, const RegistryPicture& registry);

 private:
  absl::Status count(store::Store& store, const std::string& domain, int64_t limit);

  mutable std::mutex mutex_;
  absl::flat_hash_map<std::string, int64_t> open_;
  size_t turn_ = 0;  // of the thread that counts
};

}  // namespace baton::engine
