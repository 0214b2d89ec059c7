// Starts one execution per service of the manifest, shows how far they are, and says what happened.
#include <baton/client.h>
#include <unistd.h>

#include <CLI/CLI.hpp>
#include <chrono>
#include <iostream>
#include <map>
#include <set>
#include <thread>

#include "manifest.h"
#include "nightly.h"
#include "summary.h"

namespace {

using namespace std::chrono_literals;
using SteadyClock = std::chrono::steady_clock;

constexpr auto kLookInterval = 100ms;
// Whether there is a coordinator at all is soon known; one that goes away later is waited for longer.
constexpr baton::Duration kFirstContact = 5s;
constexpr auto kExecutionTimeout = 15min;
// A decision takes milliseconds; what a decider that died had in hand is decided by the next one after so long.
constexpr auto kDecisionTimeout = 5s;

constexpr size_t kMostNamed = 3;  // of what is still open, in the progress line

constexpr int kExitAsExpected = 0;
constexpr int kExitNotAsExpected = 1;
constexpr int kExitUsage = 2;
constexpr int kExitUnavailable = 4;

// One test run of a manifest: the executions that it started, by workflow id.
class TestRun {
 public:
  TestRun(baton::Client client, nightly::Manifest manifest)
      : client_(std::move(client)),
        manifest_(std::move(manifest)),
        tag_("nightly-" + std::to_string(std::chrono::system_clock::now().time_since_epoch() / 1ms) + "-" + std::to_string(getpid())) {}

  void start() {
    client_.ensure_workflow_type({std::string(nightly::test_deployment.name), std::string(nightly::test_deployment.version)},
                                 {.task_list = nightly::kDecisionList});
    // The worker may come later; what it will do must have a name before a decider asks for it.
    const auto ensure = [&](const auto&... steps) {
      (client_.ensure_activity_type({std::string(steps.name), std::string(steps.version)}, {.task_list = nightly::kActivityList}), ...);
    };
    ensure(nightly::provision, nightly::deploy, nightly::start_server, nightly::probe, nightly::check, nightly::collect_report,
           nightly::tear_down);
    std::vector<baton::StartRequest> requests;
    for (const nightly::Service& service : manifest_.services) {
      requests.push_back({.workflow_id = tag_ + "/" + service.name,
                          .type = {std::string(nightly::test_deployment.name), std::string(nightly::test_deployment.version)},
                          .input = baton::to_payload(service),
                          .options = {.task_list = nightly::kDecisionList,
                                      .execution_start_to_close = kExecutionTimeout,
                                      .task_start_to_close = kDecisionTimeout,
                                      .tags = {tag_}}});
    }
    const auto verdicts = client_.start_many(requests);
    for (size_t i = 0; i < verdicts.size(); ++i) {
      if (const auto* error = std::get_if<baton::Error>(&verdicts[i])) throw *error;
      executions_.push_back({requests[i].workflow_id, std::get<std::string>(verdicts[i])});
    }
    began_ = SteadyClock::now();
  }

  // Returns when all are closed; asks for the cancellations that the manifest wants on the way.
  void watch() {
    size_t shown = executions_.size() + 1;
    while (true) {
      const auto closed = client_.list({.closed = true, .tag = tag_}, executions_.size());
      request_due_cancellations(closed);
      if (closed.size() != shown || is_terminal_) show_progress(closed);
      shown = closed.size();
      if (shown == executions_.size()) break;
      std::this_thread::sleep_for(kLookInterval);
    }
    if (is_terminal_) std::cout << std::endl;
  }

  // The number of executions that ended as the manifest expects.
  size_t summarize() {
    std::vector<nightly::Outcome> outcomes;
    for (size_t i = 0; i < executions_.size(); ++i) {
      outcomes.push_back(nightly::read_outcome(client_, manifest_.services[i], executions_[i]));
    }
    nightly::print_summary(std::cout, outcomes);
    size_t expected = 0;
    for (const auto& outcome : outcomes) expected += outcome.mismatch.empty() ? 1 : 0;
    std::cout << "first execution: " << executions_[0].workflow_id << " " << executions_[0].run_id << "\n"
              << "nightly: " << outcomes.size() << " executions, " << expected << " as expected" << std::endl;
    return expected;
  }

  size_t size() const { return executions_.size(); }

 private:
  void request_due_cancellations(const std::vector<baton::ExecutionInfo>& closed) {
    for (size_t i = 0; i < executions_.size(); ++i) {
      const int after_ms = manifest_.services[i].cancel_after_ms;
      if (after_ms == 0 || SteadyClock::now() - began_ < std::chrono::milliseconds(after_ms) || !canceled_.insert(i).second) continue;
      const bool is_open = std::none_of(closed.begin(), closed.end(),
                                        [&](const auto& info) { return info.execution.workflow_id == executions_[i].workflow_id; });
      if (is_open) client_.request_cancel(executions_[i]);
    }
  }

  // "nightly: 13/15 done, 2.6 s; open: api-slow-to-listen, api-warming-up"
  void show_progress(const std::vector<baton::ExecutionInfo>& closed) {
    std::set<std::string> done;
    for (const auto& info : closed) done.insert(info.execution.workflow_id);
    std::string open;
    size_t named = 0;
    for (size_t i = 0; i < executions_.size(); ++i) {
      if (done.contains(executions_[i].workflow_id) || ++named > kMostNamed) continue;
      open += (open.empty() ? "; open: " : ", ") + manifest_.services[i].name;
    }
    if (named > kMostNamed) open += " and " + std::to_string(named - kMostNamed) + " more";
    const auto tenths = (SteadyClock::now() - began_) / 100ms;
    std::cout << (is_terminal_ ? "\r" : "") << "nightly: " << done.size() << "/" << executions_.size() << " done, " << tenths / 10 << "."
              << tenths % 10 << " s" << open << (is_terminal_ ? "\033[K" : "\n") << std::flush;
  }

  baton::Client client_;
  nightly::Manifest manifest_;
  std::string tag_;
  std::vector<baton::Execution> executions_;
  std::set<size_t> canceled_;
  SteadyClock::time_point began_;
  const bool is_terminal_ = isatty(STDOUT_FILENO) == 1;
};

}  // namespace

int main(int argc, char** argv) {
  std::string address = "127.0.0.1:7450", domain = "nightly", manifest_path;
  CLI::App app{"Runs the nightly deployment tests of a manifest; a decider and a worker must be running."};
  app.add_option("--address", address, "The coordinator, host:port")->envname("BATON_ADDRESS")->capture_default_str();
  app.add_option("--domain", domain, "The domain; made when it is not there")->capture_default_str();
  app.add_option("--manifest", manifest_path, "The services to test, JSON")->required();
  app.footer("Exit codes: 0 all as expected, 1 not as expected, 2 usage or manifest, or refused, 4 coordinator not reachable.");
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    return app.exit(error) == 0 ? kExitAsExpected : kExitUsage;
  }

  nightly::Manifest manifest;
  try {
    manifest = nightly::load_manifest(manifest_path);
  } catch (const std::exception& error) {
    std::cerr << "nightly: " << error.what() << std::endl;
    return kExitUsage;
  }
  try {
    baton::Client(address, domain, {.retry_for = kFirstContact}).ensure_domain();
    TestRun run(baton::Client(address, domain), std::move(manifest));
    run.start();
    run.watch();
    return run.summarize() == run.size() ? kExitAsExpected : kExitNotAsExpected;
  } catch (const baton::Error& error) {
    std::cerr << "nightly: " << error.what() << std::endl;
    return error.retryable() ? kExitUnavailable : kExitUsage;
  }
}
