// SIGTERM and SIGINT, waited for instead of handled.
#pragma once

#include <chrono>

namespace baton {

class StopSignal {
 public:
  // Blocks both in this thread and in all that it starts later: make it first.
  StopSignal();
  // True when one came; false when `patience` is over.
  bool wait(std::chrono::milliseconds patience);
  // From now on another one ends the process at once.
  void release();
};

}  // namespace baton
