#include "coordinator/engine/read_errors.h"

#include <string>

#include "coordinator/core/fault.h"

namespace baton::engine {
namespace {

constexpr int64_t kReadersBusyRetryMs = 200;

}  // namespace

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
