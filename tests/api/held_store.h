// A store in memory whose reads and commits wait or fail when the test says so, for a coordinator in this process: to be inherited before it.
#pragma once

#include <memory>

#include "tests/engine/manual_time.h"
#include "tests/engine/scripted_faults.h"

namespace baton::testing {

struct HeldStore {
  ManualTime time;
  ScriptedFaults faults{time};

  std::unique_ptr<store::Store> store() {
    auto store = store::MemoryStore::make();
    faults.install(store->faults());
    return store;
  }
};

}  // namespace baton::testing
