// One group commit of a lane: from requests to replies. Lives for one round; used by the lane's thread.
#pragma once

#include <array>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <span>
#include <utility>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/container/flat_hash_set.h"
#include "coordinator/engine/lane.h"

namespace baton::engine {

// The answer when the database did not say in time what became of a call.
absl::Status maybe_applied(const absl::Status& why);

class LaneBatch {
 public:
  enum class Result { kDone, kRejected };

  LaneBatch(Lane& lane, std::vector<LaneRequest> requests);

  // Loads, decides, confirms, commits, publishes. What must be decided once more (conflict, stale read, rejected) goes to `again`.
  Result execute(std::vector<LaneRequest>& again);

  // True while the delivery is offered and nothing says that it arrived.
  static bool is_unacknowledged(const CachedRun& run, const core::TaskRef& task);
  // The same as far as the journal goes.
  static bool is_out(const CachedRun& run, const core::TaskRef& task);
  // After a load: every task that waits may have a backlog row.
  static void note_waiting_tasks(CachedRun& run);

 private:
  // An offer that is part of this commit, given to its poller afterwards.
  struct MadeOffer {
    CachedRun* run;
    core::OfferReply offer;
    std::shared_ptr<TaskPoller> poller;
    bool slot_of_request;  // kOffer: the slot goes with the request, not with this round
    bool newly_held;       // false: its poller named a delivery of the same number as held, which this state does not know of
  };
  // A delivery whose holder must hear that it is over.
  struct Ended {
    CachedRun* run;
    core::EndedTask task;
  };
  // What the batch does to one run.
  struct RunWork {
    CachedRun* run = nullptr;
    journal::v1::RecordBatch* records = nullptr;  // on the round's arena
    std::string* stored = nullptr;                // the same in the round's CommitBatch, once it is there
    int64_t first_event_id = 0;
    bool opened = false, closed = false, cancel_requested = false, deadline_changed = false, attributes_changed = false;
    absl::flat_hash_map<int64_t, core::WaitingTask> backlog_added;
    absl::flat_hash_map<int64_t, ListKey> backlog_removed;
    std::vector<core::AcknowledgeTask> acknowledgements;  // written by this batch
    std::vector<core::OutgoingMessage> messages;          // on the round's arena
    std::vector<core::AnsweredUpdate> answered_updates;   // on the round's arena
  };
  // A decided request that waits for its commit. Of the engine's own work: a hold that is refused, an offer that comes to nothing, and
  // whatever appended nothing because of what the cache said.
  struct Decided {
    size_t request;
    absl::StatusOr<LaneReply> reply;
    CachedRun* run = nullptr;        // that the reply rests on; null: none
    bool appended = false;           // its own INSERT confirms it
    bool settled = false;            // rests on nothing that could have changed
    bool rests_on_open_run = false;  // and on which run of the workflow id is open
    std::optional<core::RunId> open_run = {};
  };
  enum class Confirmed { kYes, kStale };

  // --- reading (lane_load.cc) ---
  absl::Status load();
  absl::Status look_up();
  absl::Status load_missing_runs();
  // A journal that takes too long to read fails its own requests only.
  absl::Status load_runs(std::span<const store::RunKey> keys);
  // What is known of the workflow id's open run: it, that there is none, or (outer nullopt) nothing.
  std::optional<std::optional<core::RunId>> open_run_of(const store::WorkflowKey& workflow) const;
  absl::StatusOr<Confirmed> confirm();
  // The store must agree that nothing came after what this was decided on.
  bool rests_on_cache(const Decided& decided) const;

  // --- deciding (lane_decide.cc) ---
  void decide(size_t index);
  void decide_start(size_t index);
  void signal_open_run(size_t index, const core::RunId& run_id);
  // Begins a run, as a start does, and ends its base, if that is open.
  void decide_reset(size_t index, CachedRun& base);
  // No more may be open in the domain, as far as is known; the request is refused, or decided once more.
  bool is_domain_full(size_t index);
  static bool applies_child_policy(const LaneRequest& request);
  static store::ReceivedKey start_of_child(const LaneRequest& request);
  // A child policy for a child that has not begun: it never will.
  void forestall_child(size_t index);
  void decide_on_nothing(size_t index, bool rests_on_open_run);
  void decide_on(size_t index, CachedRun& run, bool rests_on_open_run);
  void decide_command(size_t index, CachedRun& run, bool rests_on_open_run);
  void await(size_t index, CachedRun& run, bool rests_on_open_run);  // lane_await.cc
  void refuse(size_t index, absl::Status why, CachedRun* run, bool rests_on_open_run);
  void note_lapse(const LaneRequest& request, const CachedRun& run);
  void note_offer(const LaneRequest& request, CachedRun& run, const core::OfferReply& offer);
  void note_heartbeat(const LaneRequest& request, CachedRun& run);
  core::Context context(const std::string& domain) {
    return {now_ms_, *registry_, registry_->limits_of(domain), env_.authorizer, arena_, &rates_};
  }

  // --- what decisions do to a run (lane_append.cc) ---
  void acknowledge(const LaneRequest& request, CachedRun& run);
  void hold(size_t index, CachedRun& run);
  void write_acknowledgements(CachedRun& run);
  void append(CachedRun& run, core::RunCommit commit);
  // A run that does not exist before this commit.
  CachedRun& begin_run(const store::WorkflowKey& workflow, core::RunCommit commit);
  void place(CachedRun& run, const core::WaitingTask& task);
  bool make_offer(CachedRun& run, int64_t scheduled_event_id, const std::shared_ptr<TaskPoller>& poller);
  // False: the poller already holds a delivery of this number.
  bool note_holder(CachedRun& run, const core::OfferReply& offer, const std::shared_ptr<TaskPoller>& poller);
  RunWork& work_of(CachedRun& run);

  // --- writing (lane_commit.cc) ---
  store::CommitBatch rows();
  void add_run_rows(RunWork& work, store::CommitBatch& batch);
  void add_verdicts(store::CommitBatch& batch) const;
  static store::OutboxKey row_key(const CachedRun& run, const core::MessageKey& message);
  // Nothing of this round counts: what it touched, or found stale, is dropped from the cache, slots are given back.
  void abandon();
  void decide_again(std::vector<LaneRequest>& again);
  void fail_all(const absl::Status& why);
  void keep_for_later(const LaneRequest& request);

  // --- publishing (lane_publish.cc) ---
  void publish();
  void forget_closed(store::RunKey key);
  void publish_run(RunWork& work);
  void publish_offers();
  // False: it ended before anybody saw it.
  bool is_open(const MadeOffer& made);
  std::optional<OfferedTask> to_task(const MadeOffer& made, const std::shared_ptr<google::protobuf::Arena>& arena);
  void publish_ended(const Ended& ended);
  void publish_cancel(CachedRun& run, const core::CancelNotice& notice);
  void publish_replies();
  void publish_waiting();  // lane_await.cc

  Lane& lane_;
  LaneEnvironment& env_;
  std::vector<LaneRequest> requests_;
  std::array<std::vector<size_t>, static_cast<size_t>(LaneWork::kOffer) + 1> order_;  // their indexes, by work
  std::shared_ptr<const RegistryPicture> registry_;
  const int64_t now_ms_;
  RoundRates rates_;
  google::protobuf::Arena arena_;  // of the records that this round writes

  std::map<store::WorkflowKey, std::optional<core::RunId>> looked_up_;
  std::vector<std::optional<std::string>> verdicts_;  // by request: recorded before
  std::vector<std::optional<std::string>> child_starts_;  // by request that applies a child policy: what became of the child's start
  absl::flat_hash_set<const CachedRun*> fresh_;       // loaded in this round
  std::vector<store::RunKey> loaded_;                 // the same, also when they are gone again
  std::map<store::RunKey, absl::Status> not_loaded_;  // whose journal took too long to read
  std::vector<Decided> decided_;
  std::deque<RunWork> works_;
  absl::flat_hash_map<CachedRun*, RunWork*> work_by_run_;
  std::vector<MadeOffer> offers_;
  std::vector<Ended> ended_;
  std::vector<std::pair<CachedRun*, core::CancelNotice>> cancel_notices_;
  std::vector<std::pair<CachedRun*, core::AcknowledgeTask>> refused_acknowledgements_;
  std::vector<CachedRun*> stale_;  // the store has more of them
  std::set<store::ReceivedKey> received_;
  std::vector<store::OutboxKey> settled_messages_;     // their rows go with this commit
  std::vector<store::ReceivedRow> forestalled_;        // verdicts on deliveries that are still to come
  std::vector<std::pair<size_t, store::RunKey>> waiting_;  // requests that go on waiting, and for what run
  std::vector<size_t> postponed_;  // decided after this round's commit
  bool registry_said_no_ = false;
};

}  // namespace baton::engine
