// A signal as a symbol that senders and workflow code share.
//
//   inline constexpr baton::Signal<std::string> approved{"approved"};
#pragma once

#include <string_view>
#include <type_traits>

namespace baton {

// T: what it carries, or void. `name` must outlive every use; a string literal does.
template <class T>
struct Signal {
  static_assert(std::is_same_v<T, std::decay_t<T>>, "signals travel as values");
  using Value = T;

  std::string_view name;
};

}  // namespace baton
