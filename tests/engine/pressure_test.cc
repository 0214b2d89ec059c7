// Every queue is bounded, and what may not be lost is never turned away; a coordinator that stops answers what it has.
#include <gmock/gmock.h>

#include <thread>

#include "coordinator/core/fault.h"
#include "coordinator/core/limits.h"
#include "tests/engine/engine_fixture.h"

namespace baton::testing {
namespace {

using Event = journal::v1::Event;

CoordinatorOptions with(std::function<void(engine::EngineOptions&)> change) {
  CoordinatorOptions options;
  change(options.engine);
  return options;
}

class Pressure : public EngineFixture {
 protected:
  // The lane commits, and waits; its queue has room for three.
  TestCoordinator& with_short_queue() {
    return coordinator(with([](engine::EngineOptions& options) { options.max_queued_commands = 3; }));
  }
  static void block(TestCoordinator& a, std::future<absl::Status>& blocked) {
    a.faults().close_gate();
    blocked = a.signal_later("order");
    a.faults().wait_at_gate();
  }
  static void expect_throttled(const absl::Status& status) {
    EXPECT_EQ(core::fault_of(status), v1::THROTTLING) << status;
    EXPECT_EQ(status.code(), absl::StatusCode::kResourceExhausted);
    EXPECT_GT(core::retry_after_ms(status).value_or(0), 0);
  }
};

TEST_F(Pressure, AFullQueueTurnsCallsAwayAtOnceWithARetryDelay) {
  TestCoordinator& a = with_short_queue();
  ASSERT_TRUE(a.start("order").ok());
  std::future<absl::Status> blocked;
  block(a, blocked);
  std::vector<std::future<absl::Status>> queued;
  for (int i = 0; i < 3; ++i) queued.push_back(a.signal_later("order"));
  expect_throttled(a.signal("order"));
  expect_throttled(a.start("another").status());
  expect_throttled(a.terminate("order"));
  expect_throttled(a.describe("order").status());
  a.faults().open_gate();
  EXPECT_EQ(outcome_of(std::move(blocked)), absl::OkStatus());
  for (auto& reply : queued) EXPECT_EQ(outcome_of(std::move(reply)), absl::OkStatus());
  EXPECT_EQ(count_events("order", Event::kWorkflowExecutionSignaled), 4) << "what was turned away was not applied";
  EXPECT_EQ(a.signal("order"), absl::OkStatus());
}

TEST_F(Pressure, AFullQueueTakesAnswersAndAcknowledgementsOfHeldTasks) {
  TestCoordinator& a = with_short_queue();
  start_with(a, "order", {schedule_activity("x"), schedule_activity("y")});
  ASSERT_EQ(a.signal("order"), absl::OkStatus());
  const auto worker = a.worker({.slots = 2});
  const auto decider = a.decider();
  const TaskToken x = worker->next_offer().token, y = worker->next_offer().token, decision = decider->next_offer().token;
  std::future<absl::Status> blocked;
  block(a, blocked);
  std::vector<std::future<absl::Status>> queued;
  for (int i = 0; i < 3; ++i) queued.push_back(a.signal_later("order"));
  expect_throttled(a.signal("order"));
  a.acknowledge(*worker, y);
  auto answer = a.complete_later(worker.get(), x);
  auto decided = a.decide_later(decider.get(), decision, {});
  const auto again = a.worker({.instance = "again", .held = {y}});
  a.faults().open_gate();
  EXPECT_EQ(outcome_of(std::move(answer)), absl::OkStatus());
  EXPECT_EQ(outcome_of(std::move(decided)), absl::OkStatus());
  a.settle();
  EXPECT_EQ(count_events("order", Event::kActivityTaskStarted), 2);
  EXPECT_EQ(again->closed_count(), 0u);
}

TEST_F(Pressure, DeadlinesPassAFullQueue) {
  TestCoordinator& a = with_short_queue();
  start_with(a, "timed", {start_timer("t", 1'000)});
  ASSERT_TRUE(a.start("order").ok());
  std::future<absl::Status> blocked;
  block(a, blocked);
  std::vector<std::future<absl::Status>> queued;
  for (int i = 0; i < 3; ++i) queued.push_back(a.signal_later("order"));
  advance(1'000);
  a.faults().open_gate();
  wait_for("timed", Event::kTimerFired);
}

TEST_F(Pressure, PollersAreLimitedPerCoordinatorAndPerTaskList) {
  CoordinatorOptions options = with([](engine::EngineOptions& options) { options.max_pollers = 3; });
  options.limits.pollers_per_task_list = 2;
  TestCoordinator& a = coordinator(options);
  const auto one = a.try_poll(core::TaskKind::kActivity, {}), two = a.try_poll(core::TaskKind::kActivity, {});
  ASSERT_TRUE(one.ok() && two.ok());
  const absl::Status list_full = a.try_poll(core::TaskKind::kActivity, {}).status();
  EXPECT_EQ(core::fault_of(list_full), v1::LIMIT_EXCEEDED);
  EXPECT_TRUE(core::retry_after_ms(list_full).has_value());
  EXPECT_TRUE(a.try_poll(core::TaskKind::kDecision, {}).ok());
  EXPECT_EQ(core::fault_of(a.try_poll(core::TaskKind::kDecision, {}).status()), v1::LIMIT_EXCEEDED);
  a.remove(**one);
  a.remove(**one);
  EXPECT_TRUE(a.try_poll(core::TaskKind::kActivity, {}).ok()) << "one left";
  EXPECT_FALSE(a.try_poll(core::TaskKind::kActivity, {}).ok()) << "and only one";
}

TEST_F(Pressure, MoreRunsThanTheCacheHoldsAreServedAllTheSame) {
  TestCoordinator& a = coordinator(with([](engine::EngineOptions& options) { options.max_cached_runs = 2; }));
  const auto worker = a.worker({.slots = 4});
  const auto name = [](int i) { return "order-" + std::to_string(i); };
  for (int i = 0; i < 10; ++i) start_with(a, name(i), {schedule_activity("x"), start_timer("t", 60'000)});
  std::vector<TaskToken> held;
  for (int i = 0; i < 4; ++i) held.push_back(worker->next_offer().token);
  for (const TaskToken& token : held) a.acknowledge(*worker, token);
  for (int i = 0; i < 10; ++i) ASSERT_EQ(a.signal(name(i)), absl::OkStatus());
  for (const TaskToken& token : held) EXPECT_EQ(a.complete(worker.get(), token), absl::OkStatus());
  for (int i = 0; i < 6; ++i) EXPECT_EQ(a.complete(worker.get(), worker->next_offer().token), absl::OkStatus());
  advance(60'000);
  for (int i = 0; i < 10; ++i) wait_for(name(i), Event::kTimerFired);
}

TEST_F(Pressure, ARunWhoseTaskSomebodyHasStaysInTheCache) {
  TestCoordinator& a = coordinator(with([](engine::EngineOptions& options) { options.max_cached_runs = 1; }));
  start_with(a, "order", {schedule_activity("x")});
  const auto worker = a.worker();
  const TaskToken token = worker->next_offer().token;
  for (int i = 0; i < 5; ++i) ASSERT_TRUE(a.start("other-" + std::to_string(i)).ok());
  ASSERT_EQ(a.terminate("order"), absl::OkStatus());
  EXPECT_EQ(worker->next_closed().token.SerializeAsString(), token.SerializeAsString()) << "so its holder hears of its end";
}

TEST_F(Pressure, ACoordinatorThatStopsAnswersWhatIsQueuedAndTakesNoMore) {
  TestCoordinator& a = coordinator();
  ASSERT_TRUE(a.start("order").ok());
  const auto worker = a.worker();
  std::future<absl::Status> blocked;
  block(a, blocked);
  auto queued = a.signal_later("order");
  std::thread stopping([&] { stop(a); });
  worker->wait_for_draining();
  a.faults().open_gate();
  stopping.join();
  EXPECT_EQ(outcome_of(std::move(blocked)), absl::OkStatus());
  EXPECT_EQ(outcome_of(std::move(queued)), absl::OkStatus());
  const absl::Status late = a.signal("order");
  EXPECT_EQ(core::fault_of(late), v1::STORE_UNAVAILABLE);
  EXPECT_TRUE(core::retry_after_ms(late).has_value());
  EXPECT_EQ(core::fault_of(a.start("another").status()), v1::STORE_UNAVAILABLE);
  EXPECT_FALSE(a.describe("order").ok());
  EXPECT_EQ(count_events("order", Event::kWorkflowExecutionSignaled), 2);
  a.stop();
}

TEST_F(Pressure, ACoordinatorThatStopsGivesNoTaskAnyMore) {
  TestCoordinator& a = coordinator();
  const auto worker = a.worker({.slots = 10});
  std::future<absl::Status> blocked;
  ASSERT_TRUE(a.start("order").ok());
  const auto decider = a.decider({.unary = true});
  const TaskToken decision = decider->next_offer().token;
  block(a, blocked);
  v1::RespondDecisionTaskCompletedRequest answer;
  *answer.add_decisions() = schedule_activity("x");
  auto decided = a.decide_later(nullptr, decision, std::move(answer));
  std::thread stopping([&] { stop(a); });
  worker->wait_for_draining();
  a.faults().open_gate();
  stopping.join();
  EXPECT_EQ(outcome_of(std::move(blocked)), absl::OkStatus());
  EXPECT_EQ(outcome_of(std::move(decided)), absl::OkStatus());
  EXPECT_EQ(worker->offers(), 0u);
  EXPECT_EQ(backlog(core::TaskKind::kActivity, kActivities), 1) << "it waits for whoever comes next";
}

TEST_F(Pressure, StopIsIdempotentAndSafeBeforeStart) {
  AllowAll everything;
  const auto engine = engine::Engine::make(*data_, everything, {}, {.lanes = 1, .readers = 1, .host_time = &time_});
  engine->stop();
  ASSERT_TRUE(engine->start().ok());
  engine->stop();
  engine->stop();
}

TEST_F(Pressure, ACoordinatorDoesNotStartWithoutItsDatabase) {
  AllowAll everything;
  const auto store = data_->share();
  store->faults().before_read = [](std::string_view) { return absl::UnavailableError("away"); };
  const auto engine = engine::Engine::make(*store, everything, {}, {.lanes = 1, .readers = 1, .host_time = &time_});
  EXPECT_EQ(engine->start().code(), absl::StatusCode::kUnavailable);
}

TEST_F(Pressure, HealthFollowsTheDatabase) {
  TestCoordinator& a = coordinator();
  EXPECT_TRUE(a.engine().healthy());
  a.faults().set_before_read([](std::string_view) { return absl::UnavailableError("away"); });
  for (int i = 0; i < 6; ++i) {
    advance(1'000);
    ASSERT_TRUE(a.faults().wait_for_read("now_ms", time_.boot_ms()));
  }
  EXPECT_FALSE(a.engine().healthy());
  a.faults().set_before_read({});
  sweep(a);
  EXPECT_TRUE(a.engine().healthy());
}

TEST_F(Pressure, ARequestIdIsForgottenAfterAnHour) {
  TestCoordinator& a = coordinator();
  ASSERT_TRUE(a.start("order").ok());
  ASSERT_EQ(a.signal("order", "s", "request-1"), absl::OkStatus());
  advance(core::kReceivedLifeMs - 10'000);
  sweep(a);
  ASSERT_EQ(a.signal("order", "s", "request-1"), absl::OkStatus());
  EXPECT_EQ(count_events("order", Event::kWorkflowExecutionSignaled), 1) << "not before";
  advance(20'000);
  sweep(a);
  ASSERT_EQ(a.signal("order", "s", "request-1"), absl::OkStatus());
  EXPECT_EQ(count_events("order", Event::kWorkflowExecutionSignaled), 2);
}

}  // namespace
}  // namespace baton::testing
