// A poll stream of a worker or a decider: reads frames, hands their items to the engine, and is the engine's way back to the client. The
// kinds of items are the derived class's; the life of the stream is here.
#pragma once

#include <grpcpp/grpcpp.h>

#include <atomic>
#include <memory>
#include <string>
#include <utility>

#include "coordinator/api/call.h"
#include "coordinator/api/frame_writer.h"
#include "coordinator/core/fault.h"
#include "coordinator/core/names.h"

namespace baton::api {

// What outlives the reactor: answers are confirmed on engine threads.
template <class Request, class Response>
struct StreamOutput {
  explicit StreamOutput(typename FrameWriter<Request, Response>::Reactor* reactor) : writer(reactor) {}

  // An answer was passed to the engine and will be confirmed.
  void expect() { ++unconfirmed; }
  void confirmed() {
    if (--unconfirmed == 0 && client_done) writer.finish(grpc::Status::OK);
  }
  // The client sends no more; what it still waits for is its confirmations.
  void client_is_done() {
    client_done = true;
    if (unconfirmed == 0) writer.finish(grpc::Status::OK);
  }

  FrameWriter<Request, Response> writer;
  std::atomic<int64_t> unconfirmed{0};
  std::atomic<bool> client_done{false};
};

// What opens a stream, in either kind.
struct StreamOpening {
  std::string_view action;  // the operation asked of the authorizer
  engine::PollerSpec spec;
};
absl::Status check_opening(const Backend& backend, const core::Caller& caller, const StreamOpening& opening);

template <class Request, class Response>
class PollStream : public grpc::ServerBidiReactor<Request, Response> {
 public:
  using Output = StreamOutput<Request, Response>;

  void OnReadDone(bool ok) override {
    if (!ok) {
      leave();
      return output_->client_is_done();
    }
    if (poller_ == 0) {
      if (absl::Status opened = open(); !opened.ok()) return output_->writer.finish(to_grpc(opened));
    }
    handle(request_);
    request_.Clear();
    paused_ = true;
    if (!output_->writer.is_full()) go_on();
  }
  void OnWriteDone(bool) override {
    if (output_->writer.written()) go_on();
  }
  void OnCancel() override {
    leave();
    output_->writer.abandon();
    output_->writer.finish(grpc::Status(grpc::StatusCode::CANCELLED, "the client is gone"));
  }
  void OnDone() override {
    output_->writer.detach();
    leave();
    delete this;
  }

 protected:
  PollStream(const Backend& backend, grpc::CallbackServerContext* context)
      : backend_(backend), caller_(caller_of(*context)), output_(std::make_shared<Output>(this)) {}
  // To be called at the end of the derived constructor.
  void begin() { this->StartRead(&request_); }

  // From the first frame; an error ends the stream.
  virtual absl::StatusOr<StreamOpening> opening(Request& first) = 0;
  virtual std::shared_ptr<engine::PollerSink> make_sink() = 0;
  // The items of one frame.
  virtual void handle(Request& frame) = 0;

  // Tokens that were not made here are told as closed.
  virtual void refuse_token(const std::string& token, const absl::Status& why) = 0;

  // Calls `use(token)` for each token that is one.
  template <class Tokens_, class Use>
  void for_tokens(std::string_view field, const Tokens_& tokens, Use use) {
    for (const std::string& bytes : tokens) {
      const auto token = backend_.tokens.verify_task(field, bytes);
      if (token.ok()) {
        use(*token);
      } else {
        refuse_token(bytes, token.status());
      }
    }
  }

  const Backend& backend_;
  const core::Caller caller_;
  const std::shared_ptr<Output> output_;
  engine::PollerId poller_ = 0;

 private:
  void go_on() {
    if (paused_.exchange(false)) this->StartRead(&request_);
  }
  absl::Status open() {
    auto opened = opening(request_);
    if (!opened.ok()) return opened.status();
    if (absl::Status checked = check_opening(backend_, caller_, *opened); !checked.ok()) return checked;
    const auto poller = backend_.engine.add_poller(std::move(opened->spec), make_sink());
    if (!poller.ok()) return poller.status();
    poller_ = *poller;
    return absl::OkStatus();
  }
  void leave() {
    if (poller_ != 0 && !left_.exchange(true)) backend_.engine.remove_poller(poller_);
  }

  Request request_;
  std::atomic<bool> paused_{false};
  std::atomic<bool> left_{false};
};

}  // namespace baton::api
