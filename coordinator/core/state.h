// The state of one workflow execution: what folding its journal gives. A value: copyable, comparable through its snapshot, owned by
// whoever holds it. Only apply() changes one; decide() reads it. Not thread-safe.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "baton/journal/v1/event.pb.h"
#include "coordinator/core/run_id.h"

namespace baton::core {

namespace journal = baton::journal::v1;

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
  int64_t started_event_id = 0;  // 0: not started. Kept when an offer is withdrawn.
  int64_t started_ms = 0;
  int32_t deliveries = 0;  // offers made so far
  std::optional<Offer> offer;  // the one out and not acknowledged
  std::optional<Acknowledgement> acknowledged;
  std::string failure_reason;  // why a decider gave the previous one up; shown by describe
};

// A decision task that was scheduled while another was started: handed out when that one ends (facts.md §6, rule 4).
struct QueuedDecision {
  int64_t scheduled_event_id = 0;
  int64_t scheduled_ms = 0;
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

// An open activity: scheduled, offered or started.
struct ActivityTask {
  int64_t scheduled_event_id = 0;
  std::shared_ptr<const journal::Event> scheduled;  // ActivityTaskScheduled, with the resolved timeouts
  int32_t attempt = 1;
  int32_t deliveries = 0;  // offers made of this attempt
  std::optional<Offer> offer;
  std::optional<Acknowledgement> acknowledged;
  int64_t started_event_id = 0;  // 0: not started
  int64_t last_heartbeat_ms = 0;
  std::shared_ptr<const journal::Payload> heartbeat_details;
  int64_t cancel_requested_event_id = 0;  // 0: none
};

struct Timer {
  int64_t started_event_id = 0;
  int64_t fire_ms = 0;
};

// An activity that a worker's answer closed; remembered so that the same answer, sent again, is answered as recorded.
struct ClosedActivity {
  int64_t scheduled_event_id = 0;
  int32_t attempt = 1;
  int32_t delivery = 0;
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
  std::optional<std::string> execution_context;
  int64_t latest_activity_ms = 0;  // of any activity event (facts.md §5)

  std::optional<DecisionTask> decision;
  std::optional<QueuedDecision> queued_decision;  // only while `decision` is started
  int64_t previous_started_event_id = 0;  // of the last completed decision task
  std::optional<DecisionAnswer> last_answer;
  std::string task_list_override;  // empty: the list of WorkflowExecutionStarted
  std::optional<int64_t> task_list_override_timeout_ms;

  std::map<int64_t, ActivityTask> activities;        // open, by scheduled event id
  std::map<std::string, int64_t> activity_ids;       // open activity id -> scheduled event id
  std::map<std::string, Timer> timers;               // open, by timer id
  std::vector<ClosedActivity> closed_activities;     // the last kRememberedAnswers, oldest first

  int64_t armed_deadline_ms = 0;  // what the execution's row says; 0: none

  bool exists() const { return identity != nullptr; }
  bool open() const { return exists() && close_status == 0; }
  const journal::WorkflowExecutionStartedAttributes& started() const {
    return identity->started.workflow_execution_started();
  }
  // Where decision tasks go now.
  const std::string& decision_task_list() const {
    return task_list_override.empty() ? started().task_list() : task_list_override;
  }
};

}  // namespace baton::core
