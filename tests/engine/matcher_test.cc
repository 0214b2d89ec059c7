// The matcher by itself: which waiting task goes to whom, and that what waits is not forgotten.
#include "coordinator/engine/matcher.h"

#include <gmock/gmock.h>

namespace baton::engine {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

class NoSink final : public PollerSink {
 public:
  bool offer(std::span<OfferedTask>) override { return true; }
  bool query(v1::QueryTask) override { return true; }
  void cancel_requested(const journal::v1::TaskToken&) override {}
  void closed(const journal::v1::TaskToken&, const absl::Status&) override {}
  void draining() override {}
};

class MatcherTest : public ::testing::Test {
 protected:
  // A unary client's poll: one slot, no instance.
  std::shared_ptr<TaskPoller> poll() {
    PollerSpec spec;
    spec.kind = kList.kind;
    spec.domain = kList.domain;
    spec.task_list = kList.task_list;
    spec.unary = true;
    const auto poller = matcher_.add(std::move(spec), std::make_shared<NoSink>(), 10);
    EXPECT_TRUE(poller.ok()) << poller.status();
    matcher_.open(*poller, 0);
    return *poller;
  }
  static WaitingOffer task(int64_t scheduled_event_id, int32_t priority = 0, int64_t scheduled_ms = 0) {
    return {{{0, core::RunId{}}, scheduled_event_id}, priority, scheduled_ms, "", 0};
  }
  void wait(const WaitingOffer& task) { matcher_.wait(kList, task, 0); }

  const ListKey kList{core::TaskKind::kActivity, "orders", "main"};
  std::vector<int64_t> given_;  // scheduled event ids in the order they were given to pollers
  Matcher matcher_{10, [this](const WaitingOffer& offer, std::shared_ptr<TaskPoller>) { given_.push_back(offer.key.scheduled_event_id); }};
};

TEST_F(MatcherTest, GivesWhatWaitsByPriorityThenAge) {
  wait(task(1, 0, 20));
  wait(task(2, 0, 10));
  wait(task(3, 5, 30));
  for (int i = 0; i < 3; ++i) poll();
  EXPECT_THAT(given_, ElementsAre(3, 2, 1));
}

TEST_F(MatcherTest, GivesOneTaskForOneSlot) {
  wait(task(1));
  wait(task(2));
  poll();
  EXPECT_THAT(given_, ElementsAre(1));
}

TEST_F(MatcherTest, KeepsWhatWaitsWhenTheLastPollerLeaves) {
  wait(task(1));
  wait(task(2));
  matcher_.remove(poll()->id());
  EXPECT_THAT(given_, ElementsAre(1));
  poll();
  EXPECT_THAT(given_, ElementsAre(1, 2));
}

TEST_F(MatcherTest, GivesNothingToASilentPollerUntilItIsHeard) {
  const auto silent = poll();
  matcher_.silence(*silent);
  wait(task(1));
  EXPECT_THAT(given_, IsEmpty());
  matcher_.heard(silent, 0);
  EXPECT_THAT(given_, ElementsAre(1));
}

TEST_F(MatcherTest, ASilentPollerThatLeftIsNotServedWhenItIsHeard) {
  const auto silent = poll();
  matcher_.silence(*silent);
  matcher_.drain(*silent);
  wait(task(1));
  matcher_.heard(silent, 0);
  EXPECT_THAT(given_, IsEmpty());
}

TEST_F(MatcherTest, ForgetsWhatEndedWhileNobodyPolled) {
  wait(task(1));
  matcher_.forget(kList, task(1).key);
  poll();
  EXPECT_THAT(given_, IsEmpty());
}

TEST_F(MatcherTest, NamesTheListsThatArePolledBusyOrNot) {
  wait(task(1));
  EXPECT_THAT(matcher_.polled_lists(), IsEmpty());
  poll();
  wait(task(2));
  EXPECT_THAT(matcher_.polled_lists(), ElementsAre(kList)) << "older tasks than those that wait here may be in the store";
}

}  // namespace
}  // namespace baton::engine
