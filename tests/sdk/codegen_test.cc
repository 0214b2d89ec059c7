// What compilers must make right of workflow code, in the forms that the SDK allows, and the one wrong form that it can only notice.
#include <gmock/gmock.h>

#include "baton/workflow.h"
#include "story.h"

namespace baton::testing {
namespace {

using namespace std::chrono_literals;

// Long enough to live on the heap: a second destruction is found by the address sanitizer.
const std::string kLong(100, 'x');

struct Parcel {
  std::string label;
  std::vector<std::string> items;
};
NLOHMANN_DEFINE_TYPE_NON_INTRUSIVE(Parcel, label, items)

constexpr Activity<Parcel(Parcel)> wrap{"wrap", "1"};
constexpr Activity<std::string(std::string)> text{"text", "1"};
constexpr Activity<bool(std::string)> good{"good", "1"};

// Answers every activity with its own input until the code is through.
template <class F>
std::string run(F workflow, const std::optional<Payload>& answer = std::nullopt) {
  Story story(workflow);
  story.started(payload(kLong));
  for (int round = 0; round < 20; ++round) {
    const Answer decided = story.decide();
    const std::string words = describe(decided);
    if (words.starts_with("Complete") || words.starts_with("Fail")) return words;
    for (const auto& decision : decided.decisions()) {
      const auto& scheduled = decision.schedule_activity_task();
      story.activity_completed(scheduled.activity_id(), answer ? answer : from_wire(scheduled.input()));
    }
  }
  return "never ended";
}

TEST(Codegen, ANamedAggregateAsArgumentAndAsResult) {
  EXPECT_EQ(run([](Workflow wf, std::string in) -> Task<std::string> {
              const Parcel parcel{in, {in, in}};
              const auto wrapped = co_await wf.schedule(wrap, parcel);
              co_return wrapped.label + std::to_string(wrapped.items.size());
            }),
            "Complete(" + kLong + "2)");
}

TEST(Codegen, AMemberOfAnAwaitedAggregate) {
  EXPECT_EQ(run([](Workflow wf, std::string in) -> Task<std::string> {
              const Parcel parcel{in, {}};
              const std::string label = (co_await wf.schedule(wrap, parcel)).label;
              co_return label;
            }),
            "Complete(" + kLong + ")");
}

TEST(Codegen, TemporaryStringsAndNestedAwaits) {
  EXPECT_EQ(run([](Workflow wf, std::string in) -> Task<std::string> {
              co_return co_await wf.schedule(text, co_await wf.schedule(text, in + "-a") + "-b", {.start_to_close = 3s, .task_list = in + "-list"});
            }),
            "Complete(" + kLong + "-a-b)");
}

TEST(Codegen, AnAwaitInAConditionBesideALocal) {
  EXPECT_EQ(run(
                [](Workflow wf, std::string in) -> Task<int> {
                  int seen = 0;
                  if (co_await wf.schedule(good, in)) ++seen;
                  while (co_await wf.schedule(good, in + std::to_string(seen))) {
                    if (++seen == 3) break;
                  }
                  co_return seen;
                },
                payload(true)),
            "Complete(3)");
}

TEST(Codegen, AnAwaitInsideTryWithAnOwningException) {
  EXPECT_EQ(run([](Workflow wf, std::string in) -> Task<std::string> {
              std::string caught;
              try {
                const std::string got = co_await wf.schedule(text, in);
                throw WorkflowFailed(got);
              } catch (const WorkflowFailed& failed) {
                caught = failed.reason();
              }
              co_return co_await wf.schedule(text, caught + "!");
            }),
            "Complete(" + kLong + "!)");
}

Task<std::string> echo(Workflow wf, std::string in) { co_return co_await wf.schedule(text, in); }

TEST(Codegen, OwningParametersOfNestedTasks) {
  EXPECT_EQ(run([](Workflow wf, std::string in) -> Task<std::string> {
              const std::string one = co_await echo(wf, in + "1");
              auto fiber = wf.spawn(echo(wf, in + "2"));
              const std::string two = co_await fiber;
              co_return one + two;
            }),
            "Complete(" + kLong + "1" + kLong + "2)");
}

TEST(Codegen, ARangeForOverAwaitedThings) {
  EXPECT_EQ(run([](Workflow wf, std::string in) -> Task<std::string> {
              std::vector<Future<std::string>> all;
              for (const char* mark : {"a", "b", "c"}) all.push_back(wf.schedule(text, in + mark));
              std::string words;
              for (auto& one : all) words += (co_await one).back();
              co_return words;
            }),
            "Complete(abc)");
}

constexpr WorkflowType<Parcel(std::string)> pack{"pack", "1"};
constexpr Signal<Parcel> packed{"packed"};

TEST(Codegen, AChildWithTemporaryTextsInItsOptionsAndAnOwningResult) {
  Story story([](Workflow wf, std::string in) -> Task<std::string> {
    const Parcel parcel = co_await wf.start_child(pack, in + "-a", {.workflow_id = in + "-id", .tags = {in + "-tag", "eu"}});
    auto child = wf.start_child(pack, parcel.label, {.workflow_id = in + "-two"});
    const Execution started = co_await child.started();
    co_await child.started();
    co_await wf.signal(child, packed, parcel);
    std::string words = parcel.label + started.run_id;
    const auto outcome = co_await child.outcome();
    words += outcome.ok() ? outcome->label : outcome.failure().reason();
    co_return words;
  });
  story.started(payload(kLong));
  EXPECT_EQ(story.decide().decisions(0).start_child_workflow_execution().tag_list(0), kLong + "-tag");
  const Parcel parcel{"label", {kLong}};
  story.child_started(kLong + "-id");
  story.child_completed(kLong + "-id", payload(parcel));
  story.decide();
  story.child_started(kLong + "-two");
  story.decide();
  story.delivered(kLong + "-two");
  story.child_failed(kLong + "-two", kLong);
  EXPECT_EQ(describe(story.decide()), "Complete(label" + kLong + "-two-run" + kLong + ")");
}

Task<std::string> echo_in(Workflow wf, std::string in) {
  auto scope = wf.cancel_scope();
  const std::string one = co_await scope.schedule(text, in);
  co_return one + co_await scope.schedule(text, in);
}

TEST(Codegen, AScopeIsPassedOnAndItsExceptionOwnsMemory) {
  Story story([](Workflow wf, std::string in) -> Task<std::string> {
    auto scope = wf.cancel_scope();
    std::string words;
    try {
      words = co_await echo_in(scope, in + "-a");
    } catch (const Canceled& canceled) {
      words = canceled.details()->data;
    }
    co_return co_await wf.schedule(text, words + "!");
  });
  story.started(payload(kLong));
  story.decide();
  story.cancel_requested();
  EXPECT_EQ(describe(story.decide()), "RequestCancelActivityTask(1)");
  story.activity_canceled("1", payload(kLong));
  EXPECT_EQ(describe(story.decide()), "ScheduleActivityTask(2 text " + kLong + "!)");
}

TEST(Codegen, TheNextRunFromInsideATryWithOwningLocals) {
  Story story([](Workflow wf, std::string in) -> Task<std::string> {
    const std::vector<std::string> parts{in, in};
    try {
      const std::string got = co_await wf.schedule(text, in);
      throw wf.continue_as_new(WorkflowType<std::string(std::string)>{"test", "1"}, got + parts[1]);
    } catch (const std::exception& error) {
      co_return error.what();
    }
  });
  story.started(payload(kLong));
  story.decide();
  story.activity_completed("1", payload(kLong));
  EXPECT_EQ(describe(story.decide()), "ContinueAsNew(1 " + kLong + kLong + ")");
}

// g++ 12 makes a body that does nothing of this (clang makes it right): noticed, instead of an execution that is silently completed.
Task<> without_a_local(Workflow wf) {
  while (co_await wf.schedule(good, kLong)) {
  }
}

TEST(Codegen, ABodyThatTheCompilerMadeWrongIsNoticed) {
  Story story(without_a_local);
  story.started();
#if defined(__GNUC__) && !defined(__clang__) && __GNUC__ <= 12
  EXPECT_EQ(story.decide_and_fail().reason, "MISCOMPILED");
#else
  EXPECT_EQ(story.decide().decisions_size(), 1);
#endif
}

}  // namespace
}  // namespace baton::testing
