// Messages between executions: each is delivered once and answered once, whatever is lost between the three commits that it takes (send,
// receive, settle). Named after the counterexamples of the design's model checking where there is one (D1 to D5).
#include <gmock/gmock.h>

#include <algorithm>
#include <atomic>
#include <chrono>

#include "coordinator/core/fault.h"
#include "coordinator/core/journal_values.h"
#include "tests/engine/engine_fixture.h"

namespace baton::testing {
namespace {

using Event = journal::v1::Event;
using store::CommitBatch;
using store::CommitOutcome;
using store::CommitResult;

v1::Decision signal_external(const std::string& workflow_id, const std::string& run_id = "") {
  v1::Decision decision;
  auto& signal = *decision.mutable_signal_external_workflow_execution();
  signal.set_workflow_id(workflow_id);
  if (!run_id.empty()) signal.set_run_id(run_id);
  signal.set_signal_name("hello");
  return decision;
}
v1::Decision cancel_external(const std::string& workflow_id) {
  v1::Decision decision;
  decision.mutable_request_cancel_external_workflow_execution()->set_workflow_id(workflow_id);
  return decision;
}
v1::Decision start_child(const std::string& workflow_id) {
  v1::Decision decision;
  auto& child = *decision.mutable_start_child_workflow_execution();
  child.set_workflow_id(workflow_id);
  child.mutable_workflow_type()->set_name("process");
  child.mutable_workflow_type()->set_version("1");
  return decision;
}
v1::Decision continue_as_new() {
  v1::Decision decision;
  decision.mutable_continue_as_new_workflow_execution();
  return decision;
}

class Messages : public EngineFixture {
 protected:
  void TearDown() override {
    const auto until = std::chrono::steady_clock::now() + std::chrono::seconds(20);
    while (!data_->read_outbox(INT64_MAX, 1, {})->empty()) {
      ASSERT_LT(std::chrono::steady_clock::now(), until) << "a message that nobody took away";
    }
    EngineFixture::TearDown();
  }

  // Answers the waiting decision task of this run; what else was offered times out.
  void decide(TestCoordinator& coordinator, const std::string& workflow_id, std::vector<v1::Decision> decisions) {
    const auto decider = coordinator.decider({.slots = 10});
    for (bool decided = false; !decided;) {
      const auto offered = decider->next_offer();
      decided = decision_in(offered).workflow_execution().workflow_id() == workflow_id;
      if (!decided) continue;
      EXPECT_EQ(coordinator.decide(decider.get(), offered.token, decisions), absl::OkStatus());
    }
    coordinator.remove(*decider);
    advance(10'000);  // what was not answered is offered again
    coordinator.settle();
  }
  // Commits of `a` that do this are lost from now on.
  void lose(bool (*which)(const CommitBatch&)) {
    a.faults().set_before_commit([this, which](const CommitBatch& batch) -> std::optional<CommitResult> {
      if (!which(batch)) return std::nullopt;
      ++lost_;
      return failed_commit(CommitOutcome::kMaybe);
    });
  }
  // Until one of them was; from then on none is.
  void lose_no_more() {
    const auto until = std::chrono::steady_clock::now() + std::chrono::seconds(20);
    while (lost_ == 0) ASSERT_LT(std::chrono::steady_clock::now(), until) << "nothing was lost";
    a.faults().clear();
  }
  static bool receives(const CommitBatch& batch) {
    return std::any_of(batch.received.begin(), batch.received.end(), [](const auto& row) { return row.key.source == "Message"; });
  }
  static bool settles(const CommitBatch& batch) { return !batch.outbox_removed.empty(); }
  // Everything that a message causes has happened, at whoever is left to do it.
  void deliver(TestCoordinator& coordinator) {
    for (int i = 0; i < 4 && !data_->read_outbox(INT64_MAX, 1, {})->empty(); ++i) {
      sweep(coordinator);
      coordinator.settle();
    }
  }
  // `a` is gone before it has done what it lost; another one takes over.
  TestCoordinator& take_over() {
    a.settle();
    stop(a);
    TestCoordinator& b = coordinator();
    deliver(b);
    return b;
  }
  // With no decision task that waits.
  void start_quietly(const std::string& workflow_id) { start_with(a, workflow_id, {start_timer("t", 86'000'000)}); }
  void wait_for_run(const std::string& workflow_id) {
    const auto until = std::chrono::steady_clock::now() + std::chrono::seconds(20);
    while (runs_of(workflow_id) == 0) ASSERT_LT(std::chrono::steady_clock::now(), until) << workflow_id << " does not begin";
  }
  int signals(const std::string& workflow_id) { return count_events(workflow_id, Event::kWorkflowExecutionSignaled); }
  size_t runs_of(const std::string& workflow_id) {
    size_t count = 0;
    for (const StoredRun& run : read_runs(*data_)) count += run.execution.workflow_id == workflow_id;
    return count;
  }

  TestCoordinator& a = coordinator();
  std::atomic<int> lost_ = 0;
};

TEST_F(Messages, ASignalReachesItsTargetAndItsSenderHearsOfIt) {
  start_quietly("target");
  start_with(a, "source", {signal_external("target")});
  wait_for("source", Event::kExternalWorkflowExecutionSignaled);
  EXPECT_EQ(signals("target"), 1);
}

TEST_F(Messages, ASignalToTheSenderItselfArrives) {
  start_with(a, "source", {signal_external("source")});
  wait_for("source", Event::kExternalWorkflowExecutionSignaled);
  EXPECT_EQ(signals("source"), 1);
}

TEST_F(Messages, ASignalOfARunThatClosesWithItIsStillSent) {
  start_quietly("target");
  start_with(a, "source", {signal_external("target"), complete_execution()});
  wait_for("target", Event::kWorkflowExecutionSignaled);
  deliver(a);
  EXPECT_EQ(count_events("source", Event::kExternalWorkflowExecutionSignaled), 0) << "closed";
}

TEST_F(Messages, ASenderHearsThatItsTargetIsNotThere) {
  start_with(a, "source", {signal_external("nobody"), cancel_external("nobody"), signal_external("source", "no run id")});
  wait_for("source", Event::kSignalExternalWorkflowExecutionFailed, 2);
  wait_for("source", Event::kRequestCancelExternalWorkflowExecutionFailed);
}

TEST_F(Messages, ACancelRequestReachesItsTarget) {
  start_quietly("target");
  start_with(a, "source", {cancel_external("target")});
  wait_for("source", Event::kExternalWorkflowExecutionCancelRequested);
  EXPECT_EQ(count_events("target", Event::kWorkflowExecutionCancelRequested), 1);
  EXPECT_TRUE(a.describe("target")->execution_info().cancel_requested());
}

TEST_F(Messages, AChildStartsAndItsEndIsReported) {
  start_with(a, "parent", {start_child("child")});
  wait_for("parent", Event::kChildWorkflowExecutionStarted);
  EXPECT_EQ(a.describe("parent")->open_counts().open_child_workflow_executions(), 1);
  EXPECT_EQ(a.describe("child")->execution_info().parent().workflow_id(), "parent");
  decide(a, "child", {complete_execution()});
  wait_for("parent", Event::kChildWorkflowExecutionCompleted);
  EXPECT_EQ(a.describe("parent")->open_counts().open_child_workflow_executions(), 0);
}

TEST_F(Messages, AChildWhoseWorkflowIdIsTakenFails) {
  start_quietly("child");
  start_with(a, "parent", {start_child("child")});
  wait_for("parent", Event::kStartChildWorkflowExecutionFailed);
  EXPECT_EQ(runs_of("child"), 1u);
}

TEST_F(Messages, ManyChildrenOfOneAnswerAreDifferentRuns) {
  std::vector<v1::Decision> decisions;
  for (int i = 0; i < 20; ++i) decisions.push_back(start_child("child-" + std::to_string(i)));
  start_with(a, "parent", std::move(decisions));
  wait_for("parent", Event::kChildWorkflowExecutionStarted, 20);
}

TEST_F(Messages, AChainOfRunsReportsItsLastOne) {
  start_with(a, "parent", {start_child("child")});
  wait_for("parent", Event::kChildWorkflowExecutionStarted);
  decide(a, "child", {continue_as_new()});
  EXPECT_EQ(count_events("parent", Event::kChildWorkflowExecutionCompleted), 0);
  decide(a, "child", {complete_execution()});
  wait_for("parent", Event::kChildWorkflowExecutionCompleted);
  EXPECT_EQ(runs_of("child"), 2u);
}

TEST_F(Messages, D1ASignalThatWasAppliedIsNotAppliedToTheNextRunOfItsTarget) {
  start_quietly("target");
  lose(settles);
  start_with(a, "source", {signal_external("target")});
  wait_for("target", Event::kWorkflowExecutionSignaled);
  a.settle();
  EXPECT_EQ(a.terminate("target"), absl::OkStatus());
  start_quietly("target");
  take_over();
  wait_for("source", Event::kExternalWorkflowExecutionSignaled);
  EXPECT_EQ(signals("target"), 0) << "of the second run";
}

TEST_F(Messages, D2ASignalThatFailedIsNotAppliedToARunThatBeginsLater) {
  lose(settles);
  start_with(a, "source", {signal_external("target")});
  a.settle();
  start_quietly("target");
  take_over();
  wait_for("source", Event::kSignalExternalWorkflowExecutionFailed);
  EXPECT_EQ(signals("target"), 0);
}

TEST_F(Messages, D3AChildThatWasStartedIsNotStartedAgain) {
  lose(settles);
  start_with(a, "parent", {start_child("child")});
  wait_for_run("child");
  take_over();
  wait_for("parent", Event::kChildWorkflowExecutionStarted);
  EXPECT_EQ(runs_of("child"), 1u);
  EXPECT_EQ(count_events("parent", Event::kStartChildWorkflowExecutionFailed), 0);
}

TEST_F(Messages, D3AChildThatEndedBeforeItsStartWasReportedIsNotStartedAgain) {
  lose(settles);
  start_with(a, "parent", {start_child("child")});
  wait_for_run("child");
  EXPECT_EQ(a.terminate("child"), absl::OkStatus());
  take_over();
  wait_for("parent", Event::kChildWorkflowExecutionTerminated);
  EXPECT_EQ(count_events("parent", Event::kChildWorkflowExecutionStarted), 1);
  EXPECT_EQ(runs_of("child"), 1u);
}

TEST_F(Messages, D4AnEndThatOvertakesItsStartIsTwoEvents) {
  lose(settles);  // the start is never reported; the end is, since it is the child's message
  start_with(a, "parent", {start_child("child")});
  wait_for_run("child");
  decide(a, "child", {complete_execution()});
  wait_for("parent", Event::kChildWorkflowExecutionCompleted);
  EXPECT_EQ(count_events("parent", Event::kChildWorkflowExecutionStarted), 1);
  lose_no_more();
  deliver(a);
  EXPECT_EQ(count_events("parent", Event::kChildWorkflowExecutionStarted), 1);
}

TEST_F(Messages, D4ATerminationThatOvertakesTheStartLeavesNoOrphan) {
  lose([](const CommitBatch& batch) { return receives(batch) && !batch.opened.empty(); });  // the start does not arrive
  start_with(a, "parent", {start_child("child")});
  a.settle();
  EXPECT_EQ(a.terminate("parent"), absl::OkStatus());
  a.settle();
  take_over();
  EXPECT_EQ(runs_of("child"), 0u);
}

TEST_F(Messages, D4AStartThatWasRefusedLetsTheTerminationPass) {
  start_quietly("child");
  lose(settles);
  start_with(a, "parent", {start_child("child")});
  a.settle();
  EXPECT_EQ(a.terminate("parent"), absl::OkStatus());
  take_over();
  EXPECT_EQ(stored("child").execution.close_status, 0) << "it is somebody else's";
}

TEST_F(Messages, D4AStartThatIsRefusedTogetherWithTheTerminationThatOvertookIt) {
  start_quietly("child");
  lose(receives);
  start_with(a, "parent", {start_child("child")});
  a.settle();
  EXPECT_EQ(a.terminate("parent"), absl::OkStatus());
  a.settle();
  stop(a);
  TestCoordinator& b = coordinator();
  b.faults().close_gate();
  auto held = b.signal_later("child");
  b.faults().wait_at_gate();
  for (int sweeps = 0; sweeps < 4; ++sweeps) {  // both messages come to the lane that waits
    advance(1'000);
    ASSERT_TRUE(b.faults().wait_for_read("due_deadlines", time_.boot_ms()));
  }
  b.faults().open_gate();
  EXPECT_EQ(outcome_of(std::move(held)), absl::OkStatus());
  b.settle();
  EXPECT_TRUE(data_->read_outbox(INT64_MAX, 1, {})->empty()) << "they are in each other's way";
  EXPECT_EQ(stored("child").execution.close_status, 0) << "it is somebody else's";
}

TEST_F(Messages, D5WhatADeadCoordinatorLeftIsDelivered) {
  start_quietly("target");
  lose(receives);
  start_with(a, "source", {signal_external("target"), start_child("child")});
  a.settle();
  EXPECT_EQ(signals("target"), 0);
  take_over();
  wait_for("source", Event::kExternalWorkflowExecutionSignaled);
  wait_for("source", Event::kChildWorkflowExecutionStarted);
  EXPECT_EQ(signals("target"), 1);
}

TEST_F(Messages, AMessageWhoseSenderCannotBeReadNowIsKept) {
  start_quietly("target");
  lose(settles);
  start_with(a, "source", {signal_external("target")});
  wait_for("target", Event::kWorkflowExecutionSignaled);
  a.settle();
  stop(a);
  TestCoordinator& b = coordinator();
  b.faults().set_before_read([](std::string_view call) {
    return call == "load" ? absl::DeadlineExceededError("took too long") : absl::OkStatus();
  });
  sweep(b);
  sweep(b);
  EXPECT_EQ(data_->read_outbox(INT64_MAX, 10, {})->size(), 1u);
  b.faults().clear();
  deliver(b);
  wait_for("source", Event::kExternalWorkflowExecutionSignaled);
  EXPECT_EQ(signals("target"), 1);
}

TEST_F(Messages, TwoCoordinatorsThatDeliverTheSameMessageApplyItOnce) {
  start_quietly("target");
  start_with(a, "source", {start_timer("t", 86'000'000)});
  TestCoordinator& b = coordinator();
  ASSERT_EQ(a.signal("source"), absl::OkStatus());
  lose(receives);
  decide(a, "source", {signal_external("target")});
  lose_no_more();
  a.faults().close_gate();
  auto held = a.signal_later("source");
  a.faults().wait_at_gate();
  deliver(b);
  EXPECT_EQ(signals("target"), 1);
  a.faults().open_gate();
  EXPECT_EQ(outcome_of(std::move(held)), absl::OkStatus());
  deliver(a);
  EXPECT_EQ(signals("target"), 1);
  EXPECT_EQ(count_events("source", Event::kExternalWorkflowExecutionSignaled), 1);
}

// A parent with one started child; what its end does to the child.
class ChildPolicies : public Messages {
 protected:
  void start_family(v1::ChildPolicy policy) {
    auto request = start_request("parent");
    request.set_child_policy(policy);
    core::set_timeout(3'600'000, request.mutable_execution_start_to_close_timeout());
    ASSERT_TRUE(a.start(request).ok());
    decide(a, "parent", {start_child("child")});
    wait_for("parent", Event::kChildWorkflowExecutionStarted);
  }
  int closes_of_child() { return count_events("child", Event::kWorkflowExecutionTerminated); }
};

TEST_F(ChildPolicies, TerminateEndsTheChildrenOfATerminatedParent) {
  start_family(v1::CHILD_POLICY_TERMINATE);
  EXPECT_EQ(a.terminate("parent"), absl::OkStatus());
  wait_for("child", Event::kWorkflowExecutionTerminated);
  deliver(a);
}

TEST_F(ChildPolicies, TerminateEndsTheChildrenOfAParentThatTimedOut) {
  start_family(v1::CHILD_POLICY_TERMINATE);
  advance(3'600'000);
  wait_for("child", Event::kWorkflowExecutionTerminated);
  deliver(a);
}

TEST_F(ChildPolicies, TerminateEndsTheLastRunOfAChain) {
  start_family(v1::CHILD_POLICY_TERMINATE);
  decide(a, "child", {continue_as_new()});
  EXPECT_EQ(a.terminate("parent"), absl::OkStatus());
  wait_for("child", Event::kWorkflowExecutionTerminated);
  deliver(a);
  EXPECT_EQ(runs_of("child"), 2u);
}

TEST_F(ChildPolicies, TerminateLeavesALaterRunOfTheSameWorkflowIdAlone) {
  start_family(v1::CHILD_POLICY_TERMINATE);
  lose(receives);
  EXPECT_EQ(a.terminate("parent"), absl::OkStatus());
  lose_no_more();
  EXPECT_EQ(a.terminate("child"), absl::OkStatus());
  start_quietly("child");
  deliver(a);
  EXPECT_EQ(stored("child").execution.close_status, 0);
}

TEST_F(ChildPolicies, RequestCancelAsksTheChildren) {
  start_family(v1::CHILD_POLICY_REQUEST_CANCEL);
  EXPECT_EQ(a.terminate("parent"), absl::OkStatus());
  wait_for("child", Event::kWorkflowExecutionCancelRequested);
  deliver(a);
  EXPECT_EQ(stored("child").execution.close_status, 0);
}

TEST_F(ChildPolicies, AbandonLeavesTheChildrenAlone) {
  start_family(v1::CHILD_POLICY_ABANDON);
  EXPECT_EQ(a.terminate("parent"), absl::OkStatus());
  deliver(a);
  EXPECT_EQ(a.terminate("child"), absl::OkStatus());
  deliver(a);
}

}  // namespace
}  // namespace baton::testing
