// What is behind baton::Decisions, and what both levels of the decider put into decisions.
#pragma once

#include "baton/child_options.h"
#include "baton/continue_as_new.h"
#include "baton/decision_task.h"
#include "baton/function_call.h"
#include "baton/v1/decider_service.pb.h"

namespace baton {

struct Decisions::Content {
  v1::RespondDecisionTaskCompletedRequest answer;
};

struct ContinueAsNew::Facts {
  v1::ContinueAsNewWorkflowExecutionAttributes attributes;
  std::source_location where;
};

namespace detail {

// Everything but the activity id, the type and the input.
void set_options(const ActivityOptions& options, v1::ScheduleActivityTaskAttributes* out);
// Everything but the workflow id, the type and the input.
void set_options(const ChildOptions& options, v1::StartChildWorkflowExecutionAttributes* out);
// Everything but the input and the version.
void set_options(const ContinueOptions& options, v1::ContinueAsNewWorkflowExecutionAttributes* out);
// Everything but the id, the name and the input.
void set_options(const FunctionOptions& options, v1::ScheduleLambdaFunctionAttributes* out);

// What an event has in an optional field.
std::optional<Payload> payload_of(bool present, const v1::Payload& payload);

}  // namespace detail
}  // namespace baton
