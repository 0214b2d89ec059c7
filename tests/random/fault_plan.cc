#include "tests/random/fault_plan.h"

#include <utility>

#include "tests/random/draws.h"

namespace baton::testing {
namespace {

// What the test itself asks when it waits for readers.
constexpr std::string_view kFlush = "count_backlog";

uint64_t number_of(const std::string& text) {
  uint64_t number = 0;
  for (const char c : text) number = mix(number ^ static_cast<uint64_t>(static_cast<unsigned char>(c)));
  return number;
}

store::CommitResult refused(bool for_now) {
  return {store::CommitOutcome::kRejected, for_now ? absl::UnavailableError("no room, as the seed wants it")
                                                   : absl::UnknownError("a row that is refused, as the seed wants it")};
}

}  // namespace

void FaultPlan::install(ScriptedFaults& faults, std::function<void()> pass_gate) {
  faults.set_before_commit([this, pass_gate = std::move(pass_gate)](const store::CommitBatch& batch) {
    pass_gate();
    return before_commit(batch);
  });
  faults.set_after_commit([this](const store::CommitBatch& batch) { return after_commit(batch); });
  faults.set_before_read([this](std::string_view call) { return before_read(std::string(call)); });
}

int FaultPlan::draw(const std::string& what) {
  if (!active_) return 99;
  const std::lock_guard lock(mutex_);
  return static_cast<int>(mix(seed_ ^ number_of(what) ^ mix(++drawn_[what])) % 100);
}

std::optional<store::CommitResult> FaultPlan::before_commit(const store::CommitBatch& batch) {
  int drawn = draw("commit");
  const auto falls = [&](int share) { return (drawn -= share) < 0; };
  std::optional<store::CommitResult> result;
  if (away_ || falls(shares_.lost)) {
    result = failed_commit(store::CommitOutcome::kMaybe);
  } else if (falls(shares_.late)) {
    const std::lock_guard lock(mutex_);
    late_.push_back({batch, time_.boot_ms()});
    result = failed_commit(store::CommitOutcome::kMaybe);
  } else if (falls(shares_.conflict)) {
    result = failed_commit(store::CommitOutcome::kConflict);
  } else if (falls(shares_.refused)) {
    result = refused(drawn % 2 == 0);
  }
  if (result) note_fault();
  return result;
}

std::optional<store::CommitResult> FaultPlan::after_commit(const store::CommitBatch& batch) {
  const bool doubted = draw("doubt") < shares_.doubted;
  witness_.saw(batch, writer_, !doubted);
  if (!doubted) return std::nullopt;
  note_fault();
  return failed_commit(store::CommitOutcome::kMaybe);
}

absl::Status FaultPlan::before_read(const std::string& call) {
  if (call == kFlush) return absl::OkStatus();
  if (!away_ && draw(call) >= shares_.unread) return absl::OkStatus();
  note_fault();
  return absl::UnavailableError("unread, as the seed wants it");
}

std::vector<FaultPlan::Late> FaultPlan::take_late() {
  const std::lock_guard lock(mutex_);
  return std::exchange(late_, {});
}

}  // namespace baton::testing
