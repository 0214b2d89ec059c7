// What the step benchmarks run: sequences of activities that do nothing.
#pragma once

#include <baton/activity.h>
#include <baton/workflow_type.h>

#include <cstdint>
#include <vector>

namespace bench {

inline constexpr baton::Activity<int(int)> step{"step", "1"};
// How long each step waited between the answer to the one before and its own hand-out, in microseconds, as the worker saw it;
// forgets them.
inline constexpr baton::Activity<std::vector<int64_t>()> take_gaps{"take_gaps", "1"};

// So many steps one after the other; returns how many were done.
inline constexpr baton::WorkflowType<int(int)> sequence{"sequence", "1"};
// The same, and returns their gaps.
inline constexpr baton::WorkflowType<std::vector<int64_t>(int)> measured_sequence{"measured_sequence", "1"};

inline constexpr char kDomain[] = "bench";
inline constexpr char kDecisions[] = "decisions";
inline constexpr char kActivities[] = "activities";

}  // namespace bench
