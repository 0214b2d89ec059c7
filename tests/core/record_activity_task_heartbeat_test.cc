// RecordActivityTaskHeartbeat: which count, which are kept in the journal, and what the worker hears (design: hand-out).
#include <string>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/core/live_run.h"

namespace baton::core {
namespace {

using baton::v1::SUPERSEDED, baton::v1::UNKNOWN_RESOURCE, baton::v1::VALIDATION;

RecordActivityTaskHeartbeat heartbeat(const TaskRef& task, const std::string& details) {
  RecordActivityTaskHeartbeat command{task, {}, "worker"};
  command.heartbeat.mutable_details()->set_data(details);
  return command;
}

TEST(RecordActivityTaskHeartbeat, IsAnAcknowledgement) {
  LiveRun run;
  const TaskRef task = run.offer(run.start_with_activity({.heartbeat_ms = 10'000}));
  ASSERT_TRUE(run.decide(heartbeat(task, "10 %")).ok());
  EXPECT_EQ(run.written(), "OfferAcknowledged 5.1, ActivityTaskStarted");
  EXPECT_EQ(run.state().activities.get(5)->acknowledged->time_ms, run.now_ms);
}

TEST(RecordActivityTaskHeartbeat, IsKeptOnceHalfOfTheTimeoutHasPassedSinceTheLastKept) {
  LiveRun run;
  const TaskRef task = run.offer(run.start_with_activity({.heartbeat_ms = 10'000}));
  run.acknowledge(task, run.now_ms);
  run.now_ms += 4'999;
  ASSERT_TRUE(run.decide(heartbeat(task, "1")).ok());
  EXPECT_EQ(run.written(), "");
  run.now_ms += 1;
  ASSERT_TRUE(run.decide(heartbeat(task, "2")).ok());
  EXPECT_EQ(run.written(), "HeartbeatRecorded");
  EXPECT_EQ(run.records().back().heartbeat_recorded().time_ms(), run.now_ms);
  run.now_ms += 4'999;
  ASSERT_TRUE(run.decide(heartbeat(task, "3")).ok());
  EXPECT_EQ(run.written(), "");
  EXPECT_EQ(run.state().activities.get(5)->heartbeat_details->data(), "2");
}

TEST(RecordActivityTaskHeartbeat, WithoutATimeoutIsKeptOnceAMinute) {
  LiveRun run;
  const TaskRef task = run.offer(run.start_with_activity());
  run.acknowledge(task, run.now_ms);
  run.now_ms += kHeartbeatKeptMs - 1;
  ASSERT_TRUE(run.decide(heartbeat(task, "1")).ok());
  EXPECT_EQ(run.written(), "");
  run.now_ms += 1;
  ASSERT_TRUE(run.decide(heartbeat(task, "2")).ok());
  EXPECT_EQ(run.written(), "HeartbeatRecorded");
}

TEST(RecordActivityTaskHeartbeat, SaysWhetherACancelWasRequestedEverSince) {
  LiveRun run;
  const TaskRef task = run.offer(run.start_with_activity());
  const auto cancel_requested = [&] {
    const auto commit = run.decide(heartbeat(task, "x"));
    EXPECT_TRUE(commit.ok()) << commit.status();
    return commit.ok() && std::get<HeartbeatReply>(commit->reply).cancel_requested;
  };
  EXPECT_FALSE(cancel_requested());
  SignalWorkflowExecution signal;
  signal.request.set_domain("orders");
  signal.request.set_workflow_id("order-1");
  signal.request.set_signal_name("stop");
  ASSERT_TRUE(run.decide(signal).ok());
  run.decide_on({cancel_activity("a")});
  EXPECT_TRUE(cancel_requested());
  EXPECT_TRUE(cancel_requested());
}

TEST(RecordActivityTaskHeartbeat, OfASupersededDeliveryOrAClosedTaskIsRefused) {
  LiveRun run;
  const TaskRef first = run.offer(run.start_with_activity());
  ASSERT_TRUE(run.decide(WithdrawOffer{first, journal::OfferWithdrawn::DELIVERY_TIMEOUT}).ok());
  const TaskRef second = run.offer(first.scheduled_event_id);
  run.acknowledge(second, run.now_ms);
  EXPECT_EQ(fault_in(run.decide(heartbeat(first, "x"))), SUPERSEDED);
  ASSERT_TRUE(run.decide(RespondActivityTask{second, completed_with("x"), "w"}).ok());
  EXPECT_EQ(fault_in(run.decide(heartbeat(first, "x"))), SUPERSEDED);
  EXPECT_EQ(fault_in(run.decide(heartbeat(second, "x"))), UNKNOWN_RESOURCE) << "a heartbeat is no answer";
  EXPECT_EQ(fault_in(run.decide(heartbeat({99, 0, 1, 1}, "x"))), UNKNOWN_RESOURCE);
}

TEST(RecordActivityTaskHeartbeat, TakesDetailsOfTwoKibibytesAndNoMore) {
  LiveRun run;
  const TaskRef task = run.offer(run.start_with_activity());
  const auto refused = run.decide(heartbeat(task, std::string(2049, 'x')));
  EXPECT_EQ(fault_in(refused), VALIDATION);
  EXPECT_EQ(subject_of(refused.status()), "details");
  EXPECT_FALSE(run.state().activities.get(5)->acknowledged.has_value());
  EXPECT_TRUE(run.decide(heartbeat(task, std::string(2048, 'x'))).ok());
}

}  // namespace
}  // namespace baton::core
