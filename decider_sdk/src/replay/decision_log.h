// The decisions that the code made for one decision task, and their comparison with the events that
// the history has for them.
#pragma once

#include <optional>
#include <source_location>
#include <string>
#include <vector>

#include "baton/detail/scheduler.h"
#include "baton/v1/decision.pb.h"
#include "baton/v1/history_event.pb.h"

namespace baton::detail {

enum class DecisionKind {
  kScheduleActivityTask,
  kRequestCancelActivityTask,
  kStartTimer,
  kCancelTimer,
  kRecordMarker,
  kStartChildWorkflowExecution,
  kSignalExternalWorkflowExecution,
  kRequestCancelExternalWorkflowExecution,
  kScheduleLambdaFunction,
  kUpsertSearchAttributes,
  kAnswerUpdate,
  kCompleteWorkflowExecution,
  kFailWorkflowExecution,
  kCancelWorkflowExecution,
  kContinueAsNewWorkflowExecution,
};

// A decision as the code made it.
struct Decided {
  DecisionKind kind;
  Waitable* machine;  // whose decision it is; null for markers and closings
  std::string id;     // activity id, timer id, marker name, …; empty for closings
  std::source_location where;
};

// Why a decision task cannot be decided. The execution is not harmed: the task is tried again.
struct DecisionFailure {
  std::string reason;   // for example "NONDETERMINISM"; at most 256 characters
  std::string message;  // for people
};

using WireDecisions = google::protobuf::RepeatedPtrField<v1::Decision>;

// Used by one run. The decisions of one task are added, then matched one by one, in order.
class DecisionLog {
 public:
  // Forgets what was matched; new decisions go to `out`, which must live until the next begin().
  void begin(WireDecisions* out);
  v1::Decision* add(Decided decided);
  size_t size() const { return decided_.size(); }
  const Decided& operator[](size_t index) const { return decided_[index]; }

  // The decision made last, to be added to; null: it is of another kind.
  v1::Decision* last(DecisionKind kind);
  void rename_last(std::string id) { decided_.back().id = std::move(id); }

  bool all_matched() const { return matched_ == decided_.size(); }
  // The decision that comes next; null: it is none of this kind.
  const Decided* next(DecisionKind kind) const;
  // The decision that `event` is the answer to; null: it is not the next one, see mismatch().
  const Decided* match(DecisionKind kind, const std::string& id);
  // What is wrong when an event is not the next decision's: event, history, code, source line.
  std::string mismatch(const v1::HistoryEvent& event, std::string_view detail = {}) const;
  // What is wrong when the history has no event for the next decision.
  std::string missing(int64_t completed_event_id) const;

 private:
  std::vector<Decided> decided_;
  size_t matched_ = 0;
  WireDecisions* out_ = nullptr;
};

// "orders.cc:42 in process_order".
std::string to_string(const std::source_location& where);

}  // namespace baton::detail
