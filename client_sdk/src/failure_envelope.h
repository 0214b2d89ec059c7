// The details of a failure on the wire; baton/failure_cause.h says how they look. Private.
#pragma once

#include <optional>
#include <string>

#include "baton/failure_cause.h"
#include "baton/payload.h"

namespace baton {

// What a failure says beyond its reason.
struct FailureFacts {
  std::string type{};
  std::optional<Payload> details{};
  FailureCauses causes{};
};

// Larger envelopes are not made: the coordinator's limit for details, with room for what a codec adds.
inline constexpr size_t kMostEnvelopeBytes = 32'768 - 512;

// As details: as they are when there is nothing else to tell; of what does not fit, the causes go
// first, from the farthest on, then the type.
std::optional<Payload> to_details(FailureFacts facts);
// The reverse, of any details.
FailureFacts from_details(std::optional<Payload> details);

}  // namespace baton
