// What the stream, the handler and its threads share of one attempt. Private.
#pragma once

#include <atomic>
#include <functional>
#include <memory>
#include <stop_token>
#include <string>

#include "baton/payload.h"
#include "baton/v1/worker_service.pb.h"

namespace baton::detail {

// Where details of heartbeats go; any thread.
class HeartbeatSink {
 public:
  virtual void beat(const std::string& token, const Payload& details) = 0;

 protected:
  ~HeartbeatSink() = default;
};

// The task is written once, here; the rest is safe from any thread.
class AttemptState {
 public:
  // Takes the task out of its frame. `heartbeats` must outlive it.
  AttemptState(v1::ActivityTask* task, HeartbeatSink& heartbeats) : heartbeats_(heartbeats) {
    task_.Swap(task);
  }

  const v1::ActivityTask& task() const { return task_; }
  const std::string& token() const { return task_.task_token(); }

  // The workflow asked for cancellation.
  void request_cancel() {
    canceled_ = true;
    stop_.request_stop();
  }
  // It is over without our answer.
  void close() {
    closed_ = true;
    stop_.request_stop();
  }
  // The worker ends.
  void abandon() {
    abandoned_ = true;
    stop_.request_stop();
  }
  bool canceled() const { return canceled_; }
  bool closed() const { return closed_; }
  bool abandoned() const { return abandoned_; }
  std::stop_token stop_token() const { return stop_.get_token(); }

  void beat(const Payload& details) { heartbeats_.beat(token(), details); }

 private:
  v1::ActivityTask task_;
  HeartbeatSink& heartbeats_;
  std::stop_source stop_;
  std::atomic<bool> canceled_ = false;
  std::atomic<bool> closed_ = false;
  std::atomic<bool> abandoned_ = false;
};

}  // namespace baton::detail
