#include "tests/store/store_test.h"

namespace baton::store {

void StoreTest::SetUp() {
  if (GetParam() == StoreKind::kMemory) {
    store_ = MemoryStore::make({.shard_count = kShards, .clock = {}});
  } else {
    schema_ = PostgresSchema::make();
    ASSERT_NE(schema_, nullptr);
    store_ = open_on_postgres(core::kCoreVersion);
    ASSERT_NE(store_, nullptr);
  }
  lane_ = store_->open_lane();
}

std::unique_ptr<Store> StoreTest::another(int32_t core_version) {
  if (GetParam() == StoreKind::kMemory) return static_cast<MemoryStore&>(*store_).share(core_version);
  return open_on_postgres(core_version);
}

std::unique_ptr<Store> StoreTest::open_on_postgres(int32_t core_version) const {
  PostgresOptions options = schema_->options();
  options.core_version = core_version;
  // No test of the contract stops the server, so none has to wait for the disk.
  options.allow_asynchronous_commit = true;
  return schema_->open(options, schema_->url_with("options=-c%20synchronous_commit%3Doff"));
}

std::string store_kind_name(const testing::TestParamInfo<StoreKind>& info) {
  return info.param == StoreKind::kMemory ? "Memory" : "Postgres";
}

}  // namespace baton::store
