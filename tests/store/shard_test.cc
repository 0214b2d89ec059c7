// The hash behind shards is stored in every key: it is the same on every host and for ever.
#include <gtest/gtest.h>

#include <algorithm>
#include <map>

#include "coordinator/store/store.h"

namespace baton::store {
namespace {

TEST(ShardTest, WhatWasStoredIsFoundForEver) {
  EXPECT_EQ(shard_of("orders", "order-1", 64), 38);
  EXPECT_EQ(shard_of("orders", "order-2", 64), 46);
  EXPECT_EQ(shard_of("", "", 64), 59);
  EXPECT_EQ(shard_of("größe", "注文-1", 64), 40);
  EXPECT_EQ(shard_of("orders", "order-1", 32767), 27179);
}

TEST(ShardTest, AShardIsBelowTheirNumber) {
  for (const int count : {1, 2, 7, 64, 32767}) {
    for (int i = 0; i < 200; ++i) {
      const int16_t shard = shard_of("orders", "order-" + std::to_string(i), count);
      EXPECT_GE(shard, 0);
      EXPECT_LT(shard, count);
    }
  }
}

TEST(ShardTest, DomainAndWorkflowIdDoNotRunTogether) { EXPECT_NE(shard_of("ab", "c", 32767), shard_of("a", "bc", 32767)); }

TEST(ShardTest, IdsThatCountUpSpreadEvenly) {
  constexpr int kIds = 64'000, kShards = 64;
  std::map<int16_t, int> counts;
  for (int i = 0; i < kIds; ++i) ++counts[shard_of("orders", "order-" + std::to_string(i), kShards)];
  ASSERT_EQ(counts.size(), static_cast<size_t>(kShards));
  for (const auto& [shard, count] : counts) {
    EXPECT_GT(count, 850) << shard;  // 1000 on average
    EXPECT_LT(count, 1150) << shard;
  }
}

}  // namespace
}  // namespace baton::store
