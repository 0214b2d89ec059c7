// Drives the step benchmarks against a running coordinator, decider and worker; prints one JSON object per line.
//   steps_driver ADDRESS activity_steps CONCURRENCY RUNS | step_latency_ms STEPS RUNS
#include <baton/client.h>

#include <algorithm>
#include <chrono>
#include <cstdlib>
#include <iostream>
#include <nlohmann/json.hpp>
#include <string>
#include <thread>
#include <vector>

#include "steps.h"

namespace {

using namespace std::chrono_literals;
using SteadyClock = std::chrono::steady_clock;

constexpr int kStepsPerExecution = 10;
constexpr size_t kStartsPerCall = 1000;
constexpr auto kPatience = 120s;
constexpr auto kLookInterval = 10ms;

baton::TypeName name_of(const auto& type) { return {std::string(type.name), std::string(type.version)}; }

std::string fresh_tag() {
  static int count = 0;
  return "run-" + std::to_string(std::chrono::system_clock::now().time_since_epoch() / 1us) + "-" + std::to_string(++count);
}

double percentile(std::vector<double>& values, double p) {
  std::sort(values.begin(), values.end());
  return values[std::min(values.size() - 1, static_cast<size_t>(p * static_cast<double>(values.size())))];
}

void print(nlohmann::json line, std::vector<double> runs, const nlohmann::json& extra) {
  line["min"] = *std::min_element(runs.begin(), runs.end());
  line["max"] = *std::max_element(runs.begin(), runs.end());
  line["runs"] = runs.size();
  line["value"] = percentile(runs, 0.5);
  line.update(extra);
  std::cout << line.dump() << std::endl;
}

// One round: so many executions at once, from the first start to the last close. Steps per second.
double steps_per_second(baton::Client& client, size_t concurrency) {
  const std::string tag = fresh_tag();
  std::vector<baton::StartRequest> requests;
  for (size_t i = 0; i < concurrency; ++i) {
    requests.push_back({.workflow_id = tag + "/" + std::to_string(i),
                        .type = name_of(bench::sequence),
                        .input = baton::to_payload(kStepsPerExecution),
                        .options = {.tags = {tag}}});
  }
  const auto began = SteadyClock::now();
  for (size_t at = 0; at < requests.size(); at += kStartsPerCall) {
    const auto chunk = std::span(requests).subspan(at, std::min(kStartsPerCall, requests.size() - at));
    for (const auto& verdict : client.start_many(chunk)) {
      if (const auto* error = std::get_if<baton::Error>(&verdict)) throw *error;
    }
  }
  while (client.count({.closed = true, .tag = tag}) < static_cast<int64_t>(concurrency)) {
    if (SteadyClock::now() - began > kPatience) throw std::runtime_error("executions are still open after 120 s");
    std::this_thread::sleep_for(kLookInterval);
  }
  const std::chrono::duration<double> took = SteadyClock::now() - began;
  if (client.count({.closed = true, .tag = tag, .close_status = baton::CloseStatus::kOpen}) != static_cast<int64_t>(concurrency)) {
    throw std::runtime_error("the executions of a round are not all there");
  }
  return static_cast<double>(concurrency) * kStepsPerExecution / took.count();
}

void activity_steps(baton::Client& client, size_t concurrency, int runs) {
  steps_per_second(client, concurrency);  // warm: connections, caches, the database's own
  std::vector<double> results;
  for (int i = 0; i < runs; ++i) results.push_back(steps_per_second(client, concurrency));
  print({{"name", "activity_steps"}, {"unit", "steps/s"}}, results, {{"concurrency", concurrency}});
}

void step_latency(baton::Client& client, int steps, int runs) {
  std::vector<double> all, medians;
  for (int i = 0; i <= runs; ++i) {
    auto run = client.start(bench::measured_sequence, fresh_tag(), steps);
    std::vector<double> gaps;
    for (const int64_t gap : run.result()) gaps.push_back(static_cast<double>(gap) / 1000);
    if (i == 0) continue;  // warm
    all.insert(all.end(), gaps.begin(), gaps.end());
    medians.push_back(percentile(gaps, 0.5));
  }
  print({{"name", "step_latency_ms"}, {"unit", "ms"}}, medians,
        {{"p50", percentile(all, 0.5)}, {"p99", percentile(all, 0.99)}, {"concurrency", 1}});
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 5) {
    std::cerr << "steps_driver ADDRESS activity_steps CONCURRENCY RUNS | step_latency_ms STEPS RUNS" << std::endl;
    return 2;
  }
  const std::string what = argv[2];
  const int size = std::atoi(argv[3]), runs = std::atoi(argv[4]);
  try {
    baton::Client client(argv[1], bench::kDomain);
    client.ensure_domain();
    client.ensure_workflow_type(name_of(bench::sequence), {.task_list = bench::kDecisions});
    client.ensure_workflow_type(name_of(bench::measured_sequence), {.task_list = bench::kDecisions});
    if (what == "activity_steps") activity_steps(client, static_cast<size_t>(size), runs);
    if (what == "step_latency_ms") step_latency(client, size, runs);
  } catch (const std::exception& error) {
    std::cerr << "steps_driver: " << error.what() << std::endl;
    return 1;
  }
}
