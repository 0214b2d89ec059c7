// The engine's calls of clients that wait for tasks.
#include "coordinator/core/fault.h"
#include "coordinator/engine/offered_task.h"
#include "coordinator/engine/running_engine.h"

namespace baton::engine {
namespace {

DeliveryKey delivery_of(const journal::v1::TaskToken& token) {
  const core::TaskRef task = task_ref(token);
  return {core::RunId::from_bytes(token.run_id()).value_or(core::RunId{}), task.scheduled_event_id, task.attempt, task.delivery};
}

}  // namespace

void RunningEngine::free_slot(TaskPoller& poller, const journal::v1::TaskToken& token) {
  if (poller.drop(delivery_of(token))) matcher_.release(poller.shared_from_this(), clock_.now_ms());
}

void RunningEngine::withdraw(const journal::v1::TaskToken& token, journal::v1::OfferWithdrawn::Reason reason) {
  LaneRequest request;
  request.work = LaneWork::kWithdraw;
  request.run = {static_cast<int16_t>(token.shard()), *core::RunId::from_bytes(token.run_id())};
  request.command = {{"baton", ""}, core::WithdrawOffer{task_ref(token), reason}};
  lane_of(request.run.shard).push(std::move(request), false);
}

void RunningEngine::take_back(const std::shared_ptr<TaskPoller>& poller, const journal::v1::TaskToken& token) {
  matcher_.silence(*poller);  // nothing more can reach it
  if (!poller->spec().unary) withdraw(token, journal::v1::OfferWithdrawn::STREAM_BROKEN);  // a unary hand-out is final
  free_slot(*poller, token);
}

void RunningEngine::never_given(const std::shared_ptr<TaskPoller>& poller, const journal::v1::TaskToken& token) {
  free_slot(*poller, token);
  matcher_.heard(poller, clock_.now_ms());
}

absl::StatusOr<PollerId> RunningEngine::add_poller(PollerSpec spec, std::shared_ptr<PollerSink> sink) {
  const auto registry = registry_.picture();
  if (registry->find_domain(spec.domain) == nullptr) {
    return core::fault(v1::UNKNOWN_RESOURCE, "domain " + spec.domain,
                       "domain " + spec.domain + " does not exist: register it first (RegisterDomain)");
  }
  const auto most = static_cast<size_t>(registry->limits_of(spec.domain).pollers_per_task_list);
  const std::vector<journal::v1::TaskToken> held = std::move(spec.held);
  spec.held.clear();
  const auto poller = matcher_.add(std::move(spec), std::move(sink), most);
  if (!poller.ok()) return poller.status();
  for (const journal::v1::TaskToken& token : held) hold({"baton", ""}, (*poller)->id(), token);
  matcher_.open(*poller, clock_.now_ms());
  if ((*poller)->spec().answers_queries) queries_.add(*poller);
  return (*poller)->id();
}

void RunningEngine::remove_poller(PollerId poller_id) {
  if (const auto poller = matcher_.remove(poller_id)) poller->close_sink(clock_.now_ms());
  queries_.remove(poller_id, true);
}

void RunningEngine::drain_poller(PollerId poller_id, std::function<void()> when_idle) {
  queries_.remove(poller_id, false);
  if (const auto poller = matcher_.find(poller_id)) matcher_.drain(*poller, std::move(when_idle));
}

void RunningEngine::acknowledge(PollerId poller_id, const journal::v1::TaskToken& token) {
  auto poller = matcher_.find(poller_id);
  if (poller == nullptr || !check_token(token).ok()) return;
  LaneRequest request;
  request.work = LaneWork::kAcknowledge;
  request.run = {static_cast<int16_t>(token.shard()), *core::RunId::from_bytes(token.run_id())};
  request.arrived_ms = clock_.now_ms();
  request.command = {{"baton", ""}, core::AcknowledgeTask{task_ref(token), poller->spec().identity, request.arrived_ms}};
  request.poller = std::move(poller);
  request.token = token;
  lane_of(request.run.shard).push(std::move(request), false);
}

void RunningEngine::hold(core::Caller caller, PollerId poller_id, const journal::v1::TaskToken& token) {
  auto poller = matcher_.find(poller_id);
  if (poller == nullptr) return;
  if (const absl::Status checked = check_token(token); !checked.ok()) {
    return poller->with_sink([&](PollerSink& sink) { sink.closed(token, checked); });
  }
  if (poller->hold(delivery_of(token))) matcher_.occupy(*poller);
  LaneRequest request;
  request.work = LaneWork::kHold;
  request.run = {static_cast<int16_t>(token.shard()), *core::RunId::from_bytes(token.run_id())};
  request.arrived_ms = clock_.now_ms();
  request.command = {std::move(caller), core::AcknowledgeTask{task_ref(token), poller->spec().identity, request.arrived_ms}};
  request.poller = std::move(poller);
  request.token = token;
  lane_of(request.run.shard).push(std::move(request), false);
}

void RunningEngine::give_back(PollerId poller_id, const journal::v1::TaskToken& token) {
  auto poller = matcher_.find(poller_id);
  if (poller == nullptr || !check_token(token).ok()) return;
  withdraw(token, journal::v1::OfferWithdrawn::RETURNED);
  free_slot(*poller, token);
  matcher_.heard(poller, clock_.now_ms());
}

void RunningEngine::forget_cached_run(PollerId poller_id, const v1::WorkflowExecution& execution) {
  const auto poller = matcher_.find(poller_id);
  const auto run_id = core::RunId::from_text(execution.run_id());
  if (poller == nullptr || !run_id) return;
  LaneRequest request;
  request.work = LaneWork::kForget;
  request.workflow = workflow_key(poller->spec().domain, execution.workflow_id());
  request.run = {request.workflow.shard, *run_id};
  request.poller = poller;
  lane_of(request.run.shard).push(std::move(request), false);
}

}  // namespace baton::engine
