// The filters of list and count as the store's query (facts.md §11), and its rows as the API shows them. Pure.
#pragma once

#include <string>

#include "absl/status/statusor.h"
#include "baton/v1/workflow_service.pb.h"
#include "coordinator/store/store.h"

namespace baton::api {

// VALIDATION names the filter that is wrong, missing or one too many. Without limit and page.
absl::StatusOr<store::ExecutionQuery> execution_query(const v1::ListOpenWorkflowExecutionsRequest& request);
absl::StatusOr<store::ExecutionQuery> execution_query(const v1::ListClosedWorkflowExecutionsRequest& request);
absl::StatusOr<store::ExecutionQuery> execution_query(const v1::CountOpenWorkflowExecutionsRequest& request);
absl::StatusOr<store::ExecutionQuery> execution_query(const v1::CountClosedWorkflowExecutionsRequest& request);

// Where a page ends and the next one begins, as a page token keeps it.
using ExecutionPosition = std::pair<int64_t, store::RunId>;
std::string to_bytes(const ExecutionPosition& position);
absl::StatusOr<ExecutionPosition> position_from_bytes(const std::string& bytes);
ExecutionPosition position_of(const store::ExecutionQuery& query, const store::ExecutionRecord& record);

void show(const store::ExecutionRecord& record, v1::WorkflowExecutionInfo* info);

}  // namespace baton::api
