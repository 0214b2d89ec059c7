// What lanes are asked to do.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <variant>

#include "absl/status/statusor.h"
#include "baton/v1/workflow_service.pb.h"
#include "coordinator/core/command.h"
#include "coordinator/core/commit.h"
#include "coordinator/engine/task_poller.h"
#include "coordinator/store/store.h"

namespace baton::engine {

// Somebody waits for something to happen to a run.
struct Await {
  int64_t until_ms = 0;   // then it is over
  std::string update_id;  // this update is answered; empty: everything that has happened until now is decided on
  int64_t signaled_event_id = 0;  // of the update
  // Of the latter: the last event when the run was first looked at, and which run that was.
  int64_t last_event_id = 0;
  core::RunId run_id = {};
};

// Whom to ask about a run, and what of it: see QueryTask. Of a query, everything but its own part.
struct QueryTarget {
  v1::QueryTask task;
  std::string task_list;
  std::string preferred_instance;  // keeps the run as its last decision left it; empty: none does
};

// What a command came to, once it is durable.
struct LaneReply {
  core::Reply reply;
  std::shared_ptr<v1::DescribeWorkflowExecutionResponse> description;  // of kDescribe
  std::shared_ptr<QueryTarget> query;  // of kAwait for a query
  bool in_vain = false;                // of kAwait: it has not happened, and its time is over
};

// In this order within one batch: what clients have done comes before what time does, and both before new offers.
enum class LaneWork : uint8_t {
  kAcknowledge,  // kept in memory until the run's next commit
  kHold,         // a reconnecting client's held task: acknowledged now
  kCommand,      // of a client: answered by `done`
  kForget,  // a decider no longer caches the run: `poller` says which
  kDescribe,
  kAwait,  // answered when it has happened: lane_await.cc
  kWithdraw,
  kFire,
  kOffer,  // of a task that waited, to `poller`
};

struct LaneRequest {
  LaneWork work = LaneWork::kCommand;
  core::Command command;

  // Whom it is about: a run, or (run.run_id empty) the open run of a workflow id. `workflow.workflow_id` is empty when only the run is known.
  store::RunKey run;
  store::WorkflowKey workflow;

  // Names a call that must not be applied twice; an empty id: not protected.
  std::string operation, request_id;

  Await await;  // of kAwait
  std::optional<store::OutboxKey> message;  // of ReceiveMessage and SettleMessage

  std::shared_ptr<TaskPoller> poller;       // kAcknowledge, kHold, kForget, kOffer; kWithdraw of what lapsed
  journal::v1::TaskToken token;             // kHold, kAcknowledge, kWithdraw
  std::function<void(absl::StatusOr<LaneReply>)> done;  // may be empty
  int64_t arrived_ms = 0;
  int rounds = 0;  // how often it was decided

  // Work that is no command has no body, which is to say an empty start.
  bool is_start() const {
    if (work != LaneWork::kCommand) return false;
    const auto* received = std::get_if<core::ReceiveMessage>(&command.body);
    return received != nullptr ? received->message->has_start_child() : std::holds_alternative<core::StartWorkflowExecution>(command.body);
  }
  // A start that signals the open run instead, if there is one.
  bool signals_open_run() const {
    const auto* start = std::get_if<core::StartWorkflowExecution>(&command.body);
    return start != nullptr && start->signal.has_value();
  }
  bool is_reset() const { return std::holds_alternative<core::ResetWorkflowExecution>(command.body); }
  bool is_delivery() const { return std::holds_alternative<core::ReceiveMessage>(command.body); }
  bool is_settlement() const { return std::holds_alternative<core::SettleMessage>(command.body); }
  bool protected_by_id() const { return !request_id.empty(); }
  store::ReceivedKey received_key() const { return {workflow, operation, request_id}; }
};

}  // namespace baton::engine
