// The engine's calls that change executions: each becomes a request of the lane that its shard belongs to.
#include <random>

#include "coordinator/core/fault.h"
#include "coordinator/engine/offered_task.h"
#include "coordinator/engine/running_engine.h"

namespace baton::engine {
namespace {

std::function<void(absl::StatusOr<LaneReply>)> status_only(DoneEmpty done) {
  return [done = std::move(done)](absl::StatusOr<LaneReply> reply) { done(reply.status()); };
}

}  // namespace

store::WorkflowKey RunningEngine::workflow_key(const std::string& domain, const std::string& workflow_id) const {
  return {store::shard_of(domain, workflow_id, store_.shard_count()), domain, workflow_id};
}

core::RunId RunningEngine::new_run_id() {
  thread_local std::mt19937_64 random{std::random_device{}()};
  std::array<uint8_t, 10> bytes{};
  const uint64_t low = random(), high = random();
  for (size_t i = 0; i < 8; ++i) bytes[i] = static_cast<uint8_t>(low >> (8 * i));
  bytes[8] = static_cast<uint8_t>(high);
  bytes[9] = static_cast<uint8_t>(high >> 8);
  return core::make_time_ordered(clock_.now_ms(), bytes);
}

absl::Status RunningEngine::take_token(const std::string& domain, std::string_view operation) {
  const auto picture = registry_.picture();
  const RateLimit* rate = picture->find_rate(domain, operation);
  if (rate == nullptr) return absl::OkStatus();
  const int64_t wait_ms = rates_.take(domain, operation, *rate, clock_.now_ms());
  if (wait_ms == 0) return absl::OkStatus();
  const std::string what(operation);
  return core::with_retry_after(
      core::fault(v1::THROTTLING, what, "domain " + domain + " calls " + what + " faster than its rate allows: send this one again later"),
      wait_ms);
}

void RunningEngine::start_execution(core::Caller caller, v1::StartWorkflowExecutionRequest request, Done<core::RunId> done) {
  start(std::move(caller), {std::move(request), new_run_id()}, "StartWorkflowExecution", std::move(done));
}

void RunningEngine::signal_with_start(core::Caller caller, v1::SignalWithStartWorkflowExecutionRequest request, Done<core::RunId> done) {
  v1::SignalWorkflowExecutionRequest signal;
  signal.set_domain(request.start().domain());
  signal.set_workflow_id(request.start().workflow_id());
  signal.set_signal_name(std::move(*request.mutable_signal_name()));
  if (request.has_signal_input()) *signal.mutable_input() = std::move(*request.mutable_signal_input());
  signal.mutable_headers()->swap(*request.mutable_signal_headers());
  start(std::move(caller), {std::move(*request.mutable_start()), new_run_id(), std::move(signal)}, "SignalWithStartWorkflowExecution",
        std::move(done));
}

void RunningEngine::start(core::Caller caller, core::StartWorkflowExecution command, const char* operation, Done<core::RunId> done) {
  LaneRequest lane_request;
  lane_request.workflow = workflow_key(command.request.domain(), command.request.workflow_id());
  lane_request.run = {lane_request.workflow.shard, command.run_id};
  lane_request.operation = operation;
  lane_request.request_id = command.request.request_id();
  lane_request.arrived_ms = clock_.now_ms();
  lane_request.command = {std::move(caller), std::move(command)};
  lane_request.done = [done](absl::StatusOr<LaneReply> reply) {
    if (!reply.ok()) return done(reply.status());
    done(std::get<core::StartReply>(reply->reply).run_id);
  };
  if (!lane_of(lane_request.workflow.shard).push(std::move(lane_request), true)) done(queue_full());
}

template <class Request>
bool RunningEngine::address(LaneRequest& lane_request, const Request& request, const DoneEmpty& done) {
  return address(lane_request, request.domain(), request.workflow_id(), request.run_id(), done);
}

bool RunningEngine::address(LaneRequest& lane_request, const std::string& domain, const std::string& workflow_id, const std::string& run,
                            const DoneEmpty& done) {
  lane_request.workflow = workflow_key(domain, workflow_id);
  lane_request.run.shard = lane_request.workflow.shard;
  if (run.empty()) return true;
  const auto run_id = core::RunId::from_text(run);
  if (!run_id) {
    done(core::fault(v1::UNKNOWN_RESOURCE, "run_id",
                     "run_id " + run + " is not a run of workflow_id " + workflow_id + " in domain " + domain +
                         " (run ids are 36 characters, as StartWorkflowExecution returns them)"));
    return false;
  }
  lane_request.run.run_id = *run_id;
  return true;
}

template <class Body, class Request>
void RunningEngine::command_on_run(core::Caller caller, Request request, const char* operation, DoneEmpty done) {
  LaneRequest lane_request;
  if (!address(lane_request, request, done)) return;
  lane_request.operation = operation;
  lane_request.request_id = request.request_id();
  lane_request.arrived_ms = clock_.now_ms();
  lane_request.command = {std::move(caller), Body{std::move(request)}};
  lane_request.done = status_only(done);
  if (!lane_of(lane_request.run.shard).push(std::move(lane_request), true)) done(queue_full());
}

void RunningEngine::signal_execution(core::Caller caller, v1::SignalWorkflowExecutionRequest request, DoneEmpty done) {
  command_on_run<core::SignalWorkflowExecution>(std::move(caller), std::move(request), "SignalWorkflowExecution", std::move(done));
}

void RunningEngine::request_cancel_execution(core::Caller caller, v1::RequestCancelWorkflowExecutionRequest request, DoneEmpty done) {
  command_on_run<core::RequestCancelWorkflowExecution>(std::move(caller), std::move(request), "RequestCancelWorkflowExecution",
                                                       std::move(done));
}

void RunningEngine::terminate_execution(core::Caller caller, v1::TerminateWorkflowExecutionRequest request, DoneEmpty done) {
  command_on_run<core::TerminateWorkflowExecution>(std::move(caller), std::move(request), "TerminateWorkflowExecution", std::move(done));
}

void RunningEngine::pause_execution(core::Caller caller, v1::PauseWorkflowExecutionRequest request, DoneEmpty done) {
  command_on_run<core::PauseWorkflowExecution>(std::move(caller), std::move(request), "PauseWorkflowExecution", std::move(done));
}

void RunningEngine::resume_execution(core::Caller caller, v1::ResumeWorkflowExecutionRequest request, DoneEmpty done) {
  command_on_run<core::ResumeWorkflowExecution>(std::move(caller), std::move(request), "ResumeWorkflowExecution", std::move(done));
}

absl::Status RunningEngine::check_token(const journal::v1::TaskToken& token) const {
  const bool whole = token.run_id().size() == core::RunId{}.bytes.size() && token.shard() >= 0 && token.shard() < store_.shard_count();
  if (whole && token.epoch() == environment_.epoch) return absl::OkStatus();
  return core::fault(v1::UNKNOWN_RESOURCE, "task_token",
                     "task_token: the task is not known here (the database was restored from a backup since the token was made): drop it");
}

namespace {

// Under a verified token.
LaneRequest answer_request(core::Command command, const journal::v1::TaskToken& token) {
  LaneRequest request;
  request.run = {static_cast<int16_t>(token.shard()), *core::RunId::from_bytes(token.run_id())};
  request.command = std::move(command);
  return request;
}

}  // namespace

void RunningEngine::answer(core::Command command, const journal::v1::TaskToken& token, const std::shared_ptr<TaskPoller>& poller,
                           DoneEmpty done) {
  if (poller != nullptr) free_slot(*poller, token);
  LaneRequest lane_request = answer_request(std::move(command), token);
  lane_request.done = status_only(std::move(done));
  lane_of(lane_request.run.shard).push(std::move(lane_request), false);
  // Only now, so that the task that was answered late does not go to it again.
  if (poller != nullptr) matcher_.heard(poller, clock_.now_ms());
}

void RunningEngine::respond_decision(core::Caller caller, const journal::v1::TaskToken& token,
                                     v1::RespondDecisionTaskCompletedRequest request, PollerId poller_id, DoneEmpty done) {
  if (const absl::Status checked = check_token(token); !checked.ok()) return done(checked);
  core::RespondDecisionTaskCompleted respond{task_ref(token), std::move(request), "", "", new_run_id()};
  const auto poller = matcher_.find(poller_id);
  if (poller != nullptr) {
    respond.identity = poller->spec().identity;
    respond.instance_id = poller->spec().instance_id;
  } else {
    respond.request.set_run_cached(false);
  }
  answer({std::move(caller), std::move(respond)}, token, poller, std::move(done));
}

void RunningEngine::respond_decision_failed(core::Caller caller, const journal::v1::TaskToken& token,
                                            v1::RespondDecisionTaskFailedRequest request, PollerId poller_id, DoneEmpty done) {
  if (const absl::Status checked = check_token(token); !checked.ok()) return done(checked);
  answer({std::move(caller), core::RespondDecisionTaskFailed{task_ref(token), std::move(request)}}, token, matcher_.find(poller_id),
         std::move(done));
}

void RunningEngine::respond_activity(core::Caller caller, const journal::v1::TaskToken& token, v1::ActivityTaskAnswer outcome,
                                     PollerId poller_id, DoneEmpty done) {
  if (const absl::Status checked = check_token(token); !checked.ok()) return done(checked);
  core::RespondActivityTask respond{task_ref(token), std::move(outcome), ""};
  const auto poller = matcher_.find(poller_id);
  if (poller != nullptr) respond.identity = poller->spec().identity;
  answer({std::move(caller), std::move(respond)}, token, poller, std::move(done));
}

void RunningEngine::heartbeat(core::Caller caller, const journal::v1::TaskToken& token, v1::ActivityTaskHeartbeat heartbeat,
                              PollerId poller_id, Done<bool> done) {
  if (const absl::Status checked = check_token(token); !checked.ok()) return done(checked);
  core::RecordActivityTaskHeartbeat record{task_ref(token), std::move(heartbeat), ""};
  if (const auto poller = matcher_.find(poller_id)) record.identity = poller->spec().identity;
  LaneRequest lane_request = answer_request({std::move(caller), std::move(record)}, token);
  lane_request.done = [done](absl::StatusOr<LaneReply> reply) {
    if (!reply.ok()) return done(reply.status());
    const auto* beaten = std::get_if<core::HeartbeatReply>(&reply->reply);
    done(beaten != nullptr && beaten->cancel_requested);
  };
  if (!lane_of(lane_request.run.shard).push(std::move(lane_request), true)) done(queue_full());
}

}  // namespace baton::engine
