// Whether this thread runs workflow code, and what that has called that a replay would not repeat.
// Private.
#pragma once

#include <algorithm>
#include <cstdint>
#include <optional>

#include "baton/workflow_traps.h"
#include "replay/decision_log.h"
#include "replay/trapped_call.h"

namespace baton::detail {

// The thread runs workflow code while there is one; one at a time.
class WorkflowCode {
 public:
  // `log`: where its decisions go.
  explicit WorkflowCode(const DecisionLog& log);
  ~WorkflowCode();
  WorkflowCode(const WorkflowCode&) = delete;
  WorkflowCode& operator=(const WorkflowCode&) = delete;

  void note(const TrappedCall& call);
  // So long it would have slept: clocks that it reads go on by as much, so that a loop until some time ends.
  void skip(int64_t nanoseconds) { skipped_ns_ += std::max<int64_t>(0, nanoseconds); }
  int64_t skipped_ns() const { return skipped_ns_; }
  // About the first call that was noted; nothing: none was, or there are no traps.
  std::optional<DecisionFailure> failure() const;

 private:
  const DecisionLog& log_;
  std::optional<TrappedCall> trapped_;
  size_t decided_before_ = 0;
  int64_t skipped_ns_ = 0;
};

}  // namespace baton::detail
