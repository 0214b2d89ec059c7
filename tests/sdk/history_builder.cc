#include <algorithm>

#include "story.h"

namespace baton::testing {
namespace {

constexpr int64_t kStart = 1'700'000'000'000;  // ms; each event comes a second after the one before

void set(const std::optional<Payload>& payload, auto&& field) {
  if (payload) to_wire(*payload, field());
}

}  // namespace

v1::HistoryEvent* HistoryBuilder::add() {
  v1::HistoryEvent* const event = events_.Add();
  event->set_event_id(events_.size());
  to_wire(TimePoint(Duration(kStart + 1000 * events_.size())), event->mutable_event_time());
  return event;
}

void HistoryBuilder::started(const std::optional<Payload>& input) {
  auto* const out = add()->mutable_workflow_execution_started();
  set(input, [&] { return out->mutable_input(); });
}

void HistoryBuilder::decision_scheduled() {
  if (decision_waits_) return;
  add()->mutable_decision_task_scheduled();
  decision_waits_ = true;
}

int64_t HistoryBuilder::decision_started() {
  decision_scheduled();
  const int64_t scheduled = last_id();
  add()->mutable_decision_task_started()->set_scheduled_event_id(scheduled);
  decision_waits_ = false;
  return started_ = last_id();
}

void HistoryBuilder::decision_timed_out() { add()->mutable_decision_task_timed_out()->set_started_event_id(started_); }

void HistoryBuilder::decided(const Answer* answer) {
  add()->mutable_decision_task_completed()->set_started_event_id(started_);
  completed_ = last_id();
  if (answer == nullptr) return;
  for (const auto& decision : answer->decisions()) add_decision(decision);
}

void HistoryBuilder::activity_scheduled(const std::string& id, const TypeName& type) {
  auto* const out = add()->mutable_activity_task_scheduled();
  out->set_activity_id(id);
  to_wire(type, out->mutable_activity_type());
}

void HistoryBuilder::activity_started(const std::string& id) {
  const int64_t scheduled = id_of_activity(id);
  add()->mutable_activity_task_started()->set_scheduled_event_id(scheduled);
}

void HistoryBuilder::activity_completed(const std::string& id, const std::optional<Payload>& result) {
  const int64_t scheduled = id_of_activity(id);
  auto* const out = add()->mutable_activity_task_completed();
  out->set_scheduled_event_id(scheduled);
  set(result, [&] { return out->mutable_result(); });
}

void HistoryBuilder::activity_failed(const std::string& id, const std::string& reason, const std::optional<Payload>& details) {
  const int64_t scheduled = id_of_activity(id);
  auto* const out = add()->mutable_activity_task_failed();
  out->set_scheduled_event_id(scheduled);
  out->set_reason(reason);
  set(details, [&] { return out->mutable_details(); });
}

void HistoryBuilder::activity_timed_out(const std::string& id, v1::ActivityTaskTimeoutType type) {
  const int64_t scheduled = id_of_activity(id);
  auto* const out = add()->mutable_activity_task_timed_out();
  out->set_scheduled_event_id(scheduled);
  out->set_timeout_type(type);
}

void HistoryBuilder::activity_canceled(const std::string& id, const std::optional<Payload>& details) {
  const int64_t scheduled = id_of_activity(id);
  auto* const out = add()->mutable_activity_task_canceled();
  out->set_scheduled_event_id(scheduled);
  set(details, [&] { return out->mutable_details(); });
}

void HistoryBuilder::timer_started(const std::string& id) { add()->mutable_timer_started()->set_timer_id(id); }

void HistoryBuilder::timer_fired(const std::string& id) {
  const int64_t started = id_of_timer(id);
  auto* const out = add()->mutable_timer_fired();
  out->set_timer_id(id);
  out->set_started_event_id(started);
}

void HistoryBuilder::marker_recorded(const std::string& name, const std::optional<Payload>& details) {
  auto* const out = add()->mutable_marker_recorded();
  out->set_marker_name(name);
  set(details, [&] { return out->mutable_details(); });
}

void HistoryBuilder::signaled(const std::string& name, const std::optional<Payload>& input) {
  auto* const out = add()->mutable_workflow_execution_signaled();
  out->set_signal_name(name);
  set(input, [&] { return out->mutable_input(); });
}

void HistoryBuilder::updated(const std::string& name, const std::string& update_id, const std::optional<Payload>& input) {
  signaled(name, input);
  events_.rbegin()->mutable_workflow_execution_signaled()->set_update_id(update_id);
}

void HistoryBuilder::cancel_requested() { add()->mutable_workflow_execution_cancel_requested(); }

void HistoryBuilder::child_initiated(const std::string& workflow_id, const TypeName& type) {
  auto* const out = add()->mutable_start_child_workflow_execution_initiated();
  out->set_workflow_id(workflow_id);
  to_wire(type, out->mutable_workflow_type());
}

void HistoryBuilder::child_refused(const std::string& workflow_id) {
  const int64_t initiated = id_of_child(workflow_id);
  auto* const out = add()->mutable_start_child_workflow_execution_failed();
  out->set_workflow_id(workflow_id);
  out->set_initiated_event_id(initiated);
  out->set_cause(v1::START_CHILD_WORKFLOW_EXECUTION_FAILED_CAUSE_WORKFLOW_ALREADY_RUNNING);
}

void HistoryBuilder::child_started(const std::string& workflow_id) {
  const int64_t initiated = id_of_child(workflow_id);
  auto* const out = add()->mutable_child_workflow_execution_started();
  out->set_initiated_event_id(initiated);
  out->mutable_workflow_execution()->set_workflow_id(workflow_id);
  out->mutable_workflow_execution()->set_run_id(workflow_id + "-run");
}

void HistoryBuilder::child_completed(const std::string& workflow_id, const std::optional<Payload>& result) {
  const int64_t initiated = id_of_child(workflow_id);
  auto* const out = add()->mutable_child_workflow_execution_completed();
  out->set_initiated_event_id(initiated);
  set(result, [&] { return out->mutable_result(); });
}

void HistoryBuilder::child_failed(const std::string& workflow_id, const std::string& reason, const std::optional<Payload>& details) {
  const int64_t initiated = id_of_child(workflow_id);
  auto* const out = add()->mutable_child_workflow_execution_failed();
  out->set_initiated_event_id(initiated);
  out->set_reason(reason);
  set(details, [&] { return out->mutable_details(); });
}

void HistoryBuilder::child_timed_out(const std::string& workflow_id) {
  const int64_t initiated = id_of_child(workflow_id);
  auto* const out = add()->mutable_child_workflow_execution_timed_out();
  out->set_initiated_event_id(initiated);
  out->set_timeout_type(v1::WORKFLOW_EXECUTION_TIMEOUT_TYPE_START_TO_CLOSE);
}

void HistoryBuilder::child_canceled(const std::string& workflow_id, const std::optional<Payload>& details) {
  const int64_t initiated = id_of_child(workflow_id);
  auto* const out = add()->mutable_child_workflow_execution_canceled();
  out->set_initiated_event_id(initiated);
  set(details, [&] { return out->mutable_details(); });
}

void HistoryBuilder::child_terminated(const std::string& workflow_id) {
  const int64_t initiated = id_of_child(workflow_id);
  add()->mutable_child_workflow_execution_terminated()->set_initiated_event_id(initiated);
}

void HistoryBuilder::function_scheduled(const std::string& id, const std::string& name) {
  auto* const out = add()->mutable_lambda_function_scheduled();
  out->set_id(id);
  out->set_name(name);
}

void HistoryBuilder::function_started(const std::string& id) {
  const int64_t scheduled = id_of_function(id);
  add()->mutable_lambda_function_started()->set_scheduled_event_id(scheduled);
}

void HistoryBuilder::function_completed(const std::string& id, const std::optional<Payload>& result) {
  const int64_t scheduled = id_of_function(id);
  auto* const out = add()->mutable_lambda_function_completed();
  out->set_scheduled_event_id(scheduled);
  set(result, [&] { return out->mutable_result(); });
}

void HistoryBuilder::function_failed(const std::string& id, const std::string& reason, const std::optional<Payload>& details) {
  const int64_t scheduled = id_of_function(id);
  auto* const out = add()->mutable_lambda_function_failed();
  out->set_scheduled_event_id(scheduled);
  out->set_reason(reason);
  set(details, [&] { return out->mutable_details(); });
}

void HistoryBuilder::function_timed_out(const std::string& id) {
  const int64_t scheduled = id_of_function(id);
  auto* const out = add()->mutable_lambda_function_timed_out();
  out->set_scheduled_event_id(scheduled);
  out->set_timeout_type(v1::LAMBDA_FUNCTION_TIMEOUT_TYPE_START_TO_CLOSE);
}

void HistoryBuilder::function_not_called(const std::string& id, const std::string& message) {
  const int64_t scheduled = id_of_function(id);
  auto* const out = add()->mutable_start_lambda_function_failed();
  out->set_scheduled_event_id(scheduled);
  out->set_cause(v1::START_LAMBDA_FUNCTION_FAILED_CAUSE_ASSUME_ROLE_FAILED);
  out->set_message(message);
}

int64_t HistoryBuilder::id_of_function(const std::string& id) const {
  for (auto event = events_.rbegin(); event != events_.rend(); ++event) {
    if (event->lambda_function_scheduled().id() == id) return event->event_id();
  }
  ADD_FAILURE() << "function " << id << " was never scheduled";
  return 0;
}

void HistoryBuilder::delivered(const std::string& workflow_id) {
  const v1::HistoryEvent initiated = message_to(workflow_id);
  if (initiated.has_signal_external_workflow_execution_initiated()) {
    add()->mutable_external_workflow_execution_signaled()->set_initiated_event_id(initiated.event_id());
  } else {
    add()->mutable_external_workflow_execution_cancel_requested()->set_initiated_event_id(initiated.event_id());
  }
}

void HistoryBuilder::not_delivered(const std::string& workflow_id) {
  const v1::HistoryEvent initiated = message_to(workflow_id);
  if (initiated.has_signal_external_workflow_execution_initiated()) {
    auto* const out = add()->mutable_signal_external_workflow_execution_failed();
    out->set_initiated_event_id(initiated.event_id());
    out->set_cause(v1::SIGNAL_EXTERNAL_WORKFLOW_EXECUTION_FAILED_CAUSE_UNKNOWN_EXTERNAL_WORKFLOW_EXECUTION);
  } else {
    auto* const out = add()->mutable_request_cancel_external_workflow_execution_failed();
    out->set_initiated_event_id(initiated.event_id());
    out->set_cause(v1::REQUEST_CANCEL_EXTERNAL_WORKFLOW_EXECUTION_FAILED_CAUSE_UNKNOWN_EXTERNAL_WORKFLOW_EXECUTION);
  }
}

const v1::HistoryEvent& HistoryBuilder::message_to(const std::string& workflow_id) const {
  for (auto event = events_.rbegin(); event != events_.rend(); ++event) {
    if (event->signal_external_workflow_execution_initiated().workflow_id() == workflow_id) return *event;
    if (event->request_cancel_external_workflow_execution_initiated().workflow_id() == workflow_id) return *event;
  }
  ADD_FAILURE() << "nothing was sent to " << workflow_id;
  return v1::HistoryEvent::default_instance();
}

int64_t HistoryBuilder::id_of_child(const std::string& workflow_id) const {
  for (auto event = events_.rbegin(); event != events_.rend(); ++event) {
    if (event->start_child_workflow_execution_initiated().workflow_id() == workflow_id) return event->event_id();
  }
  ADD_FAILURE() << "child " << workflow_id << " was never initiated";
  return 0;
}

int64_t HistoryBuilder::id_of_activity(const std::string& id) const {
  for (auto event = events_.rbegin(); event != events_.rend(); ++event) {
    if (event->activity_task_scheduled().activity_id() == id) return event->event_id();
  }
  ADD_FAILURE() << "activity " << id << " was never scheduled";
  return 0;
}

int64_t HistoryBuilder::id_of_timer(const std::string& id) const {
  for (auto event = events_.rbegin(); event != events_.rend(); ++event) {
    if (event->timer_started().timer_id() == id) return event->event_id();
  }
  ADD_FAILURE() << "timer " << id << " was never started";
  return 0;
}

void HistoryBuilder::add_decision(const v1::Decision& decision) {
  if (!refused.empty() && add_refusal(decision)) return;
  switch (decision.attributes_case()) {
    case v1::Decision::kScheduleActivityTask: {
      const auto& in = decision.schedule_activity_task();
      activity_scheduled(in.activity_id(), {in.activity_type().name(), in.activity_type().version()});
      break;
    }
    case v1::Decision::kRequestCancelActivityTask:
      add()->mutable_activity_task_cancel_requested()->set_activity_id(decision.request_cancel_activity_task().activity_id());
      break;
    case v1::Decision::kStartTimer:
      timer_started(decision.start_timer().timer_id());
      break;
    case v1::Decision::kCancelTimer: {
      const int64_t timer = id_of_timer(decision.cancel_timer().timer_id());
      auto* const out = add()->mutable_timer_canceled();
      out->set_timer_id(decision.cancel_timer().timer_id());
      out->set_started_event_id(timer);
      break;
    }
    case v1::Decision::kRecordMarker: {
      auto* const out = add()->mutable_marker_recorded();
      out->set_marker_name(decision.record_marker().marker_name());
      if (decision.record_marker().has_details()) *out->mutable_details() = decision.record_marker().details();
      break;
    }
    case v1::Decision::kStartChildWorkflowExecution: {
      const auto& in = decision.start_child_workflow_execution();
      child_initiated(in.workflow_id(), {in.workflow_type().name(), in.workflow_type().version()});
      break;
    }
    case v1::Decision::kSignalExternalWorkflowExecution: {
      const auto& in = decision.signal_external_workflow_execution();
      auto* const out = add()->mutable_signal_external_workflow_execution_initiated();
      out->set_workflow_id(in.workflow_id());
      if (in.has_run_id()) out->set_run_id(in.run_id());
      out->set_signal_name(in.signal_name());
      break;
    }
    case v1::Decision::kRequestCancelExternalWorkflowExecution: {
      const auto& in = decision.request_cancel_external_workflow_execution();
      auto* const out = add()->mutable_request_cancel_external_workflow_execution_initiated();
      out->set_workflow_id(in.workflow_id());
      if (in.has_run_id()) out->set_run_id(in.run_id());
      break;
    }
    case v1::Decision::kScheduleLambdaFunction:
      function_scheduled(decision.schedule_lambda_function().id(), decision.schedule_lambda_function().name());
      break;
    case v1::Decision::kUpsertSearchAttributes: {
      auto* const out = add()->mutable_search_attributes_upserted();
      *out->mutable_search_attributes() = decision.upsert_search_attributes().search_attributes();
      *out->mutable_removed() = decision.upsert_search_attributes().removed();
      break;
    }
    case v1::Decision::kAnswerUpdate: {
      auto* const out = add()->mutable_workflow_execution_update_answered();
      out->set_update_id(decision.answer_update().update_id());
      *out->mutable_reply() = decision.answer_update().reply();
      break;
    }
    default:
      add_closing(decision);
  }
}

void HistoryBuilder::add_closing(const v1::Decision& decision) {
  if (decision.has_complete_workflow_execution()) {
    add()->mutable_workflow_execution_completed()->set_decision_task_completed_event_id(completed_);
  } else if (decision.has_fail_workflow_execution()) {
    add()->mutable_workflow_execution_failed()->set_reason(decision.fail_workflow_execution().reason());
  } else if (decision.has_continue_as_new_workflow_execution()) {
    add()->mutable_workflow_execution_continued_as_new()->set_decision_task_completed_event_id(completed_);
  } else {
    add()->mutable_workflow_execution_canceled()->set_decision_task_completed_event_id(completed_);
  }
}

bool HistoryBuilder::add_refusal(const v1::Decision& decision) {
  const std::string& name =
      v1::Decision::descriptor()->FindFieldByNumber(decision.attributes_case())->name();
  if (std::find(refused.begin(), refused.end(), name) == refused.end()) return false;
  if (decision.has_schedule_activity_task()) {
    auto* const out = add()->mutable_schedule_activity_task_failed();
    out->set_activity_id(decision.schedule_activity_task().activity_id());
    *out->mutable_activity_type() = decision.schedule_activity_task().activity_type();
    out->set_cause(v1::SCHEDULE_ACTIVITY_TASK_FAILED_CAUSE_ACTIVITY_TYPE_DOES_NOT_EXIST);
  } else if (decision.has_start_timer()) {
    auto* const out = add()->mutable_start_timer_failed();
    out->set_timer_id(decision.start_timer().timer_id());
    out->set_cause(v1::START_TIMER_FAILED_CAUSE_OPEN_TIMERS_LIMIT_EXCEEDED);
  } else if (decision.has_cancel_timer()) {
    add()->mutable_cancel_timer_failed()->set_timer_id(decision.cancel_timer().timer_id());
  } else if (decision.has_request_cancel_activity_task()) {
    add()->mutable_request_cancel_activity_task_failed()->set_activity_id(decision.request_cancel_activity_task().activity_id());
  } else if (decision.has_record_marker()) {
    add()->mutable_record_marker_failed()->set_marker_name(decision.record_marker().marker_name());
  } else if (decision.has_start_child_workflow_execution()) {
    auto* const out = add()->mutable_start_child_workflow_execution_failed();
    out->set_workflow_id(decision.start_child_workflow_execution().workflow_id());
    *out->mutable_workflow_type() = decision.start_child_workflow_execution().workflow_type();
    out->set_cause(v1::START_CHILD_WORKFLOW_EXECUTION_FAILED_CAUSE_WORKFLOW_TYPE_DOES_NOT_EXIST);
  } else if (decision.has_schedule_lambda_function()) {
    auto* const out = add()->mutable_schedule_lambda_function_failed();
    out->set_id(decision.schedule_lambda_function().id());
    out->set_name(decision.schedule_lambda_function().name());
    out->set_cause(v1::SCHEDULE_LAMBDA_FUNCTION_FAILED_CAUSE_OPEN_LAMBDA_FUNCTIONS_LIMIT_EXCEEDED);
  } else if (decision.has_upsert_search_attributes()) {
    add()->mutable_upsert_search_attributes_failed()->set_cause(v1::UPSERT_SEARCH_ATTRIBUTES_FAILED_CAUSE_TOO_MANY_ATTRIBUTES);
  } else if (decision.has_answer_update()) {
    auto* const out = add()->mutable_answer_update_failed();
    out->set_update_id(decision.answer_update().update_id());
    out->set_cause(v1::ANSWER_UPDATE_FAILED_CAUSE_UPDATE_ID_UNKNOWN);
  } else if (decision.has_continue_as_new_workflow_execution()) {
    add()->mutable_continue_as_new_workflow_execution_failed()->set_cause(
        v1::CONTINUE_AS_NEW_WORKFLOW_EXECUTION_FAILED_CAUSE_WORKFLOW_TYPE_DOES_NOT_EXIST);
  } else if (decision.has_complete_workflow_execution()) {
    add()->mutable_complete_workflow_execution_failed()->set_cause(v1::COMPLETE_WORKFLOW_EXECUTION_FAILED_CAUSE_UNHANDLED_DECISION);
  } else {
    return false;
  }
  return true;
}

}  // namespace baton::testing
