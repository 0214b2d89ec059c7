// Updates: how they reach workflow code, and the answers that it gives.
#include <gmock/gmock.h>

#include "baton/workflow.h"
#include "story.h"

namespace baton::testing {
namespace {

using namespace std::chrono_literals;
using ::testing::AllOf;
using ::testing::HasSubstr;

constexpr Update<int(int)> add_item{"add_item"};
constexpr Update<void()> flush{"flush"};
constexpr Update<std::string(std::string)> rename_it{"rename"};
constexpr Signal<int> add_item_by_signal{"add_item"};
constexpr Activity<int(int)> price{"price", "1"};

std::optional<Payload> number(int value) { return payload(value); }

struct Cart {
  std::vector<int> items;
};

Task<> take_items(Workflow wf, std::shared_ptr<Cart> cart) {
  auto updates = wf.receive(add_item);
  for (;;) {
    const auto update = co_await updates;
    if (cart->items.size() == 2) {
      update.reject("CART_FULL", payload(std::string("it has two")));
      continue;
    }
    const int cost = co_await wf.schedule(price, update.argument());
    if (cost > 100) {
      update.fail("TOO_DEAR");
    } else {
      cart->items.push_back(update.argument());
      update.complete(static_cast<int>(cart->items.size()));
    }
  }
}

Task<int> shops(Workflow wf) {
  auto cart = std::make_shared<Cart>();
  auto taking = wf.spawn(take_items(wf, cart));
  auto closing = wf.sleep(1h);
  co_await wf.any(closing, taking);
  co_return static_cast<int>(cart->items.size());
}

TEST(Updates, AreAnsweredBesideTheMainFlow) {
  Story story(shops);
  story.started();
  EXPECT_EQ(describe(story.decide()), "StartTimer(1 3600000ms)");
  story.updated("add_item", "u1", number(7));
  EXPECT_EQ(describe(story.decide()), "ScheduleActivityTask(1 price 7)");
  story.updated("add_item", "u2", number(8));
  story.activity_completed("1", number(20));
  EXPECT_EQ(describe(story.decide()), "AnswerUpdate(u1 completed 1)\nScheduleActivityTask(2 price 8)");
  story.activity_completed("2", number(200));
  EXPECT_EQ(describe(story.decide()), "AnswerUpdate(u2 failed TOO_DEAR)");
  story.updated("add_item", "u3", number(9));
  story.decide();
  story.activity_completed("3", number(30));
  EXPECT_EQ(describe(story.decide()), "AnswerUpdate(u3 completed 2)");
  story.updated("add_item", "u4", number(10));
  EXPECT_EQ(describe(story.decide()), "AnswerUpdate(u4 rejected CART_FULL: it has two)");
  story.timer_fired("1");
  EXPECT_EQ(describe(story.decide()), "Complete(2)");
  EXPECT_FALSE(story.check(shops)) << "the whole history replays";
}

TEST(Updates, WithoutArgumentAndResultHaveAnIdAndAnAnswer) {
  Story story([](Workflow wf) -> Task<std::string> {
    auto flushes = wf.receive(flush);
    const auto update = co_await flushes;
    const bool before = update.answered();
    update.complete();
    const auto copy = update;
    co_return update.id() + (before || !copy.answered() ? " wrong" : " answered");
  });
  story.started();
  story.updated("flush", "u1");
  EXPECT_EQ(describe(story.decide()), "AnswerUpdate(u1 completed)\nComplete(u1 answered)");
}

TEST(Updates, AndSignalsOfTheSameNameAreApart) {
  Story story([](Workflow wf) -> Task<int> {
    auto updates = wf.receive(add_item);
    auto signals = wf.receive(add_item_by_signal);
    const int signaled = co_await signals;
    const auto update = co_await updates;
    update.complete(0);
    co_return 10 * signaled + update.argument();
  });
  story.started();
  story.updated("add_item", "u1", number(2));
  EXPECT_EQ(describe(story.decide()), "");
  story.signaled("add_item", number(1));
  EXPECT_EQ(describe(story.decide()), "AnswerUpdate(u1 completed 0)\nComplete(12)");
}

TEST(Updates, ThatCameBeforeTheCodeAsksForThemAreNotLost) {
  Story story([](Workflow wf) -> Task<int> {
    co_await wf.sleep(1s);
    auto updates = wf.receive(add_item);
    int sum = 0;
    while (updates.ready()) {
      const auto update = co_await updates;
      sum += update.argument();
      update.complete(sum);
    }
    co_return sum;
  });
  story.started();
  story.decide();
  for (int i = 1; i <= 3; ++i) story.updated("add_item", "u" + std::to_string(i), number(i));
  EXPECT_EQ(describe(story.decide()), "");
  story.timer_fired("1");
  EXPECT_EQ(describe(story.decide()), "AnswerUpdate(u1 completed 1)\nAnswerUpdate(u2 completed 3)\nAnswerUpdate(u3 completed 6)\nComplete(6)");
}

TEST(Updates, WhatIsNoArgumentIsRejectedByItself) {
  Story story(shops);
  story.started();
  story.updated("add_item", "early", payload(std::string("seven")));
  const Answer& first = story.decide();
  EXPECT_THAT(describe(first), AllOf(HasSubstr("AnswerUpdate(early rejected PAYLOAD_ERROR: the argument of update add_item: "),
                                     HasSubstr("StartTimer(1 3600000ms)")));
  story.updated("add_item", "none");
  EXPECT_THAT(describe(story.decide()), HasSubstr("AnswerUpdate(none rejected PAYLOAD_ERROR: "));
  story.updated("add_item", "good", number(7));
  EXPECT_EQ(describe(story.decide()), "ScheduleActivityTask(1 price 7)");
  EXPECT_FALSE(story.check(shops));
}

// Only what the code waits for by itself is set aside for it; what it does not get is not answered by anyone else.
TEST(Updates, ArriveTogetherWithOnesThatAreNoArgument) {
  Story story(shops);
  story.started();
  story.decide();
  story.updated("add_item", "bad", payload(std::string("seven")));
  story.updated("add_item", "good", number(7));
  story.updated("add_item", "worse", payload(std::string("eight")));
  EXPECT_THAT(describe(story.decide()), AllOf(HasSubstr("AnswerUpdate(bad rejected"), HasSubstr("AnswerUpdate(worse rejected"),
                                              HasSubstr("ScheduleActivityTask(1 price 7)")));
}

TEST(Updates, ASecondAnswerIsADefectOfTheCode) {
  Story story([](Workflow wf) -> Task<> {
    auto updates = wf.receive(flush);
    const auto update = co_await updates;
    update.complete();
    update.fail("TOO_LATE");
  });
  story.started();
  story.updated("flush", "u1");
  const auto failure = story.decide_and_fail();
  EXPECT_EQ(failure.reason, "EXCEPTION");
  EXPECT_THAT(failure.message, AllOf(HasSubstr("update flush (id u1) is answered at"), HasSubstr("update_test.cc:"),
                                     HasSubstr("and was answered before at")));
}

TEST(Updates, ThatAreNotAnsweredDoNotKeepTheRunOpen) {
  Story story([](Workflow wf) -> Task<> {
    auto updates = wf.receive(flush);
    const auto update = co_await updates;
    if (update.answered()) throw std::logic_error("by whom?");
  });
  story.started();
  story.updated("flush", "u1");
  EXPECT_EQ(describe(story.decide()), "Complete()");
}

TEST(Updates, AReasonThatIsTooLongIsCut) {
  Story story([](Workflow wf) -> Task<> {
    auto updates = wf.receive(flush);
    const auto update = co_await updates;
    update.fail(std::string(300, 'x'));
  });
  story.started();
  story.updated("flush", "u1");
  EXPECT_EQ(story.decide().decisions(0).answer_update().reply().failed().reason(), std::string(256, 'x'));
}

TEST(Updates, AnAnswerThatIsRefusedChangesNothing) {
  Story story(shops);
  story.started();
  story.decide();
  story.updated("add_item", "u1", number(7));
  story.decide();
  story.activity_completed("1", number(20));
  story.refused = {"answer_update"};
  EXPECT_EQ(describe(story.decide()), "AnswerUpdate(u1 completed 1)");
  story.timer_fired("1");
  EXPECT_EQ(describe(story.decide()), "Complete(1)");
  EXPECT_FALSE(story.check(shops));
}

TEST(Updates, InACanceledScopeAreNotWaitedFor) {
  Story story([](Workflow wf) -> Task<std::string> {
    auto scope = wf.cancel_scope();
    auto renames = scope.receive(rename_it);
    std::string name = "nothing";
    try {
      for (;;) {
        const auto update = co_await renames;
        name = update.argument();
        update.complete("renamed to " + name);
      }
    } catch (const Canceled&) {
      name += ", canceled";
    }
    co_return name;
  });
  story.started();
  story.updated("rename", "u1", payload(std::string("a")));
  EXPECT_EQ(describe(story.decide()), "AnswerUpdate(u1 completed renamed to a)");
  story.cancel_requested();
  EXPECT_EQ(describe(story.decide()), "Complete(a, canceled)");
}

// --- code that is not the code that made the history ---

Task<> flushes_once(Workflow wf) {
  auto updates = wf.receive(flush);
  const auto update = co_await updates;
  update.complete();
  co_await wf.sleep(1s);
}

template <class F>
std::string complaint(F workflow) {
  Story story(flushes_once);
  story.started();
  story.updated("flush", "u1");
  story.decide();
  EXPECT_FALSE(story.check(flushes_once));
  const auto failure = story.check(workflow);
  if (!failure) return "no complaint";
  EXPECT_EQ(failure->reason, "NONDETERMINISM");
  return failure->message;
}

TEST(Updates, AnotherAnswerIsNamedWithEventAndLine) {
  const int line = __LINE__ + 4;
  const std::string message = complaint([](Workflow wf) -> Task<> {
    auto updates = wf.receive(flush);
    const auto update = co_await updates;
    update.reject("NO");
    co_await wf.sleep(1s);
  });
  EXPECT_THAT(message, AllOf(HasSubstr("event 6: the history says WorkflowExecutionUpdateAnswered(u1, completed)"),
                             HasSubstr("AnswerUpdate(u1, rejected)"), HasSubstr("update_test.cc:" + std::to_string(line))));
}

TEST(Updates, AMissingAnswerIsNamed) {
  const std::string message = complaint([](Workflow wf) -> Task<> { co_await wf.sleep(1s); });
  EXPECT_THAT(message, AllOf(HasSubstr("event 6: the history says WorkflowExecutionUpdateAnswered(u1, completed)"), HasSubstr("StartTimer(1)")));
}

TEST(Updates, AnAnswerTooManyIsNamed) {
  Story story([](Workflow wf) -> Task<> { co_await wf.sleep(1s); });
  story.started();
  story.updated("flush", "u1");
  story.decide();
  const auto failure = story.check(flushes_once);
  ASSERT_TRUE(failure);
  EXPECT_THAT(failure->message, AllOf(HasSubstr("event 6: the history says TimerStarted(1)"), HasSubstr("AnswerUpdate(u1, completed)")));
}

}  // namespace
}  // namespace baton::testing
