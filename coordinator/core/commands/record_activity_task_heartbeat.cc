// RecordActivityTaskHeartbeat: the task is alive. Kept in the journal every half of the heartbeat timeout (design: hand-out).
#include <algorithm>

#include "coordinator/core/commands/activity_delivery.h"
#include "coordinator/core/commands/commands.h"
#include "coordinator/core/journal_values.h"
#include "coordinator/core/names.h"

namespace baton::core {
namespace {

bool is_kept(const ActivityTask& task, int64_t now_ms) {
  const int64_t timeout_ms = task.heartbeat_timeout_ms();
  const int64_t every_ms = timeout_ms == kNoTimeoutMs ? kHeartbeatKeptMs : timeout_ms / 2;
  const int64_t started_ms = task.acknowledged ? task.acknowledged->time_ms : now_ms;
  return now_ms - std::max(started_ms, task.last_heartbeat_ms) >= every_ms;
}

}  // namespace

absl::StatusOr<Commit> record_activity_task_heartbeat(const ExecutionState& state, const Caller&,
                                                      const RecordActivityTaskHeartbeat& command, const Context& context) {
  if (absl::Status s = check_payload("details", command.heartbeat.details(), kMaxHeartbeatDetailsBytes); !s.ok()) return s;
  const auto open = find_delivery(state, command.task);
  if (!open.ok()) return open.status();
  const HeartbeatReply reply{(*open)->cancel_requested_event_id != 0};
  Draft draft(state, context);
  acknowledge_activity(draft, command.task, command.identity, context.now_ms);
  if (is_kept(**open, context.now_ms)) {
    draft.record([&](journal::Record& record) {
      auto& recorded = *record.mutable_heartbeat_recorded();
      recorded.set_scheduled_event_id(command.task.scheduled_event_id);
      recorded.set_time_ms(context.now_ms);
      if (command.heartbeat.has_details()) *recorded.mutable_details() = to_journal(command.heartbeat.details());
    });
  }
  return std::move(draft).finish(reply);
}

}  // namespace baton::core
