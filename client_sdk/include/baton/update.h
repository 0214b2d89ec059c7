// An update, a signal that is answered, as a symbol that callers and workflow code share.
//
//   inline constexpr baton::Update<int(Item)> add_item{"add_item"};
//
//   const int items = client.update(order, add_item, item);        // whoever calls
//   auto updates = wf.receive(add_item);                           // workflow code (update_request.h)
#pragma once

#include <string_view>
#include <type_traits>

namespace baton {

template <class Signature>
struct Update;

// R: the answer, or void. A: the argument. Both are values that convert to a payload (conversion.h).
// `name` has 1 to 256 characters and must outlive every use. Signals of the same name are others.
template <class R, class A>
struct Update<R(A)> {
  static_assert(std::is_same_v<A, std::decay_t<A>> && std::is_same_v<R, std::decay_t<R>>,
                "arguments and answers travel as values: no references, no const");
  using Result = R;
  using Argument = A;

  std::string_view name;
};

template <class R>
struct Update<R()> {
  static_assert(std::is_same_v<R, std::decay_t<R>>, "answers travel as values");
  using Result = R;

  std::string_view name;
};

}  // namespace baton
