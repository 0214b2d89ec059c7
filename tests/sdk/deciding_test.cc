// Decision tasks as they come from a stream: whole histories, deltas and their bases, pages, runs that make room, what cannot be decided.
#include <gmock/gmock.h>

#include "baton/workflow.h"
#include "deciding_fixture.h"
#include "decisions.h"
#include "passed_headers.h"

namespace baton::testing {
namespace {

using namespace std::chrono_literals;
using detail::Deciding;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

constexpr Activity<int(int)> square{"square", "1"};
constexpr Activity<void(std::string)> print{"print", "1"};

Task<int> squares(Workflow wf) {
  int sum = 0;
  for (int i = 1; i <= 3; ++i) {
    const int value = co_await wf.schedule(square, i);
    sum += value;
  }
  co_return sum;
}

Decisions plainly(const DecisionTask& task) {
  Decisions decisions;
  if (task.previous_started_event_id == 0) {
    decisions.schedule_activity("only", square, 5, {.start_to_close = 3s});
    decisions.set_execution_context("begun");
  } else if (task.history.back().type() == EventType::kDecisionTaskStarted) {
    decisions.complete(to_payload("saw " + std::to_string(task.history.size()) + " events of " + task.execution.workflow_id));
  }
  return decisions;
}

Task<> prints_much(Workflow wf) {
  const std::string page(30'000, 'x');
  auto last = wf.schedule(print, page);
  for (int i = 0; i < 40; ++i) last = wf.schedule(print, page);
  co_await last;
}

Decisions throws(const DecisionTask&) { throw std::runtime_error("no idea"); }

TEST(PlainDecisions, AboutOtherExecutionsFunctionsAndSearchAttributesAreInTheAnswer) {
  Decisions decisions;
  decisions.start_child("parcel-9", {"deliver", "1"}, to_payload(std::string("parcel")), {.task_list = "fast", .tags = {"eu"}});
  decisions.signal({"order-18", "0191-run"}, "approved", to_payload(std::string("by Ann")));
  decisions.request_cancel({"order-18", ""});
  decisions.call_function("f", "resize", to_payload(std::string("picture")), {.start_to_close = 5s});
  const std::string removed[] = {"region"};
  decisions.set_search_attributes({{"state", "packed"}}, removed);
  decisions.complete_update("u1", to_payload(3));
  decisions.fail_update("u2", "TOO_DEAR");
  decisions.reject_update("u3", "CART_FULL", to_payload(std::string("by two")));
  decisions.continue_as_new(to_payload(std::string("next")), "2", {.task_list = "fast"});
  const Answer& answer = decisions.content().answer;
  EXPECT_EQ(describe(answer),
            "StartChildWorkflowExecution(parcel-9 deliver parcel)\nSignalExternalWorkflowExecution(order-18/0191-run approved by Ann)\n"
            "RequestCancelExternalWorkflowExecution(order-18)\nScheduleLambdaFunction(f resize picture)\n"
            "UpsertSearchAttributes(-region state=text: \"packed\")\nAnswerUpdate(u1 completed 3)\nAnswerUpdate(u2 failed TOO_DEAR)\n"
            "AnswerUpdate(u3 rejected CART_FULL: by two)\nContinueAsNew(2 next)");
  EXPECT_EQ(answer.decisions(0).start_child_workflow_execution().task_list().name(), "fast");
  EXPECT_EQ(answer.decisions(3).schedule_lambda_function().start_to_close_timeout().after().seconds(), 5);
  EXPECT_EQ(answer.decisions(8).continue_as_new_workflow_execution().task_list().name(), "fast");
}

class DecidingTest : public DecidingFixture {
 protected:
  DecidingTest() {
    workflows_.add({"squares", "1"}, detail::make_workflow_function(squares));
    workflows_.add({"plain", "1"}, detail::DecisionFunction(plainly));
    workflows_.add({"throws", "1"}, detail::DecisionFunction(throws));
  }

  // The first decision of a run of `squares`, recorded, and the next task waits; the id of the first DecisionTaskStarted.
  int64_t begin(Deciding& deciding, const std::string& run_id) {
    HistoryBuilder& history = runs_[run_id];
    history.started();
    const int64_t base = history.decision_started();
    const Answer answer = completed(deciding, task(run_id, "squares"));
    EXPECT_TRUE(answer.run_cached());
    history.decided(&answer);
    history.activity_completed("1", payload(1));
    history.decision_started();
    return base;
  }
};

TEST_F(DecidingTest, ADeltaContinuesTheRunThatGaveItsBase) {
  Deciding deciding(workflows_, reader(), 10);
  const int64_t base = begin(deciding, "a");
  EXPECT_EQ(describe(completed(deciding, task("a", "squares", 1, base))), "ScheduleActivityTask(2 square 2)");
  EXPECT_EQ(reads_, 0);
}

TEST_F(DecidingTest, ADeltaFromAnotherDeliveryMakesTheDeciderReadTheWholeHistory) {
  Deciding deciding(workflows_, reader(), 10);
  const int64_t base = begin(deciding, "a");
  EXPECT_EQ(describe(completed(deciding, task("a", "squares", 1, base, /*base_delivery=*/2))), "ScheduleActivityTask(2 square 2)");
  EXPECT_EQ(reads_, 1);
}

TEST_F(DecidingTest, ADeltaFromAnotherDecisionMakesTheDeciderReadTheWholeHistory) {
  Deciding deciding(workflows_, reader(), 10);
  const int64_t base = begin(deciding, "a");
  completed(deciding, task("a", "squares", 1, base));  // decided here, but never recorded
  runs_["a"].decision_timed_out();
  runs_["a"].decision_started();
  EXPECT_EQ(describe(completed(deciding, task("a", "squares", 1, base))), "ScheduleActivityTask(2 square 2)");
  EXPECT_EQ(reads_, 1);
}

TEST_F(DecidingTest, ARunThatWasDroppedIsReadAgain) {
  Deciding deciding(workflows_, reader(), 10);
  const int64_t base = begin(deciding, "a");
  deciding.drop("a");
  EXPECT_EQ(describe(completed(deciding, task("a", "squares", 1, base))), "ScheduleActivityTask(2 square 2)");
  EXPECT_EQ(reads_, 1);
}

TEST_F(DecidingTest, AHistoryOfSeveralPagesIsReadWithoutWhatCameAfterTheTask) {
  Deciding deciding(workflows_, reader(), 10);
  begin(deciding, "a");
  auto first_page = task("a", "squares");
  first_page->mutable_events()->DeleteSubrange(3, first_page->events_size() - 3);
  first_page->set_next_page_token("more");
  runs_["a"].signaled("late");
  runs_["a"].signaled("later");
  EXPECT_EQ(describe(completed(deciding, first_page)), "ScheduleActivityTask(2 square 2)");
  EXPECT_EQ(reads_, 1);
}

TEST_F(DecidingTest, TheRunUsedLongestAgoMakesRoomAndIsNamed) {
  Deciding deciding(workflows_, reader(), 2);
  const int64_t base = begin(deciding, "a");
  begin(deciding, "b");
  EXPECT_THAT(deciding.take_evicted(), IsEmpty());
  completed(deciding, task("a", "squares", 1, base));
  begin(deciding, "c");
  EXPECT_THAT(deciding.take_evicted(), ElementsAre(Execution{"work", "b"}));
  EXPECT_EQ(deciding.cached_runs(), 2u);
}

TEST_F(DecidingTest, ARunThatIsOverIsNotKept) {
  Deciding deciding(workflows_, reader(), 10);
  int64_t base = begin(deciding, "a");
  HistoryBuilder& history = runs_["a"];
  for (const char* id : {"2", "3"}) {
    const int64_t started = history.last_id();
    const Answer answer = completed(deciding, task("a", "squares", 1, base));
    history.decided(&answer);
    history.activity_completed(id, payload(1));
    history.decision_started();
    base = started;
  }
  const Answer last = completed(deciding, task("a", "squares", 1, base));
  EXPECT_EQ(describe(last), "Complete(3)");
  EXPECT_FALSE(last.run_cached());
  EXPECT_TRUE(last.all_or_nothing_close());
  EXPECT_EQ(deciding.cached_runs(), 0u);
  EXPECT_EQ(reads_, 0);
}

TEST_F(DecidingTest, AnUnknownTypeFailsTheTask) {
  Deciding deciding(workflows_, reader(), 10);
  runs_["a"].started();
  runs_["a"].decision_started();
  const auto answer = failed(deciding, task("a", "unheard-of"));
  EXPECT_EQ(answer.task_token(), "token-a-1");
  EXPECT_EQ(answer.reason(), "UNKNOWN_WORKFLOW_TYPE");
  EXPECT_THAT(answer.details().data(), HasSubstr("unheard-of/1"));
  EXPECT_THAT(logged_, HasSubstr("unheard-of"));
}

TEST_F(DecidingTest, CodeThatDoesNotFitFailsTheTaskAndDropsTheRun) {
  Deciding deciding(workflows_, reader(), 10);
  runs_["a"].started();
  runs_["a"].decision_started();
  runs_["a"].decided(nullptr);
  runs_["a"].timer_started("1");
  runs_["a"].timer_fired("1");
  runs_["a"].decision_started();
  const auto answer = failed(deciding, task("a", "squares"));
  EXPECT_EQ(answer.reason(), "NONDETERMINISM");
  EXPECT_THAT(answer.details().data(), HasSubstr("deciding_test.cc:"));
  EXPECT_EQ(deciding.cached_runs(), 0u);
}

TEST_F(DecidingTest, MoreThanAnAnswerHoldsFailsTheTaskAndDropsTheRun) {
  workflows_.add({"large", "1"}, detail::make_workflow_function(prints_much));
  Deciding deciding(workflows_, reader(), 10);
  runs_["a"].started();
  runs_["a"].decision_started();
  const auto answer = failed(deciding, task("a", "large"));
  EXPECT_EQ(answer.reason(), "INVALID_DECISIONS");
  EXPECT_THAT(answer.details().data(), HasSubstr("of at most 1048576"));
  EXPECT_EQ(deciding.cached_runs(), 0u);
}

TEST_F(DecidingTest, AHistoryThatCannotBeReadFailsTheTask) {
  Deciding deciding(workflows_, reader(), 10);
  const int64_t base = begin(deciding, "a");
  deciding.drop("a");
  unreadable_ = "the coordinator is gone";
  const auto answer = failed(deciding, task("a", "squares", 1, base));
  EXPECT_EQ(answer.reason(), "HISTORY_UNAVAILABLE");
  EXPECT_THAT(answer.details().data(), HasSubstr("the coordinator is gone"));
}

TEST_F(DecidingTest, AHistoryWithoutItsEndFailsTheTask) {
  Deciding deciding(workflows_, reader(), 10);
  const int64_t base = begin(deciding, "a");
  auto short_one = task("a", "squares", 1, base);
  short_one->set_started_event_id(short_one->started_event_id() + 3);
  EXPECT_EQ(failed(deciding, short_one).reason(), "INCOMPLETE_HISTORY");
}

TEST_F(DecidingTest, ThePlainLevelSeesTheWholeHistoryEveryTime) {
  Deciding deciding(workflows_, reader(), 10);
  HistoryBuilder& history = runs_["p"];
  history.started();
  const int64_t base = history.decision_started();
  const Answer first = completed(deciding, task("p", "plain"));
  EXPECT_EQ(describe(first), "ScheduleActivityTask(only square 5)");
  EXPECT_EQ(first.execution_context(), "begun");
  EXPECT_FALSE(first.run_cached());
  EXPECT_TRUE(first.all_or_nothing_close());
  history.decided(&first);
  history.activity_completed("only");
  history.decision_started();
  EXPECT_EQ(describe(completed(deciding, task("p", "plain", 1, base))), "Complete(saw 8 events of work)");
  EXPECT_EQ(reads_, 1) << "a delta is not enough for the plain level";
}

TEST_F(DecidingTest, APlainFunctionThatThrowsFailsTheTask) {
  Deciding deciding(workflows_, reader(), 10);
  runs_["t"].started();
  runs_["t"].decision_started();
  const auto answer = failed(deciding, task("t", "throws"));
  EXPECT_EQ(answer.reason(), "EXCEPTION");
  EXPECT_THAT(answer.details().data(), HasSubstr("no idea"));
}

TEST_F(DecidingTest, ACodecStandsBetweenTheHistoryAndTheCode) {
  const Reversing codec;
  Deciding deciding(workflows_, reader(), 10, &codec);
  HistoryBuilder& history = runs_["a"];
  history.started();
  int64_t base = history.decision_started();
  Answer answer = completed(deciding, task("a", "squares"));
  EXPECT_EQ(answer.decisions(0).schedule_activity_task().input().encoding(), "reversed");
  history.decided(&answer);
  history.activity_completed("1", codec.encode(*payload(12)));
  const int64_t next = history.decision_started();
  answer = completed(deciding, task("a", "squares", 1, base));  // a delta
  history.decided(&answer);
  history.activity_completed("2", codec.encode(*payload(30)));
  history.decision_started();
  deciding.drop("a");
  answer = completed(deciding, task("a", "squares", 1, next));  // read page by page
  EXPECT_EQ(reads_, 1);
  history.decided(&answer);
  history.activity_completed("3", codec.encode(*payload(4)));
  history.decision_started();
  EXPECT_EQ(describe(completed(deciding, task("a", "squares"))), "Complete(64)");
}

TEST_F(DecidingTest, ACodecIsThereForPlainFunctionsToo) {
  const Reversing codec;
  Deciding deciding(workflows_, reader(), 10, &codec);
  workflows_.add({"echo", "1"}, detail::DecisionFunction([](const DecisionTask& task) {
    Decisions decisions;
    decisions.complete(to_payload("I heard " + from_payload<std::string>(task.history[0].input())));
    return decisions;
  }));
  runs_["a"].started(codec.encode(*payload(std::string("abc"))));
  runs_["a"].decision_started();
  EXPECT_EQ(describe(completed(deciding, task("a", "echo"))), "Complete(cba draeh I)");
}

TEST_F(DecidingTest, WhatACodecRefusesFailsTheDecisionTaskAndTheCodeNeverSeesIt) {
  const Reversing codec;
  Deciding deciding(workflows_, reader(), 10, &codec);
  runs_["a"].started();
  runs_["a"].signaled("ignored", Payload{"?", "", "rot13", ""});
  runs_["a"].decision_started();
  auto failure = failed(deciding, task("a", "squares"));
  EXPECT_EQ(failure.reason(), "PAYLOAD_ERROR");
  EXPECT_EQ(codec.decode(from_wire(failure.details())).data, "event 2: it is not reversed");
  runs_["b"].started();
  runs_["b"].decision_started();
  workflows_.add({"prints", "1"}, detail::make_workflow_function(prints_much));
  failure = failed(deciding, task("b", "prints"));
  EXPECT_EQ(failure.reason(), "PAYLOAD_ERROR");
  EXPECT_EQ(codec.decode(from_wire(failure.details())).data, "the codec failed: too long to turn around");
  EXPECT_EQ(failure.details().encoding(), "");  // people without a key may read it
  runs_["c"].started();
  runs_["c"].decision_started();
  failure = failed(deciding, task("c", "throws"));
  EXPECT_EQ(failure.details().encoding(), "reversed");  // what the code threw may quote anything
  EXPECT_THAT(codec.decode(from_wire(failure.details())).data, HasSubstr("no idea"));
}

TEST(PassedHeaders, GoToSignaledExecutionsAndChildrenUnlessTheDecisionHasItsOwn) {
  Answer answer;
  answer.add_decisions()->mutable_schedule_activity_task();
  answer.add_decisions()->mutable_start_child_workflow_execution();
  auto* const signal = answer.add_decisions()->mutable_signal_external_workflow_execution();
  (*signal->mutable_headers())["trace"].set_data("own");
  detail::pass_on({{"trace", {"t1", "text/plain", {}, {}}}, {"user", {"Ann", {}, {}, {}}}}, &answer);
  EXPECT_TRUE(answer.decisions(0).schedule_activity_task().headers().empty());  // the coordinator adds them
  const auto& child = answer.decisions(1).start_child_workflow_execution().headers();
  EXPECT_EQ(child.size(), 2u);
  EXPECT_EQ(child.at("trace").content_type(), "text/plain");
  EXPECT_EQ(signal->headers().at("trace").data(), "own");
  EXPECT_EQ(signal->headers().at("user").data(), "Ann");
}

}  // namespace
}  // namespace baton::testing
