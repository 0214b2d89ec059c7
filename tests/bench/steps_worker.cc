// The worker of the step benchmarks: activities that do nothing but take the time.
//   steps_worker ADDRESS SLOTS
#include <baton/worker.h>

#include <chrono>
#include <cstdlib>
#include <iostream>
#include <mutex>

#include "steps.h"

namespace {

using SteadyClock = std::chrono::steady_clock;

// Between the answer to one step and the hand-out of the next, which follows it when one execution runs at a time. With many at once the
// gaps mean nothing, and are not kept for ever.
class Gaps {
 public:
  void begin() {
    const auto now = SteadyClock::now();
    const std::lock_guard lock(mutex_);
    if (last_end_ == SteadyClock::time_point{} || gaps_.size() >= kMost) return;
    gaps_.push_back(std::chrono::duration_cast<std::chrono::microseconds>(now - last_end_).count());
  }
  void end() {
    const std::lock_guard lock(mutex_);
    last_end_ = SteadyClock::now();
  }
  std::vector<int64_t> take() {
    const std::lock_guard lock(mutex_);
    last_end_ = {};
    return std::exchange(gaps_, {});
  }

 private:
  static constexpr size_t kMost = 2'000;  // as many as fit in a result
  std::mutex mutex_;
  SteadyClock::time_point last_end_;
  std::vector<int64_t> gaps_;
};

}  // namespace

int main(int argc, char** argv) {
  if (argc != 3) {
    std::cerr << "steps_worker ADDRESS SLOTS" << std::endl;
    return 2;
  }
  try {
    Gaps gaps;
    baton::Client client(argv[1], bench::kDomain);
    client.ensure_domain();
    baton::Worker worker(client, bench::kActivities, {.slots = std::atoi(argv[2]), .register_types = true});
    worker.on(bench::step, [&gaps](int number) {
      gaps.begin();
      gaps.end();
      return number;
    });
    worker.on(bench::take_gaps, [&gaps] { return gaps.take(); });
    return worker.run(baton::until_signal());
  } catch (const baton::Error& error) {
    std::cerr << "steps_worker: " << error.what() << std::endl;
    return 1;
  }
}
