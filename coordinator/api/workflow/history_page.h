// GetWorkflowExecutionHistory: one page.
#pragma once

#include "baton/v1/workflow_service.pb.h"
#include "coordinator/api/backend.h"

namespace baton::api {

absl::Status check(const std::string& domain, const v1::WorkflowExecution& execution);
// `request` and `response` live until `done`.
void read_history_page(const Backend& backend, const core::Caller& caller, const v1::GetWorkflowExecutionHistoryRequest& request,
                       v1::GetWorkflowExecutionHistoryResponse* response, engine::DoneEmpty done);

}  // namespace baton::api
