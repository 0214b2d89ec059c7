// A program that does activities: ordinary functions behind typed symbols.
//
//   baton::Client client{"localhost:7450", "orders"};
//   baton::Worker worker{client, "order-activities", {.slots = 16, .register_types = true}};
//   worker.on(ship_order, [](std::string order) { return parcel_for(order); });
//   return worker.run(baton::until_signal());
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>

#include "baton/activity.h"
#include "baton/attempt.h"
#include "baton/canceled.h"
#include "baton/client.h"
#include "baton/metrics.h"
#include "baton/until_signal.h"

namespace baton {

namespace detail {
class WorkerProcess;
}

// Where handlers run instead of the worker's own threads: takes a piece of work and calls it later,
// once, on a thread of its choice, at most `slots` at a time. Called from the worker's threads; it
// must neither block nor call the work itself. Work that is destroyed without having been called (or
// when this throws) fails its activity for the reason "HANDLER_NOT_RUN".
using Executor = std::function<void(std::function<void()> work)>;

struct WorkerOptions {
  // How many activities at once, each on a thread of its own: 1 to 100,000. Threads are made when
  // they are needed.
  int slots = 16;
  // run() begins with Worker::register_types().
  bool register_types = false;
  // An empty task list means this worker's.
  ActivityTypeOptions type_defaults{};
  // At the end, handlers that run may finish for so long; then they are told to stop.
  Duration drain_for{10'000};
  // A task is always acknowledged before its handler is called, so that the history has its
  // ActivityTaskStarted, and the workflow hears of a worker that dies in the handler's first
  // moments. Otherwise a handler that ends within 5 ms answers without, which takes half the writes;
  // of a worker that dies in them the history shows nothing, and the task is offered again.
  bool acknowledge_first = false;
  // Empty: the worker's own threads. run() returns only when all work was called, or destroyed.
  Executor executor{};
  // How many more tasks may come now, beside the `in_hand` whose handlers have not ended: what
  // memory, disk or licences allow. Asked before tasks are taken and, while there is no room, every
  // 100 ms; from several threads, with no lock held; it must be quick and not throw. Tasks that
  // there is no room for go to other workers. Never more than `slots`, whatever it says. Empty: as
  // many as there are slots.
  std::function<int(int in_hand)> more_tasks{};
  // Null: nobody is told.
  std::shared_ptr<MetricsHooks> metrics{};
};

// What a handler is in the end: from the input to the result. Throws AttemptFailed, Canceled or
// anything else to fail.
using Handler = std::function<std::optional<Payload>(Attempt&, const std::optional<Payload>&)>;

// Handlers are given first, one for each activity: a second one is a std::logic_error, and so is run()
// without any. Then run() is called once. Only stop() may be called from other threads. A handler is
// called from many threads at a time.
//
// What it cannot do fails the activity, for a reason that the workflow sees: an activity that it has no
// handler for UNKNOWN_ACTIVITY_TYPE, a result that is too large RESULT_TOO_LARGE or
// ANSWER_NOT_ACCEPTED, an input of another type or an exception its what().
class Worker {
 public:
  // `task_list`: whose activities it does. Nothing is connected before run().
  Worker(const Client& client, std::string_view task_list, const WorkerOptions& options = {});
  ~Worker();
  Worker(const Worker&) = delete;
  Worker& operator=(const Worker&) = delete;

  // A handler is R(Attempt&, A) or R(A).
  template <class R, class A, class F>
  void on(const Activity<R(A)>& activity, F handler) {
    constexpr bool with_attempt = std::is_invocable_r_v<R, F&, Attempt&, A>;
    static_assert(with_attempt || std::is_invocable_r_v<R, F&, A>,
                  "The handler does not fit the activity: R(Attempt&, A) or R(A) is needed.");
    on_payload(name_of(activity),
               [handler = std::move(handler)](Attempt& attempt,
                                              const std::optional<Payload>& input) mutable {
                 A argument = from_payload<A>(input);
                 return result_of<R>([&]() -> R {
                   if constexpr (with_attempt)
                     return handler(attempt, std::move(argument));
                   else
                     return handler(std::move(argument));
                 });
               });
  }
  // A handler is R(Attempt&) or R().
  template <class R, class F>
  void on(const Activity<R()>& activity, F handler) {
    constexpr bool with_attempt = std::is_invocable_r_v<R, F&, Attempt&>;
    static_assert(with_attempt || std::is_invocable_r_v<R, F&>,
                  "The handler does not fit the activity: R(Attempt&) or R() is needed.");
    on_payload(name_of(activity), [handler = std::move(handler)](
                                      Attempt& attempt, const std::optional<Payload>&) mutable {
      return result_of<R>([&]() -> R {
        if constexpr (with_attempt)
          return handler(attempt);
        else
          return handler();
      });
    });
  }
  // A member of an object: R(Attempt&, A) or R(A), of a class with one for each activity that it can
  // do. Called from many threads at a time, as every handler. The object is kept, or must outlive
  // the worker.
  template <class Signature, class Class, class Member>
    requires std::is_member_function_pointer_v<Member>
  void on(const Activity<Signature>& activity, std::shared_ptr<Class> object, Member member) {
    on(activity, std::bind_front(member, std::move(object)));
  }
  template <class Signature, class Class, class Member>
    requires std::is_member_function_pointer_v<Member>
  void on(const Activity<Signature>& activity, Class& object, Member member) {
    on(activity, std::bind_front(member, &object));
  }
  // Without C++ types: payloads as they come.
  void on_payload(const TypeName& activity, Handler handler);

  // Registers the types of these activities that are not there yet, with
  // WorkerOptions::type_defaults. Throws baton::Error.
  void register_types();

  // Works until the first SIGTERM or SIGINT, or stop(); then takes no more activities, gives back
  // what it has not begun, and finishes the rest. Reconnects for as long as it takes, also when no
  // coordinator is there at first; results are
  // kept until the coordinator has taken or refused them. 0: nothing was left; 1: results were not
  // recorded before the end, and those activities will time out. Throws baton::Error when types are to
  // be registered and cannot be: UNAVAILABLE when no coordinator answers for ClientOptions::retry_for.
  // Does not return before every handler has.
  int run(UntilSignal until);
  // Until stop().
  int run();
  // Makes run() return, also when called before it. Idempotent, from any thread.
  void stop();

 private:
  template <class A>
  static TypeName name_of(const A& activity) {
    return {std::string(activity.name), std::string(activity.version)};
  }
  template <class R, class Call>
  static std::optional<Payload> result_of(Call call) {
    if constexpr (std::is_void_v<R>) {
      call();
      return std::nullopt;
    } else {
      return to_payload(call());
    }
  }

  std::unique_ptr<detail::WorkerProcess> process_;
};

}  // namespace baton
