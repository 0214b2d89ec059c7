// Schedules: compare and set on their version, lists, sweeps, and many moved on at once.
#include <algorithm>
#include <atomic>
#include <thread>

#include "tests/store/store_test.h"

namespace baton::store {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

constexpr int64_t kFirst = 1'700'000'000'000'000'000;  // versions need not begin with 1

class SchedulesTest : public StoreTest {
 protected:
  static ScheduleRow row(const std::string& id, int64_t next_ms = 0, int64_t version = kFirst, const std::string& domain = "orders") {
    return {.key = {shard_of(domain, id, kShards), domain, id},
            .version = version,
            .next_ms = next_ms,
            .definition = "definition of " + id,
            .state = "state of " + id};
  }
  absl::Status add(const ScheduleRow& row) { return store().change_schedule({.row = row, .is_new = true, .received = {}}); }
  absl::Status replace(const ScheduleRow& row) { return store().change_schedule({.row = row, .received = {}}); }
  absl::Status remove(const ScheduleRow& row) { return store().change_schedule({.row = row, .deletes = true, .received = {}}); }
  std::string shown(const std::string& id) {
    const auto found = must(store().find_schedule(row(id).key));
    return found ? show(*found) : "none";
  }
  static std::string show(const ScheduleRow& row) {
    return row.key.schedule_id + " " + std::to_string(row.version - kFirst) + " " + std::to_string(row.next_ms) + " " + row.definition + ", " + row.state;
  }
  static std::vector<std::string> ids(const std::vector<ScheduleRow>& rows) {
    std::vector<std::string> ids;
    for (const ScheduleRow& row : rows) ids.push_back(row.key.schedule_id);
    return ids;
  }
  static ReceivedRow received(const std::string& id) { return {{{0, "orders", "nightly"}, "CreateSchedule", id}, "verdict", 100}; }
};
ON_BOTH_STORES(SchedulesTest);

TEST_P(SchedulesTest, OneIsReadAsItWasWritten) {
  ScheduleRow bytes = row("nächtlich", 1234);
  bytes.definition = std::string("\0\xff def", 6);
  bytes.state = "";
  ASSERT_TRUE(add(bytes).ok());
  const auto found = must(store().find_schedule(bytes.key));
  ASSERT_TRUE(found);
  EXPECT_EQ(found->key, bytes.key);
  EXPECT_EQ(found->version, kFirst);
  EXPECT_EQ(found->next_ms, 1234);
  EXPECT_EQ(found->definition, bytes.definition);
  EXPECT_EQ(found->state, "");
  EXPECT_EQ(shown("other"), "none");
}

TEST_P(SchedulesTest, WhoeverChangesAVersionFirstWins) {
  ASSERT_TRUE(add(row("nightly")).ok());
  EXPECT_EQ(add(row("nightly", 7)).code(), absl::StatusCode::kFailedPrecondition);
  ScheduleRow next = row("nightly", 5, kFirst + 1);
  next.definition = "another";
  ASSERT_TRUE(replace(next).ok());
  EXPECT_EQ(replace(next).code(), absl::StatusCode::kFailedPrecondition);
  EXPECT_EQ(remove(row("nightly", 0, kFirst + 1)).code(), absl::StatusCode::kFailedPrecondition);
  EXPECT_EQ(shown("nightly"), "nightly 1 5 another, state of nightly");
  ASSERT_TRUE(remove(row("nightly", 0, kFirst + 2)).ok());
  EXPECT_EQ(shown("nightly"), "none");
  EXPECT_EQ(remove(row("nightly", 0, kFirst + 2)).code(), absl::StatusCode::kFailedPrecondition);
  EXPECT_EQ(replace(row("nightly", 0, kFirst + 2)).code(), absl::StatusCode::kFailedPrecondition);
  EXPECT_TRUE(add(row("nightly", 9)).ok());
}

TEST_P(SchedulesTest, ARequestIsRememberedWithItsChangeAndOnlyWithIt) {
  ASSERT_TRUE(store().change_schedule({.row = row("nightly"), .is_new = true, .received = received("a")}).ok());
  EXPECT_EQ(must(store().find_received(received("a").key)), "verdict");
  EXPECT_EQ(store().change_schedule({.row = row("nightly", 1, kFirst + 1), .received = received("a")}).code(),
            absl::StatusCode::kAlreadyExists);
  EXPECT_EQ(store().change_schedule({.row = row("nightly"), .is_new = true, .received = received("a")}).code(),
            absl::StatusCode::kAlreadyExists)
      << "a repeat, though the schedule has moved on";
  EXPECT_EQ(shown("nightly").substr(0, 11), "nightly 0 0");
  EXPECT_EQ(store().change_schedule({.row = row("nightly", 1, kFirst + 5), .received = received("b")}).code(),
            absl::StatusCode::kFailedPrecondition);
  EXPECT_FALSE(must(store().find_received(received("b").key)));
}

TEST_P(SchedulesTest, AListIsOfOneDomainByIdAndPageByPage) {
  for (const char* id : {"b", "a", "d", "c", "Z"}) ASSERT_TRUE(add(row(id)).ok());
  ASSERT_TRUE(add(row("b", 0, kFirst, "returns")).ok());
  EXPECT_THAT(ids(must(store().list_schedules("orders", "", 10))), ElementsAre("Z", "a", "b", "c", "d"));
  EXPECT_THAT(ids(must(store().list_schedules("orders", "a", 2))), ElementsAre("b", "c"));
  EXPECT_THAT(ids(must(store().list_schedules("orders", "d", 2))), IsEmpty());
  EXPECT_THAT(ids(must(store().list_schedules("none", "", 2))), IsEmpty());
  EXPECT_EQ(show(must(store().list_schedules("returns", "", 2))[0]), "b 0 0 definition of b, state of b");
  EXPECT_EQ(must(store().count_schedules("orders", 100)), 5);
  EXPECT_EQ(must(store().count_schedules("orders", 3)), 3);
  EXPECT_EQ(must(store().count_schedules("none", 3)), 0);
}

TEST_P(SchedulesTest, DueAreThoseWithSomethingToDoEarliestFirst) {
  ASSERT_TRUE(add(row("later", 300)).ok());
  ASSERT_TRUE(add(row("sooner", 100, kFirst, "returns")).ok());
  ASSERT_TRUE(add(row("never", 0)).ok());
  ASSERT_TRUE(add(row("soon", 200)).ok());
  EXPECT_THAT(ids(must(store().due_schedules(300, 10))), ElementsAre("sooner", "soon", "later"));
  EXPECT_THAT(ids(must(store().due_schedules(299, 10))), ElementsAre("sooner", "soon"));
  EXPECT_THAT(ids(must(store().due_schedules(300, 1))), ElementsAre("sooner"));
  EXPECT_THAT(ids(must(store().due_schedules(99, 10))), IsEmpty());
}

TEST_P(SchedulesTest, ManyAreMovedOnAtOnceEachByItself) {
  for (const char* id : {"a", "b", "c"}) ASSERT_TRUE(add(row(id, 100)).ok());
  ASSERT_TRUE(replace(row("b", 150, kFirst + 1)).ok());
  std::vector<ScheduleRow> rows;
  for (const char* id : {"c", "b", "gone", "a"}) {
    rows.push_back(row(id, 200, kFirst + 1));
    rows.back().definition = "not written";
    rows.back().state = "moved";
  }
  EXPECT_THAT(must(store().move_schedules(rows)), ElementsAre(true, false, false, true));
  EXPECT_EQ(shown("a"), "a 1 200 definition of a, moved");
  EXPECT_EQ(shown("b"), "b 1 150 definition of b, state of b");
  EXPECT_EQ(shown("c"), "c 1 200 definition of c, moved");
  EXPECT_THAT(must(store().move_schedules(rows)), ElementsAre(false, false, false, false)) << "of a copy that comes late";
  EXPECT_THAT(must(store().move_schedules({})), IsEmpty());
}

// Two coordinators, one forwards, one backwards.
TEST_P(SchedulesTest, OfTwoThatMoveARowAtOnceOneDoes) {
  constexpr int kRows = 20, kRounds = 30;
  const auto other = another();
  for (int i = 0; i < kRows; ++i) ASSERT_TRUE(add(row(std::to_string(i), 100)).ok());
  std::atomic<int> moves{0};
  const auto move_all = [&](Store& mine, bool backwards) {
    for (int round = 1; round <= kRounds; ++round) {
      std::vector<ScheduleRow> rows;
      for (int i = 0; i < kRows; ++i) rows.push_back(row(std::to_string(backwards ? kRows - 1 - i : i), 100, kFirst + round));
      const auto moved = mine.move_schedules(rows);
      ASSERT_TRUE(moved.ok()) << moved.status();
      moves += std::count(moved->begin(), moved->end(), true);
    }
  };
  std::thread forwards([&] { move_all(store(), false); }), backwards([&] { move_all(*other, true); });
  forwards.join();
  backwards.join();
  int64_t changes = 0;
  for (const ScheduleRow& row : must(store().list_schedules("orders", "", 100))) changes += row.version - kFirst;
  EXPECT_EQ(moves, changes);
  EXPECT_EQ(changes, kRows * kRounds);
}

TEST_P(SchedulesTest, AnotherCoordinatorSeesThem) {
  const auto other = another();
  ASSERT_TRUE(add(row("nightly", 100)).ok());
  EXPECT_THAT(ids(must(other->due_schedules(100, 10))), ElementsAre("nightly"));
}

}  // namespace
}  // namespace baton::store
