// What no store takes, whatever it holds. Both stores ask before anything is written, so they refuse the same rows in the same
// words; the CHECKs of PostgreSQL's tables say it once more.
#pragma once

#include "absl/status/status.h"
#include "coordinator/store/store.h"

namespace baton::store {

// INVALID_ARGUMENT, naming the run, for a number out of its bounds or text that is not UTF-8 (RFC 3629) or has a NUL.
absl::Status check_batch(const CommitBatch& batch);

}  // namespace baton::store
