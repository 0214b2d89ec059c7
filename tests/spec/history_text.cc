#include "tests/spec/history_text.h"

#include <google/protobuf/text_format.h>

#include <cctype>

namespace baton::testing {
namespace {

// "start_timer" -> "StartTimer"
std::string camel_case(const std::string& snake) {
  std::string camel;
  bool up = true;
  for (const char c : snake) {
    if (c != '_') camel.push_back(up ? static_cast<char>(std::toupper(c)) : c);
    up = c == '_';
  }
  return camel;
}

const google::protobuf::FieldDescriptor* kind_of(const v1::HistoryEvent& event) {
  return event.GetReflection()->GetOneofFieldDescriptor(event, v1::HistoryEvent::descriptor()->FindOneofByName("attributes"));
}

}  // namespace

std::string name_of(const v1::HistoryEvent& event) {
  const auto* kind = kind_of(event);
  return kind == nullptr ? "" : camel_case(kind->name());
}

std::string text_of(const std::vector<v1::HistoryEvent>& events, int64_t from) {
  std::string text;
  for (const v1::HistoryEvent& event : events) {
    if (event.event_id() < from) continue;
    text += (text.empty() ? "" : ", ") + std::to_string(event.event_id()) + " " + name_of(event);
  }
  return text;
}

std::string text_of(const google::protobuf::Message& message) {
  google::protobuf::TextFormat::Printer printer;
  printer.SetSingleLineMode(true);
  std::string text;
  printer.PrintToString(message, &text);
  while (!text.empty() && text.back() == ' ') text.pop_back();
  return text;
}

std::string attributes_of(const v1::HistoryEvent& event) {
  const auto* kind = kind_of(event);
  return kind == nullptr ? "" : text_of(event.GetReflection()->GetMessage(event, kind));
}

int64_t milliseconds_of(const google::protobuf::Timestamp& time) { return time.seconds() * 1000 + time.nanos() / 1'000'000; }

}  // namespace baton::testing
