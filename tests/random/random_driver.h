// Two coordinators on one store, and clients, deciders and workers that do whatever a seed says: legal and illegal calls, answers late,
// twice, never or under old deliveries, broken streams, restarts, leaps of time, and a database that fails in every way it knows. After every
// step the journals must hold by themselves (witness.h) and agree with what everybody was told (ledger.h); in the end everything that is open
// must come to its close. Failures are GoogleTest failures.
#pragma once

#include <array>
#include <atomic>
#include <map>
#include <memory>
#include <mutex>
#include <set>
#include <string>
#include <tuple>
#include <vector>

#include "tests/engine/test_coordinator.h"
#include "tests/random/decision_kinds.h"
#include "tests/random/draws.h"
#include "tests/random/fault_plan.h"
#include "tests/random/ledger.h"
#include "tests/random/stepped_host.h"
#include "tests/random/witness.h"

namespace baton::testing {

class RandomDriver {
 public:
  // `aloud`: tells its steps as it goes.
  RandomDriver(uint64_t seed, bool aloud);
  ~RandomDriver();

  // Stops at the first failure.
  void run(int steps);
  // The faults end, clients do what they should, and everything must come to its close (random_ending.cc).
  void finish();

 private:
  // One coordinator, in all its lives.
  struct Side {
    std::unique_ptr<SteppedHost> host;
    std::unique_ptr<FaultPlan> plan;
    std::unique_ptr<TestCoordinator> coordinator;
    int life = 0;
    int held_for = 0;        // steps until its commits go on
    int paused_for = 0;      // steps until it sees the time again
    int64_t stalled_ms = 0;  // when it last was held, paused, stopped or behind
  };
  // One delivery of one task: run, scheduled event, attempt, delivery.
  using TaskKey = std::tuple<core::RunId, int64_t, int32_t, int32_t>;
  struct Task {
    TaskToken token;
    core::TaskKind kind = core::TaskKind::kActivity;
    bool unary = false;
    // Acknowledged over a stream of this side, in that life.
    int acknowledged_at = -1, life = 0;
    int64_t acknowledged_ms = 0;
    int64_t heartbeat_ms = 0;  // of the last one that was accepted; 0: none was
    std::vector<Sent*> answers;  // of activities by outcome, of decisions the last one
  };
  // Somebody who waits for tasks at one of the coordinators.
  struct Client {
    size_t at = 0;
    int life = 0;  // of the coordinator that it came to
    core::TaskKind kind = core::TaskKind::kActivity;
    std::string identity, instance;
    int32_t slots = 1;
    bool unary = false;
    bool deaf = false;  // its stream is over, and the coordinator does not know
    bool draining = false;
    std::shared_ptr<std::atomic<bool>> idle;  // the coordinator said so
    std::shared_ptr<ScriptedPoller> sink;
    std::vector<TaskKey> tasks;  // that it has, acknowledged or not
  };
  // What somebody answered.
  struct Answer {
    TaskKey task;
    std::vector<v1::Decision> decisions;
    bool all_or_nothing = false;
    bool closes = false;
    bool legal = true;
    bool cancel_was_requested = false;  // when it was sent
    v1::ActivityTaskAnswer::OutcomeCase outcome = v1::ActivityTaskAnswer::OUTCOME_NOT_SET;
  };
  struct Step {
    const char* name;
    int weight;
    void (RandomDriver::*take)();
  };

  // --- random_driver.cc ---
  static std::vector<Step> steps();
  void draw_habits();
  void step();
  // Everybody has done what there was to do, and it was looked at.
  void come_to_rest();
  bool take_in();
  void pass_time(int64_t ms);
  void do_nothing() {}
  void let_time_pass();
  void hold_commits();
  void pause_one();
  void apply_late_commit();
  void restart_one();
  void restart(size_t at, bool crash);
  void make_coordinator(size_t at);

  // --- random_calls.cc ---
  void start_something();
  void signal_something();
  void update_something();
  void judge_update(const Sent& sent, const absl::StatusOr<core::RunId>& outcome);
  void request_cancel_of_something();
  void terminate_something();
  template <class Request>
  void pause_or_resume(Request request, const char* what, const std::string& workflow_id,
                       void (engine::Engine::*call)(core::Caller, Request, engine::DoneEmpty));
  void pause_execution();
  void resume_execution(const std::string& workflow_id);
  void resume_something() { resume_execution(some_workflow_id()); }
  void resume_all();
  void reset_something();
  void judge_reset(const Sent& sent, bool may_be_invalid, const absl::StatusOr<core::RunId>& outcome);
  void send_again();
  void look_at_something();
  void read_history(const Witness::Run& run, Side& side);
  void describe(const Witness::Run& run, Side& side);
  template <class Request>
  Sent& send_call(Request request, std::string mark, void (engine::Engine::*call)(core::Caller, Request, engine::DoneEmpty));
  void judge_refusal(const Sent& sent, const absl::Status& why);
  void signal(const std::string& workflow_id, bool by_run_id);

  // --- random_clients.cc ---
  void open_a_client();
  void open_a_client(core::TaskKind kind);
  void open(Client client, std::vector<TaskKey> held);
  void break_a_stream();
  void leave(size_t index, int chance_to_return);
  void deafen_one();
  void drain_one();
  void acknowledge_something();
  void give_something_back();
  void forget_a_run();
  bool tend_clients(const std::vector<Witness::Fresh>& fresh);
  void hear(Client& client, std::vector<std::pair<std::string, TaskKey>>& offered, std::vector<std::pair<std::string, TaskKey>>& closed);
  void expect_idle_when_drained();
  void consider(Client& client, engine::OfferedTask offered);
  void consider_history(const Client& client, const TaskToken& token, const v1::DecisionTask& task);
  void react(Client& client, const TaskKey& key);
  void acknowledge(Client& client, Task& task);
  void expect_offers(const std::vector<Witness::Fresh>& fresh);
  Client* some_client_with_tasks(core::TaskKind kind);
  void drop(Client& client, TaskKey key);

  // --- random_answers.cc ---
  void answer_something();
  void answer_late();
  void beat_something();
  void beat(Client& client);
  // `client` null: over a unary call, and to whomever.
  void answer(TaskKey key, Client* client);
  void answer_updates(const Task& task, DrawnDecisions& drawn);
  void answer_decision(Task& task, Client* client, const DrawnDecisions& drawn, bool all_or_nothing);
  void give_up(Task& task, Client* client);
  void answer_activity(Task& task, Client* client, v1::ActivityTaskAnswer::OutcomeCase outcome);
  void heartbeat(const TaskKey& key, Client* client);
  void judge_answer(const std::string& mark, const absl::Status& outcome);
  bool is_over(const Task& task) const;
  bool is_superseded(const Task& task) const;

  // --- random_records.cc: what comes into the journals, against what everybody did ---
  void read_records(const std::vector<Witness::Fresh>& fresh);
  void read_internal(const Witness::Run& run, int64_t next_event_id, const journal::v1::Record& record, const journal::v1::Record* before);
  void read_event(const Witness::Run& run, int64_t event_id, const journal::v1::Event& event, const journal::v1::Record* before);
  void check_answer(const Witness::Run& run, const std::string& mark, const journal::v1::Record* before);
  void check_decided(const Witness::Run& run, int64_t completed_event_id, const Answer& answer);
  void check_withdrawal(const Witness::Run& run, const journal::v1::OfferWithdrawn& withdrawn);
  void check_heartbeat_timeout(const Witness::Run& run, int64_t scheduled_event_id);
  void check_cancel_requests(const std::string& workflow_id);
  void check_acknowledgements();

  // --- random_ending.cc ---
  void mend();
  void behave();
  void answer_well(Task& task, Client* client);
  void nudge_idle_runs();
  bool is_moving(const Witness::Run& run) const;
  std::set<TaskKey> waiting_tasks() const;
  void expect_no_free_slot_beside(const std::set<TaskKey>& waited);
  void expect_live_states();

  // --- small things ---
  static TaskKey key_of(const TaskToken& token);
  std::string text_of(const TaskKey& key) const;
  Task& task_of(const TaskKey& key) { return tasks_.at(key); }
  // Nothing has kept this side from doing its work since then.
  bool undisturbed_since(const Side& side, int64_t ms) const { return side.plan->last_fault_ms() < ms && side.stalled_ms < ms; }
  bool anything_held() const;
  engine::Engine& engine(size_t at) { return sides_[at].coordinator->engine(); }
  size_t some_side() { return draws_.below(sides_.size()); }
  const Witness::Run& some_run() { return *witness_->in_order()[draws_.below(witness_->in_order().size())]; }
  std::string some_workflow_id() { return "order-" + std::to_string(draws_.below(3)); }
  std::string fresh(const char* what) { return what + std::to_string(++fresh_); }
  void tell(const std::string& what) const;

  Draws draws_;
  const uint64_t seed_;
  const bool aloud_;
  const FaultShares shares_;
  std::vector<Step> steps_ = steps();
  // How many of a hundred tasks are acknowledged, or answered, as soon as they come, and how often workers say that they are alive before
  // time passes.
  uint64_t acknowledges_ = 0, answers_at_once_ = 0, beats_ = 0;
  std::atomic<int64_t> now_ms_{ManualTime::kStartMs};
  std::unique_ptr<store::MemoryStore> data_;
  std::unique_ptr<store::LaneSession> late_backend_;
  std::unique_ptr<Witness> witness_;
  Ledger ledger_{[this](const std::string& what) { tell(what); }};
  std::array<Side, 2> sides_;
  std::vector<FaultPlan::Late> late_;
  std::vector<Client> clients_;
  std::map<TaskKey, Task> tasks_;
  std::vector<TaskKey> lost_tasks_;  // answered, given back, or whose client is gone
  std::map<std::string, Answer> answers_;  // by mark
  std::mutex update_replies_mutex_;
  std::map<std::string, std::string> update_replies_;  // by mark, as text
  std::set<std::pair<std::string, core::RunId>> kept_;  // runs that instances keep
  std::map<std::string, std::vector<Sent*>> cancels_;  // by workflow id
  bool well_behaved_ = false;
  int fresh_ = 0;
};

}  // namespace baton::testing
