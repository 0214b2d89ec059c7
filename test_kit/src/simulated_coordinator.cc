#include "simulated_coordinator.h"

#include <algorithm>

#include "coordinator/core/deadlines.h"
#include "coordinator/core/decide.h"
#include "coordinator/core/fault.h"
#include "coordinator/core/history_view.h"

namespace baton::testing::detail {
namespace {

class AllowAll final : public core::Authorizer {
 public:
  bool allows(const core::Caller&, const core::Action&) const override { return true; }
};

core::Caller caller() { return {"test", ""}; }

// What is due first; nothing when only the end of the whole execution is.
std::optional<int64_t> next_deadline_of(const core::ExecutionState& state, bool with_execution_timeouts) {
  std::optional<int64_t> next_ms;
  const auto last_heartbeat_ms = [](const core::ActivityTask& task) { return task.last_heartbeat_ms; };
  core::visit_deadlines(state, last_heartbeat_ms, [&](const core::Deadline& deadline) {
    if (deadline.kind == core::DeadlineKind::kExecutionStartToClose && !with_execution_timeouts) return;
    next_ms = std::min(next_ms.value_or(INT64_MAX), deadline.time_ms);
  });
  return next_ms;
}

}  // namespace

core::RunId SimulatedCoordinator::new_run_id() {
  std::array<uint8_t, 10> bytes{};
  ++made_run_ids_;
  for (size_t i = 0; i < 8; ++i) bytes[i] = static_cast<uint8_t>(made_run_ids_ >> (8 * i));
  return core::make_time_ordered(now_ms, bytes);
}

core::RunId SimulatedCoordinator::open_run_of(const std::string& workflow_id) const {
  const auto last = last_runs_.find(workflow_id);
  return last != last_runs_.end() && run(last->second).state().open() ? last->second : core::RunId{};
}

const SimulatedCoordinator::Run* SimulatedCoordinator::find(const std::string& workflow_id, const std::string& run_id) const {
  core::RunId id;
  if (!run_id.empty()) {
    id = core::RunId::from_text(run_id).value_or(core::RunId{});
  } else if (const auto last = last_runs_.find(workflow_id); last != last_runs_.end()) {
    id = last->second;
  }
  const auto found = runs_.find(id);
  const bool is_it = found != runs_.end() && found->second->known.workflow.workflow_id == workflow_id;
  return is_it ? found->second.get() : nullptr;
}

absl::StatusOr<core::RunId> SimulatedCoordinator::start(v1::StartWorkflowExecutionRequest request) {
  const std::string workflow_id = request.workflow_id();
  if (!open_run_of(workflow_id).empty()) {
    return core::fault(v1::WORKFLOW_EXECUTION_ALREADY_STARTED, "workflow_id", "workflow_id " + workflow_id + " has an open run");
  }
  const auto reply = decide(core::ExecutionState{}, {caller(), core::StartWorkflowExecution{std::move(request), new_run_id()}});
  if (!reply.ok()) return reply.status();
  return std::get<core::StartReply>(*reply).run_id;
}

absl::StatusOr<core::Reply> SimulatedCoordinator::on_execution(const std::string& workflow_id, const std::string& run_id,
                                                               core::Command command) {
  const Run* found = find(workflow_id, run_id);
  return decide(found == nullptr ? core::ExecutionState{} : found->state(), std::move(command));
}

absl::StatusOr<core::Reply> SimulatedCoordinator::on_run(const core::RunId& run_id, core::Command command) {
  return decide(run(run_id).state(), std::move(command));
}

absl::StatusOr<core::Reply> SimulatedCoordinator::decide(const core::ExecutionState& state, core::Command command) {
  google::protobuf::Arena arena;
  const AllowAll allow_all;
  const core::Context context{now_ms, types_, limits_, allow_all, arena};
  auto commit = core::decide(state, command, context);
  if (!commit.ok()) return commit.status();
  for (core::RunCommit& run : commit->runs) {
    if (!run.records.empty()) keep(run);
  }
  return commit->reply;
}

void SimulatedCoordinator::keep(core::RunCommit& commit) {
  std::unique_ptr<Run>& run = runs_[commit.run_id];
  if (run == nullptr) {
    run = std::make_unique<Run>();
    run->known.key = {0, commit.run_id};
    run->known.workflow = {0, commit.after.identity->domain, commit.after.identity->workflow_id};
    last_runs_[run->known.workflow.workflow_id] = commit.run_id;
  }
  for (const journal::v1::Record* record : commit.records) {
    if (!record->has_event()) continue;
    const int64_t event_id = run->events.size() + 1;
    core::to_history_event(record->event(), event_id, run->events.Add());
  }
  run->known.state = std::move(commit.after);
  for (const core::WaitingTask& task : commit.waiting) waiting_.push_back({task.kind, commit.run_id, task.scheduled_event_id});
  for (const core::OutgoingMessage& message : commit.messages) {
    messages_.push_back({commit.run_id, message.key, std::make_shared<const journal::v1::Message>(*message.message)});
  }
}

std::optional<SimulatedCoordinator::Waiting> SimulatedCoordinator::next_task() {
  while (!waiting_.empty()) {
    const Waiting task = waiting_.front();
    waiting_.pop_front();
    const core::ExecutionState& state = run(task.run).state();
    const auto& decision = state.decision;
    if (task.kind == core::TaskKind::kDecision) {
      if (decision && decision->scheduled_event_id == task.scheduled_event_id && state.can_be_offered(*decision)) return task;
    } else if (const core::ActivityTask* open = state.activities.get(task.scheduled_event_id)) {
      if (state.can_be_offered(*open)) return task;
    }
  }
  return std::nullopt;
}

// As the coordinator's outbox does it (coordinator/engine/outbox.h), but that nothing gets lost.
bool SimulatedCoordinator::deliver_message() {
  if (messages_.empty()) return false;
  const Message message = std::move(messages_.front());
  messages_.pop_front();
  absl::StatusOr<core::RunId> outcome = receive(message);
  (void)on_run(message.source, {caller(), core::SettleMessage{message.key, std::move(outcome)}});
  return true;
}

absl::StatusOr<core::RunId> SimulatedCoordinator::receive(const Message& message) {
  const std::string& workflow_id = message.content->target().workflow_id();
  const core::Command command{caller(), core::ReceiveMessage{message.content}};
  core::RunId target = core::RunId::from_bytes(message.content->target().run_id()).value_or(core::RunId{});
  if (message.content->has_start_child()) {
    if (!open_run_of(workflow_id).empty()) return core::fault(v1::WORKFLOW_EXECUTION_ALREADY_STARTED, "workflow_id", "has an open run");
    target = {};
  } else if (target.empty()) {
    target = open_run_of(workflow_id);
  }
  const auto known = runs_.find(target);
  auto reply = decide(known == runs_.end() ? core::ExecutionState{} : known->second->state(), command);
  if (reply.ok() && std::holds_alternative<core::ContinuedReply>(*reply)) {
    const auto next = runs_.find(open_run_of(workflow_id));
    if (next != runs_.end()) reply = decide(next->second->state(), command);
  }
  if (!reply.ok()) return reply.status();
  const auto* reached = std::get_if<core::StartReply>(&*reply);
  return reached == nullptr ? core::RunId{} : reached->run_id;
}

std::optional<int64_t> SimulatedCoordinator::next_deadline_ms(bool with_execution_timeouts) const {
  std::optional<int64_t> next_ms;
  for (const auto& [id, run] : runs_) {
    if (!run->state().open()) continue;
    const auto of_run = next_deadline_of(run->state(), with_execution_timeouts);
    if (of_run) next_ms = std::min(next_ms.value_or(INT64_MAX), *of_run);
  }
  return next_ms;
}

void SimulatedCoordinator::fire_deadlines(const std::map<core::RunId, std::vector<core::HeldHeartbeat>>& heartbeats) {
  std::vector<core::RunId> due;
  for (const auto& [id, run] : runs_) {
    if (run->state().open() && *next_deadline_of(run->state(), true) <= now_ms) due.push_back(id);
  }
  for (const core::RunId& id : due) {
    core::FireDeadlines fire;
    if (const auto alive = heartbeats.find(id); alive != heartbeats.end()) fire.heartbeats = alive->second;
    (void)on_run(id, {caller(), std::move(fire)});
  }
}

}  // namespace baton::testing::detail
