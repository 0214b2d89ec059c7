// SWF's name of an enum value: ACTIVITY_TASK_TIMEOUT_TYPE_HEARTBEAT is "HEARTBEAT".
#pragma once

#include <google/protobuf/generated_enum_reflection.h>

#include <string>

namespace baton::detail {

template <class Enum>
std::string symbol(Enum value) {
  const auto* const type = google::protobuf::GetEnumDescriptor<Enum>();
  const auto* const entry = type->FindValueByNumber(value);
  if (entry == nullptr) return "UNKNOWN_" + std::to_string(static_cast<int>(value));
  constexpr std::string_view kZero = "UNSPECIFIED";  // every enum's value 0 ends with it
  return entry->name().substr(type->FindValueByNumber(0)->name().size() - kZero.size());
}

}  // namespace baton::detail
