#include "coordinator/api/decision_stream.h"

#include "coordinator/api/decision_page.h"
#include "coordinator/api/poll_stream.h"

namespace baton::api {
namespace {

using Request = v1::PollDecisionTasksRequest;
using Response = v1::PollDecisionTasksResponse;
using Output = StreamOutput<Request, Response>;

class Sink final : public engine::PollerSink {
 public:
  Sink(std::shared_ptr<Output> output, const Backend& backend, DecisionPageRequest page)
      : output_(std::move(output)), backend_(backend), page_(std::move(page)) {}

  bool offer(std::span<engine::OfferedTask> offered) override {
    const auto task = [&](size_t i) { return std::get<v1::DecisionTask*>(offered[i].task); };
    for (size_t i = 0; i < offered.size(); ++i) {
      const engine::OfferedTask& one = offered[i];
      task(i)->set_task_token(backend_.tokens.sign(one.token));
      if (one.next_event_id != 0) task(i)->set_next_page_token(sign_decision_page(backend_, page_, *task(i), one.next_event_id));
    }
    return output_->writer.add_all(
        offered.front().arena, offered.size(), [&](size_t i) { return task(i)->ByteSizeLong() + kItemBytes; },
        [&](size_t i, Response& frame) { frame.mutable_tasks()->UnsafeArenaAddAllocated(task(i)); });
  }
  bool query(v1::QueryTask task) override {
    return output_->writer.add(task.ByteSizeLong() + kItemBytes, [&](Response& frame) { *frame.add_queries() = std::move(task); });
  }
  void cancel_requested(const journal::v1::TaskToken&) override {}  // of activities only
  void closed(const journal::v1::TaskToken& token, const absl::Status& why) override {
    output_->writer.add(kConfirmationBytes,
                        [&](Response& frame) { confirm(frame.add_closed_tasks(), backend_.tokens.sign(token), why); });
    // A decider drops a task as it hears of this; only a worker has something to stop first, and gives the slot back itself.
    output_->free_slot(token);
  }
  void draining() override {
    output_->writer.add(kConfirmationBytes, [](Response& frame) { frame.set_draining(true); });
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
  absl::StatusOr<engine::PollerSpec> opening(Request& first) override {
    if (!first.has_open()) return core::invalid_field("open", "is missing: the first frame of the stream must say who polls for what");
    v1::DecisionPollerOpen& open = *first.mutable_open();
    // Further pages come by PollForDecisionTask with the same domain, list and identity.
    page_ = {open.domain(), open.task_list().name(), open.identity(), 0, false, false};
    engine::PollerSpec spec;
    spec.kind = core::TaskKind::kDecision;
    spec.domain = std::move(*open.mutable_domain());
    spec.task_list = std::move(*open.mutable_task_list()->mutable_name());
    spec.identity = std::move(*open.mutable_identity());
    spec.instance_id = std::move(*open.mutable_instance_id());
    spec.slots = open.slots();
    // Whoever may not answer them is not asked.
    spec.answers_queries = open.answers_queries() && authorize(backend_, caller_, "RespondQuery", spec.domain).ok();
    return spec;
  }
  std::shared_ptr<engine::PollerSink> make_sink() override { return std::make_shared<Sink>(output_, backend_, page_); }

  void handle(Request& frame) override {
    // What is forgotten was so before anything else in the frame was said.
    for (const v1::WorkflowExecution& run : frame.forget()) backend_.engine.forget_cached_run(poller(), run);
    for_tokens("held_task_tokens", frame.held_task_tokens(), [&](const auto& token) { backend_.engine.hold(caller_, poller(), token); });
    for_tokens("acknowledged_task_tokens", frame.acknowledged_task_tokens(),
               [&](const auto& token) { backend_.engine.acknowledge(poller(), token); });
    for (v1::DecisionTaskAnswer& answer : *frame.mutable_answers()) respond(answer);
    for (const v1::QueryAnswer& answer : frame.query_answers()) answer_query(answer);
    // First, so that what is given back goes to others.
    if (frame.draining()) backend_.engine.drain_poller(poller());
    for_tokens("returned_task_tokens", frame.returned_task_tokens(),
               [&](const auto& token) { backend_.engine.give_back(poller(), token); });
  }
  void respond(v1::DecisionTaskAnswer& answer) {
    const bool failed = answer.has_failed();
    std::string bytes = std::move(failed ? *answer.mutable_failed()->mutable_task_token() : *answer.mutable_completed()->mutable_task_token());
    const auto token = open_stream_token(backend_, spec(), "task_token", bytes);
    output_->expect();
    auto done = [output = output_, bytes = std::move(bytes)](const absl::Status& status) {
      output->writer.add(kConfirmationBytes, [&](Response& frame) { confirm(frame.add_confirmations(), bytes, status); });
      output->confirmed();
    };
    if (!token.ok()) return done(token.status());
    if (failed) {
      return backend_.engine.respond_decision_failed(caller_, *token, std::move(*answer.mutable_failed()), poller(), std::move(done));
    }
    if (absl::Status checked = check_size("decisions", answer.completed()); !checked.ok()) return done(checked);
    backend_.engine.respond_decision(caller_, *token, std::move(*answer.mutable_completed()), poller(), std::move(done));
  }

  // One that came too late is for nobody; one that is not valid is told to whoever asked.
  void answer_query(const v1::QueryAnswer& answer) {
    if (!spec().answers_queries) return;
    const absl::Status answered = backend_.engine.answer_query(spec().domain, answer);
    if (core::fault_of(answered) != v1::VALIDATION) return;
    v1::QueryAnswer instead;
    instead.set_query_token(answer.query_token());
    auto& failed = *instead.mutable_reply()->mutable_failed();
    failed.set_reason("INVALID_REPLY");
    failed.mutable_details()->set_content_type("text/plain");
    failed.mutable_details()->set_data(std::string(answered.message()));
    backend_.engine.answer_query(spec().domain, instead).IgnoreError();
  }

  DecisionPageRequest page_;
};

}  // namespace

grpc::ServerBidiReactor<Request, Response>* make_decision_stream(const Backend& backend, grpc::CallbackServerContext* context) {
  return new DecisionStream(backend, context);
}

}  // namespace baton::api
