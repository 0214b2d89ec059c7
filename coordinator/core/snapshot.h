// The stored shortcut of a folded state.
#pragma once

#include <cstdint>
#include <string>

#include "absl/status/statusor.h"
#include "coordinator/core/state.h"

namespace baton::core {

// Raised whenever apply() or ExecutionState changes meaning; a snapshot of another version is ignored.
inline constexpr int32_t kCoreVersion = 6;

// Deterministic: equal states give equal bytes, so comparing snapshots compares states.
std::string to_snapshot(const ExecutionState& state);
// DATA_LOSS when the bytes are not a snapshot of this version.
absl::StatusOr<ExecutionState> from_snapshot(const std::string& bytes);

}  // namespace baton::core
