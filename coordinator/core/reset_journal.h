// What a reset takes over from the journal of its base. A value; built by whoever reads the journal.
#pragma once

#include <cstdint>
#include <vector>

#include "absl/status/status.h"
#include "baton/journal/v1/record.pb.h"
#include "baton/v1/workflow_service.pb.h"

namespace baton::core {

// The reason and the point of a reset, as far as they can be judged before its base is read.
absl::Status check_reset(const baton::v1::ResetWorkflowExecutionRequest& request);

class ResetJournal {
 public:
  explicit ResetJournal(int64_t decision_task_completed_event_id) : point_(decision_task_completed_event_id) {}

  // Every record of the base, in order. False: it is too large, and more need not be added.
  bool add(const baton::journal::v1::Record& record);

  // Those before the decision.
  const std::vector<baton::journal::v1::Record>& kept() const { return kept_; }
  // Signals and cancel requests after it.
  const std::vector<baton::journal::v1::Event>& came_since() const { return came_since_; }
  // The event at this place is a DecisionTaskCompleted.
  bool ends_at_decision() const { return ends_at_decision_; }
  // More than kMaxResetBytes; the rest was left out.
  bool too_large() const { return too_large_; }
  // Of the events added.
  int64_t last_event_id() const { return last_event_id_; }

 private:
  bool has_room(const google::protobuf::Message& taken_over);

  const int64_t point_;
  std::vector<baton::journal::v1::Record> kept_;
  std::vector<baton::journal::v1::Event> came_since_;
  bool ends_at_decision_ = false;
  bool too_large_ = false;
  int64_t last_event_id_ = 0;
  size_t bytes_ = 0;
};

}  // namespace baton::core
