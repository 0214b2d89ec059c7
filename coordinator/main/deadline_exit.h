// Ends the process when stopping takes too long: what was acknowledged is durable, and what was not is "maybe" to its client.
#pragma once

#include <chrono>
#include <condition_variable>
#include <mutex>
#include <thread>

namespace baton {

class DeadlineExit {
 public:
  // The process ends with `exit_code` after `patience`, unless the object is gone by then.
  DeadlineExit(std::chrono::milliseconds patience, int exit_code);
  ~DeadlineExit();

 private:
  std::mutex mutex_;
  std::condition_variable wake_;
  bool over_ = false;
  std::thread thread_;
};

}  // namespace baton
