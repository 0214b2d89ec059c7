// A lane's connection: loads, confirms and commits. How a doubtful commit is settled is in settle.cc.
#pragma once

#include <string>

#include "coordinator/store/postgres/commit_form.h"
#include "coordinator/store/postgres/postgres_store.h"
#include "coordinator/store/postgres/session.h"

namespace baton::store::postgres {

class PostgresLane final : public LaneSession {
 public:
  PostgresLane(Session session, const PostgresOptions& options);

  absl::StatusOr<std::vector<LoadedRun>> load(std::span<const RunKey> runs) override;
  absl::StatusOr<ConfirmReply> confirm(const ConfirmRequest& request) override;
  CommitResult commit(const CommitBatch& batch) override;
  absl::Status save_snapshot(RunKey run, int64_t batch_no, const std::string& snapshot) override;

 private:
  Session session_;
  const int32_t core_version_;
  const std::chrono::milliseconds settle_within_;
};

// The fate of the batch that `form` writes, by `until`; see settle.cc.
CommitResult commit_and_settle(Session& session, const CommitForm& form, const CommitId& commit_id, SteadyTime until);

}  // namespace baton::store::postgres
