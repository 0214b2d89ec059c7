// ScheduleActivityTask: ActivityTaskScheduled with every value resolved (facts.md §4, §7).
#include <cmath>
#include <optional>

#include "coordinator/core/decisions/decisions.h"
#include "coordinator/core/fault.h"
#include "coordinator/core/journal_values.h"
#include "coordinator/core/names.h"

namespace baton::core {
namespace {

using Attributes = baton::v1::ScheduleActivityTaskAttributes;
using Cause = journal::ScheduleActivityTaskFailedCause;

// The values the activity goes by: the decision's, else the type's; or the cause of its failure.
struct Resolved {
  std::string task_list;
  int64_t schedule_to_start_ms = 0, schedule_to_close_ms = 0, start_to_close_ms = 0, heartbeat_ms = 0;
  int32_t priority = 0;
};

bool resolve_timeout(const baton::v1::Timeout& given, const std::optional<int64_t>& type_default, int64_t& resolved) {
  std::optional<int64_t> timeout = timeout_ms(given);
  if (!timeout) timeout = type_default;
  if (timeout) resolved = *timeout;
  return timeout.has_value();
}

Cause resolve(const Attributes& decision, const ActivityTypeRecord& type, Resolved& resolved) {
  resolved.task_list = decision.task_list().name().empty() ? type.default_task_list : decision.task_list().name();
  if (resolved.task_list.empty()) return journal::SCHEDULE_ACTIVITY_TASK_FAILED_CAUSE_DEFAULT_TASK_LIST_UNDEFINED;
  if (!resolve_timeout(decision.schedule_to_start_timeout(), type.default_task_schedule_to_start_ms, resolved.schedule_to_start_ms)) {
    return journal::SCHEDULE_ACTIVITY_TASK_FAILED_CAUSE_DEFAULT_SCHEDULE_TO_START_TIMEOUT_UNDEFINED;
  }
  if (!resolve_timeout(decision.schedule_to_close_timeout(), type.default_task_schedule_to_close_ms, resolved.schedule_to_close_ms)) {
    return journal::SCHEDULE_ACTIVITY_TASK_FAILED_CAUSE_DEFAULT_SCHEDULE_TO_CLOSE_TIMEOUT_UNDEFINED;
  }
  if (!resolve_timeout(decision.start_to_close_timeout(), type.default_task_start_to_close_ms, resolved.start_to_close_ms)) {
    return journal::SCHEDULE_ACTIVITY_TASK_FAILED_CAUSE_DEFAULT_START_TO_CLOSE_TIMEOUT_UNDEFINED;
  }
  if (!resolve_timeout(decision.heartbeat_timeout(), type.default_task_heartbeat_ms, resolved.heartbeat_ms)) {
    return journal::SCHEDULE_ACTIVITY_TASK_FAILED_CAUSE_DEFAULT_HEARTBEAT_TIMEOUT_UNDEFINED;
  }
  resolved.priority = decision.has_task_priority() ? decision.task_priority() : type.default_task_priority.value_or(0);
  return journal::SCHEDULE_ACTIVITY_TASK_FAILED_CAUSE_UNSPECIFIED;
}

// UNSPECIFIED: nothing is against it.
Cause find_cause(Deciding& deciding, const Attributes& decision, Resolved& resolved) {
  if (!deciding.allows("ScheduleActivityTask")) return journal::SCHEDULE_ACTIVITY_TASK_FAILED_CAUSE_OPERATION_NOT_PERMITTED;
  const ExecutionState& state = deciding.draft.state();
  const Context& context = deciding.draft.context();
  const auto& type_ref = decision.activity_type();
  const ActivityTypeRecord* type = context.registry.find_activity_type(state.identity->domain, type_ref.name(), type_ref.version());
  if (type == nullptr || type->deprecated) {
    deciding.draft.rests_on_registry();
    return type == nullptr ? journal::SCHEDULE_ACTIVITY_TASK_FAILED_CAUSE_ACTIVITY_TYPE_DOES_NOT_EXIST
                           : journal::SCHEDULE_ACTIVITY_TASK_FAILED_CAUSE_ACTIVITY_TYPE_DEPRECATED;
  }
  if (state.activity_ids.contains(decision.activity_id())) {
    return journal::SCHEDULE_ACTIVITY_TASK_FAILED_CAUSE_ACTIVITY_ID_ALREADY_IN_USE;
  }
  if (state.activity_ids.size() >= static_cast<size_t>(context.limits.open_activities)) {
    deciding.draft.rests_on_registry();
    return journal::SCHEDULE_ACTIVITY_TASK_FAILED_CAUSE_OPEN_ACTIVITIES_LIMIT_EXCEEDED;
  }
  const Cause cause = resolve(decision, *type, resolved);
  // The type may have been deleted and registered anew, with defaults.
  if (cause != journal::SCHEDULE_ACTIVITY_TASK_FAILED_CAUSE_UNSPECIFIED) {
    deciding.draft.rests_on_registry();
  } else if (!deciding.within_rate("ScheduleActivityTask")) {
    return journal::SCHEDULE_ACTIVITY_TASK_FAILED_CAUSE_ACTIVITY_CREATION_RATE_EXCEEDED;
  }
  return cause;
}

absl::Status check_interval(const std::string& field, const google::protobuf::Duration& interval) {
  baton::v1::Timeout timeout;
  *timeout.mutable_after() = interval;
  if (absl::Status s = check_timeout(field, true, timeout, false); !s.ok()) return s;
  return duration_ms(interval) > 0 ? absl::OkStatus() : invalid_field(field, "is zero: wait for a millisecond at least");
}

absl::Status check_retry_policy(const std::string& field, const baton::v1::RetryPolicy& policy) {
  if (!policy.has_initial_interval()) return invalid_field(field + ".initial_interval", "is missing: say how long to wait before the second attempt");
  if (absl::Status s = check_interval(field + ".initial_interval", policy.initial_interval()); !s.ok()) return s;
  const double coefficient = policy.backoff_coefficient();
  if (coefficient != 0 && !(coefficient >= 1 && std::isfinite(coefficient))) {
    return invalid_field(field + ".backoff_coefficient", "is no number of at least 1: each wait is the one before times this (0 means 2)");
  }
  if (policy.has_maximum_interval()) {
    if (absl::Status s = check_interval(field + ".maximum_interval", policy.maximum_interval()); !s.ok()) return s;
  }
  if (policy.maximum_attempts() < 0) return invalid_field(field + ".maximum_attempts", "is negative: 0 means no limit");
  if (policy.non_retryable_reasons_size() > kMaxNonRetryableReasons) {
    return invalid_field(field + ".non_retryable_reasons", "has " + std::to_string(policy.non_retryable_reasons_size()) +
                                                               " entries: at most " + std::to_string(kMaxNonRetryableReasons) + " are allowed");
  }
  for (int i = 0; i < policy.non_retryable_reasons_size(); ++i) {
    const std::string entry = field + ".non_retryable_reasons[" + std::to_string(i) + "]";
    if (absl::Status s = check_text(entry, policy.non_retryable_reasons(i), kMaxReasonChars); !s.ok()) return s;
  }
  return absl::OkStatus();
}

}  // namespace

absl::Status check(const std::string& field, const Attributes& decision, const Limits& limits) {
  if (absl::Status s = check_name(field + ".activity_id", decision.activity_id()); !s.ok()) return s;
  if (absl::Status s = check_name(field + ".activity_type.name", decision.activity_type().name()); !s.ok()) return s;
  if (absl::Status s = check_version(field + ".activity_type.version", decision.activity_type().version()); !s.ok()) return s;
  if (!decision.task_list().name().empty()) {
    if (absl::Status s = check_name(field + ".task_list.name", decision.task_list().name()); !s.ok()) return s;
  }
  if (absl::Status s = check_payload(field + ".input", decision.input(), limits.payload_bytes); !s.ok()) return s;
  const auto timeout = [&](const char* name, bool present, const baton::v1::Timeout& value) {
    return check_timeout(field + "." + name, present, value);
  };
  absl::Status s = timeout("schedule_to_start_timeout", decision.has_schedule_to_start_timeout(), decision.schedule_to_start_timeout());
  if (!s.ok()) return s;
  s = timeout("schedule_to_close_timeout", decision.has_schedule_to_close_timeout(), decision.schedule_to_close_timeout());
  if (!s.ok()) return s;
  s = timeout("start_to_close_timeout", decision.has_start_to_close_timeout(), decision.start_to_close_timeout());
  if (!s.ok()) return s;
  s = timeout("heartbeat_timeout", decision.has_heartbeat_timeout(), decision.heartbeat_timeout());
  if (!s.ok()) return s;
  if (s = check_text(field + ".control", decision.control(), kMaxControlChars); !s.ok()) return s;
  if (decision.has_retry_policy()) {
    if (s = check_retry_policy(field + ".retry_policy", decision.retry_policy()); !s.ok()) return s;
  }
  return check_headers(field + ".headers", decision.headers(), limits.headers_bytes);
}

void apply_decision(Deciding& deciding, const Attributes& decision) {
  Resolved resolved;
  const Cause cause = find_cause(deciding, decision, resolved);
  if (cause != journal::SCHEDULE_ACTIVITY_TASK_FAILED_CAUSE_UNSPECIFIED) {
    deciding.draft.event([&](journal::Event& event) {
      auto& failed = *event.mutable_schedule_activity_task_failed();
      failed.set_activity_id(decision.activity_id());
      *failed.mutable_activity_type() = to_journal(decision.activity_type());
      failed.set_cause(cause);
      failed.set_decision_task_completed_event_id(deciding.completed_event_id);
    });
    return deciding.draft.need_decision();
  }
  deciding.draft.event([&](journal::Event& event) {
    auto& scheduled = *event.mutable_activity_task_scheduled();
    scheduled.set_activity_id(decision.activity_id());
    *scheduled.mutable_activity_type() = to_journal(decision.activity_type());
    scheduled.set_task_list(std::move(resolved.task_list));
    if (decision.has_input()) *scheduled.mutable_input() = to_journal(decision.input());
    scheduled.set_decision_task_completed_event_id(deciding.completed_event_id);
    scheduled.set_schedule_to_start_timeout_ms(resolved.schedule_to_start_ms);
    scheduled.set_schedule_to_close_timeout_ms(resolved.schedule_to_close_ms);
    scheduled.set_start_to_close_timeout_ms(resolved.start_to_close_ms);
    scheduled.set_heartbeat_timeout_ms(resolved.heartbeat_ms);
    scheduled.set_task_priority(resolved.priority);
    if (decision.has_control()) scheduled.set_control(decision.control());
    to_journal(decision.headers(), scheduled.mutable_headers());
    if (decision.has_retry_policy()) *scheduled.mutable_retry_policy() = to_journal(decision.retry_policy());
  });
}

}  // namespace baton::core
