// The sending side of a poll stream: frames fill while one is on the wire, so that low load has no delay and high load has large frames.
// Shared by the stream's reactor and by whoever has something to say to the client; outlives the reactor. Thread-safe.
#pragma once

#include <grpcpp/grpcpp.h>

#include <deque>
#include <functional>
#include <memory>
#include <mutex>

#include "coordinator/core/limits.h"

namespace baton::api {

template <class Request, class Response>
class FrameWriter {
 public:
  using Reactor = grpc::ServerBidiReactor<Request, Response>;
  // More frames than this wait: the reader of the stream is slow, and nothing more is read from it meanwhile.
  static constexpr size_t kMaxWaitingFrames = 16;

  explicit FrameWriter(Reactor* reactor) : reactor_(reactor) {}

  // Adds an item of about `bytes` to the frame being filled: `fill(Response&)`. False, and nothing, once the stream is over.
  template <class Fill>
  bool add(size_t bytes, Fill fill) {
    const std::lock_guard lock(mutex_);
    if (reactor_ == nullptr || finishing_) return false;
    if (frames_.empty() || items_ >= core::kMaxFrameItems || bytes_ + bytes > core::kMaxPageBytes) {
      frames_.emplace_back();
      items_ = 0;
      bytes_ = 0;
    }
    fill(frames_.back());
    ++items_;
    bytes_ += bytes;
    write_next();
    return true;
  }
  // The frame on the wire is gone. Returns true when reading may go on again.
  bool written() {
    const std::lock_guard lock(mutex_);
    in_flight_ = false;
    write_next();
    return frames_.size() <= kMaxWaitingFrames;
  }
  bool is_full() const {
    const std::lock_guard lock(mutex_);
    return frames_.size() > kMaxWaitingFrames;
  }
  // Ends the stream after what waits is written.
  void finish(const grpc::Status& status) {
    const std::lock_guard lock(mutex_);
    if (finishing_ || reactor_ == nullptr) return;
    finishing_ = true;
    status_ = status;
    write_next();
  }
  // The client is gone: what waits is of no use.
  void abandon() {
    const std::lock_guard lock(mutex_);
    frames_.clear();
    items_ = 0;
    bytes_ = 0;
  }
  // The reactor is about to be deleted.
  void detach() {
    const std::lock_guard lock(mutex_);
    reactor_ = nullptr;
  }

 private:
  void write_next() {
    if (in_flight_ || reactor_ == nullptr || finished_) return;
    if (!frames_.empty()) {
      writing_ = std::move(frames_.front());
      frames_.pop_front();
      if (frames_.empty()) items_ = bytes_ = 0;
      in_flight_ = true;
      reactor_->StartWrite(&writing_);
    } else if (finishing_) {
      finished_ = true;
      reactor_->Finish(status_);
    }
  }

  mutable std::mutex mutex_;
  Reactor* reactor_;
  std::deque<Response> frames_;  // the last one is being filled
  size_t items_ = 0, bytes_ = 0;
  Response writing_;
  bool in_flight_ = false, finishing_ = false, finished_ = false;
  grpc::Status status_;
};

}  // namespace baton::api
