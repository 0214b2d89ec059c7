// Beyond SWF (6, rule 9: there is no "decision task failed" call): a decider that cannot decide says so, instead of letting the task time out.
#include "coordinator/core/limits.h"
#include "tests/spec/spec_test.h"

namespace baton::testing {
namespace {

class Section6DecisionFailed : public SpecTest {
 protected:
  v1::PendingDecision pending() { return describe("w").pending_decision(); }
};

// Nothing is decided, and nothing of it is in the history; describe says why and until when it is parked.
TEST_F(Section6DecisionFailed, WritesNoEventAndIsShownByDescribe) {
  start("w");
  const auto task = poll_decision();
  give_up(task, "reason: 'NONDETERMINISM' details { data: 'event 7' }");
  EXPECT_EQ(history_text("w"), "1 WorkflowExecutionStarted, 2 DecisionTaskScheduled, 3 DecisionTaskStarted");
  EXPECT_EQ(pending().state(), v1::TASK_STATE_SCHEDULED);
  EXPECT_EQ(pending().failure_reason(), "NONDETERMINISM");
  EXPECT_EQ(pending().failure_details().data(), "event 7");
  EXPECT_EQ(pending().consecutive_failures(), 1);
  EXPECT_TRUE(pending().has_parked_until());
  EXPECT_EQ(count_pending_decisions(), 0);
}

// It is handed out again when the wait is over, and not before.
TEST_F(Section6DecisionFailed, TheTaskComesAgainAfterItsBackOff) {
  start("w");
  const auto task = poll_decision();
  give_up(task);
  const int64_t parked_until_ms = milliseconds_of(pending().parked_until());
  EXPECT_GE(parked_until_ms, time_ms("w", 3) + core::kFirstDecisionBackOffMs);
  const auto again = poll_decision();
  EXPECT_GE(engine_->now_ms(), parked_until_ms);
  EXPECT_EQ(again.started_event_id(), task.started_event_id());
  EXPECT_EQ(again.delivery(), task.delivery() + 1);
  EXPECT_EQ(again.previous_started_event_id(), 0);
  EXPECT_EQ(again.events_size(), 3);
  answer(again, {complete()});
  EXPECT_EQ(attributes("w", 4), "scheduled_event_id: 2 started_event_id: 3");
}

// A second time in a row it waits longer; an answer that is recorded begins anew.
TEST_F(Section6DecisionFailed, EachTimeInARowItWaitsLonger) {
  start("w");
  const auto parked_ms = [&] {
    const int64_t before_ms = engine_->now_ms();
    give_up(poll_decision());
    return milliseconds_of(pending().parked_until()) - before_ms;
  };
  EXPECT_GE(parked_ms(), core::kFirstDecisionBackOffMs);
  EXPECT_GE(parked_ms(), 2 * core::kFirstDecisionBackOffMs);
  EXPECT_EQ(pending().consecutive_failures(), 2);
  decide({start_timer("t", 0)});
  EXPECT_GE(parked_ms(), core::kFirstDecisionBackOffMs);
  EXPECT_EQ(pending().consecutive_failures(), 1);
}

// What comes meanwhile neither ends the wait nor is lost.
TEST_F(Section6DecisionFailed, ASignalDoesNotEndTheWaitAndIsShownAfterIt) {
  start("w");
  give_up(poll_decision());
  const int64_t parked_until_ms = milliseconds_of(pending().parked_until());
  signal("w");
  EXPECT_EQ(milliseconds_of(pending().parked_until()), parked_until_ms);
  const auto again = poll_decision();
  EXPECT_GE(engine_->now_ms(), parked_until_ms);
  EXPECT_EQ(again.events_size(), 6);
  answer(again, {complete()});
  EXPECT_EQ(history_text("w", 4), "4 WorkflowExecutionSignaled, 5 DecisionTaskScheduled, 6 DecisionTaskStarted, 7 DecisionTaskCompleted, "
                                  "8 WorkflowExecutionCompleted");
}

// What the task that is given up had behind it is what comes next.
TEST_F(Section6DecisionFailed, ATaskThatWaitedBehindItIsParkedInItsPlace) {
  start("w");
  const auto task = poll_decision();
  signal("w");
  give_up(task);
  EXPECT_EQ(pending().scheduled_event_id(), 5);
  EXPECT_FALSE(pending().queued());
  answer(poll_decision(), {complete()});
  EXPECT_EQ(history_text("w", 4), "4 WorkflowExecutionSignaled, 5 DecisionTaskScheduled, 6 DecisionTaskStarted, 7 DecisionTaskCompleted, "
                                  "8 WorkflowExecutionCompleted");
}

// The same answer again is answered as the first was; another one is refused. So is one under a delivery that does not count.
TEST_F(Section6DecisionFailed, ARepeatIsAnsweredAsTheFirstWas) {
  start("w");
  const auto task = poll_decision();
  give_up(task, "reason: 'EXCEPTION'");
  give_up(task, "reason: 'EXCEPTION'");
  EXPECT_EQ(pending().consecutive_failures(), 1);
  EXPECT_EQ(try_answer(task, {complete()}).reason, "UNKNOWN_RESOURCE");
  const auto again = poll_decision();
  give_up(task, "reason: 'EXCEPTION'");
  EXPECT_EQ(pending().state(), v1::TASK_STATE_STARTED) << "the later delivery is still out";
  answer(again, {complete()});
  EXPECT_EQ(try_give_up(again).reason, "UNKNOWN_RESOURCE") << "it was decided";
}

// Bad input: one error that names the field; nothing applied, the token still usable.
TEST_F(Section6DecisionFailed, BadFieldsAreNamedAndTheTokenStaysUsable) {
  start("w");
  const auto task = poll_decision();
  const Outcome reason = try_give_up(task, "reason: '" + std::string(257, 'r') + "'");
  EXPECT_EQ(reason.reason, "VALIDATION");
  EXPECT_EQ(reason.subject, "reason");
  const Outcome details = try_give_up(task, "details { data: '" + std::string(32769, 'x') + "' }");
  EXPECT_EQ(details.reason, "VALIDATION");
  EXPECT_EQ(details.subject, "details");
  EXPECT_EQ(pending().consecutive_failures(), 0);
  answer(task, {complete()});
}

struct Section6DecisionFailedDenied : SpecTest {
  Section6DecisionFailedDenied() : SpecTest("deny * RespondDecisionTaskFailed orders\ndefault allow") {}
};
TEST_F(Section6DecisionFailedDenied, IsNotPermitted) {
  start("w");
  const auto task = poll_decision();
  EXPECT_EQ(try_give_up(task).reason, "OPERATION_NOT_PERMITTED");
  answer(task, {complete()});
}

}  // namespace
}  // namespace baton::testing
