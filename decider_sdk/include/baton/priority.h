// The priority of a task among an activity's or an execution's options.
#pragma once

namespace baton {

// Higher first. `{}` is "not said": the default of the type.
struct Priority {
  constexpr Priority() = default;
  constexpr Priority(int value) : value(value), given(true) {}  // NOLINT: implicit on purpose
  int value = 0;
  bool given = false;
};

}  // namespace baton
