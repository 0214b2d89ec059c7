#include "passed_headers.h"

#include "wire.h"

namespace baton::detail {

void pass_on(const Headers& headers, v1::RespondDecisionTaskCompletedRequest* answer) {
  if (headers.empty()) return;
  for (auto& decision : *answer->mutable_decisions()) {
    if (decision.has_signal_external_workflow_execution()) {
      to_wire(headers, decision.mutable_signal_external_workflow_execution()->mutable_headers());
    } else if (decision.has_start_child_workflow_execution()) {
      to_wire(headers, decision.mutable_start_child_workflow_execution()->mutable_headers());
    }
  }
}

}  // namespace baton::detail
