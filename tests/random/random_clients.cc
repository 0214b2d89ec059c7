// The random driver's clients: streams and unary polls that come and go, and what they do with the tasks that they are given.
#include <algorithm>
#include <iterator>
#include <set>
#include <utility>

#include "gtest/gtest.h"
#include "tests/random/random_driver.h"

namespace baton::testing {
namespace {

constexpr size_t kMaxClients = 8;

}  // namespace

RandomDriver::TaskKey RandomDriver::key_of(const TaskToken& token) {
  return {core::RunId::from_bytes(token.run_id()).value_or(core::RunId{}), token.scheduled_event_id(), std::max(1, token.attempt()),
          token.delivery()};
}

std::string RandomDriver::text_of(const TaskKey& key) const {
  const auto& [run_id, scheduled_event_id, attempt, delivery] = key;
  const Witness::Run* run = witness_->find(run_id);
  return (run == nullptr ? run_id.to_text() : run->workflow_id()) + " task " + std::to_string(scheduled_event_id) + "." +
         std::to_string(attempt) + "." + std::to_string(delivery);
}

void RandomDriver::open_a_client() {
  if (clients_.size() >= kMaxClients) return break_a_stream();
  open_a_client(draws_.percent(50) ? core::TaskKind::kDecision : core::TaskKind::kActivity);
}

void RandomDriver::open_a_client(core::TaskKind kind) {
  Client client;
  client.at = some_side();
  client.kind = kind;
  client.unary = draws_.percent(20);
  client.slots = client.unary ? 1 : static_cast<int32_t>(1 + draws_.below(3));
  client.instance = "instance-" + std::to_string(draws_.below(3));
  open(std::move(client), {});
}

// An identity of its own, so that the journals say which client an offer was for.
void RandomDriver::open(Client client, std::vector<TaskKey> held) {
  client.identity = fresh("client-");
  client.tasks = std::move(held);
  tell("  " + client.identity + " comes to " + std::to_string(client.at) + (client.kind == core::TaskKind::kDecision ? " to decide" : " to work") +
       (client.unary ? ", once" : ", with " + std::to_string(client.slots) + " slots and " + std::to_string(client.tasks.size()) + " tasks"));
  client.sink = std::make_shared<ScriptedPoller>();
  engine::PollerSpec spec;
  spec.kind = client.kind;
  spec.domain = kDomain;
  spec.task_list = client.kind == core::TaskKind::kDecision ? kDecisions : kActivities;
  spec.identity = client.identity;
  if (!client.unary) spec.instance_id = client.instance;
  spec.slots = client.slots;
  spec.unary = client.unary;
  for (const TaskKey& key : client.tasks) {
    spec.held.push_back(task_of(key).token);
    // Naming it is an acknowledgement.
    task_of(key).acknowledged_at = static_cast<int>(client.at);
    task_of(key).life = sides_[client.at].life;
    task_of(key).acknowledged_ms = now_ms_;
  }
  const auto id = engine(client.at).add_poller(std::move(spec), client.sink);
  ASSERT_TRUE(id.ok()) << id.status();
  client.sink->id = *id;
  client.life = sides_[client.at].life;
  clients_.push_back(std::move(client));
}

void RandomDriver::break_a_stream() {
  if (!clients_.empty()) leave(draws_.below(clients_.size()), 60);
}

// It comes back with what it has, perhaps elsewhere, or is gone for good.
void RandomDriver::leave(size_t index, int chance_to_return) {
  Client client = std::move(clients_[index]);
  clients_.erase(clients_.begin() + static_cast<ptrdiff_t>(index));
  tell("  " + client.identity + " leaves");
  if (client.life == sides_[client.at].life) engine(client.at).remove_poller(client.sink->id);
  const bool returns = !client.unary && draws_.percent(static_cast<uint64_t>(chance_to_return));
  if (!returns) {
    lost_tasks_.insert(lost_tasks_.end(), client.tasks.begin(), client.tasks.end());
    return;
  }
  Client next;
  next.at = some_side();
  next.kind = client.kind;
  next.slots = client.slots;
  next.instance = client.instance;
  open(std::move(next), std::move(client.tasks));
}

void RandomDriver::deafen_one() {
  if (clients_.empty()) return;
  Client& client = clients_[draws_.below(clients_.size())];
  tell("  " + client.identity + " is deaf");
  client.sink->end_stream();
  client.deaf = true;
}

void RandomDriver::drain_one() {
  if (clients_.empty()) return;
  Client& client = clients_[draws_.below(clients_.size())];
  if (client.draining) return;
  tell("  " + client.identity + " drains");
  client.draining = true;
  client.idle = std::make_shared<std::atomic<bool>>(false);
  engine(client.at).drain_poller(client.sink->id, [idle = client.idle] { *idle = true; });
}

RandomDriver::Client* RandomDriver::some_client_with_tasks(core::TaskKind kind) {
  std::vector<Client*> busy;
  for (Client& client : clients_) {
    if (client.kind == kind && !client.tasks.empty()) busy.push_back(&client);
  }
  return busy.empty() ? nullptr : busy[draws_.below(busy.size())];
}

void RandomDriver::acknowledge_something() {
  Client* client = some_client_with_tasks(draws_.percent(50) ? core::TaskKind::kDecision : core::TaskKind::kActivity);
  if (client == nullptr) return;
  acknowledge(*client, task_of(client->tasks[draws_.below(client->tasks.size())]));
}

void RandomDriver::acknowledge(Client& client, Task& task) {
  if (task.unary || client.deaf) return;
  tell("  " + client.identity + " acknowledges " + text_of(key_of(task.token)));
  engine(client.at).acknowledge(client.sink->id, task.token);
  if (task.acknowledged_at >= 0) return;
  task.acknowledged_at = static_cast<int>(client.at);
  task.life = sides_[client.at].life;
  task.acknowledged_ms = now_ms_;
}

// Only what it has not acknowledged.
void RandomDriver::give_something_back() {
  Client* client = some_client_with_tasks(draws_.percent(50) ? core::TaskKind::kDecision : core::TaskKind::kActivity);
  if (client == nullptr || client->deaf) return;
  const TaskKey key = client->tasks[draws_.below(client->tasks.size())];
  const Task& task = task_of(key);
  if (task.unary || task.acknowledged_at >= 0) return;
  tell("  " + client->identity + " gives back " + text_of(key));
  drop(*client, key);
  engine(client->at).give_back(client->sink->id, task.token);
}

void RandomDriver::forget_a_run() {
  if (kept_.empty()) return;
  const auto forgotten = std::next(kept_.begin(), static_cast<ptrdiff_t>(draws_.below(kept_.size())));
  const auto [instance, run_id] = *forgotten;
  const Witness::Run* run = witness_->find(run_id);
  kept_.erase(forgotten);
  for (const Client& client : clients_) {
    if (client.instance != instance || client.kind != core::TaskKind::kDecision || client.unary || client.deaf || run == nullptr) continue;
    v1::WorkflowExecution execution;
    execution.set_workflow_id(run->workflow_id());
    execution.set_run_id(run_id.to_text());
    engine(client.at).forget_cached_run(client.sink->id, execution);
  }
}

void RandomDriver::drop(Client& client, TaskKey key) {
  if (std::erase(client.tasks, key) > 0) lost_tasks_.push_back(key);
}

// First all are heard, while nobody writes; then they act. True when one of them did.
bool RandomDriver::tend_clients(const std::vector<Witness::Fresh>& fresh) {
  std::vector<std::pair<std::string, TaskKey>> offered, closed;
  for (Client& client : clients_) hear(client, offered, closed);
  expect_offers(fresh);
  const bool busy = !offered.empty() || !closed.empty();
  if (!busy && !anything_held()) expect_idle_when_drained();
  // A unary poll that has its task, or has waited long enough, is over.
  for (size_t i = clients_.size(); i-- > 0;) {
    const Client& client = clients_[i];
    if (client.unary ? !client.tasks.empty() || (client.draining && *client.idle) : client.draining && *client.idle) leave(i, 0);
  }
  const auto act = [&](const std::string& identity, auto action) {
    for (Client& client : clients_) {
      if (client.identity == identity && !client.deaf) return action(client);
    }
  };
  for (const auto& [identity, key] : closed) {
    act(identity, [&](Client& client) {
      drop(client, key);
      engine(client.at).give_back(client.sink->id, task_of(key).token);
    });
  }
  for (const auto& [identity, key] : offered) {
    act(identity, [&](Client& client) { react(client, key); });
  }
  return busy;
}

void RandomDriver::hear(Client& client, std::vector<std::pair<std::string, TaskKey>>& offered,
                        std::vector<std::pair<std::string, TaskKey>>& closed) {
  while (auto task = client.sink->take_offer()) {
    offered.emplace_back(client.identity, key_of(task->token));
    consider(client, *std::move(task));
  }
  while (const auto canceled = client.sink->take_cancel()) {
    EXPECT_TRUE(client.deaf || tasks_.contains(key_of(*canceled))) << "a cancel request for a task that nobody was given";
  }
  while (const auto ended = client.sink->take_closed()) {
    const auto task = tasks_.find(key_of(ended->token));
    if (client.deaf && task == tasks_.end()) continue;  // its offer had not reached it
    EXPECT_NE(task, tasks_.end()) << "word of a task that nobody was given: " << ended->token.ShortDebugString();
    if (task == tasks_.end()) continue;
    EXPECT_TRUE(is_over(task->second) || is_superseded(task->second)) << "told that it is over: " << ended->why;
    tell("  " + client.identity + " hears that it is over: " + text_of(task->first));
    closed.emplace_back(client.identity, task->first);
  }
}

void RandomDriver::expect_idle_when_drained() {
  for (const Client& client : clients_) {
    if (!client.draining || client.deaf) continue;
    if (*client.idle) {
      EXPECT_TRUE(client.tasks.empty()) << client.identity << " has a task, and the coordinator says that it is idle";
    } else {
      EXPECT_FALSE(client.tasks.empty()) << client.identity << " has nothing, and the coordinator does not say that it is idle";
    }
  }
}

void RandomDriver::consider(Client& client, engine::OfferedTask offered) {
  const TaskKey key = key_of(offered.token);
  tell("  " + client.identity + " is given " + text_of(key));
  Task task;
  task.token = offered.token;
  task.kind = client.kind;
  task.unary = client.unary;
  ASSERT_TRUE(tasks_.emplace(key, std::move(task)).second) << "given twice: " << offered.token.ShortDebugString();
  client.tasks.push_back(key);
  EXPECT_LE(client.tasks.size(), static_cast<size_t>(client.slots)) << client.identity << " has more tasks than slots";
  const Witness::Run* run = witness_->find(std::get<core::RunId>(key));
  ASSERT_NE(run, nullptr) << "a task of a run that is in no journal";
  const auto& records = run->stored.records;
  const bool recorded = std::any_of(records.rbegin(), records.rend(), [&](const journal::v1::Record& record) {
    const auto& made = record.offer_made();
    return record.has_offer_made() && made.scheduled_event_id() == std::get<1>(key) && made.delivery() == std::get<3>(key) &&
           std::max(1, made.attempt()) == std::get<2>(key) && made.identity() == client.identity;
  });
  EXPECT_TRUE(recorded) << "given to " << client.identity << ", as no journal says: " << offered.token.ShortDebugString();
  if (client.kind == core::TaskKind::kDecision) consider_history(client, offered.token, decision_in(offered));
}

// The history shown is the journal up to DecisionTaskStarted, or what follows the instance's own last answer in it.
void RandomDriver::consider_history(const Client& client, const TaskToken& token, const v1::DecisionTask& task) {
  const Witness::Run& run = *witness_->find(std::get<core::RunId>(key_of(token)));
  int64_t event_id = 1;
  if (task.has_delta_base()) {
    event_id = task.delta_base().started_event_id() + 1;
    const auto& records = run.stored.records;
    const bool recorded = std::any_of(records.begin(), records.end(), [&](const journal::v1::Record& record) {
      const auto& answered = record.decision_answered();
      return record.has_decision_answered() && answered.started_event_id() == task.delta_base().started_event_id() &&
             answered.delivery() == task.delta_base().delivery() && answered.instance_id() == client.instance;
    });
    EXPECT_TRUE(recorded) << "a delta on an answer that " << client.instance << " did not give: " << task.delta_base().ShortDebugString();
  }
  ASSERT_LE(task.started_event_id(), static_cast<int64_t>(run.events.size()));
  ASSERT_EQ(task.events_size(), task.started_event_id() - event_id + 1) << "a history with a gap";
  for (const v1::HistoryEvent& event : task.events()) {
    EXPECT_TRUE(bytes_of(event) == run.events[static_cast<size_t>(event_id++) - 1]) << "shown: " << event.ShortDebugString();
  }
}

void RandomDriver::react(Client& client, const TaskKey& key) {
  if (well_behaved_ || client.deaf) return;
  const uint64_t what = draws_.below(100);
  if (what < acknowledges_) return acknowledge(client, task_of(key));
  if (what < acknowledges_ + answers_at_once_) return answer(key, &client);
}

// What a coordinator has written and was told so reaches its client.
void RandomDriver::expect_offers(const std::vector<Witness::Fresh>& fresh) {
  for (const Witness::Fresh& one : fresh) {
    const Side* writer = one.writer < 0 ? nullptr : &sides_[static_cast<size_t>(one.writer)];
    if (!one.told || writer == nullptr || writer->plan->last_fault_ms() == now_ms_) continue;
    for (size_t i = one.first_record; i < one.end_record; ++i) {
      const journal::v1::Record& record = one.run->stored.records[i];
      if (!record.has_offer_made() || one.run->is_copied(i)) continue;
      const auto& made = record.offer_made();
      const core::Offer* out = offer_of(one.run->state, made.scheduled_event_id());
      if (out == nullptr || out->delivery != made.delivery()) continue;
      const core::ActivityTask* activity = one.run->state.activities.get(made.scheduled_event_id());
      if (activity != nullptr && activity->attempt != std::max(1, made.attempt())) continue;
      const auto client =
          std::find_if(clients_.begin(), clients_.end(), [&](const Client& other) { return other.identity == made.identity(); });
      if (client == clients_.end() || client->deaf) continue;
      EXPECT_TRUE(tasks_.contains({one.run->key().run_id, made.scheduled_event_id(), std::max(1, made.attempt()), made.delivery()}))
          << client->identity << " was never given what is recorded as offered to it: " << made.ShortDebugString();
    }
  }
}

}  // namespace baton::testing
