// A lane's session on the memory store.
#pragma once

#include "coordinator/store/memory/memory_store.h"

namespace baton::store {

class MemoryLane final : public LaneSession {
 public:
  // `store` outlives the lane.
  explicit MemoryLane(MemoryStore& store) : store_(store) {}

  absl::StatusOr<std::vector<LoadedRun>> load(std::span<const RunKey> runs) override;
  absl::StatusOr<ConfirmReply> confirm(const ConfirmRequest& request) override;
  CommitResult commit(const CommitBatch& batch) override;
  absl::Status save_snapshot(RunKey run, int64_t batch_no, const std::string& snapshot) override;

 private:
  MemoryStore& store_;
};

}  // namespace baton::store
