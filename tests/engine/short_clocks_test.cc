// Clocks that begin with an acknowledgement and run out before a lazy one would be written: they must be met in time, too.
#include "tests/engine/engine_fixture.h"

namespace baton::testing {
namespace {

using Event = journal::v1::Event;

class ShortClocks : public EngineFixture {
 protected:
  // The acknowledged offer of the only activity of run "order".
  void acknowledge_one(TestCoordinator& coordinator, const ActivityTimes& times) {
    const auto worker = coordinator.worker();
    start_with(coordinator, "order", {schedule_activity("a", times)});
    coordinator.acknowledge(*worker, worker->next_offer().token);
    coordinator.settle();
  }
};

TEST_F(ShortClocks, OfAnActivitysStartToCloseRunOutInTime) {
  TestCoordinator& a = coordinator();
  acknowledge_one(a, {.start_to_close_ms = 100});
  EXPECT_EQ(count_events("order", Event::kActivityTaskStarted), 1);
  advance(100);
  a.settle();
  EXPECT_EQ(count_events("order", Event::kActivityTaskTimedOut), 1);
}

TEST_F(ShortClocks, OfAnActivitysHeartbeatRunOutInTime) {
  TestCoordinator& a = coordinator();
  acknowledge_one(a, {.heartbeat_ms = 100});
  advance(100);
  a.settle();
  EXPECT_EQ(count_events("order", Event::kActivityTaskTimedOut), 1);
}

TEST_F(ShortClocks, OfADecisionTaskRunOutInTime) {
  TestCoordinator& a = coordinator();
  const auto decider = a.decider();
  auto request = start_request("order");
  request.mutable_task_start_to_close_timeout()->mutable_after()->set_nanos(100'000'000);
  ASSERT_TRUE(a.start(request).ok());
  a.acknowledge(*decider, decider->next_offer().token);
  a.settle();
  advance(100);
  a.settle();
  EXPECT_EQ(count_events("order", Event::kDecisionTaskTimedOut), 1);
}

TEST_F(ShortClocks, AreTheOnlyReasonToWriteAnAcknowledgementByItself) {
  TestCoordinator& a = coordinator();
  acknowledge_one(a, {.start_to_close_ms = 1'000, .heartbeat_ms = 5'000});
  EXPECT_EQ(count_events("order", Event::kActivityTaskStarted), 0);
  advance(1'000);
  a.settle();
  EXPECT_EQ(count_events("order", Event::kActivityTaskStarted), 1);
  EXPECT_EQ(count_events("order", Event::kActivityTaskTimedOut), 1);
}

}  // namespace
}  // namespace baton::testing
