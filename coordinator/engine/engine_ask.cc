// The engine's calls that wait for what a decider says: updates, whose answer is a decision, and queries, which leave no trace.
#include "coordinator/core/fault.h"
#include "coordinator/core/names.h"
#include "coordinator/engine/running_engine.h"
#include "coordinator/engine/verdict.h"

namespace baton::engine {
namespace {

absl::Status never_answered(const core::RunId& run_id, const std::string& update_id) {
  return core::fault(v1::UPDATE_UNANSWERED, "update " + update_id,
                     "run " + run_id.to_text() + " closed before its decider answered update " + update_id);
}

v1::UpdateWorkflowExecutionResponse no_reply_yet(const core::RunId& run_id) {
  v1::UpdateWorkflowExecutionResponse response;
  response.set_run_id(run_id.to_text());
  return response;
}

absl::Status still_undecided(const QueryTarget& target) {
  const std::string run = "run " + target.task.workflow_execution().run_id();
  return core::fault(v1::QUERY_UNANSWERED, run,
                     run + " has an open decision task on task list " + target.task_list +
                         ", and what happened before the query is not decided on yet: is a decider polling that list?");
}

}  // namespace

void RunningEngine::update_execution(core::Caller caller, v1::UpdateWorkflowExecutionRequest request, int64_t wait_ms,
                                     Done<v1::UpdateWorkflowExecutionResponse> done) {
  LaneRequest lane_request;
  const auto refused = [&](const absl::Status& why) { done(why); };
  if (!address(lane_request, request.domain(), request.workflow_id(), request.run_id(), refused)) return;
  lane_request.operation = "UpdateWorkflowExecution";
  lane_request.request_id = request.request_id();
  lane_request.arrived_ms = clock_.now_ms();
  const int64_t until_ms = lane_request.arrived_ms + wait_ms;
  const store::WorkflowKey workflow = lane_request.workflow;
  lane_request.done = [this, workflow, update_id = request.request_id(), until_ms, done](const absl::StatusOr<LaneReply>& reply) {
    if (!reply.ok()) return done(reply.status());
    await_reply(workflow, std::get<core::StartReply>(reply->reply), update_id, until_ms, done);
  };
  lane_request.command = {std::move(caller), core::UpdateWorkflowExecution{std::move(request)}};
  if (!lane_of(workflow.shard).push(std::move(lane_request), true)) done(queue_full());
}

void RunningEngine::await_reply(const store::WorkflowKey& workflow, const core::StartReply& update, const std::string& update_id,
                                int64_t until_ms, Done<v1::UpdateWorkflowExecutionResponse> done) {
  const core::RunId run_id = update.run_id;
  LaneRequest lane_request;
  lane_request.work = LaneWork::kAwait;
  lane_request.run = {workflow.shard, run_id};
  lane_request.workflow = workflow;
  lane_request.await = {until_ms, update_id, update.signaled_event_id};
  // The update is recorded: that there is no room to wait is no refusal.
  const auto told = [run_id, done](absl::StatusOr<v1::UpdateWorkflowExecutionResponse> response) {
    if (core::fault_of(response.status()) == v1::THROTTLING) return done(no_reply_yet(run_id));
    done(std::move(response));
  };
  lane_request.done = [this, workflow, update, update_id, told](const absl::StatusOr<LaneReply>& reply) {
    if (!reply.ok()) return told(reply.status());
    if (reply->in_vain) return told(no_reply_yet(update.run_id));
    read_reply(workflow, update, update_id, told);
  };
  lane_of(workflow.shard).push(std::move(lane_request), false);
}

void RunningEngine::read_reply(const store::WorkflowKey& workflow, const core::StartReply& update, const std::string& update_id,
                               Done<v1::UpdateWorkflowExecutionResponse> done) {
  read_later<v1::UpdateWorkflowExecutionResponse>(
      std::move(done), [this, workflow, update, update_id]() -> absl::StatusOr<v1::UpdateWorkflowExecutionResponse> {
        const auto kept = store_.find_received(reply_key(workflow, update.run_id, update.signaled_event_id));
        if (!kept.ok()) return kept.status();
        if (!*kept) return never_answered(update.run_id, update_id);
        auto reply = from_reply(**kept);
        if (!reply.ok()) return reply.status();
        v1::UpdateWorkflowExecutionResponse response = no_reply_yet(update.run_id);
        *response.mutable_reply() = *std::move(reply);
        return response;
      });
}

void RunningEngine::query_execution(core::Caller, v1::QueryWorkflowExecutionRequest request, int64_t wait_ms,
                                    Done<v1::QueryWorkflowExecutionResponse> done) {
  const size_t most = registry_.picture()->limits_of(request.domain()).payload_bytes;
  if (absl::Status fits = core::check_payload("input", request.input(), most); !fits.ok()) return done(fits);
  LaneRequest lane_request;
  lane_request.work = LaneWork::kAwait;
  const auto refused = [&](const absl::Status& why) { done(why); };
  if (!address(lane_request, request.domain(), request.execution().workflow_id(), request.execution().run_id(), refused)) return;
  const int64_t until_ms = clock_.now_ms() + wait_ms;
  lane_request.await.until_ms = until_ms;
  const int16_t shard = lane_request.workflow.shard;
  lane_request.done = [this, request = std::move(request), until_ms, done](const absl::StatusOr<LaneReply>& reply) {
    if (!reply.ok()) return done(reply.status());
    QueryTarget& target = *reply->query;
    if (reply->in_vain) return done(still_undecided(target));
    target.task.set_query_name(request.query_name());
    if (request.has_input()) *target.task.mutable_input() = request.input();
    const std::string run_id = target.task.workflow_execution().run_id();
    queries_.ask({std::move(target.task),
                  {core::TaskKind::kDecision, request.domain(), target.task_list},
                  target.preferred_instance,
                  until_ms,
                  [run_id, done](absl::StatusOr<v1::Reply> said) {
                    if (!said.ok()) return done(said.status());
                    v1::QueryWorkflowExecutionResponse response;
                    response.set_run_id(run_id);
                    *response.mutable_reply() = *std::move(said);
                    done(std::move(response));
                  }});
  };
  if (!lane_of(shard).push(std::move(lane_request), true)) done(queue_full());
}

absl::Status RunningEngine::answer_query(const std::string& domain, const v1::QueryAnswer& answer) {
  if (answer.query_token().empty()) return core::invalid_field("answer.query_token", "is missing");
  const absl::Status fits = core::check_reply("answer.reply", answer.reply(), registry_.picture()->limits_of(domain));
  return fits.ok() ? queries_.answer(domain, answer.query_token(), answer.reply()) : fits;
}

void RunningEngine::end_waiting() {
  for (const auto& lane : lanes_) lane->end_waiting();
  queries_.end();
}

}  // namespace baton::engine
