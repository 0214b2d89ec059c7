// Errors of the core as absl::Status with SWF's fault and the field or object it is about.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "absl/status/status.h"
#include "baton/v1/errors.pb.h"

namespace baton::core {

// A status with the code that errors.proto gives the fault. `subject` is the field ("decisions[3].start_timer.timer_id") or the object ("domain
// orders"); `message` names it and says what to do.
absl::Status fault(baton::v1::Fault fault, std::string_view subject, std::string_view message);

// A field of the request is missing, too long or malformed.
absl::Status invalid_field(std::string_view field, std::string_view message);

// FAULT_UNSPECIFIED when the status does not come from fault().
baton::v1::Fault fault_of(const absl::Status& status);
std::string subject_of(const absl::Status& status);

// Try again after this. THROTTLING and UNAVAILABLE carry it.
absl::Status with_retry_after(absl::Status status, int64_t milliseconds);
std::optional<int64_t> retry_after_ms(const absl::Status& status);

// The refusal rests on what the registry said; the engine reads the registry anew before it passes it on.
absl::Status mark_rests_on_registry(absl::Status status);
bool rests_on_registry(const absl::Status& status);

// Surely not applied whatever happens next (validation, authorisation, exhaustion, to be tried again): need not be remembered under a request id.
bool is_unconditional(const absl::Status& status);

}  // namespace baton::core
