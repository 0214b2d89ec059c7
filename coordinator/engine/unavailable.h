// Why the engine does not do now what it is asked.
#pragma once

#include "absl/status/status.h"

namespace baton::engine {

// Too many calls are queued for a lane.
absl::Status queue_full();
// Too many reads are queued.
absl::Status readers_busy();
absl::Status stopping();
// Errors of the store that have no fault of their own are the database's.
absl::Status store_error(const absl::Status& status);

}  // namespace baton::engine
