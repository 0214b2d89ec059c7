// A function of an invoker as a symbol: its name and C++ types are written once.
//
//   inline constexpr baton::Function<std::string(Picture)> resize{"resize"};
#pragma once

#include <string_view>
#include <type_traits>

namespace baton {

template <class Signature>
struct Function;

// R: the result, or void. A: the argument. Both are values that convert to a payload (conversion.h).
// `name` has 1 to 64 characters and must outlive every use.
template <class R, class A>
struct Function<R(A)> {
  static_assert(std::is_same_v<A, std::decay_t<A>> && std::is_same_v<R, std::decay_t<R>>,
                "arguments and results travel as values: no references, no const");
  using Result = R;
  using Argument = A;

  std::string_view name;
};

template <class R>
struct Function<R()> {
  static_assert(std::is_same_v<R, std::decay_t<R>>, "results travel as values");
  using Result = R;

  std::string_view name;
};

}  // namespace baton
