#include "coordinator/api/activity_stream.h"

#include "coordinator/api/poll_stream.h"

namespace baton::api {
namespace {

using Request = v1::PollActivityTasksRequest;
using Response = v1::PollActivityTasksResponse;
using Output = StreamOutput<Request, Response>;

class Sink final : public engine::PollerSink {
 public:
  Sink(std::shared_ptr<Output> output, const Tokens& tokens) : output_(std::move(output)), tokens_(tokens) {}

  bool offer(std::span<engine::OfferedTask> offered) override {
    const auto task = [&](size_t i) { return std::get<v1::ActivityTask*>(offered[i].task); };
    for (size_t i = 0; i < offered.size(); ++i) task(i)->set_task_token(tokens_.sign(offered[i].token));
    return output_->writer.add_all(
        offered.front().arena, offered.size(), [&](size_t i) { return task(i)->ByteSizeLong() + kItemBytes; },
        [&](size_t i, Response& frame) { frame.mutable_tasks()->UnsafeArenaAddAllocated(task(i)); });
  }
  bool query(v1::QueryTask) override { return false; }  // of decision streams only
  void cancel_requested(const journal::v1::TaskToken& token) override {
    output_->writer.add(kConfirmationBytes, [&](Response& frame) { frame.add_cancel_requested_task_tokens(tokens_.sign(token)); });
  }
  void closed(const journal::v1::TaskToken& token, const absl::Status& why) override {
    output_->writer.add(kConfirmationBytes, [&](Response& frame) { confirm(frame.add_closed_tasks(), tokens_.sign(token), why); });
  }
  void draining() override {
    output_->writer.add(kConfirmationBytes, [](Response& frame) { frame.set_draining(true); });
  }

 private:
  const std::shared_ptr<Output> output_;
  const Tokens& tokens_;
};

class ActivityStream final : public PollStream<Request, Response> {
 public:
  ActivityStream(const Backend& backend, grpc::CallbackServerContext* context) : PollStream(backend, context) { begin(); }

 private:
  absl::StatusOr<engine::PollerSpec> opening(Request& first) override {
    if (!first.has_open()) return core::invalid_field("open", "is missing: the first frame of the stream must say who polls for what");
    v1::ActivityPollerOpen& open = *first.mutable_open();
    engine::PollerSpec spec;
    spec.kind = open.functions() ? core::TaskKind::kFunction : core::TaskKind::kActivity;
    spec.domain = std::move(*open.mutable_domain());
    spec.task_list = std::move(*open.mutable_task_list()->mutable_name());
    spec.identity = std::move(*open.mutable_identity());
    spec.instance_id = std::move(*open.mutable_instance_id());
    spec.slots = open.slots();
    return spec;
  }
  std::shared_ptr<engine::PollerSink> make_sink() override { return std::make_shared<Sink>(output_, backend_.tokens); }

  void handle(Request& frame) override {
    for_tokens("held_task_tokens", frame.held_task_tokens(), [&](const auto& token) { backend_.engine.hold(caller_, poller(), token); });
    for_tokens("acknowledged_task_tokens", frame.acknowledged_task_tokens(),
               [&](const auto& token) { backend_.engine.acknowledge(poller(), token); });
    for (v1::ActivityTaskAnswer& answer : *frame.mutable_answers()) respond(std::move(answer));
    for (v1::ActivityTaskHeartbeat& heartbeat : *frame.mutable_heartbeats()) beat(std::move(heartbeat));
    // First, so that what is given back goes to others.
    if (frame.draining()) backend_.engine.drain_poller(poller());
    for_tokens("returned_task_tokens", frame.returned_task_tokens(),
               [&](const auto& token) { backend_.engine.give_back(poller(), token); });
  }
  void respond(v1::ActivityTaskAnswer answer) {
    std::string bytes = std::move(*answer.mutable_task_token());
    const auto token = open_stream_token(backend_, spec(), "task_token", bytes);
    output_->expect();
    auto done = [output = output_, bytes = std::move(bytes)](absl::Status status) {
      output->writer.add(kConfirmationBytes, [&](Response& frame) { confirm(frame.add_confirmations(), bytes, status); });
      output->confirmed();
    };
    if (!token.ok()) return done(token.status());
    backend_.engine.respond_activity(caller_, *token, std::move(answer), poller(), std::move(done));
  }
  void beat(v1::ActivityTaskHeartbeat heartbeat) {
    std::string bytes = std::move(*heartbeat.mutable_task_token());
    const auto token = open_stream_token(backend_, spec(), "task_token", bytes);
    if (!token.ok()) return refuse_token(bytes, token.status());
    output_->expect();
    backend_.engine.heartbeat(caller_, *token, std::move(heartbeat), poller(), [output = output_, bytes](absl::StatusOr<bool> beaten) {
      output->writer.add(kConfirmationBytes, [&](Response& frame) {
        if (beaten.ok()) {
          auto& status = *frame.add_heartbeat_statuses();
          status.set_task_token(bytes);
          status.set_cancel_requested(*beaten);
        } else if (beaten.status().code() == absl::StatusCode::kNotFound) {
          confirm(frame.add_closed_tasks(), bytes, beaten.status());
        } else {
          confirm(frame.add_confirmations(), bytes, beaten.status());
        }
      });
      output->confirmed();
    });
  }
};

}  // namespace

grpc::ServerBidiReactor<Request, Response>* make_activity_stream(const Backend& backend, grpc::CallbackServerContext* context) {
  return new ActivityStream(backend, context);
}

}  // namespace baton::api
