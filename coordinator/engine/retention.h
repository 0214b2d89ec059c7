// Removes closed executions whose retention is over, a little at a time, domain after domain. Not thread-safe.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>

#include "coordinator/engine/clock.h"
#include "coordinator/engine/registry.h"
#include "coordinator/store/store.h"

namespace baton::engine {

class Retention {
 public:
  // Everything outlives it.
  Retention(store::Store& store, const Registry& registry, const DatabaseClock& clock) : store_(store), registry_(registry), clock_(clock) {}

  // A short transaction that removes something, or a look at every domain that finds nothing to do. Returns how many milliseconds after
  // its beginning the next one is to begin. What two coordinators do at once is done once.
  int64_t remove_some();

 private:
  enum class Found { kSomething, kNothing, kNoDatabase };
  Found remove_remains();
  Found remove_runs();
  void end_turn(const std::string& domain);

  store::Store& store_;
  const Registry& registry_;
  const DatabaseClock& clock_;
  size_t turn_ = 0;              // the place of the domain whose turn it is
  int64_t runs_ = 0, rows_ = 0;  // that went in this turn
};

}  // namespace baton::engine
