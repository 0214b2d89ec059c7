#include "coordinator/core/describe.h"

#include "coordinator/core/journal_values.h"

namespace baton::core {
namespace {

using baton::v1::DescribeWorkflowExecutionResponse;

template <class Task>
baton::v1::TaskState state_of(const Task& task) {
  if (task.acknowledged) return baton::v1::TASK_STATE_STARTED;
  return task.offer ? baton::v1::TASK_STATE_OFFERED : baton::v1::TASK_STATE_SCHEDULED;
}

// Who was offered the task or works on it, and since when.
template <class Task, class Shown>
void show_holder(const Task& task, Shown* shown) {
  shown->set_state(state_of(task));
  shown->set_delivery(task.acknowledged ? task.acknowledged->delivery : task.deliveries);
  if (task.acknowledged) {
    shown->set_identity(task.acknowledged->identity);
    set_timestamp(task.acknowledged->time_ms, shown->mutable_started_time());
  } else if (task.offer) {
    shown->set_identity(task.offer->identity);
  }
}

void show_info(const ExecutionState& state, baton::v1::WorkflowExecutionInfo* info) {
  const auto& started = state.started();
  info->mutable_execution()->set_workflow_id(state.identity->workflow_id);
  info->mutable_execution()->set_run_id(state.identity->run_id.to_text());
  to_api(started.workflow_type(), info->mutable_workflow_type());
  set_timestamp(state.identity->started.time_ms(), info->mutable_start_time());
  info->set_execution_status(state.open() ? baton::v1::EXECUTION_STATUS_OPEN : baton::v1::EXECUTION_STATUS_CLOSED);
  if (!state.open()) {
    set_timestamp(state.close_ms, info->mutable_close_time());
    info->set_close_status(static_cast<baton::v1::CloseStatus>(state.close_status));
  }
  if (started.has_parent_workflow_execution()) to_api(started.parent_workflow_execution(), info->mutable_parent());
  for (const std::string& tag : started.tag_list()) info->add_tag_list(tag);
  info->set_cancel_requested(state.cancel_requested);
}

void show_configuration(const ExecutionState& state, baton::v1::WorkflowExecutionConfiguration* shown) {
  const auto& started = state.started();
  set_timeout(started.has_task_start_to_close_timeout_ms() ? started.task_start_to_close_timeout_ms() : kNoTimeoutMs,
              shown->mutable_task_start_to_close_timeout());
  set_timeout(started.has_execution_start_to_close_timeout_ms() ? started.execution_start_to_close_timeout_ms() : kNoTimeoutMs,
              shown->mutable_execution_start_to_close_timeout());
  shown->mutable_task_list()->set_name(started.task_list());
  shown->set_task_priority(started.task_priority());
  shown->set_child_policy(static_cast<baton::v1::ChildPolicy>(started.child_policy()));
  shown->set_lambda_role(started.lambda_role());
}

void show_activity(const ActivityTask& task, baton::v1::PendingActivity* shown) {
  const auto& scheduled = task.attributes();
  shown->set_activity_id(scheduled.activity_id());
  to_api(scheduled.activity_type(), shown->mutable_activity_type());
  shown->set_scheduled_event_id(task.scheduled_event_id);
  shown->set_started_event_id(task.started_event_id);
  shown->mutable_task_list()->set_name(scheduled.task_list());
  shown->set_attempt(task.attempt);
  set_timestamp(task.scheduled->time_ms(), shown->mutable_scheduled_time());
  if (task.last_heartbeat_ms != 0) set_timestamp(task.last_heartbeat_ms, shown->mutable_last_heartbeat_time());
  if (task.heartbeat_details != nullptr) to_api(*task.heartbeat_details, shown->mutable_heartbeat_details());
  shown->set_cancel_requested(task.cancel_requested_event_id != 0);
  if (task.parked_until_ms != 0) set_timestamp(task.parked_until_ms, shown->mutable_parked_until());
  if (const AttemptFailure* failure = task.last_failure.get()) {
    shown->set_last_timeout_type(static_cast<baton::v1::ActivityTaskTimeoutType>(failure->timeout_type));
    shown->set_last_failure_reason(failure->reason);
    if (failure->details) to_api(*failure->details, shown->mutable_last_failure_details());
  }
  show_holder(task, shown);
}

void show_function(const ActivityTask& task, baton::v1::PendingFunction* shown) {
  shown->set_id(task.function().id());
  shown->set_name(task.function().name());
  shown->set_scheduled_event_id(task.scheduled_event_id);
  shown->set_started_event_id(task.started_event_id);
  set_timestamp(task.scheduled->time_ms(), shown->mutable_scheduled_time());
  show_holder(task, shown);
}

void show_decision(const ExecutionState& state, baton::v1::PendingDecision* shown) {
  const DecisionTask& task = *state.decision;
  shown->set_scheduled_event_id(task.scheduled_event_id);
  shown->set_started_event_id(task.started_event_id);
  shown->mutable_task_list()->set_name(task.task_list);
  set_timestamp(task.scheduled_ms, shown->mutable_scheduled_time());
  if (task.parked_until_ms != 0) set_timestamp(task.parked_until_ms, shown->mutable_parked_until());
  if (const DecisionFailure* failure = state.decision_failure.get()) {
    shown->set_failure_reason(failure->reason);
    shown->set_consecutive_failures(failure->count);
    if (failure->details) to_api(*failure->details, shown->mutable_failure_details());
  }
  shown->set_queued(state.queued_decision.has_value());
  show_holder(task, shown);
}

// What is pending, as long as there is room for it in a response.
class PendingRoom {
 public:
  // Adds one and fills it in; takes it back if it is too much.
  template <class Pending, class Fill>
  void add(google::protobuf::RepeatedPtrField<Pending>* shown, Fill fill) {
    if (bytes_ > kMaxDescribedPendingBytes || shown->size() == kMaxDescribedPending) return;
    Pending* pending = shown->Add();
    fill(pending);
    bytes_ += pending->ByteSizeLong() + kTagAndLength;
    if (bytes_ > kMaxDescribedPendingBytes) shown->RemoveLast();
  }

 private:
  static constexpr size_t kTagAndLength = 8;
  size_t bytes_ = 0;
};

void show_pending(const ExecutionState& state, DescribeWorkflowExecutionResponse& shown) {
  PendingRoom room;
  for (const auto& [id, open] : state.activities) {
    const ActivityTask& task = open;
    if (task.is_function()) {
      room.add(shown.mutable_pending_functions(), [&](baton::v1::PendingFunction* pending) { show_function(task, pending); });
    } else {
      room.add(shown.mutable_pending_activities(), [&](baton::v1::PendingActivity* pending) { show_activity(task, pending); });
    }
  }
  for (const auto& [timer_id, open] : state.timers) {
    const Timer& timer = open;
    const std::string& id = timer_id;
    room.add(shown.mutable_pending_timers(), [&](baton::v1::PendingTimer* pending) {
      pending->set_timer_id(id);
      pending->set_started_event_id(timer.started_event_id);
      set_timestamp(timer.fire_ms, pending->mutable_fire_time());
    });
  }
  for (const auto& [update_id, open] : state.updates) {
    const Update& update = open;
    const std::string& id = update_id;
    room.add(shown.mutable_pending_updates(), [&](baton::v1::PendingUpdate* pending) {
      pending->set_update_id(id);
      pending->set_update_name(update.name);
      pending->set_signaled_event_id(update.signaled_event_id);
      set_timestamp(update.signaled_ms, pending->mutable_signaled_time());
    });
  }
}

}  // namespace

DescribeWorkflowExecutionResponse describe(const ExecutionState& state) {
  DescribeWorkflowExecutionResponse shown;
  show_info(state, shown.mutable_execution_info());
  show_configuration(state, shown.mutable_execution_configuration());
  auto& counts = *shown.mutable_open_counts();
  counts.set_open_activity_tasks(static_cast<int32_t>(state.activity_ids.size()));
  counts.set_open_decision_tasks(state.decision ? 1 : 0);
  counts.set_open_timers(static_cast<int32_t>(state.timers.size()));
  counts.set_open_child_workflow_executions(static_cast<int32_t>(state.children.size()));
  counts.set_open_lambda_functions(static_cast<int32_t>(state.function_ids.size()));
  counts.set_open_updates(static_cast<int32_t>(state.updates.size()));
  if (state.latest_activity_ms != 0) set_timestamp(state.latest_activity_ms, shown.mutable_latest_activity_task_time());
  if (state.execution_context != nullptr) shown.set_latest_execution_context(*state.execution_context);
  show_pending(state, shown);
  if (state.decision) show_decision(state, shown.mutable_pending_decision());
  if (state.search_attributes != nullptr) {
    for (const auto& [name, attribute] : *state.search_attributes) to_api(attribute, &(*shown.mutable_search_attributes())[name]);
  }
  if (state.pause) {
    set_timestamp(state.pause->since_ms, shown.mutable_pause()->mutable_since());
    shown.mutable_pause()->set_reason(state.pause->reason);
  }
  shown.set_history_length(state.last_event_id);
  return shown;
}

}  // namespace baton::core
