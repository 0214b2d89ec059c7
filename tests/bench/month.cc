// How long a test of 30 days takes in the test kit, everything included: the environment, the coordinator's rules, the workflow code, the proof
// that a replay of each decision gives the same. The bar is 50 ms.
#include <benchmark/benchmark.h>

#include "baton/testing.h"

namespace {

using namespace baton;
using namespace std::chrono_literals;

constexpr Activity<int(int)> kReport{"report", "1"};
constexpr WorkflowType<int(int)> kMonth{"month", "1"};
constexpr int kDays = 30;
constexpr int kHoursOfADay = 24;

// A timer so many times a day, and a report at the end of each day.
Task<int> month(Workflow wf, int timers_a_day) {
  int reports = 0;
  for (int day = 0; day < kDays; ++day) {
    for (int i = 0; i < timers_a_day; ++i) co_await wf.sleep(24h / timers_a_day);
    reports += co_await wf.schedule(kReport, day);
  }
  co_return reports;
}

void month(benchmark::State& state) {
  const int timers_a_day = static_cast<int>(state.range(0));
  for (auto _ : state) {
    baton::testing::TestEnvironment env;
    env.on(kMonth, [](Workflow wf, int timers) { return month(wf, timers); });
    env.on_activity(kReport, [](int) { return 1; });
    const auto run = env.start(kMonth, "m", timers_a_day);
    env.run();
    if (env.result<int>(run) != kDays) state.SkipWithError("it did not come to its end");
  }
  state.counters["timers"] = kDays * timers_a_day;
}
BENCHMARK(month)->Name("month_daily")->Arg(1)->Unit(benchmark::kMillisecond);
BENCHMARK(month)->Name("month_hourly")->Arg(kHoursOfADay)->Unit(benchmark::kMillisecond);

}  // namespace

BENCHMARK_MAIN();
