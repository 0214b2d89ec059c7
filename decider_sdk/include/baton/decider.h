// A program that decides what happens next in workflow executions.
//
//   baton::Client client{"localhost:7450", "orders"};
//   baton::Decider decider{client, "order-decisions"};
//   decider.on({"process_order", "1"}, process_order);
//   return decider.run(baton::until_signal());
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>

#include "baton/client.h"
#include "baton/decision_task.h"
#include "baton/detail/root.h"
#include "baton/metrics.h"
#include "baton/names.h"
#include "baton/until_signal.h"
#include "baton/workflow.h"
#include "baton/workflow_type.h"

namespace baton {

namespace detail {
class DeciderProcess;
}

struct DeciderOptions {
  // How many decision tasks may be in hand at once: 1 to 100,000.
  int slots = 1'000;
  // Threads that run workflow code. 0: one for each processor, at most 4.
  int threads = 0;
  // How many runs are kept between their decisions, so that only new events need to be sent and
  // replayed. What has to make room is replayed from the start when it is needed again.
  int cached_runs = 10'000;
  // run() begins with Decider::register_types().
  bool register_types = false;
  // At the end, tasks in hand are decided and recorded for so long.
  Duration drain_for{10'000};
  // Null: nobody is told.
  std::shared_ptr<MetricsHooks> metrics{};
};

// Functions are given first, one for each type: a second one is a std::logic_error, and so is run()
// without any. Then run() is called once. Only stop() may be called from other threads. Functions are
// called from the decider's threads, never two at a time for one run.
//
// What cannot be decided (a type that it does not know, a history that does not fit the code, an
// exception that is no failure of the workflow, decisions that the coordinator does not take) parks its
// run: `baton workflow describe` says why, and the task is offered again, to any decider of the list.
class Decider {
 public:
  // `task_list`: whose decision tasks it takes. Nothing is connected before run().
  Decider(const Client& client, std::string_view task_list, const DeciderOptions& options = {});
  ~Decider();
  Decider(const Decider&) = delete;
  Decider& operator=(const Decider&) = delete;

  // Workflow code (workflow.h): Task<R>(Workflow) or Task<R>(Workflow, A). A history goes through it
  // page by page, however long it is: in memory are what the code keeps, a page or two, and what came
  // while one decision was being made.
  template <class F>
  void on(const TypeName& type, F workflow) {
    add(type, detail::make_workflow_function(std::move(workflow)));
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
  // The plain level: from the whole history to decisions, every time; all of it is in memory then, up
  // to 25,000 events with their payloads. An exception fails the decision task, never the execution.
  void on_decision_task(const TypeName& type,
                        std::function<Decisions(const DecisionTask&)> function);
  // What a type with such a function answers to queries (query.h). `task`: everything until now, and
  // new_events() that no decision has seen; nothing is asked to be decided, and started_event_id is 0. An
  // exception fails the query (EXCEPTION).
  void on_query(const TypeName& type,
                std::function<std::optional<Payload>(const DecisionTask& task, std::string_view query,
                                                     const std::optional<Payload>& input)>
                    function);

  // Registers the types of these functions that are not there yet, with this decider's list as the
  // default. Throws baton::Error.
  void register_types();

  // Decides until the first SIGTERM or SIGINT, or stop(); then takes no more tasks and finishes
  // those in hand. Reconnects for as long as it takes, also when no coordinator is there at first. 0:
  // nothing was left; 1: something was, and will be offered again. Throws baton::Error when types are
  // to be registered and cannot be: UNAVAILABLE when no coordinator answers for
  // ClientOptions::retry_for.
  int run(UntilSignal until);
  // Until stop().
  int run();
  // Makes run() return, also when called before it. Idempotent, from any thread.
  void stop();

 private:
  void add(const TypeName& type, detail::WorkflowFunction function);

  std::unique_ptr<detail::DeciderProcess> process_;
};

}  // namespace baton
