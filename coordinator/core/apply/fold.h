// The parts of apply(), by family. Each changes the state by one record that it has found to fit; anything else is DATA_LOSS.
#pragma once

#include <cstdint>
#include <string_view>

#include "absl/status/status.h"
#include "baton/journal/v1/record.pb.h"
#include "coordinator/core/state.h"

namespace baton::core::fold {

// A record that cannot follow what came before it.
absl::Status misfit(const ExecutionState& state, std::string_view what);

// What a public event is to the families below: its id, and itself.
struct Place {
  int64_t id = 0;
  int64_t time_ms = 0;
};

// execution.cc
absl::Status started(ExecutionState& state, const journal::Event& event);
absl::Status closed(ExecutionState& state, journal::CloseStatus status, Place place);
absl::Status search_attributes_upserted(ExecutionState& state, const journal::SearchAttributesUpsertedAttributes& event);
absl::Status signaled(ExecutionState& state, const journal::WorkflowExecutionSignaledAttributes& event, Place place);
absl::Status update_answered(ExecutionState& state, const journal::WorkflowExecutionUpdateAnsweredAttributes& event);
absl::Status paused(ExecutionState& state, const journal::WorkflowExecutionPausedAttributes& event, Place place);
absl::Status resumed(ExecutionState& state);
// What came before is the journal of another run.
absl::Status reset(ExecutionState& state, Place place);
absl::Status history_limit_neared(ExecutionState& state, const journal::WorkflowExecutionHistoryLimitNearedAttributes& event, Place place);

// decision_task.cc
absl::Status decision_scheduled(ExecutionState& state, const journal::DecisionTaskScheduledAttributes& event, Place place);
absl::Status decision_started(ExecutionState& state, const journal::DecisionTaskStartedAttributes& event, Place place);
absl::Status decision_completed(ExecutionState& state, const journal::DecisionTaskCompletedAttributes& event, Place place);
absl::Status decision_timed_out(ExecutionState& state, const journal::DecisionTaskTimedOutAttributes& event, Place place);
absl::Status decision_answered(ExecutionState& state, const journal::DecisionAnswered& record);
absl::Status decision_abandoned(ExecutionState& state, const journal::DecisionAbandoned& record);

// activity_task.cc
absl::Status activity_scheduled(ExecutionState& state, const journal::Event& event, Place place);
// A call of a function.
absl::Status function_scheduled(ExecutionState& state, const journal::Event& event, Place place);
// `kind`: whose event it is.
absl::Status activity_started(ExecutionState& state, TaskKind kind, int64_t scheduled_event_id, Place place);
absl::Status activity_cancel_requested(ExecutionState& state, const journal::ActivityTaskCancelRequestedAttributes& event, Place place);
// Completed, failed, timed out, canceled.
absl::Status activity_closed(ExecutionState& state, int64_t scheduled_event_id, int64_t started_event_id, Place place);
// Completed, failed, timed out; or could not be called, and was not started.
absl::Status function_closed(ExecutionState& state, int64_t scheduled_event_id, int64_t started_event_id);
absl::Status activity_answered(ExecutionState& state, const journal::ActivityAnswered& record);
absl::Status attempt_ended(ExecutionState& state, const journal::AttemptEnded& record);
absl::Status heartbeat_recorded(ExecutionState& state, const journal::HeartbeatRecorded& record);

// timer.cc
absl::Status timer_started(ExecutionState& state, const journal::TimerStartedAttributes& event, Place place);
// Fired or canceled.
absl::Status timer_ended(ExecutionState& state, const std::string& timer_id, int64_t started_event_id);

// external.cc
absl::Status external_initiated(ExecutionState& state, const journal::Event& event, Place place);
// Signaled, cancel requested, or failed.
absl::Status external_answered(ExecutionState& state, int64_t initiated_event_id);
absl::Status child_initiated(ExecutionState& state, const journal::Event& event, Place place);
absl::Status child_start_failed(ExecutionState& state, int64_t initiated_event_id);
absl::Status child_started(ExecutionState& state, int64_t initiated_event_id, Place place);
absl::Status child_ended(ExecutionState& state, int64_t initiated_event_id, int64_t started_event_id);

// offer.cc: of both kinds of tasks
absl::Status offer_made(ExecutionState& state, const journal::OfferMade& record);
absl::Status offer_acknowledged(ExecutionState& state, const journal::OfferAcknowledged& record);
absl::Status offer_withdrawn(ExecutionState& state, const journal::OfferWithdrawn& record);
absl::Status back_off_ended(ExecutionState& state, const journal::BackOffEnded& record);

}  // namespace baton::core::fold
