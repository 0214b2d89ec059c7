#include "coordinator/engine/unavailable.h"

#include <string>

#include "coordinator/core/fault.h"

namespace baton::engine {
namespace {

constexpr int64_t kReadersBusyRetryMs = 200;
constexpr int64_t kRetryMs = 100;

}  // namespace

absl::Status queue_full() {
  return core::with_retry_after(
      core::fault(v1::THROTTLING, "coordinator", "the coordinator has more calls queued than it can hold: send this one again later"), kRetryMs);
}

absl::Status stopping() {
  return core::with_retry_after(
      core::fault(v1::STORE_UNAVAILABLE, "coordinator", "the coordinator is stopping: send the call again to another one"), kRetryMs);
}

absl::Status readers_busy() {
  return core::with_retry_after(
      core::fault(v1::THROTTLING, "coordinator", "the coordinator has more reads queued than it can hold: send this one again later"),
      kReadersBusyRetryMs);
}

absl::Status store_error(const absl::Status& status) {
  if (status.ok() || core::fault_of(status) != v1::FAULT_UNSPECIFIED || status.code() == absl::StatusCode::kDataLoss) return status;
  return core::with_retry_after(core::fault(v1::STORE_UNAVAILABLE, "database", "the database did not answer: " + std::string(status.message())),
                                kReadersBusyRetryMs);
}

}  // namespace baton::engine
