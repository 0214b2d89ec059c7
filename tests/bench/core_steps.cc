// What the rules alone cost, without threads, store or wire: one activity step as two decide() calls with their offers, and the fold that a
// reload does. Run by hand, or by run.sh core_steps; reads the command line of Google Benchmark.
#include <benchmark/benchmark.h>

#include <cstdlib>
#include <iostream>
#include <utility>
#include <vector>

#include "coordinator/core/decide.h"
#include "coordinator/core/journal_values.h"
#include "coordinator/core/snapshot.h"

namespace {

using namespace baton::core;

constexpr int64_t kStartMs = 1'000'000;

class OneOfEach final : public RegistryView {
 public:
  const DomainRecord* find_domain(std::string_view) const override { return &domain_; }
  const WorkflowTypeRecord* find_workflow_type(std::string_view, std::string_view, std::string_view) const override { return &workflow_; }
  const ActivityTypeRecord* find_activity_type(std::string_view, std::string_view, std::string_view) const override { return &activity_; }

 private:
  DomainRecord domain_;
  WorkflowTypeRecord workflow_;
  ActivityTypeRecord activity_;
};

class Everything final : public Authorizer {
 public:
  bool allows(const Caller&, const Action&) const override { return true; }
};

// A run that goes from step to step.
class Run {
 public:
  Run() {
    limits_.history_events = INT64_MAX;
    StartWorkflowExecution start;
    start.run_id.bytes.fill(7);
    start.request.set_domain("bench");
    start.request.set_workflow_id("run");
    start.request.mutable_workflow_type()->set_name("sequence");
    start.request.mutable_workflow_type()->set_version("1");
    start.request.mutable_task_list()->set_name("decisions");
    set_timeout(86'400'000, start.request.mutable_execution_start_to_close_timeout());
    set_timeout(kNoTimeoutMs, start.request.mutable_task_start_to_close_timeout());
    start.request.set_child_policy(baton::v1::CHILD_POLICY_ABANDON);
    decide(std::move(start));
  }

  // A decider schedules an activity, a worker completes it.
  void step() {
    RespondDecisionTaskCompleted answer{offer(state_.decision->scheduled_event_id), {}, "decider", "instance"};
    auto& activity = *answer.request.add_decisions()->mutable_schedule_activity_task();
    activity.set_activity_id(std::to_string(state_.last_event_id));
    activity.mutable_activity_type()->set_name("step");
    activity.mutable_activity_type()->set_version("1");
    activity.mutable_task_list()->set_name("activities");
    activity.mutable_input()->set_data("17");
    set_timeout(kNoTimeoutMs, activity.mutable_schedule_to_start_timeout());
    set_timeout(kNoTimeoutMs, activity.mutable_schedule_to_close_timeout());
    set_timeout(30'000, activity.mutable_start_to_close_timeout());
    set_timeout(kNoTimeoutMs, activity.mutable_heartbeat_timeout());
    decide(std::move(answer));
    RespondActivityTask result{offer(state_.activities.begin()->first), {}, "worker"};
    result.answer.mutable_completed()->mutable_result()->set_data("17");
    decide(std::move(result));
  }

  const ExecutionState& state() const { return state_; }
  const std::vector<journal::Record>& records() const { return records_; }
  void keep_records() { keeps_ = true; }

 private:
  template <class Body>
  Reply decide(Body body) {
    auto commit = baton::core::decide(state_, {{"bench", "here"}, std::move(body)}, {kStartMs, registry_, limits_, everything_, arena_});
    if (!commit.ok()) {
      std::cerr << "core_steps: " << commit.status() << std::endl;
      std::exit(1);
    }
    RunCommit& run = commit->runs.at(0);
    if (keeps_) {
      for (const journal::Record* record : run.records) records_.push_back(*record);
    }
    arena_.Reset();
    state_ = std::move(run.after);
    return std::move(commit->reply);
  }
  TaskRef offer(int64_t scheduled_event_id) {
    const auto made = std::get<OfferReply>(decide(OfferTask{scheduled_event_id, "poller", "instance", false}));
    return {made.scheduled_event_id, made.kind == TaskKind::kDecision ? made.started_event_id : 0, made.attempt, made.delivery};
  }

  const OneOfEach registry_;
  const Everything everything_;
  Limits limits_;
  google::protobuf::Arena arena_;
  ExecutionState state_;
  std::vector<journal::Record> records_;
  bool keeps_ = false;
};

void decide_a_step(benchmark::State& bench) {
  Run run;
  for (auto _ : bench) run.step();
  bench.SetItemsProcessed(static_cast<int64_t>(bench.iterations()));
}
BENCHMARK(decide_a_step);

void fold_thousand_steps(benchmark::State& bench) {
  Run run;
  run.keep_records();
  for (int i = 0; i < 1'000; ++i) run.step();
  // The start is not among them: fold onto the state after it.
  const ExecutionState begun = Run().state();
  for (auto _ : bench) {
    ExecutionState state = begun;
    for (const journal::Record& record : run.records()) {
      if (!apply(state, record).ok()) return bench.SkipWithError("a record does not fold");
    }
    benchmark::DoNotOptimize(state);
  }
  bench.SetItemsProcessed(static_cast<int64_t>(bench.iterations() * run.records().size()));
}
BENCHMARK(fold_thousand_steps);

void snapshot_and_back_after_thousand_steps(benchmark::State& bench) {
  Run run;
  for (int i = 0; i < 1'000; ++i) run.step();
  for (auto _ : bench) benchmark::DoNotOptimize(from_snapshot(to_snapshot(run.state())));
}
BENCHMARK(snapshot_and_back_after_thousand_steps);

}  // namespace

BENCHMARK_MAIN();
