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
