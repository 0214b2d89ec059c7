// An execution as a test tells it: what happens outside is said with verbs, what the code decides becomes the events that a coordinator
// would write. At every decision the code is asked in every way that a decider may: by one run that was cached from the start, by runs
// cached from each later decision on, and by a replay of the whole history. All must decide the same.
#pragma once

#include <gtest/gtest.h>

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "baton/conversion.h"
#include "baton/v1/decider_service.pb.h"
#include "replay/replayer.h"
#include "wire.h"

namespace baton::testing {

using Answer = v1::RespondDecisionTaskCompletedRequest;
using Events = google::protobuf::RepeatedPtrField<v1::HistoryEvent>;

// A history under construction.
class HistoryBuilder {
 public:
  const Events& events() const { return events_; }
  int64_t last_id() const { return events_.size(); }
  v1::HistoryEvent* add();

  void started(const std::optional<Payload>& input = std::nullopt);
  // DecisionTaskScheduled (unless one waits) and DecisionTaskStarted; the id of the latter.
  int64_t decision_started();
  void decision_scheduled();
  void decision_timed_out();
  // DecisionTaskCompleted and the events of the decisions; null in place of an answer: only the completion.
  void decided(const Answer* answer);

  void activity_scheduled(const std::string& id, const TypeName& type);
  void activity_started(const std::string& id);
  void activity_completed(const std::string& id, const std::optional<Payload>& result = std::nullopt);
  void activity_failed(const std::string& id, const std::string& reason, const std::optional<Payload>& details = std::nullopt);
  void activity_timed_out(const std::string& id, v1::ActivityTaskTimeoutType type);
  void activity_canceled(const std::string& id, const std::optional<Payload>& details = std::nullopt);
  void timer_started(const std::string& id);
  void timer_fired(const std::string& id);
  void marker_recorded(const std::string& name, const std::optional<Payload>& details = std::nullopt);
  void signaled(const std::string& name, const std::optional<Payload>& input = std::nullopt);
  void updated(const std::string& name, const std::string& update_id, const std::optional<Payload>& input = std::nullopt);
  void cancel_requested();
  void child_initiated(const std::string& workflow_id, const TypeName& type);
  // Initiated, and then refused: WORKFLOW_ALREADY_RUNNING.
  void child_refused(const std::string& workflow_id);
  // As run "<workflow id>-run".
  void child_started(const std::string& workflow_id);
  void child_completed(const std::string& workflow_id, const std::optional<Payload>& result = std::nullopt);
  void child_failed(const std::string& workflow_id, const std::string& reason, const std::optional<Payload>& details = std::nullopt);
  void child_timed_out(const std::string& workflow_id);
  void child_canceled(const std::string& workflow_id, const std::optional<Payload>& details = std::nullopt);
  void child_terminated(const std::string& workflow_id);
  void function_scheduled(const std::string& id, const std::string& name);
  void function_started(const std::string& id);
  void function_completed(const std::string& id, const std::optional<Payload>& result = std::nullopt);
  void function_failed(const std::string& id, const std::string& reason, const std::optional<Payload>& details = std::nullopt);
  void function_timed_out(const std::string& id);
  // The run has no role.
  void function_not_called(const std::string& id, const std::string& message);
  // The last signal or cancel request to an execution.
  void delivered(const std::string& workflow_id);
  void not_delivered(const std::string& workflow_id);

  // Decisions of these names become their ...Failed events, with a likely cause.
  std::vector<std::string> refused;

 private:
  int64_t id_of_activity(const std::string& id) const;
  int64_t id_of_timer(const std::string& id) const;
  int64_t id_of_function(const std::string& id) const;
  int64_t id_of_child(const std::string& workflow_id) const;
  const v1::HistoryEvent& message_to(const std::string& workflow_id) const;
  void add_decision(const v1::Decision& decision);
  bool add_refusal(const v1::Decision& decision);
  void add_closing(const v1::Decision& decision);

  Events events_;
  bool decision_waits_ = false;
  int64_t started_ = 0;
  int64_t completed_ = 0;
};

class Story : public HistoryBuilder {
 public:
  template <class F>
  explicit Story(F workflow) : function_(detail::make_workflow_function(std::move(workflow))) {}

  // A decision task: asks the code, checks that every way gives the same, and writes the events.
  const Answer& decide();
  // The same, but the code cannot decide, and nothing is written.
  detail::DecisionFailure decide_and_fail();
  // A task that another decider with this code decided, and whose answer was lost.
  void decide_in_vain();
  // Asks the code between two decisions, in every way that a decider may: all must say the same.
  Reply query(const std::string& name, const std::optional<Payload>& input = std::nullopt);
  // The whole history against the code of another workflow.
  template <class F>
  std::optional<detail::DecisionFailure> check(F workflow) const {
    detail::Replayer replayer(detail::make_workflow_function(std::move(workflow)), kExecution, kType);
    replayer.add(events());
    return replayer.check();
  }

  static inline const Execution kExecution{"order-17", "0190-run"};
  Execution execution = kExecution;  // whom it is about
  static inline const TypeName kType{"test", "1"};

 private:
  std::optional<detail::DecisionFailure> ask(detail::Replayer& replayer, int64_t base, Answer* answer);
  Events events_after(int64_t id) const;

  detail::WorkflowFunction function_;
  struct Cached {
    std::unique_ptr<detail::Replayer> replayer;
    int64_t seen = 0;
  };
  std::vector<Cached> cached_;
  Answer answer_;
};

// "ScheduleActivityTask(1 step)", "StartTimer(1 5000ms)", "Complete(text)", … one line each.
std::string describe(const Answer& answer);
// "completed 3", "rejected CART_FULL: by 2", …
std::string describe(const Reply& reply);

template <class T>
std::optional<Payload> payload(const T& value) {
  return to_payload(value);
}

}  // namespace baton::testing
