// What a coordinator does, without threads, wire and database: the core decides, messages between
// executions are delivered, tasks wait in one line, and nothing happens unless it is asked for.
#pragma once

#include <deque>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "baton/v1/history_event.pb.h"
#include "coordinator/core/command.h"
#include "coordinator/core/commit.h"
#include "coordinator/engine/cached_run.h"
#include "known_types.h"

namespace baton::testing::detail {

using Events = google::protobuf::RepeatedPtrField<v1::HistoryEvent>;

class SimulatedCoordinator {
 public:
  struct Run {
    engine::CachedRun known;  // of which only the key and the state are used
    Events events;

    const core::ExecutionState& state() const { return known.state; }
  };
  // A task that was waiting when it was put here.
  struct Waiting {
    core::TaskKind kind;
    core::RunId run;
    int64_t scheduled_event_id;
  };

  explicit SimulatedCoordinator(const KnownTypes& types) : types_(types) {}

  int64_t now_ms = 0;

  absl::StatusOr<core::RunId> start(v1::StartWorkflowExecutionRequest request);
  // Of the run, or (empty) of the open run of the workflow id.
  absl::StatusOr<core::Reply> on_execution(const std::string& workflow_id, const std::string& run_id,
                                           core::Command command);
  absl::StatusOr<core::Reply> on_run(const core::RunId& run_id, core::Command command);

  // The run id, or (empty) the last run of the workflow id; null: there is none.
  const Run* find(const std::string& workflow_id, const std::string& run_id) const;
  const Run& run(const core::RunId& run_id) const { return *runs_.at(run_id); }

  // The next task that still waits, in the order in which they began to.
  std::optional<Waiting> next_task();
  // One message between executions. False: there is none.
  bool deliver_message();
  // When the next thing is due by itself, timeouts of whole executions aside if not asked for.
  std::optional<int64_t> next_deadline_ms(bool with_execution_timeouts) const;
  // Everything that is due now. `heartbeats`: of activities whose workers are alive.
  void fire_deadlines(const std::map<core::RunId, std::vector<core::HeldHeartbeat>>& heartbeats);

  core::RunId new_run_id();

 private:
  struct Message {
    core::RunId source;
    core::MessageKey key;
    std::shared_ptr<const journal::v1::Message> content;
  };

  absl::StatusOr<core::Reply> decide(const core::ExecutionState& state, core::Command command);
  void keep(core::RunCommit& commit);
  absl::StatusOr<core::RunId> receive(const Message& message);
  core::RunId open_run_of(const std::string& workflow_id) const;

  const KnownTypes& types_;
  const core::Limits limits_;
  std::map<core::RunId, std::unique_ptr<Run>> runs_;
  std::map<std::string, core::RunId> last_runs_;  // by workflow id
  std::deque<Waiting> waiting_;
  std::deque<Message> messages_;
  uint64_t made_run_ids_ = 0;
};

}  // namespace baton::testing::detail
