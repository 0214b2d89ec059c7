// Makes a memory store fail, or wait, when the test says so. Thread-safe.
#pragma once

#include <condition_variable>
#include <functional>
#include <map>
#include <mutex>
#include <string>

#include "coordinator/engine/clock.h"
#include "coordinator/store/memory/memory_store.h"

namespace baton::testing {

class ScriptedFaults {
 public:
  using OnCommit = std::function<std::optional<store::CommitResult>(const store::CommitBatch&)>;
  using OnLoad = std::function<void(std::vector<store::LoadedRun>&)>;
  using OnRead = std::function<absl::Status(std::string_view call)>;

  // `time` is noted with every read.
  explicit ScriptedFaults(const engine::HostTime& time) : time_(time) {}

  // To be called before anybody uses the store, which must not be used after this object is gone.
  void install(store::MemoryFaults& faults);

  // From now on, until replaced; empty: nothing fails.
  void set_before_commit(OnCommit before);
  void set_after_commit(OnCommit after);
  void set_before_read(OnRead before);
  void set_after_load(OnLoad after);

  // Nothing fails any more, the gate is open.
  void clear();

  // The next commit that writes ends like this without being applied.
  void fail_next_commit(store::CommitOutcome outcome);
  // The next one is applied, and its writer is told that it may not be.
  void doubt_next_commit();

  // Commits wait at the gate, before they are applied, until it is opened.
  void close_gate();
  void open_gate();
  // Until one waits there.
  void wait_at_gate();

  // How often a read of this name began.
  int64_t reads(const std::string& call) const;
  int64_t commits() const;
  // Until a read of this name begins, or has begun, at `since_ms` or later. False: none does.
  bool wait_for_read(const std::string& call, int64_t since_ms);

 private:
  std::optional<store::CommitResult> before_commit(const store::CommitBatch& batch);

  const engine::HostTime& time_;
  mutable std::mutex mutex_;
  std::condition_variable changed_;
  OnCommit before_, after_;
  OnRead read_;
  OnLoad load_;
  bool gate_closed_ = false;
  int at_gate_ = 0;
  int64_t commits_ = 0;
  struct Reads {
    int64_t count = 0, last_ms = 0;
  };
  std::map<std::string, Reads, std::less<>> reads_;
};

store::CommitResult failed_commit(store::CommitOutcome outcome);

}  // namespace baton::testing
