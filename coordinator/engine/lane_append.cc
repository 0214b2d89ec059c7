// A lane's round: what decisions do to a run. Records are gathered, tasks find pollers, and offers become part of the same commit.
#include <algorithm>

#include "coordinator/core/deadlines.h"
#include "coordinator/core/decide.h"
#include "coordinator/engine/lane_batch.h"
#include "coordinator/engine/offered_task.h"

namespace baton::engine {
namespace {

bool is_same(const core::AcknowledgeTask& a, const core::TaskRef& b) {
  return a.task.scheduled_event_id == b.scheduled_event_id && a.task.attempt == b.attempt && a.task.delivery == b.delivery;
}

// A clock that begins with the acknowledgement runs out before a lazy one would be written.
bool starts_short_clock(const core::ExecutionState& state, int64_t scheduled_event_id) {
  const auto is_short = [](int64_t timeout_ms) { return timeout_ms != core::kNoTimeoutMs && timeout_ms < core::kLazyAcknowledgementMs; };
  if (state.decision && state.decision->scheduled_event_id == scheduled_event_id) return is_short(core::decision_start_to_close_ms(state));
  const core::ActivityTask* activity = state.activities.get(scheduled_event_id);
  return activity != nullptr &&
         (is_short(activity->start_to_close_timeout_ms()) || is_short(activity->heartbeat_timeout_ms()));
}

// The attempt that the delivery is of goes on.
bool is_current(const core::ExecutionState& state, const core::TaskRef& task) {
  const auto& decision = state.decision;
  if (decision && decision->scheduled_event_id == task.scheduled_event_id) return task.delivery > decision->given_up_delivery;
  const core::ActivityTask* activity = state.activities.get(task.scheduled_event_id);
  return activity != nullptr && activity->attempt == task.attempt;
}

}  // namespace

LaneBatch::RunWork& LaneBatch::work_of(CachedRun& run) {
  RunWork*& work = work_by_run_[&run];
  if (work == nullptr) {
    work = &works_.emplace_back();
    work->run = &run;
    work->records = google::protobuf::Arena::CreateMessage<journal::v1::RecordBatch>(&arena_);
  }
  return *work;
}

// Kept in memory until the run's next commit, for a second at the most; one that comes late, or starts a clock shorter than that, at once.
void LaneBatch::acknowledge(const LaneRequest& request, CachedRun& run) {
  const auto& command = std::get<core::AcknowledgeTask>(request.command.body);
  const auto is_it = [&](const core::AcknowledgeTask& pending) { return is_same(pending, command.task); };
  if (std::none_of(run.acknowledgements.begin(), run.acknowledgements.end(), is_it)) {
    run.acknowledgements.push_back(command);
    if (run.acknowledgements.size() == 1) lane_.write_acknowledgements_by(now_ms_ + core::kLazyAcknowledgementMs, run.key);
  }
  if (!is_out(run, command.task) || starts_short_clock(run.state, command.task.scheduled_event_id)) write_acknowledgements(run);
}

void LaneBatch::write_acknowledgements(CachedRun& run) {
  if (run.acknowledgements.empty()) return;
  std::vector<core::AcknowledgeTask> pending;
  pending.swap(run.acknowledgements);
  for (core::AcknowledgeTask& acknowledgement : pending) {
    auto commit = core::decide(run.state, {{"baton", ""}, acknowledgement}, context(run.workflow.domain));
    if (!commit.ok()) {
      // Too late: another delivery won, or the task is over. Its holder hears of it.
      const core::TaskRef& task = acknowledgement.task;
      const core::ActivityTask* activity = run.state.activities.get(task.scheduled_event_id);
      const bool superseded = (activity != nullptr && activity->attempt == task.attempt) ||
                              (run.state.decision && run.state.decision->scheduled_event_id == task.scheduled_event_id);
      const core::TaskKind kind = task.started_event_id != 0 ? core::TaskKind::kDecision : core::TaskKind::kActivity;
      core::EndedTask ended;
      ended.kind = kind;
      ended.scheduled_event_id = task.scheduled_event_id;
      ended.held_delivery = task.delivery;
      ended.held_attempt = task.attempt;
      ended.superseded = superseded;
      ended_.push_back({&run, ended});
      refused_acknowledgements_.emplace_back(&run, std::move(acknowledgement));
      continue;
    }
    if (commit->runs[0].records.empty()) continue;
    registry_said_no_ |= commit->rests_on_registry;
    append(run, std::move(commit->runs[0]));
    work_of(run).acknowledgements.push_back(std::move(acknowledgement));
  }
}

// A reconnecting client names a task that it still has: an acknowledgement, recorded now.
void LaneBatch::hold(size_t index, CachedRun& run) {
  const LaneRequest& request = requests_[index];
  write_acknowledgements(run);
  const core::TaskRef task = task_ref(request.token);
  auto commit = core::decide(run.state, {request.command.caller, core::AcknowledgeTask{task, request.poller->spec().identity, now_ms_}},
                             context(run.workflow.domain));
  if (!commit.ok()) return refuse(index, commit.status(), &run, false);
  registry_said_no_ |= commit->rests_on_registry;
  const core::TaskKind kind = request.poller->spec().kind;
  // An answer that was recorded before is told when it is sent again: nobody holds a task that is over.
  if (Holder* holder = run.find_holder(task.scheduled_event_id, task.attempt, task.delivery)) {
    holder->poller = request.poller;
  } else if (is_current(run.state, task)) {
    run.holders.push_back({kind, task, request.poller});
  }
  if (!commit->runs.empty() && !commit->runs[0].records.empty()) append(run, std::move(commit->runs[0]));
  const core::ActivityTask* activity = run.state.activities.get(task.scheduled_event_id);
  if (activity != nullptr && activity->attempt == task.attempt && activity->cancel_requested_event_id != 0) {
    cancel_notices_.emplace_back(&run, core::CancelNotice{task.scheduled_event_id, task.attempt, task.delivery});
  }
}

void LaneBatch::append(CachedRun& run, core::RunCommit commit) {
  RunWork& work = work_of(run);
  if (work.records->records_size() == 0) work.first_event_id = run.state.exists() ? run.state.last_event_id + 1 : 1;
  if (commit.visibility.opened) work.first_event_id = 1;
  for (journal::v1::Record* record : commit.records) work.records->mutable_records()->UnsafeArenaAddAllocated(record);
  run.state = std::move(commit.after);
  work.opened |= commit.visibility.opened;
  work.cancel_requested |= commit.visibility.cancel_requested;
  work.deadline_changed |= commit.deadline_ms.has_value();
  work.attributes_changed |= commit.visibility.attributes_changed;
  if (commit.visibility.closed && !work.closed) {
    work.closed = true;
    lane_.forget_open_run(run);
  }
  for (const core::EndedTask& task : commit.ended) {
    work.backlog_added.erase(task.scheduled_event_id);
    run.heartbeats.erase(task.scheduled_event_id);
    const auto row = run.backlog_rows.find(task.scheduled_event_id);
    if (task.was_waiting && row != run.backlog_rows.end()) work.backlog_removed.emplace(row->first, row->second);
    ended_.push_back({&run, task});
  }
  for (const core::CancelNotice& notice : commit.cancel_notices) cancel_notices_.emplace_back(&run, notice);
  work.messages.insert(work.messages.end(), commit.messages.begin(), commit.messages.end());
  work.answered_updates.insert(work.answered_updates.end(), commit.answered_updates.begin(), commit.answered_updates.end());
  for (const core::WaitingTask& task : commit.waiting) place(run, task);
}

// Sync match: a task that finds a poller never touches the backlog.
void LaneBatch::place(CachedRun& run, const core::WaitingTask& task) {
  core::WaitingTask waiting = task;
  if (waiting.preferred_instance == run.forgotten_by) waiting.preferred_instance.clear();
  const ListKey list{waiting.kind, run.state.identity->domain, waiting.task_list};
  if (const auto poller = env_.matcher.reserve(list, waiting.preferred_instance)) {
    if (make_offer(run, waiting.scheduled_event_id, poller)) return;
    env_.matcher.release(poller, now_ms_);
    if (!run.state.open()) return;
  }
  RunWork& work = work_of(run);
  work.backlog_removed.erase(waiting.scheduled_event_id);
  const int64_t id = waiting.scheduled_event_id;
  work.backlog_added[id] = std::move(waiting);
}

bool LaneBatch::make_offer(CachedRun& run, int64_t scheduled_event_id, const std::shared_ptr<TaskPoller>& poller) {
  const PollerSpec& spec = poller->spec();
  auto commit = core::decide(
      run.state, {{"baton", ""}, core::OfferTask{scheduled_event_id, spec.identity, spec.instance_id, spec.unary}},
      context(run.workflow.domain));
  if (!commit.ok()) return false;
  registry_said_no_ |= commit->rests_on_registry;
  const auto* offer = std::get_if<core::OfferReply>(&commit->reply);
  const std::optional<core::OfferReply> made = offer == nullptr ? std::nullopt : std::make_optional(*offer);
  append(run, std::move(commit->runs[0]));
  if (!made) return false;  // the run ended: its history is full
  const bool newly_held = note_holder(run, *made, poller);
  offers_.push_back({&run, *made, poller, false, newly_held});
  return true;
}

bool LaneBatch::note_holder(CachedRun& run, const core::OfferReply& offer, const std::shared_ptr<TaskPoller>& poller) {
  const core::TaskRef task{offer.scheduled_event_id, offer.started_event_id, offer.attempt, offer.delivery};
  run.holders.push_back({offer.kind, task, poller});
  return poller->hold({run.key.run_id, task.scheduled_event_id, task.attempt, task.delivery});
}

}  // namespace baton::engine
