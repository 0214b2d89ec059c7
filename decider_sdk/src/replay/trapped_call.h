// What the traps tell (baton/workflow_traps.h). Private.
#pragma once

namespace baton::detail {

struct TrappedCall {
  const char* name;
  const char* instead;
};

// Is it workflow code that makes this call? Then it is noted.
bool caught(const TrappedCall& call) noexcept;

}  // namespace baton::detail
