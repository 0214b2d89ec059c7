// The port to the database: what the engine asks of storage, in Baton's words. Behind it are store/postgres (libpqxx) and store/memory;
// one conformance suite runs against both. Only implementations of this port contain SQL.
//
// The fence: a journal row's key is (shard, run_id, batch_no); whoever appends batch N of a run first wins, everyone else conflicts.
// Correctness needs no lock, lease or leader.
#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "coordinator/core/commit.h"
#include "coordinator/core/run_id.h"

namespace baton::store {

using core::RunId;

// A fresh random value for every attempted group commit; not a writer's name.
using CommitId = std::array<uint8_t, 16>;

struct RunKey {
  int16_t shard = 0;  // hash(domain, workflow id) mod the database's shard count
  RunId run_id;
  friend auto operator<=>(const RunKey&, const RunKey&) = default;
};

struct WorkflowKey {
  int16_t shard = 0;
  std::string domain;
  std::string workflow_id;
  friend auto operator<=>(const WorkflowKey&, const WorkflowKey&) = default;
};

// The stable hash behind `shard`; the same on every host and for ever.
int16_t shard_of(std::string_view domain, std::string_view workflow_id, int shard_count);

inline constexpr int16_t kJournalFormat = 1;  // RecordBatch of baton.journal.v1

// --- what one group commit writes -------------------------------------------------------------------------------------------

struct JournalRow {
  RunKey run;
  int64_t batch_no = 0;        // from 1, dense per run: the writer's duty, PostgreSQL does not look for gaps
  int64_t first_event_id = 0;  // of the first public event in the batch, or of the next one to come
  int16_t format = kJournalFormat;
  std::string records;
};

// A search attribute of a run: bytes that are ordered as its value is.
struct Attribute {
  std::string name, value;
  friend auto operator<=>(const Attribute&, const Attribute&) = default;
};

struct ExecutionOpened {
  RunKey run;
  std::string domain, workflow_id, type_name, type_version;
  int64_t start_ms = 0;
  std::vector<std::string> tags;
  std::string parent_workflow_id;      // empty: none
  std::optional<RunId> parent_run_id;
  int64_t deadline_ms = 0;             // 0: none
  std::vector<Attribute> attributes;   // each name once
};
struct ExecutionClosed {
  RunKey run;
  std::string domain, workflow_id;  // the order in which rows are locked
  int16_t close_status = 0;         // baton.v1.CloseStatus
  int64_t close_ms = 0;
  bool has_attributes = false;  // it has search attributes, or had some in this very batch
};
// Any of the optional columns; at least one.
struct ExecutionChanged {
  RunKey run;
  std::string domain, workflow_id;
  std::optional<int64_t> deadline_ms;  // 0: none
  bool cancel_requested = false;       // true: becomes true
  std::optional<std::vector<Attribute>> attributes = {};  // all that it has from here on; each name once
};

struct BacklogKey {
  RunKey run;
  int64_t scheduled_event_id = 0;
  friend auto operator<=>(const BacklogKey&, const BacklogKey&) = default;
};
struct BacklogRow {
  BacklogKey key;
  core::TaskKind kind = core::TaskKind::kDecision;
  std::string domain, task_list, workflow_id;
  int32_t priority = 0;
  int64_t scheduled_ms = 0;
};

// Identity of a call that must not be applied twice: `source` is the operation, `id` the request id.
struct ReceivedKey {
  WorkflowKey workflow;
  std::string source, id;
  friend auto operator<=>(const ReceivedKey&, const ReceivedKey&) = default;
};
struct ReceivedRow {
  ReceivedKey key;
  std::string verdict;  // serialized reply or refusal; the engine's own form
  int64_t received_ms = 0;
};

// A message to another execution: written with the commit that sends it, there until a commit of the sender takes it away.
struct OutboxKey {
  RunKey source;        // the sender
  int16_t kind = 0;     // core::MessageKind
  int64_t subject = 0;  // an event of the sender's history: one message of a kind for each
  friend auto operator<=>(const OutboxKey&, const OutboxKey&) = default;
};
struct OutboxRow {
  OutboxKey key;
  std::string message;  // journal.v1.Message
  int64_t created_ms = 0;
};

// All of it or nothing. Journal INSERT first, then closes before opens, rows of each table in the order of its unique key; the vectors
// may be in any order. A run may be opened, changed and closed in one batch: its row ends up with all of it. A change or a close of a
// run that is not open is refused (kRejected). Removals from the backlog and the outbox come before additions: a key in both is there
// afterwards. Text other than `records`, `message` and `verdict` must be UTF-8 without NUL, else kRejected.
struct CommitBatch {
  CommitId commit_id{};
  std::vector<JournalRow> journal;
  std::vector<ExecutionClosed> closed;
  std::vector<ExecutionOpened> opened;
  std::vector<ExecutionChanged> changed;
  std::vector<BacklogKey> backlog_removed;  // rows that may not exist
  std::vector<BacklogRow> backlog_added;
  std::vector<OutboxKey> outbox_removed;  // rows that may not exist
  std::vector<OutboxRow> outbox_added;
  std::vector<ReceivedRow> received;

  bool append_only() const {
    return closed.empty() && opened.empty() && changed.empty() && backlog_removed.empty() && backlog_added.empty() &&
           outbox_removed.empty() && outbox_added.empty() && received.empty();
  }
};

enum class CommitOutcome {
  kCommitted,
  // Surely not applied: another batch has one of the keys (journal, open run of a workflow id, received), or a deadlock was broken.
  // Reload and decide again.
  kConflict,
  // Surely not applied: the database does not take these rows. UNAVAILABLE as the reason: not now (another session holds a lock, no room,
  // took too long), so they may pass later, and others may pass now. Any other: never (bad encoding, check violated).
  kRejected,
  // The connection was lost and sending the identical batch again did not settle it in time: maybe applied.
  kMaybe,
};
struct CommitResult {
  CommitOutcome outcome = CommitOutcome::kCommitted;
  absl::Status reason;  // why, unless committed
};

// --- what is read ------------------------------------------------------------------------------------------------------------

struct LoadedRun {
  RunKey run;
  std::string domain, workflow_id;   // empty: the run has no execution row, or not any more
  std::string snapshot;              // empty: none of this core version
  int64_t snapshot_batch_no = 0;
  std::vector<JournalRow> rows;      // after the snapshot, ascending and dense
};

struct OpenRun {
  WorkflowKey workflow;
  std::optional<RunId> run_id;       // absent: no open run
};

// What a lane asks before it answers without appending.
struct ConfirmRequest {
  std::vector<RunKey> runs;              // -> last batch number of each, 0 when there is none
  std::vector<WorkflowKey> open_runs;    // -> open run of each
  std::vector<ReceivedKey> received;     // -> verdicts
};
struct ConfirmReply {
  std::vector<int64_t> last_batch_no;                  // parallel to runs
  std::vector<std::optional<RunId>> open_runs;         // parallel to open_runs
  std::vector<std::optional<std::string>> verdicts;    // parallel to received
};

struct DueDeadline {
  RunKey run;
  int64_t deadline_ms = 0;
};

// A connection for one lane: used by one thread at a time.
class LaneSession {
 public:
  virtual ~LaneSession() = default;
  // One query for all; runs that do not exist (neither journal nor snapshot) are left out, the others come in the order asked.
  virtual absl::StatusOr<std::vector<LoadedRun>> load(std::span<const RunKey> runs) = 0;
  // One query for everything asked, begun after the call.
  virtual absl::StatusOr<ConfirmReply> confirm(const ConfirmRequest& request) = 0;
  virtual CommitResult commit(const CommitBatch& batch) = 0;
  // Never on the hot path; a lost snapshot costs time, not truth.
  virtual absl::Status save_snapshot(RunKey run, int64_t batch_no, const std::string& snapshot) = 0;
};

// --- reads beside the lanes: history, visibility, sweeps, registry --------------------------------------------------------------

struct HistoryPage {
  std::vector<JournalRow> rows;  // cover the asked events; ascending, or descending for a reverse read
  bool more = false;
};

struct ExecutionRecord {
  RunKey run;
  std::string domain, workflow_id, type_name, type_version;
  int16_t close_status = 0;  // 0: open
  int64_t start_ms = 0, close_ms = 0;
  std::vector<std::string> tags;
  std::string parent_workflow_id;
  std::optional<RunId> parent_run_id;
  bool cancel_requested = false;
};

// At most one of workflow_id, type_name, tag, attribute_name is set; close_status only for closed runs (SWF's rules, facts.md §11).
struct ExecutionQuery {
  std::string domain;
  bool open = true;
  bool by_close_time = false;            // else by start time
  int64_t oldest_ms = 0, latest_ms = 0;  // inclusive; latest 0: no bound
  std::string workflow_id, type_name, type_version, tag;
  std::string attribute_name, attribute_least, attribute_most;  // values from least to most, both included
  int16_t close_status = 0;
  int64_t closed_after_ms = 0;  // closed ones: only those that closed later than this; 0: all
  bool oldest_first = false;  // SWF's default is newest first
  int32_t limit = 0;
  // Keyset: the last row of the page before.
  std::optional<std::pair<int64_t, RunId>> after;
};

struct DomainRow {
  std::string name, description;
  bool deprecated = false;
  int64_t retention_ms = 0;
  std::vector<std::pair<std::string, std::string>> tags;
  std::string configuration;  // serialized baton.v1.DomainConfiguration without its retention; empty: every default
};
enum class TypeKind : int16_t { kWorkflow = 1, kActivity = 2 };
struct TypeRow {
  TypeKind kind = TypeKind::kWorkflow;
  std::string domain, name, version;
  bool deprecated = false;
  int64_t created_ms = 0, deprecated_ms = 0;  // 0: not deprecated
  std::string configuration;                  // serialized baton.v1.RegisterWorkflowTypeRequest or RegisterActivityTypeRequest
};
struct RegistryDump {
  int64_t version = 0;  // grows with every change
  std::vector<DomainRow> domains;
  std::vector<TypeRow> types;
};

struct SigningKey {
  int32_t id = 0;
  std::string secret;  // 32 random bytes
  bool active = true;  // the newest active one signs, all verify
};

// Known by its id in its domain; of the shard that a workflow of this id would be of.
struct ScheduleKey {
  int16_t shard = 0;
  std::string domain, schedule_id;
  friend auto operator<=>(const ScheduleKey&, const ScheduleKey&) = default;
};
struct ScheduleRow {
  ScheduleKey key;
  int64_t version = 0;     // grows by one with every change; at first what its maker gives, never one that a row of this key had before
  int64_t next_ms = 0;     // when it has something to do; 0: never, as things are
  std::string definition;  // serialized baton.v1.Schedule
  std::string state;       // serialized baton.journal.v1.ScheduleState
};

// By how much the clocks of a message's sender and of its receiver may differ.
inline constexpr int64_t kMessageClockMarginMs = 600'000;

// Thread-safe; a call may wait for a connection of a small pool.
class Store {
 public:
  virtual ~Store() = default;

  virtual std::unique_ptr<LaneSession> open_lane() = 0;

  // The database's clock. Called with every heartbeat.
  virtual absl::StatusOr<int64_t> now_ms() = 0;
  // Fixed when the database was created.
  virtual int shard_count() const = 0;
  // Raised when the database was restored from a backup.
  virtual absl::StatusOr<int64_t> epoch() = 0;
  virtual absl::StatusOr<std::vector<SigningKey>> signing_keys() = 0;  // makes the first one when there is none

  // Events from `from_event_id` on (or, reversed, from it downwards; 0: from the last); rows until `max_bytes`, at least one; a store may
  // end a page sooner. A first row may begin before the asked event (reversed: end after it), and rows without any public event occur:
  // the reader skips those.
  virtual absl::StatusOr<HistoryPage> read_history(RunKey run, int64_t from_event_id, bool reverse, int64_t max_bytes) = 0;
  // Every row of a run's journal, in order: those from `from_batch_no` (at least 1) until `max_bytes`, at least one; a store may end sooner.
  // Empty: there are no more.
  virtual absl::StatusOr<std::vector<JournalRow>> read_journal(RunKey run, int64_t from_batch_no, int64_t max_bytes) = 0;
  virtual absl::StatusOr<std::optional<ExecutionRecord>> find_execution(RunKey run) = 0;
  // The open run of a workflow id, or its latest closed one.
  virtual absl::StatusOr<std::optional<ExecutionRecord>> find_latest(const WorkflowKey& workflow) = 0;
  virtual absl::StatusOr<std::vector<ExecutionRecord>> list_executions(const ExecutionQuery& query) = 0;
  // Counts up to `at_most`.
  virtual absl::StatusOr<int64_t> count_executions(const ExecutionQuery& query, int64_t at_most) = 0;

  // Deadlines at or before `until_ms`, earliest first.
  virtual absl::StatusOr<std::vector<DueDeadline>> due_deadlines(int64_t until_ms, int32_t limit) = 0;

  struct ListKey {
    core::TaskKind kind;
    std::string domain, task_list;
    friend auto operator<=>(const ListKey&, const ListKey&) = default;
  };
  // Waiting tasks of these lists in hand-out order (priority, then age), at most `limit_per_list` of each; one query.
  virtual absl::StatusOr<std::vector<BacklogRow>> read_backlog(std::span<const ListKey> lists, int32_t limit_per_list) = 0;
  virtual absl::StatusOr<int64_t> count_backlog(const ListKey& list, int64_t at_most) = 0;

  // Messages created before then that nobody has taken away, in the order of their keys, after `after` if given.
  virtual absl::StatusOr<std::vector<OutboxRow>> read_outbox(int64_t created_before_ms, int32_t limit,
                                                             const std::optional<OutboxKey>& after) = 0;

  // Registry writes: each is one transaction that also raises the registry's version. `received` (optional, operation + request id in
  // the domain) makes a repeat harmless: ALREADY_EXISTS from the status means the key was there; find_received has its verdict.
  // UNAVAILABLE means maybe applied.
  virtual absl::StatusOr<RegistryDump> read_registry() = 0;
  virtual absl::StatusOr<int64_t> registry_version() = 0;
  // Applies when the registry still has `expected_version` (compare and set); FAILED_PRECONDITION when it has moved on.
  struct RegistryChange {
    int64_t expected_version = 0;
    std::vector<DomainRow> put_domains;
    std::vector<TypeRow> put_types;
    std::vector<TypeRow> deleted_types;  // by kind, domain, name, version
    std::optional<ReceivedRow> received;
  };
  virtual absl::Status change_registry(const RegistryChange& change) = 0;
  virtual absl::StatusOr<std::optional<std::string>> find_received(const ReceivedKey& key) = 0;

  // --- schedules ---
  virtual absl::StatusOr<std::optional<ScheduleRow>> find_schedule(const ScheduleKey& key) = 0;
  // Of a domain, by id, after this one (empty: from the first).
  virtual absl::StatusOr<std::vector<ScheduleRow>> list_schedules(const std::string& domain, const std::string& after, int32_t limit) = 0;
  virtual absl::StatusOr<int64_t> count_schedules(const std::string& domain, int64_t at_most) = 0;
  // Those with something to do at or before `until_ms`, earliest first.
  virtual absl::StatusOr<std::vector<ScheduleRow>> due_schedules(int64_t until_ms, int32_t limit) = 0;
  // Makes, replaces or deletes one, by compare and set; FAILED_PRECONDITION when it has moved on. `received` and UNAVAILABLE: as with
  // change_registry.
  struct ScheduleChange {
    ScheduleRow row;
    bool is_new = false;   // there is none of this key; else there is one, of the version before row.version
    bool deletes = false;  // what there is
    std::optional<ReceivedRow> received;
  };
  virtual absl::Status change_schedule(const ScheduleChange& change) = 0;
  // Gives many rows, each of another key and by itself, a new version, next_ms and state (their definitions stay): those of the version before.
  // Tells of each whether it was; after an error some may be.
  virtual absl::StatusOr<std::vector<bool>> move_schedules(std::span<const ScheduleRow> rows) = 0;

  // Forgets received rows older than this, some at a time; returns how many went. Those of messages outlive their message: a verdict is
  // never older than its message, so what is younger than the oldest message, less kMessageClockMarginMs, stays.
  virtual absl::StatusOr<int64_t> purge_received(int64_t older_than_ms, int32_t limit) = 0;

  // Removes runs of the domain that closed before then, those first that closed first, except while a message of theirs is in the outbox;
  // returns how many went. Such a run is gone from every look-up, list and count at once, and only from these: its journal and snapshots
  // are remains, and nothing may be appended to it.
  virtual absl::StatusOr<int64_t> remove_closed_runs(const std::string& domain, int64_t closed_before_ms, int32_t limit) = 0;
  // Removes at most so many rows of what is left of removed runs of all domains; returns how many went, 0 when nothing is left.
  virtual absl::StatusOr<int64_t> remove_remains(int32_t limit) = 0;
  // This coordinator is alive at `address` (one row, upserted).
  virtual absl::Status heartbeat(const std::string& instance_id, const std::string& address) = 0;
};

}  // namespace baton::store
