#include "coordinator/engine/retention.h"

#include <algorithm>

#include "coordinator/log/log.h"

namespace baton::engine {
namespace {

// A closed run is hidden when its retention is over. Its rows stay at least so long after its close: until nobody can believe a cache any
// more in which it is open, nor wait for a commit in doubt.
constexpr int64_t kKeptAfterCloseMs = 3'600'000;
// What one transaction removes: some milliseconds' work.
constexpr int32_t kRunsAtOnce = 200;
constexpr int32_t kRowsAtOnce = 2'000;
// Of so many parts of the time removal takes one, and it begins no more often than this: commits have the rest.
constexpr int64_t kPartsOfTime = 5;
constexpr int64_t kLeastIntervalMs = 20;
// Then it is the next domain's turn.
constexpr int64_t kRunsPerTurn = 20'000;
constexpr int64_t kLookEveryMs = 10'000;

}  // namespace

int64_t Retention::remove_some() {
  const int64_t began_ms = clock_.host().boot_ms();
  // First what is left of those that were removed before, so that it never piles up.
  Found found = remove_remains();
  if (found == Found::kNothing) found = remove_runs();
  if (found != Found::kSomething) return kLookEveryMs;
  return std::clamp(kPartsOfTime * (clock_.host().boot_ms() - began_ms), kLeastIntervalMs, kLookEveryMs);
}

Retention::Found Retention::remove_remains() {
  const auto rows = store_.remove_remains(kRowsAtOnce);
  if (!rows.ok()) return Found::kNoDatabase;
  rows_ += *rows;
  return *rows > 0 ? Found::kSomething : Found::kNothing;
}

Retention::Found Retention::remove_runs() {
  const auto picture = registry_.picture();
  const auto& domains = picture->dump().domains;
  for (; turn_ < domains.size(); ++turn_) {
    const store::DomainRow& domain = domains[turn_];
    const int64_t closed_before_ms = clock_.now_ms() - std::max(domain.retention_ms, kKeptAfterCloseMs);
    if (runs_ < kRunsPerTurn) {
      const auto runs = store_.remove_closed_runs(domain.name, closed_before_ms, kRunsAtOnce);
      if (!runs.ok()) return Found::kNoDatabase;
      runs_ += *runs;
      if (*runs > 0) return Found::kSomething;
    }
    end_turn(domain.name);
  }
  turn_ = 0;
  return Found::kNothing;
}

void Retention::end_turn(const std::string& domain) {
  if (runs_ > 0) log_event(LogLevel::kInfo, "closed_runs_removed", {{"domain", domain}, {"runs", runs_}, {"journal_rows", rows_}});
  runs_ = rows_ = 0;
}

}  // namespace baton::engine
