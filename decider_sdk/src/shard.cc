#include "shard.h"

#include <chrono>

#include "in_arena.h"
#include "wire.h"

namespace baton::detail {
namespace {

// So many answers go out together at most, so that the coordinator can begin with them while the
// rest of a large batch is decided.
constexpr int kAnswersAtOnce = 32;

}  // namespace

TaskFacts facts_of(const v1::DecisionTask& task, const std::string& task_list) {
  return {task_list,
          {task.workflow_type().name(), task.workflow_type().version()},
          from_wire(task.workflow_execution()),
          "",
          1};
}

const std::string& run_id_of(const Work& work) {
  if (const auto* const delivery = std::get_if<Delivery>(&work)) {
    return delivery->task->workflow_execution().run_id();
  }
  if (const auto* const question = std::get_if<Question>(&work)) {
    return question->task->workflow_execution().run_id();
  }
  return std::get<Dropped>(work).run_id;
}

void Shard::start() {
  thread_ = std::thread([this] { loop(); });
}

void Shard::stop() {
  {
    std::lock_guard lock(mutex_);
    stopping_ = true;
  }
  pushed_.notify_one();
  if (thread_.joinable()) thread_.join();
}

bool Shard::stopping() {
  std::lock_guard lock(mutex_);
  return stopping_;
}

void Shard::push(std::vector<Work> work) {
  {
    std::lock_guard lock(mutex_);
    if (queue_.empty()) {
      queue_ = std::move(work);
    } else {
      queue_.insert(queue_.end(), std::make_move_iterator(work.begin()),
                    std::make_move_iterator(work.end()));
    }
  }
  pushed_.notify_one();
}

void Shard::loop() {
  std::vector<Work> batch;
  for (;;) {
    batch.clear();
    {
      std::unique_lock lock(mutex_);
      pushed_.wait(lock, [this] { return stopping_ || !queue_.empty(); });
      if (stopping_) return;
      batch.swap(queue_);
    }
    work(batch);
  }
}

void Shard::work(const std::vector<Work>& batch) {
  std::shared_ptr<Answers> answers;
  const auto give = [&] {
    if (answers != nullptr) sink_.answer(std::exchange(answers, {}), deciding_.take_evicted());
  };
  for (const Work& work : batch) {
    if (const auto* const dropped = std::get_if<Dropped>(&work)) {
      deciding_.drop(dropped->run_id);
      continue;
    }
    if (const auto* const question = std::get_if<Question>(&work)) {
      give();  // what is decided does not wait for a replay
      answer(*question->task);
      continue;
    }
    if (answers == nullptr) answers = make_in_arena<Answers>();
    decide(std::get<Delivery>(work), answers->Add());
    if (answers->size() < kAnswersAtOnce) continue;
    give();
    if (stopping()) return;
  }
  give();
}

void Shard::answer(const v1::QueryTask& query) {
  v1::QueryAnswer answer;
  deciding_.answer(query, &answer);
  sink_.answer(std::move(answer));
}

void Shard::decide(const Delivery& delivery, v1::DecisionTaskAnswer* answer) {
  if (hooks_.metrics == nullptr) return deciding_.decide(delivery, answer);
  const TaskFacts task = facts_of(*delivery.task, hooks_.task_list);
  hooks_.metrics->task_started(task);
  const auto began = std::chrono::steady_clock::now();
  deciding_.decide(delivery, answer);
  const auto took =
      std::chrono::duration_cast<Duration>(std::chrono::steady_clock::now() - began);
  hooks_.metrics->task_ended(
      task, answer->has_completed() ? TaskEnd::kCompleted : TaskEnd::kFailed, took);
}

}  // namespace baton::detail
