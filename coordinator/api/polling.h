// What the unary polls and the counts of task lists check before they ask the engine. Without gRPC.
#pragma once

#include <algorithm>

#include "coordinator/api/backend.h"

namespace baton::api {

// The poller of a long poll; VALIDATION names the field.
absl::StatusOr<engine::PollerSpec> unary_poller(core::TaskKind kind, const std::string& domain, const v1::TaskList& task_list,
                                                const std::string& identity);
// Goes on with how many tasks of the list wait, at most kMaxPendingCount + 1.
inline constexpr int64_t kMaxPendingCount = 100'000;
void count_pending(const Backend& backend, core::TaskKind kind, const std::string& domain, const v1::TaskList& task_list,
                   engine::Done<int64_t> done);

// Fills either count response.
template <class Response>
void show_count(int64_t counted, Response* response) {
  response->set_truncated(counted > kMaxPendingCount);
  response->set_count(static_cast<int32_t>(std::min(counted, kMaxPendingCount)));
}

}  // namespace baton::api
