// What the calls of clients about one run have in common.
#pragma once

#include <string>
#include <string_view>

#include "absl/status/status.h"
#include "coordinator/core/context.h"
#include "coordinator/core/state.h"

namespace baton::core {

// The domain, the workflow id and the run id of a signal, a cancel request or a termination, as far as they can be judged by themselves.
absl::Status check_execution_call(const std::string& domain, const std::string& workflow_id, const std::string& run_id,
                                  const std::string& request_id, const Context& context);
// OK, or UNKNOWN_RESOURCE that says whether the run is closed or was never there.
absl::Status check_open(const ExecutionState& state, const std::string& domain, const std::string& workflow_id, const std::string& run_id);
absl::Status unknown_domain(const std::string& domain);

}  // namespace baton::core
