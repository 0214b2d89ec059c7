// SWF: 6, the rules of a batch of decisions: all of it is checked before any of it is applied.
#include "tests/spec/spec_test.h"

namespace baton::testing {
namespace {

class Section6Batches : public SpecTest {
 protected:
  // The answer is refused as a whole, the refusal names `field`, nothing is in the history, and the token can still be used.
  void expect_refused_whole(const Decisions& decisions, const std::string& field, const std::string& fields = "") {
    start("w");
    const auto task = poll_decision();
    const Outcome refused = try_answer(task, decisions, fields);
    EXPECT_EQ(refused.code, grpc::StatusCode::INVALID_ARGUMENT);
    EXPECT_EQ(refused.reason, "VALIDATION");
    EXPECT_EQ(refused.subject, field);
    EXPECT_EQ(history_text("w", 3), "3 DecisionTaskStarted");
    answer(task, {complete()});
    EXPECT_EQ(history_text("w", 4), "4 DecisionTaskCompleted, 5 WorkflowExecutionCompleted");
  }
};

// SWF: 6. Every decision type is known.
TEST_F(Section6Batches, ADecisionOfNoKnownKindIsRefusedWithTheWholeAnswer) {
  expect_refused_whole({record_marker("m"), v1::Decision()}, "decisions[1]");
}

// SWF: 6 and 7. Required attributes are present, of every decision.
TEST_F(Section6Batches, ScheduleActivityTaskNeedsItsActivityId) {
  expect_refused_whole({record_marker("m"), schedule("")}, "decisions[1].schedule_activity_task.activity_id");
}
TEST_F(Section6Batches, ScheduleActivityTaskNeedsItsActivityType) {
  expect_refused_whole({schedule("a", "activity_type { name: '' }")}, "decisions[0].schedule_activity_task.activity_type.name");
}
TEST_F(Section6Batches, ScheduleActivityTaskNeedsTheVersionOfItsActivityType) {
  expect_refused_whole({schedule("a", "activity_type { version: '' }")}, "decisions[0].schedule_activity_task.activity_type.version");
}
TEST_F(Section6Batches, RequestCancelActivityTaskNeedsItsActivityId) {
  expect_refused_whole({request_cancel("")}, "decisions[0].request_cancel_activity_task.activity_id");
}
TEST_F(Section6Batches, StartTimerNeedsItsTimerId) { expect_refused_whole({start_timer("")}, "decisions[0].start_timer.timer_id"); }
TEST_F(Section6Batches, StartTimerNeedsItsDuration) {
  v1::Decision timer = start_timer("t");
  timer.mutable_start_timer()->clear_start_to_fire_timeout();
  expect_refused_whole({timer}, "decisions[0].start_timer.start_to_fire_timeout");
}
TEST_F(Section6Batches, CancelTimerNeedsItsTimerId) { expect_refused_whole({cancel_timer("")}, "decisions[0].cancel_timer.timer_id"); }
TEST_F(Section6Batches, RecordMarkerNeedsItsName) {
  expect_refused_whole({record_marker("")}, "decisions[0].record_marker.marker_name");
}

// SWF: 7. A timer's duration is 0 or more.
TEST_F(Section6Batches, ATimerOfANegativeDurationIsRefused) {
  expect_refused_whole({start_timer("t", 0, "start_to_fire_timeout { seconds: -1 }")},
                       "decisions[0].start_timer.start_to_fire_timeout");
}

// SWF: 6. A closing decision only in last place.
TEST_F(Section6Batches, AClosingDecisionThatIsNotTheLastIsRefused) {
  expect_refused_whole({complete(), record_marker("m")}, "decisions[0]");
}
TEST_F(Section6Batches, TwoClosesAreRefused) { expect_refused_whole({record_marker("m"), cancel(), complete()}, "decisions[1]"); }

// SWF: 6. The whole request has at most 1 MB.
TEST_F(Section6Batches, AnAnswerOfMoreThanOneMebibyteIsRefused) {
  const Decisions large(33, record_marker("m", "details { data: '" + std::string(32'000, 'x') + "' }"));
  expect_refused_whole(large, "decisions");
}

// SWF: 1 and 7. Payloads have their bound, in every decision.
TEST_F(Section6Batches, APayloadOverItsBoundIsRefused) {
  expect_refused_whole({record_marker("m", "details { data: '" + std::string(32'769, 'x') + "' }")},
                       "decisions[0].record_marker.details");
}
TEST_F(Section6Batches, APayloadAtItsBoundIsAccepted) {
  start("w");
  decide({record_marker("m", "details { data: '" + std::string(32'768, 'x') + "' }")});
  EXPECT_EQ(event("w", 5).marker_recorded().details().data().size(), 32'768U);
}
TEST_F(Section6Batches, AnExecutionContextOverItsBoundIsRefused) {
  expect_refused_whole({}, "execution_context", "execution_context: '" + std::string(32'769, 'x') + "'");
}

// SWF: 6. The number of decisions is bounded by a configurable count.
class Section6BatchesOfThree : public SpecTest {
 protected:
  static core::Limits three_decisions() {
    core::Limits limits;
    limits.decisions_per_answer = 3;
    return limits;
  }
  Section6BatchesOfThree() : SpecTest("", three_decisions()) {}
};
TEST_F(Section6BatchesOfThree, TheNumberOfDecisionsHasABoundThatCanBeSet) {
  start("w");
  const auto task = poll_decision();
  const Outcome refused = try_answer(task, Decisions(4, record_marker("m")));
  EXPECT_EQ(refused.reason, "VALIDATION");
  EXPECT_EQ(refused.subject, "decisions");
  EXPECT_EQ(history_text("w", 3), "3 DecisionTaskStarted");
  answer(task, Decisions(3, record_marker("m")));
}

// SWF: 2. A token can close its task once: the same answer sent again is answered as the first was, and adds nothing.
TEST_F(Section6Batches, AnAnswerSentAgainAddsNothing) {
  start("w");
  const auto task = decide({record_marker("m")});
  EXPECT_EQ(try_answer(task, {record_marker("m")}).reason, "OK");
  EXPECT_EQ(history_text("w", 4), "4 DecisionTaskCompleted, 5 MarkerRecorded");
}

}  // namespace
}  // namespace baton::testing
