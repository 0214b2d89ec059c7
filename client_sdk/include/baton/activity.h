// An activity type as a symbol that decider and worker share: its name, version and C++ types are
// written once, and a wrong argument is a compile error.
//
//   inline constexpr baton::Activity<std::string(Charge)> charge_card{"charge_card", "1"};
#pragma once

#include <string_view>
#include <type_traits>

namespace baton {

template <class Signature>
struct Activity;

// R: the result, or void. A: the argument. Both are values that convert to a payload
// (conversion.h). `name` and `version` must outlive every use; string literals do.
template <class R, class A>
struct Activity<R(A)> {
  static_assert(std::is_same_v<A, std::decay_t<A>> && std::is_same_v<R, std::decay_t<R>>,
                "arguments and results travel as values: no references, no const");
  using Result = R;
  using Argument = A;

  std::string_view name;
  std::string_view version;
};

template <class R>
struct Activity<R()> {
  static_assert(std::is_same_v<R, std::decay_t<R>>, "results travel as values");
  using Result = R;

  std::string_view name;
  std::string_view version;
};

}  // namespace baton
