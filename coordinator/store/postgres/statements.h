// Every statement this store sends, by name. Parameters are binary (binary.h), so each is cast where it stands.
#pragma once

#include <string>

#include "coordinator/store/postgres/connection.h"
#include "coordinator/store/store.h"

namespace baton::store::postgres {

// --- a group commit: rows come sorted by the key of their table -------------------------------------------------------------

extern const Statement kAppendJournal;      // shards, run ids, batch numbers, first event ids, formats, records, commit id
extern const Statement kUpdateExecutions;   // shards, run ids, close statuses, close times, deadlines, cancel requested -> count
extern const Statement kOpenExecutions;     // see statements.cc
extern const Statement kForgetAttributes;      // shards, run ids
extern const Statement kCloseAttributes;       // shards, run ids, close statuses, close times
extern const Statement kAddAttributes;         // shards, run ids, names, values
extern const Statement kRemoveBacklog;      // shards, run ids, scheduled event ids
extern const Statement kAddBacklog;         // shards, run ids, scheduled event ids, kinds, domains, …
extern const Statement kRemoveOutbox;       // shards, run ids, kinds, subjects
extern const Statement kAddOutbox;          // shards, run ids, kinds, subjects, times, messages
extern const Statement kAddReceived;        // shards, domains, workflow ids, sources, ids, verdicts, times, commit id
extern const Statement kJournalWriters;     // shards, run ids, batch numbers -> commit id of each that exists
extern const Statement kReceivedWriters;    // shards, domains, workflow ids, sources, ids -> commit id of each that exists

// A deadline that stays as it is, in kUpdateExecutions.
inline constexpr int64_t kSameDeadline = -1;

// --- what lanes read ----------------------------------------------------------------------------------------------------------

extern const Statement kLoadRuns;       // shards, run ids, core version -> place, kind, batch, first event, format, bytes, domain, workflow id
extern const Statement kConfirm;        // three groups of keys -> kind, place, batch number, run id, verdict
extern const Statement kSaveSnapshot;   // shard, run id, batch number, core version, state -> whether the batch exists

// --- reads beside the lanes -----------------------------------------------------------------------------------------------------

extern const Statement kDatabaseClock;
extern const Statement kMeta;                  // -> shard count, epoch, registry version
extern const Statement kFindBatch;             // shard, run id, event id -> number of the batch that holds it, last batch number
extern const Statement kReadHistory;           // shard, run id, first batch, bytes, rows -> rows upwards
extern const Statement kReadHistoryBackwards;  // likewise, downwards
extern const Statement kFindExecution;         // shard, run id
extern const Statement kFindLatest;            // shard, domain, workflow id
extern const Statement kDueDeadlines;          // until, limit
extern const Statement kReadBacklog;           // kinds, domains, task lists, limit per list
extern const Statement kCountBacklog;          // kind, domain, task list, at most
extern const Statement kReadOutbox;            // created before, limit, shard, run id, kind, subject of the last one
extern const Statement kFindReceived;          // shard, domain, workflow id, source, id
extern const Statement kPurgeReceived;         // older than, limit, margin
extern const Statement kRemoveClosedRuns;      // domain, closed before, limit
extern const Statement kRemoveRemains;         // rows, bytes -> rows that went
extern const Statement kHeartbeat;             // instance id, address
extern const Statement kSigningKeys;
extern const Statement kFirstSigningKey;       // secret

// --- registry -------------------------------------------------------------------------------------------------------------------

extern const Statement kRaiseRegistryVersion;  // expected version
extern const Statement kReadDomains;
extern const Statement kReadTypes;
extern const Statement kPutDomain;
extern const Statement kDeleteType;            // domain, kind, name, version
extern const Statement kPutType;

// --- schedules ------------------------------------------------------------------------------------------------------------------

extern const Statement kFindSchedule;    // shard, domain, id
extern const Statement kListSchedules;   // domain, after, limit
extern const Statement kCountSchedules;  // domain, at most
extern const Statement kDueSchedules;    // until, limit
extern const Statement kAddSchedule;     // shard, domain, id, version, next, definition, state
extern const Statement kSetSchedule;     // the same, of the version before
extern const Statement kDeleteSchedule;  // shard, domain, id, version after
extern const Statement kMoveSchedules;   // shards, domains, ids, versions, next ones, states -> places of those that moved, from 1

// Lists differ by what they filter and by order; each form is a statement of its own.
struct ListStatement {
  std::string name, sql;
  Statement view() const { return {name, sql}; }
};
// domain, oldest, latest, last time seen, last run id seen, limit, then the filters that are set, in the order of ExecutionQuery
// (workflow id with its shard before it).
ListStatement list_statement(const ExecutionQuery& query);
// domain, oldest, latest, at most, then the filters.
ListStatement count_statement(const ExecutionQuery& query);

}  // namespace baton::store::postgres
