// "Rebuilt equals live", record by record: the fold of a journal and, beside it, the same fold continued from a snapshot taken at every
// record. Failures are GoogleTest failures.
#pragma once

#include "coordinator/core/decide.h"
#include "coordinator/core/snapshot.h"
#include "gtest/gtest.h"

namespace baton::core {

class RebuiltState {
 public:
  // Applies `record` as it comes back from the store. False: it did not fit, and the state is of no more use.
  bool add(const journal::Record& record) {
    if (restored_.exists()) {
      absl::StatusOr<ExecutionState> taken = from_snapshot(to_snapshot(restored_));
      EXPECT_TRUE(taken.ok()) << taken.status();
      if (!taken.ok()) return false;
      restored_ = *std::move(taken);
    }
    const absl::Status folded = apply(folded_, record), continued = apply(restored_, record);
    EXPECT_TRUE(folded.ok()) << folded << " | " << record.ShortDebugString();
    EXPECT_TRUE(continued.ok()) << "continued from a snapshot: " << continued << " | " << record.ShortDebugString();
    if (!folded.ok() || !continued.ok()) return false;
    const bool alike = to_snapshot(folded_) == to_snapshot(restored_);
    EXPECT_TRUE(alike) << "continued from a snapshot, the state differs after " << record.ShortDebugString();
    return alike;
  }

  const ExecutionState& folded() const { return folded_; }
  // Put into a snapshot and taken out before every record.
  const ExecutionState& restored() const { return restored_; }

 private:
  ExecutionState folded_, restored_;
};

}  // namespace baton::core
