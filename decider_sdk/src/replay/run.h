// One run of a workflow: its coroutines and everything they can wait for. Events go in, the code
// runs, decisions come out. No clock, no I/O; used by one thread at a time.
#pragma once

#include <deque>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "baton/detail/root.h"
#include "replay/activity_machine.h"
#include "replay/cancel_request.h"
#include "replay/cancel_scope.h"
#include "replay/child_machine.h"
#include "replay/completion_machine.h"
#include "replay/decision_log.h"
#include "replay/delivery_machine.h"
#include "replay/function_machine.h"
#include "replay/marker_machine.h"
#include "replay/query_handlers.h"
#include "replay/search_attribute_machine.h"
#include "replay/signal_channel.h"
#include "replay/timer_machine.h"
#include "replay/update_machine.h"
#include "replay/version_machine.h"

namespace baton::detail {

// Thrown through workflow code that cannot go on; the run has its failure noted already.
struct ReplayAborted {};

class Run {
 public:
  Run(WorkflowFunction function, Execution execution, TypeName type);
  ~Run();

  // --- for the replayer ---

  // Takes in one event. Coroutines that it wakes go on in the next execute().
  void apply(const v1::HistoryEvent& event);
  // What the decision that is about to be replayed recorded, from the events after it.
  void forget_recorded_markers() { markers_.forget_recorded(); }
  void add_recorded_marker(const v1::HistoryEvent& event) { markers_.add_recorded(event); }
  // Runs the code until everything waits; its decisions go to `out`, which lives until the next
  // call. `now` is the time of the DecisionTaskStarted.
  void execute(bool replaying, TimePoint now, WireDecisions* out);
  // All decisions of the last execute() must have been matched by events until
  // DecisionTaskCompleted `completed_event_id` + n.
  void expect_all_matched(int64_t completed_event_id);
  // Asks the code between two execute(). It changes nothing: a handler that tries to is stopped, and
  // the reply says so.
  Reply query(const std::string& name, const std::optional<Payload>& input);

  const std::optional<DecisionFailure>& failure() const { return failure_; }
  bool ended() const { return completion_.decided(); }
  std::optional<std::string> take_execution_context() { return std::exchange(context_, {}); }

  // --- for the code, by way of baton::Workflow ---

  ActivityMachine* schedule(std::string_view name, std::string_view version,
                            std::optional<Payload> input, const ActivityOptions& options,
                            const std::source_location& where);
  TimerMachine* sleep(Duration duration, const std::source_location& where);
  void cancel(ActivityMachine* activity, const std::source_location& where);
  void cancel(TimerMachine* timer, const std::source_location& where);
  void release(ActivityMachine* activity);
  void release(TimerMachine* timer);
  ChildMachine* start_child(std::string_view name, std::string_view version,
                            std::optional<Payload> input, const ChildOptions& options,
                            const std::source_location& where);
  // For what is decided at once by the machines themselves; leaves the code when the run is over.
  Deliveries& deliveries();
  Functions& functions();
  SearchAttributes& search_attributes();
  // Throws std::logic_error when `name` is not this run's workflow type.
  ContinueAsNew continue_as_new(std::string_view name, std::string_view version,
                                std::optional<Payload> input, const ContinueOptions& options,
                                const std::source_location& where) const;
  SignalChannel* channel(std::string_view name) { return channels_.get(name); }
  Updates& updates() { return updates_; }
  QueryHandlers& query_handlers() { return query_handlers_; }
  // Leaves the code when it answers a query: `call` is not for it. An unknown place has line 0.
  void refuse_in_query(std::string_view call, const std::source_location& where);
  CancelRequest* cancel_request() { return &cancel_request_; }
  CancelScopes& cancel_scopes() { return cancel_scopes_; }
  void cancel(CancelScope* scope, const std::source_location& where);
  void record_marker(std::string_view name, std::optional<Payload> details,
                     const std::source_location& where);
  std::optional<std::optional<Payload>> recorded_side_effect(std::string_view name,
                                                             const std::source_location& where);
  int version(std::string_view change, int oldest, int newest, const std::source_location& where);
  Group* make_group(CancelScope* scope, bool any, const Handle* members, size_t count);
  void release_group(Group* group);
  void own(std::shared_ptr<void> state) { owned_.push_back(std::move(state)); }
  // Notes the failure and leaves the code.
  [[noreturn]] void abort(std::string reason, std::string message);

  Scheduler& scheduler() { return scheduler_; }
  TimePoint now() const { return now_; }
  bool replaying() const { return replaying_; }
  uint64_t random();
  void set_execution_context(std::string text) { context_ = std::move(text); }
  const Execution& execution() const { return execution_; }
  const TypeName& type() const { return type_; }
  const Headers& headers() const { return headers_; }
  // The code is being destroyed.
  bool closing_down() const { return closing_down_; }
  void set_headers(Headers headers) { headers_ = std::move(headers); }

 private:
  void apply_decision_event(const v1::HistoryEvent& event);
  std::optional<bool> apply_outcome(const v1::HistoryEvent& event);
  bool apply_closing(const v1::HistoryEvent& event);
  void start();
  void ended_body();
  void fail(std::string reason, std::string message);
  // What random numbers are drawn from.
  static uint64_t hash(std::string_view run_id);

  const WorkflowFunction function_;
  const Execution execution_;
  const TypeName type_;

  Scheduler scheduler_;
  DecisionLog log_;
  Activities activities_{log_, scheduler_};
  Timers timers_{log_, scheduler_};
  Children children_{log_, scheduler_, execution_.run_id};
  Deliveries deliveries_{log_, scheduler_};
  Functions functions_{log_, scheduler_};
  SearchAttributes search_attributes_{log_};
  Markers markers_{log_};
  Versions versions_{markers_};
  SignalChannels channels_{scheduler_};
  Updates updates_{*this, log_, scheduler_};
  QueryHandlers query_handlers_;
  CancelRequest cancel_request_{scheduler_};
  CancelScopes cancel_scopes_{scheduler_, activities_, timers_, deliveries_};
  Completion completion_{log_, timers_};
  std::vector<std::unique_ptr<Group>> groups_;
  std::vector<Group*> free_groups_;

  bool started_event_seen_ = false;
  std::optional<Payload> input_;
  Headers headers_;
  TimePoint now_{};
  bool replaying_ = true;
  bool closing_down_ = false;
  bool in_query_ = false;
  std::string refused_call_;  // what a query tried to do first
  uint64_t random_state_;
  std::optional<std::string> context_;
  std::optional<DecisionFailure> failure_;

  // Last, so that coroutines are destroyed first.
  std::vector<std::shared_ptr<void>> owned_;
  std::unique_ptr<Root> root_;
};

}  // namespace baton::detail
