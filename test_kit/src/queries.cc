// Queries of a test: asked as a coordinator would ask, once of the decider there is and once of one that knows nothing.
#include "coordinator/core/journal_values.h"
#include "coordinator/core/names.h"
#include "environment.h"
#include "replies.h"
#include "wire.h"

namespace baton::testing::detail {
namespace {

v1::QueryTask to_task(const SimulatedCoordinator::Run& run, std::string_view name, const std::optional<Payload>& input) {
  const core::ExecutionState& state = run.state();
  v1::QueryTask task;
  task.mutable_workflow_execution()->set_workflow_id(run.known.workflow.workflow_id);
  task.mutable_workflow_execution()->set_run_id(run.known.key.run_id.to_text());
  core::to_api(state.started().workflow_type(), task.mutable_workflow_type());
  task.set_last_event_id(state.last_event_id);
  task.set_query_name(std::string(name));
  if (input) to_wire(*input, task.mutable_input());
  if (state.previous_started_event_id == 0) return task;
  task.mutable_state()->set_started_event_id(state.previous_started_event_id);
  const auto& answer = state.last_answer;
  if (answer && !answer->abandoned && answer->started_event_id == state.previous_started_event_id) {
    task.mutable_state()->set_delivery(answer->delivery);
  }
  return task;
}

v1::Reply ask(sdk::Deciding& deciding, const v1::QueryTask& task) {
  v1::QueryAnswer answer;
  deciding.answer(task, &answer);
  return answer.reply();
}

}  // namespace

Reply Environment::query(const Execution& execution, std::string_view name, const std::optional<Payload>& input) {
  while (step()) {
  }
  const SimulatedCoordinator::Run& run = find(execution);
  if (!run.state().open()) {
    throw Error(Code::kNotFound, "UNKNOWN_RESOURCE", "execution " + execution.workflow_id + " is closed: only an open run answers queries");
  }
  const v1::QueryTask task = to_task(run, name, input);
  const v1::Reply reply = ask(*deciding_, task);
  sdk::Deciding afresh(workflows_, read_history(), 0);
  const v1::Reply again = ask(afresh, task);
  if (again.SerializeAsString() != reply.SerializeAsString()) {
    throw DecisionFailed("NONDETERMINISM", "to query " + task.query_name() + " of " + execution.workflow_id +
                                               " the code, run from the start, says\n" + again.DebugString() + "and a run that was kept said\n" +
                                               reply.DebugString());
  }
  const absl::Status fits = core::check_reply("reply", reply, {});
  return fits.ok() ? from_wire(reply) : sdk::failed_reply("INVALID_REPLY", std::string(fits.message()));
}

}  // namespace baton::testing::detail
