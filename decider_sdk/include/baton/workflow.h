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
// come from `wf` (side_effect() for the rest). Threads, clocks and I/O do not belong here; most uses
// of them are found by Baton::traps (workflow_traps.h).
#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <optional>
#include <source_location>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

#include "baton/activity.h"
#include "baton/activity_options.h"
#include "baton/answering.h"
#include "baton/canceled.h"
#include "baton/child.h"
#include "baton/child_options.h"
#include "baton/continue_as_new.h"
#include "baton/conversion.h"
#include "baton/delivery.h"
#include "baton/detail/calls.h"
#include "baton/detail/scope.h"
#include "baton/failures.h"
#include "baton/function.h"
#include "baton/function_call.h"
#include "baton/handles.h"
#include "baton/log.h"
#include "baton/names.h"
#include "baton/query.h"
#include "baton/search_attribute.h"
#include "baton/signal.h"
#include "baton/task.h"
#include "baton/timeout.h"
#include "baton/update.h"
#include "baton/update_request.h"
#include "baton/workflow_traps.h"
#include "baton/workflow_type.h"

namespace baton {

class Scope;

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
    return {run_, join(detail::schedule(open(), activity.name, activity.version,
                                        to_argument<A>(std::forward<Argument>(argument)), options,
                                        where),
                       detail::Member::kActivity)};
  }
  template <class R>
  Future<R> schedule(const Activity<R()>& activity, const ActivityOptions& options = {},
                     Where where = Where::current()) {
    return {run_, join(detail::schedule(open(), activity.name, activity.version, std::nullopt,
                                        options, where),
                       detail::Member::kActivity)};
  }

  // --- functions ---

  // Has an invoker call a function; co_await waits for its result. The run needs a lambda_role.
  template <class R, class A, class Argument>
    requires std::convertible_to<Argument, A>
  FunctionCall<R> call_function(const Function<R(A)>& function, Argument&& argument,
                                const FunctionOptions& options = {},
                                Where where = Where::current()) {
    refuse_trap<Argument>();
    return {run_, join(detail::call_function(open(), function.name,
                                             to_argument<A>(std::forward<Argument>(argument)), options,
                                             where),
                       detail::Member::kOther)};
  }
  template <class R>
  FunctionCall<R> call_function(const Function<R()>& function, const FunctionOptions& options = {},
                                Where where = Where::current()) {
    return {run_, join(detail::call_function(open(), function.name, std::nullopt, options, where),
                       detail::Member::kOther)};
  }

  // --- child workflows ---

  // Starts another execution in the same domain as this one's child; co_await on the handle waits for
  // its result.
  template <class R, class A, class Argument>
    requires std::convertible_to<Argument, A>
  Child<R> start_child(const WorkflowType<R(A)>& type, Argument&& argument,
                       const ChildOptions& options = {}, Where where = Where::current()) {
    refuse_trap<Argument>();
    return {run_, join(detail::start_child(open(), type.name, type.version,
                                           to_argument<A>(std::forward<Argument>(argument)), options,
                                           where),
                       detail::Member::kChild)};
  }
  template <class R>
  Child<R> start_child(const WorkflowType<R()>& type, const ChildOptions& options = {},
                       Where where = Where::current()) {
    return {run_, join(detail::start_child(open(), type.name, type.version, std::nullopt, options,
                                           where),
                       detail::Member::kChild)};
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
    return {run_, join(detail::signal(open(), detail::target(other), signal.name,
                                      to_argument<T>(std::forward<Value>(value)), where),
                       detail::Member::kOther)};
  }
  template <class Other>
    requires detail::IsTarget<Other>
  Delivery signal(Other&& other, const Signal<void>& signal, Where where = Where::current()) {
    refuse_trap<Other>();
    return {run_, join(detail::signal(open(), detail::target(other), signal.name, std::nullopt,
                                      where),
                       detail::Member::kOther)};
  }
  // Asks for the end of another execution, which may ignore it.
  template <class Other>
    requires detail::IsTarget<Other>
  Delivery request_cancel(Other&& other, Where where = Where::current()) {
    refuse_trap<Other>();
    return {run_, join(detail::request_cancel(open(), detail::target(other), where),
                       detail::Member::kOther)};
  }

  // --- time ---

  // Starts a timer. Resolution one millisecond; negative is zero; at most 366 days.
  Timer sleep(Duration duration, Where where = Where::current()) {
    return {run_, join(detail::sleep(open(), duration, where), detail::Member::kTimer)};
  }
  // When the current decision task was started, by the coordinator's clock.
  TimePoint now() const;

  // --- signals to this execution ---

  template <class T>
  Channel<T> receive(const Signal<T>& signal) {
    return Channel<T>(detail::channel(run_, signal.name), scope_);
  }
  // --- updates and queries: what others are answered ---

  // Updates of one name, signals of the same name apart; update_request.h says how they are answered. An
  // argument that is no A is rejected by itself (PAYLOAD_ERROR). One type for a name.
  template <class R, class A>
  Channel<UpdateRequest<R(A)>> receive(const Update<R(A)>& update, Where where = Where::current()) {
    return {detail::update_channel(run_, update.name, &detail::check_argument<A>, where), scope_};
  }
  template <class R>
  Channel<UpdateRequest<R()>> receive(const Update<R()>& update, Where where = Where::current()) {
    return {detail::update_channel(run_, update.name, nullptr, where), scope_};
  }
  // Answers queries of that name for as long as what this gives lives (answering.h); the newest one of a
  // name counts. `handler`: R(A), and R() of a query without an argument.
  template <class Signature, class Handler>
  Answering answer(const Query<Signature>& query, Handler handler) {
    return Answering(detail::add_query_handler(run_, query.name,
                                               detail::query_handler(query, std::move(handler))));
  }

  // --- cancellation of this execution ---

  // Has anyone asked for the end of this execution? It may be ignored; a cancel_scope() or `throw
  // baton::Canceled{}` heeds it.
  bool cancel_requested() const { return cancellation().ready(); }
  Cancellation cancellation() const { return Cancellation(detail::cancellation(run_)); }

  // What is begun by the scope that this gives, and by the scopes made in it, ends when someone asks
  // for the end of the execution (scope.h); what is begun by `wf` itself does not, as long as `wf` is no
  // scope.
  Scope cancel_scope(Where where = Where::current()) const;
  // For clean-up by code that was given a scope: what this begins, and the scopes made in it, no
  // cancellation reaches.
  Workflow shield() const;

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
        std::make_shared<typename Fiber<T>::State>(std::move(task), detail::scheduler(open()));
    join(state.get(), detail::Member::kOther);
    Fiber<T> fiber(state.get());
    detail::own(run_, std::move(state));
    return fiber;
  }
  // Any mixture of futures, timers, channels, fibers and cancellations, or a vector of one kind.
  template <class... Handles>
    requires(sizeof...(Handles) > 0 && (detail::IsHandle<Handles> && ...))
  Any any(const Handles&... handles) {
    const std::array<detail::Handle, sizeof...(Handles)> members{handles.handle()...};
    return {run_, detail::make_group(open(), scope_, true, members.data(), members.size())};
  }
  template <class... Handles>
    requires(sizeof...(Handles) > 0 && (detail::IsHandle<Handles> && ...))
  All all(const Handles&... handles) {
    const std::array<detail::Handle, sizeof...(Handles)> members{handles.handle()...};
    return {run_, detail::make_group(run_, scope_, false, members.data(), members.size())};
  }
  // Of nothing: ready at once.
  template <class H>
  All all(const std::vector<H>& handles) {
    const auto members = handles_of(handles);
    return {run_, detail::make_group(run_, scope_, false, members.data(), members.size())};
  }
  // Of nothing: std::logic_error.
  template <class H>
  Any any(const std::vector<H>& handles) {
    const auto members = handles_of(handles);
    return {run_, detail::make_group(open(), scope_, true, members.data(), members.size())};
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
      const AllowNondeterminism in_the_function;
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
  // Context that the execution was started with (see payload.h), all of it and by key. Nothing: no
  // such header. It is passed on by itself.
  const Headers& headers() const;
  std::optional<Payload> header(const std::string& key) const;

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

  // Where something begins: throws Canceled when this scope is canceled.
  detail::Run* open() const {
    detail::check_scope(scope_);
    return run_;
  }
  detail::Waitable* join(detail::Waitable* begun, detail::Member member) const {
    detail::join_scope(scope_, begun, member);
    return begun;
  }

  friend class Scope;
  Workflow(detail::Run* run, detail::CancelScope* scope) : run_(run), scope_(scope) {}

  detail::Run* run_;
  detail::CancelScope* scope_ = nullptr;  // null: begins what no cancel request ends
};

}  // namespace baton

#include "baton/scope.h"  // a Workflow that is complete by now
