#include "coordinator/main/deadline_exit.h"

#include <cstdlib>

#include "coordinator/log/log.h"

namespace baton {

DeadlineExit::DeadlineExit(std::chrono::milliseconds patience, int exit_code) {
  thread_ = std::thread([this, patience, exit_code] {
    std::unique_lock lock(mutex_);
    if (wake_.wait_for(lock, patience, [this] { return over_; })) return;
    log_event(LogLevel::kWarning, "stopped_late", {{"message", "calls were still in progress: their clients do not know what became of them"}});
    std::_Exit(exit_code);
  });
}

DeadlineExit::~DeadlineExit() {
  {
    const std::lock_guard lock(mutex_);
    over_ = true;
  }
  wake_.notify_all();
  thread_.join();
}

}  // namespace baton
