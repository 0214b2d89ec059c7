// usage: outside-history ADDRESS WORKFLOW-ID
// Speaks gRPC itself: prints how many events an execution has, and whether the last one is its completion.
#include <baton/v1/workflow_service.grpc.pb.h>
#include <grpcpp/grpcpp.h>

#include <iostream>

int main(int, char** argv) {
  const auto workflows = baton::v1::WorkflowService::NewStub(grpc::CreateChannel(argv[1], grpc::InsecureChannelCredentials()));
  baton::v1::GetWorkflowExecutionHistoryRequest request;
  request.set_domain("greetings");
  request.mutable_execution()->set_workflow_id(argv[2]);
  baton::v1::GetWorkflowExecutionHistoryResponse history;
  grpc::ClientContext context;
  const grpc::Status status = workflows->GetWorkflowExecutionHistory(&context, request, &history);
  if (!status.ok() || history.events().empty()) {
    std::cerr << "outside-history: " << status.error_message() << std::endl;
    return 1;
  }
  std::cout << history.events_size() << " events, "
            << (history.events().rbegin()->has_workflow_execution_completed() ? "completed" : "not completed") << std::endl;
  return 0;
}
