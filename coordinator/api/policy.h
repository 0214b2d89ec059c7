// Who may do what, from a file: for tests and for trusted networks, as long as nobody is authenticated (the only principal is "anonymous").
//
//   # principal  action                  domain; the first line that fits decides
//   allow  *          PollFor*                orders
//   deny   *          StartTimer              *
//   default allow     # only as the last line; without it what no line allows is denied
//
// Actions are the names of calls ("StartWorkflowExecution"; the streams go by their long poll, "PollForActivityTask") and of decisions
// ("ScheduleActivityTask"). `*` alone fits anything, at the end of a word everything that begins so. `#` begins a comment.
#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "absl/status/statusor.h"
#include "coordinator/core/context.h"

namespace baton::api {

std::unique_ptr<core::Authorizer> allow_all();
// INVALID_ARGUMENT with "NAME:LINE: what is wrong" for the first malformed line.
absl::StatusOr<std::unique_ptr<core::Authorizer>> parse_policy(std::string_view text, std::string_view name);
// NOT_FOUND when the file cannot be read.
absl::StatusOr<std::unique_ptr<core::Authorizer>> load_policy(const std::string& path);

}  // namespace baton::api
