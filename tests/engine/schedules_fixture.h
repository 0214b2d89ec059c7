// What tests of schedules share: one named "nightly", times in the story's own minute, and what was started.
#pragma once

#include <condition_variable>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "tests/engine/engine_fixture.h"

namespace baton::testing {

// The next read of this name waits until it is let go. To be let go before it is gone.
class HeldRead {
 public:
  HeldRead(TestCoordinator& coordinator, std::string call);
  // Until it waits.
  void await();
  void let_go();

 private:
  struct Shared {
    std::mutex mutex;
    std::condition_variable changed;
    bool came = false, may_go = false;
  };
  const std::shared_ptr<Shared> shared_ = std::make_shared<Shared>();
};

class SchedulesFixture : public EngineFixture {
 protected:
  static constexpr int64_t kMinuteMs = 60'000, kHourMs = 60 * kMinuteMs, kDayMs = 24 * kHourMs;
  static constexpr int64_t kToMinuteMs = 40'000;  // from the beginning, 22:13:20, to the next minute

  static v1::Schedule every_minute(v1::OverlapPolicy policy = v1::OVERLAP_POLICY_UNSPECIFIED);
  static v1::Schedule daily_in_a_minute();  // at 22:14
  // All of whose runs are "the-one".
  static v1::Schedule with_one_id(v1::Schedule schedule);
  // Of the times between so long after the beginning and so long.
  static v1::BackfillScheduleRequest backfill(int64_t from_ms, int64_t until_ms);

  // --- calls; of "nightly" unless they say otherwise ---
  std::future<absl::Status> change_later(TestCoordinator& coordinator, engine::Engine::ScheduleCall call);
  absl::Status change(TestCoordinator& coordinator, engine::Engine::ScheduleCall call) {
    return outcome_of(change_later(coordinator, std::move(call)));
  }
  std::future<absl::Status> create_later(TestCoordinator& coordinator, const v1::Schedule& schedule, const std::string& id = "nightly");
  absl::Status create(TestCoordinator& coordinator, const v1::Schedule& schedule, const std::string& id = "nightly") {
    return outcome_of(create_later(coordinator, schedule, id));
  }
  v1::DescribeScheduleResponse describe(TestCoordinator& coordinator);
  // Takes every decision task there is and completes its run.
  void complete_all(TestCoordinator& coordinator);
  // From now on it cannot write down what became of schedules.
  static void keep_nothing(TestCoordinator& coordinator);
  // As a read's outcome: it finds no schedules.
  static absl::Status refuse_to_look(std::string_view call);

  // --- what the data says ---
  // Workflow ids of all executions, by start.
  std::vector<std::string> started();
  std::string only_run_id();
  int count_notes();  // of what became of the times of "nightly"
  // It has looked for schedules since the time is what it is, and has done what was to do. False, with a failure: it does not look.
  bool has_looked(TestCoordinator& coordinator);
  // Until describe shows so many recent runs, or so many executions are there, or "nightly" has failed to start.
  void await_recent(TestCoordinator& coordinator, int count);
  void await_started(size_t count);
  void await_failing(TestCoordinator& coordinator);

 private:
  void await(const std::function<bool()>& condition, const std::string& what);
};

}  // namespace baton::testing
