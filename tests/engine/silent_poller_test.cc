// A client that is connected and says nothing: every task that goes to it is late by the delivery timeout, so that it gets no more of them.
#include <atomic>

#include "coordinator/core/limits.h"
#include "tests/engine/engine_fixture.h"

namespace baton::testing {
namespace {

constexpr int64_t kD = core::kDeliveryTimeoutMs;
constexpr int kReadTries = 3;  // of the engine, to read the history of one offer

class SilentPoller : public EngineFixture {
 protected:
  // One activity that waits or goes to whoever polls.
  void schedule_one(const std::string& workflow_id) { start_with(a, workflow_id, {schedule_activity("x")}); }
  // What the worker was given lapses.
  TaskToken let_lapse(ScriptedPoller& worker) {
    const TaskToken token = worker.next_offer().token;
    advance(kD);
    a.settle();
    return token;
  }
  int64_t waiting() { return backlog(core::TaskKind::kActivity, kActivities); }

  TestCoordinator& a = coordinator();
};

TEST_F(SilentPoller, GetsNothingMoreWhileOthersDo) {
  const auto silent = a.worker({.slots = 4, .instance = "silent"});
  schedule_one("first");
  let_lapse(*silent);
  EXPECT_EQ(waiting(), 1);
  const auto other = a.worker({.slots = 4, .instance = "other"});
  EXPECT_TRUE(a.complete(other.get(), other->next_offer().token).ok());
  for (const char* id : {"second", "third"}) {
    schedule_one(id);
    EXPECT_TRUE(a.complete(other.get(), other->next_offer().token).ok());
  }
  EXPECT_EQ(silent->offers(), 0u);
}

TEST_F(SilentPoller, IsServedAgainOnceItAcknowledges) {
  const auto silent = a.worker({.slots = 2});
  schedule_one("first");
  const TaskToken late = let_lapse(*silent);
  EXPECT_EQ(silent->offers(), 0u) << "the same task went to it again";
  schedule_one("second");
  EXPECT_EQ(waiting(), 2);
  a.acknowledge(*silent, late);  // the first acknowledgement of the attempt counts
  const TaskToken next = silent->next_offer().token;
  EXPECT_TRUE(a.complete(silent.get(), late).ok());
  EXPECT_TRUE(a.complete(silent.get(), next).ok());
  EXPECT_EQ(waiting(), 0);
}

TEST_F(SilentPoller, IsServedAgainOnceItGivesBack) {
  const auto silent = a.worker({.slots = 1});
  schedule_one("first");
  const TaskToken late = let_lapse(*silent);
  a.engine().give_back(silent->id, late);
  const TaskToken next = silent->next_offer().token;
  EXPECT_EQ(next.delivery(), late.delivery() + 1);
  EXPECT_TRUE(a.complete(silent.get(), next).ok());
}

TEST_F(SilentPoller, IsServedAgainOnceItAnswersWithoutAnAcknowledgement) {
  const auto silent = a.worker({.slots = 1});
  schedule_one("first");
  EXPECT_TRUE(a.complete(silent.get(), let_lapse(*silent)).ok());
  schedule_one("second");
  EXPECT_TRUE(a.complete(silent.get(), silent->next_offer().token).ok());
}

TEST_F(SilentPoller, WhoseStreamIsOverHoldsNothingUp) {
  const auto gone = a.worker({.slots = 4, .instance = "gone"});
  const auto other = a.worker({.slots = 4, .instance = "other"});
  gone->end_stream();
  for (const char* id : {"first", "second"}) schedule_one(id);
  for (int i = 0; i < 2; ++i) EXPECT_TRUE(a.complete(other.get(), other->next_offer().token).ok());  // no time has passed
}

// A history that does not fit one page is read from the store. When it cannot be, the decider has not been silent, and its slot is free.
TEST_F(SilentPoller, IsNotWhoeverWasNeverGivenTheTask) {
  ASSERT_TRUE(a.start("order").ok());
  for (int i = 0; i < core::kMaxPageSize; ++i) ASSERT_TRUE(a.signal("order").ok());
  std::atomic<int> failures = 0;
  a.faults().set_before_read([&](std::string_view call) {
    if (call != "read_history") return absl::OkStatus();
    ++failures;
    failures.notify_all();
    return absl::UnavailableError("the database is away");
  });
  const auto decider = a.decider({.slots = 1});
  for (int seen = 0; (seen = failures) < kReadTries;) failures.wait(seen);
  EXPECT_EQ(decider->offers(), 0u);
  a.faults().clear();
  advance(kD);
  a.settle();
  EXPECT_TRUE(a.decide(decider.get(), decider->next_offer().token, {complete_execution()}).ok());
}

}  // namespace
}  // namespace baton::testing
