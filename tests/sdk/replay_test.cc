// What workflow code can do, decision by decision. Story checks on the way that cached runs and replays decide the same.
#include <gmock/gmock.h>

#include "baton/workflow.h"
#include "story.h"

namespace baton::testing {
namespace {

using namespace std::chrono_literals;
using ::testing::ElementsAre;

constexpr Activity<std::string(std::string)> step{"step", "1"};
constexpr Activity<int(int)> square{"square", "2"};
constexpr Activity<void()> ping{"ping", "1"};
constexpr Signal<std::string> approved{"approved"};
constexpr Signal<void> poke{"poke"};

Task<std::string> two_steps(Workflow wf, std::string order) {
  const auto first = co_await wf.schedule(step, order, {.start_to_close = 30s});
  co_return co_await wf.schedule(step, first + "!");
}

TEST(Replay, AStepFollowsAnotherAndTheLastOneCompletes) {
  Story story(two_steps);
  story.started(payload(std::string("order")));
  EXPECT_EQ(describe(story.decide()), "ScheduleActivityTask(1 step order)");
  story.activity_started("1");
  story.activity_completed("1", payload(std::string("done")));
  EXPECT_EQ(describe(story.decide()), "ScheduleActivityTask(2 step done!)");
  story.activity_completed("2", payload(std::string("parcel")));
  const Answer& last = story.decide();
  EXPECT_EQ(describe(last), "Complete(parcel)");
  EXPECT_TRUE(last.all_or_nothing_close());
  EXPECT_FALSE(story.check(two_steps)) << "the whole history replays";
}

TEST(Replay, APauseAndTheWarningOfAFullHistoryChangeNothing) {
  Story story(two_steps);
  story.started(payload(std::string("order")));
  story.decide();
  story.add()->mutable_workflow_execution_paused()->set_reason("the bank is closed");
  story.activity_started("1");
  story.activity_completed("1", payload(std::string("done")));
  story.add()->mutable_workflow_execution_resumed();
  story.add()->mutable_workflow_execution_history_limit_neared()->set_history_limit(10);
  EXPECT_EQ(describe(story.decide()), "ScheduleActivityTask(2 step done!)");
}

// The decision tasks before the reset are of another run, and nobody decided the last one.
TEST(Replay, AfterAResetTheDecisionIsMadeAnew) {
  Story story(two_steps);
  story.started(payload(std::string("order")));
  story.decide();
  story.activity_started("1");
  story.activity_completed("1", payload(std::string("done")));
  story.decision_started();
  story.decision_scheduled();
  story.add()->mutable_workflow_execution_reset()->set_decision_task_completed_event_id(story.last_id() + 1);
  story.signaled("late");
  story.decision_scheduled();
  EXPECT_EQ(describe(story.decide()), "ScheduleActivityTask(2 step done!)");
  story.activity_completed("2", payload(std::string("parcel")));
  EXPECT_EQ(describe(story.decide()), "Complete(parcel)");
}

// Of the run that the history was first of; after the reset they are new.
TEST(Replay, AResetKeepsTheIdsThatWereDrawnBeforeIt) {
  const auto draws = [](Workflow wf) -> Task<std::string> {
    const std::string first = wf.uuid();
    co_await wf.schedule(step, first, {.activity_id = first});
    const std::string second = wf.uuid();
    co_return co_await wf.schedule(step, second, {.activity_id = second});
  };
  Story base(draws);
  base.started();
  const std::string first = base.decide().decisions(0).schedule_activity_task().activity_id();
  base.activity_completed(first, payload(std::string("done")));
  const std::string second = base.decide().decisions(0).schedule_activity_task().activity_id();

  Story story(draws);
  auto& started = *story.add()->mutable_workflow_execution_started();
  started.set_original_run_id(Story::kExecution.run_id);
  // What this run would draw by itself is something else: it has another id.
  story.execution = {"order-17", "0190-another"};
  EXPECT_EQ(story.decide().decisions(0).schedule_activity_task().activity_id(), first);
  story.activity_completed(first, payload(std::string("done")));
  story.decision_started();
  story.add()->mutable_workflow_execution_reset()->set_new_run_id(story.execution.run_id);
  const std::string anew = story.decide().decisions(0).schedule_activity_task().activity_id();
  EXPECT_NE(anew, second);
  EXPECT_NE(anew, first);
}

TEST(Replay, OptionsOfAnActivityAreInItsDecision) {
  Story story([](Workflow wf) -> Task<int> {
    const int value = co_await wf.schedule(square, 3,
                                           {.start_to_close = 20s,
                                            .schedule_to_start = Timeout::none(),
                                            .heartbeat = 5s,
                                            .task_list = "fast",
                                            .activity_id = "my-square",
                                            .control = "note",
                                            .priority = 7});
    co_return value;
  });
  story.started();
  const auto& attributes = story.decide().decisions(0).schedule_activity_task();
  EXPECT_EQ(attributes.activity_id(), "my-square");
  EXPECT_EQ(attributes.activity_type().version(), "2");
  EXPECT_EQ(attributes.input().data(), "3");
  EXPECT_EQ(attributes.start_to_close_timeout().after().seconds(), 20);
  EXPECT_TRUE(attributes.schedule_to_start_timeout().none());
  EXPECT_FALSE(attributes.has_schedule_to_close_timeout());
  EXPECT_EQ(attributes.heartbeat_timeout().after().seconds(), 5);
  EXPECT_EQ(attributes.task_list().name(), "fast");
  EXPECT_EQ(attributes.control(), "note");
  EXPECT_EQ(attributes.task_priority(), 7);
  story.activity_completed("my-square", payload(9));
  EXPECT_EQ(describe(story.decide()), "Complete(9)");
}

Task<int> sum_of_squares(Workflow wf, int count) {
  std::vector<Future<int>> squares;
  for (int i = 1; i <= count; ++i) squares.push_back(wf.schedule(square, i));
  co_await wf.all(squares);
  int sum = 0;
  for (auto& one : squares) {
    const int value = co_await one;
    sum += value;
  }
  co_return sum;
}

TEST(Replay, ActivitiesRunInParallelAndEndInAnyOrder) {
  Story story(sum_of_squares);
  story.started(payload(3));
  EXPECT_EQ(story.decide().decisions_size(), 3);
  story.activity_completed("3", payload(9));
  EXPECT_EQ(describe(story.decide()), "");
  story.activity_completed("1", payload(1));
  story.activity_completed("2", payload(4));
  EXPECT_EQ(describe(story.decide()), "Complete(14)");
}

Task<std::string> approve_or_give_up(Workflow wf) {
  auto approval = wf.receive(approved);
  auto deadline = wf.sleep(24h);
  const size_t first = co_await wf.any(approval, deadline);
  if (first == 1) co_return "too late";
  deadline.cancel();
  co_return co_await approval;
}

TEST(Replay, ASignalBeatsATimerWhichIsCanceled) {
  Story story(approve_or_give_up);
  story.started();
  EXPECT_EQ(describe(story.decide()), "StartTimer(1 86400000ms)");
  story.signaled("approved", payload(std::string("by Ann")));
  EXPECT_EQ(describe(story.decide()), "CancelTimer(1)\nComplete(by Ann)");
}

TEST(Replay, ATimerThatFiresFirstWins) {
  Story story(approve_or_give_up);
  story.started();
  story.decide();
  story.timer_fired("1");
  story.signaled("approved", payload(std::string("by Ann")));
  EXPECT_EQ(describe(story.decide()), "Complete(too late)") << "the event that came first counts";
}

TEST(Replay, SignalsKeepTheirOrderAndNoneIsLostBeforeItIsAskedFor) {
  Story story([](Workflow wf) -> Task<std::string> {
    co_await wf.sleep(1s);
    auto words = wf.receive(approved);
    std::string all;
    for (int i = 0; i < 4; ++i) {
      const std::string word = co_await words;
      all += word + " ";
    }
    co_return all;
  });
  story.started();
  story.signaled("approved", payload(std::string("a")));
  story.decide();
  story.signaled("approved", payload(std::string("b")));
  story.signaled("other");
  story.decide();
  story.timer_fired("1");
  story.decide();
  story.signaled("approved", payload(std::string("c")));
  story.signaled("approved", payload(std::string("d")));
  EXPECT_EQ(describe(story.decide()), "Complete(a b c d )");
}

Task<std::string> take_one(Workflow wf) { co_return co_await wf.receive(approved); }

TEST(Replay, EachOfSeveralReceiversGetsASignalOfItsOwn) {
  Story story([](Workflow wf) -> Task<std::string> {
    auto first = wf.spawn(take_one(wf));
    auto second = wf.spawn(take_one(wf));
    const std::string one = co_await first;
    const std::string two = co_await second;
    co_return one + "," + two;
  });
  story.started();
  story.decide();
  story.signaled("approved", payload(std::string("x")));
  story.decide();
  story.signaled("approved", payload(std::string("y")));
  EXPECT_EQ(describe(story.decide()), "Complete(x,y)");
}

TEST(Replay, ASignalWithoutContentWakes) {
  Story story([](Workflow wf) -> Task<> { co_await wf.receive(poke); });
  story.started();
  EXPECT_EQ(describe(story.decide()), "");
  story.signaled("poke");
  EXPECT_EQ(describe(story.decide()), "Complete()");
}

Task<int> helper(Workflow wf, int value) {
  const int squared = co_await wf.schedule(square, value);
  co_return squared + 1;
}

TEST(Replay, TasksNestAndFibersRunBesideEachOther) {
  Story story([](Workflow wf) -> Task<int> {
    auto left = wf.spawn(helper(wf, 2));
    auto right = wf.spawn(helper(wf, 3));
    co_await wf.all(left, right);
    const int a = co_await left;
    const int b = co_await right;
    const int c = co_await helper(wf, a + b);
    co_return c;
  });
  story.started();
  EXPECT_EQ(describe(story.decide()), "ScheduleActivityTask(1 square 2)\nScheduleActivityTask(2 square 3)");
  story.activity_completed("2", payload(9));
  story.decide();
  story.activity_completed("1", payload(4));
  EXPECT_EQ(describe(story.decide()), "ScheduleActivityTask(3 square 15)");
  story.activity_completed("3", payload(225));
  EXPECT_EQ(describe(story.decide()), "Complete(226)");
}

TEST(Replay, ASideEffectRunsOnceAndItsValueStays) {
  static int calls;
  calls = 0;
  Story story([](Workflow wf) -> Task<int> {
    const int drawn = wf.side_effect("dice", [] { return 100 + ++calls; });
    wf.record_marker("note", std::string("drawn"));
    co_await wf.schedule(ping);
    co_return drawn;
  });
  story.started();
  EXPECT_EQ(describe(story.decide()), "RecordMarker(dice 101)\nRecordMarker(note drawn)\nScheduleActivityTask(1 ping)");
  story.activity_completed("1");
  EXPECT_EQ(describe(story.decide()), "Complete(101)");
  EXPECT_EQ(calls, 1) << "the replay took the value from the marker";
}

TEST(Replay, TimeAndRandomNumbersAreTheSameAtEveryReplay) {
  Story story([](Workflow wf) -> Task<std::string> {
    const auto before = wf.now();
    std::string words = wf.uuid() + " " + std::to_string(wf.random());
    co_await wf.sleep(1s);
    words += " " + std::to_string((wf.now() - before).count()) + " " + wf.uuid();
    co_await wf.sleep(1s);
    co_return words;
  });
  story.started();
  story.decide();
  story.timer_fired("1");
  story.decide();
  story.timer_fired("2");
  const std::string result = describe(story.decide());
  EXPECT_THAT(result, ::testing::ContainsRegex("Complete\\([0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-"));
}

TEST(Replay, TheLastExecutionContextGoesWithTheAnswer) {
  Story story([](Workflow wf) -> Task<> {
    wf.set_execution_context("begun");
    co_await wf.sleep(1s);
    co_await wf.sleep(1s);
  });
  story.started();
  EXPECT_EQ(story.decide().execution_context(), "begun");
  story.timer_fired("1");
  EXPECT_FALSE(story.decide().has_execution_context());
}

TEST(Replay, WhatAWorkflowKnowsAboutItself) {
  Story story([](Workflow wf) -> Task<std::string> { co_return wf.workflow_id() + " " + wf.run_id() + " " + wf.type().name; });
  story.started();
  EXPECT_EQ(describe(story.decide()), "Complete(order-17 0190-run test)");
}

TEST(Replay, StartsThatNeverCompletedDecidedNothing) {
  Story story(two_steps);
  story.started(payload(std::string("o")));
  story.decide_in_vain();
  story.signaled("approved");
  EXPECT_EQ(describe(story.decide()), "ScheduleActivityTask(1 step o)");
  story.activity_completed("1", payload(std::string("p")));
  story.decide_in_vain();
  story.decide_in_vain();
  EXPECT_EQ(describe(story.decide()), "ScheduleActivityTask(2 step p!)");
}

TEST(Replay, EventsThatCameWhileADeciderWorkedAreSeenByTheNextDecisionOnly) {
  Story story(approve_or_give_up);
  story.started();
  story.decision_started();
  story.signaled("approved", payload(std::string("early")));
  Answer timer;
  timer.add_decisions()->mutable_start_timer()->set_timer_id("1");
  story.decided(&timer);  // decided without the signal
  EXPECT_EQ(describe(story.decide()), "CancelTimer(1)\nComplete(early)");
}

TEST(Replay, ALongRunReusesItsPlacesAndStaysTheSame) {
  Story story([](Workflow wf, int rounds) -> Task<int> {
    int sum = 0;
    for (int i = 0; i < rounds; ++i) {
      const int value = co_await wf.schedule(square, i);
      sum += value;
      co_await wf.sleep(1s);
    }
    co_return sum;
  });
  story.started(payload(20));
  int expected = 0;
  for (int i = 0; i < 20; ++i) {
    story.decide();
    story.activity_completed(std::to_string(i + 1), payload(i * i));
    expected += i * i;
    story.decide();
    story.timer_fired(std::to_string(i + 1));
  }
  EXPECT_EQ(describe(story.decide()), "Complete(" + std::to_string(expected) + ")");
}

TEST(Replay, ACloseThatWasRefusedIsDecidedAgain) {
  Story story([](Workflow wf) -> Task<std::string> { co_return wf.workflow_id(); });
  story.started();
  story.refused = {"complete_workflow_execution"};
  EXPECT_EQ(describe(story.decide()), "Complete(order-17)");
  story.signaled("approved");
  story.refused.clear();
  EXPECT_EQ(describe(story.decide()), "Complete(order-17)");
}

}  // namespace
}  // namespace baton::testing
