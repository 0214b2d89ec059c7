// AcknowledgeTask: the first acknowledgement of an attempt in the journal wins, whatever its delivery (design: acknowledged hand-out).
#include <algorithm>

#include "coordinator/core/commands/activity_delivery.h"
#include "coordinator/core/commands/commands.h"
#include "coordinator/core/commands/decision_delivery.h"
#include "coordinator/core/fault.h"

namespace baton::core {
namespace {

absl::StatusOr<Commit> acknowledge_decision(const ExecutionState& state, const AcknowledgeTask& command, const Context& context) {
  const DecisionTask& open = *state.decision;
  const TaskRef& task = command.task;
  const std::string what = "task_token: decision task " + std::to_string(task.scheduled_event_id);
  if (open.started_event_id != task.started_event_id || task.delivery < 1 || task.delivery > open.deliveries) {
    return fault(baton::v1::UNKNOWN_RESOURCE, "task_token", what + " was not handed out like this; drop it");
  }
  const AnsweredTask* answered = find_answer(state, task);
  if (answered != nullptr && answered->answer == Answer::kGivenUp) return repeat(state, context);  // its answer came first
  if (task.delivery <= open.given_up_delivery) {
    return fault(baton::v1::SUPERSEDED, "task_token", what + " was given up by another poller: this delivery of it does not count");
  }
  if (open.acknowledged) {
    if (open.acknowledged->delivery == task.delivery) return repeat(state, context);
    return fault(baton::v1::SUPERSEDED, "task_token", what + " was acknowledged by another poller first; drop it");
  }
  Draft draft(state, context);
  const bool by_open_offer = open.offer && open.offer->delivery == task.delivery;
  draft.record([&](journal::Record& record) {
    auto& acknowledged = *record.mutable_offer_acknowledged();
    acknowledged.set_scheduled_event_id(task.scheduled_event_id);
    acknowledged.set_delivery(task.delivery);
    acknowledged.set_time_ms(std::min(command.time_ms, context.now_ms));
    if (!by_open_offer) acknowledged.set_identity(command.identity);
  });
  return std::move(draft).finish(EmptyReply{});
}

}  // namespace

absl::StatusOr<Commit> acknowledge_task(const ExecutionState& state, const Caller&, const AcknowledgeTask& command,
                                        const Context& context) {
  if (state.decision && state.decision->scheduled_event_id == command.task.scheduled_event_id) {
    return acknowledge_decision(state, command, context);
  }
  if (find_answer(state, command.task) != nullptr) return repeat(state, context);  // its answer came first
  const auto open = find_delivery(state, command.task);
  if (!open.ok()) return open.status();
  if ((*open)->acknowledged) return repeat(state, context);
  Draft draft(state, context);
  acknowledge_activity(draft, command.task, command.identity, std::min(command.time_ms, context.now_ms));
  return std::move(draft).finish(EmptyReply{});
}

}  // namespace baton::core
