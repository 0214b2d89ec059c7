// The only window that workflow code has on the world.
//
//   baton::Task<std::string> process_order(baton::Workflow wf, std::string order) {
//     const auto receipt = co_await wf.schedule(charge_card, order, {.start_to_close = 30s});
//     auto approval = wf.receive(approved);
//     auto deadline = wf.sleep(24h);
//     co_await wf.any(approval, deadline);
//     if (!approval.ready()) co_return "refunded";
//     co_return co_await wf.schedule(ship_order, order);
//   }
//
// The code is run again from the start whenever its history is replayed, so it must be
// deterministic: time, random numbers, ids, waiting and everything that may differ from run to run
// come from `wf` (side_effect() for the rest). Threads, clocks and I/O do not belong here.
#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <optional>
#include <source_location>
#include <span>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

#include "baton/activity.h"
#include "baton/activity_options.h"
#include "baton/canceled.h"
#include "baton/child.h"
#include "baton/child_options.h"
#include "baton/continue_as_new.h"
#include "baton/conversion.h"
#include "baton/delivery.h"
#include "baton/failures.h"
#include "baton/function.h"
#include "baton/function_call.h"
#include "baton/handles.h"
#include "baton/log.h"
#include "baton/names.h"
#include "baton/search_attribute.h"
#include "baton/signal.h"
#include "baton/task.h"
#include "baton/timeout.h"
#include "baton/workflow_type.h"

namespace baton {

namespace detail {

using Where = std::source_location;

Waitable* schedule(Run* run, std::string_view name, std::string_view version,
                   std::optional<Payload> input, const ActivityOptions& options,
                   const Where& where);
Waitable* start_child(Run* run, std::string_view name, std::string_view version,
                      std::optional<Payload> input, const ChildOptions& options,
                      const Where& where);
Waitable* sleep(Run* run, Duration duration, const Where& where);
// Another execution, by its name or as a child of this one; refers to what it was made from.
struct Target {
  const Execution* execution = nullptr;
  const Waitable* child = nullptr;
};
inline Target target(const Execution& execution) { return {&execution, nullptr}; }
template <class T>
Target target(const Child<T>& child) {
  return {nullptr, child.handle().waitable};
}
Waitable* signal(Run* run, const Target& target, std::string_view signal,
                 std::optional<Payload> input, const Where& where);
Waitable* request_cancel(Run* run, const Target& target, const Where& where);
ContinueAsNew continue_as_new(const Run* run, std::string_view name, std::string_view version,
                              std::optional<Payload> input, const ContinueOptions& options,
                              const Where& where);
Waitable* call_function(Run* run, std::string_view name, std::optional<Payload> input,
                        const FunctionOptions& options, const Where& where);
Waitable* channel(Run* run, std::string_view signal);
Waitable* cancellation(Run* run);
void record_marker(Run* run, std::string_view name, std::optional<Payload> details,
                   const Where& where);
// The recorded value of the next side effect while replaying; nothing: run the function.
std::optional<std::optional<Payload>> recorded_side_effect(Run* run, std::string_view name,
                                                           const Where& where);
[[noreturn]] void fail_side_effect(Run* run, std::string_view name, const char* what,
                                   const Where& where);
Scheduler& scheduler(Run* run);
// Destroyed with the run.
void own(Run* run, std::shared_ptr<void> state);

// Aggregates that own memory, given as a temporary: what g++ 12 destroys twice inside co_await.
template <class Argument>
inline constexpr bool is_trap =
    !std::is_lvalue_reference_v<Argument> && std::is_aggregate_v<std::remove_cvref_t<Argument>> &&
    !std::is_trivially_destructible_v<std::remove_cvref_t<Argument>>;

template <class H>
concept IsHandle = requires(const H& handle) {
  { handle.handle() } -> std::convertible_to<Handle>;
};

template <class T>
concept IsTarget = requires(const T& other) {
  { target(other) } -> std::same_as<Target>;
};

}  // namespace detail

// A small value, given to the workflow's coroutine; pass it on by value.
class Workflow {
 public:
  using Where = std::source_location;

  explicit Workflow(detail::Run* run) : run_(run) {}

  // --- activities ---

  // Starts an activity; co_await on the future waits for its result.
  template <class R, class A, class Argument>
    requires std::convertible_to<Argument, A>
  Future<R> schedule(const Activity<R(A)>& activity, Argument&& argument,
                     const ActivityOptions& options = {}, Where where = Where::current()) {
    refuse_trap<Argument>();
    return {run_,
            detail::schedule(run_, activity.name, activity.version,
                             to_argument<A>(std::forward<Argument>(argument)), options, where)};
  }
  template <class R>
  Future<R> schedule(const Activity<R()>& activity, const ActivityOptions& options = {},
                     Where where = Where::current()) {
    return {run_,
            detail::schedule(run_, activity.name, activity.version, std::nullopt, options, where)};
  }

  // --- functions ---

  // Has an invoker call a function; co_await waits for its result. The run needs a lambda_role.
  template <class R, class A, class Argument>
    requires std::convertible_to<Argument, A>
  FunctionCall<R> call_function(const Function<R(A)>& function, Argument&& argument,
                                const FunctionOptions& options = {},
                                Where where = Where::current()) {
    refuse_trap<Argument>();
    return {run_,
            detail::call_function(run_, function.name,
                                  to_argument<A>(std::forward<Argument>(argument)), options, where)};
  }
  template <class R>
  FunctionCall<R> call_function(const Function<R()>& function, const FunctionOptions& options = {},
                                Where where = Where::current()) {
    return {run_, detail::call_function(run_, function.name, std::nullopt, options, where)};
  }

  // --- child workflows ---

  // Starts another execution in the same domain as this one's child; co_await on the handle waits for
  // its result.
  template <class R, class A, class Argument>
    requires std::convertible_to<Argument, A>
  Child<R> start_child(const WorkflowType<R(A)>& type, Argument&& argument,
                       const ChildOptions& options = {}, Where where = Where::current()) {
    refuse_trap<Argument>();
    return {run_,
            detail::start_child(run_, type.name, type.version,
                                to_argument<A>(std::forward<Argument>(argument)), options, where)};
  }
  template <class R>
  Child<R> start_child(const WorkflowType<R()>& type, const ChildOptions& options = {},
                       Where where = Where::current()) {
    return {run_, detail::start_child(run_, type.name, type.version, std::nullopt, options, where)};
  }

  // --- other executions of the domain ---

  // `other`: an Execution (an empty run id: whichever run of the workflow id is open), or a Child. To
  // a child that has not started it goes when it has; a child that has continued as new is found, and
  // so is a later namesake of one whose id the code gave.
  template <class Other, class T, class Value>
    requires detail::IsTarget<Other> && std::convertible_to<Value, T>
  Delivery signal(Other&& other, const Signal<T>& signal, Value&& value,
                  Where where = Where::current()) {
    refuse_trap<Other>();
    refuse_trap<Value>();
    return {run_, detail::signal(run_, detail::target(other), signal.name,
                                 to_argument<T>(std::forward<Value>(value)), where)};
  }
  template <class Other>
    requires detail::IsTarget<Other>
  Delivery signal(Other&& other, const Signal<void>& signal, Where where = Where::current()) {
    refuse_trap<Other>();
    return {run_, detail::signal(run_, detail::target(other), signal.name, std::nullopt, where)};
  }
  // Asks for the end of another execution, which may ignore it.
  template <class Other>
    requires detail::IsTarget<Other>
  Delivery request_cancel(Other&& other, Where where = Where::current()) {
    refuse_trap<Other>();
    return {run_, detail::request_cancel(run_, detail::target(other), where)};
  }

  // --- time ---

  // Starts a timer. Resolution one millisecond; negative is zero; at most 366 days.
  Timer sleep(Duration duration, Where where = Where::current()) {
    return {run_, detail::sleep(run_, duration, where)};
  }
  // When the current decision task was started, by the coordinator's clock.
  TimePoint now() const;

  // --- signals to this execution, and its cancellation ---

  template <class T>
  Channel<T> receive(const Signal<T>& signal) {
    return Channel<T>(detail::channel(run_, signal.name));
  }
  // Has anyone asked for the end of this execution? It may be ignored; `throw baton::Canceled{}`
  // heeds it.
  bool cancel_requested() const { return cancellation().ready(); }
  Cancellation cancellation() const { return Cancellation(detail::cancellation(run_)); }

  // --- a long life ---

  // `throw wf.continue_as_new(type, argument)` ends this run and begins the next (continue_as_new.h).
  // `type`: of this workflow, maybe in another version; std::logic_error otherwise.
  template <class R, class A, class Argument>
    requires std::convertible_to<Argument, A>
  ContinueAsNew continue_as_new(const WorkflowType<R(A)>& type, Argument&& argument,
                                const ContinueOptions& options = {},
                                Where where = Where::current()) const {
    return detail::continue_as_new(run_, type.name, type.version,
                                   to_argument<A>(std::forward<Argument>(argument)), options, where);
  }
  template <class R>
  ContinueAsNew continue_as_new(const WorkflowType<R()>& type, const ContinueOptions& options = {},
                                Where where = Where::current()) const {
    return detail::continue_as_new(run_, type.name, type.version, std::nullopt, options, where);
  }

  // --- parallelism ---

  // Runs a coroutine beside this one. Ends with the workflow, finished or not.
  template <class T>
  Fiber<T> spawn(Task<T> task) {
    auto state =
        std::make_shared<typename Fiber<T>::State>(std::move(task), detail::scheduler(run_));
    Fiber<T> fiber(state.get());
    detail::own(run_, std::move(state));
    return fiber;
  }
  // Any mixture of futures, timers, channels, fibers and cancellations, or a vector of one kind.
  template <class... Handles>
    requires(sizeof...(Handles) > 0 && (detail::IsHandle<Handles> && ...))
  Any any(const Handles&... handles) {
    const std::array<detail::Handle, sizeof...(Handles)> members{handles.handle()...};
    return {run_, detail::make_group(run_, true, members.data(), members.size())};
  }
  template <class... Handles>
    requires(sizeof...(Handles) > 0 && (detail::IsHandle<Handles> && ...))
  All all(const Handles&... handles) {
    const std::array<detail::Handle, sizeof...(Handles)> members{handles.handle()...};
    return {run_, detail::make_group(run_, false, members.data(), members.size())};
  }
  // Of nothing: ready at once.
  template <class H>
  All all(const std::vector<H>& handles) {
    const auto members = handles_of(handles);
    return {run_, detail::make_group(run_, false, members.data(), members.size())};
  }
  // Of nothing: std::logic_error.
  template <class H>
  Any any(const std::vector<H>& handles) {
    const auto members = handles_of(handles);
    return {run_, detail::make_group(run_, true, members.data(), members.size())};
  }

  // --- everything else that is not in the history by itself ---

  // Runs the function once in the life of the execution and records what it returned. When it
  // throws, the decision task fails and is tried again later.
  template <class F>
  std::invoke_result_t<F&> side_effect(F&& function, Where where = Where::current()) {
    return side_effect("side_effect", std::forward<F>(function), where);
  }
  template <class F>
  std::invoke_result_t<F&> side_effect(std::string_view name, F&& function,
                                       Where where = Where::current()) {
    using Result = std::invoke_result_t<F&>;
    if (const auto recorded = detail::recorded_side_effect(run_, name, where)) {
      detail::record_marker(run_, name, *recorded, where);
      return from_payload<Result>(*recorded);
    }
    try {
      Result result = function();
      detail::record_marker(run_, name, to_payload(result), where);
      return result;
    } catch (const std::exception& error) {
      detail::fail_side_effect(run_, name, error.what(), where);
    }
  }
  // A note in the history, for people and tools.
  template <class T>
  void record_marker(std::string_view name, const T& details, Where where = Where::current()) {
    detail::record_marker(run_, name, to_payload(details), where);
  }
  void record_marker(std::string_view name, Where where = Where::current()) {
    detail::record_marker(run_, name, std::nullopt, where);
  }
  // Which variant of a piece of code this run goes by, so that the code may change while runs are
  // open: the newest one where the code is reached now, and from then on the same; the oldest one when
  // the history passed here before there was this call.
  //
  //   if (wf.version("ask-for-credit", 1, 2) == 1) { …as it was… } else { …as it is now… }
  //
  // `change`: names the change within the workflow type; 1 to 200 printable ASCII characters but ':',
  // '/' and '|'. Give a higher `oldest`, and remove the variants below, once no open run is older. A
  // run that has a version outside of the range is not decided (UNSUPPORTED_VERSION): an older or a
  // newer decider can.
  int version(std::string_view change, int oldest, int newest, Where where = Where::current());
  // Drawn from the run id, that of the first run where a reset began this one: the same at every
  // replay, and new ones after a reset. Not for secrets.
  uint64_t random();
  std::string uuid();
  // Free text shown by describe, at most 32,768 characters; the last one given stays.
  void set_execution_context(std::string text);
  // What lists and counts find this execution by; stays when it continues as new. One that would be
  // the 21st is refused, which is an event and no exception.
  void set_search_attribute(std::string_view name, const SearchAttribute& value,
                            Where where = Where::current());
  // Nothing happens when there is none.
  void remove_search_attribute(std::string_view name, Where where = Where::current());
  // To the SDK's log, once: silent while replaying.
  void log(std::string_view message, LogLevel level = LogLevel::kInfo) const;
  bool replaying() const;

  // --- who am I ---
  const std::string& workflow_id() const;
  // Another one after a reset: not for what is decided, where uuid() is the same again.
  const std::string& run_id() const;
  const TypeName& type() const;

 private:
  template <class Argument>
  static constexpr void refuse_trap() {
    static_assert(
        !detail::is_trap<Argument>,
        "Name this argument first (auto x = …; wf.schedule(activity, x)): g++ 12 destroys "
        "a temporary aggregate twice inside a co_await expression.");
  }
  template <class A, class Argument>
  static std::optional<Payload> to_argument(Argument&& argument) {
    if constexpr (std::is_same_v<std::remove_cvref_t<Argument>, A>) {
      return to_payload<A>(argument);
    } else {
      return to_payload<A>(static_cast<A>(std::forward<Argument>(argument)));
    }
  }
  template <class H>
  static std::vector<detail::Handle> handles_of(const std::vector<H>& handles) {
    std::vector<detail::Handle> members;
    members.reserve(handles.size());
    for (const H& handle : handles) members.push_back(handle.handle());
    return members;
  }

  detail::Run* run_;
};

}  // namespace baton
