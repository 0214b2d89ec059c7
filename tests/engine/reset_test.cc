// A reset: the base's journal is read beside the lanes, and its end and the new run are one commit, whoever else does what meanwhile.
#include <gmock/gmock.h>

#include <future>
#include <utility>

#include "coordinator/core/fault.h"
#include "tests/engine/engine_fixture.h"

namespace baton::testing {
namespace {

using Event = journal::v1::Event;

class Reset : public EngineFixture {
 protected:
  // Decision 4, and an activity that waits.
  void start() { start_with(a, "w", {schedule_activity("activity")}); }
  int signals() { return count_events("w", Event::kWorkflowExecutionSignaled); }
  size_t runs() {
    size_t count = 0;
    for (const StoredRun& run : read_runs(*data_)) count += run.execution.workflow_id == "w";
    return count;
  }

  TestCoordinator& a = coordinator();
};

TEST_F(Reset, WhatComesAfterTheJournalWasReadIsNotLost) {
  start();
  TestCoordinator& b = coordinator();
  bool signaled = false;
  b.faults().set_before_read([&](std::string_view call) {  // its lane loads the base
    const bool first_load = call == "load" && !std::exchange(signaled, true);
    return first_load ? a.signal("w") : absl::OkStatus();
  });
  const auto run = b.reset("w", 4);
  ASSERT_TRUE(run.ok()) << run.status();
  EXPECT_TRUE(signaled);
  EXPECT_EQ(stored("w").execution.run.run_id, *run);
  EXPECT_EQ(signals(), 1) << "of the new run";
}

TEST_F(Reset, ABaseThatGoesOnAndOnIsLeftAlone) {
  start();
  TestCoordinator& b = coordinator();
  int tries = 0;
  b.faults().set_before_commit([&](const store::CommitBatch&) -> std::optional<store::CommitResult> {
    ++tries;
    EXPECT_EQ(a.signal("w"), absl::OkStatus());
    return std::nullopt;
  });
  const auto run = b.reset("w", 4);
  EXPECT_EQ(core::fault_of(run.status()), v1::THROTTLING) << run.status();
  EXPECT_TRUE(core::retry_after_ms(run.status()).has_value());
  EXPECT_GE(tries, 3);
  EXPECT_EQ(runs(), 1u);
  b.faults().clear();
  ASSERT_TRUE(b.reset("w", 4).ok());
  EXPECT_EQ(signals(), tries) << "each came again";
}

TEST_F(Reset, AnotherCoordinatorThatKnowsTheBaseSeesItsEnd) {
  start();
  TestCoordinator& b = coordinator();
  ASSERT_EQ(b.signal("w"), absl::OkStatus());
  ASSERT_TRUE(a.reset("w", 4).ok());
  EXPECT_EQ(b.signal("w"), absl::OkStatus());
  EXPECT_EQ(signals(), 2) << "one came before, one since";
  EXPECT_EQ(runs(), 2u);
}

TEST_F(Reset, ACommitInDoubtIsTriedOnce) {
  start();
  TestCoordinator& b = coordinator();
  a.faults().doubt_next_commit();
  EXPECT_TRUE(absl::IsUnavailable(a.reset("w", 4, "r").status()));
  const auto again = b.reset("w", 4, "r");
  ASSERT_TRUE(again.ok()) << again.status();
  EXPECT_EQ(stored("w").execution.run.run_id, *again);
  EXPECT_EQ(*a.reset("w", 4, "r"), *again);
  EXPECT_EQ(runs(), 2u);
}

TEST_F(Reset, WhatIsTooLargeIsRefusedWithoutReadingOn) {
  v1::StartWorkflowExecutionRequest request = start_request("w");
  ASSERT_TRUE(a.start(request).ok());
  v1::SignalWorkflowExecutionRequest signal;
  signal.set_domain(kDomain);
  signal.set_workflow_id("w");
  signal.set_signal_name("large");
  signal.mutable_input()->set_data(std::string(32'000, 'x'));
  for (size_t bytes = 0; bytes <= core::kMaxResetBytes; bytes += 32'000) {
    std::promise<absl::Status> told;
    a.engine().signal_execution({"tester", "here"}, signal, [&](const absl::Status& status) { told.set_value(status); });
    ASSERT_EQ(told.get_future().get(), absl::OkStatus());
  }
  const auto decider = a.decider();
  const auto offered = decider->next_offer();
  ASSERT_EQ(a.decide(decider.get(), offered.token, {}), absl::OkStatus());
  const int64_t completed = stored("w").events().size();
  const auto refused = a.reset("w", completed);
  EXPECT_EQ(core::fault_of(refused.status()), v1::VALIDATION) << refused.status();
  EXPECT_THAT(std::string(refused.status().message()), ::testing::HasSubstr("over 8388608 bytes"));
  EXPECT_EQ(runs(), 1u);
}

}  // namespace
}  // namespace baton::testing
