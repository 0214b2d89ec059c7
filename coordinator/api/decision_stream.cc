#include "coordinator/api/decision_stream.h"

#include "coordinator/api/decision_page.h"
#include "coordinator/api/poll_stream.h"

namespace baton::api {
namespace {

using Request = v1::PollDecisionTasksRequest;
using Response = v1::PollDecisionTasksResponse;
using Output = StreamOutput<Request, Response>;

constexpr size_t kItemBytes = 256;

void confirm(v1::DecisionConfirmation* confirmation, std::string token, const absl::Status& status) {
  confirmation->set_task_token(std::move(token));
  if (status.ok()) {
    confirmation->set_recorded(true);
  } else {
    to_refusal(status, confirmation->mutable_refused());
  }
}

class Sink final : public engine::PollerSink {
 public:
  Sink(std::shared_ptr<Output> output, const Backend& backend, DecisionPageRequest page)
      : output_(std::move(output)), backend_(backend), page_(std::move(page)) {}

  void offer(engine::OfferedTask offered) override {
    auto& task = std::get<v1::DecisionTask>(offered.task);
    task.set_task_token(backend_.tokens.sign(offered.token));
    if (offered.next_event_id != 0) task.set_next_page_token(sign_decision_page(backend_, page_, offered));
    output_->writer.add(task.ByteSizeLong() + 8, [&](Response& frame) { *frame.add_tasks() = std::move(task); });
  }
  void cancel_requested(const journal::v1::TaskToken&) override {}  // of activities only
  void closed(const journal::v1::TaskToken& token, const absl::Status& why) override {
    output_->writer.add(kItemBytes,
                        [&](Response& frame) { confirm(frame.add_closed_tasks(), backend_.tokens.sign(token), why); });
  }
  void draining() override {
    output_->writer.add(kItemBytes, [](Response& frame) { frame.set_draining(true); });
  }

 private:
  const std::shared_ptr<Output> output_;
  const Backend& backend_;
  const DecisionPageRequest page_;
};

class DecisionStream final : public PollStream<Request, Response> {
 public:
  DecisionStream(const Backend& backend, grpc::CallbackServerContext* context) : PollStream(backend, context) { begin(); }

 private:
  absl::StatusOr<StreamOpening> opening(Request& first) override {
    if (!first.has_open()) return core::invalid_field("open", "is missing: the first frame of the stream must say who polls for what");
    StreamOpening opening{"PollForDecisionTask", {}};
    v1::DecisionPollerOpen& open = *first.mutable_open();
    // Further pages come by PollForDecisionTask with the same domain, list and identity.
    page_ = {open.domain(), open.task_list().name(), open.identity(), 0, false, false};
    opening.spec.kind = core::TaskKind::kDecision;
    opening.spec.domain = std::move(*open.mutable_domain());
    opening.spec.task_list = std::move(*open.mutable_task_list()->mutable_name());
    opening.spec.identity = std::move(*open.mutable_identity());
    opening.spec.instance_id = std::move(*open.mutable_instance_id());
    opening.spec.slots = open.slots();
    for_tokens("open.held_task_tokens", open.held_task_tokens(), [&](const auto& token) { opening.spec.held.push_back(token); });
    return opening;
  }
  std::shared_ptr<engine::PollerSink> make_sink() override { return std::make_shared<Sink>(output_, backend_, page_); }

  void handle(Request& frame) override {
    // What is forgotten was so before anything else in the frame was said.
    for (const v1::WorkflowExecution& run : frame.forget()) backend_.engine.forget_cached_run(poller_, run);
    for_tokens("held_task_tokens", frame.held_task_tokens(), [&](const auto& token) { backend_.engine.hold(caller_, poller_, token); });
    for_tokens("acknowledged_task_tokens", frame.acknowledged_task_tokens(),
               [&](const auto& token) { backend_.engine.acknowledge(poller_, token); });
    for (v1::DecisionTaskAnswer& answer : *frame.mutable_answers()) respond(answer);
    for_tokens("returned_task_tokens", frame.returned_task_tokens(),
               [&](const auto& token) { backend_.engine.give_back(poller_, token); });
    if (frame.draining()) backend_.engine.drain_poller(poller_);
  }
  void respond(v1::DecisionTaskAnswer& answer) {
    const bool failed = answer.has_failed();
    std::string bytes = failed ? answer.failed().task_token() : std::move(*answer.mutable_completed()->mutable_task_token());
    const auto token = backend_.tokens.verify_task(failed ? "failed.task_token" : "completed.task_token", bytes);
    output_->expect();
    auto done = [output = output_, bytes = std::move(bytes)](absl::Status status) {
      output->writer.add(kItemBytes, [&](Response& frame) { confirm(frame.add_confirmations(), bytes, status); });
      output->confirmed();
    };
    if (!token.ok()) return done(token.status());
    if (failed) return done(not_implemented("RespondDecisionTaskFailed"));
    backend_.engine.respond_decision(caller_, *token, std::move(*answer.mutable_completed()), poller_, std::move(done));
  }
  void refuse_token(const std::string& token, const absl::Status& why) override {
    output_->writer.add(kItemBytes, [&](Response& frame) { confirm(frame.add_closed_tasks(), token, why); });
  }

  DecisionPageRequest page_;
};

}  // namespace

grpc::ServerBidiReactor<Request, Response>* make_decision_stream(const Backend& backend, grpc::CallbackServerContext* context) {
  return new DecisionStream(backend, context);
}

}  // namespace baton::api
