// One schedule, two coordinators and whatever a seed says: edits, runs that end, leaps of time, reads and commits that fail or whose outcome is
// not told, crashes; and what one coordinator does between any two steps of the other's round. Whatever happens, each time of the schedule
// starts at most one run, no run is ended for the sake of its own time, and what is said of a time is true. Where nothing fails, every run that
// was started is said, too.
#pragma once

#include <array>
#include <atomic>
#include <map>
#include <memory>
#include <mutex>
#include <set>
#include <string>

#include "coordinator/schedule/contents.h"
#include "tests/engine/test_coordinator.h"
#include "tests/random/draws.h"
#include "tests/random/stepped_host.h"

namespace baton::testing {

class ScheduleStory {
 public:
  ScheduleStory(uint64_t seed, bool aloud);
  ~ScheduleStory();

  void run(int steps);
  // Nothing fails any more, and everything that waits comes to its end.
  void finish();

 private:
  struct Side {
    std::unique_ptr<SteppedHost> host;
    std::unique_ptr<TestCoordinator> coordinator;
    std::atomic<bool> away = false;  // its process has died; it has not been made anew
  };

  // --- the coordinators ---
  void make_coordinator(size_t at);
  void restart(size_t at);
  void catch_up(size_t at);
  void pass_time(int64_t ms);

  // --- what happens; at a side that is not away ---
  void step();
  void edit(size_t at);
  engine::Engine::ScheduleCall draw_edit();
  void change(size_t at, engine::Engine::ScheduleCall call);
  void close_a_run(size_t at);
  void start_beside(size_t at);
  void leap();
  void do_something(size_t at);

  // --- on the coordinators' threads, one at a time ---
  absl::Status before_read(size_t at, std::string_view call);
  std::optional<store::CommitResult> before_commit(size_t at);
  std::optional<store::CommitResult> after_commit(const store::CommitBatch& batch);
  // Something that the other side does meanwhile.
  void interrupt(size_t at);

  // --- what must hold ---
  void saw(const store::CommitBatch& batch);
  void saw_start(const std::string& request_id, const core::RunId& run);
  void read_notes();
  void check_notes();

  bool chance(int share);
  uint64_t below(uint64_t bound);
  void tell(const std::string& what) const;
  v1::Schedule draw_schedule();
  journal::v1::ScheduleState state() const;
  std::vector<std::string> open_ids() const;

  std::mutex draws_mutex_;
  Draws draws_;
  const bool aloud_;
  const bool calm_;   // nothing fails
  const bool fixed_;  // all runs have one workflow id, and less time passes than makes a start doubtful
  const int interrupts_, faults_;
  std::atomic<bool> active_ = false, interrupting_ = false;
  std::atomic<int64_t> now_ms_{ManualTime::kStartMs};
  std::unique_ptr<store::MemoryStore> data_;
  std::array<Side, 2> sides_;

  mutable std::mutex mutex_;
  struct Start {
    std::string request_id;
    int64_t nominal_s = 0;
    std::string own_ending;  // how it would be ended for its own sake
  };
  std::map<std::string, Start> starts_;  // by run id
  std::map<std::string, std::string> runs_;  // by request id
  std::set<std::string> endings_;
  std::map<std::string, int64_t> notes_;  // nominal times by the runs that are said to have been started for them
};

}  // namespace baton::testing
