// Which answers of an activity count, and how every other one is refused (design: acknowledged hand-out; reliability: H1 to H3).
#include <string>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/core/live_run.h"

namespace baton::core {
namespace {

using baton::v1::CANCEL_NOT_REQUESTED, baton::v1::SUPERSEDED, baton::v1::UNKNOWN_RESOURCE, baton::v1::VALIDATION;
using testing::HasSubstr;
using testing::SizeIs;

RespondActivityTask answer(const TaskRef& task, const baton::v1::ActivityTaskAnswer& with = completed_with("done")) {
  return {task, with, "worker"};
}

TEST(RespondActivityTask, BeforeItsAcknowledgementStartsAndEndsTheActivity) {
  LiveRun run;
  const TaskRef task = run.offer(run.start_with_activity());
  run.now_ms += 50;
  const auto commit = run.decide(answer(task));
  ASSERT_TRUE(commit.ok()) << commit.status();
  EXPECT_EQ(run.written(), "OfferAcknowledged 5.1, ActivityTaskStarted, ActivityAnswered 5.1, ActivityTaskCompleted, DecisionTaskScheduled");
  EXPECT_EQ(run.event(6).activity_task_started().identity(), "poller");
  EXPECT_EQ(run.event(6).time_ms(), run.now_ms);
  EXPECT_EQ(run.event(7).activity_task_completed().started_event_id(), 6);
  EXPECT_EQ(run.event(7).activity_task_completed().result().data(), "done");
  ASSERT_THAT(commit->runs[0].ended, SizeIs(1));
  EXPECT_TRUE(commit->runs[0].ended[0].answered_by_holder);
  EXPECT_EQ(commit->runs[0].waiting.size(), 1u) << "the decider hears of it";
}

TEST(RespondActivityTask, SentAgainIsAnsweredAsRecordedEvenAfterTheRunClosed) {
  LiveRun run;
  const TaskRef task = run.offer(run.start_with_activity());
  ASSERT_TRUE(run.decide(answer(task)).ok());
  const auto check_repeat = [&] {
    const auto again = run.decide(answer(task));
    ASSERT_TRUE(again.ok()) << again.status();
    EXPECT_TRUE(std::holds_alternative<RepeatReply>(again->reply));
    EXPECT_EQ(run.written(), "");
  };
  check_repeat();
  run.decide_on({complete_execution()});
  ASSERT_FALSE(run.state().open());
  check_repeat();
}

TEST(RespondActivityTask, OtherwiseThanBeforeIsRefusedAndSaysHowItEnded) {
  LiveRun run;
  const TaskRef task = run.offer(run.start_with_activity());
  ASSERT_TRUE(run.decide(answer(task)).ok());
  const auto other = run.decide(answer(task, failed_with("no money")));
  EXPECT_EQ(fault_in(other), UNKNOWN_RESOURCE);
  EXPECT_EQ(subject_of(other.status()), "task_token");
  EXPECT_THAT(std::string(other.status().message()), HasSubstr("answered as completed"));
}

TEST(RespondActivityTask, AnyDeliveryMayAnswerUntilOneIsAcknowledgedInTheJournal) {
  LiveRun run;
  const TaskRef first = run.offer(run.start_with_activity(), false, "slow");
  ASSERT_TRUE(run.decide(WithdrawOffer{first, journal::OfferWithdrawn::DELIVERY_TIMEOUT}).ok());
  const TaskRef second = run.offer(first.scheduled_event_id, false, "quick");
  EXPECT_EQ(second.delivery, 2);

  const auto commit = run.decide(answer(first));
  ASSERT_TRUE(commit.ok()) << commit.status();
  EXPECT_EQ(run.event(6).activity_task_started().identity(), "worker") << "the open offer was another's";
  ASSERT_THAT(commit->runs[0].ended, SizeIs(1));
  EXPECT_EQ(commit->runs[0].ended[0].held_delivery, 2);
  EXPECT_FALSE(commit->runs[0].ended[0].answered_by_holder) << "whoever holds the second delivery hears of it";

  const auto late = run.decide(answer(second));
  EXPECT_EQ(fault_in(late), SUPERSEDED);
  EXPECT_THAT(std::string(late.status().message()), HasSubstr("another poller"));
}

TEST(RespondActivityTask, OfAnotherDeliveryThanTheAcknowledgedOneIsSuperseded) {
  LiveRun run;
  const TaskRef first = run.offer(run.start_with_activity());
  ASSERT_TRUE(run.decide(WithdrawOffer{first, journal::OfferWithdrawn::STREAM_BROKEN}).ok());
  const TaskRef second = run.offer(first.scheduled_event_id);
  run.acknowledge(second, run.now_ms);
  EXPECT_EQ(fault_in(run.decide(answer(first))), SUPERSEDED);
  EXPECT_TRUE(run.decide(answer(second)).ok());
}

TEST(RespondActivityTask, AfterATimeoutIsRefusedOnceForAll) {
  LiveRun run;
  const TaskRef task = run.offer(run.start_with_activity({.start_to_close_ms = 1'000}));
  run.acknowledge(task, run.now_ms);
  run.now_ms += 1'000;
  run.fire();
  ASSERT_TRUE(run.state().activities.empty());
  const auto late = run.decide(answer(task));
  EXPECT_EQ(fault_in(late), UNKNOWN_RESOURCE);
  EXPECT_THAT(std::string(late.status().message()), HasSubstr("timed out"));
}

TEST(RespondActivityTask, OfATaskThatWasNeverHandedOutIsRefused) {
  LiveRun run;
  const int64_t id = run.start_with_activity();
  for (const TaskRef& task : {TaskRef{id, 0, 1, 0}, TaskRef{id, 0, 1, 1}, TaskRef{id, 0, 1, -3}, TaskRef{id, 0, 2, 1},
                              TaskRef{id, 0, 0, 1}, TaskRef{2, 0, 1, 1}, TaskRef{99, 0, 1, 1}}) {
    EXPECT_EQ(fault_in(run.decide(answer(task))), UNKNOWN_RESOURCE) << task.scheduled_event_id << "." << task.delivery;
  }
  LiveRun none;
  EXPECT_EQ(fault_in(none.decide(answer({id, 0, 1, 1}))), UNKNOWN_RESOURCE);
}

TEST(RespondActivityTask, OnAClosedRunIsRefused) {
  LiveRun run;
  const TaskRef task = run.offer(run.start_with_activity());
  TerminateWorkflowExecution terminate;
  terminate.request.set_domain("orders");
  terminate.request.set_workflow_id("order-1");
  ASSERT_TRUE(run.decide(terminate).ok());
  const auto late = run.decide(answer(task));
  EXPECT_EQ(fault_in(late), UNKNOWN_RESOURCE);
  EXPECT_THAT(std::string(late.status().message()), HasSubstr("ended with its execution"));
}

TEST(RespondActivityTask, CanceledNeedsACancelRequestAndReportsTheLast) {
  LiveRun run;
  const TaskRef task = run.offer(run.start_with_activity());
  EXPECT_EQ(fault_in(run.decide(answer(task, canceled()))), CANCEL_NOT_REQUESTED);
  EXPECT_EQ(run.state().activities.size(), 1u);

  SignalWorkflowExecution signal;
  signal.request.set_domain("orders");
  signal.request.set_workflow_id("order-1");
  signal.request.set_signal_name("stop");
  ASSERT_TRUE(run.decide(signal).ok());
  run.decide_on({cancel_activity("a"), cancel_activity("a")});
  const int64_t last_request = run.state().last_event_id;
  ASSERT_TRUE(run.event(last_request).has_activity_task_cancel_requested());
  ASSERT_TRUE(run.decide(answer(task, canceled())).ok());
  const auto& ended = run.event(run.state().last_event_id - 1).activity_task_canceled();
  EXPECT_EQ(ended.latest_cancel_requested_event_id(), last_request);
  EXPECT_EQ(ended.scheduled_event_id(), task.scheduled_event_id);
}

TEST(RespondActivityTask, IsCheckedBeforeItCounts) {
  LiveRun run;
  const TaskRef task = run.offer(run.start_with_activity());
  const auto check_refused = [&](const baton::v1::ActivityTaskAnswer& with, const std::string& field) {
    const auto refused = run.decide(answer(task, with));
    EXPECT_EQ(fault_in(refused), VALIDATION);
    EXPECT_EQ(subject_of(refused.status()), field);
  };
  check_refused({}, "outcome");
  check_refused(failed_with(std::string(257, 'x')), "reason");
  check_refused(completed_with(std::string(32'769, 'x')), "result");
  baton::v1::ActivityTaskAnswer failed;
  failed.mutable_failed()->mutable_details()->set_data(std::string(32'769, 'x'));
  check_refused(failed, "details");
  EXPECT_TRUE(run.decide(answer(task, failed_with(std::string(256, 'x')))).ok());
}

}  // namespace
}  // namespace baton::core
