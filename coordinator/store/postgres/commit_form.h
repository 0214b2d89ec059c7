// A batch as the statements that write it, built once, so that sending it again sends the identical transaction.
#pragma once

#include <optional>
#include <vector>

#include "absl/status/statusor.h"
#include "coordinator/store/postgres/binary.h"
#include "coordinator/store/postgres/statements.h"
#include "coordinator/store/store.h"

namespace baton::store::postgres {

struct CommitStep {
  const Statement* statement = nullptr;
  Params params;
  std::optional<int64_t> expected;  // what the only field of its only row must be
};

struct CommitForm {
  std::vector<CommitStep> steps;  // in order
  // Looks up who wrote the permanent keys of the batch; empty when it has none.
  std::optional<CommitStep> journal_writers, received_writers;

  // One statement that needs no look at its result is its own transaction.
  bool autocommit() const { return steps.size() == 1 && !steps.front().expected; }
};

// INVALID_ARGUMENT for a batch that no database would take.
absl::StatusOr<CommitForm> commit_form(const CommitBatch& batch);

}  // namespace baton::store::postgres
