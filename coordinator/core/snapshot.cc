#include "coordinator/core/snapshot.h"

#include <google/protobuf/io/coded_stream.h>
#include <google/protobuf/io/zero_copy_stream_impl_lite.h>

#include <utility>

#include "baton/journal/v1/snapshot.pb.h"
#include "coordinator/core/limits.h"

namespace baton::core {
namespace {

using journal::Snapshot;

// --- to ------------------------------------------------------------------------------------------------------------------------

template <class Task, class Kept>
void keep_hand_out(const Task& task, Kept* kept) {
  kept->set_deliveries(task.deliveries);
  if (task.offer) {
    auto& offer = *kept->mutable_offer();
    offer.set_delivery(task.offer->delivery);
    offer.set_made_ms(task.offer->made_ms);
    offer.set_identity(task.offer->identity);
    offer.set_instance_id(task.offer->instance_id);
  }
  if (task.acknowledged) {
    auto& acknowledged = *kept->mutable_acknowledged();
    acknowledged.set_delivery(task.acknowledged->delivery);
    acknowledged.set_time_ms(task.acknowledged->time_ms);
    acknowledged.set_identity(task.acknowledged->identity);
  }
}

void keep_decision(const DecisionTask& task, Snapshot::DecisionTask* kept) {
  kept->set_scheduled_event_id(task.scheduled_event_id);
  kept->set_scheduled_ms(task.scheduled_ms);
  kept->set_started_event_id(task.started_event_id);
  kept->set_started_ms(task.started_ms);
  kept->set_task_list(task.task_list);
  kept->set_schedule_to_start_timeout_ms(task.schedule_to_start_timeout_ms);
  kept->set_available_ms(task.available_ms);
  kept->set_parked_until_ms(task.parked_until_ms);
  kept->set_given_up_delivery(task.given_up_delivery);
  keep_hand_out(task, kept);
}

void keep_queued(const QueuedDecision& task, Snapshot::QueuedDecision* kept) {
  kept->set_scheduled_event_id(task.scheduled_event_id);
  kept->set_scheduled_ms(task.scheduled_ms);
  kept->set_task_list(task.task_list);
  kept->set_schedule_to_start_timeout_ms(task.schedule_to_start_timeout_ms);
}

void keep_answer(const DecisionAnswer& answer, Snapshot::DecisionAnswer* kept) {
  kept->set_scheduled_event_id(answer.scheduled_event_id);
  kept->set_started_event_id(answer.started_event_id);
  kept->set_delivery(answer.delivery);
  kept->set_instance_id(answer.instance_id);
  kept->set_run_cached(answer.run_cached);
  kept->set_abandoned(answer.abandoned);
}

void keep_failure(const DecisionFailure& failure, Snapshot::DecisionFailure* kept) {
  kept->set_count(failure.count);
  kept->set_reason(failure.reason);
  if (failure.details) *kept->mutable_details() = *failure.details;
}

void keep_activity(const ActivityTask& task, Snapshot::ActivityTask* kept) {
  kept->set_scheduled_event_id(task.scheduled_event_id);
  *kept->mutable_scheduled() = *task.scheduled;
  kept->set_attempt(task.attempt);
  kept->set_started_event_id(task.started_event_id);
  kept->set_last_heartbeat_ms(task.last_heartbeat_ms);
  if (task.heartbeat_details != nullptr) *kept->mutable_heartbeat_details() = *task.heartbeat_details;
  kept->set_cancel_requested_event_id(task.cancel_requested_event_id);
  kept->set_available_ms(task.available_ms);
  kept->set_parked_until_ms(task.parked_until_ms);
  if (const AttemptFailure* failure = task.last_failure.get()) {
    kept->mutable_last_failure()->set_timeout_type(failure->timeout_type);
    kept->mutable_last_failure()->set_reason(failure->reason);
    if (failure->details) *kept->mutable_last_failure()->mutable_details() = *failure->details;
  }
  keep_hand_out(task, kept);
}

Snapshot keep(const ExecutionState& state) {
  Snapshot kept;
  kept.set_core_version(kCoreVersion);
  *kept.mutable_started() = state.identity->started;
  kept.set_domain(state.identity->domain);
  kept.set_workflow_id(state.identity->workflow_id);
  kept.set_run_id(std::string(state.identity->run_id.view()));
  kept.set_close_status(state.close_status);
  kept.set_close_time_ms(state.close_ms);
  kept.set_last_event_id(state.last_event_id);
  kept.set_last_event_time_ms(state.last_event_ms);
  kept.set_cancel_requested(state.cancel_requested);
  if (state.pause) {
    kept.mutable_pause()->set_since_ms(state.pause->since_ms);
    kept.mutable_pause()->set_reason(state.pause->reason);
  }
  if (state.search_attributes != nullptr) {
    kept.mutable_search_attributes()->insert(state.search_attributes->begin(), state.search_attributes->end());
  }
  kept.set_history_warned_event_id(state.history_warned_event_id);
  kept.set_last_decision_event_id(state.last_decision_event_id);
  if (state.execution_context != nullptr) kept.set_execution_context(*state.execution_context);
  kept.set_latest_activity_time_ms(state.latest_activity_ms);
  kept.set_armed_deadline_ms(state.armed_deadline_ms);
  if (state.decision) keep_decision(*state.decision, kept.mutable_decision());
  if (state.queued_decision) keep_queued(*state.queued_decision, kept.mutable_queued_decision());
  kept.set_previous_started_event_id(state.previous_started_event_id);
  if (state.last_answer) keep_answer(*state.last_answer, kept.mutable_last_answer());
  if (state.decision_failure != nullptr) keep_failure(*state.decision_failure, kept.mutable_decision_failure());
  for (const auto& [id, task] : state.activities) keep_activity(task, kept.add_activities());
  for (const auto& [timer_id, timer] : state.timers) {
    auto& open = *kept.add_timers();
    open.set_timer_id(timer_id);
    open.set_started_event_id(timer.started_event_id);
    open.set_fire_ms(timer.fire_ms);
  }
  for (const auto& [id, child] : state.children) {
    auto& open = *kept.add_children();
    open.set_initiated_event_id(id);
    *open.mutable_initiated() = *child.initiated;
    open.set_started_event_id(child.started_event_id);
  }
  for (const auto& [update_id, update] : state.updates) {
    auto& open = *kept.add_updates();
    open.set_update_id(update_id);
    open.set_name(update.name);
    open.set_signaled_event_id(update.signaled_event_id);
    open.set_signaled_ms(update.signaled_ms);
  }
  for (const auto& [id, request] : state.external_requests) {
    auto& open = *kept.add_external_requests();
    open.set_initiated_event_id(id);
    *open.mutable_initiated() = *request;
  }
  state.answered.for_each([&](const AnsweredTask& answered) {
    auto& entry = *kept.add_answered();
    entry.set_scheduled_event_id(answered.scheduled_event_id);
    entry.set_attempt(answered.attempt);
    entry.set_delivery(answered.delivery);
    entry.set_answer(static_cast<int32_t>(answered.answer));
  });
  kept.set_task_list_override(state.task_list_override);
  if (state.task_list_override_timeout_ms) kept.set_task_list_override_timeout_ms(*state.task_list_override_timeout_ms);
  return kept;
}

// --- from ----------------------------------------------------------------------------------------------------------------------

template <class Kept, class Task>
void take_hand_out(const Kept& kept, Task& task) {
  task.deliveries = kept.deliveries();
  if (kept.has_offer()) {
    const auto& offer = kept.offer();
    task.offer = Offer{offer.delivery(), offer.made_ms(), offer.identity(), offer.instance_id()};
  }
  if (kept.has_acknowledged()) {
    const auto& acknowledged = kept.acknowledged();
    task.acknowledged = Acknowledgement{acknowledged.delivery(), acknowledged.time_ms(), acknowledged.identity()};
  }
}

DecisionTask take_decision(const Snapshot::DecisionTask& kept) {
  DecisionTask task;
  task.scheduled_event_id = kept.scheduled_event_id();
  task.scheduled_ms = kept.scheduled_ms();
  task.task_list = kept.task_list();
  task.schedule_to_start_timeout_ms = kept.schedule_to_start_timeout_ms();
  task.available_ms = kept.available_ms();
  task.started_event_id = kept.started_event_id();
  task.started_ms = kept.started_ms();
  task.parked_until_ms = kept.parked_until_ms();
  task.given_up_delivery = kept.given_up_delivery();
  take_hand_out(kept, task);
  return task;
}

std::shared_ptr<const DecisionFailure> take_failure(const Snapshot::DecisionFailure& kept) {
  auto failure = std::make_shared<DecisionFailure>();
  failure->count = kept.count();
  failure->reason = kept.reason();
  if (kept.has_details()) failure->details = kept.details();
  return failure;
}

void take_activity(const Snapshot::ActivityTask& kept, ExecutionState& state) {
  ActivityTask task;
  task.scheduled_event_id = kept.scheduled_event_id();
  task.scheduled = std::make_shared<const journal::Event>(kept.scheduled());
  task.attempt = kept.attempt();
  task.started_event_id = kept.started_event_id();
  task.last_heartbeat_ms = kept.last_heartbeat_ms();
  if (kept.has_heartbeat_details()) task.heartbeat_details = std::make_shared<const journal::Payload>(kept.heartbeat_details());
  task.cancel_requested_event_id = kept.cancel_requested_event_id();
  task.available_ms = kept.available_ms();
  task.parked_until_ms = kept.parked_until_ms();
  if (kept.has_last_failure()) {
    auto failure = std::make_shared<AttemptFailure>();
    failure->timeout_type = static_cast<journal::ActivityTaskTimeoutType>(kept.last_failure().timeout_type());
    failure->reason = kept.last_failure().reason();
    if (kept.last_failure().has_details()) failure->details = kept.last_failure().details();
    task.last_failure = std::move(failure);
  }
  take_hand_out(kept, task);
  if (task.is_function()) {
    state.function_ids.put(task.function().id(), kept.scheduled_event_id());
  } else {
    state.activity_ids.put(task.attributes().activity_id(), kept.scheduled_event_id());
  }
  state.activities.put(kept.scheduled_event_id(), std::move(task));
}

void take_tasks(const Snapshot& kept, ExecutionState& state) {
  if (kept.has_decision()) state.decision = take_decision(kept.decision());
  if (kept.has_queued_decision()) {
    const auto& queued = kept.queued_decision();
    state.queued_decision =
        QueuedDecision{queued.scheduled_event_id(), queued.scheduled_ms(), queued.task_list(), queued.schedule_to_start_timeout_ms()};
  }
  if (kept.has_last_answer()) {
    const auto& answer = kept.last_answer();
    state.last_answer = DecisionAnswer{answer.scheduled_event_id(), answer.started_event_id(), answer.delivery(),
                                       answer.instance_id(),        answer.run_cached(),       answer.abandoned()};
  }
  if (kept.has_decision_failure()) state.decision_failure = take_failure(kept.decision_failure());
  for (const auto& activity : kept.activities()) take_activity(activity, state);
  for (const auto& timer : kept.timers()) state.timers.put(timer.timer_id(), Timer{timer.started_event_id(), timer.fire_ms()});
  for (const auto& child : kept.children()) {
    state.children.put(child.initiated_event_id(),
                       ChildExecution{std::make_shared<const journal::Event>(child.initiated()), child.started_event_id()});
  }
  for (const auto& update : kept.updates()) {
    state.updates.put(update.update_id(), Update{update.signaled_event_id(), update.signaled_ms(), update.name()});
  }
  for (const auto& request : kept.external_requests()) {
    state.external_requests.put(request.initiated_event_id(), std::make_shared<const journal::Event>(request.initiated()));
  }
  for (const auto& answered : kept.answered()) {
    state.answered.push({answered.scheduled_event_id(), answered.attempt(), answered.delivery(), static_cast<Answer>(answered.answer())},
                        kRememberedAnswers);
  }
}

}  // namespace

std::string to_snapshot(const ExecutionState& state) {
  std::string bytes;
  if (!state.exists()) return bytes;
  google::protobuf::io::StringOutputStream stream(&bytes);
  google::protobuf::io::CodedOutputStream coded(&stream);
  coded.SetSerializationDeterministic(true);  // headers are a map
  keep(state).SerializeToCodedStream(&coded);
  coded.Trim();
  return bytes;
}

absl::StatusOr<ExecutionState> from_snapshot(const std::string& bytes) {
  Snapshot kept;
  if (!kept.ParseFromString(bytes)) return absl::DataLossError("a snapshot that is none");
  if (kept.core_version() != kCoreVersion) {
    return absl::DataLossError("a snapshot of core version " + std::to_string(kept.core_version()));
  }
  const auto run_id = RunId::from_bytes(kept.run_id());
  if (!run_id || !kept.started().has_workflow_execution_started()) return absl::DataLossError("a snapshot of no run");
  ExecutionState state;
  auto identity = std::make_shared<ExecutionIdentity>();
  identity->domain = kept.domain();
  identity->workflow_id = kept.workflow_id();
  identity->run_id = *run_id;
  identity->started = kept.started();
  state.identity = std::move(identity);
  state.close_status = kept.close_status();
  state.close_ms = kept.close_time_ms();
  state.last_event_id = kept.last_event_id();
  state.last_event_ms = kept.last_event_time_ms();
  state.cancel_requested = kept.cancel_requested();
  if (kept.has_pause()) state.pause = Pause{kept.pause().since_ms(), kept.pause().reason()};
  if (!kept.search_attributes().empty()) {
    state.search_attributes = std::make_shared<const SearchAttributes>(kept.search_attributes().begin(), kept.search_attributes().end());
  }
  state.history_warned_event_id = kept.history_warned_event_id();
  state.last_decision_event_id = kept.last_decision_event_id();
  if (kept.has_execution_context()) state.execution_context = std::make_shared<const std::string>(kept.execution_context());
  state.latest_activity_ms = kept.latest_activity_time_ms();
  state.armed_deadline_ms = kept.armed_deadline_ms();
  state.previous_started_event_id = kept.previous_started_event_id();
  state.task_list_override = kept.task_list_override();
  if (kept.has_task_list_override_timeout_ms()) state.task_list_override_timeout_ms = kept.task_list_override_timeout_ms();
  take_tasks(kept, state);
  return state;
}

}  // namespace baton::core
