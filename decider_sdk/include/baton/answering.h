// Workflow code answers queries (query.h).
//
//   std::string step = "waits for approval";
//   auto answering = wf.answer(stage, [&] { return step; });
//
// The handler is called between decisions, on the decider's thread, as often as someone asks, and not
// in an order that the history knows. So it may look at whatever lives longer than `answering`, and must
// not change any of it. What it begins (schedule(), sleep(), …), random() and side_effect() fail the
// query as QUERY_CHANGES_THE_RUN, what it throws as EXCEPTION; the run goes on as if nobody had asked.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <type_traits>
#include <utility>

#include "baton/conversion.h"
#include "baton/payload.h"
#include "baton/query.h"

namespace baton {

// For how long a query is answered. Made by Workflow::answer(); ends with its life. Keep it in a variable
// of the coroutine, after those that its handler looks at: so it ends before they do. Movable, not
// copyable.
class [[nodiscard]] Answering {
 public:
  // For the SDK: what is registered as long as somebody has it.
  explicit Answering(std::shared_ptr<void> handler) : handler_(std::move(handler)) {}
  Answering(Answering&&) noexcept = default;
  Answering& operator=(Answering&&) noexcept = default;
  Answering(const Answering&) = delete;
  Answering& operator=(const Answering&) = delete;
  ~Answering() = default;

 private:
  std::shared_ptr<void> handler_;
};

namespace detail {

// Throws PayloadError, and whatever the code throws.
using QueryHandler = std::function<std::optional<Payload>(const std::optional<Payload>& input)>;

template <class R, class A, class Handler>
QueryHandler query_handler(const Query<R(A)>&, Handler handler) {
  static_assert(std::is_invocable_r_v<R, Handler&, A>,
                "The handler does not fit the query: R(A) is needed, which does not wait.");
  return [handler = std::move(handler)](const std::optional<Payload>& input) mutable {
    return to_payload<R>(handler(from_payload<A>(input)));
  };
}
template <class R, class Handler>
QueryHandler query_handler(const Query<R()>&, Handler handler) {
  static_assert(std::is_invocable_r_v<R, Handler&>,
                "The handler does not fit the query: R() is needed, which does not wait.");
  return [handler = std::move(handler)](const std::optional<Payload>&) mutable {
    return to_payload<R>(handler());
  };
}

}  // namespace detail
}  // namespace baton
