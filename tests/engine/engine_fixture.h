// Data in memory with domain and types registered, time that passes when the test says so, and coordinators on both. When a test is over,
// what the coordinators believe must be what the journals say, and every history must hold (history_checks.h).
#pragma once

#include <gtest/gtest.h>

#include <list>
#include <set>
#include <string>

#include "tests/engine/stored_run.h"
#include "tests/engine/test_coordinator.h"

namespace baton::testing {

// Domain "orders" with workflow type process:1 (lists "decisions" and "activities", no timeout but a day for the execution) and activity
// type charge:1.
void register_types(store::Store& data);

class EngineFixture : public ::testing::Test {
 protected:
  EngineFixture();
  void TearDown() override;

  // One more on the same data; lives until the test is over.
  TestCoordinator& coordinator(CoordinatorOptions options = {});
  // It stops, as if its process had ended.
  void stop(TestCoordinator& coordinator);

  void advance(int64_t ms) { time_.advance(ms); }
  // Lets two seconds pass, with a whole sweep of the database by this coordinator in between.
  void sweep(TestCoordinator& coordinator);

  // --- steps that must succeed ---
  // Starts it and has its decider schedule these activities, over unary calls; their tasks wait.
  void start_with(TestCoordinator& coordinator, const std::string& workflow_id, std::vector<v1::Decision> decisions);

  // --- what the data says ---
  // The run of this workflow id; of several, the open one, else the latest.
  StoredRun stored(const std::string& workflow_id);
  std::string events(const std::string& workflow_id) { return event_names(stored(workflow_id)); }
  int count_events(const std::string& workflow_id, journal::v1::Event::AttributesCase kind);
  // Until the run has so many events of this kind, at least.
  void wait_for(const std::string& workflow_id, journal::v1::Event::AttributesCase kind, int count = 1);
  int64_t backlog(core::TaskKind kind, const std::string& list);

  ManualTime time_;
  std::unique_ptr<store::MemoryStore> data_;
  std::set<core::RunId> unreadable_;  // damaged on purpose

 private:
  std::list<TestCoordinator> coordinators_;
  std::set<TestCoordinator*> stopped_;
};

}  // namespace baton::testing
