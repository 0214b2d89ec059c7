#include "replay/decision_log.h"

#include "baton/history.h"
#include "replay/search_attribute_machine.h"
#include "replay/update_machine.h"

namespace baton::detail {
namespace {

const char* name_of(DecisionKind kind) {
  switch (kind) {
    case DecisionKind::kScheduleActivityTask:
      return "ScheduleActivityTask";
    case DecisionKind::kRequestCancelActivityTask:
      return "RequestCancelActivityTask";
    case DecisionKind::kStartTimer:
      return "StartTimer";
    case DecisionKind::kCancelTimer:
      return "CancelTimer";
    case DecisionKind::kRecordMarker:
      return "RecordMarker";
    case DecisionKind::kStartChildWorkflowExecution:
      return "StartChildWorkflowExecution";
    case DecisionKind::kSignalExternalWorkflowExecution:
      return "SignalExternalWorkflowExecution";
    case DecisionKind::kRequestCancelExternalWorkflowExecution:
      return "RequestCancelExternalWorkflowExecution";
    case DecisionKind::kScheduleLambdaFunction:
      return "ScheduleLambdaFunction";
    case DecisionKind::kUpsertSearchAttributes:
      return "UpsertSearchAttributes";
    case DecisionKind::kAnswerUpdate:
      return "AnswerUpdate";
    case DecisionKind::kCompleteWorkflowExecution:
      return "CompleteWorkflowExecution";
    case DecisionKind::kFailWorkflowExecution:
      return "FailWorkflowExecution";
    case DecisionKind::kCancelWorkflowExecution:
      return "CancelWorkflowExecution";
    case DecisionKind::kContinueAsNewWorkflowExecution:
      return "ContinueAsNewWorkflowExecution";
  }
  return "";
}

// "ScheduleActivityTask(3, charge_card/1)", as far as the decision is still known.
std::string describe(const Decided& decided, const v1::Decision* decision) {
  std::string text = name_of(decided.kind);
  if (decided.id.empty()) return text;
  text += "(" + decided.id;
  if (decision != nullptr && decision->has_schedule_activity_task()) {
    const auto& type = decision->schedule_activity_task().activity_type();
    text += ", " + type.name() + "/" + type.version();
  }
  return text + ")";
}

std::string describe(const v1::HistoryEvent& event) {
  const HistoryEvent view(&event);
  std::string text = view.name() + "(";
  const auto add = [&text](std::string_view part) {
    if (!part.empty()) text.append(text.back() == '(' ? "" : ", ").append(part);
  };
  for (const auto part : {view.activity_id(), view.timer_id(), view.marker_name(),
                          view.signal_name(), view.workflow_id()}) {
    add(part);
  }
  if (event.has_lambda_function_scheduled()) {
    add(event.lambda_function_scheduled().id());
    add(event.lambda_function_scheduled().name());
  }
  if (event.has_workflow_execution_update_answered()) {
    add(id_of(event.workflow_execution_update_answered()));
  } else {
    add(view.update_id());
  }
  if (event.has_search_attributes_upserted()) add(names_of(event.search_attributes_upserted()));
  for (const TypeName& type : {view.activity_type(), view.workflow_type()}) {
    if (!type.name.empty()) add(type.name + "/" + type.version);
  }
  if (text.back() == '(') {
    text.pop_back();
    return text;
  }
  return text + ")";
}

}  // namespace

std::string to_string(const std::source_location& where) {
  if (where.line() == 0) return "the end of the workflow function";
  return std::string(where.file_name()) + ":" + std::to_string(where.line()) + " in " +
         where.function_name();
}

void DecisionLog::begin(WireDecisions* out) {
  decided_.clear();
  matched_ = 0;
  out_ = out;
}

v1::Decision* DecisionLog::add(Decided decided) {
  decided_.push_back(std::move(decided));
  return out_->Add();
}

v1::Decision* DecisionLog::last(DecisionKind kind) {
  if (decided_.empty() || decided_.back().kind != kind) return nullptr;
  return out_->Mutable(out_->size() - 1);
}

const Decided* DecisionLog::next(DecisionKind kind) const {
  return all_matched() || decided_[matched_].kind != kind ? nullptr : &decided_[matched_];
}

const Decided* DecisionLog::match(DecisionKind kind, const std::string& id) {
  if (all_matched()) return nullptr;
  const Decided& next = decided_[matched_];
  if (next.kind != kind || next.id != id) return nullptr;
  ++matched_;
  return &next;
}

std::string DecisionLog::mismatch(const v1::HistoryEvent& event, std::string_view detail) const {
  std::string text =
      "event " + std::to_string(event.event_id()) + ": the history says " + describe(event) + ", ";
  if (!detail.empty()) {
    text.append(detail);
    if (matched_ > 0) text += " at " + to_string(decided_[matched_ - 1].where);
  } else if (!all_matched()) {
    const Decided& next = decided_[matched_];
    text += "the code decided " + describe(next, nullptr) + " at " + to_string(next.where);
  } else if (!decided_.empty()) {
    text += "the code decided nothing after " + describe(decided_.back(), nullptr) + " at " +
            to_string(decided_.back().where);
  } else {
    text += "the code decided nothing";
  }
  return text;
}

std::string DecisionLog::missing(int64_t completed_event_id) const {
  const Decided& next = decided_[matched_];
  return "event " + std::to_string(completed_event_id) +
         ": the history has no event of this DecisionTaskCompleted for the decision " +
         describe(next, nullptr) + " that the code made at " + to_string(next.where);
}

}  // namespace baton::detail
