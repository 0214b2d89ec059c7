// A thread and the runs that it decides: a run always goes to the same shard, so that no run is
// ever decided by two threads.
#pragma once

#include <condition_variable>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include "deciding.h"

namespace baton::detail {

// Made together and kept together, until none of them is needed.
using Answers = google::protobuf::RepeatedPtrField<v1::DecisionTaskAnswer>;

// Where answers go. Called from the shards' threads.
class AnswerSink {
 public:
  virtual void answer(std::shared_ptr<Answers> answers, std::vector<Execution> evicted) = 0;

 protected:
  ~AnswerSink() = default;
};

// One thing to do for a run: decide a task, or drop what is cached of it.
struct Work {
  Delivery delivery;
  std::string dropped_run_id;  // instead of `delivery`

  const std::string& run_id() const {
    return delivery.task == nullptr ? dropped_run_id : delivery.task->workflow_execution().run_id();
  }
};

class Shard {
 public:
  // `workflows`, `sink` and `codec` (null: none) must outlive it.
  Shard(const Workflows& workflows, ReadHistory read_history, size_t cached_runs,
        const PayloadCodec* codec, AnswerSink& sink)
      : deciding_(workflows, std::move(read_history), cached_runs, codec), sink_(sink) {}
  ~Shard() { stop(); }

  void start();
  // Finishes the task it is at, drops the rest. Idempotent.
  void stop();
  // In this order, after what was pushed before. Any thread.
  void push(std::vector<Work> work);

 private:
  void loop();
  void decide(const std::vector<Work>& batch);
  bool stopping();

  Deciding deciding_;
  AnswerSink& sink_;
  std::mutex mutex_;
  std::condition_variable pushed_;
  std::vector<Work> queue_;
  bool stopping_ = false;
  std::thread thread_;
};

}  // namespace baton::detail
