// The limits of a domain in their two forms: as the contract shows them, and as the core goes by them.
#pragma once

#include "absl/status/status.h"
#include "baton/v1/registry_service.pb.h"
#include "coordinator/core/limits.h"

namespace baton::core {

// Every one that is given is within its bounds; `field` names the message.
absl::Status check_limits(const std::string& field, const baton::v1::DomainLimits& given);
// What is absent is as in `defaults`.
Limits limits_of(const baton::v1::DomainLimits& given, const Limits& defaults);
// All of them.
void show_limits(const Limits& limits, baton::v1::DomainLimits* shown);

}  // namespace baton::core
