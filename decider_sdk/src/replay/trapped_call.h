// What the traps tell (baton/workflow_traps.h). Private.
#pragma once

#include <cstdint>

namespace baton::detail {

struct TrappedCall {
  const char* name;
  const char* instead;
};

// Is it workflow code that makes this call? Then it is noted.
bool caught(const TrappedCall& call) noexcept;
// Of a sleep that was caught, how long it would have been; and of all of them, until the code waits.
void skip_sleep(int64_t nanoseconds) noexcept;
int64_t skipped_ns() noexcept;

}  // namespace baton::detail
