#include "executor_runner.h"

#include <atomic>

namespace baton::detail {

// One job in the hands of the executor. Whatever becomes of it is noticed once.
class ExecutorRunner::Work {
 public:
  Work(ExecutorRunner& runner, Job job) : runner_(runner), job_(std::move(job)) {}
  Work(const Work&) = delete;
  Work& operator=(const Work&) = delete;
  ~Work() {
    if (over_.exchange(true)) return;  // the runner may be gone
    runner_.drop_(job_);
    runner_.end();
  }
  void call() {
    if (over_.exchange(true)) return;
    if (runner_.begin()) runner_.run_(job_, /*more=*/false);
    job_.reset();
    runner_.end();
  }

 private:
  ExecutorRunner& runner_;
  Job job_;
  std::atomic<bool> over_ = false;
};

void ExecutorRunner::push(std::vector<Job> jobs) {
  {
    const std::lock_guard lock(mutex_);
    if (stopping_) return;
    given_ += jobs.size();
  }
  for (Job& job : jobs) {
    const auto work = std::make_shared<Work>(*this, std::move(job));
    try {
      executor_([work] { work->call(); });
    } catch (...) {  // it is destroyed without having been called, and says so
    }
  }
}

void ExecutorRunner::stop() {
  std::unique_lock lock(mutex_);
  stopping_ = true;
  changed_.wait(lock, [this] { return given_ == 0; });
}

bool ExecutorRunner::begin() {
  const std::lock_guard lock(mutex_);
  return !stopping_;
}

void ExecutorRunner::end() {
  const std::lock_guard lock(mutex_);
  if (--given_ == 0) changed_.notify_all();
}

}  // namespace baton::detail
