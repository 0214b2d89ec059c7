// Where handlers run: the worker's own threads, or the user's executor. Private.
#pragma once

#include <functional>
#include <memory>
#include <vector>

#include "attempt_state.h"

namespace baton::detail {

class HandlerRunner {
 public:
  using Job = std::shared_ptr<AttemptState>;
  // Does the job, on the thread that it is called on; `more`: others wait behind this one.
  using Run = std::function<void(const Job& job, bool more)>;

  virtual ~HandlerRunner() = default;
  // Takes the jobs, and has each done once, in the order they came. Any thread.
  virtual void push(std::vector<Job> jobs) = 0;
  // Drops what has not begun, waits for what runs. Idempotent; not from a job.
  virtual void stop() = 0;
};

}  // namespace baton::detail
