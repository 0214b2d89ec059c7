// Acknowledged hand-out: offers, acknowledgements and withdrawals of both kinds of tasks (design: engine, acknowledged hand-out).
#include <algorithm>
#include <utility>

#include "coordinator/core/apply/fold.h"

namespace baton::core::fold {
namespace {

// Both kinds keep their hand-out in members of the same names.
template <class Task>
absl::Status make_offer(const ExecutionState& state, Task& task, const journal::OfferMade& record) {
  if (!task.waiting()) return misfit(state, "an offer of a task that someone has");
  if (record.delivery() != task.deliveries + 1) return misfit(state, "an offer out of its order");
  task.deliveries = record.delivery();
  task.offer = Offer{record.delivery(), record.time_ms(), record.identity(), record.instance_id()};
  return absl::OkStatus();
}

template <class Task>
absl::Status acknowledge(const ExecutionState& state, Task& task, const journal::OfferAcknowledged& record) {
  if (task.acknowledged) return misfit(state, "a second acknowledgement");
  if (record.delivery() < 1 || record.delivery() > task.deliveries) return misfit(state, "an acknowledgement of no offer");
  Acknowledgement& kept = task.acknowledged.emplace();
  kept.delivery = record.delivery();
  kept.time_ms = record.time_ms();
  const bool is_open_offer = task.offer && task.offer->delivery == record.delivery();
  kept.identity = record.identity().empty() && is_open_offer ? std::move(task.offer->identity) : record.identity();
  task.offer.reset();
  return absl::OkStatus();
}

template <class Task>
absl::Status withdraw(const ExecutionState& state, Task& task, const journal::OfferWithdrawn& record) {
  if (!task.offer || task.offer->delivery != record.delivery()) return misfit(state, "a withdrawal of no open offer");
  task.offer.reset();
  return absl::OkStatus();
}

template <class Task>
absl::Status end_back_off(const ExecutionState& state, Task& task, const journal::BackOffEnded& record) {
  if (task.parked_until_ms == 0) return misfit(state, "the end of a back-off of a task that is not parked");
  task.parked_until_ms = 0;
  task.available_ms = record.time_ms();
  return absl::OkStatus();
}

bool is_decision(const ExecutionState& state, int64_t scheduled_event_id) {
  return state.decision && state.decision->scheduled_event_id == scheduled_event_id;
}

// Lets `change` change the activity that `record` is about.
template <class Record, class Change>
absl::Status change_activity(ExecutionState& state, const Record& record, Change change) {
  const ActivityTask* open = state.activities.get(record.scheduled_event_id());
  if (open == nullptr) return misfit(state, "a hand-out of a task that is not open");
  if (open->attempt != std::max(1, record.attempt())) return misfit(state, "a hand-out of another attempt");
  ActivityTask task = *open;
  absl::Status changed = change(state, task, record);
  if (changed.ok()) state.activities.put(record.scheduled_event_id(), std::move(task));
  return changed;
}

}  // namespace

absl::Status offer_made(ExecutionState& state, const journal::OfferMade& record) {
  if (!is_decision(state, record.scheduled_event_id())) return change_activity(state, record, make_offer<ActivityTask>);
  if (state.decision->started_event_id == 0) return misfit(state, "an offer of a decision task before DecisionTaskStarted");
  return make_offer(state, *state.decision, record);
}

absl::Status offer_acknowledged(ExecutionState& state, const journal::OfferAcknowledged& record) {
  if (!is_decision(state, record.scheduled_event_id())) return change_activity(state, record, acknowledge<ActivityTask>);
  if (record.delivery() <= state.decision->given_up_delivery) return misfit(state, "an acknowledgement of an offer that is over");
  return acknowledge(state, *state.decision, record);
}

absl::Status offer_withdrawn(ExecutionState& state, const journal::OfferWithdrawn& record) {
  if (!is_decision(state, record.scheduled_event_id())) return change_activity(state, record, withdraw<ActivityTask>);
  return withdraw(state, *state.decision, record);
}

absl::Status back_off_ended(ExecutionState& state, const journal::BackOffEnded& record) {
  if (!is_decision(state, record.scheduled_event_id())) return change_activity(state, record, end_back_off<ActivityTask>);
  return end_back_off(state, *state.decision, record);
}

}  // namespace baton::core::fold
