// Decides the nightly deployment tests, one execution per service. The code below is the whole process: it may run for an hour, wait
// without a process waiting, and go on in another process when this one is killed in the middle of a line.
#include <baton/client.h>
#include <baton/decider.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <iostream>

#include "nightly.h"

namespace {

using namespace std::chrono_literals;
using baton::Task, baton::Workflow, baton::WorkflowFailed;
using nightly::Place, nightly::Report;

constexpr int kAttempts = 4;  // of a step that is lost with its worker or takes too long
constexpr baton::Duration kLongestWait = 10s;
constexpr baton::ActivityOptions kStep{.start_to_close = 20s, .heartbeat = 5s, .task_list = nightly::kActivityList};

// A lost step is done again, since every step finds what an earlier attempt left. One that failed has failed: ActivityFailed.
template <class R, class A>
Task<R> attempt(Workflow wf, baton::Activity<R(A)> step, A argument) {
  for (int attempts = 1;; ++attempts) {
    try {
      co_return co_await wf.schedule(step, argument, kStep);
    } catch (const baton::ActivityFailed& failed) {
      if (failed.kind() != baton::ActivityFailure::kTimedOut || attempts == kAttempts) throw;
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
Task<> become_healthy(Workflow wf, Place place, nightly::Health health, Report* report) {
  const nightly::Probe question{place, health.path};
  auto cancel = wf.cancellation();
  auto wait = baton::Duration(health.first_wait_ms);
  for (report->probes = 1;; ++report->probes) {
    const bool healthy = co_await require(wf, nightly::probe, question, "probe failed");
    if (healthy) co_return;
    if (report->probes == health.attempts) throw WorkflowFailed("not healthy");
    auto pause = wf.sleep(wait);
    co_await wf.any(pause, cancel);
    stop_if_canceled(wf);
    wait = std::min(wait + wait / 2, kLongestWait);
  }
}

Task<nightly::CheckResult> run_check(Workflow wf, nightly::CheckOrder order) {
  nightly::CheckResult result;
  for (int tries = 0; tries < order.check.tries && !result.passed; ++tries) {
    try {
      result = co_await attempt(wf, nightly::check, order);
    } catch (const baton::ActivityFailed& failed) {
      result = {order.check.name, false, failed.reason()};
    }
  }
  co_return result;
}

// All at once; each has its own tries.
Task<> run_checks(Workflow wf, Place place, nightly::Service service, Report* report) {
  std::vector<baton::Fiber<nightly::CheckResult>> checks;
  for (const nightly::Check& check : service.checks) {
    const nightly::CheckOrder order{place, check};
    checks.push_back(wf.spawn(run_check(wf, order)));
  }
  bool passed = true;
  for (auto& check : checks) {
    const nightly::CheckResult result = co_await check;
    passed = passed && result.passed;
    report->checks.push_back(result);
  }
  if (!passed) throw WorkflowFailed("checks failed");
}

Task<> run_test(Workflow wf, nightly::Service service, Place place, Report* report) {
  const nightly::DeployOrder files{place, service.base_dir, service.deploy};
  co_await require(wf, nightly::deploy, files, "deploy failed");
  stop_if_canceled(wf);
  const nightly::ServerOrder server{place, service.server};
  co_await require(wf, nightly::start_server, server, "start failed");
  stop_if_canceled(wf);
  co_await become_healthy(wf, place, service.health, report);
  stop_if_canceled(wf);
  co_await run_checks(wf, place, service, report);
}

Task<Report> test_deployment(Workflow wf, nightly::Service service) {
  const Place place = co_await require(wf, nightly::provision, wf.run_id(), "provision failed");
  Report report{service.name, "passed", {}, 0};
  try {
    co_await run_test(wf, service, place, &report);
  } catch (const WorkflowFailed& failed) {
    report.outcome = failed.reason();
  } catch (const baton::Canceled&) {
    report.outcome = "canceled";
  }
  try {
    const nightly::ReportOrder order{place, report};
    co_await attempt(wf, nightly::collect_report, order);
  } catch (const baton::ActivityFailed& failed) {
    report.outcome = "report failed";
  }
  co_await require(wf, nightly::tear_down, place, "tear down failed");

  if (wf.cancel_requested()) throw baton::Canceled(baton::to_payload(report));
  if (report.outcome != "passed") throw WorkflowFailed(report.outcome, baton::to_payload(report));
  co_return report;
}

}  // namespace

int main(int argc, char** argv) {
  std::string address = "127.0.0.1:7450", domain = "nightly";
  CLI::App app{"Decider of the nightly deployment tests"};
  app.add_option("--address", address, "The coordinator, host:port")->envname("BATON_ADDRESS")->capture_default_str();
  app.add_option("--domain", domain)->capture_default_str();
  CLI11_PARSE(app, argc, argv);

  try {
    baton::Client client(address, domain);
    client.ensure_domain();
    baton::Decider decider(client, nightly::kDecisionList, {.register_types = true});
    decider.on(nightly::test_deployment, test_deployment);
    return decider.run(baton::until_signal());
  } catch (const baton::Error& error) {
    std::cerr << "nightly-decider: " << error.what() << std::endl;
    return 4;
  }
}
