// Public events of a run, read from its journal in the store. Thread-safe, as the store is.
#pragma once

#include <functional>

#include "coordinator/engine/engine.h"

namespace baton::engine {

// What of a history to read: event ids, both inclusive.
struct EventRange {
  int64_t first = 1;
  int64_t last = 0;  // 0: no bound
  bool reverse = false;
  int32_t limit = 0;  // at least 1
};

struct EventPage {
  std::vector<v1::HistoryEvent> events;  // at most limits.kMaxPageBytes in all, at least one if any
  int64_t next_event_id = 0;             // where the next page begins; 0: no more
};

// One page. A forward page begins at `first`, a reversed one at `last`. DATA_LOSS when the journal has a record of an unknown kind.
absl::StatusOr<EventPage> read_events(store::Store& store, store::RunKey run, const EventRange& range);

// The records of a run from a batch on, in order, until `visit` says false: it has enough. Returns the next batch. DATA_LOSS when the journal
// has a record of an unknown kind.
absl::StatusOr<int64_t> read_records(store::Store& store, store::RunKey run, int64_t from_batch_no,
                                     const std::function<bool(const journal::v1::Record&)>& visit);

}  // namespace baton::engine
