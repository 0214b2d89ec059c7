// The memory of calls that must not be applied twice, as part of a transaction beside the lanes.
#pragma once

#include "absl/status/statusor.h"
#include "coordinator/store/postgres/connection.h"
#include "coordinator/store/store.h"

namespace baton::store::postgres {

// ALREADY_EXISTS when it is there.
absl::Status add_received(Connection& connection, const ReceivedRow& row);
absl::StatusOr<bool> is_received(Connection& connection, const ReceivedKey& key);

}  // namespace baton::store::postgres
