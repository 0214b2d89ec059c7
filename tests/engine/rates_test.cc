// Token buckets, and what lanes take from them: a round that does not count has taken nothing.
#include "coordinator/engine/rates.h"

#include <gmock/gmock.h>

#include "baton/v1/registry_service.pb.h"
#include "coordinator/core/fault.h"
#include "tests/engine/engine_fixture.h"

namespace baton::testing {
namespace {

using engine::RateBuckets;
using Event = journal::v1::Event;

constexpr engine::RateLimit kTwoAndOnePerSecond{2, 1};

TEST(RateBuckets, ABucketBeginsFullAndIsRefilledEvenly) {
  RateBuckets buckets;
  EXPECT_EQ(buckets.take("orders", "Call", kTwoAndOnePerSecond, 1'000), 0);
  EXPECT_EQ(buckets.take("orders", "Call", kTwoAndOnePerSecond, 1'000), 0);
  EXPECT_EQ(buckets.take("orders", "Call", kTwoAndOnePerSecond, 1'000), 1'000);
  EXPECT_EQ(buckets.take("orders", "Call", kTwoAndOnePerSecond, 1'999), 1);
  EXPECT_EQ(buckets.take("orders", "Call", kTwoAndOnePerSecond, 2'000), 0);
  EXPECT_EQ(buckets.take("orders", "Call", kTwoAndOnePerSecond, 2'000), 1'000);
}

TEST(RateBuckets, WhoWaitsAsToldFindsAToken) {
  for (const int32_t per_second : {1, 3, 7, 999, 3'333, 1'000'000}) {
    RateBuckets buckets;
    const engine::RateLimit rate{1, per_second};
    int64_t now_ms = 1'000'000;
    for (int i = 0; i < 100; ++i) {
      ASSERT_EQ(buckets.take("orders", "Call", rate, now_ms), 0) << per_second;
      const int64_t wait_ms = buckets.take("orders", "Call", rate, now_ms);
      ASSERT_GE(wait_ms, 1);
      ASSERT_LE(wait_ms, 1'000 / per_second + 1);
      now_ms += wait_ms;
    }
  }
}

TEST(RateBuckets, ABucketNeverHoldsMoreThanItsSize) {
  RateBuckets buckets;
  EXPECT_EQ(buckets.take("orders", "Call", kTwoAndOnePerSecond, 0), 0);
  for (int i = 0; i < 2; ++i) EXPECT_EQ(buckets.take("orders", "Call", kTwoAndOnePerSecond, 1'000'000), 0);
  EXPECT_EQ(buckets.take("orders", "Call", kTwoAndOnePerSecond, 1'000'000), 1'000);
  EXPECT_EQ(buckets.take("orders", "Call", {1, 1}, 2'000'000), 0) << "it has become smaller";
  EXPECT_EQ(buckets.take("orders", "Call", {1, 1}, 2'000'000), 1'000);
}

TEST(RateBuckets, DomainsAndOperationsHaveTheirOwn) {
  RateBuckets buckets;
  EXPECT_EQ(buckets.take("orders", "Call", {1, 1}, 0), 0);
  EXPECT_EQ(buckets.take("tests", "Call", {1, 1}, 0), 0);
  EXPECT_EQ(buckets.take("orders", "Other", {1, 1}, 0), 0);
  EXPECT_NE(buckets.take("orders", "Call", {1, 1}, 0), 0);
}

TEST(RateBuckets, AnEarlierTimeTakesNothingBackAndAddsNothing) {
  RateBuckets buckets;
  EXPECT_EQ(buckets.take("orders", "Call", kTwoAndOnePerSecond, 5'000), 0);
  EXPECT_EQ(buckets.take("orders", "Call", kTwoAndOnePerSecond, 4'000), 0);
  EXPECT_EQ(buckets.take("orders", "Call", kTwoAndOnePerSecond, 4'500), 1'000);
  EXPECT_EQ(buckets.take("orders", "Call", kTwoAndOnePerSecond, 6'000), 0);
}

class RatesOfLanes : public EngineFixture {
 protected:
  // Gives domain "orders" one StartTimer, and another one after a second, and waits until the coordinator knows.
  void allow_one_timer(TestCoordinator& coordinator) {
    v1::DomainConfiguration settings;
    auto& rate = *settings.mutable_rates()->add_rates();
    rate.set_operation("StartTimer");
    rate.set_bucket(1);
    rate.set_refill_per_second(1);
    store::RegistryDump dump = *data_->read_registry();
    for (store::DomainRow& row : dump.domains) row.configuration = settings.SerializeAsString();
    ASSERT_TRUE(data_->change_registry({.expected_version = dump.version, .put_domains = dump.domains}).ok());
    sweep(coordinator);
  }
  int timers() { return count_events("order", Event::kTimerStarted); }
};

TEST_F(RatesOfLanes, ADecisionThatIsMadeAgainAfterAConflictTakesOneToken) {
  TestCoordinator& a = coordinator();
  allow_one_timer(a);
  const auto decider = a.decider();
  ASSERT_TRUE(a.start("order").ok());
  const TaskToken token = decider->next_offer().token;
  a.faults().fail_next_commit(store::CommitOutcome::kConflict);
  EXPECT_EQ(a.decide(decider.get(), token, {start_timer("t", 86'400'000), start_timer("u", 86'400'000)}), absl::OkStatus());
  EXPECT_EQ(timers(), 1) << events("order");
  EXPECT_EQ(count_events("order", Event::kStartTimerFailed), 1) << events("order");
}

TEST_F(RatesOfLanes, EachCoordinatorHasItsOwnBuckets) {
  TestCoordinator& a = coordinator();
  allow_one_timer(a);
  const auto decider = a.decider();
  ASSERT_TRUE(a.start("order").ok());
  EXPECT_EQ(a.decide(decider.get(), decider->next_offer().token, {start_timer("t", 86'400'000)}), absl::OkStatus());
  stop(a);
  TestCoordinator& b = coordinator();
  EXPECT_EQ(b.signal("order"), absl::OkStatus());
  const auto other = b.decider();
  EXPECT_EQ(b.decide(other.get(), other->next_offer().token, {start_timer("u", 86'400'000)}), absl::OkStatus());
  EXPECT_EQ(timers(), 2) << events("order");
}

TEST_F(RatesOfLanes, CallsTakeTokensAndSayWhenToComeAgain) {
  TestCoordinator& a = coordinator();
  allow_one_timer(a);
  EXPECT_EQ(a.engine().take_token(kDomain, "StartTimer"), absl::OkStatus());
  const absl::Status refused = a.engine().take_token(kDomain, "StartTimer");
  EXPECT_EQ(core::fault_of(refused), v1::THROTTLING);
  EXPECT_EQ(core::retry_after_ms(refused), 1'000);
  advance(999);
  EXPECT_EQ(core::retry_after_ms(a.engine().take_token(kDomain, "StartTimer")), 1);
  advance(1);
  EXPECT_EQ(a.engine().take_token(kDomain, "StartTimer"), absl::OkStatus());
  EXPECT_EQ(a.engine().take_token("unknown", "StartTimer"), absl::OkStatus());
  EXPECT_EQ(a.engine().take_token(kDomain, "Other"), absl::OkStatus());
}

}  // namespace
}  // namespace baton::testing
