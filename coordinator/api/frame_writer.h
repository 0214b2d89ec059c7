// The sending side of a poll stream: frames fill while one is on the wire, so that low load has no delay and high load has large frames.
// Shared by the stream's reactor and by whoever has something to say to the client; outlives the reactor. Thread-safe.
#pragma once

#include <google/protobuf/arena.h>
#include <grpcpp/grpcpp.h>

#include <deque>
#include <memory>
#include <mutex>
#include <optional>
#include <utility>

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
    if (frames_.empty() || !frames_.back().has_room(bytes)) frames_.emplace_back(std::make_shared<google::protobuf::Arena>());
    frames_.back().add(bytes, fill);
    write_next();
    return true;
  }
  // Adds what lives on `arena` and was made beforehand, in frames of its own: `next(Response&)` puts one item into the frame, of about as
  // many bytes as `size()` says of it, and is called `count` times. False, and nothing, once the stream is over.
  template <class Size, class Next>
  bool add_all(const std::shared_ptr<google::protobuf::Arena>& arena, size_t count, Size size, Next next) {
    std::deque<Frame> frames;
    for (size_t i = 0; i < count; ++i) {
      const size_t bytes = size(i);
      if (frames.empty() || !frames.back().has_room(bytes)) frames.emplace_back(arena);
      frames.back().add(bytes, [&](Response& frame) { next(i, frame); });
    }
    const std::lock_guard lock(mutex_);
    if (reactor_ == nullptr || finishing_) return false;
    std::move(frames.begin(), frames.end(), std::back_inserter(frames_));
    write_next();
    return true;
  }
  // The frame on the wire is gone. Returns true when reading may go on again.
  bool written() {
    const std::lock_guard lock(mutex_);
    in_flight_ = false;
    writing_.reset();
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
  }
  // The reactor is about to be deleted.
  void detach() {
    const std::lock_guard lock(mutex_);
    reactor_ = nullptr;
  }

 private:
  // On an arena, which makes building and freeing its many small parts cheap.
  struct Frame {
    std::shared_ptr<google::protobuf::Arena> arena;
    Response* message;
    size_t items = 0, bytes = 0;

    explicit Frame(std::shared_ptr<google::protobuf::Arena> on)
        : arena(std::move(on)), message(google::protobuf::Arena::CreateMessage<Response>(arena.get())) {}
    bool has_room(size_t more) const { return items < core::kMaxFrameItems && bytes + more <= core::kMaxPageBytes; }
    template <class Fill>
    void add(size_t more, Fill fill) {
      fill(*message);
      ++items;
      bytes += more;
    }
  };

  void write_next() {
    if (in_flight_ || reactor_ == nullptr || finished_) return;
    if (!frames_.empty()) {
      writing_ = std::move(frames_.front());
      frames_.pop_front();
      in_flight_ = true;
      reactor_->StartWrite(writing_->message);
    } else if (finishing_) {
      finished_ = true;
      reactor_->Finish(status_);
    }
  }

  mutable std::mutex mutex_;
  Reactor* reactor_;
  std::deque<Frame> frames_;  // the last one is being filled
  std::optional<Frame> writing_;
  bool in_flight_ = false, finishing_ = false, finished_ = false;
  grpc::Status status_;
};

}  // namespace baton::api
