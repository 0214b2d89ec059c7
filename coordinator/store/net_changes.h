// What a batch does to the rows of `execution`, taken together: a run may be opened, changed and closed in one group commit, and a
// store writes each row once. Both stores use it, so they agree.
#pragma once

#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "coordinator/store/store.h"

namespace baton::store {

// A new row, as it is after the batch.
struct NewExecution {
  ExecutionOpened opened;
  int16_t close_status = 0;  // 0: open
  int64_t close_ms = 0;
  bool cancel_requested = false;
};

// A change of a row that was open before the batch.
struct ExecutionUpdate {
  RunKey run;
  std::string domain, workflow_id;
  int16_t close_status = 0;  // 0: stays open
  int64_t close_ms = 0;
  std::optional<int64_t> deadline_ms;  // absent: unchanged; 0: none. Always 0 when it closes.
  bool cancel_requested = false;       // false: unchanged
  std::optional<std::vector<Attribute>> attributes = {};  // absent: unchanged
  bool closes_attributes = false;      // rows of its attributes follow its close
};

struct NetChanges {
  std::vector<ExecutionUpdate> updates;  // by (shard, domain, workflow id, run id)
  std::vector<NewExecution> opened;      // likewise
};

// Of a batch that check_batch() likes. INVALID_ARGUMENT when a run is opened twice or closed twice.
absl::StatusOr<NetChanges> net_changes(const CommitBatch& batch);

}  // namespace baton::store
