// Clients that come back name the tasks that they still have, and hear what became of them meanwhile.
#include <gmock/gmock.h>

#include "coordinator/core/fault.h"
#include "coordinator/core/limits.h"
#include "tests/engine/engine_fixture.h"

namespace baton::testing {
namespace {

using Event = journal::v1::Event;

class Reconnection : public EngineFixture {
 protected:
  void SetUp() override {
    start_with(a, "order", {schedule_activity("x")});
    worker_ = a.worker();
    token_ = worker_->next_offer().token;
  }
  int started() { return count_events("order", Event::kActivityTaskStarted); }

  TestCoordinator& a = coordinator();
  std::shared_ptr<ScriptedPoller> worker_;
  TaskToken token_;
};

TEST_F(Reconnection, AHeldTaskIsAcknowledgedAtOnce) {
  a.remove(*worker_);
  const auto again = a.worker({.held = {token_}});
  a.settle();
  EXPECT_EQ(started(), 1);
  EXPECT_EQ(again->closed_count(), 0u);
  EXPECT_EQ(a.complete(again.get(), token_), absl::OkStatus());
}

TEST_F(Reconnection, AHeldTaskTakesASlotBeforeAnyTaskIsOffered) {
  a.remove(*worker_);
  start_with(a, "another", {schedule_activity("y")});
  const auto again = a.worker({.slots = 1, .held = {token_}});
  a.settle();
  EXPECT_EQ(again->offers(), 0u);
  EXPECT_EQ(a.complete(again.get(), token_), absl::OkStatus());
  EXPECT_EQ(activity_in(again->next_offer()).activity_id(), "y");
}

TEST_F(Reconnection, MoreHeldTasksThanSlotsLeaveNoneFreeUntilEnoughAreAnswered) {
  start_with(a, "another", {schedule_activity("y"), schedule_activity("z")});
  const auto second = a.worker({.instance = "second"});
  const TaskToken other = second->next_offer().token;
  a.remove(*worker_);
  a.remove(*second);
  const auto again = a.worker({.slots = 1, .held = {token_, other}});
  EXPECT_EQ(a.complete(again.get(), token_), absl::OkStatus());
  a.settle();
  EXPECT_EQ(again->offers(), 0u);
  EXPECT_EQ(a.complete(again.get(), other), absl::OkStatus());
  again->next_offer();
}

TEST_F(Reconnection, ATaskThatEndedMeanwhileIsReportedAsClosed) {
  a.remove(*worker_);
  ASSERT_EQ(a.terminate("order"), absl::OkStatus());
  const auto again = a.worker({.held = {token_}});
  const auto closed = again->next_closed();
  EXPECT_EQ(closed.token.SerializeAsString(), token_.SerializeAsString());
  EXPECT_EQ(core::fault_of(closed.why), v1::UNKNOWN_RESOURCE);
}

TEST_F(Reconnection, ADeliveryThatWasSupersededMeanwhileIsReportedAsSuch) {
  a.remove(*worker_);
  advance(core::kDeliveryTimeoutMs);
  const auto other = a.worker({.instance = "other"});
  const TaskToken two = other->next_offer().token;
  a.acknowledge(*other, two);
  ASSERT_EQ(a.signal("order"), absl::OkStatus());
  const auto again = a.worker({.held = {token_}});
  EXPECT_EQ(core::fault_of(again->next_closed().why), v1::SUPERSEDED);
  EXPECT_EQ(a.complete(other.get(), two), absl::OkStatus());
}

TEST_F(Reconnection, ATokenFromBeforeTheDatabaseWasRestoredIsReportedAsClosed) {
  TaskToken old = token_;
  old.set_epoch(token_.epoch() - 1);
  const auto again = a.worker({.held = {old}});
  EXPECT_EQ(core::fault_of(again->next_closed().why), v1::UNKNOWN_RESOURCE);
  EXPECT_EQ(core::fault_of(a.complete(again.get(), old)), v1::UNKNOWN_RESOURCE);
  EXPECT_EQ(started(), 0);
}

TEST_F(Reconnection, ATaskOfARunThatNeverWasIsReportedAsClosed) {
  TaskToken forged = token_;
  forged.set_run_id(std::string(16, 'r'));
  const auto again = a.worker({.held = {forged}});
  EXPECT_EQ(core::fault_of(again->next_closed().why), v1::UNKNOWN_RESOURCE);
}

TEST_F(Reconnection, ACancelRequestReachesWhoHasTheTaskAndAgainWhoComesBackWithIt) {
  a.acknowledge(*worker_, token_);
  ASSERT_EQ(a.signal("order"), absl::OkStatus());
  const auto decider = a.decider();
  ASSERT_EQ(a.decide(decider.get(), decider->next_offer().token, {cancel_activity("x")}), absl::OkStatus());
  EXPECT_EQ(worker_->next_cancel().delivery(), 1);
  const auto beaten = a.heartbeat(worker_.get(), token_);
  EXPECT_TRUE(beaten.ok() && *beaten);
  a.remove(*worker_);
  const auto again = a.worker({.held = {token_}});
  EXPECT_EQ(again->next_cancel().SerializeAsString(), token_.SerializeAsString());
  v1::ActivityTaskAnswer canceled;
  canceled.mutable_canceled();
  EXPECT_EQ(outcome_of(a.answer_later(again.get(), token_, canceled)), absl::OkStatus());
}

TEST_F(Reconnection, WordOfATasksEndGoesToWhoCameBackWithIt) {
  a.remove(*worker_);
  const auto again = a.worker({.held = {token_}});
  a.settle();
  ASSERT_EQ(a.terminate("order"), absl::OkStatus());
  again->next_closed();
  EXPECT_EQ(worker_->closed_count(), 0u) << "its stream is gone";
}

TEST_F(Reconnection, ADecisionTaskIsHeldLikeAnActivity) {
  ASSERT_EQ(a.signal("order"), absl::OkStatus());
  const auto decider = a.decider();
  const TaskToken token = decider->next_offer().token;
  a.remove(*decider);
  const auto again = a.decider({.held = {token}});
  advance(2 * core::kDeliveryTimeoutMs);
  a.settle();
  EXPECT_EQ(again->offers(), 0u) << "it is not given to anybody once more";
  EXPECT_EQ(a.decide(again.get(), token, {}), absl::OkStatus());
}

TEST_F(Reconnection, ARestartedCoordinatorTakesWhatItsClientsStillHave) {
  a.acknowledge(*worker_, token_);
  stop(a);
  TestCoordinator& successor = coordinator();
  advance(2'000);
  const auto again = successor.worker({.held = {token_}});
  successor.settle();
  EXPECT_EQ(started(), 1);
  EXPECT_EQ(successor.complete(again.get(), token_), absl::OkStatus());
}

TEST_F(Reconnection, AHeldTaskKeepsItsSlotWhenAStaleOfferOfItComesToNothing) {
  // This coordinator believes that y waits, and makes its first offer; the client that comes to it has that of another coordinator.
  ASSERT_EQ(a.complete(worker_.get(), token_), absl::OkStatus());
  a.remove(*worker_);
  TestCoordinator& b = coordinator();
  start_with(a, "another", {schedule_activity("y")});
  const auto elsewhere = b.worker();
  sweep(b);
  const TaskToken held = elsewhere->next_offer().token;
  b.remove(*elsewhere);
  ASSERT_TRUE(a.start("gate").ok());
  a.faults().close_gate();
  auto gate = a.signal_later("gate");
  a.faults().wait_at_gate();
  const auto again = a.worker({.slots = 2, .held = {held}});  // its hold and the offer are one batch
  a.faults().open_gate();
  EXPECT_EQ(outcome_of(std::move(gate)), absl::OkStatus());
  a.settle();
  EXPECT_EQ(again->offers(), 0u);
  EXPECT_EQ(a.complete(again.get(), held), absl::OkStatus());
  start_with(a, "last", {schedule_activity("z1"), schedule_activity("z2")});
  again->next_offer();
  again->next_offer();
}

}  // namespace
}  // namespace baton::testing
