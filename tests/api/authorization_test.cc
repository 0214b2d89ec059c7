// Who may not, may not: every call of the four services, found by reflection, and every decision.
#include <google/protobuf/dynamic_message.h>
#include <gmock/gmock.h>
#include <grpcpp/generic/generic_stub.h>

#include <thread>

#include "tests/api/any_call.h"
#include "tests/api/coordinator_in_process.h"

namespace baton::testing {
namespace {

using google::protobuf::FieldDescriptor;
using google::protobuf::Message;
using google::protobuf::MethodDescriptor;

constexpr char kDenyAll[] = "default deny";

grpc::ByteBuffer to_buffer(const Message& message) {
  const grpc::Slice slice(message.SerializeAsString());
  return {&slice, 1};
}

class DenyAll : public CoordinatorInProcess {
 protected:
  DenyAll() : CoordinatorInProcess(kDenyAll) {}

  // Well-formed where a call looks before it asks: tokens are signed, streams opened.
  std::unique_ptr<Message> request_of(const MethodDescriptor& method) {
    std::unique_ptr<Message> request(
        google::protobuf::MessageFactory::generated_factory()->GetPrototype(method.input_type())->New());
    fill(*request);
    if (const auto* open = method.input_type()->FindFieldByName("open")) fill(*request->GetReflection()->MutableMessage(request.get(), open));
    return request;
  }
  void fill(Message& message) {
    const auto* token = message.GetDescriptor()->FindFieldByName("task_token");
    if (token != nullptr && token->type() == FieldDescriptor::TYPE_BYTES) {
      journal::v1::TaskToken task;
      const bool decision = message.GetDescriptor()->name().find("Decision") != std::string::npos;
      task.set_kind(decision ? journal::v1::TaskToken::DECISION : journal::v1::TaskToken::ACTIVITY);
      task.set_domain(kDomain);
      task.set_run_id(std::string(16, 'r'));
      message.GetReflection()->SetString(&message, token, tokens_->sign(task));
    }
    if (const auto* domain = message.GetDescriptor()->FindFieldByName("domain")) {
      message.GetReflection()->SetString(&message, domain, kDomain);
    }
  }
  // Any method, unary or stream, without its stub.
  grpc::Status call_any(const MethodDescriptor& method, const Message& request) {
    grpc::GenericStub stub(channel_);
    grpc::ClientContext context;
    grpc::CompletionQueue queue;
    const std::string path = "/" + method.service()->full_name() + "/" + method.name();
    const auto stream = stub.PrepareCall(&context, path, &queue);
    grpc::ByteBuffer reply;
    grpc::Status status;
    int step = 0;
    const auto wait = [&] {
      void* tag = nullptr;
      bool ok = false;
      EXPECT_TRUE(queue.Next(&tag, &ok));
    };
    stream->StartCall(&step);
    wait();
    if (method.client_streaming()) {
      stream->Write(to_buffer(request), &step);  // the server ends it; the client's half stays open
    } else {
      stream->WriteLast(to_buffer(request), grpc::WriteOptions(), &step);
    }
    wait();
    stream->Finish(&status, &step);
    wait();
    return status;
  }
};

TEST_F(DenyAll, refuses_every_call_of_every_service) {
  const auto methods = all_calls();
  EXPECT_GE(methods.size(), 41U);
  for (const MethodDescriptor* method : methods) {
    const grpc::Status status = call_any(*method, *request_of(*method));
    EXPECT_EQ(status.error_code(), grpc::StatusCode::PERMISSION_DENIED) << method->full_name() << ": " << status.error_message();
    EXPECT_EQ(reason_of(status), "OPERATION_NOT_PERMITTED") << method->full_name();
  }
}

TEST_F(DenyAll, learns_nothing_of_what_exists) {
  v1::DescribeDomainRequest request;
  request.set_name("there is none");
  EXPECT_EQ(outcome(*registry_, &Registry::DescribeDomain, request).reason, "OPERATION_NOT_PERMITTED");
}

class OneCallDenied : public CoordinatorInProcess {
 protected:
  OneCallDenied() : CoordinatorInProcess("deny * SignalWorkflowExecution orders\ndefault allow") {}
};

TEST_F(OneCallDenied, leaves_the_others) {
  set_up_types();
  start("w");
  v1::SignalWorkflowExecutionRequest signal;
  signal.set_domain(kDomain);
  signal.set_workflow_id("w");
  signal.set_signal_name("approved");
  const Outcome denied = outcome(*workflows_, &Workflows::SignalWorkflowExecution, signal);
  EXPECT_EQ(denied.reason, "OPERATION_NOT_PERMITTED");
  EXPECT_NE(denied.message.find("SignalWorkflowExecution"), std::string::npos);
  EXPECT_EQ(history("w").size(), 2U);
  v1::RequestCancelWorkflowExecutionRequest cancel;
  cancel.set_domain(kDomain);
  cancel.set_workflow_id("w");
  EXPECT_EQ(outcome(*workflows_, &Workflows::RequestCancelWorkflowExecution, cancel).reason, "OK");
}

class OneDecisionDenied : public CoordinatorInProcess {
 protected:
  OneDecisionDenied() : CoordinatorInProcess("deny * ScheduleActivityTask orders\ndefault allow") {}
};

TEST_F(OneDecisionDenied, becomes_its_failed_event) {
  set_up_types();
  start("w");
  v1::Decision timer;
  timer.mutable_start_timer()->set_timer_id("t");
  timer.mutable_start_timer()->mutable_start_to_fire_timeout()->set_seconds(3600);
  ASSERT_TRUE(decide(poll_decision(), {schedule_activity("a"), timer}).ok());
  const auto events = history("w");
  ASSERT_GE(events.size(), 6U);
  ASSERT_TRUE(events[4].has_schedule_activity_task_failed()) << events[4].ShortDebugString();
  EXPECT_EQ(events[4].schedule_activity_task_failed().cause(), v1::SCHEDULE_ACTIVITY_TASK_FAILED_CAUSE_OPERATION_NOT_PERMITTED);
  EXPECT_TRUE(events[5].has_timer_started());
}

class TwoDomains : public CoordinatorInProcess {
 protected:
  TwoDomains() : CoordinatorInProcess("deny * * secret\ndefault allow") {}
};

// The domain that counts is the one in the signed token, not one that the caller may name.
TEST_F(TwoDomains, a_token_is_judged_by_its_own_domain) {
  journal::v1::TaskToken task;
  task.set_kind(journal::v1::TaskToken::ACTIVITY);
  task.set_domain("secret");
  task.set_run_id(std::string(16, 'r'));
  v1::RespondActivityTaskCompletedRequest request;
  request.set_task_token(tokens_->sign(task));
  EXPECT_EQ(outcome(*workers_, &Workers::RespondActivityTaskCompleted, request).reason, "OPERATION_NOT_PERMITTED");
}

TEST_F(TwoDomains, a_stream_of_one_takes_no_token_of_the_other) {
  set_up_types();
  journal::v1::TaskToken task;
  task.set_kind(journal::v1::TaskToken::ACTIVITY);
  task.set_domain("secret");
  task.set_run_id(std::string(16, 'r'));
  grpc::ClientContext context;
  const auto stream = workers_->PollActivityTasks(&context);
  v1::PollActivityTasksRequest frame;
  frame.mutable_open()->set_domain(kDomain);
  frame.mutable_open()->mutable_task_list()->set_name(kList);
  frame.mutable_open()->set_instance_id("i");
  frame.mutable_open()->set_slots(1);
  auto& answer = *frame.add_answers();
  answer.set_task_token(tokens_->sign(task));
  answer.mutable_completed();
  ASSERT_TRUE(stream->Write(frame));
  v1::PollActivityTasksResponse said;
  ASSERT_TRUE(stream->Read(&said));
  ASSERT_EQ(said.confirmations_size(), 1);
  EXPECT_EQ(said.confirmations(0).refused().fault(), v1::INVALID_TOKEN);
  stream->WritesDone();
  EXPECT_TRUE(stream->Finish().ok());
}

}  // namespace
}  // namespace baton::testing
