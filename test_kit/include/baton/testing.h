// Workflow code in a test: the coordinator's own rules inside the test process, on a clock that is
// turned to whatever comes next.
//
//   baton::testing::TestEnvironment env;
//   env.on(process_order, process_order_code);
//   env.on_activity(charge_card, [](Charge) { return std::string("receipt"); });
//   const auto order = env.start(process_order, "order-17", "17");
//   env.after(2h, [&] { env.signal(order, approved, "by Ann"); });
//   env.after(1h, [&] { EXPECT_EQ(env.query(order, stage), "waits for approval"); });
//   env.run();
//   EXPECT_EQ(env.result<std::string>(order), "parcel");
//
// Nothing runs beside the test: activities and workflow code are called on its thread, one at a
// time, in an order that is the same every time. Thirty days of timers take milliseconds. What is
// decided with a cached run is decided once more from the whole history and must be the same, so
// that code that is not deterministic fails here first.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

#include "baton/activity.h"
#include "baton/attempt.h"
#include "baton/client.h"
#include "baton/decider.h"
#include "baton/decision_task.h"
#include "baton/history.h"
#include "baton/payload_codec.h"
#include "baton/query.h"
#include "baton/reply.h"
#include "baton/signal.h"
#include "baton/update.h"
#include "baton/worker.h"
#include "baton/workflow_type.h"

namespace baton::testing {

namespace detail {
class Environment;
}

// Thrown by run() and run_for() when workflow code cannot decide: it is not deterministic, it threw
// something, or its decisions are not acceptable. In production the run would be parked.
class DecisionFailed : public std::runtime_error {
 public:
  DecisionFailed(std::string reason, const std::string& message)
      : std::runtime_error(reason + ": " + message), reason_(std::move(reason)) {}
  // "NONDETERMINISM", "EXCEPTION", …
  const std::string& reason() const { return reason_; }

 private:
  std::string reason_;
};

// What goes wrong at one decision.
enum class Fault {
  kDeciderCrash,  // before it decides: another decider replays the history
  kAnswerLost,    // it dies before its answer arrives: the decision task times out
  kReplyLost,     // the answer was recorded, but the decider does not hear of it and sends it again
};
inline constexpr Fault kEveryFault[] = {Fault::kDeciderCrash, Fault::kAnswerLost, Fault::kReplyLost};
// "decider crash", …
const char* to_string(Fault fault);

// How a stand-in for an activity behaves, beside what it returns.
struct Conduct {
  // How long it works. Its handler is called at the end of that, and sees a cancel request.
  Duration takes{0};
  // So many attempts are begun and never answered, as when a worker is lost: their timeouts tell.
  int lost_attempts = 0;
  // Defaults of its type, as a worker would register them.
  ActivityTypeOptions type;
};

class TestEnvironment;

// An update that a test has made. A value; valid as long as its environment.
template <class R>
class SentUpdate {
 public:
  SentUpdate(const TestEnvironment& environment, Execution execution, std::string id,
             std::string name)
      : environment_(&environment),
        execution_(std::move(execution)),
        id_(std::move(id)),
        name_(std::move(name)) {}

  const std::string& id() const { return id_; }
  bool answered() const;  // false, too, when the run has closed without an answer
  // Throws UpdateFailed when the answer says no, std::logic_error when there is none yet, and
  // baton::Error (UPDATE_UNANSWERED) when the run has closed without one.
  R result() const;

 private:
  const TestEnvironment* environment_;
  Execution execution_;
  std::string id_;
  std::string name_;
};

// Used by one thread. Programs under test are given first; what is not given is told by name when it
// is needed.
class TestEnvironment {
 public:
  // The clock shows 2026-01-01T00:00:00Z.
  TestEnvironment();
  ~TestEnvironment();
  TestEnvironment(const TestEnvironment&) = delete;
  TestEnvironment& operator=(const TestEnvironment&) = delete;

  // --- the code under test: as Decider::on(), one for each type ---
  template <class F>
  void on(const TypeName& type, F workflow) {
    add(type, baton::detail::make_workflow_function(std::move(workflow)));
  }
  template <class R, class A, class F>
  void on(const WorkflowType<R(A)>& type, F workflow) {
    static_assert(std::is_invocable_r_v<Task<R>, F&, Workflow, A>,
                  "The function does not fit the workflow type: Task<R>(Workflow, A) is needed.");
    on(TypeName{std::string(type.name), std::string(type.version)}, std::move(workflow));
  }
  template <class R, class F>
  void on(const WorkflowType<R()>& type, F workflow) {
    static_assert(std::is_invocable_r_v<Task<R>, F&, Workflow>,
                  "The function does not fit the workflow type: Task<R>(Workflow) is needed.");
    on(TypeName{std::string(type.name), std::string(type.version)}, std::move(workflow));
  }
  void on_decision_task(const TypeName& type,
                        std::function<Decisions(const DecisionTask&)> function);
  void on_query(const TypeName& type,
                std::function<std::optional<Payload>(const DecisionTask& task, std::string_view query,
                                                     const std::optional<Payload>& input)>
                    function);

  // --- activities: stand-ins, or the real handlers; as Worker::on(), but that a new one replaces ---
  template <class R, class A, class F>
  void on_activity(const Activity<R(A)>& activity, F handler, const Conduct& conduct = {}) {
    constexpr bool with_attempt = std::is_invocable_r_v<R, F&, Attempt&, A>;
    static_assert(with_attempt || std::is_invocable_r_v<R, F&, A>,
                  "The handler does not fit the activity: R(Attempt&, A) or R(A) is needed.");
    on_activity_payload(
        name_of(activity),
        [handler = std::move(handler)](Attempt& attempt,
                                       const std::optional<Payload>& input) mutable {
          A argument = from_payload<A>(input);
          return result_of<R>([&]() -> R {
            if constexpr (with_attempt)
              return handler(attempt, std::move(argument));
            else
              return handler(std::move(argument));
          });
        },
        conduct);
  }
  template <class R, class F>
  void on_activity(const Activity<R()>& activity, F handler, const Conduct& conduct = {}) {
    constexpr bool with_attempt = std::is_invocable_r_v<R, F&, Attempt&>;
    static_assert(with_attempt || std::is_invocable_r_v<R, F&>,
                  "The handler does not fit the activity: R(Attempt&) or R() is needed.");
    on_activity_payload(
        name_of(activity),
        [handler = std::move(handler)](Attempt& attempt, const std::optional<Payload>&) mutable {
          return result_of<R>([&]() -> R {
            if constexpr (with_attempt)
              return handler(attempt);
            else
              return handler();
          });
        },
        conduct);
  }
  // Without C++ types: payloads as they come.
  void on_activity_payload(const TypeName& activity, Handler handler, const Conduct& conduct = {});
  // How many attempts at it were begun.
  int attempts(const TypeName& activity) const;
  template <class Signature>
  int attempts(const Activity<Signature>& activity) const {
    return attempts(name_of(activity));
  }

  // --- what happens outside. Throws baton::Error, as Client does ---
  Execution start(const StartRequest& request);
  template <class R, class A>
  Execution start(const WorkflowType<R(A)>& type, std::string workflow_id,
                  const std::type_identity_t<A>& input, const StartOptions& options = {}) {
    return start(StartRequest{std::move(workflow_id), name_of(type), to_payload(input), options});
  }
  template <class R>
  Execution start(const WorkflowType<R()>& type, std::string workflow_id,
                  const StartOptions& options = {}) {
    return start(StartRequest{std::move(workflow_id), name_of(type), std::nullopt, options});
  }
  void signal(const Execution& execution, std::string_view name,
              const std::optional<Payload>& value = std::nullopt);
  template <class T>
  void signal(const Execution& execution, const Signal<T>& signal,
              const std::type_identity_t<T>& value) {
    this->signal(execution, signal.name, to_payload<T>(value));
  }
  void signal(const Execution& execution, const Signal<void>& signal) {
    this->signal(execution, signal.name);
  }
  // The code answers it in the next run().
  template <class R, class A>
  SentUpdate<R> update(const Execution& execution, const Update<R(A)>& update,
                       const std::type_identity_t<A>& argument) {
    return send_update<R>(execution, update.name, to_payload<A>(argument));
  }
  template <class R>
  SentUpdate<R> update(const Execution& execution, const Update<R()>& update) {
    return send_update<R>(execution, update.name, std::nullopt);
  }
  // What the code says when everything that is to be done at this moment is done. It is asked twice, a
  // run that was kept and one run from the start, which must say the same. Throws QueryFailed, and
  // what run() throws.
  template <class R, class A>
  R query(const Execution& execution, const Query<R(A)>& query,
          const std::type_identity_t<A>& argument) {
    return baton::detail::result_of<R, QueryFailed>(
        query.name, ask(execution, query.name, to_payload<A>(argument)));
  }
  template <class R>
  R query(const Execution& execution, const Query<R()>& query) {
    return baton::detail::result_of<R, QueryFailed>(query.name,
                                                    ask(execution, query.name, std::nullopt));
  }
  void request_cancel(const Execution& execution);
  void terminate(const Execution& execution, std::string_view reason = "");

  // --- time ---
  TimePoint now() const;
  // Calls it when the clock shows so much more; several of one moment in the order given.
  void after(Duration delay, std::function<void()> action);
  // Goes on until nothing more will happen by itself: every execution is closed or waits for
  // something from outside. The timeout of a whole execution is not waited for: run_for() passes it.
  // Throws DecisionFailed, and std::runtime_error when something is missing (an activity, a
  // workflow type) or there is no end after a million steps.
  void run();
  // The same, for so long on the clock at the most, and until then at least.
  void run_for(Duration duration);

  // --- faults ---
  // At the n-th decision of all, from 1.
  void inject(Fault fault, int decision);
  // How many there were.
  int decisions() const;

  // --- looking. An empty run id: the last run of the workflow id. Throws baton::Error (NOT_FOUND) ---
  // How it ended; kOpen: it has not.
  Closed closed(const Execution& execution) const;
  // Of the last run of a chain that continued as new. Throws ExecutionFailed unless it completed.
  template <class R>
  R result(const Execution& execution) const {
    const Closed end = end_of_chain(execution);
    if (end.status != CloseStatus::kCompleted) throw ExecutionFailed(end);
    if constexpr (!std::is_void_v<R>) return from_payload<R>(end.result);
  }
  History history(const Execution& execution) const;
  // "WorkflowExecutionStarted, DecisionTaskScheduled, …", one name for each event.
  std::string events(const Execution& execution) const;

 private:
  template <class Named>
  static TypeName name_of(const Named& named) {
    return {std::string(named.name), std::string(named.version)};
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
  void add(const TypeName& type, baton::detail::WorkflowFunction function);
  Closed end_of_chain(const Execution& execution) const;
  template <class R>
  SentUpdate<R> send_update(const Execution& execution, std::string_view name,
                            const std::optional<Payload>& input) {
    std::string id = "update-" + std::to_string(++sent_updates_);
    Execution run = begin_update(execution, name, id, input);
    return {*this, std::move(run), std::move(id), std::string(name)};
  }
  // The run that has it.
  Execution begin_update(const Execution& execution, std::string_view name, const std::string& id,
                         const std::optional<Payload>& input);
  // Nothing: there is none.
  std::optional<Reply> reply_to(const Execution& execution, const std::string& update_id) const;
  // Why there is none.
  [[noreturn]] void throw_unanswered(const Execution& execution, const std::string& update) const;
  Reply ask(const Execution& execution, std::string_view query,
            const std::optional<Payload>& input);

  template <class R>
  friend class SentUpdate;

  std::unique_ptr<detail::Environment> environment_;
  int sent_updates_ = 0;
};

template <class R>
bool SentUpdate<R>::answered() const {
  return environment_->reply_to(execution_, id_).has_value();
}

template <class R>
R SentUpdate<R>::result() const {
  auto reply = environment_->reply_to(execution_, id_);
  if (!reply) environment_->throw_unanswered(execution_, name_);
  return baton::detail::result_of<R, UpdateFailed>(name_, *std::move(reply));
}

// Tells the same story once without faults, and once with every fault at every decision: a story
// makes its test in the environment that it is given and returns how that came out, to be compared.
// Returns it, or throws std::runtime_error that says which fault made a difference.
template <class Story>
auto with_every_fault(Story story) {
  TestEnvironment calm;
  const auto expected = story(calm);
  for (const Fault fault : kEveryFault) {
    for (int decision = 1; decision <= calm.decisions(); ++decision) {
      TestEnvironment env;
      env.inject(fault, decision);
      if (!(story(env) == expected)) {
        throw std::runtime_error(std::string("it came out otherwise with a fault: ") +
                                 to_string(fault) + " at decision " + std::to_string(decision));
      }
    }
  }
  return expected;
}

// Saved histories against today's code. For code in another process: `baton replay`.
class HistoryChecker {
 public:
  // `codec`: what the histories' payloads are encoded with; null: nothing.
  explicit HistoryChecker(std::shared_ptr<const PayloadCodec> codec = nullptr);
  ~HistoryChecker();

  template <class F>
  void on(const TypeName& type, F workflow) {
    add(type, baton::detail::make_workflow_function(std::move(workflow)));
  }
  template <class Signature, class F>
  void on(const WorkflowType<Signature>& type, F workflow) {
    on(TypeName{std::string(type.name), std::string(type.version)}, std::move(workflow));
  }
  // As `baton workflow history -o json` prints it and to_json() of baton/history.h makes it. Throws
  // DecisionFailed (NONDETERMINISM) when the code decides otherwise than the history says,
  // PayloadError when the codec cannot decode it, std::runtime_error when the text is no history or
  // nobody knows its workflow type.
  void check(std::string_view history_json) const;
  void check_file(const std::string& path) const;

 private:
  void add(const TypeName& type, baton::detail::WorkflowFunction function);

  struct Known;
  std::unique_ptr<Known> known_;
};

}  // namespace baton::testing
