// How a random story ends: the faults are over, clients do what they should, and whatever is open must come to its close by itself.
#include <algorithm>
#include <set>
#include <utility>

#include "gtest/gtest.h"
#include "tests/engine/history_checks.h"
#include "tests/random/random_driver.h"

namespace baton::testing {
namespace {

// Whatever waits for something waits no longer than this, in rounds: the longest timeout, and a coordinator's grace.
constexpr int kShortRounds = 4, kRounds = 40;
constexpr int64_t kShortRoundMs = 1'000, kRoundMs = 3'000;

}  // namespace

void RandomDriver::finish() {
  if (::testing::Test::HasFailure()) return;
  mend();
  const auto anything_open = [&] {
    return std::any_of(witness_->runs().begin(), witness_->runs().end(), [](const auto& run) { return run.second.state.open(); });
  };
  const auto any_message = [&] { return !data_->read_outbox(INT64_MAX, 1, {})->empty(); };
  for (int round = 0; round < kRounds && (anything_open() || any_message()) && !::testing::Test::HasFailure(); ++round) {
    resume_all();
    behave();
    nudge_idle_runs();
    const std::set<TaskKey> waited = waiting_tasks();
    pass_time(round < kShortRounds ? kShortRoundMs : kRoundMs);
    come_to_rest();
    expect_no_free_slot_beside(waited);
  }
  for (const auto& [run_id, run] : witness_->runs()) {
    EXPECT_FALSE(run.state.open()) << "stranded: " << run.stored.name() << ": " << event_names(run.stored);
  }
  const auto undelivered = data_->read_outbox(INT64_MAX, 100, {});
  ASSERT_TRUE(undelivered.ok());
  for (const store::OutboxRow& row : *undelivered) {
    journal::v1::Message message;
    EXPECT_TRUE(message.ParseFromString(row.message));
    ADD_FAILURE() << "a message of run " << row.key.source.run_id.to_text() << " is not delivered: " << message.ShortDebugString();
  }
  for (Sent* sent : ledger_.in_doubt()) ledger_.send(*sent, some_side());
  come_to_rest();
  EXPECT_TRUE(ledger_.in_doubt().empty()) << "in doubt, and the database is well";
  if (::testing::Test::HasFailure()) return;
  expect_live_states();
  for (Side& side : sides_) {
    side.host->let_go();
    side.coordinator->stop();
  }
  check_histories(*data_);
}

void RandomDriver::mend() {
  tell("the faults are over");
  well_behaved_ = true;
  for (Side& side : sides_) {
    side.host->open_gate();
    side.held_for = side.paused_for = 0;
    side.plan->set_active(false);
  }
  come_to_rest();
  for (size_t i = clients_.size(); i-- > 0;) {
    if (clients_[i].deaf || clients_[i].draining || clients_[i].unary) leave(i, 0);
  }
  for (const core::TaskKind kind : {core::TaskKind::kDecision, core::TaskKind::kActivity}) {
    if (std::any_of(clients_.begin(), clients_.end(), [&](const Client& client) { return client.kind == kind; })) continue;
    Client client;
    client.at = some_side();
    client.kind = kind;
    client.slots = 3;
    client.instance = "the last one";
    open(std::move(client), {});
  }
  // Whoever still has something answers it.
  for (const TaskKey& key : std::vector<TaskKey>(lost_tasks_)) answer_well(task_of(key), nullptr);
  come_to_rest();
}

void RandomDriver::behave() {
  for (Client& client : clients_) {
    for (const TaskKey& key : std::vector<TaskKey>(client.tasks)) {
      drop(client, key);
      answer_well(task_of(key), &client);
    }
  }
  come_to_rest();
}

bool RandomDriver::is_moving(const Witness::Run& run) const {
  if (run.state.timers.size() > 0) return true;
  for (const auto& [id, activity] : run.state.activities) {
    if (!activity.acknowledged) return true;
  }
  return false;
}

// The run is completed once nothing of it is on its way any more.
void RandomDriver::answer_well(Task& task, Client* client) {
  if (client == nullptr && is_over(task)) return;
  if (task.kind == core::TaskKind::kActivity) return answer_activity(task, client, v1::ActivityTaskAnswer::kCompleted);
  const Witness::Run& run = *witness_->find(std::get<core::RunId>(key_of(task.token)));
  DrawnDecisions decisions;
  if (!is_moving(run)) {
    decisions.decisions.push_back(complete_execution());
    decisions.closes = true;
  }
  answer_decision(task, client, decisions, false);
}

void RandomDriver::resume_all() {
  std::vector<std::string> paused;
  for (const auto& [run_id, run] : witness_->runs()) {
    if (run.state.pause) paused.push_back(run.workflow_id());
  }
  for (const std::string& workflow_id : paused) resume_execution(workflow_id);
  come_to_rest();
}

// Those that wait for a signal, truly.
void RandomDriver::nudge_idle_runs() {
  std::vector<std::string> idle;
  for (const auto& [run_id, run] : witness_->runs()) {
    if (run.state.open() && !run.state.decision && !is_moving(run)) idle.push_back(run.workflow_id());
  }
  for (const std::string& workflow_id : idle) signal(workflow_id, false);
  come_to_rest();
}

// With the number of the last delivery.
std::set<RandomDriver::TaskKey> RandomDriver::waiting_tasks() const {
  std::set<TaskKey> waiting;
  for (const auto& [run_id, run] : witness_->runs()) {
    if (!run.state.open()) continue;
    const auto& decision = run.state.decision;
    if (decision && run.state.can_be_offered(*decision)) waiting.insert({run_id, decision->scheduled_event_id, 1, decision->deliveries});
    for (const auto& [id, activity] : run.state.activities) {
      if (run.state.can_be_offered(activity)) waiting.insert({run_id, id, activity.attempt, activity.deliveries});
    }
  }
  return waiting;
}

// Slots are not lost: what has waited while the backlog was read is given to whoever has a free one.
void RandomDriver::expect_no_free_slot_beside(const std::set<TaskKey>& waited) {
  const std::set<TaskKey> waiting = waiting_tasks();
  for (const TaskKey& key : waited) {
    if (!waiting.contains(key)) continue;
    const Witness::Run& run = *witness_->find(std::get<core::RunId>(key));
    const core::TaskKind kind = run.state.activities.contains(std::get<1>(key)) ? core::TaskKind::kActivity : core::TaskKind::kDecision;
    for (const Client& client : clients_) {
      EXPECT_FALSE(client.kind == kind && client.tasks.size() < static_cast<size_t>(client.slots))
          << client.identity << " has a free slot, and task " << std::get<1>(key) << " waits in " << run.stored.name();
    }
  }
}

// What both coordinators believe is what the journals say.
void RandomDriver::expect_live_states() {
  for (const Witness::Run* run : witness_->in_order()) {
    for (Side& side : sides_) describe(*run, side);
  }
}

}  // namespace baton::testing
