#include "coordinator/core/commands/activity_delivery.h"

#include <algorithm>

#include "coordinator/core/fault.h"

namespace baton::core {
namespace {

absl::Status refused(baton::v1::Fault reason, const TaskRef& task, const std::string& why) {
  const std::string kind = task.started_event_id != 0 ? "decision task " : "activity task ";
  return fault(reason, "task_token", "task_token: " + kind + std::to_string(task.scheduled_event_id) + " " + why + "; drop it");
}

// The answer that closed the task, whoever gave it.
const AnsweredTask* find_any_answer(const ExecutionState& state, const TaskRef& task) {
  return state.answered.find_newest([&](const AnsweredTask& a) { return a.scheduled_event_id == task.scheduled_event_id; });
}

std::string text_of(Answer answer) {
  if (answer == Answer::kFailed) return "failed";
  return answer == Answer::kCanceled ? "canceled" : "completed";
}

absl::Status why_closed(const ExecutionState& state, const TaskRef& task) {
  using baton::v1::SUPERSEDED, baton::v1::UNKNOWN_RESOURCE;
  if (const AnsweredTask* answered = find_any_answer(state, task)) {
    if (answered->attempt != task.attempt) return refused(UNKNOWN_RESOURCE, task, "was answered in another attempt");
    const bool is_it = answered->delivery == task.delivery;
    if (!is_it) return refused(SUPERSEDED, task, "was answered by another poller: this delivery of it does not count");
    return refused(UNKNOWN_RESOURCE, task, "was answered as " + text_of(answered->answer) + " before, and that stands");
  }
  if (!state.open()) return refused(UNKNOWN_RESOURCE, task, "ended with its execution");
  return refused(UNKNOWN_RESOURCE, task, "is closed (timed out, canceled before it was started, or answered long ago)");
}

}  // namespace

absl::StatusOr<const ActivityTask*> find_delivery(const ExecutionState& state, const TaskRef& task) {
  using baton::v1::SUPERSEDED, baton::v1::UNKNOWN_RESOURCE;
  if (!state.exists()) return refused(UNKNOWN_RESOURCE, task, "belongs to a run that does not exist");
  const ActivityTask* open = state.activities.get(task.scheduled_event_id);
  if (open == nullptr) return why_closed(state, task);
  if (open->attempt != task.attempt) return refused(UNKNOWN_RESOURCE, task, "is at another attempt");
  if (task.delivery < 1 || task.delivery > open->deliveries) return refused(UNKNOWN_RESOURCE, task, "was not handed out like this");
  if (open->acknowledged && open->acknowledged->delivery != task.delivery) {
    return refused(SUPERSEDED, task, "was acknowledged by another poller first: this delivery of it does not count");
  }
  return open;
}

absl::StatusOr<Commit> repeat(const ExecutionState& state, const Context& context) {
  return Draft(state, context).finish(RepeatReply{});
}

void acknowledge_activity(Draft& draft, const TaskRef& task, const std::string& identity, int64_t time_ms) {
  const ActivityTask* open = draft.state().activities.get(task.scheduled_event_id);
  if (open == nullptr || open->acknowledged) return;
  const bool is_first = open->started_event_id == 0;  // of all attempts
  const bool is_function = open->is_function();
  const bool by_open_offer = open->offer && open->offer->delivery == task.delivery;
  const std::string worker = by_open_offer ? open->offer->identity : identity;
  draft.record([&](journal::Record& record) {
    auto& acknowledged = *record.mutable_offer_acknowledged();
    acknowledged.set_scheduled_event_id(task.scheduled_event_id);
    if (task.attempt != 1) acknowledged.set_attempt(task.attempt);
    acknowledged.set_delivery(task.delivery);
    acknowledged.set_time_ms(time_ms);
    if (!by_open_offer) acknowledged.set_identity(identity);
  });
  if (!is_first) return;
  draft.event_at(time_ms, [&](journal::Event& event) {
    if (is_function) return event.mutable_lambda_function_started()->set_scheduled_event_id(task.scheduled_event_id);
    auto& started = *event.mutable_activity_task_started();
    started.set_identity(worker);
    started.set_scheduled_event_id(task.scheduled_event_id);
  });
}

}  // namespace baton::core
