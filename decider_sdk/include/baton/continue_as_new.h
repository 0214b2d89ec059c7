// The end of a run that goes on as another one, with a fresh history.
#pragma once

#include <memory>
#include <optional>
#include <source_location>
#include <string_view>
#include <type_traits>

#include "baton/names.h"
#include "baton/payload.h"
#include "baton/priority.h"
#include "baton/tags.h"
#include "baton/timeout.h"

namespace baton {

// How the next run is started. What is left out takes the default of the workflow type, and not
// what this run has; only its search attributes are carried over. Texts are copied.
struct ContinueOptions {
  Timeout execution_start_to_close;  // all of it may take so long; at most one year
  Timeout task_start_to_close;       // its decider may take so long over one decision
  std::string_view task_list;        // of its decision tasks
  ChildPolicy child_policy = ChildPolicy::kDefault;
  Priority priority;  // of its decision tasks; higher first
  Tags tags;
  std::string_view lambda_role;  // it can call functions only with one
};
static_assert(std::is_trivially_destructible_v<ContinueOptions>);

// Thrown out of workflow code: the execution closes as CONTINUED_AS_NEW, and a run of the same
// workflow id begins in the same step. Made by Workflow::continue_as_new() only:
//
//   throw wf.continue_as_new(watch, next_state, {.task_list = "decisions"});
//
// Why it is thrown, as baton::Canceled and baton::WorkflowFailed are: it ends the run from any depth
// of calls, also of a Task<> (where `co_return x` cannot be written); nothing can follow it; and
// without `throw` the compiler complains. It is no std::exception, so that `catch (const
// std::exception&)` does not swallow it. The workflow type is the symbol of the contract, so that a
// wrong input is a compile error; its version may be another one than this run's.
//
// Signals that came and were not taken are gone with this run: take them first (while
// (channel.ready())). Open activities and timers end with it; children go on, without a parent that
// waits for them.
class [[nodiscard]] ContinueAsNew {
 public:
  // For the SDK: what the closing decision is made of.
  struct Facts;
  explicit ContinueAsNew(std::shared_ptr<const Facts> facts) : facts_(std::move(facts)) {}
  const Facts& facts() const { return *facts_; }

 private:
  std::shared_ptr<const Facts> facts_;
};

}  // namespace baton
