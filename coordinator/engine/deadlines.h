// When each run of a lane is due next: one entry a run, the earliest first. Used by the lane's thread.
#pragma once

#include <cstdint>
#include <limits>
#include <optional>
#include <set>
#include <tuple>

#include "absl/container/flat_hash_map.h"
#include "coordinator/store/store.h"

namespace baton::engine {

class Deadlines {
 public:
  struct Due {
    int64_t at_ms = 0;
    store::RunKey run;
    bool of_store = false;  // rather than of a state that this lane knows: what its cache says may be older
    friend bool operator<(const Due& a, const Due& b) { return std::tie(a.at_ms, a.run) < std::tie(b.at_ms, b.run); }
  };

  // In place of what was known of the run.
  void set(store::RunKey run, int64_t at_ms, bool of_store = false) {
    erase(run);
    by_run_[run.run_id] = order_.insert({at_ms, run, of_store}).first;
  }
  // What the store says: counts when it is earlier than what is known, or nothing is.
  void adopt(store::RunKey run, int64_t at_ms) {
    const auto known = by_run_.find(run.run_id);
    if (known == by_run_.end() || at_ms < known->second->at_ms) set(run, at_ms, true);
  }
  void erase(store::RunKey run) {
    const auto known = by_run_.find(run.run_id);
    if (known == by_run_.end()) return;
    order_.erase(known->second);
    by_run_.erase(known);
  }
  // The time of the first one; far away when there is none.
  int64_t next_ms() const { return order_.empty() ? std::numeric_limits<int64_t>::max() : order_.begin()->at_ms; }
  // Takes the first one out if it is due.
  std::optional<Due> take_due(int64_t now_ms) {
    if (next_ms() > now_ms) return std::nullopt;
    const Due due = *order_.begin();
    erase(due.run);
    return due;
  }

 private:
  std::set<Due> order_;
  absl::flat_hash_map<core::RunId, std::set<Due>::iterator> by_run_;
};

}  // namespace baton::engine
