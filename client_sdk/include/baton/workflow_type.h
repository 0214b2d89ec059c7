// A workflow type as a symbol that decider and starters share.
//
//   inline constexpr baton::WorkflowType<std::string(std::string)> process_order{"process_order",
//   "1"};
#pragma once

#include <string_view>
#include <type_traits>

namespace baton {

template <class Signature>
struct WorkflowType;

// R: the result, or void. A: the input. `name` and `version` must outlive every use.
template <class R, class A>
struct WorkflowType<R(A)> {
  static_assert(std::is_same_v<A, std::decay_t<A>> && std::is_same_v<R, std::decay_t<R>>,
                "inputs and results travel as values: no references, no const");
  using Result = R;
  using Argument = A;

  std::string_view name;
  std::string_view version;
};

template <class R>
struct WorkflowType<R()> {
  static_assert(std::is_same_v<R, std::decay_t<R>>, "results travel as values");
  using Result = R;

  std::string_view name;
  std::string_view version;
};

}  // namespace baton
