// WithdrawOffer: the poller was silent, is gone, or gives the task back; it goes to someone else with the next delivery number.
#include "coordinator/core/commands/commands.h"
#include "coordinator/core/draft.h"
#include "coordinator/core/fault.h"

namespace baton::core {
namespace {

bool is_out(const std::optional<Offer>& offer, const TaskRef& task) { return offer && offer->delivery == task.delivery; }

}  // namespace

absl::StatusOr<Commit> withdraw_offer(const ExecutionState& state, const Caller&, const WithdrawOffer& command,
                                      const Context& context) {
  const TaskRef& task = command.task;
  const bool is_decision = state.decision && state.decision->scheduled_event_id == task.scheduled_event_id;
  const ActivityTask* activity = state.activities.get(task.scheduled_event_id);
  const bool out = is_decision ? is_out(state.decision->offer, task)
                               : activity != nullptr && activity->attempt == task.attempt && is_out(activity->offer, task);
  if (!out) {
    return fault(baton::v1::UNKNOWN_RESOURCE, "task_token",
                 "task_token: task " + std::to_string(task.scheduled_event_id) + " cannot be given back: it is acknowledged, or closed");
  }
  Draft draft(state, context);
  draft.record([&](journal::Record& record) {
    auto& withdrawn = *record.mutable_offer_withdrawn();
    withdrawn.set_scheduled_event_id(task.scheduled_event_id);
    if (task.attempt != 1) withdrawn.set_attempt(task.attempt);
    withdrawn.set_delivery(task.delivery);
    withdrawn.set_reason(command.reason);
    withdrawn.set_time_ms(context.now_ms);
  });
  return std::move(draft).finish(EmptyReply{});
}

}  // namespace baton::core
