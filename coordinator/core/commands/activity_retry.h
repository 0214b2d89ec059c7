// Another attempt of an activity whose attempt failed or timed out, as its retry policy says (common.proto: RetryPolicy).
#pragma once

#include <cstdint>

#include "baton/v1/worker_service.pb.h"
#include "coordinator/core/draft.h"
#include "coordinator/core/state.h"

namespace baton::core {

// Ends the open attempt of an acknowledged activity and parks it until the next one is due. False: there is no other attempt, nothing is
// written, and the end of this one is the activity's.
bool retry_after_failure(Draft& draft, const ActivityTask& task, const baton::v1::ActivityFailure& failure);
// The same at a deadline, `time_ms`; false, too, for the timeouts that are not an attempt's.
bool retry_after_timeout(Draft& draft, const ActivityTask& task, journal::ActivityTaskTimeoutType type, int64_t time_ms);

}  // namespace baton::core
