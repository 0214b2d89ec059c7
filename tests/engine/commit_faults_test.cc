// Replies wait for their commit, and commits fail in every way that a database knows. Named after the counterexamples of the design's model
// checking (A3, A4, G1, G2, J1) where one is meant.
#include <gmock/gmock.h>

#include <set>

#include "coordinator/core/fault.h"
#include "coordinator/core/limits.h"
#include "tests/engine/engine_fixture.h"

namespace baton::testing {
namespace {

using Event = journal::v1::Event;
using store::CommitOutcome;

class CommitFaults : public EngineFixture {
 protected:
  // What is called while this stands forms one batch, once it is opened.
  void hold_a_batch() {
    ASSERT_TRUE(a.start("held").ok());
    a.faults().close_gate();
    held_ = a.signal_later("held");
    a.faults().wait_at_gate();
  }
  void open() {
    a.faults().open_gate();
    EXPECT_EQ(outcome_of(std::move(held_)), absl::OkStatus());
  }
  int signals(const std::string& workflow_id) { return count_events(workflow_id, Event::kWorkflowExecutionSignaled); }

  TestCoordinator& a = coordinator();

 private:
  std::future<absl::Status> held_;
};

TEST_F(CommitFaults, RepliesWaitForTheirCommit) {
  const auto worker = a.worker();
  start_with(a, "order", {schedule_activity("x")});
  const TaskToken token = worker->next_offer().token;
  a.faults().close_gate();
  auto signal = a.signal_later("order");
  a.faults().wait_at_gate();
  auto completion = a.complete_later(worker.get(), token);
  auto repeat = a.complete_later(worker.get(), token);
  auto refusal = a.answer_later(worker.get(), token, completed_with("otherwise"));
  auto start = a.start_later(start_request("another"));
  EXPECT_TRUE(is_pending(signal));
  EXPECT_TRUE(is_pending(completion));
  EXPECT_TRUE(is_pending(start));
  a.faults().open_gate();
  EXPECT_EQ(outcome_of(std::move(signal)), absl::OkStatus());
  EXPECT_EQ(outcome_of(std::move(completion)), absl::OkStatus());
  EXPECT_EQ(outcome_of(std::move(repeat)), absl::OkStatus());
  EXPECT_EQ(outcome_of(std::move(refusal)), absl::OkStatus()) << "the same outcome once more";
  EXPECT_TRUE(outcome_of(std::move(start)).ok());
}

TEST_F(CommitFaults, TasksAreGivenAfterTheirCommit) {
  const auto decider = a.decider();
  a.faults().close_gate();
  auto start = a.start_later(start_request("order"));
  a.faults().wait_at_gate();
  EXPECT_EQ(decider->offers(), 0u);
  a.faults().open_gate();
  EXPECT_TRUE(outcome_of(std::move(start)).ok());
  EXPECT_EQ(a.decide(decider.get(), decider->next_offer().token, {}), absl::OkStatus());
}

TEST_F(CommitFaults, G1ARefusalThatRestsOnAnAcceptedAnswerFallsWithIt) {
  const auto worker = a.worker();
  start_with(a, "order", {schedule_activity("x")});
  const TaskToken token = worker->next_offer().token;
  hold_a_batch();
  v1::ActivityTaskAnswer failed;
  failed.mutable_failed()->set_reason("no");
  auto first = a.complete_later(worker.get(), token);
  auto second = a.answer_later(worker.get(), token, failed);  // "completed before, and that stands"
  // The held commit passes, the one with both answers fails.
  int commits = 0;
  a.faults().set_before_commit([&](const store::CommitBatch&) -> std::optional<store::CommitResult> {
    if (++commits == 2) return failed_commit(CommitOutcome::kMaybe);
    return std::nullopt;
  });
  open();
  EXPECT_EQ(outcome_of(std::move(first)).code(), absl::StatusCode::kUnavailable);
  EXPECT_EQ(outcome_of(std::move(second)).code(), absl::StatusCode::kUnavailable);
  a.faults().set_before_commit({});
  EXPECT_EQ(outcome_of(a.answer_later(worker.get(), token, failed)), absl::OkStatus()) << "the other one may come first now";
  EXPECT_EQ(core::fault_of(a.complete(worker.get(), token)), v1::UNKNOWN_RESOURCE);
}

TEST_F(CommitFaults, AConflictIsDecidedAgain) {
  ASSERT_TRUE(a.start("order").ok());
  a.faults().fail_next_commit(CommitOutcome::kConflict);
  EXPECT_EQ(a.signal("order"), absl::OkStatus());
  EXPECT_EQ(signals("order"), 1);
}

TEST_F(CommitFaults, ARunThatOthersChangeForEverIsGivenUpWithARetryDelay) {
  ASSERT_TRUE(a.start("order").ok());
  a.faults().set_before_commit([](const store::CommitBatch&) { return failed_commit(CommitOutcome::kConflict); });
  const absl::Status given_up = a.signal("order");
  EXPECT_EQ(given_up.code(), absl::StatusCode::kResourceExhausted);
  EXPECT_TRUE(core::retry_after_ms(given_up).has_value());
  EXPECT_EQ(signals("order"), 0);
}

TEST_F(CommitFaults, SlotsSurviveConflictsAndDoubt) {
  // Offers that come about in the commit of their task, and offers of tasks that waited: none of them may cost a slot, or give one.
  const auto worker = a.worker({.slots = 2});
  int commits = 0;
  a.faults().set_before_commit([&](const store::CommitBatch&) -> std::optional<store::CommitResult> {
    const int n = ++commits;
    if (n % 3 == 0) return failed_commit(CommitOutcome::kConflict);
    return std::nullopt;
  });
  std::vector<v1::Decision> decisions;
  for (int i = 0; i < 6; ++i) decisions.push_back(schedule_activity("x" + std::to_string(i)));
  start_with(a, "order", std::move(decisions));
  std::deque<TaskToken> held;
  for (int done = 0; done < 6; ++done) {
    while (held.size() < 2 && done + static_cast<int>(held.size()) < 6) held.push_back(worker->next_offer().token);
    a.settle();
    EXPECT_EQ(worker->offers(), 0u) << "more tasks than slots";
    ASSERT_EQ(a.complete(worker.get(), held.front()), absl::OkStatus());
    held.pop_front();
  }
}

TEST_F(CommitFaults, AnOfferThatComesToNothingInADoubtfulBatchGivesItsSlotBackOnce) {
  start_with(a, "order", {schedule_activity("x"), schedule_activity("y")});
  ASSERT_TRUE(a.start("other").ok());
  hold_a_batch();
  // One batch: the end of the run, the offer of its task (which has come to nothing by then), and a commit that fails.
  auto end = a.terminate_later("order");
  const auto worker = a.worker();
  auto other = a.signal_later("other");
  int commits = 0;
  a.faults().set_before_commit([&](const store::CommitBatch&) -> std::optional<store::CommitResult> {
    if (++commits == 2) return failed_commit(CommitOutcome::kMaybe);
    return std::nullopt;
  });
  open();
  EXPECT_EQ(outcome_of(std::move(end)).code(), absl::StatusCode::kUnavailable);
  EXPECT_EQ(outcome_of(std::move(other)).code(), absl::StatusCode::kUnavailable);
  a.faults().set_before_commit({});
  sweep(a);
  const TaskToken token = worker->next_offer().token;
  sweep(a);
  EXPECT_EQ(worker->offers(), 0u) << "more tasks than slots";
  EXPECT_EQ(a.complete(worker.get(), token), absl::OkStatus());
  sweep(a);
  worker->next_offer();
}

TEST_F(CommitFaults, G2ARejectedRowFailsItsOwnCommandOnly) {
  for (const char* id : {"one", "two", "three"}) ASSERT_TRUE(a.start(id).ok());
  const core::RunId poison = stored("two").execution.run.run_id;
  hold_a_batch();
  a.faults().set_before_commit([=](const store::CommitBatch& batch) -> std::optional<store::CommitResult> {
    for (const store::JournalRow& row : batch.journal) {
      if (row.run.run_id == poison) return failed_commit(CommitOutcome::kRejected);
    }
    return std::nullopt;
  });
  auto one = a.signal_later("one"), two = a.signal_later("two"), three = a.signal_later("three");
  open();
  EXPECT_EQ(outcome_of(std::move(one)), absl::OkStatus());
  EXPECT_EQ(outcome_of(std::move(two)).code(), absl::StatusCode::kInternal);
  EXPECT_EQ(outcome_of(std::move(three)), absl::OkStatus());
  EXPECT_EQ(signals("one"), 1);
  EXPECT_EQ(signals("two"), 0);
  EXPECT_EQ(signals("three"), 1);
}

TEST_F(CommitFaults, ADoubtfulCommitIsMaybeAndTheRepeatGetsTheRecordedOutcome) {
  for (const bool applied : {false, true}) {
    const std::string id = applied ? "applied" : "not-applied";
    const auto doubt = [&] { applied ? a.faults().doubt_next_commit() : a.faults().fail_next_commit(CommitOutcome::kMaybe); };
    doubt();
    const auto maybe = a.start(id, "request-1");
    EXPECT_EQ(core::fault_of(maybe.status()), v1::STORE_UNAVAILABLE);
    EXPECT_TRUE(core::retry_after_ms(maybe.status()).has_value());
    const auto first = a.start(id, "request-1"), second = a.start(id, "request-1");
    ASSERT_TRUE(first.ok()) << first.status();
    ASSERT_TRUE(second.ok()) << second.status();
    EXPECT_EQ(*first, *second) << "the same run";
    EXPECT_EQ(core::fault_of(a.start(id, "request-2").status()), v1::WORKFLOW_EXECUTION_ALREADY_STARTED);

    doubt();
    EXPECT_EQ(a.signal(id, "s", "request-3").code(), absl::StatusCode::kUnavailable);
    EXPECT_EQ(a.signal(id, "s", "request-3"), absl::OkStatus());
    EXPECT_EQ(a.signal(id, "s", "request-3"), absl::OkStatus());
    EXPECT_EQ(signals(id), 1);

    doubt();
    EXPECT_EQ(a.request_cancel(id, "request-4").code(), absl::StatusCode::kUnavailable);
    EXPECT_EQ(a.request_cancel(id, "request-4"), absl::OkStatus());
    EXPECT_EQ(count_events(id, Event::kWorkflowExecutionCancelRequested), 1);

    doubt();
    EXPECT_EQ(a.terminate(id, "request-5").code(), absl::StatusCode::kUnavailable);
    EXPECT_EQ(a.terminate(id, "request-5"), absl::OkStatus());
    EXPECT_EQ(a.terminate(id, "request-5"), absl::OkStatus()) << "as recorded, although it is closed";
  }
}

TEST_F(CommitFaults, A4AnAnswerIsTakenOnceHoweverOftenAndWhereverItIsSent) {
  TestCoordinator& b = coordinator();
  start_with(a, "order", {schedule_activity("x")});
  const auto worker = a.worker();
  const TaskToken token = worker->next_offer().token;
  a.faults().doubt_next_commit();
  EXPECT_EQ(a.complete(worker.get(), token).code(), absl::StatusCode::kUnavailable);
  EXPECT_EQ(b.complete(nullptr, token), absl::OkStatus());
  EXPECT_EQ(a.complete(worker.get(), token), absl::OkStatus());
  EXPECT_EQ(count_events("order", Event::kActivityTaskCompleted), 1);

  const auto decider = a.decider({.unary = true});
  sweep(a);  // the doubtful commit scheduled the task: it is in the backlog only
  const TaskToken decision = decider->next_offer().token;
  a.faults().doubt_next_commit();
  EXPECT_EQ(a.decide(nullptr, decision, {complete_execution()}).code(), absl::StatusCode::kUnavailable);
  EXPECT_EQ(b.decide(nullptr, decision, {complete_execution()}), absl::OkStatus()) << "as recorded, although it is closed";
  EXPECT_EQ(a.decide(nullptr, decision, {complete_execution()}), absl::OkStatus());
  EXPECT_EQ(count_events("order", Event::kDecisionTaskCompleted), 2);
}

TEST_F(CommitFaults, A4ARequestThatReachesTwoCoordinatorsAtOnceIsAppliedOnce) {
  TestCoordinator& b = coordinator();
  ASSERT_TRUE(a.start("order").ok());
  ASSERT_TRUE(b.describe("order").ok());
  a.faults().close_gate();
  auto through_a = a.signal_later("order", "s", "request-1");
  a.faults().wait_at_gate();
  EXPECT_EQ(b.signal("order", "s", "request-1"), absl::OkStatus());
  a.faults().open_gate();
  EXPECT_EQ(outcome_of(std::move(through_a)), absl::OkStatus());
  EXPECT_EQ(signals("order"), 1);
}

TEST_F(CommitFaults, A4TwoCopiesInOneBatchAreOneCall) {
  ASSERT_TRUE(a.start("order").ok());
  hold_a_batch();
  auto one = a.signal_later("order", "s", "request-1"), two = a.signal_later("order", "s", "request-1");
  open();
  EXPECT_EQ(outcome_of(std::move(one)), absl::OkStatus());
  EXPECT_EQ(outcome_of(std::move(two)), absl::OkStatus());
  EXPECT_EQ(signals("order"), 1);
}

TEST_F(CommitFaults, J1ARefusalIsRememberedToo) {
  TestCoordinator& b = coordinator();
  EXPECT_EQ(core::fault_of(a.signal("order", "s", "request-1")), v1::UNKNOWN_RESOURCE);
  ASSERT_TRUE(a.start("order").ok());
  EXPECT_EQ(core::fault_of(a.signal("order", "s", "request-1")), v1::UNKNOWN_RESOURCE) << "told failed, so not applied";
  EXPECT_EQ(core::fault_of(b.signal("order", "s", "request-1")), v1::UNKNOWN_RESOURCE);
  EXPECT_EQ(signals("order"), 0);
  EXPECT_EQ(core::fault_of(b.start("order", "request-2").status()), v1::WORKFLOW_EXECUTION_ALREADY_STARTED);
  ASSERT_EQ(a.terminate("order"), absl::OkStatus());
  EXPECT_EQ(core::fault_of(a.start("order", "request-2").status()), v1::WORKFLOW_EXECUTION_ALREADY_STARTED);
}

TEST_F(CommitFaults, ARefusalOfWhatTheRequestItselfSaysIsNotRemembered) {
  ASSERT_TRUE(a.start("order").ok());
  EXPECT_EQ(core::fault_of(a.signal("order", "", "request-1")), v1::VALIDATION);
  EXPECT_EQ(a.signal("order", "named", "request-1"), absl::OkStatus());
}

TEST_F(CommitFaults, A3ARestartedCoordinatorDoesNotTakeItsPredecessorsOrphanForItsOwn) {
  ASSERT_TRUE(a.start("order").ok());
  TestCoordinator& predecessor = coordinator();  // of the same name
  std::set<store::CommitId> nonces;
  // The predecessor's batch commits in the database just before the successor's of the same number.
  a.faults().set_before_commit([&](const store::CommitBatch& batch) -> std::optional<store::CommitResult> {
    EXPECT_TRUE(nonces.insert(batch.commit_id).second) << "a nonce twice";
    if (nonces.size() == 1) {
      EXPECT_EQ(predecessor.signal("order", "orphan"), absl::OkStatus());
    }
    return std::nullopt;
  });
  predecessor.faults().set_before_commit([&](const store::CommitBatch& batch) -> std::optional<store::CommitResult> {
    EXPECT_TRUE(nonces.insert(batch.commit_id).second) << "a nonce twice";
    return std::nullopt;
  });
  EXPECT_EQ(a.signal("order", "own"), absl::OkStatus());
  EXPECT_EQ(signals("order"), 2) << "acknowledged, so it is in the journal";
}

TEST_F(CommitFaults, ReadsThatFailAreUnavailableAndChangeNothing) {
  ASSERT_TRUE(a.start("order").ok());
  TestCoordinator& b = coordinator();
  b.faults().set_before_read([](std::string_view) { return absl::UnavailableError("away"); });
  EXPECT_EQ(core::fault_of(b.signal("order")), v1::STORE_UNAVAILABLE);
  EXPECT_EQ(core::fault_of(b.terminate("order")), v1::STORE_UNAVAILABLE);
  EXPECT_EQ(core::fault_of(b.describe("order").status()), v1::STORE_UNAVAILABLE);
  v1::WorkflowExecution order;
  order.set_workflow_id("order");
  EXPECT_EQ(core::fault_of(b.history({.execution = order}).status()), v1::STORE_UNAVAILABLE);
  b.faults().set_before_read({});
  EXPECT_EQ(signals("order"), 0);
  EXPECT_EQ(b.signal("order"), absl::OkStatus());
}

TEST_F(CommitFaults, ARefusalThatCannotBeConfirmedIsNoRefusal) {
  ASSERT_TRUE(a.start("order").ok());
  a.faults().set_before_read([](std::string_view call) { return call == "confirm" ? absl::UnavailableError("away") : absl::OkStatus(); });
  EXPECT_EQ(core::fault_of(a.start("order").status()), v1::STORE_UNAVAILABLE);
  EXPECT_EQ(core::fault_of(a.describe("order").status()), v1::STORE_UNAVAILABLE);
}

TEST_F(CommitFaults, ADeadlineWhoseCommitIsInDoubtIsSwept) {
  start_with(a, "order", {start_timer("t", 5'000)});
  const int64_t commits = a.faults().commits();
  a.faults().set_before_commit([](const store::CommitBatch&) { return failed_commit(CommitOutcome::kMaybe); });
  advance(5'000);
  a.settle();
  EXPECT_GT(a.faults().commits(), commits);
  EXPECT_EQ(count_events("order", Event::kTimerFired), 0);
  a.faults().set_before_commit({});
  sweep(a);
  wait_for("order", Event::kTimerFired);
}

TEST_F(CommitFaults, AnOfferThatWasMadeButInDoubtGoesToSomebodyInTheEnd) {
  const auto worker = a.worker();
  ASSERT_TRUE(a.start("order").ok());
  const auto decider = a.decider({.unary = true});
  const TaskToken token = decider->next_offer().token;
  a.faults().doubt_next_commit();
  EXPECT_EQ(a.decide(nullptr, token, {schedule_activity("x")}).code(), absl::StatusCode::kUnavailable);
  EXPECT_EQ(worker->offers(), 0u);
  EXPECT_EQ(a.decide(nullptr, token, {schedule_activity("x")}), absl::OkStatus());
  // The journalled delivery deadline, the grace of a run that was loaded anew, and the sweeps that find it.
  advance(core::kDeliveryTimeoutMs + core::kDeliveryGraceMs);
  sweep(a);
  advance(core::kTakeOverGraceMs);
  sweep(a);
  EXPECT_EQ(worker->next_offer().token.delivery(), 2);
}

}  // namespace
}  // namespace baton::testing
