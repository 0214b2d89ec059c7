#include "start_request.h"

#include "wire.h"

namespace baton {

void to_wire(const StartRequest& start, v1::StartWorkflowExecutionRequest* request) {
  const StartOptions& options = start.options;
  request->set_workflow_id(start.workflow_id);
  to_wire(start.type, request->mutable_workflow_type());
  if (!options.task_list.empty()) request->mutable_task_list()->set_name(options.task_list);
  if (options.task_priority) request->set_task_priority(*options.task_priority);
  if (start.input) to_wire(*start.input, request->mutable_input());
  if (!options.execution_start_to_close.is_default()) {
    to_wire(options.execution_start_to_close, request->mutable_execution_start_to_close_timeout());
  }
  if (!options.task_start_to_close.is_default()) {
    to_wire(options.task_start_to_close, request->mutable_task_start_to_close_timeout());
  }
  request->set_child_policy(static_cast<v1::ChildPolicy>(options.child_policy));
  for (const std::string& tag : options.tags) request->add_tag_list(tag);
  for (const auto& [name, attribute] : options.search_attributes) {
    to_wire(attribute, &(*request->mutable_search_attributes())[name]);
  }
  if (!options.lambda_role.empty()) request->set_lambda_role(options.lambda_role);
  to_wire(options.headers, request->mutable_headers());
  request->set_request_id(options.request_id);
}

}  // namespace baton
