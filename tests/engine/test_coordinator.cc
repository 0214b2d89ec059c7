#include "tests/engine/test_coordinator.h"

#include <chrono>

#include "coordinator/core/journal_values.h"
#include "gtest/gtest.h"

namespace baton::testing {
namespace {

constexpr auto kPatience = std::chrono::seconds(20);

core::Caller client() { return {"tester", "here"}; }

template <class T>
T outcome(std::future<T> future) {
  const bool came = future.wait_for(kPatience) == std::future_status::ready;
  EXPECT_TRUE(came) << "no reply came";
  return came ? future.get() : T{absl::DeadlineExceededError("no reply came")};
}

// A callback and the future that it fills.
template <class T>
struct Reply {
  std::shared_ptr<std::promise<T>> promise = std::make_shared<std::promise<T>>();
  std::function<void(T)> done() const {
    return [promise = promise](T value) { promise->set_value(std::move(value)); };
  }
  std::future<T> future() const { return promise->get_future(); }
};

template <class Request>
Request on_execution(const std::string& workflow_id, const std::string& request_id) {
  Request request;
  request.set_domain(kDomain);
  request.set_workflow_id(workflow_id);
  request.set_request_id(request_id);
  return request;
}

engine::PollerId id_of(const ScriptedPoller* poller) { return poller == nullptr ? 0 : poller->id; }

}  // namespace

absl::Status outcome_of(std::future<absl::Status> future) { return outcome(std::move(future)); }
absl::StatusOr<core::RunId> outcome_of(std::future<absl::StatusOr<core::RunId>> future) { return outcome(std::move(future)); }

TestCoordinator::TestCoordinator(store::MemoryStore& data, const engine::HostTime& time, CoordinatorOptions options)
    : faults_(time), store_(data.share()), lanes_(options.engine.lanes) {
  faults_.install(store_->faults());
  if (options.before_start) options.before_start(faults_);
  options.engine.host_time = &time;
  engine_ = engine::Engine::make(*store_, authorizer_, options.limits, options.engine);
  const absl::Status started = engine_->start();
  EXPECT_TRUE(started.ok()) << started;
}

absl::StatusOr<core::RunId> TestCoordinator::start(const std::string& workflow_id, const std::string& request_id) {
  return start(start_request(workflow_id, request_id));
}

absl::StatusOr<core::RunId> TestCoordinator::start(v1::StartWorkflowExecutionRequest request) {
  return outcome(start_later(std::move(request)));
}

std::future<absl::StatusOr<core::RunId>> TestCoordinator::start_later(v1::StartWorkflowExecutionRequest request) {
  Reply<absl::StatusOr<core::RunId>> reply;
  engine_->start_execution(client(), std::move(request), reply.done());
  return reply.future();
}

absl::Status TestCoordinator::signal(const std::string& workflow_id, const std::string& name, const std::string& request_id) {
  return outcome(signal_later(workflow_id, name, request_id));
}

std::future<absl::Status> TestCoordinator::signal_later(const std::string& workflow_id, const std::string& name,
                                                        const std::string& request_id) {
  Reply<absl::Status> reply;
  auto request = on_execution<v1::SignalWorkflowExecutionRequest>(workflow_id, request_id);
  request.set_signal_name(name);
  engine_->signal_execution(client(), std::move(request), reply.done());
  return reply.future();
}

absl::Status TestCoordinator::request_cancel(const std::string& workflow_id, const std::string& request_id) {
  Reply<absl::Status> reply;
  engine_->request_cancel_execution(client(), on_execution<v1::RequestCancelWorkflowExecutionRequest>(workflow_id, request_id),
                                    reply.done());
  return outcome(reply.future());
}

absl::Status TestCoordinator::terminate(const std::string& workflow_id, const std::string& request_id) {
  return outcome(terminate_later(workflow_id, request_id));
}

std::future<absl::Status> TestCoordinator::terminate_later(const std::string& workflow_id, const std::string& request_id) {
  Reply<absl::Status> reply;
  engine_->terminate_execution(client(), on_execution<v1::TerminateWorkflowExecutionRequest>(workflow_id, request_id), reply.done());
  return reply.future();
}

absl::StatusOr<core::RunId> TestCoordinator::reset(const std::string& workflow_id, int64_t to_event_id, const std::string& request_id) {
  Reply<absl::StatusOr<core::RunId>> reply;
  auto request = on_execution<v1::ResetWorkflowExecutionRequest>(workflow_id, request_id);
  request.set_decision_task_completed_event_id(to_event_id);
  engine_->reset_execution(client(), std::move(request), reply.done());
  return outcome(reply.future());
}

absl::StatusOr<v1::DescribeWorkflowExecutionResponse> TestCoordinator::describe(const std::string& workflow_id, const std::string& run_id) {
  Reply<absl::StatusOr<v1::DescribeWorkflowExecutionResponse>> reply;
  v1::DescribeWorkflowExecutionRequest request;
  request.set_domain(kDomain);
  request.mutable_execution()->set_workflow_id(workflow_id);
  request.mutable_execution()->set_run_id(run_id);
  engine_->describe_execution(client(), std::move(request), reply.done());
  return outcome(reply.future());
}

absl::StatusOr<engine::Engine::HistoryResult> TestCoordinator::history(engine::Engine::HistoryRead read) {
  Reply<absl::StatusOr<engine::Engine::HistoryResult>> reply;
  if (read.domain.empty()) read.domain = kDomain;
  engine_->read_history(client(), std::move(read), reply.done());
  return outcome(reply.future());
}

absl::StatusOr<std::shared_ptr<ScriptedPoller>> TestCoordinator::try_poll(core::TaskKind kind, const Poll& poll) {
  engine::PollerSpec spec;
  spec.kind = kind;
  spec.domain = poll.domain;
  spec.task_list = poll.list.empty() ? (kind == core::TaskKind::kDecision ? kDecisions : kActivities) : poll.list;
  spec.identity = poll.instance + "@host";
  if (!poll.unary) spec.instance_id = poll.instance;
  spec.slots = poll.slots;
  spec.unary = poll.unary;
  spec.answers_queries = poll.answers_queries;
  spec.held = poll.held;
  auto sink = std::make_shared<ScriptedPoller>();
  const auto id = engine_->add_poller(std::move(spec), sink);
  if (!id.ok()) return id.status();
  sink->id = *id;
  return sink;
}

std::shared_ptr<ScriptedPoller> TestCoordinator::decider(const Poll& poll) {
  auto sink = try_poll(core::TaskKind::kDecision, poll);
  EXPECT_TRUE(sink.ok()) << sink.status();
  return sink.ok() ? *sink : std::make_shared<ScriptedPoller>();
}

std::shared_ptr<ScriptedPoller> TestCoordinator::worker(const Poll& poll) {
  auto sink = try_poll(core::TaskKind::kActivity, poll);
  EXPECT_TRUE(sink.ok()) << sink.status();
  return sink.ok() ? *sink : std::make_shared<ScriptedPoller>();
}

absl::Status TestCoordinator::decide(const ScriptedPoller* poller, const TaskToken& token, std::vector<v1::Decision> decisions,
                                     bool run_cached) {
  v1::RespondDecisionTaskCompletedRequest request;
  for (v1::Decision& decision : decisions) *request.add_decisions() = std::move(decision);
  request.set_run_cached(run_cached);
  return outcome(decide_later(poller, token, std::move(request)));
}

std::future<absl::Status> TestCoordinator::decide_later(const ScriptedPoller* poller, const TaskToken& token,
                                                        v1::RespondDecisionTaskCompletedRequest request) {
  Reply<absl::Status> reply;
  engine_->respond_decision(client(), token, std::move(request), id_of(poller), reply.done());
  return reply.future();
}

absl::Status TestCoordinator::give_up(const ScriptedPoller* poller, const TaskToken& token, const std::string& reason) {
  v1::RespondDecisionTaskFailedRequest request;
  request.set_reason(reason);
  Reply<absl::Status> reply;
  engine_->respond_decision_failed(client(), token, std::move(request), id_of(poller), reply.done());
  return outcome(reply.future());
}

absl::Status TestCoordinator::complete(const ScriptedPoller* poller, const TaskToken& token, const std::string& result) {
  return outcome(complete_later(poller, token, result));
}

std::future<absl::Status> TestCoordinator::complete_later(const ScriptedPoller* poller, const TaskToken& token,
                                                          const std::string& result) {
  return answer_later(poller, token, completed_with(result));
}

std::future<absl::Status> TestCoordinator::answer_later(const ScriptedPoller* poller, const TaskToken& token,
                                                        v1::ActivityTaskAnswer answer) {
  Reply<absl::Status> reply;
  engine_->respond_activity(client(), token, std::move(answer), id_of(poller), reply.done());
  return reply.future();
}

absl::StatusOr<bool> TestCoordinator::heartbeat(const ScriptedPoller* poller, const TaskToken& token) {
  Reply<absl::StatusOr<bool>> reply;
  engine_->heartbeat(client(), token, {}, id_of(poller), reply.done());
  return outcome(reply.future());
}

void TestCoordinator::settle() {
  // One round may still decide what was due before it; a second one comes after its commit. Each lane has some of these shards.
  for (int round = 0; round < 2; ++round) {
    std::vector<std::future<absl::Status>> replies;
    for (int i = 0; i < (lanes_ == 1 ? 1 : 8 * lanes_); ++i) replies.push_back(signal_later("nobody-" + std::to_string(i)));
    for (auto& reply : replies) EXPECT_FALSE(outcome(std::move(reply)).ok());
  }
}

}  // namespace baton::testing
