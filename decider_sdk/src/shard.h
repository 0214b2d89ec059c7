// A thread and the runs that it decides: a run always goes to the same shard, so that no run is
// ever decided by two threads.
#pragma once

#include <condition_variable>
#include <mutex>
#include <string>
#include <thread>
#include <utility>
#include <variant>
#include <vector>

#include "baton/metrics.h"
#include "deciding.h"

namespace baton::detail {

// Made together and kept together, until none of them is needed.
using Answers = google::protobuf::RepeatedPtrField<v1::DecisionTaskAnswer>;

// Where answers go. Called from the shards' threads.
class AnswerSink {
 public:
  virtual void answer(std::shared_ptr<Answers> answers, std::vector<Execution> evicted) = 0;
  virtual void answer(v1::QueryAnswer answer) = 0;

 protected:
  ~AnswerSink() = default;
};

// A query and what keeps it alive.
struct Question {
  const v1::QueryTask* task;
  std::shared_ptr<const void> owner;
};
// What is cached of a run is of no use any more.
struct Dropped {
  std::string run_id;
};

// One thing to do for a run.
using Work = std::variant<Delivery, Question, Dropped>;
const std::string& run_id_of(const Work& work);

// As hooks are told of it.
TaskFacts facts_of(const v1::DecisionTask& task, const std::string& task_list);

class Shard {
 public:
  // Whom to tell of decisions; null: nobody.
  struct Hooks {
    std::shared_ptr<MetricsHooks> metrics;
    std::string task_list;
  };
  // `sink` must outlive it.
  Shard(Deciding deciding, AnswerSink& sink, Hooks hooks)
      : deciding_(std::move(deciding)), sink_(sink), hooks_(std::move(hooks)) {}
  ~Shard() { stop(); }

  void start();
  // Finishes the task it is at, drops the rest. Idempotent.
  void stop();
  // In this order, after what was pushed before. Any thread.
  void push(std::vector<Work> work);

 private:
  void loop();
  void work(const std::vector<Work>& batch);
  void decide(const Delivery& delivery, v1::DecisionTaskAnswer* answer);
  void answer(const v1::QueryTask& query);
  bool stopping();

  Deciding deciding_;
  AnswerSink& sink_;
  const Hooks hooks_;
  std::mutex mutex_;
  std::condition_variable pushed_;
  std::vector<Work> queue_;
  bool stopping_ = false;
  std::thread thread_;
};

}  // namespace baton::detail
