// The tables of the memory store and what a commit does to them. Not thread-safe: MemoryStore locks around it.
#pragma once

#include <map>
#include <set>
#include <string>
#include <tuple>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "coordinator/store/net_changes.h"
#include "coordinator/store/store.h"

namespace baton::store::memory {

struct Snapshot {
  int64_t batch_no = 0;
  std::string state;
};

struct Execution {
  ExecutionRecord record;
  int64_t deadline_ms = 0;
  std::vector<Attribute> attributes;
};

struct Received {
  std::string verdict;
  int64_t received_ms = 0;
};

using TypeKey = std::tuple<std::string, TypeKind, std::string, std::string>;  // domain, kind, name, version

struct Tables {
  std::map<RunKey, std::vector<JournalRow>> journal;  // batch n of a run at place n - 1, unless it is `removed`
  std::map<RunKey, std::map<int32_t, Snapshot>> snapshots;  // by core version
  std::map<RunKey, Execution> executions;
  std::set<RunKey> removed;  // runs without their row in `executions`, of which something is left
  std::map<WorkflowKey, RunId> open_runs;
  std::set<std::pair<int64_t, RunKey>> deadlines;
  std::map<BacklogKey, BacklogRow> backlog;
  std::map<OutboxKey, OutboxRow> outbox;
  std::map<ReceivedKey, Received> received;

  std::map<ScheduleKey, ScheduleRow> schedules;

  int64_t registry_version = 0;
  std::map<std::string, DomainRow> domains;
  std::map<TypeKey, TypeRow> types;
  std::vector<SigningKey> signing_keys;
  std::map<std::string, std::string> coordinators;  // instance id -> address

  // The whole batch or, on any other outcome, none of it.
  CommitResult commit(const CommitBatch& batch);

 private:
  void apply(const CommitBatch& batch, const NetChanges& net);
};

WorkflowKey workflow_of(const Execution& execution);

}  // namespace baton::store::memory
