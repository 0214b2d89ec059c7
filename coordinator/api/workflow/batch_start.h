// StartWorkflowExecutions: each item is a start of its own; the call ends when the last verdict is there.
#pragma once

#include <functional>

#include "baton/v1/workflow_service.pb.h"
#include "coordinator/api/backend.h"

namespace baton::api {

// The number and size of the items, and that they are all of the request's domain.
absl::Status check(const v1::StartWorkflowExecutionsRequest& request);
// `response` gets one verdict for each item, in their order; it lives until `done`.
void start_all(const Backend& backend, const core::Caller& caller, const v1::StartWorkflowExecutionsRequest& request,
               v1::StartWorkflowExecutionsResponse* response, std::function<void()> done);

}  // namespace baton::api
