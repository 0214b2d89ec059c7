// How one activity is scheduled.
#pragma once

#include <string_view>
#include <type_traits>

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
  struct Priority {
    constexpr Priority() = default;
    constexpr Priority(int value) : value(value), given(true) {}  // NOLINT: implicit on purpose
    int value = 0;
    bool given = false;
  } priority;  // higher first
};
static_assert(std::is_trivially_destructible_v<ActivityOptions>);

}  // namespace baton
