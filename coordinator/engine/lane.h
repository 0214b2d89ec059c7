// A lane: one thread and one database connection that decide and write for its share of the shards. It takes everything queued, loads what
// it lacks, decides each command in order, writes one transaction, then publishes: replies, tasks, notices, deadlines. While a commit is in
// flight the next batch forms by itself.
//
// Cached states are changed in place while a batch is decided: nobody else sees them. When the commit ends in anything but success, every run
// that the batch touched is dropped from the cache and rebuilt from the journal (adr/0003), and the commands are decided again.
#pragma once

#include <atomic>
#include <condition_variable>
#include <deque>
#include <functional>
#include <list>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <random>
#include <set>
#include <thread>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "coordinator/engine/cached_run.h"
#include "coordinator/engine/clock.h"
#include "coordinator/engine/deadlines.h"
#include "coordinator/engine/lane_request.h"
#include "coordinator/engine/matcher.h"
#include "coordinator/engine/open_executions.h"
#include "coordinator/engine/rates.h"
#include "coordinator/engine/registry.h"

namespace baton::engine {

// What lanes share; outlives them.
struct LaneEnvironment {
  store::Store& store;
  Registry& registry;
  const core::Authorizer& authorizer;
  RateBuckets& rates;
  DatabaseClock& clock;
  Matcher& matcher;
  OpenExecutions& open_executions;
  size_t max_queued = 0;
  size_t max_cached_runs = 0;
  int64_t epoch = 0;
  // Reads the history of an offered decision task elsewhere and then gives it to the poller.
  std::function<void(std::shared_ptr<TaskPoller>, OfferedTask, store::RunKey)> offer_with_history;
  // An offer that its client cannot get any more.
  std::function<void(const std::shared_ptr<TaskPoller>&, const journal::v1::TaskToken&)> take_back;
  // A message to another execution is durable.
  std::function<void(const store::OutboxKey&, std::shared_ptr<const journal::v1::Message>)> send;
  // A task waits for its preferred decider: somebody must look when that is over.
  std::function<void()> watch_preferences;
};

class LaneBatch;

class Lane {
 public:
  explicit Lane(LaneEnvironment& environment);
  ~Lane();

  void start();
  // Decides what is queued, then ends; later requests are refused. Idempotent, safe before start().
  void stop();

  // False: the queue is full, and the request is one that may be refused (not an acknowledgement, an answer or the engine's own).
  bool push(LaneRequest request, bool refusable);
  // The coordinator stops: who waits for something to happen to a run is told to go elsewhere, and so is whoever comes. Idempotent.
  void end_waiting();
  // A deadline that the store knows of; harmless when it is known here, or stale.
  void watch_deadline(store::RunKey run, int64_t deadline_ms);

 private:
  friend class LaneBatch;

  // An offer that is withdrawn unless it is acknowledged by then.
  struct Delivery {
    int64_t withdraw_ms;
    store::RunKey run;
    core::TaskRef task;
    std::shared_ptr<TaskPoller> poller;
  };
  // For something to happen to one run.
  struct WaitingCalls {
    std::vector<LaneRequest> requests;
    int64_t look_ms = 0;  // when all of them are looked at
    int64_t due_ms = 0;   // the same, or the earliest end of one
  };
  struct LazyAcknowledgement {
    int64_t due_ms;
    store::RunKey run;
  };

  void run();
  // Waits for requests or for the next thing that time does; returns what is to be decided now.
  std::vector<LaneRequest> next_batch();
  int64_t next_due_ms() const;
  void add_due_work(std::vector<LaneRequest>& batch);
  void add_due_deliveries(std::vector<LaneRequest>& batch, int64_t now_ms);
  // Until nothing is left to decide: conflicts and stale reads are decided again.
  void process(std::vector<LaneRequest> batch);

  // Those in memory that no commit has written by then.
  void write_acknowledgements_by(int64_t due_ms, store::RunKey run);
  bool has_acknowledgements(store::RunKey run);
  void adopt_deadlines();

  // --- those who wait for something to happen to a run (lane_await.cc) ---
  void keep_waiting(store::RunKey run, LaneRequest request);
  void set_due(store::RunKey run, WaitingCalls& calls, int64_t due_ms);
  template <class Stays, class Take>
  void take_waiting(store::RunKey run, Stays stays, Take take);
  // The run has changed: looks again for whom it matters.
  void wake_waiting(const CachedRun& run);
  // Another coordinator may have changed it.
  void add_due_waiting(std::vector<LaneRequest>& batch, int64_t now_ms);
  void refuse_waiting();

  // --- the cache ---
  CachedRun* find(store::RunKey run);
  CachedRun& insert(std::unique_ptr<CachedRun> run);
  void drop(store::RunKey run);
  // There is no such run: nobody holds its tasks.
  void forget(store::RunKey run);
  // It is not its workflow id's open run any more; another one may be.
  void forget_open_run(const CachedRun& run);
  void evict_some();
  void save_snapshot(CachedRun& run);
  void save_next_snapshot();
  // What clients acknowledged and no commit has written yet, before the lane ends.
  void write_all_acknowledgements();
  std::unique_ptr<CachedRun> rebuild(const store::LoadedRun& loaded);

  LaneEnvironment& env_;
  std::unique_ptr<store::LaneSession> session_;
  std::mt19937_64 random_;
  std::thread thread_;

  std::mutex mutex_;  // guards the next four
  std::condition_variable wake_;
  std::deque<LaneRequest> queue_;
  std::vector<std::pair<store::RunKey, int64_t>> new_deadlines_;
  bool stopping_ = false;
  std::atomic<bool> no_waiting_{false};

  absl::flat_hash_map<core::RunId, std::unique_ptr<CachedRun>> runs_;
  std::list<store::RunKey> use_order_;  // least recently used first
  std::map<store::WorkflowKey, core::RunId> open_runs_;  // of cached, open runs
  Deadlines deadlines_;
  std::deque<Delivery> deliveries_;       // in order of time
  std::vector<Delivery> late_deliveries_;  // of broken streams, given a little longer
  std::deque<LazyAcknowledgement> lazy_acknowledgements_;
  std::map<store::RunKey, WaitingCalls> waiting_;
  std::set<std::pair<int64_t, store::RunKey>> look_again_;  // each of those runs, by when it is due
  size_t waiting_count_ = 0;
  std::deque<store::RunKey> snapshot_candidates_;
  int64_t rounds_ = 0;
  std::map<store::RunKey, std::vector<core::AcknowledgeTask>> saved_acknowledgements_;  // of dropped runs: a conflict must not lose them
  std::map<store::RunKey, std::vector<Holder>> saved_holders_;
};

}  // namespace baton::engine
