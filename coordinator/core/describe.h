// What DescribeWorkflowExecution shows of a folded state. Pure.
#pragma once

#include "baton/v1/workflow_service.pb.h"
#include "coordinator/core/state.h"

namespace baton::core {

// At most this many pending activities and timers are listed; the counts say how many there are.
inline constexpr int kMaxDescribedPending = 1'000;
inline constexpr size_t kMaxDescribedPendingBytes = 2 << 20;  // with the rest, below kMaxMessageBytes

// `state` exists.
baton::v1::DescribeWorkflowExecutionResponse describe(const ExecutionState& state);

}  // namespace baton::core
