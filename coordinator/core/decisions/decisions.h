// The decisions of an answer: how each is checked, and what it does. One file each.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "absl/status/status.h"
#include "baton/v1/decision.pb.h"
#include "coordinator/core/draft.h"
#include "coordinator/core/external.h"

namespace baton::core {

// An answer in the making: DecisionTaskCompleted is in the draft, decisions follow.
struct Deciding {
  Draft& draft;
  const Caller& caller;
  int64_t completed_event_id = 0;
  bool unhandled = false;  // new events came since the decider's task started: nothing may close (facts.md §6)
  RunId fresh_run_id;
  uint32_t children = 0;  // initiated by this answer
  // Set by ContinueAsNewWorkflowExecution: how the run begins that follows this one in the same commit.
  std::optional<journal::WorkflowExecutionStartedAttributes> successor = {};

  // Takes a token of the domain's rate for it; asked last, when nothing else is against it.
  bool within_rate(std::string_view decision) const {
    DecisionRates* const rates = draft.context().rates;
    return rates == nullptr || rates->take(draft.state().identity->domain, decision);
  }
  bool allows(std::string_view decision) const {
    return draft.context().authorizer.allows(caller, {decision, draft.state().identity->domain});
  }
};

// Checks what can be judged before anything is applied; `field` names the attributes, for example "decisions[3].start_timer".
absl::Status check(const std::string& field, const baton::v1::ScheduleActivityTaskAttributes& decision, const Limits& limits);
absl::Status check(const std::string& field, const baton::v1::RequestCancelActivityTaskAttributes& decision, const Limits& limits);
absl::Status check(const std::string& field, const baton::v1::StartTimerAttributes& decision, const Limits& limits);
absl::Status check(const std::string& field, const baton::v1::CancelTimerAttributes& decision, const Limits& limits);
absl::Status check(const std::string& field, const baton::v1::RecordMarkerAttributes& decision, const Limits& limits);
absl::Status check(const std::string& field, const baton::v1::StartChildWorkflowExecutionAttributes& decision, const Limits& limits);
absl::Status check(const std::string& field, const baton::v1::SignalExternalWorkflowExecutionAttributes& decision, const Limits& limits);
absl::Status check(const std::string& field, const baton::v1::RequestCancelExternalWorkflowExecutionAttributes& decision,
                   const Limits& limits);
absl::Status check(const std::string& field, const baton::v1::ScheduleLambdaFunctionAttributes& decision, const Limits& limits);
absl::Status check(const std::string& field, const baton::v1::UpsertSearchAttributesAttributes& decision, const Limits& limits);
absl::Status check(const std::string& field, const baton::v1::AnswerUpdateAttributes& decision, const Limits& limits);
absl::Status check(const std::string& field, const baton::v1::CompleteWorkflowExecutionAttributes& decision, const Limits& limits);
absl::Status check(const std::string& field, const baton::v1::FailWorkflowExecutionAttributes& decision, const Limits& limits);
absl::Status check(const std::string& field, const baton::v1::CancelWorkflowExecutionAttributes& decision, const Limits& limits);
absl::Status check(const std::string& field, const baton::v1::ContinueAsNewWorkflowExecutionAttributes& decision, const Limits& limits);

// Appends the event of the decision, or its ...Failed event with the cause.
void apply_decision(Deciding& deciding, const baton::v1::ScheduleActivityTaskAttributes& decision);
void apply_decision(Deciding& deciding, const baton::v1::RequestCancelActivityTaskAttributes& decision);
void apply_decision(Deciding& deciding, const baton::v1::StartTimerAttributes& decision);
void apply_decision(Deciding& deciding, const baton::v1::CancelTimerAttributes& decision);
void apply_decision(Deciding& deciding, const baton::v1::RecordMarkerAttributes& decision);
void apply_decision(Deciding& deciding, const baton::v1::StartChildWorkflowExecutionAttributes& decision);
void apply_decision(Deciding& deciding, const baton::v1::SignalExternalWorkflowExecutionAttributes& decision);
void apply_decision(Deciding& deciding, const baton::v1::RequestCancelExternalWorkflowExecutionAttributes& decision);
void apply_decision(Deciding& deciding, const baton::v1::ScheduleLambdaFunctionAttributes& decision);
void apply_decision(Deciding& deciding, const baton::v1::UpsertSearchAttributesAttributes& decision);
void apply_decision(Deciding& deciding, const baton::v1::AnswerUpdateAttributes& decision);
void apply_decision(Deciding& deciding, const baton::v1::CompleteWorkflowExecutionAttributes& decision);
void apply_decision(Deciding& deciding, const baton::v1::FailWorkflowExecutionAttributes& decision);
void apply_decision(Deciding& deciding, const baton::v1::CancelWorkflowExecutionAttributes& decision);
void apply_decision(Deciding& deciding, const baton::v1::ContinueAsNewWorkflowExecutionAttributes& decision);

}  // namespace baton::core
