// How fast a decider replays: a history of 25,000 events, one no-op activity after the other, page by page. Events per second, one core.
#include <benchmark/benchmark.h>
#include <google/protobuf/util/json_util.h>

#include "baton/testing.h"
#include "replay/replayer.h"

namespace {

using namespace baton;

constexpr Activity<void()> kNothing{"nothing", "1"};
constexpr WorkflowType<void(int)> kSteps{"steps", "1"};
constexpr int kEventsPerStep = 6;
constexpr int kEvents = 24'996;  // under SWF's limit
constexpr int kPage = 1'000;

using Events = detail::Replayer::Events;

Task<void> one_after_the_other(Workflow wf, int steps) {
  for (int i = 0; i < steps; ++i) co_await wf.schedule(kNothing);
  co_await wf.sleep(std::chrono::hours(1));  // the history ends with a decision task that is open
}

// As a coordinator shows it, up to the last DecisionTaskStarted.
std::vector<Events> pages() {
  baton::testing::TestEnvironment env;
  env.on(kSteps, one_after_the_other);
  env.on_activity(kNothing, [] {});
  const auto run = env.start(kSteps, "w", kEvents / kEventsPerStep);
  env.run();
  std::vector<Events> pages;
  for (const HistoryEvent& shown : env.history(run)) {
    if (pages.empty() || pages.back().size() == kPage) pages.emplace_back();
    (void)google::protobuf::util::JsonStringToMessage(shown.to_json(), pages.back().Add());
    if (pages.size() * kPage >= kEvents && shown.type() == EventType::kDecisionTaskStarted) break;
  }
  return pages;
}

void replay(benchmark::State& state) {
  const std::vector<Events> history = pages();
  const int64_t events = history.back().rbegin()->event_id();
  for (auto _ : state) {
    detail::Replayer replayer(detail::make_workflow_function(one_after_the_other), {"w", "run"}, {"steps", "1"});
    for (const Events& page : history) replayer.add(page);
    v1::RespondDecisionTaskCompletedRequest answer;
    const auto failure = replayer.decide(events, &answer);
    if (failure) state.SkipWithError(failure->message.c_str());
  }
  state.SetItemsProcessed(state.iterations() * events);
  state.counters["events"] = static_cast<double>(events);
}
BENCHMARK(replay)->Unit(benchmark::kMillisecond);

}  // namespace

BENCHMARK_MAIN();
