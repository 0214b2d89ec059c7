// How one activity is scheduled.
#pragma once

#include <span>
#include <string_view>
#include <type_traits>

#include "baton/priority.h"
#include "baton/timeout.h"

namespace baton {

// What is left out takes the default of the activity type. Texts are copied by schedule(); they
// need not live longer. Trivially destructible, so that it may stand in a co_await expression.
struct ActivityOptions {
  Timeout start_to_close;     // a worker may take so long
  Timeout schedule_to_start;  // it may wait for a worker so long
  Timeout schedule_to_close;  // all of it may take so long
  Timeout heartbeat;          // between two heartbeats
  std::string_view task_list;
  // Unique among the open activities of the run. Default: a counter, "1", "2", ….
  std::string_view activity_id;
  // Kept in the history, delivered to nobody; at most 32,768 characters.
  std::string_view control;
  Priority priority;  // higher first
  // The coordinator tries again what failed, or ran into start_to_close or heartbeat; the workflow
  // hears of the last attempt only. Off unless `initial_interval` is given.
  struct Retry {
    Duration initial_interval{0};  // before the second attempt; at least 1 ms
    double backoff_coefficient = 2;  // each wait is the one before times this; at least 1
    Duration maximum_interval{0};    // no wait is longer; 0: 100 times the initial one
    int maximum_attempts = 0;        // with the first; 0: until schedule_to_close is reached
    // A failure with one of these reasons is final. At most 100; copied by schedule().
    std::span<const std::string_view> non_retryable_reasons;
  } retry;
};
static_assert(std::is_trivially_destructible_v<ActivityOptions>);

}  // namespace baton
