// What a command came to, as the text of golden scripts. Times are milliseconds since `start_ms`.
#pragma once

#include <cstdint>
#include <string>

#include "absl/status/status.h"
#include "coordinator/core/commit.h"

namespace baton::core {

// One line: the code, the fault, what it is about, the message.
std::string text_of_refusal(const absl::Status& refusal);
// The reply, each record, and what the engine has to do. `first_event_id` is the id of the first event in it.
std::string text_of_commit(const Commit& commit, int64_t first_event_id, int64_t start_ms);

}  // namespace baton::core
