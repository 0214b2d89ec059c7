// A call of a function, done by an invoker (see baton/function.h).
#pragma once

#include <string_view>
#include <type_traits>

#include "baton/detail/ending.h"
#include "baton/failures.h"
#include "baton/timeout.h"

namespace baton {

// Texts are copied by call_function(). Trivially destructible, so that it may stand in a co_await
// expression.
struct FunctionOptions {
  // An invoker may take so long: 1 to 900 s. Default: 900 s.
  Timeout start_to_close;
  // 1 to 256 characters; unique among the open calls of the run. Default: a counter, "1", "2", ….
  std::string_view id;
  // Kept in the history, delivered to nobody; at most 32,768 characters.
  std::string_view control;
};
static_assert(std::is_trivially_destructible_v<FunctionOptions>);

namespace detail {

// --- what the run does for the templates below (decider_sdk/src/replay) ---
struct FunctionKind {
  using Failure = FunctionFailed;
  static bool failed(const Waitable* call);
  static const Payload* result(const Waitable* call);
  static FunctionFailed failure(const Waitable* call);
  [[noreturn]] static void throw_failure(const Waitable* call) { throw failure(call); }
  static void release(Run*, Waitable*) {}  // the place is not used again
};

}  // namespace detail

// A call of a function. co_await gives its result or throws FunctionFailed; co_await outcome() gives
// Outcome<T, FunctionFailed>. It cannot be canceled.
template <class T>
class [[nodiscard]] FunctionCall : public detail::Ending<T, detail::FunctionKind> {
 public:
  using detail::Ending<T, detail::FunctionKind>::Ending;
};

}  // namespace baton
