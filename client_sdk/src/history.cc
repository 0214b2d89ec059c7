#include "baton/history.h"

#include <google/protobuf/util/json_util.h>

#include "baton/v1/history_event.pb.h"
#include "failure_envelope.h"
#include "wire.h"

namespace baton {
namespace {

using google::protobuf::Descriptor;
using google::protobuf::FieldDescriptor;
using google::protobuf::Message;

constexpr int kFirstAttributesField = 10;  // the field number is 10 plus SWF's number

const v1::HistoryEvent& event_of(const void* message) {
  return *static_cast<const v1::HistoryEvent*>(message);
}

// The attributes message that is set, or null.
const Message* attributes_of(const v1::HistoryEvent& event) {
  if (event.attributes_case() == v1::HistoryEvent::ATTRIBUTES_NOT_SET) return nullptr;
  const FieldDescriptor* field =
      v1::HistoryEvent::descriptor()->FindFieldByNumber(event.attributes_case());
  return &event.GetReflection()->GetMessage(event, field);
}

// A field of the attributes, if this event has it and it is of this kind.
struct Found {
  const Message* message = nullptr;
  const FieldDescriptor* field = nullptr;
  explicit operator bool() const { return field != nullptr; }
};
Found find(const void* event, const char* name, FieldDescriptor::CppType type) {
  const Message* message = attributes_of(event_of(event));
  if (message == nullptr) return {};
  const FieldDescriptor* field = message->GetDescriptor()->FindFieldByName(name);
  if (field == nullptr || field->is_repeated() || field->cpp_type() != type) return {};
  return {message, field};
}

// A field that is there and is such a message, or null.
template <class Value>
const Value* find_message(const void* event, const char* name) {
  const Found found = find(event, name, FieldDescriptor::CPPTYPE_MESSAGE);
  if (!found || found.field->message_type() != Value::descriptor()) return nullptr;
  const auto* reflection = found.message->GetReflection();
  if (!reflection->HasField(*found.message, found.field)) return nullptr;
  return static_cast<const Value*>(&reflection->GetMessage(*found.message, found.field));
}

template <class Type>
TypeName type_name(const void* event, const char* field) {
  const auto* const type = find_message<Type>(event, field);
  return type == nullptr ? TypeName{} : TypeName{type->name(), type->version()};
}

}  // namespace

int64_t HistoryEvent::id() const { return event_of(message_).event_id(); }

TimePoint HistoryEvent::time() const { return from_wire(event_of(message_).event_time()); }

EventType HistoryEvent::type() const {
  const int field = event_of(message_).attributes_case();
  return static_cast<EventType>(field == 0 ? 0 : field - kFirstAttributesField);
}

std::string HistoryEvent::name() const {
  const Message* attributes = attributes_of(event_of(message_));
  if (attributes == nullptr) return "Unknown";
  std::string name = attributes->GetDescriptor()->name();
  return name.substr(0, name.size() - std::string_view("Attributes").size());
}

TypeName HistoryEvent::activity_type() const {
  return type_name<v1::ActivityType>(message_, "activity_type");
}
TypeName HistoryEvent::workflow_type() const {
  return type_name<v1::WorkflowType>(message_, "workflow_type");
}

std::string_view HistoryEvent::text(const char* field) const {
  const Found found = find(message_, field, FieldDescriptor::CPPTYPE_STRING);
  if (!found) return {};
  static const std::string unused;
  std::string scratch;  // untouched: string fields of generated messages are returned in place
  const std::string& value =
      found.message->GetReflection()->GetStringReference(*found.message, found.field, &scratch);
  return &value == &scratch ? std::string_view(unused) : std::string_view(value);
}

int64_t HistoryEvent::number(const char* field) const {
  if (const Found found = find(message_, field, FieldDescriptor::CPPTYPE_INT64)) {
    return found.message->GetReflection()->GetInt64(*found.message, found.field);
  }
  if (const Found found = find(message_, field, FieldDescriptor::CPPTYPE_INT32)) {
    return found.message->GetReflection()->GetInt32(*found.message, found.field);
  }
  return 0;
}

// SWF's name of an enum value: what follows the name of the enum itself.
std::string HistoryEvent::symbol(const char* field) const {
  const Found found = find(message_, field, FieldDescriptor::CPPTYPE_ENUM);
  if (!found) return {};
  const auto* value = found.message->GetReflection()->GetEnum(*found.message, found.field);
  if (value->number() == 0) return {};
  const std::string& zero = value->type()->FindValueByNumber(0)->name();
  return value->name().substr(zero.size() - std::string_view("UNSPECIFIED").size());
}

std::optional<Payload> HistoryEvent::payload(const char* field) const {
  const auto* const payload = find_message<v1::Payload>(message_, field);
  if (payload == nullptr) return std::nullopt;
  return from_wire(*payload);
}

std::optional<Payload> HistoryEvent::details() const {
  return from_details(payload("details")).details;
}
std::string HistoryEvent::failure_type() const { return from_details(payload("details")).type; }
FailureCauses HistoryEvent::causes() const { return from_details(payload("details")).causes; }
std::optional<Reply> HistoryEvent::reply() const {
  const auto* const reply = find_message<v1::Reply>(message_, "reply");
  if (reply == nullptr) return std::nullopt;
  return from_wire(*reply);
}

Headers HistoryEvent::headers() const {
  const Message* attributes = attributes_of(event_of(message_));
  if (attributes == nullptr) return {};
  const FieldDescriptor* field = attributes->GetDescriptor()->FindFieldByName("headers");
  if (field == nullptr || !field->is_map()) return {};
  Headers headers;
  const FieldDescriptor* const key = field->message_type()->map_key();
  const FieldDescriptor* const value = field->message_type()->map_value();
  for (int i = 0; i < attributes->GetReflection()->FieldSize(*attributes, field); ++i) {
    const Message& entry = attributes->GetReflection()->GetRepeatedMessage(*attributes, field, i);
    const auto* reflection = entry.GetReflection();
    const Message& payload = reflection->GetMessage(entry, value);
    headers.emplace(reflection->GetString(entry, key),
                    from_wire(static_cast<const v1::Payload&>(payload)));
  }
  return headers;
}

std::optional<Duration> HistoryEvent::duration(const char* field) const {
  const auto* const duration = find_message<google::protobuf::Duration>(message_, field);
  if (duration == nullptr) return std::nullopt;
  return to_duration(*duration);
}

Timeout HistoryEvent::timeout(const char* field) const {
  const auto* const timeout = find_message<v1::Timeout>(message_, field);
  if (timeout == nullptr) return {};
  return timeout->none() ? Timeout::none() : Timeout(to_duration(timeout->after()));
}

bool HistoryEvent::flag(const char* field) const {
  const Found found = find(message_, field, FieldDescriptor::CPPTYPE_BOOL);
  return found && found.message->GetReflection()->GetBool(*found.message, found.field);
}

Execution HistoryEvent::execution(const char* field) const {
  const auto* const execution = find_message<v1::WorkflowExecution>(message_, field);
  return execution == nullptr ? Execution{} : from_wire(*execution);
}

Execution HistoryEvent::other_execution() const {
  for (const char* field : {"workflow_execution", "external_workflow_execution"}) {
    if (Execution found = execution(field); !found.workflow_id.empty()) return found;
  }
  return {std::string(text("workflow_id")), std::string(text("run_id"))};
}

std::vector<std::string> HistoryEvent::texts(const char* field) const {
  std::vector<std::string> values;
  const Message* message = attributes_of(event_of(message_));
  const FieldDescriptor* found =
      message == nullptr ? nullptr : message->GetDescriptor()->FindFieldByName(field);
  if (found == nullptr || !found->is_repeated() ||
      found->cpp_type() != FieldDescriptor::CPPTYPE_STRING) {
    return values;
  }
  const auto* reflection = message->GetReflection();
  for (int i = 0; i < reflection->FieldSize(*message, found); ++i) {
    values.push_back(reflection->GetRepeatedString(*message, found, i));
  }
  return values;
}

std::string HistoryEvent::to_json() const {
  google::protobuf::util::JsonPrintOptions options;
  options.preserve_proto_field_names = true;
  std::string json;
  const auto status =
      google::protobuf::util::MessageToJsonString(event_of(message_), &json, options);
  return status.ok() ? json : "{}";
}

}  // namespace baton
