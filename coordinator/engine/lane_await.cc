// Those who wait for something to happen to a run: an update to be answered, or what happened before a query to be decided on. They are looked
// at like any other request; who must go on waiting is kept beside the run until a commit of this lane changes it, or for a second, since
// another coordinator may have.
#include <algorithm>

#include "coordinator/core/fault.h"
#include "coordinator/core/journal_values.h"
#include "coordinator/engine/lane_batch.h"
#include "coordinator/engine/unavailable.h"

namespace baton::engine {
namespace {

constexpr int64_t kLookAgainMs = 1'000;
constexpr int64_t kFullRetryMs = 500;

absl::Status too_many() {
  return core::with_retry_after(
      core::fault(v1::THROTTLING, "coordinator",
                  "the coordinator has " + std::to_string(core::kMaxWaitingCalls) + " calls that wait for an execution: send this one again later"),
      kFullRetryMs);
}

absl::Status closed(const CachedRun& run) {
  const std::string what = "run " + run.key.run_id.to_text();
  return core::fault(v1::UNKNOWN_RESOURCE, what,
                     what + " of workflow_id " + run.workflow.workflow_id + " is closed: only an open run answers queries");
}

bool goes_on_waiting(const Await& await, const core::ExecutionState& state) {
  if (!state.open()) return false;
  if (!await.update_id.empty()) {
    const core::Update* open = state.updates.get(await.update_id);
    return open != nullptr && open->signaled_event_id == await.signaled_event_id;
  }
  // Whatever the decider must see brings a decision task.
  if (!state.decision || state.pause || state.decision->parked_until_ms != 0) return false;
  return state.previous_started_event_id <= await.last_event_id;
}

std::shared_ptr<QueryTarget> target_of(const CachedRun& run) {
  const core::ExecutionState& state = run.state;
  auto target = std::make_shared<QueryTarget>();
  target->task.mutable_workflow_execution()->set_workflow_id(run.workflow.workflow_id);
  target->task.mutable_workflow_execution()->set_run_id(run.key.run_id.to_text());
  core::to_api(state.started().workflow_type(), target->task.mutable_workflow_type());
  target->task.set_last_event_id(state.last_event_id);
  target->task_list = state.decision_task_list();
  if (state.previous_started_event_id == 0) return target;
  auto& wanted = *target->task.mutable_state();
  wanted.set_started_event_id(state.previous_started_event_id);
  const auto& answer = state.last_answer;
  if (!answer || answer->abandoned || answer->started_event_id != state.previous_started_event_id) return target;
  wanted.set_delivery(answer->delivery);
  if (answer->run_cached && answer->instance_id != run.forgotten_by) target->preferred_instance = answer->instance_id;
  return target;
}

}  // namespace

void LaneBatch::await(size_t index, CachedRun& run, bool rests_on_open_run) {
  Await& await = requests_[index].await;
  const bool is_query = await.update_id.empty();
  if (is_query && !run.state.open()) return refuse(index, closed(run), &run, rests_on_open_run);
  if (await.run_id != run.key.run_id) {
    await.run_id = run.key.run_id;
    await.last_event_id = run.state.last_event_id;
  }
  const bool waits = goes_on_waiting(await, run.state);
  if (waits && now_ms_ < await.until_ms) return waiting_.emplace_back(index, run.key), void();
  LaneReply reply{core::StartReply{run.key.run_id}, nullptr};
  reply.in_vain = waits;
  if (is_query) reply.query = target_of(run);
  decided_.push_back({.request = index, .reply = std::move(reply), .run = &run, .rests_on_open_run = rests_on_open_run, .open_run = run.key.run_id});
}

void LaneBatch::publish_waiting() {
  for (const auto& [index, run] : waiting_) lane_.keep_waiting(run, std::move(requests_[index]));
  if (lane_.waiting_.empty()) return;
  for (const RunWork& work : works_) lane_.wake_waiting(*work.run);
}

void Lane::keep_waiting(store::RunKey run, LaneRequest request) {
  if (no_waiting_) return request.done(stopping());
  if (waiting_count_ >= core::kMaxWaitingCalls) {
    if (request.await.update_id.empty()) return request.done(too_many());
    LaneReply not_yet{core::StartReply{run.run_id}, nullptr};  // it is recorded, and can be asked for again
    not_yet.in_vain = true;
    return request.done(std::move(not_yet));
  }
  request.rounds = 0;
  ++waiting_count_;
  WaitingCalls& calls = waiting_[run];
  if (calls.requests.empty()) calls.look_ms = env_.clock.now_ms() + kLookAgainMs;
  const int64_t until_ms = request.await.until_ms;
  calls.requests.push_back(std::move(request));
  if (calls.due_ms == 0 || until_ms < calls.due_ms) set_due(run, calls, std::min(calls.look_ms, until_ms));
}

void Lane::set_due(store::RunKey run, WaitingCalls& calls, int64_t due_ms) {
  look_again_.erase({calls.due_ms, run});
  calls.due_ms = due_ms;
  look_again_.insert({due_ms, run});
}

// Gives those to `take` for whom `stays` does not hold.
template <class Stays, class Take>
void Lane::take_waiting(store::RunKey run, Stays stays, Take take) {
  const auto found = waiting_.find(run);
  if (found == waiting_.end()) return;
  std::vector<LaneRequest>& requests = found->second.requests;
  const auto over = std::stable_partition(requests.begin(), requests.end(), stays);
  waiting_count_ -= static_cast<size_t>(requests.end() - over);
  std::for_each(over, requests.end(), [&](LaneRequest& request) { take(std::move(request)); });
  requests.erase(over, requests.end());
  if (!requests.empty()) return;
  look_again_.erase({found->second.due_ms, run});
  waiting_.erase(found);
}

void Lane::wake_waiting(const CachedRun& run) {
  take_waiting(
      run.key, [&](const LaneRequest& request) { return goes_on_waiting(request.await, run.state); },
      [&](LaneRequest request) { push(std::move(request), false); });
}

void Lane::add_due_waiting(std::vector<LaneRequest>& batch, int64_t now_ms) {
  while (!look_again_.empty() && look_again_.begin()->first <= now_ms) {
    const store::RunKey run = look_again_.begin()->second;
    WaitingCalls& calls = waiting_.at(run);
    const bool all = calls.look_ms <= now_ms;
    int64_t next_ms = calls.look_ms;
    const auto stays = [&](const LaneRequest& request) {
      if (all || request.await.until_ms <= now_ms) return false;
      next_ms = std::min(next_ms, request.await.until_ms);
      return true;
    };
    take_waiting(run, stays, [&](LaneRequest request) { batch.push_back(std::move(request)); });
    if (waiting_.contains(run)) set_due(run, calls, next_ms);
  }
}

void Lane::refuse_waiting() {
  look_again_.clear();
  waiting_count_ = 0;
  for (auto& [run, calls] : std::exchange(waiting_, {})) {
    for (LaneRequest& request : calls.requests) request.done(stopping());
  }
}

void Lane::end_waiting() {
  {
    const std::lock_guard lock(mutex_);
    no_waiting_ = true;
  }
  wake_.notify_all();
}

}  // namespace baton::engine
