#include "cli/replay_tasks.h"

namespace baton::cli {
namespace {

using google::protobuf::FieldDescriptor;
using google::protobuf::Message;
using v1::Decision;
using v1::HistoryEvent;

// The events that answer a kind of decision: made, or refused.
struct Answered {
  Decision::AttributesCase decision;
  HistoryEvent::AttributesCase made;
  HistoryEvent::AttributesCase refused;
};
constexpr Answered kAnswered[] = {
    {Decision::kScheduleActivityTask, HistoryEvent::kActivityTaskScheduled, HistoryEvent::kScheduleActivityTaskFailed},
    {Decision::kRequestCancelActivityTask, HistoryEvent::kActivityTaskCancelRequested, HistoryEvent::kRequestCancelActivityTaskFailed},
    {Decision::kStartTimer, HistoryEvent::kTimerStarted, HistoryEvent::kStartTimerFailed},
    {Decision::kCancelTimer, HistoryEvent::kTimerCanceled, HistoryEvent::kCancelTimerFailed},
    {Decision::kRecordMarker, HistoryEvent::kMarkerRecorded, HistoryEvent::kRecordMarkerFailed},
    {Decision::kStartChildWorkflowExecution, HistoryEvent::kStartChildWorkflowExecutionInitiated,
     HistoryEvent::kStartChildWorkflowExecutionFailed},
    {Decision::kSignalExternalWorkflowExecution, HistoryEvent::kSignalExternalWorkflowExecutionInitiated,
     HistoryEvent::kSignalExternalWorkflowExecutionFailed},
    {Decision::kRequestCancelExternalWorkflowExecution, HistoryEvent::kRequestCancelExternalWorkflowExecutionInitiated,
     HistoryEvent::kRequestCancelExternalWorkflowExecutionFailed},
    {Decision::kScheduleLambdaFunction, HistoryEvent::kLambdaFunctionScheduled, HistoryEvent::kScheduleLambdaFunctionFailed},
    {Decision::kUpsertSearchAttributes, HistoryEvent::kSearchAttributesUpserted, HistoryEvent::kUpsertSearchAttributesFailed},
    {Decision::kAnswerUpdate, HistoryEvent::kWorkflowExecutionUpdateAnswered, HistoryEvent::kAnswerUpdateFailed},
    {Decision::kCompleteWorkflowExecution, HistoryEvent::kWorkflowExecutionCompleted, HistoryEvent::kCompleteWorkflowExecutionFailed},
    {Decision::kFailWorkflowExecution, HistoryEvent::kWorkflowExecutionFailed, HistoryEvent::kFailWorkflowExecutionFailed},
    {Decision::kCancelWorkflowExecution, HistoryEvent::kWorkflowExecutionCanceled, HistoryEvent::kCancelWorkflowExecutionFailed},
    {Decision::kContinueAsNewWorkflowExecution, HistoryEvent::kWorkflowExecutionContinuedAsNew, HistoryEvent::kContinueAsNewWorkflowExecutionFailed},
};

// By which a decision is known again. Texts, or types of activities and workflows.
constexpr const char* kNames[] = {"activity_id", "activity_type", "timer_id",    "marker_name", "workflow_id",
                                  "workflow_type", "signal_name", "id",          "name",        "update_id"};

constexpr char kNobodysMarker[] = "a decision that nobody made, by which baton replay finds out whether this decider compares";

HistoryEvent* add(Events* events) {
  const int64_t id = events->size() + 1;
  const auto time = events->rbegin()->event_time();
  HistoryEvent* const event = events->Add();
  event->set_event_id(id);
  *event->mutable_event_time() = time;
  return event;
}

// What is not there yet of a decision task that somebody has taken. Its DecisionTaskStarted.
int64_t open_task(const SavedHistory& history, Events* events) {
  if (events->rbegin()->has_decision_task_started()) return events->size();
  if (!events->rbegin()->has_decision_task_scheduled()) {
    *add(events)->mutable_decision_task_scheduled()->mutable_task_list() = history.events.Get(0).workflow_execution_started().task_list();
  }
  const int64_t scheduled = events->size();
  add(events)->mutable_decision_task_started()->set_scheduled_event_id(scheduled);
  return events->size();
}

const Message& attributes_of(const Message& message, int field_number) {
  return message.GetReflection()->GetMessage(message, message.GetDescriptor()->FindFieldByNumber(field_number));
}

std::string value_of(const Message& message, const FieldDescriptor* field) {
  if (field->cpp_type() == FieldDescriptor::CPPTYPE_STRING) return message.GetReflection()->GetString(message, field);
  const Message& type = message.GetReflection()->GetMessage(message, field);
  const auto part = [&](const char* name) { return type.GetReflection()->GetString(type, type.GetDescriptor()->FindFieldByName(name)); };
  return part("name") + ":" + part("version");
}

const Message& attributes_of(const HistoryEvent& event) { return attributes_of(event, event.attributes_case()); }
// A decision that says nothing is taken for a closing one, which has no names.
const Message& attributes_of(const Decision& decision) {
  if (decision.attributes_case() == Decision::ATTRIBUTES_NOT_SET) return v1::CompleteWorkflowExecutionAttributes::default_instance();
  return attributes_of(decision, decision.attributes_case());
}

// "ScheduleActivityTask activity_id=1 activity_type=charge:1", with what `other` has, too, so that the two can be compared.
std::string text_of(Decision::AttributesCase kind, const Message& attributes, const Message& other) {
  if (kind == Decision::ATTRIBUTES_NOT_SET) return "something that has no attributes";
  std::string text = Decision::descriptor()->FindFieldByNumber(kind)->message_type()->name();
  text.resize(text.size() - std::string_view("Attributes").size());
  for (const char* name : kNames) {
    const FieldDescriptor* const field = attributes.GetDescriptor()->FindFieldByName(name);
    if (field == nullptr || other.GetDescriptor()->FindFieldByName(name) == nullptr) continue;
    text += std::string(" ") + name + "=" + value_of(attributes, field);
  }
  return text;
}

// The decision that the event answers; null: it is about something else. An external signal or cancel request that failed later is not its answer.
const Answered* answered_by(const HistoryEvent& event, int64_t completed_event_id) {
  for (const Answered& kind : kAnswered) {
    if (event.attributes_case() != kind.made && event.attributes_case() != kind.refused) continue;
    const Message& attributes = attributes_of(event);
    const auto number = [&](const char* name) -> int64_t {
      const FieldDescriptor* const field = attributes.GetDescriptor()->FindFieldByName(name);
      return field == nullptr ? 0 : attributes.GetReflection()->GetInt64(attributes, field);
    };
    const bool later = event.attributes_case() == kind.refused && number("initiated_event_id") != 0;
    return number("decision_task_completed_event_id") == completed_event_id && !later ? &kind : nullptr;
  }
  return nullptr;
}

}  // namespace

std::vector<MadeDecision> decisions_of(const Events& events) {
  std::vector<MadeDecision> decisions;
  for (const HistoryEvent& event : events) {
    if (event.has_decision_task_completed()) decisions.push_back({event.decision_task_completed().started_event_id(), event.event_id()});
  }
  return decisions;
}

Events with_open_task(const SavedHistory& history) {
  Events events = history.events;
  open_task(history, &events);
  return events;
}

Events with_impossible_decision(const SavedHistory& history) {
  Events events = history.events;
  const int64_t started = open_task(history, &events);
  add(&events)->mutable_decision_task_completed()->set_started_event_id(started);
  const int64_t completed = events.size();
  auto* const marker = add(&events)->mutable_marker_recorded();
  marker->set_marker_name(kNobodysMarker);
  marker->set_decision_task_completed_event_id(completed);
  open_task(history, &events);
  return events;
}

Events before(const SavedHistory& history, const MadeDecision& decision) {
  const auto end = history.events.begin() + static_cast<int>(decision.started_event_id);
  return {history.events.begin(), end};
}

std::string difference(const Events& events, int64_t completed_event_id, const v1::RespondDecisionTaskCompletedRequest& answer) {
  int next = 0;
  for (auto event = events.begin() + static_cast<int>(completed_event_id); event != events.end(); ++event) {
    const Answered* const kind = answered_by(*event, completed_event_id);
    if (kind == nullptr) continue;
    const Message& recorded = attributes_of(*event);
    const std::string where = "event " + std::to_string(event->event_id()) + " of the history is the answer to ";
    if (next == answer.decisions_size()) return where + text_of(kind->decision, recorded, recorded) + ", and the program decides no more";
    const Decision& decision = answer.decisions(next++);
    const Message& decided = attributes_of(decision);
    const bool alike = decision.attributes_case() == kind->decision;
    const std::string was = text_of(kind->decision, recorded, alike ? decided : recorded);
    const std::string is = text_of(decision.attributes_case(), decided, alike ? recorded : decided);
    if (was != is) return where + was + ", and the program decides " + is;
  }
  if (next == answer.decisions_size()) return "";
  const Decision& more = answer.decisions(next);
  const Message& decided = attributes_of(more);
  return "the history has nothing more of the decision completed with event " + std::to_string(completed_event_id) + ", and the program decides " +
         text_of(more.attributes_case(), decided, decided);
}

}  // namespace baton::cli
