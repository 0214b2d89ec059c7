// A stored record that this release does not know leaves its run unserved: refused clearly, never misread, and nobody else is disturbed.
#include <gmock/gmock.h>

#include "coordinator/core/decide.h"
#include "coordinator/core/fault.h"
#include "coordinator/core/limits.h"
#include "coordinator/core/snapshot.h"
#include "tests/engine/engine_fixture.h"

namespace baton::testing {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;

// What a later release might have written after everything else.
struct Damage {
  const char* name;
  int16_t format;
  std::string records;
};

// Protobuf's encoding of a message (shorter than 128 bytes) in field `number` (16 to 2047).
std::string in_field(int number, const std::string& message) {
  const int tag = number << 3 | 2;
  return std::string{static_cast<char>(0x80 | (tag & 0x7f)), static_cast<char>(tag >> 7), static_cast<char>(message.size())} + message;
}
std::string in_first_field(const std::string& message) { return std::string{0x0a, static_cast<char>(message.size())} + message; }

std::vector<Damage> damages() {
  journal::v1::RecordBatch known;
  known.add_records()->mutable_deadline_armed()->set_deadline_ms(1);
  journal::v1::Event event;
  event.set_time_ms(ManualTime::kStartMs);
  const std::string unknown_event = event.SerializeAsString() + in_field(99, "");
  return {{"UnknownRecord", store::kJournalFormat, in_first_field(in_field(99, ""))},
          {"RecordWithoutAKind", store::kJournalFormat, in_first_field("")},
          {"UnknownEvent", store::kJournalFormat, in_first_field(in_first_field(unknown_event))},
          {"UnknownFormat", 2, known.SerializeAsString()},
          {"NoMessage", store::kJournalFormat, "\xff\xff\xff"}};
}

class UnservedRun : public EngineFixture, public ::testing::WithParamInterface<Damage> {
 protected:
  // "damaged" has an activity that a worker has, one that waits, and a decision task that a decider has; then the unknown row follows.
  void SetUp() override {
    start_with(a, "damaged", {schedule_activity("held"), schedule_activity("waiting"), start_timer("t", 60'000)});
    worker_ = a.worker();
    held_ = worker_->next_offer().token;
    a.acknowledge(*worker_, held_);
    ASSERT_EQ(a.signal("damaged"), absl::OkStatus());
    decider_ = a.decider();
    decision_ = decider_->next_offer().token;
    a.remove(*worker_);
    a.remove(*decider_);
    damaged_ = stored("damaged").execution.run;
    append_unknown_row();
    rows_ = stored("damaged").rows.size();
  }

  void append_unknown_row() {
    const StoredRun run = stored("damaged");
    store::CommitBatch batch;
    batch.commit_id = {1};
    store::JournalRow& row = batch.journal.emplace_back();
    row.run = damaged_;
    row.batch_no = static_cast<int64_t>(run.rows.size()) + 1;
    row.first_event_id = static_cast<int64_t>(run.events().size()) + 1;
    row.format = GetParam().format;
    row.records = GetParam().records;
    ASSERT_EQ(data_->open_lane()->commit(batch).outcome, store::CommitOutcome::kCommitted);
    unreadable_.insert(damaged_.run_id);
  }

  void expect_refused(const absl::Status& status) {
    EXPECT_EQ(core::fault_of(status), v1::NOT_IMPLEMENTED) << status;
    EXPECT_THAT(std::string(status.message()), HasSubstr(damaged_.run_id.to_text()));
  }
  // Through one that remembers the run as it was (a), and through one that has never seen it.
  void expect_every_call_refused(TestCoordinator& c) {
    expect_refused(c.signal("damaged", "s", "request-1"));
    expect_refused(c.signal("damaged", "s", "request-1"));
    expect_refused(c.request_cancel("damaged"));
    expect_refused(c.terminate("damaged"));
    expect_refused(c.describe("damaged").status());
    expect_refused(c.describe("damaged", damaged_.run_id.to_text()).status());
    expect_refused(c.complete(nullptr, held_));
    expect_refused(c.decide(nullptr, decision_, {complete_execution()}));
    expect_refused(c.heartbeat(nullptr, held_).status());
    const auto started = c.start("damaged");
    EXPECT_EQ(core::fault_of(started.status()), v1::WORKFLOW_EXECUTION_ALREADY_STARTED) << "it is open, whatever it is";
    const auto holder = c.worker({.instance = "holder", .list = "elsewhere", .held = {held_}});
    expect_refused(holder->next_closed().why);
    c.remove(*holder);
  }
  void expect_unchanged() {
    EXPECT_EQ(stored("damaged").rows.size(), rows_);
    EXPECT_EQ(stored("damaged").execution.close_status, 0);
  }

  TestCoordinator& a = coordinator();
  std::shared_ptr<ScriptedPoller> worker_, decider_;
  TaskToken held_, decision_;
  store::RunKey damaged_;
  size_t rows_ = 0;
};

TEST_P(UnservedRun, RefusesEveryCallAndChangesNothing) {
  expect_every_call_refused(coordinator());
  expect_unchanged();
}

TEST_P(UnservedRun, RefusesEveryCallWhereItIsCachedAsItWasBefore) {
  expect_every_call_refused(a);
  expect_unchanged();
}

TEST_P(UnservedRun, IsNeitherHandedOutNorTimedOut) {
  TestCoordinator& c = coordinator();
  const auto worker = c.worker({.slots = 10}), unary = c.worker({.unary = true}), decider = c.decider({.slots = 10});
  for (int i = 0; i < 3; ++i) sweep(c);
  advance(120'000);
  for (int i = 0; i < 3; ++i) sweep(c);
  EXPECT_EQ(worker->offers() + unary->offers() + decider->offers(), 0u);
  expect_unchanged();
}

TEST_P(UnservedRun, LogsOneClearLine) {
  ::testing::internal::CaptureStderr();
  TestCoordinator& c = coordinator();
  expect_refused(c.describe("damaged").status());
  expect_refused(c.signal("damaged"));
  stop(c);
  const std::string log = ::testing::internal::GetCapturedStderr();
  const size_t at = log.find("\"event\":\"run_unserved\"");
  ASSERT_NE(at, std::string::npos) << log;
  EXPECT_EQ(log.find("run_unserved", at + 30), std::string::npos) << "said once, not with every call:\n" << log;
  EXPECT_THAT(log, AllOf(HasSubstr("\"level\":\"error\""), HasSubstr("\"domain\":\"orders\""), HasSubstr("\"workflow_id\":\"damaged\""),
                         HasSubstr(damaged_.run_id.to_text()), HasSubstr("\"batch_no\":" + std::to_string(rows_))));
}

TEST_P(UnservedRun, DisturbsNobodyElse) {
  TestCoordinator& c = coordinator();
  expect_refused(c.signal("damaged"));
  const auto decider = c.decider(), worker = c.worker();
  ASSERT_TRUE(c.start("well").ok());
  c.faults().close_gate();
  auto held = c.signal_later("well");
  c.faults().wait_at_gate();
  auto damaged = c.signal_later("damaged");  // in one batch with a neighbour
  auto well = c.signal_later("well");
  c.faults().open_gate();
  EXPECT_EQ(outcome_of(std::move(held)), absl::OkStatus());
  expect_refused(outcome_of(std::move(damaged)));
  EXPECT_EQ(outcome_of(std::move(well)), absl::OkStatus());
  sweep(c);
  EXPECT_EQ(c.decide(decider.get(), decider->next_offer().token, {schedule_activity("x")}), absl::OkStatus());
  EXPECT_EQ(c.complete(worker.get(), worker->next_offer().token), absl::OkStatus());
}

TEST_P(UnservedRun, ShowsNoPageOfItsHistoryThatItCannotRead) {
  TestCoordinator& c = coordinator();
  engine::Engine::HistoryRead read;
  read.execution.set_workflow_id("damaged");
  const auto whole = c.history(read);
  EXPECT_EQ(whole.status().code(), absl::StatusCode::kDataLoss) << whole.status();
  EXPECT_THAT(std::string(whole.status().message()), HasSubstr("batch " + std::to_string(rows_)));
  read.reverse = true;
  EXPECT_EQ(c.history(read).status().code(), absl::StatusCode::kDataLoss);
  read.reverse = false;
  read.limit = 1;
  const auto first = c.history(read);
  ASSERT_TRUE(first.ok()) << first.status();
  EXPECT_EQ(first->events.size(), 1u);
  EXPECT_EQ(first->next_event_id, 2) << "what it can read, it shows";
}

TEST_P(UnservedRun, IsListedAsWhatItsRowSays) {
  TestCoordinator& c = coordinator();
  store::ExecutionQuery query;
  query.domain = kDomain;
  query.limit = 10;
  std::promise<absl::StatusOr<std::vector<store::ExecutionRecord>>> listed;
  c.engine().list_executions(query, [&](auto records) { listed.set_value(std::move(records)); });
  const auto records = listed.get_future().get();
  ASSERT_TRUE(records.ok()) << records.status();
  ASSERT_EQ(records->size(), 1u);
  EXPECT_EQ(records->front().run, damaged_);
  EXPECT_EQ(records->front().close_status, 0);
  std::promise<absl::StatusOr<int64_t>> counted;
  c.engine().count_executions(query, 10, [&](auto count) { counted.set_value(count); });
  EXPECT_EQ(*counted.get_future().get(), 1);
}

TEST_P(UnservedRun, IsUnservedWhenReadOnFromASnapshotToo) {
  const StoredRun run = stored("damaged");
  core::ExecutionState state;
  for (size_t i = 0; i + 1 < run.rows.size(); ++i) {
    journal::v1::RecordBatch batch;
    ASSERT_TRUE(batch.ParseFromString(run.rows[i].records));
    for (const auto& record : batch.records()) ASSERT_TRUE(core::apply(state, record).ok());
  }
  const auto lane = data_->open_lane();
  ASSERT_TRUE(lane->save_snapshot(damaged_, static_cast<int64_t>(rows_) - 1, core::to_snapshot(state)).ok());
  expect_every_call_refused(coordinator());
  expect_unchanged();
}

// What a damaged database might hold.
class DamagedRun : public EngineFixture {
 protected:
  void SetUp() override {
    start_with(a, "damaged", {start_timer("t", 60'000)});
    damaged_ = stored("damaged").execution.run;
    batch_no_ = static_cast<int64_t>(stored("damaged").rows.size());
    unreadable_.insert(damaged_.run_id);
  }
  // By a coordinator that has not seen it before.
  void expect_refused_and_logged(const std::string& why, int64_t batch_no, ScriptedFaults::OnLoad damage = {}) {
    ::testing::internal::CaptureStderr();
    TestCoordinator& fresh = coordinator();
    fresh.faults().set_after_load(std::move(damage));
    EXPECT_EQ(core::fault_of(fresh.signal("damaged")), v1::NOT_IMPLEMENTED);
    stop(fresh);
    const std::string log = ::testing::internal::GetCapturedStderr();
    EXPECT_THAT(log, AllOf(HasSubstr("\"event\":\"run_unserved\""), HasSubstr(damaged_.run_id.to_text()), HasSubstr(why),
                           HasSubstr("\"batch_no\":" + std::to_string(batch_no))));
  }

  TestCoordinator& a = coordinator();
  store::RunKey damaged_;
  int64_t batch_no_ = 0;
};

TEST_F(DamagedRun, WithAHoleInItsJournalIsUnserved) {
  expect_refused_and_logged("batch 2 is missing", 3, [](std::vector<store::LoadedRun>& runs) {
    for (auto& run : runs) run.rows.erase(run.rows.begin() + 1);
  });
}

TEST_F(DamagedRun, WithASnapshotThatIsNoneIsUnserved) {
  ASSERT_TRUE(data_->open_lane()->save_snapshot(damaged_, batch_no_, "\xff\xff").ok());
  expect_refused_and_logged("snapshot", batch_no_);
}

INSTANTIATE_TEST_SUITE_P(Kinds, UnservedRun, ::testing::ValuesIn(damages()),
                         [](const auto& info) { return std::string(info.param.name); });

}  // namespace
}  // namespace baton::testing
