// Runs between their decisions, so that the next one needs only the new events.
#pragma once

#include <cstdint>
#include <list>
#include <string>
#include <unordered_map>

#include "replay/replayer.h"

namespace baton::detail {

// A run with the answer it gave last: the state that a delta must name as its base.
struct CachedRun {
  CachedRun(const WorkflowFunction& function, const Execution& execution, const TypeName& type)
      : execution(execution), replayer(function, execution, type) {}

  const Execution execution;
  Replayer replayer;
  int32_t delivery = 0;  // of the task that replayer.decided_started_event_id() was decided for

  bool is_base(const v1::DeltaBase& base) const {
    return replayer.decided_started_event_id() == base.started_event_id() &&
           delivery == base.delivery();
  }
};

// At most `capacity` runs, by run id; the one used longest ago goes first. For one thread.
class RunCache {
 public:
  explicit RunCache(size_t capacity) : capacity_(capacity) {}

  // Null: not here. Counts as a use.
  CachedRun* find(const std::string& run_id);
  // A fresh run in place of the one that may be here.
  CachedRun* replace(const WorkflowFunction& function, const Execution& execution,
                     const TypeName& type);
  void drop(const std::string& run_id);
  // Takes out the run used longest ago while there are too many; false: there are not.
  bool evict(Execution* evicted);
  size_t size() const { return runs_.size(); }

 private:
  using Runs = std::list<CachedRun>;

  const size_t capacity_;
  Runs runs_;  // used last first
  std::unordered_map<std::string, Runs::iterator> by_run_id_;
};

}  // namespace baton::detail
