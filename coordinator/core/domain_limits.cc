#include "coordinator/core/domain_limits.h"

#include <google/protobuf/descriptor.h>

#include <iterator>
#include <string>

#include "coordinator/core/fault.h"

namespace baton::core {
namespace {

using baton::v1::DomainLimits;

// Each limit once: its field in the contract, its bound, and its place in Limits.
struct Limit {
  int field;
  int32_t most;
  void (*set)(Limits&, int32_t);
  int32_t (*get)(const Limits&);
};

template <auto member>
constexpr Limit limit(int field, int32_t most) {
  return {field, most, [](Limits& limits, int32_t value) { limits.*member = static_cast<std::remove_reference_t<decltype(limits.*member)>>(value); },
          [](const Limits& limits) { return static_cast<int32_t>(limits.*member); }};
}

constexpr Limit kLimits[] = {
    limit<&Limits::history_events>(DomainLimits::kHistoryEventsFieldNumber, kMostHistoryEvents),
    limit<&Limits::open_activities>(DomainLimits::kOpenActivitiesFieldNumber, kMostOpenOfARun),
    limit<&Limits::open_timers>(DomainLimits::kOpenTimersFieldNumber, kMostOpenOfARun),
    limit<&Limits::open_children>(DomainLimits::kOpenChildrenFieldNumber, kMostOpenOfARun),
    limit<&Limits::open_lambda_functions>(DomainLimits::kOpenLambdaFunctionsFieldNumber, kMostOpenOfARun),
    limit<&Limits::open_executions>(DomainLimits::kOpenExecutionsFieldNumber, kMostOpenExecutions),
    limit<&Limits::decisions_per_answer>(DomainLimits::kDecisionsPerAnswerFieldNumber, kMostDecisionsPerAnswer),
    limit<&Limits::payload_bytes>(DomainLimits::kPayloadBytesFieldNumber, kMostPayloadBytes),
    limit<&Limits::headers_bytes>(DomainLimits::kHeadersBytesFieldNumber, kMostPayloadBytes),
    limit<&Limits::types_per_domain>(DomainLimits::kTypesFieldNumber, kMostTypes),
    limit<&Limits::pollers_per_task_list>(DomainLimits::kPollersPerTaskListFieldNumber, kMostPollersPerTaskList),
};

const google::protobuf::FieldDescriptor* field_of(const Limit& limit) { return DomainLimits::descriptor()->FindFieldByNumber(limit.field); }

}  // namespace

absl::Status check_limits(const std::string& field, const DomainLimits& given) {
  const auto& values = *given.GetReflection();
  for (const Limit& limit : kLimits) {
    if (!values.HasField(given, field_of(limit))) continue;
    const int32_t value = values.GetInt32(given, field_of(limit));
    if (value >= 1 && value <= limit.most) continue;
    return invalid_field(field + "." + field_of(limit)->name(),
                         "is " + std::to_string(value) + ": give 1 to " + std::to_string(limit.most) + ", or leave it out for the default");
  }
  return absl::OkStatus();
}

Limits limits_of(const DomainLimits& given, const Limits& defaults) {
  Limits limits = defaults;
  for (const Limit& limit : kLimits) {
    if (given.GetReflection()->HasField(given, field_of(limit))) limit.set(limits, given.GetReflection()->GetInt32(given, field_of(limit)));
  }
  return limits;
}

void show_limits(const Limits& limits, DomainLimits* shown) {
  for (const Limit& limit : kLimits) shown->GetReflection()->SetInt32(shown, field_of(limit), limit.get(limits));
}

}  // namespace baton::core
