// Who has a task, when acknowledgements, withdrawals and answers cross each other on two coordinators. Named after the counterexamples of
// the design's model checking (B1 to B5, H1 to H3, I1); what the core alone prevents has golden scripts beside these.
#include <gmock/gmock.h>

#include "coordinator/core/fault.h"
#include "coordinator/core/limits.h"
#include "tests/engine/engine_fixture.h"

namespace baton::testing {
namespace {

using Event = journal::v1::Event;

constexpr int64_t kD = core::kDeliveryTimeoutMs;

class HandOutRace : public EngineFixture {
 protected:
  // Of "order", with one activity that waits on the default list.
  void SetUp() override { start_with(a, "order", {schedule_activity("x")}); }

  int count(journal::v1::Record::KindCase kind) {
    const StoredRun run = stored("order");
    return static_cast<int>(std::count_if(run.records.begin(), run.records.end(), [&](const auto& r) { return r.kind_case() == kind; }));
  }
  int withdrawals() { return count(journal::v1::Record::kOfferWithdrawn); }
  int started() { return count_events("order", Event::kActivityTaskStarted); }

  TestCoordinator& a = coordinator();
  TestCoordinator& b = coordinator();
};

TEST_F(HandOutRace, B1AnAcknowledgementInMemoryOutlastsTheSweepOfAnotherCoordinator) {
  const auto worker = a.worker();
  const TaskToken token = worker->next_offer().token;
  advance(kD - 1);
  a.acknowledge(*worker, token);
  sweep(b);
  a.settle();
  EXPECT_EQ(withdrawals(), 0);
  EXPECT_EQ(started(), 1);
  EXPECT_EQ(a.complete(worker.get(), token), absl::OkStatus());
}

TEST_F(HandOutRace, B1AnAcknowledgementBesideTheWithdrawalInOneBatchComesFirst) {
  const auto worker = a.worker();
  const TaskToken token = worker->next_offer().token;
  a.faults().close_gate();
  auto held = a.signal_later("order");  // what comes now forms one batch
  a.faults().wait_at_gate();
  advance(kD);
  a.acknowledge(*worker, token);
  a.faults().open_gate();
  EXPECT_EQ(outcome_of(std::move(held)), absl::OkStatus());
  a.settle();
  EXPECT_EQ(withdrawals(), 0);
}

TEST_F(HandOutRace, B2AnAcknowledgedOfferOutlastsItsStream) {
  const auto worker = a.worker();
  const TaskToken token = worker->next_offer().token;
  a.acknowledge(*worker, token);
  a.remove(*worker);
  advance(2 * kD);
  a.settle();
  EXPECT_EQ(withdrawals(), 0);
  EXPECT_EQ(a.complete(nullptr, token), absl::OkStatus());
}

TEST_F(HandOutRace, B2AWorkerThatReconnectsElsewhereKeepsItsTaskWhileItsOldCoordinatorWithdraws) {
  const auto worker = a.worker();
  const TaskToken token = worker->next_offer().token;
  a.remove(*worker);
  const auto reconnected = b.worker({.held = {token}});
  b.settle();
  EXPECT_EQ(started(), 1) << "recorded at once";
  advance(2 * kD);
  a.settle();
  EXPECT_EQ(withdrawals(), 0) << "the old coordinator conflicts, reloads, and finds it acknowledged";
  EXPECT_EQ(reconnected->closed_count(), 0u);
  EXPECT_EQ(b.complete(reconnected.get(), token), absl::OkStatus());
}

TEST_F(HandOutRace, B2AWorkerThatReconnectsAfterItsOfferWasWithdrawnIsStillTheFirstToAcknowledge) {
  const auto worker = a.worker();
  const TaskToken token = worker->next_offer().token;
  a.remove(*worker);
  advance(kD);
  a.settle();
  EXPECT_EQ(withdrawals(), 1);
  const auto reconnected = b.worker({.held = {token}});
  b.settle();
  EXPECT_EQ(started(), 1);
  EXPECT_EQ(backlog(core::TaskKind::kActivity, kActivities), 0) << "its row goes with the acknowledgement";
  const auto another = a.worker({.instance = "another"});
  sweep(a);
  EXPECT_EQ(another->offers(), 0u);
  EXPECT_EQ(b.complete(reconnected.get(), token), absl::OkStatus());
}

TEST_F(HandOutRace, B3AConflictDoesNotForgetAnAcknowledgement) {
  const auto worker = a.worker();
  const TaskToken token = worker->next_offer().token;
  a.acknowledge(*worker, token);
  a.settle();
  ASSERT_EQ(b.signal("order", "elsewhere"), absl::OkStatus());
  ASSERT_EQ(a.signal("order", "here"), absl::OkStatus());  // conflicts, and is decided again
  EXPECT_EQ(started(), 1);
  advance(2 * kD);
  a.settle();
  EXPECT_EQ(withdrawals(), 0);
}

TEST_F(HandOutRace, B3ACommitInDoubtDoesNotForgetAnAcknowledgement) {
  const auto worker = a.worker();
  const TaskToken token = worker->next_offer().token;
  a.acknowledge(*worker, token);
  a.settle();
  a.faults().fail_next_commit(store::CommitOutcome::kMaybe);
  EXPECT_EQ(a.signal("order").code(), absl::StatusCode::kUnavailable);
  advance(core::kLazyAcknowledgementMs);
  a.settle();
  EXPECT_EQ(started(), 1) << "within one second, although nothing else came";
  advance(2 * kD);
  a.settle();
  EXPECT_EQ(withdrawals(), 0);
}

TEST_F(HandOutRace, B3AnAcknowledgementThatComesWhileTheDatabaseIsAwayIsWrittenWhenItIsBack) {
  const auto worker = a.worker();
  const TaskToken token = worker->next_offer().token;
  const auto away = [](std::string_view) { return absl::UnavailableError("away"); };
  a.faults().close_gate();
  auto held = a.signal_later("order");  // what comes now forms one batch
  a.faults().wait_at_gate();
  a.acknowledge(*worker, token);
  auto lookup = a.signal_later("nobody");  // makes the batch read
  a.faults().set_before_read(away);
  a.faults().open_gate();
  EXPECT_EQ(outcome_of(std::move(held)), absl::OkStatus());
  EXPECT_EQ(outcome_of(std::move(lookup)).code(), absl::StatusCode::kUnavailable);
  a.faults().set_before_read({});
  advance(core::kLazyAcknowledgementMs);
  a.settle();
  EXPECT_EQ(started(), 1);
  advance(2 * kD);
  a.settle();
  EXPECT_EQ(withdrawals(), 0);
}

TEST_F(HandOutRace, B3AHeldTokenThatIsNamedWhileTheDatabaseIsAwayIsWrittenWhenItIsBack) {
  const auto worker = a.worker();
  const TaskToken token = worker->next_offer().token;
  a.remove(*worker);
  b.faults().set_before_read([](std::string_view call) {
    return call == "load" || call == "confirm" ? absl::UnavailableError("away") : absl::OkStatus();
  });
  const auto reconnected = b.worker({.held = {token}});
  EXPECT_EQ(b.signal("nobody").code(), absl::StatusCode::kUnavailable);
  b.faults().set_before_read({});
  advance(core::kLazyAcknowledgementMs);
  b.settle();
  EXPECT_EQ(started(), 1);
  EXPECT_EQ(reconnected->closed_count(), 0u);
}

TEST_F(HandOutRace, B4AnAnswerBeforeItsAcknowledgementWasRecordedCounts) {
  const auto worker = a.worker();
  const TaskToken token = worker->next_offer().token;
  a.acknowledge(*worker, token);
  EXPECT_EQ(a.complete(worker.get(), token), absl::OkStatus());
  EXPECT_EQ(started(), 1);
}

TEST_F(HandOutRace, B4AnAnswerWithoutAnyAcknowledgementCounts) {
  const auto worker = a.worker();
  EXPECT_EQ(a.complete(worker.get(), worker->next_offer().token), absl::OkStatus());
  EXPECT_EQ(started(), 1);
}

TEST_F(HandOutRace, B5TimeDoesNotRunBackwardsWhenAnAcknowledgementIsWrittenLate) {
  const auto worker = a.worker();
  const TaskToken token = worker->next_offer().token;
  a.acknowledge(*worker, token);
  a.settle();
  advance(500);
  ASSERT_EQ(b.signal("order"), absl::OkStatus());
  advance(500);
  a.settle();
  const StoredRun run = stored("order");
  ASSERT_EQ(started(), 1);
  EXPECT_TRUE(run.events().back()->has_activity_task_started());
  EXPECT_EQ(run.events().back()->time_ms(), ManualTime::kStartMs + 500) << "not before the signal's";
}

TEST_F(HandOutRace, H1TheFirstAcknowledgementInTheJournalWinsAndTheLaterDeliveryHearsOfIt) {
  const auto first = a.worker({.instance = "first"});
  const TaskToken one = first->next_offer().token;
  advance(kD);
  a.settle();
  const auto second = b.worker({.instance = "second"});
  sweep(b);
  const TaskToken two = second->next_offer().token;
  EXPECT_EQ(two.delivery(), 2);
  a.acknowledge(*first, one);
  a.settle();
  EXPECT_EQ(started(), 1);
  b.acknowledge(*second, two);
  b.settle();
  advance(core::kLazyAcknowledgementMs);
  b.settle();
  EXPECT_EQ(started(), 1) << "one attempt, one Started";
  EXPECT_EQ(core::fault_of(second->next_closed().why), v1::SUPERSEDED);
  EXPECT_EQ(core::fault_of(b.complete(second.get(), two)), v1::SUPERSEDED);
  EXPECT_EQ(a.complete(first.get(), one), absl::OkStatus());
}

TEST_F(HandOutRace, H1ALateAcknowledgementTakesTheTaskFromALaterOfferOfTheSameCoordinator) {
  const auto first = a.worker({.instance = "first"});
  const TaskToken one = first->next_offer().token;
  const auto second = a.worker({.instance = "second"});
  advance(kD);
  const TaskToken two = second->next_offer().token;
  a.acknowledge(*first, one);
  const auto told = second->next_closed();
  EXPECT_EQ(told.token.delivery(), two.delivery());
  EXPECT_EQ(core::fault_of(told.why), v1::SUPERSEDED);
  EXPECT_EQ(started(), 1) << "a late one is recorded at once";
}

TEST_F(HandOutRace, H2AnAnswerIsNotRefusedForAnAcknowledgementThatIsOnlyInMemory) {
  const auto first = a.worker({.instance = "first"});
  const TaskToken one = first->next_offer().token;
  const auto second = a.worker({.instance = "second"});
  advance(kD);
  const TaskToken two = second->next_offer().token;
  a.acknowledge(*second, two);
  a.settle();
  // The refusal rests on the acknowledgement, so both are in one commit. It fails, and neither stands.
  a.faults().fail_next_commit(store::CommitOutcome::kMaybe);
  EXPECT_EQ(a.complete(first.get(), one).code(), absl::StatusCode::kUnavailable);
  EXPECT_EQ(started(), 0);
  EXPECT_EQ(core::fault_of(a.complete(first.get(), one)), v1::SUPERSEDED);
  EXPECT_EQ(started(), 1) << "recorded with the refusal that rests on it";
  EXPECT_EQ(a.complete(second.get(), two), absl::OkStatus());
}

TEST_F(HandOutRace, H3TheAnswerOfATaskThatTimedOutIsNotTaken) {
  advance(1);
  start_with(a, "timed", {schedule_activity("x", {.start_to_close_ms = 1'000})});
  const auto order = a.worker();
  a.acknowledge(*order, order->next_offer().token);
  const auto worker = a.worker({.instance = "timed"});
  const TaskToken token = worker->next_offer().token;
  a.acknowledge(*worker, token);
  a.settle();
  advance(1'000);
  wait_for("timed", Event::kActivityTaskTimedOut);
  EXPECT_EQ(core::fault_of(worker->next_closed().why), v1::UNKNOWN_RESOURCE);
  EXPECT_EQ(core::fault_of(b.complete(nullptr, token)), v1::UNKNOWN_RESOURCE);
  EXPECT_EQ(count_events("timed", Event::kActivityTaskCompleted), 0);
}

TEST_F(HandOutRace, I1ADeltaIsBasedOnTheRecordedAnswerAndGoesToWhoGaveIt) {
  ASSERT_EQ(a.signal("order"), absl::OkStatus());
  const auto d0 = a.decider({.instance = "d0"});
  const TaskToken one = d0->next_offer().token;
  const auto d1 = a.decider({.instance = "d1"});
  advance(kD);
  const TaskToken two = d1->next_offer().token;
  EXPECT_EQ(two.started_event_id(), one.started_event_id()) << "offered again, it shows the same prefix";
  // Both answer the same decision task; d0's is the one in the journal, d1 keeps its run all the same.
  ASSERT_EQ(a.decide(d0.get(), one, {}, true), absl::OkStatus());
  EXPECT_EQ(core::fault_of(a.decide(d1.get(), two, {}, true)), v1::SUPERSEDED);
  a.remove(*d0);
  ASSERT_EQ(a.signal("order"), absl::OkStatus());
  const auto next = d1->next_offer();
  EXPECT_FALSE(decision_in(next).has_delta_base()) << "d1's run decided otherwise";
  EXPECT_EQ(decision_in(next).events(0).event_id(), 1);
}

TEST_F(HandOutRace, AnOfferBesideTheWithdrawalOfTheOneBeforeLeavesNoBacklogRow) {
  a.faults().close_gate();
  const auto worker = a.worker({.slots = 2});  // its offer is on its way to the database...
  a.faults().wait_at_gate();
  for (int i = 0; i < 2; ++i) {  // ...where the backlog is read meanwhile, so that the task is offered once more
    advance(1'000);
    ASSERT_TRUE(a.faults().wait_for_read("due_deadlines", time_.boot_ms()));
  }
  worker->end_stream();
  a.faults().open_gate();
  a.settle();
  EXPECT_EQ(withdrawals(), 2);
  EXPECT_EQ(backlog(core::TaskKind::kActivity, kActivities), 1);
  const auto another = a.worker({.instance = "another"});
  EXPECT_EQ(a.complete(another.get(), another->next_offer().token), absl::OkStatus());
}

}  // namespace
}  // namespace baton::testing
