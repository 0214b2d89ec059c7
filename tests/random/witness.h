// The journals as they are committed: what a reader who sees everything knows of every run, and what must hold whenever nobody writes.
// Failures are GoogleTest failures.
#pragma once

#include <list>
#include <map>
#include <mutex>
#include <string>
#include <vector>

#include "baton/v1/history_event.pb.h"
#include "coordinator/core/state.h"
#include "coordinator/store/memory/memory_store.h"
#include "tests/engine/stored_run.h"

namespace baton::testing {

// As one and the same bytes every time: maps in the order of their keys.
std::string bytes_of(const v1::HistoryEvent& event);

class Witness {
 public:
  struct Run {
    StoredRun stored;
    core::ExecutionState state;       // of all its records
    std::vector<std::string> events;  // event n at place n - 1, as anybody must be shown it
    int64_t opened_at = 0;            // how many commits had been seen then
    int64_t closed_at = 0;            // 0: it is open
    // Of a run that a reset began: where its WorkflowExecutionReset is among the records, and where the first one is that is no copy of
    // the base's. Both 0: it was not.
    size_t reset_at = 0, own_from = 0;

    store::RunKey key() const { return stored.execution.run; }
    const std::string& workflow_id() const { return stored.execution.workflow_id; }
    bool is_copied(size_t record) const { return record < own_from && record != reset_at; }
  };
  // Records that came with one commit.
  struct Fresh {
    const Run* run = nullptr;
    size_t first_record = 0, end_record = 0;
    int64_t first_event_id = 0;  // of the first event among them, or of the next one to come
    int writer = 0;              // who wrote them, as saw() was told
    bool told = false;           // and was told that they were written
  };

  explicit Witness(store::MemoryStore& data) : data_(data) {}

  // `batch` has been applied. Thread-safe.
  void saw(const store::CommitBatch& batch, int writer, bool told);

  // --- when nobody writes ---
  // Takes in what was committed since, record by record, and returns it.
  std::vector<Fresh> take_in(int64_t now_ms);
  // What must hold of the runs that changed, and of the rows beside all of them (invariants I1 to I6, I8, I9, I12).
  void check(const std::vector<Fresh>& fresh, int64_t now_ms);
  const Run* find(const core::RunId& run_id) const;
  const Run* open_run(const std::string& workflow_id) const;
  // A run of the workflow id was open at some moment after the first `since` commits.
  bool was_open(const std::string& workflow_id, int64_t since) const;
  const std::map<core::RunId, Run>& runs() const { return runs_; }
  // As they began.
  const std::vector<const Run*>& in_order() const { return in_order_; }
  int64_t commits() const { return commits_; }

 private:
  struct Seen {
    std::vector<store::JournalRow> rows;
    std::vector<std::string> opened, closed;  // workflow ids
    int writer;
    bool told;
  };

  // Nothing that must have been applied before it is missing.
  bool is_next(const Seen& seen) const;
  void take_in_commit(const Seen& seen, int64_t now_ms, std::vector<Fresh>& fresh);
  Fresh take_in_row(const store::JournalRow& row, const Seen& seen, int64_t now_ms);
  void take_in_record(Run& run, journal::v1::Record&& record, int64_t now_ms);
  void check_withdrawal(const Run& run, const journal::v1::OfferWithdrawn& withdrawn, int64_t now_ms);
  static void check_back_off(const Run& run, const journal::v1::BackOffEnded& ended, int64_t now_ms);
  static void find_own_records(Run& run);
  void check_successor(const Run& run);
  void check_reset(const Run& run);

  store::MemoryStore& data_;
  std::mutex mutex_;
  std::list<Seen> seen_;  // guarded by mutex_
  std::map<core::RunId, Run> runs_;
  std::vector<const Run*> in_order_;
  std::map<std::string, core::RunId> open_runs_;  // by workflow id
  int64_t commits_ = 0;
};

// Of an activity or the decision task; null: no offer of it is out.
const core::Offer* offer_of(const core::ExecutionState& state, int64_t scheduled_event_id);

}  // namespace baton::testing
