// What the conformance tests share: each test runs on an empty store of either kind.
#pragma once

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <memory>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "coordinator/store/memory/memory_store.h"
#include "tests/store/postgres_schema.h"
#include "tests/store/rows.h"

namespace baton::store {

enum class StoreKind { kMemory, kPostgres };

class StoreTest : public testing::TestWithParam<StoreKind> {
 protected:
  void SetUp() override;

  Store& store() { return *store_; }
  LaneSession& lane() { return *lane_; }
  // Another coordinator on the same rows. Its core may be of another version.
  std::unique_ptr<Store> another(int32_t core_version = core::kCoreVersion);
  std::string_view commit(const CommitBatch& batch) { return told(lane_->commit(batch)); }

 private:
  std::unique_ptr<Store> open_on_postgres(int32_t core_version) const;

  std::unique_ptr<PostgresSchema> schema_;
  std::unique_ptr<Store> store_;
  std::unique_ptr<LaneSession> lane_;
};

// The value; a failed expectation and an empty one when there is none.
template <typename Value>
Value must(absl::StatusOr<Value> result) {
  EXPECT_TRUE(result.ok()) << result.status();
  return result.ok() ? *std::move(result) : Value{};
}

std::string store_kind_name(const testing::TestParamInfo<StoreKind>& info);

#define ON_BOTH_STORES(suite) \
  INSTANTIATE_TEST_SUITE_P(On, suite, testing::Values(StoreKind::kMemory, StoreKind::kPostgres), store_kind_name)

}  // namespace baton::store
