// What goes wrong between one coordinator and the database, drawn from a seed: conflicts, lost connections, commits in doubt (applied, not
// applied, or applied later by a backend that was left behind), rows that are refused, reads that fail. Thread-safe.
#pragma once

#include <atomic>
#include <functional>
#include <map>
#include <mutex>
#include <string>
#include <vector>

#include "tests/engine/scripted_faults.h"
#include "tests/random/witness.h"

namespace baton::testing {

// How many of a hundred commits, or reads, go wrong in this way.
struct FaultShares {
  int conflict = 0;
  int lost = 0;      // in doubt, and never applied
  int late = 0;      // in doubt, and perhaps applied later
  int refused = 0;   // not taken, for ever or for now
  int doubted = 0;   // applied, and in doubt
  int unread = 0;
};

class FaultPlan {
 public:
  // `writer` is what the witness is told. Everything outlives the plan.
  FaultPlan(uint64_t seed, FaultShares shares, int writer, const engine::HostTime& time, Witness& witness)
      : seed_(seed), shares_(shares), writer_(writer), time_(time), witness_(witness) {}

  // For a coordinator that is being made. `pass_gate` is called before every commit.
  void install(ScriptedFaults& faults, std::function<void()> pass_gate);

  // Nothing goes wrong while it is not active, as at first.
  void set_active(bool active) { active_ = active; }
  // The database cannot be reached at all, whatever else.
  void set_away(bool away) { away_ = away; }
  // When something went wrong last; 0: never.
  int64_t last_fault_ms() const { return last_fault_ms_; }

  // A commit whose connection was lost: it may still be applied, until the database has noticed.
  struct Late {
    store::CommitBatch batch;
    int64_t sent_ms;
  };
  std::vector<Late> take_late();

 private:
  std::optional<store::CommitResult> before_commit(const store::CommitBatch& batch);
  std::optional<store::CommitResult> after_commit(const store::CommitBatch& batch);
  absl::Status before_read(const std::string& call);
  // 0 to 99, by the name of what is drawn for and how often that was.
  int draw(const std::string& what);
  void note_fault() { last_fault_ms_ = time_.boot_ms(); }

  const uint64_t seed_;
  const FaultShares shares_;
  const int writer_;
  const engine::HostTime& time_;
  Witness& witness_;
  std::atomic<bool> active_{false}, away_{false};
  std::atomic<int64_t> last_fault_ms_{0};
  std::mutex mutex_;  // guards the rest
  std::map<std::string, uint64_t> drawn_;
  std::vector<Late> late_;
};

}  // namespace baton::testing
