// When closed runs are removed, in the time of hours and days, and what those who still know of a removed run are told.
#include <gmock/gmock.h>

#include <chrono>
#include <thread>

#include "coordinator/core/fault.h"
#include "tests/engine/engine_fixture.h"

namespace baton::testing {
namespace {

constexpr int64_t kHourMs = 3'600'000, kDayMs = 24 * kHourMs;
constexpr int64_t kLookMs = 10'000;  // a coordinator that has found nothing to do looks again after this

class Retention : public EngineFixture {
 protected:
  // The domain keeps closed runs so long; the coordinators know it.
  void keep_for(int64_t retention_ms) {
    store::Store::RegistryChange change;
    change.expected_version = data_->registry_version().value();
    change.put_domains.push_back({.name = kDomain, .description = "", .retention_ms = retention_ms, .tags = {}});
    ASSERT_TRUE(data_->change_registry(change).ok());
    sweep(a);
    sweep(b);
  }
  core::RunId start_and_terminate(const std::string& workflow_id) {
    const auto started = a.start(workflow_id);
    EXPECT_TRUE(started.ok()) << started.status();
    EXPECT_EQ(a.terminate(workflow_id), absl::OkStatus());
    return started.value_or(core::RunId{});
  }
  // The coordinator has looked for what is to be removed, now or later.
  void look(TestCoordinator& coordinator) {
    // When the second one begins, the first one is over.
    for (int i = 0; i < 2; ++i) {
      advance(kLookMs);
      ASSERT_TRUE(coordinator.faults().wait_for_read("remove_remains", time_.boot_ms()));
    }
  }
  int64_t closed() { return data_->count_executions({.domain = kDomain, .open = false}, 1'000'000).value_or(-1); }
  // Until the coordinators have removed every closed run with everything that was left of it.
  void wait_until_removed() {
    const auto until = std::chrono::steady_clock::now() + std::chrono::seconds(20);
    while (closed() > 0 || data_->remove_remains(1).value_or(0) > 0) {
      ASSERT_LT(std::chrono::steady_clock::now(), until) << closed() << " closed runs are still there";
      advance(kLookMs);
      std::this_thread::yield();
    }
  }
  bool has_journal(const std::string& workflow_id, core::RunId run_id) {
    const auto page = data_->read_history({store::shard_of(kDomain, workflow_id, data_->shard_count()), run_id}, 1, false, 1);
    return page.ok() && !page->rows.empty();
  }

  TestCoordinator& a = coordinator();
  TestCoordinator& b = coordinator();
};

TEST_F(Retention, WithoutRetentionTheRowsStayForAnHourAndGoThen) {
  keep_for(0);
  const core::RunId run_id = start_and_terminate("order");
  EXPECT_EQ(core::fault_of(a.describe("order").status()), v1::UNKNOWN_RESOURCE) << "hidden at once";
  advance(kHourMs - 5 * kLookMs);
  look(a);
  look(b);
  EXPECT_EQ(closed(), 1);
  EXPECT_TRUE(has_journal("order", run_id));
  advance(2 * kLookMs);
  wait_until_removed();
  EXPECT_FALSE(has_journal("order", run_id));
}

TEST_F(Retention, ARunGoesWhenTheDaysOfItsDomainAreOver) {
  keep_for(3 * kDayMs);
  const core::RunId first = start_and_terminate("order");
  advance(kDayMs);
  const core::RunId second = start_and_terminate("order");
  advance(2 * kDayMs - 5 * kLookMs);
  look(a);
  EXPECT_TRUE(a.describe("order", first.to_text()).ok());
  advance(5 * kLookMs);
  look(a);
  look(b);
  EXPECT_EQ(closed(), 1);
  EXPECT_FALSE(has_journal("order", first));
  EXPECT_EQ(core::fault_of(a.describe("order", first.to_text()).status()), v1::UNKNOWN_RESOURCE);
  EXPECT_TRUE(a.describe("order", second.to_text()).ok());
}

TEST_F(Retention, OpenRunsAndTheirWorkflowIdsAreLeftAlone) {
  keep_for(0);
  start_and_terminate("order");
  const auto open = a.start("order");
  ASSERT_TRUE(open.ok());
  advance(2 * kHourMs);
  wait_until_removed();
  EXPECT_TRUE(b.describe("order", open->to_text()).ok());
  EXPECT_EQ(b.signal("order"), absl::OkStatus());
}

TEST_F(Retention, ManyRunsGoBatchAfterBatch) {
  keep_for(0);
  constexpr int kRuns = 1'000;
  for (int i = 0; i < kRuns; ++i) start_and_terminate("order-" + std::to_string(i));
  const int64_t before = a.faults().reads("remove_closed_runs") + b.faults().reads("remove_closed_runs");
  advance(2 * kHourMs);
  wait_until_removed();
  EXPECT_GE(a.faults().reads("remove_closed_runs") + b.faults().reads("remove_closed_runs") - before, kRuns / 200);
}

TEST_F(Retention, ADatabaseThatWasAwayIsAskedAgain) {
  keep_for(0);
  start_and_terminate("order");
  for (TestCoordinator* each : {&a, &b}) {
    each->faults().set_before_read([](std::string_view call) {
      return call.starts_with("remove_") ? absl::UnavailableError("away") : absl::OkStatus();
    });
  }
  advance(2 * kHourMs);
  look(a);
  look(b);
  EXPECT_EQ(closed(), 1);
  a.faults().clear();
  wait_until_removed();
}

// A5 of the design's counterexamples.
TEST_F(Retention, A5AStaleCacheAddsNothingToARemovedRun) {
  keep_for(0);
  start_with(a, "order", {schedule_activity("x")});
  const auto worker = b.worker();
  advance(1'000);  // b reads the backlog
  const TaskToken token = worker->next_offer().token;
  const core::RunId run_id = stored("order").execution.run.run_id;
  ASSERT_EQ(a.terminate("order"), absl::OkStatus());  // b thinks that it is open
  advance(2 * kHourMs);
  wait_until_removed();
  EXPECT_EQ(core::fault_of(b.complete(worker.get(), token)), v1::UNKNOWN_RESOURCE);
  EXPECT_EQ(core::fault_of(b.heartbeat(worker.get(), token).status()), v1::UNKNOWN_RESOURCE);
  EXPECT_FALSE(has_journal("order", run_id));
}

TEST_F(Retention, WhatIsLeftOfARunIsNoRun) {
  start_with(a, "order", {schedule_activity("x")});
  const auto worker = a.worker();
  const TaskToken token = worker->next_offer().token;
  const core::RunId run_id = stored("order").execution.run.run_id;
  ASSERT_EQ(a.terminate("order"), absl::OkStatus());
  ASSERT_EQ(data_->remove_closed_runs(kDomain, INT64_MAX, 10).value_or(0), 1);
  ASSERT_EQ(data_->remove_remains(1).value_or(0), 1);
  ASSERT_TRUE(has_journal("order", run_id));
  // One has it in memory, the other one reads what is left.
  for (TestCoordinator* each : {&a, &b}) {
    EXPECT_EQ(core::fault_of(each->complete(nullptr, token)), v1::UNKNOWN_RESOURCE);
    EXPECT_EQ(core::fault_of(each->describe("order", run_id.to_text()).status()), v1::UNKNOWN_RESOURCE);
    EXPECT_EQ(core::fault_of(each->signal("order")), v1::UNKNOWN_RESOURCE);
  }
  EXPECT_TRUE(b.start("order").ok()) << "its workflow id is free";
}

}  // namespace
}  // namespace baton::testing
