#include "coordinator/api/refusal.h"

#include "coordinator/core/fault.h"
#include "coordinator/core/journal_values.h"

namespace baton::api {

void to_refusal(const absl::Status& status, v1::Refusal* refusal) {
  refusal->set_fault(core::fault_of(status));
  refusal->set_message(std::string(status.message()));
  const auto delay_ms = core::retry_after_ms(status);
  refusal->set_retryable(delay_ms.has_value() || status.code() == absl::StatusCode::kUnavailable);
  if (delay_ms) core::set_duration(*delay_ms, refusal->mutable_retry_after());
}

}  // namespace baton::api
