#include "coordinator/api/workflow/ask.h"

#include "coordinator/core/fault.h"
#include "coordinator/core/journal_values.h"
#include "coordinator/core/limits.h"

namespace baton::api {

absl::StatusOr<int64_t> check_wait(bool present, const google::protobuf::Duration& wait, int64_t least_ms, int64_t otherwise_ms) {
  if (!present) return otherwise_ms;
  const bool negative = wait.seconds() < 0 || wait.nanos() < 0;
  const int64_t wait_ms = negative ? -1 : core::duration_ms(wait);
  if (wait_ms >= least_ms && wait_ms <= core::kMaxAskWaitMs) return wait_ms;
  return core::invalid_field("wait", "must be " + std::to_string(least_ms) + " to " + std::to_string(core::kMaxAskWaitMs) +
                                         " milliseconds: to wait for longer, send the call again");
}

}  // namespace baton::api
