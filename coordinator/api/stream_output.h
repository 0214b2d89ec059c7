// The sending half of a poll stream, which outlives the reactor: answers are confirmed on engine threads. Knows when the stream may end.
#pragma once

#include <atomic>
#include <cstdint>
#include <mutex>
#include <string>
#include <vector>

#include "coordinator/api/backend.h"
#include "coordinator/api/frame_writer.h"
#include "coordinator/api/refusal.h"
#include "coordinator/api/status.h"
#include "coordinator/core/fault.h"

namespace baton::api {

// About what a token and a verdict take in a frame.
inline constexpr size_t kConfirmationBytes = 256;
// Of the frame for each item in it.
inline constexpr size_t kItemBytes = 8;

template <class Request, class Response>
class StreamOutput {
 public:
  StreamOutput(const Backend& backend, typename FrameWriter<Request, Response>::Reactor* reactor) : writer(reactor), backend_(backend) {}

  FrameWriter<Request, Response> writer;

  // An answer was passed to the engine and will be confirmed.
  void expect() { ++unconfirmed_; }
  void confirmed() {
    if (--unconfirmed_ == 0 && ending_) finish();
  }
  // What is unconfirmed is still confirmed; then the stream ends like this. The first call decides.
  void end_when_confirmed(const grpc::Status& status) {
    {
      const std::lock_guard lock(mutex_);
      if (!ending_) status_ = status;
      ending_ = true;
    }
    if (unconfirmed_ == 0) finish();
  }
  // The coordinator stops.
  void stop() {
    if (const engine::PollerId poller = poller_; poller != 0) backend_.engine.drain_poller(poller);
    writer.add(kConfirmationBytes, [](Response& frame) { frame.set_draining(true); });
    end_when_confirmed(to_grpc(core::fault(v1::STORE_UNAVAILABLE, "coordinator", "the coordinator is stopping: open the stream again, here or elsewhere")));
  }

  bool is_ending() const { return ending_; }

  // The engine's name for the stream; 0 until it is open.
  engine::PollerId poller() const { return poller_; }
  void opened(engine::PollerId poller) {
    std::vector<journal::v1::TaskToken> early;
    {
      const std::lock_guard lock(mutex_);
      poller_ = poller;
      early.swap(early_);
    }
    for (const auto& token : early) backend_.engine.give_back(poller, token);
    if (ending_) backend_.engine.drain_poller(poller);  // it was stopped before it had its name
  }
  // Frees the slot of a task that the client need not give back.
  void free_slot(const journal::v1::TaskToken& token) {
    {
      const std::lock_guard lock(mutex_);
      if (poller_ == 0) return early_.push_back(token);
    }
    backend_.engine.give_back(poller_, token);
  }

 private:
  void finish() {
    grpc::Status status;
    {
      const std::lock_guard lock(mutex_);
      status = status_;
    }
    writer.finish(status);
  }

  const Backend& backend_;
  std::atomic<engine::PollerId> poller_{0};
  std::atomic<int64_t> unconfirmed_{0};
  std::atomic<bool> ending_{false};
  std::mutex mutex_;
  grpc::Status status_;
  std::vector<journal::v1::TaskToken> early_;  // closed before the stream had its name
};

// What becomes of an answer, in either kind of confirmation.
template <class Confirmation>
void confirm(Confirmation* confirmation, std::string token, const absl::Status& status) {
  confirmation->set_task_token(std::move(token));
  if (status.ok()) {
    confirmation->set_recorded(true);
  } else {
    to_refusal(status, confirmation->mutable_refused());
  }
}

}  // namespace baton::api
