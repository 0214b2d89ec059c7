#include "tests/random/witness.h"

#include <algorithm>
#include <set>
#include <utility>

#include "coordinator/core/decide.h"
#include "coordinator/core/history_view.h"
#include "coordinator/core/limits.h"
#include "google/protobuf/io/coded_stream.h"
#include "google/protobuf/io/zero_copy_stream_impl_lite.h"
#include "gtest/gtest.h"
#include "tests/engine/history_checks.h"

namespace baton::testing {
namespace {

// Signals and cancel requests: a reset takes them over also when they came later.
bool came_from_outside(const journal::v1::Record& record) {
  return record.event().has_workflow_execution_signaled() || record.event().has_workflow_execution_cancel_requested();
}

}  // namespace

std::string bytes_of(const v1::HistoryEvent& event) {
  std::string bytes;
  google::protobuf::io::StringOutputStream stream(&bytes);
  google::protobuf::io::CodedOutputStream coded(&stream);
  coded.SetSerializationDeterministic(true);
  event.SerializeToCodedStream(&coded);
  coded.Trim();
  return bytes;
}

const core::Offer* offer_of(const core::ExecutionState& state, int64_t scheduled_event_id) {
  const core::ActivityTask* activity = state.activities.get(scheduled_event_id);
  const bool is_decision = state.decision && state.decision->scheduled_event_id == scheduled_event_id;
  const std::optional<core::Offer>* offer = is_decision ? &state.decision->offer : activity != nullptr ? &activity->offer : nullptr;
  return offer != nullptr && *offer ? &**offer : nullptr;
}

void Witness::saw(const store::CommitBatch& batch, int writer, bool told) {
  Seen seen{batch.journal, {}, {}, writer, told};
  for (const store::ExecutionOpened& opened : batch.opened) seen.opened.push_back(opened.workflow_id);
  for (const store::ExecutionClosed& closed : batch.closed) seen.closed.push_back(closed.workflow_id);
  const std::lock_guard lock(mutex_);
  seen_.push_back(std::move(seen));
}

const Witness::Run* Witness::find(const core::RunId& run_id) const {
  const auto found = runs_.find(run_id);
  return found == runs_.end() ? nullptr : &found->second;
}

const Witness::Run* Witness::open_run(const std::string& workflow_id) const {
  const auto found = open_runs_.find(workflow_id);
  return found == open_runs_.end() ? nullptr : find(found->second);
}

bool Witness::was_open(const std::string& workflow_id, int64_t since) const {
  for (const auto& [run_id, run] : runs_) {
    if (run.workflow_id() == workflow_id && (run.closed_at == 0 || run.closed_at > since)) return true;
  }
  return false;
}

bool Witness::is_next(const Seen& seen) const {
  for (const store::JournalRow& row : seen.rows) {
    const Run* run = find(row.run.run_id);
    if (row.batch_no > 1 && (run == nullptr || row.batch_no > static_cast<int64_t>(run->stored.rows.size()) + 1)) return false;
  }
  return std::none_of(seen.opened.begin(), seen.opened.end(), [&](const std::string& workflow_id) {
    return open_runs_.contains(workflow_id) && std::find(seen.closed.begin(), seen.closed.end(), workflow_id) == seen.closed.end();
  });
}

// Two coordinators that wrote at once may have told of it in the other order.
std::vector<Witness::Fresh> Witness::take_in(int64_t now_ms) {
  std::list<Seen> taken;
  {
    const std::lock_guard lock(mutex_);
    taken.swap(seen_);
  }
  std::vector<Fresh> fresh;
  while (!taken.empty()) {
    auto next = std::find_if(taken.begin(), taken.end(), [&](const Seen& seen) { return is_next(seen); });
    if (next == taken.end()) next = taken.begin();  // and what is wrong with it will be found
    take_in_commit(*next, now_ms, fresh);
    taken.erase(next);
  }
  return fresh;
}

void Witness::take_in_commit(const Seen& seen, int64_t now_ms, std::vector<Fresh>& fresh) {
  ++commits_;
  const size_t first = fresh.size();
  for (const store::JournalRow& row : seen.rows) fresh.push_back(take_in_row(row, seen, now_ms));
  // Ends before beginnings, as a run that continues as new has both in one commit.
  for (size_t i = first; i < fresh.size(); ++i) {
    const Run& run = *fresh[i].run;
    const auto open = open_runs_.find(run.workflow_id());
    if (run.closed_at == commits_ && open != open_runs_.end() && open->second == run.key().run_id) open_runs_.erase(open);
  }
  for (size_t i = first; i < fresh.size(); ++i) {
    const Run& run = *fresh[i].run;
    if (run.opened_at != commits_ || run.closed_at != 0) continue;
    EXPECT_TRUE(open_runs_.emplace(run.workflow_id(), run.key().run_id).second) << "two open runs of " << run.workflow_id();
  }
}

Witness::Fresh Witness::take_in_row(const store::JournalRow& row, const Seen& seen, int64_t now_ms) {
  Run& run = runs_[row.run.run_id];
  const int64_t batch_no = static_cast<int64_t>(run.stored.rows.size()) + 1;
  EXPECT_EQ(row.batch_no, batch_no) << "of run " << row.run.run_id.to_text();
  EXPECT_EQ(row.first_event_id, run.state.last_event_id + 1) << "batch " << batch_no << " of run " << row.run.run_id.to_text();
  if (batch_no == 1) {
    run.opened_at = commits_;
    in_order_.push_back(&run);
  }
  Fresh fresh{&run, run.stored.records.size(), 0, row.first_event_id, seen.writer, seen.told};
  journal::v1::RecordBatch batch;
  EXPECT_TRUE(batch.ParseFromString(row.records));
  EXPECT_GT(batch.records_size(), 0) << "an empty batch";
  for (journal::v1::Record& record : *batch.mutable_records()) take_in_record(run, std::move(record), now_ms);
  fresh.end_record = run.stored.records.size();
  if (batch_no == 1) find_own_records(run);
  run.stored.rows.push_back(row);
  if (!run.state.open() && run.closed_at == 0) run.closed_at = commits_;
  const auto stored = data_.find_execution(row.run);
  EXPECT_TRUE(stored.ok() && *stored) << "run " << row.run.run_id.to_text() << " has no row of its own";
  if (stored.ok() && *stored) run.stored.execution = **stored;
  return fresh;
}

void Witness::take_in_record(Run& run, journal::v1::Record&& record, int64_t now_ms) {
  if (record.has_offer_withdrawn()) check_withdrawal(run, record.offer_withdrawn(), now_ms);
  if (record.has_back_off_ended()) check_back_off(run, record.back_off_ended(), now_ms);
  const absl::Status applied = core::apply(run.state, record);
  EXPECT_TRUE(applied.ok()) << applied << " | " << record.ShortDebugString();
  if (record.has_event()) {
    // What time does is stamped with its deadline: in the future, it came too early.
    EXPECT_LE(record.event().time_ms(), now_ms) << "too early: " << record.ShortDebugString();
    run.events.push_back(bytes_of(core::to_history_event(record.event(), run.state.last_event_id)));
  }
  run.stored.records.push_back(std::move(record));
}

void Witness::check_withdrawal(const Run& run, const journal::v1::OfferWithdrawn& withdrawn, int64_t now_ms) {
  EXPECT_LE(withdrawn.time_ms(), now_ms);
  const core::Offer* offer = offer_of(run.state, withdrawn.scheduled_event_id());
  if (offer == nullptr || withdrawn.reason() != journal::v1::OfferWithdrawn::DELIVERY_TIMEOUT) return;
  EXPECT_GE(withdrawn.time_ms(), offer->made_ms + core::kDeliveryTimeoutMs) << "withdrawn too early: " << withdrawn.ShortDebugString();
}

void Witness::check_back_off(const Run& run, const journal::v1::BackOffEnded& ended, int64_t now_ms) {
  EXPECT_LE(ended.time_ms(), now_ms);
  const core::ActivityTask* activity = run.state.activities.get(ended.scheduled_event_id());
  const int64_t parked_until_ms = activity != nullptr ? activity->parked_until_ms : run.state.decision ? run.state.decision->parked_until_ms : 0;
  EXPECT_GE(ended.time_ms(), parked_until_ms) << "not parked for long enough: " << ended.ShortDebugString();
}

// The last reset is its own; those before it were its base's.
void Witness::find_own_records(Run& run) {
  const auto& records = run.stored.records;
  for (size_t i = 0; i < records.size(); ++i) {
    if (records[i].event().has_workflow_execution_reset()) run.reset_at = i;
  }
  if (run.reset_at == 0) return;
  run.own_from = run.reset_at + 1;
  while (run.own_from < records.size() && came_from_outside(records[run.own_from])) ++run.own_from;
}

// What a reset takes over is what the base has.
void Witness::check_reset(const Run& run) {
  const auto& reset = run.stored.records[run.reset_at].event().workflow_execution_reset();
  const Run* base = find(core::RunId::from_bytes(reset.base_run_id()).value_or(core::RunId{}));
  ASSERT_NE(base, nullptr) << run.stored.name() << " is a reset of a run that does not exist";
  EXPECT_FALSE(base->state.open()) << "two runs at once";
  EXPECT_EQ(base->workflow_id(), run.workflow_id());
  const auto& before = base->stored.records;
  size_t point = 0;
  for (int64_t events = 0; point < before.size(); ++point) {
    if (before[point].has_event() && ++events == reset.decision_task_completed_event_id()) break;
  }
  ASSERT_LT(point, before.size());
  EXPECT_TRUE(before[point].event().has_decision_task_completed()) << before[point].ShortDebugString();
  ASSERT_EQ(run.reset_at, point) << "not all records before the decision, or more";
  for (size_t i = 1; i < point; ++i) EXPECT_EQ(before[i].ShortDebugString(), run.stored.records[i].ShortDebugString());
  std::vector<std::string> came, comes_again;
  const auto note = [](const journal::v1::Record& record, std::vector<std::string>& events) {
    if (!came_from_outside(record)) return;
    journal::v1::Event event = record.event();
    event.clear_time_ms();
    events.push_back(event.ShortDebugString());
  };
  for (size_t i = point; i < before.size(); ++i) note(before[i], came);
  for (size_t i = run.reset_at; i < run.own_from; ++i) note(run.stored.records[i], comes_again);
  EXPECT_EQ(came, comes_again);
}

// A run that continues another one, and the one that it continues, name each other.
void Witness::check_successor(const Run& run) {
  if (!run.state.exists() || run.own_from != 0) return;
  const std::string& before = run.state.started().continued_execution_run_id();
  if (before.empty()) return;
  const Run* closed = find(core::RunId::from_bytes(before).value_or(core::RunId{}));
  ASSERT_NE(closed, nullptr) << run.stored.name() << " continues a run that does not exist";
  const journal::v1::Event& last = *closed->stored.events().back();
  EXPECT_EQ(last.workflow_execution_continued_as_new().new_execution_run_id(), run.key().run_id.view()) << run.stored.name();
  EXPECT_EQ(closed->workflow_id(), run.workflow_id());
}

void Witness::check(const std::vector<Fresh>& fresh, int64_t now_ms) {
  if (fresh.empty()) return;
  std::set<const Run*> changed;
  for (const Fresh& one : fresh) changed.insert(one.run);
  for (const Run* run : changed) {
    SCOPED_TRACE(run->stored.name());
    check_events(run->stored);
    check_successor(*run);
    if (run->own_from != 0) check_reset(*run);
  }
  std::vector<FoldedRun> all;
  all.reserve(runs_.size());
  for (const auto& [run_id, run] : runs_) all.push_back({&run.stored, &run.state});
  check_rows_beside(data_, all, now_ms);
}

}  // namespace baton::testing
