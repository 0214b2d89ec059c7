#include "tests/api/any_call.h"

#include <chrono>
#include <optional>
#include <string>

namespace baton::testing {
namespace {

using google::protobuf::FieldDescriptor;
using google::protobuf::Message;
using google::protobuf::MethodDescriptor;

constexpr std::chrono::seconds kPatience{60};

// One thing at a time: the queue gives back what was asked for last.
class Steps {
 public:
  grpc::CompletionQueue* queue() { return &queue_; }
  static void* tag() { return nullptr; }
  bool done() {
    void* tag = nullptr;
    bool ok = false;
    return queue_.Next(&tag, &ok) && ok;
  }

 private:
  grpc::CompletionQueue queue_;
};

std::optional<v1::Refusal> refusal_in(const Message& message) {
  if (const auto* refusal = dynamic_cast<const v1::Refusal*>(&message)) return *refusal;
  std::vector<const FieldDescriptor*> fields;
  message.GetReflection()->ListFields(message, &fields);
  for (const FieldDescriptor* field : fields) {
    if (field->cpp_type() != FieldDescriptor::CPPTYPE_MESSAGE) continue;
    const int count = field->is_repeated() ? message.GetReflection()->FieldSize(message, field) : 1;
    for (int i = 0; i < count; ++i) {
      const Message& inner = field->is_repeated() ? message.GetReflection()->GetRepeatedMessage(message, field, i)
                                                  : message.GetReflection()->GetMessage(message, field);
      if (auto found = refusal_in(inner)) return found;
    }
  }
  return std::nullopt;
}

// A status says more: it is not asked when there is one.
Outcome outcome_with(const grpc::Status& status, const std::optional<v1::Refusal>& refusal) {
  if (!status.ok() || !refusal) return outcome_of(status);
  return {grpc::StatusCode::OK, v1::Fault_Name(refusal->fault()), "", refusal->message()};
}

std::string path_of(const MethodDescriptor& method) { return "/" + method.service()->full_name() + "/" + method.name(); }

}  // namespace

std::vector<const MethodDescriptor*> all_calls() {
  std::vector<const MethodDescriptor*> calls;
  for (const auto* file : {v1::RegisterDomainRequest::descriptor()->file(), v1::StartWorkflowExecutionRequest::descriptor()->file(),
                           v1::PollForDecisionTaskRequest::descriptor()->file(), v1::PollForActivityTaskRequest::descriptor()->file()}) {
    for (int i = 0; i < file->service_count(); ++i) {
      for (int j = 0; j < file->service(i)->method_count(); ++j) calls.push_back(file->service(i)->method(j));
    }
  }
  return calls;
}

std::unique_ptr<Message> new_message(const google::protobuf::Descriptor& type) {
  return std::unique_ptr<Message>(google::protobuf::MessageFactory::generated_factory()->GetPrototype(&type)->New());
}

Outcome AnyCall::outcome(const MethodDescriptor& method, const Message& request) {
  grpc::ClientContext context;
  context.set_deadline(std::chrono::system_clock::now() + kPatience);
  Steps steps;
  grpc::Status status;
  const auto answer = new_message(*method.output_type());
  if (!method.client_streaming()) {
    const auto call = stub_.PrepareUnaryCall(&context, path_of(method), request, steps.queue());
    call->StartCall();
    call->Finish(answer.get(), &status, Steps::tag());
    steps.done();
    return outcome_with(status, refusal_in(*answer));
  }
  const auto call = stub_.PrepareCall(&context, path_of(method), steps.queue());
  call->StartCall(Steps::tag());
  bool going = steps.done();
  if (going) {
    call->Write(request, Steps::tag());
    going = steps.done();
  }
  if (going) {
    call->WritesDone(Steps::tag());
    steps.done();
  }
  std::optional<v1::Refusal> refusal;
  while (going) {
    call->Read(answer.get(), Steps::tag());
    going = steps.done();
    if (going && !refusal) refusal = refusal_in(*answer);
  }
  call->Finish(&status, Steps::tag());
  steps.done();
  return outcome_with(status, refusal);
}

}  // namespace baton::testing
