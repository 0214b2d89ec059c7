// Histories that are read while they grow.
#include <gmock/gmock.h>

#include <algorithm>
#include <atomic>
#include <thread>

#include "databases.h"
#include "nightly_processes.h"

namespace baton::testing {
namespace {

using ::testing::IsEmpty;

constexpr int kSignals = 400;

// Size of its pages, newest first.
class ReadingTest : public ::testing::TestWithParam<std::pair<int, bool>> {
 protected:
  OwnDatabase database_;
  NightlyProcesses nightly_{database_.url()};
};

TEST_P(ReadingTest, AHistoryThatGrowsIsReadWhole) {
  const auto [page_size, newest_first] = GetParam();
  nightly_.start_coordinator();
  Client client = nightly_.client();
  client.ensure_domain();
  client.ensure_workflow_type({"growing", "1"}, {.task_list = "nobody-decides"});
  const Execution execution = client.start({.workflow_id = "growing", .type = {"growing", "1"}});

  std::atomic<bool> growing = true;
  std::thread writer([&] {
    for (int i = 0; i < kSignals; ++i) client.signal(execution, "more", std::nullopt);
    growing = false;
  });
  Events before;
  for (bool last_look = false; !last_look && !HasFailure();) {
    last_look = !growing;
    Events events = read_history(client, execution, {.page_size = page_size, .newest_first = newest_first});
    if (newest_first) std::reverse(events.begin(), events.end());
    EXPECT_THAT(broken_rules(events, /*closed=*/false), IsEmpty());
    EXPECT_EQ(first_change(before, events), "");
    before = std::move(events);
  }
  writer.join();
  EXPECT_EQ(before.size(), 2u + kSignals);
}
INSTANTIATE_TEST_SUITE_P(Pages, ReadingTest,
                         ::testing::Values(std::pair(1000, false), std::pair(1000, true), std::pair(7, false), std::pair(7, true)));

}  // namespace
}  // namespace baton::testing
