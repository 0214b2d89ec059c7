// RespondActivityTaskCompleted, ...Failed, ...Canceled: the first answer closes the task, or its attempt when the retry policy has another one;
// the same one, sent again, is answered alike. They close calls of functions, too.
#include "coordinator/core/commands/activity_delivery.h"
#include "coordinator/core/commands/activity_retry.h"
#include "coordinator/core/commands/commands.h"
#include "coordinator/core/commands/decision_delivery.h"
#include "coordinator/core/fault.h"
#include "coordinator/core/journal_values.h"
#include "coordinator/core/names.h"

namespace baton::core {
namespace {

using baton::v1::ActivityTaskAnswer;

absl::Status check(const ActivityTaskAnswer& answer, const Limits& limits) {
  switch (answer.outcome_case()) {
    case ActivityTaskAnswer::kCompleted:
      return check_payload("result", answer.completed().result(), limits.payload_bytes);
    case ActivityTaskAnswer::kFailed:
      if (absl::Status s = check_text("reason", answer.failed().reason(), kMaxReasonChars); !s.ok()) return s;
      return check_payload("details", answer.failed().details(), limits.payload_bytes);
    case ActivityTaskAnswer::kCanceled:
      return check_payload("details", answer.canceled().details(), limits.payload_bytes);
    case ActivityTaskAnswer::OUTCOME_NOT_SET:
      break;
  }
  return invalid_field("outcome", "is missing: say completed, failed or canceled");
}

Answer answer_of(const ActivityTaskAnswer& answer) {
  if (answer.has_completed()) return Answer::kCompleted;
  return answer.has_failed() ? Answer::kFailed : Answer::kCanceled;
}

journal::ActivityAnswered::Outcome outcome_of(Answer answer) {
  if (answer == Answer::kCompleted) return journal::ActivityAnswered::COMPLETED;
  return answer == Answer::kFailed ? journal::ActivityAnswered::FAILED : journal::ActivityAnswered::CANCELED;
}

void note_answer(Draft& draft, const RespondActivityTask& command) {
  draft.record([&](journal::Record& record) {
    auto& answered = *record.mutable_activity_answered();
    answered.set_scheduled_event_id(command.task.scheduled_event_id);
    if (command.task.attempt != 1) answered.set_attempt(command.task.attempt);
    answered.set_delivery(command.task.delivery);
    answered.set_outcome(outcome_of(answer_of(command.answer)));
  });
  draft.answered_by(command.task.scheduled_event_id, command.task.delivery);
}

void close_function(Draft& draft, const RespondActivityTask& command, const ActivityTask& task) {
  const int64_t scheduled_event_id = task.scheduled_event_id, started_event_id = task.started_event_id;
  draft.event([&](journal::Event& event) {
    const auto place = [&](auto& closed) {
      closed.set_scheduled_event_id(scheduled_event_id);
      closed.set_started_event_id(started_event_id);
    };
    if (command.answer.has_completed()) {
      auto& completed = *event.mutable_lambda_function_completed();
      if (command.answer.completed().has_result()) *completed.mutable_result() = to_journal(command.answer.completed().result());
      return place(completed);
    }
    auto& failed = *event.mutable_lambda_function_failed();
    if (!command.answer.failed().reason().empty()) failed.set_reason(command.answer.failed().reason());
    if (command.answer.failed().has_details()) *failed.mutable_details() = to_journal(command.answer.failed().details());
    place(failed);
  });
  draft.wake_decider();
}

void close_activity(Draft& draft, const RespondActivityTask& command, const ActivityTask& task) {
  const int64_t scheduled_event_id = task.scheduled_event_id, started_event_id = task.started_event_id;
  const int64_t cancel_requested_event_id = task.cancel_requested_event_id;
  draft.event([&](journal::Event& event) {
    const auto place = [&](auto& closed) {
      closed.set_scheduled_event_id(scheduled_event_id);
      closed.set_started_event_id(started_event_id);
    };
    if (command.answer.has_completed()) {
      auto& completed = *event.mutable_activity_task_completed();
      if (command.answer.completed().has_result()) *completed.mutable_result() = to_journal(command.answer.completed().result());
      place(completed);
    } else if (command.answer.has_failed()) {
      auto& failed = *event.mutable_activity_task_failed();
      if (!command.answer.failed().reason().empty()) failed.set_reason(command.answer.failed().reason());
      if (command.answer.failed().has_details()) *failed.mutable_details() = to_journal(command.answer.failed().details());
      place(failed);
    } else {
      auto& canceled = *event.mutable_activity_task_canceled();
      if (command.answer.canceled().has_details()) *canceled.mutable_details() = to_journal(command.answer.canceled().details());
      canceled.set_latest_cancel_requested_event_id(cancel_requested_event_id);
      place(canceled);
    }
  });
  draft.wake_decider();
}

}  // namespace

absl::StatusOr<Commit> respond_activity_task(const ExecutionState& state, const Caller&, const RespondActivityTask& command,
                                             const Context& context) {
  if (absl::Status s = check(command.answer, context.limits); !s.ok()) return s;
  const AnsweredTask* answered = find_answer(state, command.task);
  if (answered != nullptr && answered->answer == answer_of(command.answer)) return repeat(state, context);
  const auto open = find_delivery(state, command.task);
  if (!open.ok()) return open.status();
  if (command.answer.has_canceled() && (*open)->cancel_requested_event_id == 0) {
    return fault(baton::v1::CANCEL_NOT_REQUESTED, "task_token",
                 "task_token: nobody asked for the cancellation of activity task " + std::to_string(command.task.scheduled_event_id) +
                     ": answer completed or failed");
  }
  Draft draft(state, context);
  acknowledge_activity(draft, command.task, command.identity, context.now_ms);
  note_answer(draft, command);
  const ActivityTask* answering = draft.state().activities.get(command.task.scheduled_event_id);
  const bool goes_on = answering != nullptr && command.answer.has_failed() && retry_after_failure(draft, *answering, command.answer.failed());
  if (answering != nullptr && !goes_on) (answering->is_function() ? close_function : close_activity)(draft, command, *answering);
  return std::move(draft).finish(EmptyReply{});
}

}  // namespace baton::core
