// OfferTask, AcknowledgeTask and WithdrawOffer: acknowledged hand-out (design: engine; reliability: B5, C1, H1, H2).
#include <string>

#include "coordinator/core/snapshot.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/core/live_run.h"

namespace baton::core {
namespace {

using baton::v1::SUPERSEDED, baton::v1::UNKNOWN_RESOURCE;
using testing::SizeIs;

constexpr auto kSilent = journal::OfferWithdrawn::DELIVERY_TIMEOUT;

bool is_repeat(const absl::StatusOr<Commit>& commit) {
  return commit.ok() && std::holds_alternative<RepeatReply>(commit->reply) && commit->runs.at(0).records.empty();
}

TEST(OfferTask, OfADecisionStartsItOnceHoweverOftenItIsOffered) {
  LiveRun run;
  run.start();
  const TaskRef first = run.offer(2, false, "d1");
  EXPECT_EQ(run.written(), "DecisionTaskStarted, OfferMade 2.1, DeadlineArmed") << "the first delivery's deadline is the earliest";
  EXPECT_EQ(first.started_event_id, 3);
  const auto withdrawn = run.decide(WithdrawOffer{first, kSilent});
  ASSERT_TRUE(withdrawn.ok()) << withdrawn.status();
  ASSERT_THAT(withdrawn->runs[0].waiting, SizeIs(1));
  EXPECT_EQ(withdrawn->runs[0].waiting[0].task_list, "decisions");
  const TaskRef second = run.offer(2, false, "d2");
  EXPECT_EQ(run.written(), "OfferMade 2.2");
  EXPECT_EQ(second.started_event_id, 3) << "the history that the decider sees has not changed";
  EXPECT_EQ(run.last_event().decision_task_started().identity(), "d1");
}

TEST(OfferTask, OverAUnaryPollIsFinal) {
  LiveRun run;
  run.start();
  run.offer(2, true);
  EXPECT_EQ(run.written(), "DecisionTaskStarted, OfferMade 2.1, OfferAcknowledged 2.1");
  EXPECT_EQ(run.state().decision->acknowledged->identity, "poller");

  LiveRun other;
  const int64_t id = other.start_with_activity();
  const auto commit = other.decide(OfferTask{id, "worker", "", true});
  ASSERT_TRUE(commit.ok()) << commit.status();
  EXPECT_EQ(other.written(), "OfferMade 5.1, OfferAcknowledged 5.1, ActivityTaskStarted");
  EXPECT_EQ(std::get<OfferReply>(commit->reply).started_event_id, other.state().last_event_id);
  EXPECT_EQ(other.last_event().activity_task_started().identity(), "worker");
}

TEST(OfferTask, OfATaskThatDoesNotWaitIsAnErrorAndNoCommit) {
  LiveRun run;
  EXPECT_EQ(fault_in(run.decide(OfferTask{2, "p", "i", false})), UNKNOWN_RESOURCE) << "no such run";
  const int64_t activity = run.start_with_activity();
  const TaskRef out = run.offer(activity);
  for (const int64_t id : {int64_t{0}, int64_t{1}, int64_t{2}, activity, int64_t{99}}) {
    const auto refused = run.decide(OfferTask{id, "p", "i", false});
    EXPECT_EQ(fault_in(refused), UNKNOWN_RESOURCE) << id;
    EXPECT_EQ(subject_of(refused.status()), "task");
  }
  run.acknowledge(out, run.now_ms);
  EXPECT_EQ(fault_in(run.decide(OfferTask{activity, "p", "i", false})), UNKNOWN_RESOURCE) << "acknowledged";
}

TEST(OfferTask, OfAQueuedDecisionIsRefusedUntilTheRunningOneEnds) {
  LiveRun run;
  const int64_t activity = run.start_with_activity();
  SignalWorkflowExecution signal;
  signal.request.set_domain("orders");
  signal.request.set_workflow_id("order-1");
  signal.request.set_signal_name("go");
  ASSERT_TRUE(run.decide(signal).ok());
  RespondDecisionTaskCompleted answer;
  answer.task = run.offer(run.state().decision->scheduled_event_id);
  ASSERT_TRUE(run.decide(RespondActivityTask{run.offer(activity), completed_with("x"), "w"}).ok());
  ASSERT_TRUE(run.state().queued_decision.has_value());
  const int64_t queued = run.state().queued_decision->scheduled_event_id;
  EXPECT_EQ(fault_in(run.decide(OfferTask{queued, "p", "i", false})), UNKNOWN_RESOURCE);
  const auto answered = run.decide(answer);
  ASSERT_TRUE(answered.ok()) << answered.status();
  ASSERT_THAT(answered->runs[0].waiting, SizeIs(1));
  EXPECT_EQ(answered->runs[0].waiting[0].scheduled_event_id, queued);
  EXPECT_EQ(run.offer(queued).delivery, 1);
}

TEST(OfferTask, ThatMeetsAFullHistoryEndsTheRun) {
  LiveRun run(Limits{.history_events = 2});
  run.start();
  const auto commit = run.decide(OfferTask{2, "p", "i", false});
  ASSERT_TRUE(commit.ok()) << commit.status();
  EXPECT_TRUE(std::holds_alternative<EmptyReply>(commit->reply));
  EXPECT_EQ(run.last_event().workflow_execution_terminated().cause(), journal::WORKFLOW_EXECUTION_TERMINATED_CAUSE_EVENT_LIMIT_EXCEEDED);
  EXPECT_TRUE(commit->runs[0].visibility.closed);
}

TEST(AcknowledgeTask, StartsTheActivityAtItsOwnTimeButNeverBeforeTheLastEvent) {
  LiveRun run;
  const int64_t id = run.start_with_activity({.start_to_close_ms = 10'000});
  const TaskRef task = run.offer(id);
  const int64_t acknowledged_ms = run.now_ms + 10;
  run.now_ms += 500;
  SignalWorkflowExecution signal;
  signal.request.set_domain("orders");
  signal.request.set_workflow_id("order-1");
  signal.request.set_signal_name("go");
  ASSERT_TRUE(run.decide(signal).ok());
  run.acknowledge(task, acknowledged_ms);
  EXPECT_EQ(run.written(), "OfferAcknowledged 5.1, ActivityTaskStarted");
  EXPECT_EQ(run.last_event().time_ms(), run.now_ms) << "the signal's time";
  EXPECT_EQ(run.state().activities.get(id)->acknowledged->time_ms, acknowledged_ms) << "where its clocks start";
}

TEST(AcknowledgeTask, FromTheFutureCountsAsNow) {
  LiveRun run;
  const int64_t id = run.start_with_activity();
  run.acknowledge(run.offer(id), run.now_ms + 60'000);
  EXPECT_EQ(run.state().activities.get(id)->acknowledged->time_ms, run.now_ms);
}

TEST(AcknowledgeTask, TheFirstInTheJournalWinsEvenWithdrawnAndTheLaterOneIsSuperseded) {
  LiveRun run;
  const int64_t id = run.start_with_activity();
  const TaskRef first = run.offer(id, false, "w1");
  ASSERT_TRUE(run.decide(WithdrawOffer{first, kSilent}).ok());
  const TaskRef second = run.offer(id, false, "w2");
  const auto commit = run.decide(AcknowledgeTask{first, "w1", run.now_ms});
  ASSERT_TRUE(commit.ok()) << commit.status();
  EXPECT_EQ(run.last_event().activity_task_started().identity(), "w1");
  ASSERT_THAT(commit->runs[0].ended, SizeIs(1));
  EXPECT_TRUE(commit->runs[0].ended[0].superseded);
  EXPECT_EQ(commit->runs[0].ended[0].held_delivery, 2);
  const std::string before = to_snapshot(run.state());
  EXPECT_EQ(fault_in(run.decide(AcknowledgeTask{second, "w2", run.now_ms})), SUPERSEDED);
  EXPECT_TRUE(is_repeat(run.decide(AcknowledgeTask{first, "w1", run.now_ms + 5})));
  EXPECT_EQ(to_snapshot(run.state()), before);
}

TEST(AcknowledgeTask, OfAWithdrawnDeliveryTakesTheTaskOffItsList) {
  LiveRun run;
  const int64_t id = run.start_with_activity();
  const TaskRef first = run.offer(id);
  ASSERT_TRUE(run.decide(WithdrawOffer{first, kSilent}).ok());
  const auto commit = run.decide(AcknowledgeTask{first, "w1", run.now_ms});
  ASSERT_TRUE(commit.ok()) << commit.status();
  ASSERT_THAT(commit->runs[0].ended, SizeIs(1));
  EXPECT_TRUE(commit->runs[0].ended[0].was_waiting);
  EXPECT_EQ(fault_in(run.decide(OfferTask{id, "p", "i", false})), UNKNOWN_RESOURCE);
}

TEST(AcknowledgeTask, OfADecisionWritesNoEventAndTheFirstWins) {
  LiveRun run;
  run.start();
  const TaskRef first = run.offer(2, false, "d1");
  ASSERT_TRUE(run.decide(WithdrawOffer{first, kSilent}).ok());
  const TaskRef second = run.offer(2, false, "d2");
  run.acknowledge(first, run.now_ms);
  EXPECT_EQ(run.written(), "OfferAcknowledged 2.1");
  EXPECT_EQ(fault_in(run.decide(AcknowledgeTask{second, "d2", run.now_ms})), SUPERSEDED);
  EXPECT_TRUE(is_repeat(run.decide(AcknowledgeTask{first, "d1", run.now_ms})));
}

TEST(AcknowledgeTask, AfterTheAnswerIsARepeatAndAfterAnyOtherEndARefusal) {
  LiveRun run;
  const int64_t id = run.start_with_activity({.schedule_to_close_ms = 1'000});
  const TaskRef task = run.offer(id);
  ASSERT_TRUE(run.decide(RespondActivityTask{task, completed_with("x"), "w"}).ok());
  EXPECT_TRUE(is_repeat(run.decide(AcknowledgeTask{task, "w", run.now_ms})));

  LiveRun other;
  const TaskRef late = other.offer(other.start_with_activity({.schedule_to_close_ms = 1'000}));
  other.now_ms += 1'000;
  other.fire();
  EXPECT_EQ(fault_in(other.decide(AcknowledgeTask{late, "w", other.now_ms})), UNKNOWN_RESOURCE);
}

TEST(AcknowledgeTask, OfADeliveryThatWasNeverMadeIsRefused) {
  LiveRun run;
  run.start();
  const TaskRef task = run.offer(2);
  for (const TaskRef& wrong : {TaskRef{2, 3, 1, 0}, TaskRef{2, 3, 1, 2}, TaskRef{2, 4, 1, 1}, TaskRef{3, 3, 1, 1}}) {
    EXPECT_EQ(fault_in(run.decide(AcknowledgeTask{wrong, "d", run.now_ms})), UNKNOWN_RESOURCE);
  }
  run.acknowledge(task, run.now_ms);
}

TEST(WithdrawOffer, IsRefusedOnceAcknowledgedOrForAnotherDelivery) {
  LiveRun run;
  const int64_t id = run.start_with_activity();
  const TaskRef first = run.offer(id);
  EXPECT_EQ(fault_in(run.decide(WithdrawOffer{{id, 0, 1, 2}, kSilent})), UNKNOWN_RESOURCE);
  EXPECT_EQ(fault_in(run.decide(WithdrawOffer{{id, 0, 2, 1}, kSilent})), UNKNOWN_RESOURCE) << "another attempt";
  ASSERT_TRUE(run.decide(WithdrawOffer{first, journal::OfferWithdrawn::RETURNED}).ok());
  EXPECT_EQ(run.records().back().kind_case() == journal::Record::kOfferWithdrawn, true) << run.written();
  EXPECT_EQ(run.records().back().offer_withdrawn().reason(), journal::OfferWithdrawn::RETURNED);
  EXPECT_EQ(fault_in(run.decide(WithdrawOffer{first, kSilent})), UNKNOWN_RESOURCE) << "twice";
  const TaskRef second = run.offer(id);
  run.acknowledge(second, run.now_ms);
  EXPECT_EQ(fault_in(run.decide(WithdrawOffer{second, kSilent})), UNKNOWN_RESOURCE);

  LiveRun other;
  other.start();
  const TaskRef decision = other.offer(2, true);
  EXPECT_EQ(fault_in(other.decide(WithdrawOffer{decision, kSilent})), UNKNOWN_RESOURCE) << "a unary hand-out is final";
}

}  // namespace
}  // namespace baton::core
