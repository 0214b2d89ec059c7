// How a child workflow is started.
#pragma once

#include <string_view>
#include <type_traits>

#include "baton/names.h"
#include "baton/priority.h"
#include "baton/tags.h"
#include "baton/timeout.h"

namespace baton {

// What is left out takes the default of the workflow type; nothing is inherited from the parent.
// Texts are copied by start_child(); they need not live longer. Trivially destructible, so that it
// may stand in a co_await expression.
struct ChildOptions {
  // 1 to 256 characters; one run of it may be open at a time in the domain. Default: the parent's run
  // id and a counter, "<run id>:1", "<run id>:2", …, which no other child has.
  std::string_view workflow_id;
  Timeout execution_start_to_close;  // all of it may take so long; at most one year
  Timeout task_start_to_close;       // its decider may take so long over one decision
  std::string_view task_list;        // of its decision tasks
  // What happens to the child's own children when it is terminated or times out.
  ChildPolicy child_policy = ChildPolicy::kDefault;
  Priority priority;  // of its decision tasks; higher first
  Tags tags;
  // Kept in the parent's history, delivered to nobody; at most 32,768 characters.
  std::string_view control;
  // The child can call functions only with one; at most 1,600 characters.
  std::string_view lambda_role;
};
static_assert(std::is_trivially_destructible_v<ChildOptions>);

}  // namespace baton
