// Handlers on the user's executor.
#pragma once

#include <condition_variable>
#include <mutex>

#include "baton/worker.h"
#include "handler_runner.h"

namespace baton::detail {

class ExecutorRunner final : public HandlerRunner {
 public:
  // Says that the job will never be done.
  using Drop = std::function<void(const Job& job)>;

  ExecutorRunner(Executor executor, Run run, Drop drop)
      : executor_(std::move(executor)), run_(std::move(run)), drop_(std::move(drop)) {}
  ~ExecutorRunner() override { stop(); }

  void push(std::vector<Job> jobs) override;
  // Waits until the executor has called, or destroyed, all that it was given; what it calls from now
  // on does nothing.
  void stop() override;

 private:
  class Work;

  bool begin();
  void end();

  const Executor executor_;
  const Run run_;
  const Drop drop_;
  std::mutex mutex_;
  std::condition_variable changed_;
  size_t given_ = 0;  // neither called nor destroyed, or running
  bool stopping_ = false;
};

}  // namespace baton::detail
