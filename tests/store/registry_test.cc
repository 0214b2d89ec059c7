// What stands beside the executions: domains and types, received calls, signing keys, the clock.
#include "tests/store/store_test.h"

namespace baton::store {
namespace {

using RegistryChange = Store::RegistryChange;

std::string show(const DomainRow& row) {
  std::string text =
      row.name + " (" + row.description + ")" + (row.deprecated ? " deprecated" : "") + " " + std::to_string(row.retention_ms);
  for (const auto& [key, value] : row.tags) text += " " + key + "=" + value;
  return text + " " + testing::PrintToString(row.configuration);
}

std::string show(const TypeRow& row) {
  return std::to_string(static_cast<int>(row.kind)) + " " + row.domain + " " + row.name + " " + row.version +
         (row.deprecated ? " deprecated" : "") + " " + std::to_string(row.created_ms) + " " + std::to_string(row.deprecated_ms) +
         " " + testing::PrintToString(row.configuration);
}

std::string show(const RegistryDump& dump) {
  std::string text = "version " + std::to_string(dump.version) + "\n";
  for (const DomainRow& row : dump.domains) text += show(row) + "\n";
  for (const TypeRow& row : dump.types) text += show(row) + "\n";
  return text;
}

DomainRow domain(std::string name, std::string description = "") {
  return {.name = std::move(name), .description = std::move(description)};
}

TypeRow type(TypeKind kind, std::string name, std::string version, std::string configuration = "c") {
  return {.kind = kind,
          .domain = "orders",
          .name = std::move(name),
          .version = std::move(version),
          .created_ms = 5,
          .configuration = std::move(configuration)};
}

class RegistryTest : public StoreTest {
 protected:
  std::string registry() { return show(must(store().read_registry())); }
  static ReceivedRow request(std::string id, std::string verdict = "registered") {
    return {{{0, "orders", ""}, "register_domain", std::move(id)}, std::move(verdict), 100};
  }
};
ON_BOTH_STORES(RegistryTest);

TEST_P(RegistryTest, ItBeginsEmpty) {
  EXPECT_EQ(registry(), "version 0\n");
  EXPECT_EQ(must(store().registry_version()), 0);
}

TEST_P(RegistryTest, WhatIsPutIsReadAndRaisesTheVersion) {
  RegistryChange change;
  change.put_domains = {{.name = "orders",
                         .description = "Bestellungen 🛒",
                         .deprecated = true,
                         .retention_ms = 86'400'000,
                         .tags = {{"team", "blue"}, {"", "x"}, {"a\"b", "{c,d}"}},
                         .configuration = std::string("\x12\0\xff", 3)},
                        domain("archive")};
  change.put_types = {type(TypeKind::kActivity, "ship", "1", std::string("\0\xff\x01", 3)),
                      type(TypeKind::kWorkflow, "process", "2"), type(TypeKind::kWorkflow, "process", "1")};
  change.put_types[1].deprecated = true;
  change.put_types[1].deprecated_ms = 77;
  ASSERT_TRUE(store().change_registry(change).ok());
  EXPECT_EQ(must(store().registry_version()), 1);
  RegistryDump expected{.version = 1,
                        .domains = {change.put_domains[1], change.put_domains[0]},
                        .types = {change.put_types[2], change.put_types[1], change.put_types[0]}};
  EXPECT_EQ(registry(), show(expected)) << "domains by name, types by domain, kind, name, version";
}

TEST_P(RegistryTest, ARowThatIsPutAgainIsReplaced) {
  ASSERT_TRUE(store()
                  .change_registry({.expected_version = 0,
                                    .put_domains = {domain("orders", "old")},
                                    .put_types = {type(TypeKind::kWorkflow, "process", "1", "old")}})
                  .ok());
  ASSERT_TRUE(store()
                  .change_registry({.expected_version = 1,
                                    .put_domains = {{.name = "orders", .description = "new", .configuration = "new limits"}},
                                    .put_types = {type(TypeKind::kWorkflow, "process", "1", "new")}})
                  .ok());
  EXPECT_EQ(registry(), show(RegistryDump{.version = 2,
                                          .domains = {{.name = "orders", .description = "new", .configuration = "new limits"}},
                                          .types = {type(TypeKind::kWorkflow, "process", "1", "new")}}));
}

TEST_P(RegistryTest, AChangeAppliesOnlyToTheVersionItExpects) {
  ASSERT_TRUE(store().change_registry({.expected_version = 0, .put_domains = {domain("orders")}}).ok());
  const std::string before = registry();
  for (const int64_t expected : {0, 2, 7}) {
    EXPECT_EQ(
        store().change_registry({.expected_version = expected, .put_domains = {domain("late")}, .received = request("r")}).code(),
        absl::StatusCode::kFailedPrecondition);
  }
  EXPECT_EQ(registry(), before);
  EXPECT_EQ(must(store().find_received(request("r").key)), std::nullopt) << "refused, so nothing was received";
}

TEST_P(RegistryTest, DeletedTypesAreGoneBeforeOthersArePut) {
  const TypeRow kept = type(TypeKind::kActivity, "process", "1"), gone = type(TypeKind::kWorkflow, "process", "1");
  ASSERT_TRUE(
      store()
          .change_registry({.expected_version = 0, .put_types = {kept, gone, type(TypeKind::kWorkflow, "process", "2", "old")}})
          .ok());
  ASSERT_TRUE(store()
                  .change_registry({.expected_version = 1,
                                    .put_types = {type(TypeKind::kWorkflow, "process", "2", "new")},
                                    .deleted_types = {gone, type(TypeKind::kWorkflow, "process", "2"),
                                                      type(TypeKind::kWorkflow, "unknown", "1")}})
                  .ok());
  EXPECT_EQ(registry(),
            show(RegistryDump{.version = 2, .domains = {}, .types = {type(TypeKind::kWorkflow, "process", "2", "new"), kept}}));
}

TEST_P(RegistryTest, ARepeatChangesNothingAndItsVerdictIsKept) {
  const RegistryChange change{.expected_version = 0, .put_domains = {domain("orders")}, .received = request("r-1")};
  ASSERT_TRUE(store().change_registry(change).ok());
  EXPECT_EQ(must(store().find_received(change.received->key)), "registered");
  const std::string before = registry();
  EXPECT_EQ(store().change_registry(change).code(), absl::StatusCode::kAlreadyExists) << "an old version, yet a repeat";
  RegistryChange later{
      .expected_version = 1, .put_domains = {domain("orders", "other")}, .received = request("r-1", "another verdict")};
  EXPECT_EQ(store().change_registry(later).code(), absl::StatusCode::kAlreadyExists) << "the version is right, yet a repeat";
  EXPECT_EQ(registry(), before);
  EXPECT_EQ(must(store().find_received(change.received->key)), "registered");
  later.received = request("r-2");
  EXPECT_TRUE(store().change_registry(later).ok());
}

TEST_P(RegistryTest, AnotherCoordinatorSeesTheChange) {
  const std::unique_ptr<Store> other = another();
  ASSERT_TRUE(store().change_registry({.expected_version = 0, .put_domains = {domain("orders")}}).ok());
  EXPECT_EQ(must(other->registry_version()), 1);
  EXPECT_EQ(show(must(other->read_registry())), registry());
  EXPECT_TRUE(other->change_registry({.expected_version = 1, .put_domains = {domain("returns")}}).ok());
  EXPECT_EQ(must(store().registry_version()), 2);
}

// --- received calls
// -------------------------------------------------------------------------------------------------------------

TEST_P(RegistryTest, OldReceivedRowsAreForgottenOldestFirst) {
  const NamedRun run("order-1");
  Batch batch = Batch().append(run, 1);
  for (int i = 0; i < 6; ++i)
    batch.receive(run, "r-" + std::to_string(i), "verdict", 1000 - 100 * i);  // r-5 is the oldest, of 500
  ASSERT_EQ(commit(batch), "committed");
  const auto left = [&] {
    std::string ids;
    for (int i = 0; i < 6; ++i) {
      if (must(store().find_received(received_key(run, "r-" + std::to_string(i))))) ids += std::to_string(i);
    }
    return ids;
  };
  EXPECT_EQ(must(store().purge_received(500, 100)), 0) << "older than, not as old as";
  EXPECT_EQ(must(store().purge_received(801, 2)), 2);
  EXPECT_EQ(left(), "0123");
  EXPECT_EQ(must(store().purge_received(801, 100)), 2);
  EXPECT_EQ(left(), "01");
  EXPECT_EQ(must(store().purge_received(801, 100)), 0);
  EXPECT_EQ(commit(Batch().append(run, 2).receive(run, "r-5")), "committed") << "forgotten, so it is new";
}

// --- the rest
// -------------------------------------------------------------------------------------------------------------------

TEST_P(RegistryTest, TheFirstSigningKeyIsMadeOnceForAllCoordinators) {
  const std::vector<SigningKey> keys = must(store().signing_keys());
  ASSERT_EQ(keys.size(), 1U);
  EXPECT_TRUE(keys[0].active);
  EXPECT_EQ(keys[0].secret.size(), 32U);
  EXPECT_GT(keys[0].id, 0);
  EXPECT_NE(keys[0].secret, std::string(32, '\0'));
  for (const std::vector<SigningKey>& again : {must(store().signing_keys()), must(another()->signing_keys())}) {
    ASSERT_EQ(again.size(), 1U);
    EXPECT_EQ(again[0].id, keys[0].id);
    EXPECT_EQ(again[0].secret, keys[0].secret);
  }
}

TEST_P(RegistryTest, TheClockDoesNotGoBack) {
  const int64_t first = must(store().now_ms());
  EXPECT_GT(first, 1'600'000'000'000) << "milliseconds since 1970";
  EXPECT_GE(must(store().now_ms()), first);
}

TEST_P(RegistryTest, ShardCountAndEpochAreThoseOfTheDatabase) {
  EXPECT_EQ(store().shard_count(), kShards);
  EXPECT_EQ(must(store().epoch()), 1);
}

TEST_P(RegistryTest, AHeartbeatMayComeAgainAndMove) {
  EXPECT_TRUE(store().heartbeat("coordinator-1", "10.0.0.1:7450").ok());
  EXPECT_TRUE(store().heartbeat("coordinator-1", "10.0.0.1:7450").ok());
  EXPECT_TRUE(store().heartbeat("coordinator-1", "10.0.0.2:7450").ok());
  EXPECT_TRUE(store().heartbeat("coordinator-2", "10.0.0.3:7450").ok());
}

}  // namespace
}  // namespace baton::store
