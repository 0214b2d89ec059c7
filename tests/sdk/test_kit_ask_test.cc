// Updates and queries in the test kit.
#include "baton/testing.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace baton::testing {
namespace {

using namespace std::chrono_literals;
using ::testing::HasSubstr;

constexpr WorkflowType<int()> kCart{"cart", "1"};
constexpr Update<int(int)> kAdd{"add"};
constexpr Update<void()> kEmpty{"empty"};
constexpr Signal<void> kCheckOut{"check_out"};
constexpr Query<int()> kTotal{"total"};
constexpr Query<std::string(int)> kMuch{"much"};
constexpr Activity<int(int)> kPrice{"price", "1"};

struct Items {
  int total = 0;
};

Task<> take(Workflow wf, std::shared_ptr<Items> items) {
  auto updates = wf.receive(kAdd);
  for (;;) {
    const auto update = co_await updates;
    const int price = co_await wf.schedule(kPrice, update.argument());
    if (price > 100) {
      update.reject("TOO_DEAR");
    } else {
      items->total += price;
      update.complete(items->total);
    }
  }
}

Task<int> cart(Workflow wf) {
  auto items = std::make_shared<Items>();
  auto answering = wf.answer(kTotal, [&] { return items->total; });
  auto saying_much = wf.answer(kMuch, [](int bytes) { return std::string(static_cast<size_t>(bytes), 'x'); });
  auto taking = wf.spawn(take(wf, items));
  auto end = wf.receive(kCheckOut);
  co_await wf.any(end, taking);
  co_return items->total;
}

class TestKitAsk : public ::testing::Test {
 protected:
  static void give_code(TestEnvironment& env) {
    env.on(kCart, cart);
    env.on_activity(kPrice, [](int item) { return item * 10; }, {.takes = 1s});
  }
};

TEST_F(TestKitAsk, AnUpdateIsAnsweredAfterTheNextRun) {
  TestEnvironment env;
  give_code(env);
  const auto order = env.start(kCart, "cart");
  const auto first = env.update(order, kAdd, 3);
  const auto second = env.update({"cart", ""}, kAdd, 30);
  EXPECT_FALSE(first.answered());
  EXPECT_THROW(first.result(), std::logic_error);
  env.run();
  EXPECT_EQ(first.result(), 30);
  try {
    second.result();
    ADD_FAILURE() << "taken";
  } catch (const UpdateFailed& failed) {
    EXPECT_TRUE(failed.rejected());
    EXPECT_STREQ(failed.what(), "update add was rejected: TOO_DEAR");
  }
  EXPECT_NE(first.id(), second.id());
  EXPECT_EQ(env.query(order, kTotal), 30);
}

TEST_F(TestKitAsk, WithEveryFaultUpdatesAndQueriesSayTheSame) {
  const auto total = with_every_fault([](TestEnvironment& env) {
    give_code(env);
    const auto order = env.start(kCart, "cart");
    std::vector<int> said;
    std::vector<SentUpdate<int>> updates;
    for (int i = 1; i <= 3; ++i) env.after(i * 1h, [&env, &updates, order, i] { updates.push_back(env.update(order, kAdd, i)); });
    env.after(150min, [&env, &said, order] { said.push_back(env.query(order, kTotal)); });
    env.after(4h, [&env, order] { env.signal(order, kCheckOut); });
    env.run();
    for (const auto& update : updates) said.push_back(update.result());
    said.push_back(env.result<int>(order));
    return said;
  });
  EXPECT_EQ(total, (std::vector<int>{30, 10, 30, 60, 60}));
}

TEST_F(TestKitAsk, AQuerySeesWhatCameBeforeIt) {
  TestEnvironment env;
  env.on(WorkflowType<void()>{"listener", "1"}, [](Workflow wf) -> Task<> {
    int words = 0;
    auto answering = wf.answer(kTotal, [&] { return words; });
    auto signals = wf.receive(kCheckOut);
    for (;; ++words) co_await signals;
  });
  const auto run = env.start(WorkflowType<void()>{"listener", "1"}, "l");
  EXPECT_EQ(env.query(run, kTotal), 0) << "its first decision is made for it";
  env.signal(run, kCheckOut);
  env.signal(run, kCheckOut);
  EXPECT_EQ(env.query(run, kTotal), 2);
  const std::string before = env.events(run);
  EXPECT_EQ(env.query(run, kTotal), 2);
  EXPECT_EQ(env.events(run), before);
}

TEST_F(TestKitAsk, WhatTheCoordinatorWouldRefuseIsRefused) {
  TestEnvironment env;
  give_code(env);
  const auto order = env.start(kCart, "cart");
  EXPECT_EQ(env.query(order, kMuch, 5), "xxxxx");
  try {
    env.query(order, kMuch, 32'769);
    ADD_FAILURE() << "said";
  } catch (const QueryFailed& failed) {
    EXPECT_EQ(failed.reason(), "INVALID_REPLY");
    EXPECT_THAT(failed.what(), HasSubstr("32769"));
  }
  EXPECT_THROW(env.update({"nobody", ""}, kAdd, 1), Error);
  env.run();
  const auto left = env.update(order, kEmpty);
  env.signal(order, kCheckOut);
  env.run();
  EXPECT_EQ(env.result<int>(order), 0);
  try {
    left.result();
    ADD_FAILURE() << "answered";
  } catch (const Error& error) {
    EXPECT_EQ(error.fault(), "UPDATE_UNANSWERED");
  }
  EXPECT_THROW(env.query(order, kTotal), Error) << "it is closed";
}

// A handler that changes what the code goes on with is found by asking twice.
TEST_F(TestKitAsk, AHandlerThatChangesTheRunIsFound) {
  TestEnvironment env;
  env.on(WorkflowType<void()>{"counts", "1"}, [](Workflow wf) -> Task<> {
    int asked = 0;
    auto answering = wf.answer(kTotal, [&] { return ++asked; });
    co_await wf.sleep(1h);
  });
  const auto run = env.start(WorkflowType<void()>{"counts", "1"}, "c");
  EXPECT_EQ(env.query(run, kTotal), 1);
  try {
    env.query(run, kTotal);
    ADD_FAILURE() << "not found";
  } catch (const DecisionFailed& failed) {
    EXPECT_EQ(failed.reason(), "NONDETERMINISM");
    EXPECT_THAT(failed.what(), HasSubstr("to query total of c"));
  }
}

TEST_F(TestKitAsk, ThePlainLevelAnswersToo) {
  TestEnvironment env;
  const TypeName plain{"plain", "1"};
  env.on_decision_task(plain, [](const DecisionTask& task) {
    Decisions decisions;
    for (const HistoryEvent& update : task.open_updates("add")) decisions.complete_update(update.update_id(), update.input());
    return decisions;
  });
  env.on_query(plain, [](const DecisionTask& task, std::string_view, const std::optional<Payload>&) {
    return to_payload(static_cast<int>(task.history.size()));
  });
  const auto run = env.start(StartRequest{"p", plain, std::nullopt, {}});
  const auto update = env.update(run, kAdd, 7);
  EXPECT_EQ(env.query(run, kTotal), 6);
  EXPECT_EQ(update.result(), 7);
}

}  // namespace
}  // namespace baton::testing
