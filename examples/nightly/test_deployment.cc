// One nightly deployment test. The code below is the whole process: it may run for an hour, wait without a process waiting, and go on
// in another process when this one is killed in the middle of a line.
#include "test_deployment.h"

#include <algorithm>

namespace nightly {
namespace {

using namespace std::chrono_literals;
using baton::Task, baton::Workflow, baton::WorkflowFailed;

constexpr int kAttempts = 4;  // of a step that is lost with its worker or takes too long
constexpr baton::Duration kLongestWait = 10s;
constexpr baton::ActivityOptions kStep{.start_to_close = 20s, .heartbeat = 5s, .task_list = kActivityList};

// The worker ended, and with it what it was doing.
bool is_lost(const baton::ActivityFailed& failed) {
  return failed.kind() == baton::ActivityFailure::kTimedOut || failed.reason() == "WORKER_STOPPED";
}

// A lost step is done again, since every step finds what an earlier attempt left. One that failed has failed: ActivityFailed.
template <class R, class A>
Task<R> attempt(Workflow wf, baton::Activity<R(A)> step, A argument) {
  for (int attempts = 1;; ++attempts) {
    try {
      co_return co_await wf.schedule(step, argument, kStep);
    } catch (const baton::ActivityFailed& failed) {
      if (!is_lost(failed) || attempts == kAttempts) throw;
    }
  }
}

// The same for a step without which the test cannot go on.
template <class R, class A>
Task<R> require(Workflow wf, baton::Activity<R(A)> step, A argument, const char* reason) {
  try {
    co_return co_await attempt(wf, step, argument);
  } catch (const baton::ActivityFailed& failed) {
    wf.log(failed.what());
    throw WorkflowFailed(reason);
  }
}

void stop_if_canceled(Workflow wf) {
  if (wf.cancel_requested()) throw baton::Canceled();
}

// Asks until the server answers, and waits half as long again after each time. Timers wait, no process does.
Task<> become_healthy(Workflow wf, Place place, Health health, Report* report) {
  const Probe question{place, health.path};
  auto cancel = wf.cancellation();
  auto wait = baton::Duration(health.first_wait_ms);
  for (report->probes = 1;; ++report->probes) {
    const bool healthy = co_await require(wf, probe, question, "probe failed");
    if (healthy) co_return;
    if (report->probes == health.attempts) throw WorkflowFailed("not healthy");
    auto pause = wf.sleep(wait);
    co_await wf.any(pause, cancel);
    stop_if_canceled(wf);
    wait = std::min(wait + wait / 2, kLongestWait);
  }
}

Task<CheckResult> try_check(Workflow wf, CheckOrder order) {
  CheckResult result;
  for (int tries = 0; tries < order.check.tries && !result.passed; ++tries) {
    try {
      result = co_await attempt(wf, check, order);
    } catch (const baton::ActivityFailed& failed) {
      result = {order.check.name, false, failed.reason()};
    }
  }
  co_return result;
}

// All at once; each has its own tries.
Task<> run_checks(Workflow wf, Place place, Service service, Report* report) {
  std::vector<baton::Fiber<CheckResult>> checks;
  for (const Check& check : service.checks) {
    const CheckOrder order{place, check};
    checks.push_back(wf.spawn(try_check(wf, order)));
  }
  bool passed = true;
  for (auto& check : checks) {
    const CheckResult result = co_await check;
    passed = passed && result.passed;
    report->checks.push_back(result);
  }
  if (!passed) throw WorkflowFailed("checks failed");
}

Task<> run_test(Workflow wf, Service service, Place place, Report* report) {
  const DeployOrder files{place, service.base_dir, service.deploy};
  co_await require(wf, deploy, files, "deploy failed");
  stop_if_canceled(wf);
  const ServerOrder server{place, service.server};
  co_await require(wf, start_server, server, "start failed");
  stop_if_canceled(wf);
  co_await become_healthy(wf, place, service.health, report);
  stop_if_canceled(wf);
  co_await run_checks(wf, place, service, report);
}

}  // namespace

baton::Task<Report> test_one_deployment(baton::Workflow wf, Service service) {
  const Place place = co_await require(wf, provision, wf.run_id(), "provision failed");
  Report report{service.name, "passed", {}, 0};
  try {
    co_await run_test(wf, service, place, &report);
  } catch (const WorkflowFailed& failed) {
    report.outcome = failed.reason();
  } catch (const baton::Canceled&) {
    report.outcome = "canceled";
  }
  try {
    const ReportOrder order{place, report};
    co_await attempt(wf, collect_report, order);
  } catch (const baton::ActivityFailed& failed) {
    report.outcome = "report failed";
  }
  co_await require(wf, tear_down, place, "tear down failed");

  if (wf.cancel_requested()) throw baton::Canceled(baton::to_payload(report));
  if (report.outcome != "passed") throw WorkflowFailed(report.outcome, baton::to_payload(report));
  co_return report;
}

}  // namespace nightly
