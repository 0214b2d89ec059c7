// ScheduleLambdaFunction: a call of a function waits for an invoker (facts.md §7, §9).
#include "coordinator/core/decisions/decisions.h"
#include "coordinator/core/fault.h"
#include "coordinator/core/journal_values.h"
#include "coordinator/core/names.h"

namespace baton::core {
namespace {

using Attributes = baton::v1::ScheduleLambdaFunctionAttributes;
using Cause = journal::ScheduleLambdaFunctionFailedCause;

// SWF has no cause of its own for a decision that is not permitted (facts.md §14, 17): the nearest one.
Cause find_cause(const Deciding& deciding, const Attributes& decision) {
  const ExecutionState& state = deciding.draft.state();
  const DomainRecord* domain = deciding.draft.context().registry.find_domain(state.identity->domain);
  const bool switched_off = domain != nullptr && domain->functions_disabled;
  if (switched_off) deciding.draft.rests_on_registry();
  if (switched_off || !deciding.allows("ScheduleLambdaFunction")) {
    return journal::SCHEDULE_LAMBDA_FUNCTION_FAILED_CAUSE_LAMBDA_SERVICE_NOT_AVAILABLE_IN_REGION;
  }
  if (state.function_ids.contains(decision.id())) return journal::SCHEDULE_LAMBDA_FUNCTION_FAILED_CAUSE_ID_ALREADY_IN_USE;
  if (state.function_ids.size() >= static_cast<size_t>(deciding.draft.context().limits.open_lambda_functions)) {
    deciding.draft.rests_on_registry();
    return journal::SCHEDULE_LAMBDA_FUNCTION_FAILED_CAUSE_OPEN_LAMBDA_FUNCTIONS_LIMIT_EXCEEDED;
  }
  if (!deciding.within_rate("ScheduleLambdaFunction")) {
    return journal::SCHEDULE_LAMBDA_FUNCTION_FAILED_CAUSE_LAMBDA_FUNCTION_CREATION_RATE_EXCEEDED;
  }
  return journal::SCHEDULE_LAMBDA_FUNCTION_FAILED_CAUSE_UNSPECIFIED;
}

void refuse(Deciding& deciding, const Attributes& decision, Cause cause) {
  deciding.draft.event([&](journal::Event& event) {
    auto& failed = *event.mutable_schedule_lambda_function_failed();
    failed.set_id(decision.id());
    failed.set_name(decision.name());
    failed.set_cause(cause);
    failed.set_decision_task_completed_event_id(deciding.completed_event_id);
  });
  deciding.draft.need_decision();
}

// Nobody could be asked to call it: the run has no role (facts.md §15).
void fail_to_start(Deciding& deciding, int64_t scheduled_event_id) {
  deciding.draft.event([&](journal::Event& event) {
    auto& failed = *event.mutable_start_lambda_function_failed();
    failed.set_scheduled_event_id(scheduled_event_id);
    failed.set_cause(journal::START_LAMBDA_FUNCTION_FAILED_CAUSE_ASSUME_ROLE_FAILED);
    failed.set_message("the run has no lambda_role: give one when it is started, or in its workflow type's defaults");
  });
  deciding.draft.need_decision();
}

}  // namespace

absl::Status check(const std::string& field, const Attributes& decision, const Limits& limits) {
  if (absl::Status s = check_name(field + ".id", decision.id()); !s.ok()) return s;
  if (absl::Status s = check_name(field + ".name", decision.name(), kMaxFunctionNameChars); !s.ok()) return s;
  if (absl::Status s = check_payload(field + ".input", decision.input(), limits.payload_bytes); !s.ok()) return s;
  const std::string timeout_field = field + ".start_to_close_timeout";
  const bool has_timeout = decision.has_start_to_close_timeout();
  if (absl::Status s = check_timeout(timeout_field, has_timeout, decision.start_to_close_timeout(), false); !s.ok()) return s;
  if (const auto given_ms = timeout_ms(decision.start_to_close_timeout())) {
    if (*given_ms < kMinFunctionTimeoutMs || *given_ms > kMaxFunctionTimeoutMs) {
      return invalid_field(timeout_field, "is not between 1 and 900 seconds: a function may take no longer");
    }
  }
  return check_text(field + ".control", decision.control(), kMaxControlChars);
}

void apply_decision(Deciding& deciding, const Attributes& decision) {
  const Cause cause = find_cause(deciding, decision);
  if (cause != journal::SCHEDULE_LAMBDA_FUNCTION_FAILED_CAUSE_UNSPECIFIED) return refuse(deciding, decision, cause);
  const int64_t scheduled_event_id = deciding.draft.event([&](journal::Event& event) {
    auto& scheduled = *event.mutable_lambda_function_scheduled();
    scheduled.set_id(decision.id());
    scheduled.set_name(decision.name());
    if (decision.has_control()) scheduled.set_control(decision.control());
    if (decision.has_input()) *scheduled.mutable_input() = to_journal(decision.input());
    scheduled.set_start_to_close_timeout_ms(timeout_ms(decision.start_to_close_timeout()).value_or(kMaxFunctionTimeoutMs));
    scheduled.set_decision_task_completed_event_id(deciding.completed_event_id);
  });
  if (deciding.draft.state().started().lambda_role().empty()) fail_to_start(deciding, scheduled_event_id);
}

}  // namespace baton::core
