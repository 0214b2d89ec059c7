#include "tests/engine/scripted_faults.h"

#include <chrono>
#include <utility>

#include "gtest/gtest.h"

namespace baton::testing {
namespace {

constexpr auto kPatience = std::chrono::seconds(20);

}  // namespace

store::CommitResult failed_commit(store::CommitOutcome outcome) { return {outcome, absl::UnknownError("as the test wants it")}; }

void ScriptedFaults::install(store::MemoryFaults& faults) {
  faults.before_commit = [this](const store::CommitBatch& batch) { return before_commit(batch); };
  faults.after_commit = [this](const store::CommitBatch& batch) -> std::optional<store::CommitResult> {
    OnCommit after;
    {
      const std::lock_guard lock(mutex_);
      after = after_;
    }
    return after ? after(batch) : std::nullopt;
  };
  faults.before_read = [this](std::string_view call) {
    OnRead read;
    {
      const std::lock_guard lock(mutex_);
      Reads& reads = reads_[std::string(call)];
      ++reads.count;
      reads.last_ms = time_.boot_ms();
      changed_.notify_all();
      read = read_;
    }
    return read ? read(call) : absl::OkStatus();
  };
  faults.after_load = [this](std::vector<store::LoadedRun>& runs) {
    OnLoad load;
    {
      const std::lock_guard lock(mutex_);
      load = load_;
    }
    if (load) load(runs);
  };
}

void ScriptedFaults::set_after_load(OnLoad after) {
  const std::lock_guard lock(mutex_);
  load_ = std::move(after);
}

void ScriptedFaults::set_before_commit(OnCommit before) {
  const std::lock_guard lock(mutex_);
  before_ = std::move(before);
}

void ScriptedFaults::set_after_commit(OnCommit after) {
  const std::lock_guard lock(mutex_);
  after_ = std::move(after);
}

void ScriptedFaults::set_before_read(OnRead before) {
  const std::lock_guard lock(mutex_);
  read_ = std::move(before);
}

void ScriptedFaults::clear() {
  set_before_commit({});
  set_after_commit({});
  set_before_read({});
  set_after_load({});
  open_gate();
}

void ScriptedFaults::fail_next_commit(store::CommitOutcome outcome) {
  set_before_commit([this, outcome](const store::CommitBatch&) {
    set_before_commit({});
    return failed_commit(outcome);
  });
}

void ScriptedFaults::doubt_next_commit() {
  set_after_commit([this](const store::CommitBatch&) {
    set_after_commit({});
    return failed_commit(store::CommitOutcome::kMaybe);
  });
}

void ScriptedFaults::close_gate() {
  const std::lock_guard lock(mutex_);
  gate_closed_ = true;
}

void ScriptedFaults::open_gate() {
  const std::lock_guard lock(mutex_);
  gate_closed_ = false;
  changed_.notify_all();
}

void ScriptedFaults::wait_at_gate() {
  std::unique_lock lock(mutex_);
  EXPECT_TRUE(changed_.wait_for(lock, kPatience, [&] { return at_gate_ > 0; })) << "nobody commits";
}

int64_t ScriptedFaults::reads(const std::string& call) const {
  const std::lock_guard lock(mutex_);
  const auto found = reads_.find(call);
  return found == reads_.end() ? 0 : found->second.count;
}

int64_t ScriptedFaults::commits() const {
  const std::lock_guard lock(mutex_);
  return commits_;
}

bool ScriptedFaults::wait_for_read(const std::string& call, int64_t since_ms) {
  std::unique_lock lock(mutex_);
  return changed_.wait_for(lock, kPatience, [&] { return reads_[call].last_ms >= since_ms; });
}

std::optional<store::CommitResult> ScriptedFaults::before_commit(const store::CommitBatch& batch) {
  OnCommit before;
  {
    std::unique_lock lock(mutex_);
    ++commits_;
    ++at_gate_;
    changed_.notify_all();
    changed_.wait(lock, [&] { return !gate_closed_; });
    --at_gate_;
    before = before_;
  }
  return before ? before(batch) : std::nullopt;
}

}  // namespace baton::testing
