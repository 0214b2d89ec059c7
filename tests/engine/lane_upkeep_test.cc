// What a lane keeps and for how long, and whom a database in trouble fails.
#include <gmock/gmock.h>

#include "coordinator/core/fault.h"
#include "tests/engine/engine_fixture.h"

namespace baton::testing {
namespace {

using Event = journal::v1::Event;

class LaneUpkeep : public EngineFixture {
 protected:
  TestCoordinator& a = coordinator();
};

TEST_F(LaneUpkeep, AClosedRunIsNotReadAgainWhenItsDeadlinesPass) {
  start_with(a, "order", {schedule_activity("x")});
  const auto worker = a.worker();
  ASSERT_EQ(a.complete(worker.get(), worker->next_offer().token), absl::OkStatus());
  const auto decider = a.decider();
  ASSERT_EQ(a.decide(decider.get(), decider->next_offer().token, {complete_execution()}), absl::OkStatus());
  const int64_t loads = a.faults().reads("load");
  for (int i = 0; i < 10; ++i) sweep(a);  // past every delivery deadline that was armed
  EXPECT_EQ(a.faults().reads("load"), loads);
}

TEST_F(LaneUpkeep, AnAcknowledgementInMemoryIsWrittenWhenTheCoordinatorStops) {
  start_with(a, "order", {schedule_activity("x")});
  const auto worker = a.worker();
  a.acknowledge(*worker, worker->next_offer().token);
  stop(a);
  EXPECT_EQ(count_events("order", Event::kActivityTaskStarted), 1);
}

TEST_F(LaneUpkeep, AHeldTaskNamedTwiceTakesOneSlot) {
  start_with(a, "order", {schedule_activity("x")});
  const auto worker = a.worker();
  const TaskToken token = worker->next_offer().token;
  a.remove(*worker);
  const auto again = a.worker({.slots = 1, .held = {token, token}});
  a.engine().hold({"tester", ""}, again->id, token);
  ASSERT_EQ(a.complete(again.get(), token), absl::OkStatus());
  start_with(a, "another", {schedule_activity("y")});
  EXPECT_EQ(activity_in(again->next_offer()).activity_id(), "y") << "the slot is free again";
}

TEST_F(LaneUpkeep, AJournalThatTakesTooLongToReadFailsItsOwnRequestsOnly) {
  start_with(a, "slow", {start_timer("t", 86'000'000)});
  start_with(a, "quick", {start_timer("t", 86'000'000)});
  TestCoordinator& fresh = coordinator();
  int slow_reads = 1;
  fresh.faults().set_before_read([&](std::string_view call) {
    return call == "load" && slow_reads-- > 0 ? absl::DeadlineExceededError("took too long") : absl::OkStatus();
  });
  const absl::Status slow = fresh.signal("slow");
  EXPECT_EQ(slow.code(), absl::StatusCode::kUnavailable) << slow;
  EXPECT_EQ(fresh.signal("quick"), absl::OkStatus());
  EXPECT_EQ(fresh.signal("slow"), absl::OkStatus());
}

TEST_F(LaneUpkeep, WhatTheDatabaseCannotWriteNowMaySucceedLater) {
  ASSERT_TRUE(a.start("order").ok());
  a.faults().set_before_commit([](const store::CommitBatch&) {
    return store::CommitResult{store::CommitOutcome::kRejected, absl::UnavailableError("no room")};
  });
  const absl::Status refused = a.signal("order", "first", "request");
  EXPECT_EQ(core::fault_of(refused), v1::STORE_UNAVAILABLE) << refused;
  EXPECT_TRUE(core::retry_after_ms(refused));
  a.faults().clear();
  EXPECT_EQ(a.signal("order", "first", "request"), absl::OkStatus());
  EXPECT_EQ(count_events("order", Event::kWorkflowExecutionSignaled), 1);
}

TEST_F(LaneUpkeep, WhatIsCachedHasABoundAndHeldTasksOutliveTheCache) {
  CoordinatorOptions small;
  small.engine.max_cached_runs = 1;
  TestCoordinator& c = coordinator(small);
  const auto worker = c.worker({.slots = 3});
  std::vector<TaskToken> tokens;
  for (const char* id : {"one", "two", "three"}) {
    start_with(c, id, {schedule_activity("x")});
    tokens.push_back(worker->next_offer().token);
    c.acknowledge(*worker, tokens.back());
  }
  ASSERT_EQ(c.request_cancel("one"), absl::OkStatus());
  for (const TaskToken& token : tokens) EXPECT_EQ(c.complete(worker.get(), token), absl::OkStatus());
  for (const char* id : {"one", "two", "three"}) EXPECT_EQ(count_events(id, Event::kActivityTaskCompleted), 1);
}

}  // namespace
}  // namespace baton::testing
