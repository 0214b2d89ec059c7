// One run in a lane's memory: the folded state and what the engine must remember beside it. Owned and used by one lane thread.
#pragma once

#include <cstdint>
#include <deque>
#include <list>
#include <memory>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "baton/journal/v1/record.pb.h"
#include "baton/v1/history_event.pb.h"
#include "coordinator/core/command.h"
#include "coordinator/core/state.h"
#include "coordinator/engine/task_poller.h"
#include "coordinator/store/store.h"

namespace baton::engine {

// The latest batches of a journal, as stored, kept so that a decision task is built without a read.
class HistoryTail {
 public:
  // `records`: a serialized RecordBatch that parses.
  void append(int64_t first_event_id, int64_t last_event_id, std::string records);
  // True when every event of [from, until] is here.
  bool covers(int64_t from_event_id, int64_t until_event_id) const;
  // Of the batches that hold these events.
  size_t bytes_of(int64_t from_event_id, int64_t until_event_id) const;
  // Adds the events of [from, until], which must be covered, in their public form. `latest` is the last batch when it is at hand, else null.
  void show(int64_t from_event_id, int64_t until_event_id, const journal::v1::RecordBatch* latest,
            google::protobuf::RepeatedPtrField<v1::HistoryEvent>* events) const;

 private:
  struct Entry {
    int64_t first_event_id, last_event_id;
    std::string records;
  };
  std::deque<Entry> entries_;
  size_t bytes_ = 0;
};

// Who was given which delivery, so that it hears of cancel requests and of the task's end.
struct Holder {
  core::TaskKind kind = core::TaskKind::kDecision;
  core::TaskRef task;
  std::shared_ptr<TaskPoller> poller;
};

struct CachedRun {
  store::RunKey key;
  store::WorkflowKey workflow;
  core::ExecutionState state;
  int64_t batch_no = 0;  // of its last journal row
  int64_t confirmed_ms = 0;  // when the store last agreed
  int64_t adopted_ms = 0;    // when it was loaded; 0: every one of its deadlines was armed here
  int64_t snapshot_batch_no = 0;
  bool snapshot_awaited = false;  // among the candidates of its lane
  absl::Status unserved;     // its journal cannot be read by this release

  HistoryTail tail;
  std::vector<Holder> holders;
  std::vector<core::AcknowledgeTask> acknowledgements;  // not yet in the journal
  absl::flat_hash_map<int64_t, core::HeldHeartbeat> heartbeats;
  absl::flat_hash_map<int64_t, store::Store::ListKey> backlog_rows;  // scheduled event ids that have, or may have, a row
  std::string forgotten_by;  // the decider instance that said that it no longer caches the run

  std::list<store::RunKey>::iterator used;  // in the cache's order of use

  Holder* find_holder(int64_t scheduled_event_id, int32_t attempt, int32_t delivery) {
    for (Holder& holder : holders) {
      const core::TaskRef& task = holder.task;
      if (task.scheduled_event_id == scheduled_event_id && task.attempt == attempt && task.delivery == delivery) return &holder;
    }
    return nullptr;
  }
};

}  // namespace baton::engine
