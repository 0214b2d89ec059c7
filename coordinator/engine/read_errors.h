// How reads beside the lanes fail.
#pragma once

#include "absl/status/status.h"

namespace baton::engine {

// Too many are queued.
absl::Status readers_busy();
// Errors of the store that have no fault of their own are the database's.
absl::Status store_error(const absl::Status& status);

}  // namespace baton::engine
