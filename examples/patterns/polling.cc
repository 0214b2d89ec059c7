// Polling with back-off: something outside is asked again and again, less and less often, until it is done. Timers wait, no process does.
#include <atomic>

#include "pattern.h"

namespace patterns {
namespace {

constexpr baton::Activity<std::string(std::string)> look{"look", "1"};  // empty: not yet
constexpr baton::WorkflowType<std::string(std::string)> await_report{"polling", "1"};
constexpr baton::Duration kFirstPause = 50ms, kLongestPause = 150ms;
constexpr int kMostLooks = 20;

baton::Task<std::string> poll(baton::Workflow wf, std::string report) {
  auto pause = kFirstPause;
  for (int looks = 1; looks <= kMostLooks; ++looks) {
    const std::string found = co_await wf.schedule(look, report, kStep);
    if (!found.empty()) co_return found + ", found at look " + std::to_string(looks);
    co_await wf.sleep(pause);
    pause = std::min(2 * pause, kLongestPause);
  }
  throw baton::WorkflowFailed("NEVER_READY");
}

void decide(baton::Decider& decider) { decider.on(await_report, poll); }

// The report is there when it is looked for the fifth time.
void work(baton::Worker& worker) {
  auto looks = std::make_shared<std::atomic<int>>(0);
  worker.on(look, [looks](std::string report) { return ++*looks % 5 == 0 ? "report on " + report : ""; });
}

std::string run(baton::Client& client, const std::string& id) { return client.start(await_report, id, "sales").result(); }

}  // namespace

const Pattern polling{"polling", decide, work, run};

}  // namespace patterns
