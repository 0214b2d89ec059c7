// A question to the code of a run as a symbol that callers and workflow code share.
//
//   inline constexpr baton::Query<std::string()> stage{"stage"};
//
//   const std::string now = client.query(order, stage);                   // whoever asks
//   auto answering = wf.answer(stage, [&] { return step; });              // workflow code
#pragma once

#include <string_view>
#include <type_traits>

namespace baton {

template <class Signature>
struct Query;

// R: the answer. A: the argument. Both are values that convert to a payload (conversion.h). `name` has
// 1 to 256 characters and must outlive every use.
template <class R, class A>
struct Query<R(A)> {
  static_assert(std::is_same_v<A, std::decay_t<A>> && std::is_same_v<R, std::decay_t<R>>,
                "arguments and answers travel as values: no references, no const");
  static_assert(!std::is_void_v<R>, "a query changes nothing: without an answer it is of no use");
  using Result = R;
  using Argument = A;

  std::string_view name;
};

template <class R>
struct Query<R()> {
  static_assert(std::is_same_v<R, std::decay_t<R>>, "answers travel as values");
  static_assert(!std::is_void_v<R>, "a query changes nothing: without an answer it is of no use");
  using Result = R;

  std::string_view name;
};

}  // namespace baton
