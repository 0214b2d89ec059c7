// What baton::Workflow asks of a run (decider_sdk/src/replay). Part of the SDK's inside.
#pragma once

#include <concepts>
#include <memory>
#include <optional>
#include <source_location>
#include <string_view>
#include <type_traits>

#include "baton/activity_options.h"
#include "baton/answering.h"
#include "baton/child.h"
#include "baton/child_options.h"
#include "baton/continue_as_new.h"
#include "baton/function_call.h"
#include "baton/handles.h"
#include "baton/names.h"
#include "baton/payload.h"
#include "baton/timeout.h"
#include "baton/update_request.h"

namespace baton::detail {

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
// `check`: null when there is no argument.
Waitable* update_channel(Run* run, std::string_view update, ArgumentCheck check,
                         const Where& where);
// Answers as long as what it gives lives.
std::shared_ptr<void> add_query_handler(Run* run, std::string_view query, QueryHandler handler);
Waitable* cancellation(Run* run);
void record_marker(Run* run, std::string_view name, std::optional<Payload> details,
                   const Where& where);
// The recorded value of the next side effect while replaying; nothing: run the function.
std::optional<std::optional<Payload>> recorded_side_effect(Run* run, std::string_view name,
                                                           const Where& where);
[[noreturn]] void fail_side_effect(Run* run, std::string_view name, const char* what,
                                   const Where& where);
// For something that begins to run.
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

}  // namespace baton::detail
