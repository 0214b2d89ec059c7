// The four calls that look for executions. `request` and `response` live until `done`.
#pragma once

#include "baton/v1/workflow_service.pb.h"
#include "coordinator/api/backend.h"

namespace baton::api {

void list_executions(const Backend& backend, const v1::ListOpenWorkflowExecutionsRequest& request,
                     v1::ListOpenWorkflowExecutionsResponse* response, engine::DoneEmpty done);
void list_executions(const Backend& backend, const v1::ListClosedWorkflowExecutionsRequest& request,
                     v1::ListClosedWorkflowExecutionsResponse* response, engine::DoneEmpty done);
void count_executions(const Backend& backend, const v1::CountOpenWorkflowExecutionsRequest& request,
                      v1::CountOpenWorkflowExecutionsResponse* response, engine::DoneEmpty done);
void count_executions(const Backend& backend, const v1::CountClosedWorkflowExecutionsRequest& request,
                      v1::CountClosedWorkflowExecutionsResponse* response, engine::DoneEmpty done);

}  // namespace baton::api
