// Any call of any Baton service, by its descriptor: for tests that go through all of them.
#pragma once

#include <google/protobuf/descriptor.h>
#include <google/protobuf/message.h>
#include <grpcpp/generic/generic_stub.h>
#include <grpcpp/grpcpp.h>

#include <memory>
#include <vector>

#include "tests/api/coordinator_in_process.h"

namespace baton::testing {

// Every call of the four services.
std::vector<const google::protobuf::MethodDescriptor*> all_calls();

std::unique_ptr<google::protobuf::Message> new_message(const google::protobuf::Descriptor& type);

class AnyCall {
 public:
  explicit AnyCall(const std::shared_ptr<grpc::Channel>& channel) : stub_(channel) {}

  // Sends one request and reads what comes; on a stream: one frame, the end of them, and every answer. How it ended: the status or, when that
  // is OK, the first refusal in an answer.
  Outcome outcome(const google::protobuf::MethodDescriptor& method, const google::protobuf::Message& request);

 private:
  using Lite = google::protobuf::MessageLite;
  grpc::TemplatedGenericStub<Lite, Lite> stub_;
};

}  // namespace baton::testing
