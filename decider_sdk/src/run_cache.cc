#include "run_cache.h"

namespace baton::detail {

CachedRun* RunCache::find(const std::string& run_id) {
  const auto place = by_run_id_.find(run_id);
  if (place == by_run_id_.end()) return nullptr;
  runs_.splice(runs_.begin(), runs_, place->second);
  return &runs_.front();
}

CachedRun* RunCache::replace(const WorkflowFunction& function, const Execution& execution,
                             const TypeName& type) {
  drop(execution.run_id);
  runs_.emplace_front(function, execution, type);
  by_run_id_[execution.run_id] = runs_.begin();
  return &runs_.front();
}

void RunCache::drop(const std::string& run_id) {
  const auto place = by_run_id_.find(run_id);
  if (place == by_run_id_.end()) return;
  runs_.erase(place->second);
  by_run_id_.erase(place);
}

bool RunCache::evict(Execution* evicted) {
  if (runs_.size() <= capacity_) return false;
  *evicted = runs_.back().execution;
  drop(evicted->run_id);
  return true;
}

}  // namespace baton::detail
