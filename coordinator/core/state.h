// The state of one workflow execution: what folding its journal gives. A value: comparable through its snapshot, owned by whoever
// holds it; a copy is cheap whatever is open, since what is large is shared and never changes. Only apply() changes one; decide()
// reads it. One state is not thread-safe, a copy may live on another thread.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>

#include "baton/journal/v1/event.pb.h"
#include "coordinator/core/run_id.h"
#include "coordinator/core/search_attributes.h"
#include "coordinator/core/shared_log.h"
#include "coordinator/core/shared_map.h"

namespace baton::core {

namespace journal = baton::journal::v1;

inline constexpr int64_t kNoTimeoutMs = -1;  // SWF's NONE

// Which queue a task waits in, beside its domain and task list. Of a function, the task list is its name. Stored in the backlog.
enum class TaskKind : uint8_t { kDecision = 1, kActivity = 2, kFunction = 3 };

// What never changes after WorkflowExecutionStarted; shared between copies of the state.
struct ExecutionIdentity {
  std::string domain;
  std::string workflow_id;
  RunId run_id;
  journal::Event started;  // event 1, with its attributes
};

// A task given to a poller that has not acknowledged it yet.
struct Offer {
  int32_t delivery = 0;  // from 1, per attempt
  int64_t made_ms = 0;
  std::string identity;
  std::string instance_id;
};

// The one delivery of the attempt that counts; the first to be acknowledged in the journal.
struct Acknowledgement {
  int32_t delivery = 0;
  int64_t time_ms = 0;  // where start-to-close and heartbeat clocks begin
  std::string identity;
};

// The open decision task: scheduled, or started (offered at least once).
struct DecisionTask {
  int64_t scheduled_event_id = 0;
  int64_t scheduled_ms = 0;
  // What its DecisionTaskScheduled says, whatever an answer said since.
  std::string task_list;
  int64_t schedule_to_start_timeout_ms = kNoTimeoutMs;
  int64_t available_ms = 0;      // since when it could be handed out: later than scheduled_ms when it was queued
  int64_t started_event_id = 0;  // 0: not started. Kept when an offer is withdrawn.
  int64_t started_ms = 0;
  int32_t deliveries = 0;  // offers made so far
  std::optional<Offer> offer;  // the one out and not acknowledged
  std::optional<Acknowledgement> acknowledged;
  int64_t parked_until_ms = 0;    // handed to nobody before; 0: not parked
  int32_t given_up_delivery = 0;  // this one and those before it are over: their decider could not decide

  // Waits for a poller.
  bool waiting() const { return !offer && !acknowledged && parked_until_ms == 0; }
  // Handed out to nobody since a decider gave it up.
  bool given_up() const { return given_up_delivery != 0 && given_up_delivery == deliveries; }
};

// That the last decider could not decide, and those before it: reset by the next one who can.
struct DecisionFailure {
  int32_t count = 0;
  std::string reason;
  std::optional<journal::Payload> details;
};

// A decision task that was scheduled while another was started: handed out when that one ends (facts.md §6, rule 4).
struct QueuedDecision {
  int64_t scheduled_event_id = 0;
  int64_t scheduled_ms = 0;
  std::string task_list;
  int64_t schedule_to_start_timeout_ms = kNoTimeoutMs;
};

// The last decision task that ended by a decider's answer.
struct DecisionAnswer {
  int64_t scheduled_event_id = 0;
  int64_t started_event_id = 0;
  int32_t delivery = 0;
  std::string instance_id;
  bool run_cached = false;
  bool abandoned = false;  // refused all-or-nothing close, or given up: it decided nothing
};

// How an attempt ended that another one followed.
struct AttemptFailure {
  journal::ActivityTaskTimeoutType timeout_type = journal::ACTIVITY_TASK_TIMEOUT_TYPE_UNSPECIFIED;  // unspecified: its worker failed
  std::string reason;
  std::optional<journal::Payload> details;
};

// An open activity or call of a function: scheduled, offered or started. A function has one attempt, no heartbeat and no cancel request.
struct ActivityTask {
  int64_t scheduled_event_id = 0;
  std::shared_ptr<const journal::Event> scheduled;  // ActivityTaskScheduled or LambdaFunctionScheduled, with the resolved timeouts
  int32_t attempt = 1;
  int32_t deliveries = 0;  // offers made of this attempt
  std::optional<Offer> offer;
  std::optional<Acknowledgement> acknowledged;
  int64_t started_event_id = 0;  // of the first attempt that was acknowledged; 0: none was
  int64_t last_heartbeat_ms = 0;
  std::shared_ptr<const journal::Payload> heartbeat_details;
  int64_t cancel_requested_event_id = 0;  // 0: none
  int64_t available_ms = 0;               // since when this attempt could be handed out
  int64_t parked_until_ms = 0;            // it is handed to nobody before; 0: not parked
  std::shared_ptr<const AttemptFailure> last_failure;  // of the attempt before; null: this is the first

  bool is_function() const { return scheduled->has_lambda_function_scheduled(); }
  TaskKind kind() const { return is_function() ? TaskKind::kFunction : TaskKind::kActivity; }
  // Without a value for a function.
  const journal::ActivityTaskScheduledAttributes& attributes() const { return scheduled->activity_task_scheduled(); }
  const journal::LambdaFunctionScheduledAttributes& function() const { return scheduled->lambda_function_scheduled(); }
  const std::string& task_list() const { return is_function() ? function().name() : attributes().task_list(); }
  int64_t start_to_close_timeout_ms() const {
    return is_function() ? function().start_to_close_timeout_ms() : attributes().start_to_close_timeout_ms();
  }
  int64_t heartbeat_timeout_ms() const { return is_function() ? kNoTimeoutMs : attributes().heartbeat_timeout_ms(); }
  int64_t schedule_to_start_timeout_ms() const { return is_function() ? kNoTimeoutMs : attributes().schedule_to_start_timeout_ms(); }
  int64_t schedule_to_close_timeout_ms() const { return is_function() ? kNoTimeoutMs : attributes().schedule_to_close_timeout_ms(); }
  // Somebody was offered it or works on it.
  bool held() const { return offer || acknowledged; }
  // Waits for a poller.
  bool waiting() const { return !held() && parked_until_ms == 0; }
};

struct Timer {
  int64_t started_event_id = 0;
  int64_t fire_ms = 0;
};

// An open child: initiated, or started.
struct ChildExecution {
  std::shared_ptr<const journal::Event> initiated;  // StartChildWorkflowExecutionInitiated, with the resolved values
  int64_t started_event_id = 0;                     // 0: nothing is known of its start

  const journal::StartChildWorkflowExecutionInitiatedAttributes& attributes() const {
    return initiated->start_child_workflow_execution_initiated();
  }
};

// A signal or a cancel request to another execution that is not answered yet:
// SignalExternal- or RequestCancelExternalWorkflowExecutionInitiated.
using ExternalRequest = std::shared_ptr<const journal::Event>;

// What a client's answer made of a task.
enum class Answer : uint8_t {
  kDecided = 1,
  kAbandoned = 2,  // a decision task that decided nothing
  kCompleted = 3,
  kFailed = 4,
  kCanceled = 5,
  kGivenUp = 6,  // a decision task that its decider could not decide
};

// A task that an answer closed; remembered so that the same answer, sent again, is answered as recorded.
struct AnsweredTask {
  int64_t scheduled_event_id = 0;
  int32_t attempt = 1;
  int32_t delivery = 0;
  Answer answer = Answer::kDecided;
};

// Nothing of the run is handed out.
struct Pause {
  int64_t since_ms = 0;
  std::string reason;
};

// A signal whose sender waits for an answer.
struct Update {
  int64_t signaled_event_id = 0;
  int64_t signaled_ms = 0;
  std::string name;
};

struct ExecutionState {
  // Null before the first record: an execution that does not exist.
  std::shared_ptr<const ExecutionIdentity> identity;
  // journal::CloseStatus value; 0 while open.
  int32_t close_status = 0;
  int64_t close_ms = 0;

  int64_t last_event_id = 0;
  int64_t last_event_ms = 0;

  bool cancel_requested = false;
  std::optional<Pause> pause;
  int64_t history_warned_event_id = 0;  // WorkflowExecutionHistoryLimitNeared; 0: not yet
  int64_t last_decision_event_id = 0;   // the one that announces the last decision; 0: not yet
  std::shared_ptr<const SearchAttributes> search_attributes;  // null: none
  std::shared_ptr<const std::string> execution_context;  // the last one given; null: none was
  int64_t latest_activity_ms = 0;  // of any activity event (facts.md §5)

  std::optional<DecisionTask> decision;
  std::optional<QueuedDecision> queued_decision;  // only while `decision` is started
  int64_t previous_started_event_id = 0;  // of the last completed decision task
  std::optional<DecisionAnswer> last_answer;
  std::shared_ptr<const DecisionFailure> decision_failure;  // null: the last decider could decide
  std::string task_list_override;  // empty: the list of WorkflowExecutionStarted
  std::optional<int64_t> task_list_override_timeout_ms;

  SharedMap<int64_t, ActivityTask> activities;   // open ones and open functions, by scheduled event id
  SharedMap<std::string, int64_t> activity_ids;  // open activity id -> scheduled event id
  SharedMap<std::string, int64_t> function_ids;  // open function id -> scheduled event id
  SharedMap<std::string, Timer> timers;          // open, by timer id
  SharedMap<int64_t, ChildExecution> children;           // open, by initiated event id
  SharedMap<int64_t, ExternalRequest> external_requests;  // by initiated event id
  SharedMap<std::string, Update> updates;                 // not answered yet, by update id
  SharedLog<AnsweredTask> answered;              // at least the last kRememberedAnswers, oldest first

  int64_t armed_deadline_ms = 0;  // what the execution's row says; 0: none

  bool exists() const { return identity != nullptr; }
  bool open() const { return exists() && close_status == 0; }
  const journal::WorkflowExecutionStartedAttributes& started() const {
    return identity->started.workflow_execution_started();
  }
  // It waits for a poller, and one may have it.
  bool can_be_offered(const DecisionTask& task) const { return !pause && task.waiting(); }
  bool can_be_offered(const ActivityTask& task) const { return !pause && task.waiting(); }
  // Where the next decision task goes.
  const std::string& decision_task_list() const {
    return task_list_override.empty() ? started().task_list() : task_list_override;
  }
};

}  // namespace baton::core
