// Queries: what workflow code says of itself, and that it stays as it is.
#include <gmock/gmock.h>

#include "baton/workflow.h"
#include "story.h"

namespace baton::testing {
namespace {

using namespace std::chrono_literals;
using ::testing::AllOf;
using ::testing::HasSubstr;

constexpr Query<std::string()> stage{"stage"};
constexpr Query<int(int)> times{"times"};
constexpr Activity<int(int)> square{"square", "1"};
constexpr Signal<int> go_on{"go_on"};
constexpr Update<void()> flush{"flush"};

Task<int> squares(Workflow wf) {
  int sum = 0;
  std::string step = "begins";
  auto answering = wf.answer(stage, [&] { return step + ", " + std::to_string(sum); });
  auto multiplying = wf.answer(times, [&sum](int factor) { return factor * sum; });
  for (int i = 1; i <= 3; ++i) {
    step = "squares " + std::to_string(i);
    const int value = co_await wf.schedule(square, i);
    sum += value;
  }
  co_return sum;
}

TEST(Queries, AreAnsweredFromTheRunAsItIs) {
  Story story(squares);
  story.started();
  story.decide();
  EXPECT_EQ(describe(story.query("stage")), "completed squares 1, 0");
  story.activity_completed("1", payload(1));
  EXPECT_EQ(describe(story.query("stage")), "completed squares 1, 0") << "nothing is decided on it yet";
  story.decide();
  EXPECT_EQ(describe(story.query("stage")), "completed squares 2, 1");
  story.activity_completed("2", payload(4));
  story.decide();
  EXPECT_EQ(describe(story.query("times", payload(10))), "completed 50");
  EXPECT_EQ(describe(story.query("stage")), "completed squares 3, 5");
  story.activity_completed("3", payload(9));
  EXPECT_EQ(describe(story.decide()), "Complete(14)");
}

TEST(Queries, OfAnUnknownNameAreToldTheKnownOnes) {
  Story story(squares);
  story.started();
  story.decide();
  EXPECT_EQ(describe(story.query("state")), "failed UNKNOWN_QUERY: the workflow code answers now: stage, times");
}

TEST(Queries, WhatIsNoArgumentIsAFailure) {
  Story story(squares);
  story.started();
  story.decide();
  EXPECT_THAT(describe(story.query("times", payload(std::string("ten")))), HasSubstr("failed PAYLOAD_ERROR: "));
  EXPECT_THAT(describe(story.query("times")), HasSubstr("failed PAYLOAD_ERROR: "));
}

TEST(Queries, AreAnsweredAsLongAsTheCodeWants) {
  Story story([](Workflow wf) -> Task<> {
    auto answering = wf.answer(stage, [] { return std::string("whole"); });
    {
      auto inner = wf.answer(stage, [] { return std::string("part"); });
      co_await wf.sleep(1s);
    }
    co_await wf.sleep(1s);
    auto moved = std::move(answering);
    co_await wf.sleep(1s);
    moved = wf.answer(times, [](int factor) { return factor; });
    co_await wf.sleep(1s);
  });
  story.started();
  for (const char* said : {"completed part", "completed whole", "completed whole", "failed UNKNOWN_QUERY: the workflow code answers now: times"}) {
    const Answer& answer = story.decide();
    EXPECT_EQ(describe(story.query("stage")), said);
    story.timer_fired(answer.decisions(0).start_timer().timer_id());
  }
}

TEST(Queries, AreAnsweredByASpawnedCoroutineToo) {
  Story story([](Workflow wf) -> Task<> {
    auto beside = wf.spawn([](Workflow wf) -> Task<> {
      auto answering = wf.answer(stage, [] { return std::string("beside"); });
      co_await wf.sleep(1s);
    }(wf));
    co_await wf.sleep(2s);
    co_await beside;
  });
  story.started();
  story.decide();
  EXPECT_EQ(describe(story.query("stage")), "completed beside");
  story.timer_fired("2");
  story.decide();
  EXPECT_EQ(describe(story.query("stage")), "failed UNKNOWN_QUERY: the workflow code answers no queries now");
}

TEST(Queries, AHandlerThatThrowsFailsTheQueryAndNothingElse) {
  Story story([](Workflow wf) -> Task<> {
    auto answering = wf.answer(stage, []() -> std::string { throw std::runtime_error("no stage yet"); });
    auto multiplying = wf.answer(times, [](int factor) -> int { throw factor; });
    co_await wf.sleep(1s);
  });
  story.started();
  story.decide();
  EXPECT_EQ(describe(story.query("stage")), "failed EXCEPTION: no stage yet");
  EXPECT_EQ(describe(story.query("times", payload(1))), "failed EXCEPTION: the code threw something that is no std::exception");
  story.timer_fired("1");
  EXPECT_EQ(describe(story.decide()), "Complete()");
}

TEST(Queries, MayLookAtTheRun) {
  Story story([](Workflow wf) -> Task<int> {
    auto signals = wf.receive(go_on);
    auto timer = wf.sleep(1h);
    auto answering = wf.answer(stage, [&] {
      return wf.workflow_id() + (signals.ready() ? ", told" : ", waits") + (timer.ready() ? ", late" : "") +
             (wf.replaying() ? ", replaying" : "") + (wf.cancel_requested() ? ", canceled" : "");
    });
    co_await wf.sleep(1s);
    const int value = co_await signals;
    co_return value;
  });
  story.started();
  story.decide();
  EXPECT_EQ(describe(story.query("stage")), "completed order-17, waits");
  story.signaled("go_on", payload(3));
  story.decide();
  EXPECT_EQ(describe(story.query("stage")), "completed order-17, told");
  story.timer_fired("2");
  EXPECT_EQ(describe(story.decide()), "Complete(3)");
}

// What a handler does that it must not; by name.
struct Change {
  const char* call;
  std::function<void(Workflow)> make;
};

class QueryChanges : public ::testing::TestWithParam<Change> {};

TEST_P(QueryChanges, AreStoppedAndLeaveTheRunAsItWas) {
  const auto code = [](Workflow wf) -> Task<int> {
    auto flushes = wf.receive(flush);
    const auto update = co_await flushes;
    auto timer = wf.sleep(1h);
    auto activity = wf.schedule(square, 2);
    auto answering = wf.answer(stage, [&] {
      if (GetParam().make != nullptr) {
        GetParam().make(wf);
      } else if (GetParam().call == std::string_view("cancel")) {
        timer.cancel();
      } else {
        update.complete();
      }
      return std::string("went on");
    });
    const int value = co_await activity;
    update.complete();
    const uint64_t drawn = wf.random() % 1000;
    timer.cancel();
    co_return value + static_cast<int>(drawn);
  };
  const auto tell = [&](bool asked) {
    Story story(code);
    story.started();
    story.updated("flush", "u1");
    story.decide();
    if (asked) {
      EXPECT_THAT(describe(story.query("stage")),
                  AllOf(HasSubstr("failed QUERY_CHANGES_THE_RUN: the code that answers query stage called " + std::string(GetParam().call)),
                        HasSubstr(": it may look at the run, and nothing else")));
      story.query("stage");
    }
    story.activity_completed("1", payload(4));
    return describe(story.decide());
  };
  EXPECT_EQ(tell(true), tell(false));
}

Task<> nothing(Workflow) { co_return; }
const Execution kOther{"other", ""};

INSTANTIATE_TEST_SUITE_P(
    Calls, QueryChanges,
    ::testing::Values(
        Change{"schedule", [](Workflow wf) { (void)wf.schedule(square, 3); }}, Change{"sleep", [](Workflow wf) { (void)wf.sleep(1s); }},
        Change{"cancel", nullptr}, Change{"an answer to an update", nullptr},
        Change{"start_child", [](Workflow wf) { (void)wf.start_child(WorkflowType<void()>{"child", "1"}); }},
        Change{"call_function", [](Workflow wf) { (void)wf.call_function(Function<void()>{"resize"}); }},
        Change{"signal", [](Workflow wf) { wf.signal(kOther, go_on, 1); }},
        Change{"request_cancel", [](Workflow wf) { wf.request_cancel(kOther); }},
        Change{"receive", [](Workflow wf) { (void)wf.receive(flush); }},
        Change{"answer", [](Workflow wf) { (void)wf.answer(stage, [] { return std::string(); }); }},
        Change{"cancel_scope", [](Workflow wf) { (void)wf.cancel_scope(); }}, Change{"spawn", [](Workflow wf) { (void)wf.spawn(nothing(wf)); }},
        Change{"all", [](Workflow wf) { (void)wf.all(std::vector<Timer>()); }},
        Change{"side_effect", [](Workflow wf) { wf.side_effect([] { return 1; }); }},
        Change{"record_marker", [](Workflow wf) { wf.record_marker("note"); }}, Change{"version", [](Workflow wf) { wf.version("change", 1, 2); }},
        Change{"random", [](Workflow wf) { wf.random(); }}, Change{"random", [](Workflow wf) { wf.uuid(); }},
        Change{"set_execution_context", [](Workflow wf) { wf.set_execution_context("asked"); }},
        Change{"set_search_attribute", [](Workflow wf) { wf.set_search_attribute("asked", true); }},
        Change{"remove_search_attribute", [](Workflow wf) { wf.remove_search_attribute("asked"); }},
        Change{"sleep", [](Workflow wf) {
                 try {
                   (void)wf.sleep(1s);
                 } catch (...) {  // and goes on as if nothing had been
                 }
               }}));

}  // namespace
}  // namespace baton::testing
