// What became of a call with a request id, as the store keeps it: the first outcome is every later copy's.
#pragma once

#include <string>

#include "absl/status/statusor.h"
#include "coordinator/engine/lane_request.h"

namespace baton::engine {

// Serialized baton.v1.StartWorkflowExecutionsResponse.Verdict.
std::string to_verdict(const absl::StatusOr<LaneReply>& reply);
absl::StatusOr<LaneReply> from_verdict(const std::string& verdict);

// How an update was answered, kept beside the verdict on it: by its event, since its id may come again when it is forgotten, and by run, since
// one that a reset began answers anew.
store::ReceivedKey reply_key(const store::WorkflowKey& workflow, const core::RunId& run_id, int64_t signaled_event_id);
// Serialized baton.v1.Reply.
std::string to_reply(const journal::v1::Reply& reply);
absl::StatusOr<v1::Reply> from_reply(const std::string& bytes);

}  // namespace baton::engine
