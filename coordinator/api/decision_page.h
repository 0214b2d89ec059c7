// The pages of a decision task's history after the first: PollForDecisionTask with a page token.
#pragma once

#include <string>

#include "coordinator/api/backend.h"

namespace baton::api {

// The arguments that a page token belongs to.
struct DecisionPageRequest {
  std::string domain, task_list, identity;
  int32_t maximum_page_size = 0;
  bool reverse_order = false;
  bool start_at_previous_started_event = false;
};

// The token of the page of `task` that begins at `next_event_id`.
std::string sign_decision_page(const Backend& backend, const DecisionPageRequest& request, const v1::DecisionTask& task, int64_t next_event_id);
// Answers the call with the page that its token names. Never waits for a task.
void read_decision_page(const Backend& backend, const core::Caller& caller, const DecisionPageRequest& request, const std::string& token,
                        std::function<void(absl::StatusOr<v1::DecisionTask>)> done);

}  // namespace baton::api
