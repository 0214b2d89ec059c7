// What several MemoryStores on the same data share. Only for the files of this folder.
#pragma once

#include <functional>
#include <mutex>

#include "coordinator/store/memory/memory_store.h"
#include "coordinator/store/memory/tables.h"

namespace baton::store {

struct MemoryStore::Shared {
  const int shard_count;
  const int64_t epoch;
  const std::function<int64_t()> clock;
  std::mutex mutex;
  memory::Tables tables;  // guarded by mutex
};

}  // namespace baton::store
