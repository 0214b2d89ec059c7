// The plain level of the decider: a function from a decision task to decisions, as in SWF. Workflow
// code as coroutines (workflow.h) is made of the same.
//
//   baton::Decisions decide(const baton::DecisionTask& task) {
//     baton::Decisions decisions;
//     const auto greeting = task.activity("greeting");
//     if (!greeting) decisions.schedule_activity("greeting", greet, task.input<std::string>());
//     if (greeting && greeting->completed()) decisions.complete(greeting->ended()->result());
//     return decisions;
//   }
//   decider.on_decision_task({"hello", "1"}, decide);
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

#include "baton/activity.h"
#include "baton/activity_options.h"
#include "baton/child_options.h"
#include "baton/continue_as_new.h"
#include "baton/conversion.h"
#include "baton/function_call.h"
#include "baton/history.h"
#include "baton/names.h"
#include "baton/payload.h"
#include "baton/search_attribute.h"
#include "baton/signal.h"
#include "baton/step.h"
#include "baton/timeout.h"

namespace baton {

// What a decider is asked: the history so far. A value; events and steps are views of it, valid as
// long as a copy of its history lives.
struct DecisionTask {
  Execution execution;
  TypeName type;
  // From event 1 to this task's DecisionTaskStarted.
  History history;
  int64_t started_event_id = 0;
  // DecisionTaskStarted of the decision task that was completed last; 0: this is the first. What is
  // after it is new.
  int64_t previous_started_event_id = 0;
  bool cancel_requested = false;

  // The execution's. Throws PayloadError unless it is an A.
  template <class A>
  A input() const {
    return from_payload<A>(history[0].input());
  }
  // The events that no completed decision task has shown: all of them the first time.
  std::span<const HistoryEvent> new_events() const;

  // What the decider began, by the id that it gave, and what became of it; the latest of that id.
  // Nothing: it was never begun. These, and the ones below, look through the whole history.
  std::optional<Step> activity(std::string_view activity_id) const;
  std::optional<Step> timer(std::string_view timer_id) const;
  std::optional<Step> child(std::string_view workflow_id) const;
  std::optional<Step> function(std::string_view id) const;

  // Oldest first.
  std::vector<HistoryEvent> signals(std::string_view name) const;
  // WorkflowExecutionSignaled of those that wait for an answer: Decisions::complete_update() and its
  // like, with its update_id(). They are not among the signals.
  std::vector<HistoryEvent> open_updates(std::string_view name) const;
  std::vector<HistoryEvent> markers(std::string_view name) const;
  // What they carried. Throws PayloadError unless each is a T.
  template <class T>
  std::vector<T> signals(const Signal<T>& signal) const {
    std::vector<T> values;
    for (const HistoryEvent& event : signals(signal.name)) {
      values.push_back(from_payload<T>(event.input()));
    }
    return values;
  }
};

// What a decider decides: applied in order, a closing one only in last place. One that the
// coordinator refuses becomes its …Failed event. Movable, not copyable.
class Decisions {
 public:
  Decisions();
  Decisions(Decisions&&) noexcept;
  Decisions& operator=(Decisions&&) noexcept;
  ~Decisions();

  // `activity_id`: unique among the open activities of the run; options.activity_id is not used.
  void schedule_activity(std::string_view activity_id, const TypeName& type,
                         const std::optional<Payload>& input = std::nullopt,
                         const ActivityOptions& options = {});
  template <class R, class A>
  void schedule_activity(std::string_view activity_id, const Activity<R(A)>& activity,
                         const std::type_identity_t<A>& argument,
                         const ActivityOptions& options = {}) {
    schedule_activity(activity_id, {std::string(activity.name), std::string(activity.version)},
                      to_payload(argument), options);
  }
  void request_cancel_activity(std::string_view activity_id);
  // 0 to 366 days; 0 fires at once. `control`: kept in the history, at most 32,768 characters.
  void start_timer(std::string_view timer_id, Duration start_to_fire,
                   const std::optional<std::string>& control = std::nullopt);
  void cancel_timer(std::string_view timer_id);
  void record_marker(std::string_view name, const std::optional<Payload>& details = std::nullopt);
  // options.workflow_id is not used.
  void start_child(std::string_view workflow_id, const TypeName& type,
                   const std::optional<Payload>& input = std::nullopt,
                   const ChildOptions& options = {});
  // An empty run id: whichever run of the workflow id is open.
  void signal(const Execution& target, std::string_view name,
              const std::optional<Payload>& input = std::nullopt);
  void request_cancel(const Execution& target);
  // options.id is not used.
  void call_function(std::string_view id, std::string_view name,
                     const std::optional<Payload>& input = std::nullopt,
                     const FunctionOptions& options = {});
  // Answers an update, once: it is done; it could not be done; it is refused as it came, and nothing was
  // done for it. `reason`: at most 256 characters.
  void complete_update(std::string_view update_id,
                       const std::optional<Payload>& result = std::nullopt);
  void fail_update(std::string_view update_id, std::string_view reason,
                   const std::optional<Payload>& details = std::nullopt);
  void reject_update(std::string_view update_id, std::string_view reason,
                     const std::optional<Payload>& details = std::nullopt);
  // Sets and removes search attributes, by name; the others stay. No name in both.
  void set_search_attributes(const std::map<std::string, SearchAttribute>& set,
                             std::span<const std::string> removed = {});

  void complete(const std::optional<Payload>& result = std::nullopt);
  void fail(std::string_view reason, const std::optional<Payload>& details = std::nullopt);
  void cancel(const std::optional<Payload>& details = std::nullopt);
  // `version`: of the workflow type; empty: this run's.
  void continue_as_new(const std::optional<Payload>& input = std::nullopt,
                       std::string_view version = {}, const ContinueOptions& options = {});

  // Free text shown by describe, at most 32,768 characters.
  void set_execution_context(std::string_view text);
  // True (the default): a closing decision that meets new events applies nothing of this batch, and
  // a new task with the new events follows. False: SWF's way, the rest applies and a
  // …ExecutionFailed event says UNHANDLED_DECISION.
  void set_all_or_nothing_close(bool value);

  // For the SDK: the message that this fills.
  struct Content;
  Content& content() { return *content_; }

 private:
  std::unique_ptr<Content> content_;
};

}  // namespace baton
