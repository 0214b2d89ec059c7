#include "tests/spec/coverage_items.h"

#include <string_view>
#include <vector>

#include "baton/v1/decider_service.pb.h"
#include "baton/v1/options.pb.h"
#include "baton/v1/registry_service.pb.h"
#include "baton/v1/worker_service.pb.h"
#include "baton/v1/workflow_service.pb.h"

namespace baton::testing {
namespace {

using google::protobuf::Descriptor;
using google::protobuf::EnumDescriptor;
using google::protobuf::EnumValueDescriptor;
using google::protobuf::FieldDescriptor;
using google::protobuf::FileDescriptor;
using google::protobuf::Message;
using google::protobuf::MethodDescriptor;
using google::protobuf::Reflection;

// "start_timer" is StartTimer.
std::string camel_case(std::string_view name) {
  std::string text;
  bool begins = true;
  for (const char letter : name) {
    if (letter != '_') text += static_cast<char>(begins && letter >= 'a' && letter <= 'z' ? letter - 'a' + 'A' : letter);
    begins = letter == '_';
  }
  return text;
}

// The field itself, whatever it holds.
void find_field(const FieldDescriptor& field, const FoundItem& found) {
  if (const std::string& feature = field.options().GetExtension(v1::beyond_swf); !feature.empty()) {
    return found({CoverageKind::kExtension, feature});
  }
  const auto* oneof = field.containing_oneof();
  if (oneof == nullptr || oneof->name() != "attributes") return;
  if (field.containing_type() == v1::HistoryEvent::descriptor()) found({CoverageKind::kEvent, camel_case(field.name())});
  if (field.containing_type() == v1::Decision::descriptor()) found({CoverageKind::kDecision, camel_case(field.name())});
}

void find_value(const EnumValueDescriptor& value, const FoundItem& found) {
  if (value.number() == 0) return;  // …_UNSPECIFIED
  if (const std::string& feature = value.options().GetExtension(v1::value_beyond_swf); !feature.empty()) {
    return found({CoverageKind::kExtension, feature});
  }
  const std::string_view type = value.type()->name();
  if (type.ends_with("Cause")) found({CoverageKind::kCause, value.name()});
  if (type.ends_with("TimeoutType")) found({CoverageKind::kTimeout, value.name()});
}

void find_all(const Descriptor& type, const FoundItem& found) {
  for (int i = 0; i < type.field_count(); ++i) find_field(*type.field(i), found);
  for (int i = 0; i < type.nested_type_count(); ++i) find_all(*type.nested_type(i), found);
  for (int i = 0; i < type.enum_type_count(); ++i) {
    for (int j = 0; j < type.enum_type(i)->value_count(); ++j) find_value(*type.enum_type(i)->value(j), found);
  }
}

void find_all(const FileDescriptor& file, const FoundItem& found, std::set<const FileDescriptor*>& seen) {
  if (file.package() != "baton.v1" || !seen.insert(&file).second) return;
  for (int i = 0; i < file.dependency_count(); ++i) find_all(*file.dependency(i), found, seen);
  for (int i = 0; i < file.message_type_count(); ++i) find_all(*file.message_type(i), found);
  for (int i = 0; i < file.enum_type_count(); ++i) {
    for (int j = 0; j < file.enum_type(i)->value_count(); ++j) find_value(*file.enum_type(i)->value(j), found);
  }
  for (int i = 0; i < file.service_count(); ++i) {
    for (int j = 0; j < file.service(i)->method_count(); ++j) find_items(*file.service(i)->method(j), found);
  }
}

void find_enum(const Message& message, const FieldDescriptor& field, const FoundItem& found) {
  const Reflection& values = *message.GetReflection();
  const auto find_number = [&](int number) {
    if (const auto* value = field.enum_type()->FindValueByNumber(number)) find_value(*value, found);
  };
  if (!field.is_repeated()) return find_number(values.GetEnumValue(message, &field));
  for (int i = 0; i < values.FieldSize(message, &field); ++i) find_number(values.GetRepeatedEnumValue(message, &field, i));
}

}  // namespace

std::string plural_of(CoverageKind kind) {
  switch (kind) {
    case CoverageKind::kOperation:
      return "operations";
    case CoverageKind::kDecision:
      return "decisions";
    case CoverageKind::kCause:
      return "causes";
    case CoverageKind::kEvent:
      return "events";
    case CoverageKind::kTimeout:
      return "timeouts";
    case CoverageKind::kExtension:
      return "extensions";
  }
  return "";
}

std::set<CoverageItem> coverage_items() {
  std::set<CoverageItem> items;
  std::set<const FileDescriptor*> seen;
  const FoundItem found = [&](CoverageItem item) { items.insert(std::move(item)); };
  for (const Descriptor* of_service :
       {v1::RegisterDomainRequest::descriptor(), v1::StartWorkflowExecutionRequest::descriptor(),
        v1::PollForDecisionTaskRequest::descriptor(), v1::PollForActivityTaskRequest::descriptor()}) {
    find_all(*of_service->file(), found, seen);
  }
  return items;
}

void find_items(const MethodDescriptor& call, const FoundItem& found) {
  const std::string& feature = call.options().GetExtension(v1::call_beyond_swf);
  found(feature.empty() ? CoverageItem{CoverageKind::kOperation, call.name()} : CoverageItem{CoverageKind::kExtension, feature});
}

void find_items(const Message& message, const FoundItem& found) {
  const Reflection& values = *message.GetReflection();
  std::vector<const FieldDescriptor*> fields;
  values.ListFields(message, &fields);
  for (const FieldDescriptor* field : fields) {
    find_field(*field, found);
    if (field->cpp_type() == FieldDescriptor::CPPTYPE_ENUM) find_enum(message, *field, found);
    if (field->cpp_type() != FieldDescriptor::CPPTYPE_MESSAGE) continue;
    if (!field->is_repeated()) find_items(values.GetMessage(message, field), found);
    for (int i = 0; field->is_repeated() && i < values.FieldSize(message, field); ++i) {
      find_items(values.GetRepeatedMessage(message, field, i), found);
    }
  }
}

}  // namespace baton::testing
