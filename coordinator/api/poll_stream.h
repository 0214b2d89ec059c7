// A poll stream of a worker or a decider: reads frames, hands their items to the engine, and is the engine's way back to the client. The
// kinds of items are the derived class's; the life of the stream is here.
#pragma once

#include <grpcpp/grpcpp.h>

#include <atomic>
#include <memory>
#include <mutex>
#include <string>
#include <utility>

#include "coordinator/api/call.h"
#include "coordinator/api/stream_output.h"
#include "coordinator/core/fault.h"
#include "coordinator/core/names.h"

namespace baton::api {

// The first frame's words against their bounds, and whether the caller may poll there. `holds_tasks`: it names some, so that whoever works on
// them is never told to come again later.
absl::Status check_opening(const Backend& backend, const core::Caller& caller, const engine::PollerSpec& spec, bool holds_tasks);
// A token of a stream is of its kind and of its domain: whoever may poll in a domain does nothing in another one.
absl::StatusOr<journal::v1::TaskToken> open_stream_token(const Backend& backend, const engine::PollerSpec& spec, std::string_view field,
                                                         const std::string& token);

template <class Request, class Response>
class PollStream : public grpc::ServerBidiReactor<Request, Response> {
 public:
  using Output = StreamOutput<Request, Response>;

  void OnReadDone(bool ok) override {
    if (!ok) {
      leave();
      return output_->end_when_confirmed(grpc::Status::OK);  // the client sends no more; it still waits for its confirmations
    }
    if (output_->poller() == 0) return open();
    take_frame();
    if (!output_->writer.is_full()) go_on();
  }
  void OnWriteDone(bool) override {
    if (output_->writer.written()) go_on();
  }
  void OnCancel() override {
    {
      const std::lock_guard lock(opening_mutex_);
      cancelled_ = true;
      if (opening_) return;  // end_opening() goes on
    }
    end_cancelled();
  }
  void OnDone() override {
    backend_.polls.remove(polls_id_);
    output_->writer.detach();
    leave();
    delete this;
  }

 protected:
  PollStream(const Backend& backend, grpc::CallbackServerContext* context)
      : backend_(backend), caller_(caller_of(*context)), output_(std::make_shared<Output>(backend, this)) {
    polls_id_ = backend.polls.add([output = output_] { output->stop(); });
  }
  // To be called at the end of the derived constructor.
  void begin() { this->StartRead(&request_); }

  // What the first frame asks for; an error ends the stream.
  virtual absl::StatusOr<engine::PollerSpec> opening(Request& first) = 0;
  virtual std::shared_ptr<engine::PollerSink> make_sink() = 0;
  // The items of one frame.
  virtual void handle(Request& frame) = 0;

  engine::PollerId poller() const { return output_->poller(); }
  const engine::PollerSpec& spec() const { return spec_; }

  void refuse_token(const std::string& token, const absl::Status& why) {
    output_->writer.add(kConfirmationBytes, [&](Response& frame) { confirm(frame.add_closed_tasks(), token, why); });
  }
  // Calls `use(token)` for each token that is one; the others are told as closed.
  template <class List, class Use>
  void for_tokens(std::string_view field, const List& tokens, Use use) {
    for (const std::string& bytes : tokens) {
      const auto token = open_stream_token(backend_, spec_, field, bytes);
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

 private:
  void go_on() {
    if (paused_.exchange(false)) this->StartRead(&request_);
  }
  void take_frame() {
    handle(request_);
    request_.Clear();
    paused_ = true;
  }
  void end_cancelled() {
    leave();
    output_->writer.abandon();
    output_->writer.finish(grpc::Status(grpc::StatusCode::CANCELLED, "the client is gone"));
  }
  // The first frame. The registry may have to be read for it: until end_opening() the stream reads nothing and is not finished, so that it is
  // still there then.
  void open() {
    if (output_->is_ending()) return;  // the coordinator stops: no task may come to it
    {
      const std::lock_guard lock(opening_mutex_);
      if (cancelled_) return;
      opening_ = true;
    }
    output_->expect();
    if (absl::Status checked = check_first_frame(); !checked.ok()) return end_opening(checked);
    require_domain(backend_, spec_.domain, [this](const absl::Status& exists) { end_opening(exists.ok() ? add_poller() : exists); });
  }
  absl::Status check_first_frame() {
    auto opened = opening(request_);
    if (!opened.ok()) return opened.status();
    spec_ = *std::move(opened);
    const int held = request_.open().held_task_tokens_size();
    if (absl::Status checked = check_opening(backend_, caller_, spec_, held > 0); !checked.ok()) return checked;
    if (held > spec_.slots) {
      return core::invalid_field("open.held_task_tokens", "are more than the stream has slots");
    }
    return absl::OkStatus();
  }
  absl::Status add_poller() {
    if (output_->is_ending()) return absl::OkStatus();
    for_tokens("open.held_task_tokens", request_.open().held_task_tokens(), [&](const auto& token) { spec_.held.push_back(token); });
    const auto poller = backend_.engine.add_poller(spec_, make_sink());
    if (!poller.ok()) return poller.status();
    spec_.held.clear();
    output_->opened(*poller);
    take_frame();
    return absl::OkStatus();
  }
  void end_opening(const absl::Status& opened) {
    const std::shared_ptr<Output> output = output_;  // from the moment the mutex is free, the stream may be gone
    if (!opened.ok()) output->end_when_confirmed(to_grpc(opened));
    bool cancelled = false;
    {
      const std::lock_guard lock(opening_mutex_);
      opening_ = false;
      cancelled = cancelled_;
      if (!cancelled && !output->writer.is_full()) go_on();
    }
    if (cancelled) end_cancelled();
    output->confirmed();
  }
  void leave() {
    if (poller() != 0 && !left_.exchange(true)) backend_.engine.remove_poller(poller());
  }

  OpenPolls::Id polls_id_ = 0;
  engine::PollerSpec spec_;
  Request request_;
  std::atomic<bool> paused_{false};
  std::atomic<bool> left_{false};
  std::mutex opening_mutex_;
  bool opening_ = false;    // the first frame is being looked at
  bool cancelled_ = false;
};

}  // namespace baton::api
