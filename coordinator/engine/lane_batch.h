// One group commit of a lane: from requests to replies. Lives for one round; used by the lane's thread.
#pragma once

#include <map>
#include <memory>
#include <optional>
#include <set>
#include <vector>

#include "coordinator/engine/lane.h"

namespace baton::engine {

class LaneBatch {
 public:
  enum class Result { kDone, kRejected };

  LaneBatch(Lane& lane, std::vector<LaneRequest> requests);

  // Decides, confirms, commits, publishes. What must be decided once more (conflict, stale read, rejected) goes to `again`.
  Result execute(std::vector<LaneRequest>& again);

  // True while the delivery is offered and nothing says that it arrived.
  static bool is_unacknowledged(const CachedRun& run, const core::TaskRef& task);
  // After a load: every task that waits may have a backlog row.
  static void note_waiting_tasks(CachedRun& run);

 private:
  // An offer that is part of this commit, given to its poller afterwards.
  struct MadeOffer {
    CachedRun* run;
    core::OfferReply offer;
    std::shared_ptr<TaskPoller> poller;
  };
  struct Ended {
    CachedRun* run;
    core::EndedTask task;
    bool execution_closed;
  };
  // What the batch does to one run.
  struct RunWork {
    CachedRun* run = nullptr;
    std::shared_ptr<journal::v1::RecordBatch> records = std::make_shared<journal::v1::RecordBatch>();
    int64_t first_event_id = 0;
    bool opened = false, closed = false, cancel_requested = false, deadline_changed = false;
    std::map<int64_t, store::BacklogRow> backlog_added;
    std::set<int64_t> backlog_removed;
  };
  // A decided request that waits for its commit.
  struct Decided {
    size_t request;
    absl::StatusOr<LaneReply> reply;
    CachedRun* run = nullptr;       // null: there is none
    bool appended = false;
    bool rests_on_open_run = false;  // the reply rests on which run of the workflow id is open
    std::optional<core::RunId> open_run;
  };

  // --- reading (lane_load.cc) ---
  absl::Status load();
  absl::Status look_up_open_runs();
  absl::Status look_up_repeats();
  void load_missing_runs(const std::vector<store::RunKey>& missing, absl::Status& status);
  std::optional<core::RunId> open_run_of(const store::WorkflowKey& workflow) const;

  // --- deciding (lane_decide.cc) ---
  void decide(size_t index);
  void decide_start(size_t index);
  void decide_on(size_t index, CachedRun& run);
  void acknowledge(LaneRequest& request, CachedRun& run);
  void hold(LaneRequest& request, CachedRun& run);
  void write_acknowledgements(CachedRun& run);
  void refuse(size_t index, absl::Status why, CachedRun* run);
  void keep_heartbeat(const LaneRequest& request, CachedRun& run);
  absl::StatusOr<core::Commit> decide_command(CachedRun& run, core::Command& command);
  void append(CachedRun& run, core::RunCommit commit);
  void place(CachedRun& run, const core::WaitingTask& task);
  bool make_offer(CachedRun& run, int64_t scheduled_event_id, const std::shared_ptr<TaskPoller>& poller);
  RunWork& work_of(CachedRun& run);
  core::Context context() const;
  std::shared_ptr<v1::DescribeWorkflowExecutionResponse> describe(const CachedRun& run) const;

  // --- writing (lane_commit.cc) ---
  absl::Status confirm(std::vector<LaneRequest>& again);
  store::CommitBatch rows();
  std::string verdict_of(const absl::StatusOr<LaneReply>& reply) const;
  void abandon();
  bool wants_verdict(const Decided& decided) const;

  // --- publishing (lane_publish.cc) ---
  void publish();
  void publish_run(RunWork& work);
  void publish_offer(const MadeOffer& made);
  void publish_ended(const Ended& ended);
  void release(const std::shared_ptr<TaskPoller>& poller, const DeliveryKey& key);

  Lane& lane_;
  LaneEnvironment& env_;
  std::vector<LaneRequest> requests_;
  std::shared_ptr<const RegistryPicture> registry_;
  int64_t now_ms_;

  std::map<store::WorkflowKey, std::optional<core::RunId>> looked_up_;
  std::vector<Decided> decided_;
  std::vector<std::unique_ptr<RunWork>> works_;
  absl::flat_hash_map<CachedRun*, RunWork*> work_by_run_;
  std::vector<MadeOffer> offers_;
  std::vector<Ended> ended_;
  std::vector<std::pair<CachedRun*, core::CancelNotice>> cancel_notices_;
  std::set<store::ReceivedKey> received_;
  std::vector<size_t> postponed_;  // second copies of a request in this batch
  bool registry_said_no_ = false;
};

// A recorded verdict, read back.
absl::StatusOr<LaneReply> parse_verdict(const std::string& verdict);

}  // namespace baton::engine
