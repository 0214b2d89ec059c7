// OfferTask: gives a waiting task to a poller. A streamed offer waits for its acknowledgement; a unary one is final (design: hand-out).
#include "coordinator/core/commands/activity_delivery.h"
#include "coordinator/core/commands/commands.h"
#include "coordinator/core/draft.h"
#include "coordinator/core/fault.h"

namespace baton::core {
namespace {

void make_offer(Draft& draft, const OfferTask& command, int32_t attempt, int32_t delivery) {
  draft.record([&](journal::Record& record) {
    auto& made = *record.mutable_offer_made();
    made.set_scheduled_event_id(command.scheduled_event_id);
    if (attempt != 1) made.set_attempt(attempt);
    made.set_delivery(delivery);
    made.set_time_ms(draft.context().now_ms);
    made.set_identity(command.identity);
    made.set_instance_id(command.instance_id);
  });
}

absl::StatusOr<Commit> finish(Draft draft, const OfferReply& reply) {
  auto commit = std::move(draft).finish(reply);
  // Its history was full: the run ended instead.
  if (commit.ok() && !commit->runs[0].after.open()) commit->reply = EmptyReply{};
  return commit;
}

absl::StatusOr<Commit> offer_decision(const ExecutionState& state, const OfferTask& command, const Context& context) {
  Draft draft(state, context);
  if (state.decision->started_event_id == 0) {
    draft.event([&](journal::Event& event) {
      auto& started = *event.mutable_decision_task_started();
      started.set_identity(command.identity);
      started.set_scheduled_event_id(command.scheduled_event_id);
    });
  }
  const int32_t delivery = state.decision->deliveries + 1;
  make_offer(draft, command, 1, delivery);
  if (command.unary) {
    draft.record([&](journal::Record& record) {
      auto& acknowledged = *record.mutable_offer_acknowledged();
      acknowledged.set_scheduled_event_id(command.scheduled_event_id);
      acknowledged.set_delivery(delivery);
      acknowledged.set_time_ms(context.now_ms);
    });
  }
  const int64_t started_event_id = draft.state().decision ? draft.state().decision->started_event_id : 0;
  return finish(std::move(draft), {TaskKind::kDecision, command.scheduled_event_id, started_event_id, 1, delivery});
}

absl::StatusOr<Commit> offer_activity(const ExecutionState& state, const ActivityTask& task, const OfferTask& command,
                                      const Context& context) {
  Draft draft(state, context);
  const int32_t delivery = task.deliveries + 1, attempt = task.attempt;
  const TaskKind kind = task.kind();
  make_offer(draft, command, attempt, delivery);
  int64_t started_event_id = 0;
  if (command.unary) {
    acknowledge_activity(draft, {command.scheduled_event_id, 0, attempt, delivery}, command.identity, context.now_ms);
    const ActivityTask* started = draft.state().activities.get(command.scheduled_event_id);
    started_event_id = started == nullptr ? 0 : started->started_event_id;
  }
  return finish(std::move(draft), {kind, command.scheduled_event_id, started_event_id, attempt, delivery});
}

}  // namespace

absl::StatusOr<Commit> offer_task(const ExecutionState& state, const Caller&, const OfferTask& command, const Context& context) {
  if (state.decision && state.decision->scheduled_event_id == command.scheduled_event_id && state.can_be_offered(*state.decision)) {
    return offer_decision(state, command, context);
  }
  const ActivityTask* task = state.activities.get(command.scheduled_event_id);
  if (task != nullptr && state.can_be_offered(*task)) return offer_activity(state, *task, command, context);
  return fault(baton::v1::UNKNOWN_RESOURCE, "task", "task " + std::to_string(command.scheduled_event_id) + " does not wait for a poller");
}

}  // namespace baton::core
