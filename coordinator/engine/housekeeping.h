// What the engine does by the clock: heartbeats that measure the database's clock, the registry's version, the safety nets (sweeps of
// deadlines and backlogs), the removal of runs past their retention, and the end of sticky waits. Three threads.
#pragma once

#include <atomic>
#include <condition_variable>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include "coordinator/engine/clock.h"
#include "coordinator/engine/lane.h"
#include "coordinator/engine/matcher.h"
#include "coordinator/engine/open_executions.h"
#include "coordinator/engine/outbox.h"
#include "coordinator/engine/registry.h"
#include "coordinator/engine/retention.h"

namespace baton::engine {

class Housekeeping {
 public:
  using LaneOf = std::function<Lane&(int16_t shard)>;
  // Everything outlives it.
  Housekeeping(store::Store& store, Registry& registry, DatabaseClock& clock, Matcher& matcher, OpenExecutions& open_executions,
               Outbox& outbox, std::string instance_id, std::string address, LaneOf lane_of);
  ~Housekeeping() { stop(); }

  // The first measurement of the clock, the first look at the registry and the first count of open executions; fails when the database cannot be asked.
  absl::Status begin();
  void start();
  // Idempotent, safe before start().
  void stop();

  // A task waits for its preferred decider. Thread-safe.
  void watch_preferences();
  // The database answered within the last kHealthyMs. Thread-safe.
  bool healthy() const;

 private:
  void tend_database();
  void tend_preferences();
  void tend_retention();
  absl::Status heartbeat();
  void sweep_deadlines();
  void read_backlogs();
  void purge_received();

  store::Store& store_;
  Registry& registry_;
  DatabaseClock& clock_;
  Matcher& matcher_;
  OpenExecutions& open_executions_;
  Outbox& outbox_;
  const std::string instance_id_, address_;
  const LaneOf lane_of_;

  std::mutex mutex_;
  std::condition_variable wake_;
  bool stopping_ = false;
  bool preferences_wait_ = false;
  std::atomic<int64_t> heard_boot_ms_{0};
  int64_t purged_boot_ms_ = 0;
  Retention retention_;  // of its thread
  bool was_healthy_ = true;
  std::thread database_thread_, preference_thread_, retention_thread_;
};

}  // namespace baton::engine
