// An update (update.h) that came to a workflow, and the answer that its code gives.
//
//   baton::Task<> take_items(baton::Workflow wf, std::shared_ptr<Cart> cart) {
//     auto updates = wf.receive(add_item);
//     for (;;) {
//       const auto update = co_await updates;
//       if (cart->full()) {
//         update.reject("CART_FULL");
//       } else {
//         cart->add(update.argument());
//         update.complete(cart->size());
//       }
//     }
//   }
//
// Answer them beside the main flow, in a coroutine of its own:
//
//   auto taking = wf.spawn(take_items(wf, cart));
//   auto closing = wf.sleep(1h);
//   co_await wf.any(closing, taking);
//
// Whoever made an update waits until its answer is in the history, and gets UPDATE_UNANSWERED when the
// run closes, or continues as new, without one.
#pragma once

#include <memory>
#include <optional>
#include <source_location>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <variant>

#include "baton/conversion.h"
#include "baton/handles.h"
#include "baton/payload.h"
#include "baton/reply.h"

namespace baton {

template <class Signature>
class UpdateRequest;

namespace detail {

class UpdateMachine;

// --- what the run does for the templates below (decider_sdk/src/replay) ---

// Why a payload is no argument of the update; nothing: it is one.
using ArgumentCheck = std::optional<std::string> (*)(const std::optional<Payload>& input);
std::shared_ptr<UpdateMachine> pop_update(Waitable* channel, bool reserved);
const std::string& update_id(const UpdateMachine& update);
const std::optional<Payload>& update_input(const UpdateMachine& update);
bool is_answered(const UpdateMachine& update);
void answer_update(UpdateMachine& update, Reply reply, const std::source_location& where);

template <class A>
std::optional<std::string> check_argument(const std::optional<Payload>& input) {
  try {
    from_payload<A>(input);
    return std::nullopt;
  } catch (const std::exception& error) {
    return error.what();
  }
}

// All of a request but its argument.
template <class R>
class Answerable {
 public:
  using Where = std::source_location;
  using Result = std::conditional_t<std::is_void_v<R>, std::monostate, R>;

  explicit Answerable(std::shared_ptr<UpdateMachine> update) : update_(std::move(update)) {}

  // As whoever made it named it; within a run at most one of an id waits for an answer.
  const std::string& id() const { return update_id(*update_); }
  bool answered() const { return is_answered(*update_); }

  // Each update is answered once, by one of these. A second answer: std::logic_error.
  // `reason`: what is over 256 characters is cut off. A payload has at most 32,768 bytes.
  //
  // It is done.
  void complete(Where where = Where::current()) const
    requires std::is_void_v<R>
  {
    answer_update(*update_, {}, where);
  }
  void complete(const Result& result, Where where = Where::current()) const
    requires(!std::is_void_v<R>)
  {
    answer_update(*update_, {false, false, {}, to_payload<R>(result)}, where);
  }
  // It could not be done.
  void fail(std::string_view reason, std::optional<Payload> details = std::nullopt,
            Where where = Where::current()) const {
    answer_update(*update_, {true, false, std::string(reason), std::move(details)}, where);
  }
  // It is refused as it came: nothing was done for it.
  void reject(std::string_view reason, std::optional<Payload> details = std::nullopt,
              Where where = Where::current()) const {
    answer_update(*update_, {true, true, std::string(reason), std::move(details)}, where);
  }

 protected:
  const UpdateMachine& update() const { return *update_; }

 private:
  std::shared_ptr<UpdateMachine> update_;
};

template <class Signature>
struct Incoming<UpdateRequest<Signature>> {
  static UpdateRequest<Signature> take(Waitable* channel, bool reserved) {
    return UpdateRequest<Signature>(pop_update(channel, reserved));
  }
};

}  // namespace detail

// A small value; copies are about the same update. Valid as long as the workflow's code runs.
template <class R, class A>
class UpdateRequest<R(A)> : public detail::Answerable<R> {
 public:
  using detail::Answerable<R>::Answerable;

  A argument() const { return from_payload<A>(detail::update_input(this->update())); }
};

template <class R>
class UpdateRequest<R()> : public detail::Answerable<R> {
 public:
  using detail::Answerable<R>::Answerable;
};

}  // namespace baton
