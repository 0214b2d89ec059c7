// Queries as they come from a stream: answered by the run that is cached, or by a replay that leaves the cache alone.
#include <gmock/gmock.h>

#include "baton/workflow.h"
#include "deciding_fixture.h"

namespace baton::testing {
namespace {

using namespace std::chrono_literals;
using detail::Deciding;
using ::testing::AllOf;
using ::testing::HasSubstr;

constexpr Activity<int(int)> square{"square", "1"};
constexpr Query<std::string()> stage{"stage"};
constexpr Query<std::string(int)> much{"much"};
constexpr Query<std::string()> seen{"seen"};
constexpr Signal<void> news{"news"};

Task<int> squares(Workflow wf) {
  int sum = 0;
  auto answering = wf.answer(stage, [&] { return "has " + std::to_string(sum); });
  auto saying_much = wf.answer(much, [](int bytes) { return std::string(static_cast<size_t>(bytes), 'x'); });
  auto signal = wf.receive(news);
  auto seeing = wf.answer(seen, [&] {
    return std::string(wf.cancel_requested() ? "a cancel request" : "no cancel request") + (signal.ready() ? ", news" : ", no news");
  });
  for (int i = 1; i <= 3; ++i) {
    const int value = co_await wf.schedule(square, i);
    sum += value;
  }
  co_return sum;
}

// The code after a change that does not fit.
Task<int> sleeps(Workflow wf) {
  auto answering = wf.answer(stage, [] { return std::string("sleeps"); });
  co_await wf.sleep(1s);
  co_return 0;
}

class DecidingQueryTest : public DecidingFixture {
 protected:
  DecidingQueryTest() { workflows_.add({"squares", "1"}, detail::make_workflow_function(squares)); }

  // Decides the task that waits and records the answer; what follows until the next task is `then`.
  int64_t decide(Deciding& deciding, int64_t base = 0) {
    HistoryBuilder& history = runs_["a"];
    const int64_t started = history.last_id();
    const Answer answer = completed(deciding, task("a", "squares", 1, base));
    history.decided(&answer);
    return started;
  }
  // Two decisions, with the first square done; the DecisionTaskStarted of the second.
  int64_t begin(Deciding& deciding) {
    HistoryBuilder& history = runs_["a"];
    history.started();
    history.decision_started();
    const int64_t base = decide(deciding);
    history.activity_completed("1", payload(1));
    history.decision_started();
    return decide(deciding, base);
  }

  v1::QueryTask query(int64_t state, const std::string& name = "stage", const std::string& type = "squares") {
    v1::QueryTask task;
    task.set_query_token("q");
    task.mutable_workflow_execution()->set_workflow_id("work");
    task.mutable_workflow_execution()->set_run_id("a");
    to_wire(TypeName{type, "1"}, task.mutable_workflow_type());
    task.mutable_state()->set_started_event_id(state);
    task.mutable_state()->set_delivery(1);
    task.set_last_event_id(runs_["a"].last_id());
    task.set_query_name(name);
    return task;
  }
  Reply ask(Deciding& deciding, const v1::QueryTask& task) {
    v1::QueryAnswer answer;
    deciding.answer(task, &answer);
    EXPECT_EQ(answer.query_token(), "q");
    last_ = answer.reply();
    return from_wire(answer.reply());
  }
  std::string said(Deciding& deciding, const v1::QueryTask& task) { return describe(ask(deciding, task)); }

  v1::Reply last_;
};

TEST_F(DecidingQueryTest, TheCachedRunIsAskedWhenItIsInThatState) {
  Deciding deciding(workflows_, reader(), 10);
  const int64_t state = begin(deciding);
  EXPECT_EQ(said(deciding, query(state)), "completed has 1");
  EXPECT_EQ(reads_, 0);
}

TEST_F(DecidingQueryTest, WithoutACachedRunTheHistoryIsReplayedAndSaysTheSame) {
  Deciding deciding(workflows_, reader(), 10);
  const int64_t state = begin(deciding);
  Deciding other(workflows_, reader(), 10);
  EXPECT_EQ(said(other, query(state)), "completed has 1");
  EXPECT_EQ(reads_, 1);
  EXPECT_EQ(other.cached_runs(), 0u);
}

TEST_F(DecidingQueryTest, WhatIsNotDecidedOnIsNotInTheAnswer) {
  Deciding deciding(workflows_, reader(), 10);
  const int64_t state = begin(deciding);
  runs_["a"].activity_completed("2", payload(4));
  runs_["a"].decision_started();
  Deciding other(workflows_, reader(), 10);
  EXPECT_EQ(said(deciding, query(state)), "completed has 1");
  EXPECT_EQ(said(other, query(state)), "completed has 1");
}

// Whatever the code could look at without waiting: of a run that is paused, or whose decision is parked.
TEST_F(DecidingQueryTest, WhatIsNotDecidedOnIsNotSeenByTheCodeThatAnswers) {
  Deciding deciding(workflows_, reader(), 10);
  const int64_t state = begin(deciding);
  runs_["a"].cancel_requested();
  runs_["a"].signaled("news");
  Deciding other(workflows_, reader(), 10);
  EXPECT_EQ(said(deciding, query(state, "seen")), "completed no cancel request, no news");
  EXPECT_EQ(said(other, query(state, "seen")), "completed no cancel request, no news");
}

TEST_F(DecidingQueryTest, AnotherStateThanTheCachedOneIsReplayedAndTheCachedRunGoesOn) {
  Deciding deciding(workflows_, reader(), 10);
  const int64_t state = begin(deciding);
  HistoryBuilder& history = runs_["a"];
  history.activity_completed("2", payload(4));
  const v1::QueryTask before = query(state);
  history.decision_started();
  EXPECT_EQ(describe(completed(deciding, task("a", "squares", 1, state))), "ScheduleActivityTask(3 square 3)");  // not recorded yet
  EXPECT_EQ(said(deciding, before), "completed has 1");
  EXPECT_EQ(reads_, 1);
  history.decided(nullptr);
  history.activity_scheduled("3", {"square", "1"});
  EXPECT_EQ(said(deciding, query(history.last_id() - 2)), "completed has 5");
  EXPECT_EQ(reads_, 1) << "the cached run is in that state";
  v1::QueryTask by_another = query(history.last_id() - 2);
  by_another.mutable_state()->set_delivery(2);
  EXPECT_EQ(said(deciding, by_another), "completed has 5");
  EXPECT_EQ(reads_, 2);
}

TEST_F(DecidingQueryTest, ARunOfWhichNothingIsDecidedHasNothingToSay) {
  Deciding deciding(workflows_, reader(), 10);
  runs_["a"].started();
  v1::QueryTask task = query(0);
  task.clear_state();
  EXPECT_THAT(said(deciding, task), HasSubstr("failed NOT_DECIDED_YET: "));
}

TEST_F(DecidingQueryTest, AnUnknownTypeAndAnUnknownNameAreSaid) {
  Deciding deciding(workflows_, reader(), 10);
  const int64_t state = begin(deciding);
  EXPECT_EQ(said(deciding, query(state, "stage", "unheard-of")),
            "failed UNKNOWN_WORKFLOW_TYPE: this decider does not know workflow type unheard-of/1");
  EXPECT_EQ(said(deciding, query(state, "state")), "failed UNKNOWN_QUERY: the workflow code answers now: much, seen, stage");
}

TEST_F(DecidingQueryTest, AHistoryThatCannotBeReadIsSaid) {
  Deciding deciding(workflows_, reader(), 10);
  const int64_t state = begin(deciding);
  deciding.drop("a");
  unreadable_ = "the coordinator is gone";
  EXPECT_EQ(said(deciding, query(state)), "failed HISTORY_UNAVAILABLE: the history could not be read: the coordinator is gone");
  unreadable_.clear();
  EXPECT_THAT(said(deciding, query(state + 1)), HasSubstr("failed INCOMPLETE_HISTORY: "));
}

// The last decision, too, must be the code's: what it would say otherwise is not the state of the run.
TEST_F(DecidingQueryTest, CodeThatDoesNotFitTheHistoryIsNotAsked) {
  Deciding deciding(workflows_, reader(), 10);
  HistoryBuilder& history = runs_["a"];
  history.started();
  history.decision_started();
  const int64_t state = decide(deciding);
  detail::Workflows other_code;
  other_code.add({"squares", "1"}, detail::make_workflow_function(sleeps));
  Deciding other(other_code, reader(), 10);
  EXPECT_THAT(said(other, query(state)), AllOf(HasSubstr("failed NONDETERMINISM: "), HasSubstr("StartTimer(1)")));
}

TEST_F(DecidingQueryTest, QueriesLeaveNoTraceInTheNextDecision) {
  Deciding deciding(workflows_, reader(), 10);
  Deciding asked(workflows_, reader(), 10);
  const int64_t state = begin(deciding);
  completed(asked, task("a", "squares", 1));
  for (const char* name : {"stage", "state", "much"}) said(deciding, query(state, name));
  runs_["a"].activity_completed("2", payload(4));
  runs_["a"].decision_started();
  EXPECT_EQ(describe(completed(deciding, task("a", "squares", 1, state))), describe(completed(asked, task("a", "squares", 1))));
  EXPECT_EQ(reads_, 0);
}

TEST_F(DecidingQueryTest, MoreThanAFrameHoldsIsAFailureThatSaysSo) {
  Deciding deciding(workflows_, reader(), 10);
  const int64_t state = begin(deciding);
  v1::QueryTask task = query(state, "much");
  to_wire(*payload(600'000), task.mutable_input());
  EXPECT_THAT(said(deciding, task), AllOf(HasSubstr("failed INVALID_REPLY: the answer to query much has 600"), HasSubstr("at most 32,768")));
}

TEST_F(DecidingQueryTest, ACodecStandsBetweenTheQueryAndTheCode) {
  const Reversing codec;
  Deciding deciding(workflows_, reader(), 10, &codec);
  HistoryBuilder& history = runs_["a"];
  history.started();
  history.decision_started();
  const int64_t state = decide(deciding);
  v1::QueryTask task = query(state, "much");
  to_wire(codec.encode(*payload(12)), task.mutable_input());
  Reply reply = ask(deciding, task);
  EXPECT_EQ(reply.payload->encoding, "reversed");
  EXPECT_EQ(codec.decode(*reply.payload).data, std::string(12, 'x'));
  to_wire(codec.encode(*payload(30'000)), task.mutable_input());
  EXPECT_EQ(said(deciding, task), "failed PAYLOAD_ERROR: the codec failed: too long to turn around");
  EXPECT_EQ(last_.failed().details().encoding(), "");
  to_wire(Payload{"?", "", "rot13", ""}, task.mutable_input());
  EXPECT_EQ(said(deciding, task), "failed PAYLOAD_ERROR: it is not reversed");
  to_wire(codec.encode(*payload(std::string("twelve"))), task.mutable_input());
  reply = ask(deciding, task);
  EXPECT_EQ(reply.reason, "PAYLOAD_ERROR");
  EXPECT_EQ(reply.payload->encoding, "reversed") << "what the code was given may be quoted";
  EXPECT_EQ(ask(deciding, query(state, "state")).payload->encoding, "") << "people without a key may read it";
}

TEST_F(DecidingQueryTest, APlainFunctionHasAnotherThatAnswers) {
  workflows_.add({"plain", "1"}, detail::DecisionFunction([](const DecisionTask&) { return Decisions(); }));
  Deciding deciding(workflows_, reader(), 10);
  HistoryBuilder& history = runs_["a"];
  history.started(payload(std::string("seventeen")));
  history.decision_started();
  const int64_t state = history.last_id();
  completed(deciding, task("a", "plain"));
  history.decided(nullptr);
  history.cancel_requested();
  EXPECT_THAT(said(deciding, query(state, "stage", "plain")), AllOf(HasSubstr("failed UNKNOWN_QUERY: "), HasSubstr("Decider::on_query()")));
  workflows_.add_answers({"plain", "1"}, [](const DecisionTask& task, std::string_view name, const std::optional<Payload>& input) {
    if (name != "stage") throw std::invalid_argument("what is " + std::string(name) + "?");
    return to_payload(task.execution.workflow_id + " of " + task.input<std::string>() + ", " + std::to_string(task.new_events().size()) +
                      " new" + (task.cancel_requested ? ", canceled" : "") + from_payload<std::string>(input));
  });
  v1::QueryTask with_input = query(state, "stage", "plain");
  to_wire(*payload(std::string("!")), with_input.mutable_input());
  EXPECT_EQ(said(deciding, with_input), "completed work of seventeen, 2 new, canceled!");
  EXPECT_EQ(said(deciding, query(state, "state", "plain")), "failed EXCEPTION: what is state?");
}

}  // namespace
}  // namespace baton::testing
