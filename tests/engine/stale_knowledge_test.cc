// Nothing is answered from an unconfirmed cache: what one coordinator remembers of a run, a workflow id or the registry, another one has
// changed since. Named after the counterexamples of the design's model checking (A1, E2, F1, K1).
#include <gmock/gmock.h>

#include "coordinator/core/fault.h"
#include "tests/engine/engine_fixture.h"

namespace baton::testing {
namespace {

using Event = journal::v1::Event;

class StaleKnowledge : public EngineFixture {
 protected:
  // `b` has the run in its cache, with its decision task waiting; what `a` does then is unknown to `b`.
  void let_b_cache(const std::string& workflow_id) {
    ASSERT_TRUE(a.start(workflow_id).ok());
    ASSERT_TRUE(b.describe(workflow_id).ok());
  }
  // Through `a`: the waiting decision task is answered with these.
  void decide_through_a(std::vector<v1::Decision> decisions) {
    const auto decider = a.decider({.unary = true});
    ASSERT_TRUE(a.decide(nullptr, decider->next_offer().token, std::move(decisions)).ok());
    a.remove(*decider);
  }

  TestCoordinator& a = coordinator();
  TestCoordinator& b = coordinator();
};

// Gives domain "orders" this limit of open timers, as another coordinator would.
void limit_timers(store::Store& data, int32_t open_timers) {
  v1::DomainConfiguration settings;
  settings.mutable_limits()->set_open_timers(open_timers);
  store::RegistryDump dump = *data.read_registry();
  for (store::DomainRow& row : dump.domains) row.configuration = settings.SerializeAsString();
  ASSERT_TRUE(data.change_registry({.expected_version = dump.version, .put_domains = dump.domains}).ok());
}

TEST_F(StaleKnowledge, K1ALimitThatWasRaisedElsewhereRefusesNothing) {
  limit_timers(*data_, 0);
  sweep(a);
  ASSERT_TRUE(a.start("order").ok());
  decide_through_a({start_timer("t", 86'400'000)});
  ASSERT_EQ(count_events("order", Event::kStartTimerFailed), 1);
  limit_timers(*data_, 2);
  decide_through_a({start_timer("t", 86'400'000)});
  EXPECT_EQ(count_events("order", Event::kStartTimerFailed), 1) << events("order");
  EXPECT_EQ(count_events("order", Event::kTimerStarted), 1);
}

TEST_F(StaleKnowledge, A1ACompletionReachesACoordinatorThatDoesNotKnowTheActivityYet) {
  let_b_cache("order");
  decide_through_a({schedule_activity("x")});
  const auto worker = a.worker();
  const TaskToken token = worker->next_offer().token;
  EXPECT_EQ(b.complete(nullptr, token), absl::OkStatus());
  EXPECT_EQ(count_events("order", Event::kActivityTaskCompleted), 1);
}

TEST_F(StaleKnowledge, A1AHeartbeatReachesACoordinatorThatDoesNotKnowTheActivityYet) {
  let_b_cache("order");
  decide_through_a({schedule_activity("x", {.heartbeat_ms = 60'000})});
  const auto worker = a.worker();
  const auto beaten = b.heartbeat(nullptr, worker->next_offer().token);
  ASSERT_TRUE(beaten.ok()) << beaten.status();
  EXPECT_FALSE(*beaten);
}

TEST_F(StaleKnowledge, A1AHeldTaskIsNamedToACoordinatorThatDoesNotKnowTheActivityYet) {
  let_b_cache("order");
  decide_through_a({schedule_activity("x")});
  const auto worker = a.worker();
  const TaskToken token = worker->next_offer().token;
  a.remove(*worker);
  const auto reconnected = b.worker({.held = {token}});
  b.settle();
  EXPECT_EQ(reconnected->closed_count(), 0u) << "a running worker is told to drop its task";
  EXPECT_EQ(count_events("order", Event::kActivityTaskStarted), 1);
  EXPECT_EQ(b.complete(reconnected.get(), token), absl::OkStatus());
}

TEST_F(StaleKnowledge, A1WhatABelievesOfAClosedRunIsNotWhatBShows) {
  let_b_cache("order");
  ASSERT_TRUE(a.terminate("order").ok());
  const auto shown = b.describe("order");
  ASSERT_TRUE(shown.ok()) << shown.status();
  EXPECT_EQ(shown->execution_info().close_status(), v1::CLOSE_STATUS_TERMINATED);
}

TEST_F(StaleKnowledge, ASignalThatFindsItsRunClosedLooksTheWorkflowIdUpAgain) {
  let_b_cache("order");
  ASSERT_TRUE(a.terminate("order").ok());
  ASSERT_TRUE(a.start("order").ok());
  EXPECT_EQ(b.signal("order"), absl::OkStatus());
  EXPECT_EQ(count_events("order", Event::kWorkflowExecutionSignaled), 1) << "the second run has it";
}

TEST_F(StaleKnowledge, E2AlreadyStartedIsNotSaidOfARunThatHasClosedElsewhere) {
  let_b_cache("order");
  ASSERT_TRUE(a.terminate("order").ok());
  const auto started = b.start("order");
  EXPECT_TRUE(started.ok()) << started.status();
}

TEST_F(StaleKnowledge, E2AlreadyStartedNamesTheRunThatIsOpenNow) {
  let_b_cache("order");
  ASSERT_TRUE(a.terminate("order").ok());
  const auto second = a.start("order");
  ASSERT_TRUE(second.ok());
  const auto third = b.start("order");
  EXPECT_EQ(core::fault_of(third.status()), v1::WORKFLOW_EXECUTION_ALREADY_STARTED);
  EXPECT_THAT(std::string(third.status().message()), ::testing::HasSubstr(second->to_text()));
}

TEST_F(StaleKnowledge, E2UnknownIsNotSaidOfARunThatWasStartedElsewhere) {
  EXPECT_EQ(core::fault_of(b.signal("order")), v1::UNKNOWN_RESOURCE);
  ASSERT_TRUE(a.start("order").ok());
  EXPECT_EQ(b.signal("order"), absl::OkStatus());
  EXPECT_EQ(b.terminate("order"), absl::OkStatus());
}

TEST_F(StaleKnowledge, F1ABacklogRowThatAnotherCoordinatorWroteIsFound) {
  const auto worker = b.worker();
  start_with(a, "order", {schedule_activity("x")});
  sweep(b);
  EXPECT_EQ(b.complete(worker.get(), worker->next_offer().token), absl::OkStatus());
}

TEST_F(StaleKnowledge, F1ABacklogRowOfARunThatIsCachedAsItWasBeforeIsFound) {
  let_b_cache("order");
  const auto worker = b.worker();
  decide_through_a({schedule_activity("x")});
  sweep(b);
  EXPECT_EQ(b.complete(worker.get(), worker->next_offer().token), absl::OkStatus());
}

TEST_F(StaleKnowledge, ADeadlineThatAnotherCoordinatorArmedInACachedRunFires) {
  let_b_cache("order");
  decide_through_a({start_timer("t", 5'000)});
  stop(a);
  advance(5'000);
  sweep(b);
  wait_for("order", Event::kTimerFired);
}

TEST_F(StaleKnowledge, K1ATypeThatWasRegisteredElsewhereIsNotRefusedInTheHistory) {
  ASSERT_TRUE(b.start("order").ok());
  const auto decider = b.decider();
  const TaskToken token = decider->next_offer().token;
  const auto dump = data_->read_registry();
  store::Store::RegistryChange change{.expected_version = dump->version, .put_domains = {}, .put_types = dump->types,
                                      .deleted_types = {}, .received = {}};
  for (store::TypeRow& row : change.put_types) row.name += "2";
  ASSERT_TRUE(data_->change_registry(change).ok());
  v1::Decision schedule = schedule_activity("x");
  schedule.mutable_schedule_activity_task()->mutable_activity_type()->set_name("charge2");
  EXPECT_EQ(b.decide(decider.get(), token, {schedule}), absl::OkStatus());
  EXPECT_EQ(count_events("order", Event::kScheduleActivityTaskFailed), 0);
  EXPECT_EQ(count_events("order", Event::kActivityTaskScheduled), 1);
  v1::StartWorkflowExecutionRequest request = start_request("another");
  request.mutable_workflow_type()->set_name("process2");
  EXPECT_TRUE(b.start(request).ok());
}

TEST_F(StaleKnowledge, E2ASignalReachesTheRunThatBeganWhileAnEarlierOneWasLoaded) {
  ASSERT_TRUE(a.start("order").ok());
  bool first = true;
  b.faults().set_before_read([&](std::string_view call) {
    if (call == "load" && std::exchange(first, false)) {
      EXPECT_EQ(a.terminate("order"), absl::OkStatus());
      EXPECT_TRUE(a.start("order").ok());
    }
    return absl::OkStatus();
  });
  EXPECT_EQ(b.signal("order"), absl::OkStatus());
  EXPECT_FALSE(first);
  EXPECT_EQ(count_events("order", Event::kWorkflowExecutionSignaled), 1);
}

TEST_F(StaleKnowledge, ARegistryCallThatReachesTwoCoordinatorsAtOnceIsToldWhatItsFirstCopyDid) {
  const auto register_domain = [](const store::RegistryDump& dump) -> absl::StatusOr<store::Store::RegistryChange> {
    for (const auto& row : dump.domains) {
      if (row.name == "late") return core::fault(v1::DOMAIN_ALREADY_EXISTS, "domain late", "exists");
    }
    store::Store::RegistryChange change;
    change.put_domains.push_back({.name = "late", .description = "", .retention_ms = 1, .tags = {}});
    return change;
  };
  const auto call = [](TestCoordinator& coordinator, const std::string& request_id, const engine::Engine::RegistryEdit& edit) {
    std::promise<absl::Status> done;
    coordinator.engine().edit_registry("late", "RegisterDomain", request_id, edit, [&](const absl::Status& status) { done.set_value(status); });
    return outcome_of(done.get_future());
  };
  bool first = true;
  const auto overtaken = [&](const store::RegistryDump& dump) {
    if (std::exchange(first, false)) {
      EXPECT_EQ(call(a, "r1", register_domain), absl::OkStatus());
    }
    return register_domain(dump);
  };
  EXPECT_EQ(call(b, "r1", overtaken), absl::OkStatus());
  EXPECT_EQ(core::fault_of(call(b, "r2", register_domain)), v1::DOMAIN_ALREADY_EXISTS);
}

TEST_F(StaleKnowledge, ACacheThatNobodyConfirmedForTenMinutesIsReadAgain) {
  let_b_cache("order");
  const int64_t loads = b.faults().reads("load");
  ASSERT_TRUE(b.describe("order").ok());
  EXPECT_EQ(b.faults().reads("load"), loads);
  advance(600'001);
  ASSERT_TRUE(b.describe("order").ok());
  EXPECT_EQ(b.faults().reads("load"), loads + 1);
}

TEST_F(StaleKnowledge, ARunThatIsClosedOnStaleKnowledgeDoesNotHideTheOpenOne) {
  v1::Decision continue_as_new;
  continue_as_new.mutable_continue_as_new_workflow_execution();
  for (const v1::Decision& close : {complete_execution(), continue_as_new}) {
    const auto decider = a.decider();
    ASSERT_TRUE(a.start("order").ok());
    const TaskToken token = decider->next_offer().token;
    ASSERT_EQ(b.terminate("order"), absl::OkStatus());
    const auto next = b.start("order");
    ASSERT_TRUE(next.ok()) << next.status();
    ASSERT_TRUE(a.describe("order", next->to_text()).ok());  // here are both now, and the first one seems to be open
    EXPECT_EQ(core::fault_of(a.decide(decider.get(), token, {close})), v1::UNKNOWN_RESOURCE);
    EXPECT_EQ(a.signal("order"), absl::OkStatus());
    ASSERT_EQ(a.terminate("order"), absl::OkStatus());
    a.remove(*decider);
  }
}

}  // namespace
}  // namespace baton::testing
