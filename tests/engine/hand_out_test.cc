// Acknowledged hand-out over streams and unary polls: who gets a task, when it is taken away again, and what is recorded when.
#include "tests/engine/engine_fixture.h"

namespace baton::testing {
namespace {

using Event = journal::v1::Event;

class HandOut : public EngineFixture {};

TEST_F(HandOut, AStartedRunGoesThroughItsTasksToItsEnd) {
  TestCoordinator& a = coordinator();
  const auto decider = a.decider();
  const auto worker = a.worker();
  ASSERT_TRUE(a.start("order").ok());
  ASSERT_TRUE(a.decide(decider.get(), decider->next_offer().token, {schedule_activity("a")}).ok());
  ASSERT_TRUE(a.complete(worker.get(), worker->next_offer().token).ok());
  ASSERT_TRUE(a.decide(decider.get(), decider->next_offer().token, {complete_execution()}).ok());
  EXPECT_EQ(events("order"),
            "WorkflowExecutionStarted, DecisionTaskScheduled, DecisionTaskStarted, DecisionTaskCompleted, ActivityTaskScheduled, "
            "ActivityTaskStarted, ActivityTaskCompleted, DecisionTaskScheduled, DecisionTaskStarted, DecisionTaskCompleted, "
            "WorkflowExecutionCompleted");
}

}  // namespace
}  // namespace baton::testing
