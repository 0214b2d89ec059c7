// One run driven by decide() in a test: keeps its state, its records and the hand-outs it made, and on every commit checks what must hold
// whatever happened (rebuilding gives the live state, also from a snapshot at each record). Failures are GoogleTest failures.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <set>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "coordinator/core/context.h"
#include "coordinator/core/decide.h"
#include "coordinator/core/fault.h"
#include "tests/core/rebuilt_state.h"

namespace baton::core {

// Domain "orders" with the workflow types "process" (no defaults), "ready" (all of them) and "old" (deprecated), and the activity types
// "charge" (no defaults), "ready" (all of them) and "old" (deprecated). Domain "retired" is deprecated and has the same types.
class FixedRegistry : public RegistryView {
 public:
  FixedRegistry();
  void disable_functions() { domain_.functions_disabled = true; }
  const DomainRecord* find_domain(std::string_view domain) const override;
  const WorkflowTypeRecord* find_workflow_type(std::string_view domain, std::string_view name, std::string_view version) const override;
  const ActivityTypeRecord* find_activity_type(std::string_view domain, std::string_view name, std::string_view version) const override;

 private:
  DomainRecord domain_;
  DomainRecord retired_domain_;
  std::map<std::string, WorkflowTypeRecord, std::less<>> workflow_types_;
  std::map<std::string, ActivityTypeRecord, std::less<>> activity_types_;
};

// Everything but the named actions.
class DenySome : public Authorizer {
 public:
  std::set<std::string, std::less<>> denied;
  bool allows(const Caller&, const Action& action) const override { return !denied.contains(action.name); }
};

// No token is left for the named decisions; there is always one for the others.
class SomeExhausted : public DecisionRates {
 public:
  std::set<std::string, std::less<>> exhausted;
  std::vector<std::string> asked;
  bool take(std::string_view, std::string_view decision) override {
    asked.emplace_back(decision);
    return !exhausted.contains(decision);
  }
};

// In milliseconds; kNoTimeoutMs for NONE.
struct ActivityTimeouts {
  int64_t schedule_to_start_ms = kNoTimeoutMs;
  int64_t schedule_to_close_ms = kNoTimeoutMs;
  int64_t start_to_close_ms = kNoTimeoutMs;
  int64_t heartbeat_ms = kNoTimeoutMs;
};

baton::v1::Decision schedule_activity(const std::string& activity_id, const ActivityTimeouts& timeouts = {});
baton::v1::Decision start_timer(const std::string& timer_id, int64_t start_to_fire_ms);
baton::v1::Decision cancel_activity(const std::string& activity_id);
baton::v1::Decision complete_execution();

baton::v1::ActivityTaskAnswer completed_with(const std::string& result);
baton::v1::ActivityTaskAnswer failed_with(const std::string& reason);
baton::v1::ActivityTaskAnswer canceled();

class LiveRun {
 public:
  static constexpr int64_t kStartMs = 1'000'000;

  explicit LiveRun(Limits limits = {}) : limits_(limits) {}

  int64_t now_ms = kStartMs;
  // Calls and decisions are allowed unless named in `denied`.
  DenySome authorizer;
  SomeExhausted rates;

  // Decides `body` and makes what it yields the state. An error changes nothing.
  template <class Body>
  absl::StatusOr<Commit> decide(Body body) {
    return decide_command({{"tester", "here"}, std::move(body)});
  }

  void disable_functions() { registry_.disable_functions(); }

  const ExecutionState& state() const { return state_; }
  const std::vector<journal::Record>& records() const { return records_; }
  // The records that the last decide() wrote, in short: "OfferMade 2.1, DecisionTaskStarted".
  const std::string& written() const { return written_; }
  // The newest event.
  const journal::Event& last_event() const;
  const journal::Event& event(int64_t event_id) const;
  // FireDeadlines let clients have until this, the last time it was decided.
  int64_t clients_have_until_ms() const { return clients_have_until_ms_; }

  // --- steps that must succeed ----------------------------------------------------------------------------------------------
  void start(int64_t execution_ms = 3'600'000, int64_t task_ms = kNoTimeoutMs);
  // Offers the waiting task and says how it was handed out.
  TaskRef offer(int64_t scheduled_event_id, bool unary = false, const std::string& identity = "poller");
  // Offers the waiting decision task, and answers it.
  void decide_on(const std::vector<baton::v1::Decision>& decisions);
  // Starts the run and has its decider schedule one activity "a"; returns its scheduled event id.
  int64_t start_with_activity(const ActivityTimeouts& timeouts = {});
  void acknowledge(const TaskRef& task, int64_t time_ms);
  void fire(int64_t clients_have_until_ms = 0, std::vector<HeldHeartbeat> heartbeats = {});

 private:
  absl::StatusOr<Commit> decide_command(Command command);
  void keep(const RunCommit& commit);
  static void expect_alike(const RunCommit& again, const RunCommit& run);
  static void check_new_run(const RunCommit& commit);

  FixedRegistry registry_;
  google::protobuf::Arena arena_;
  Limits limits_;
  ExecutionState state_;
  RebuiltState rebuilt_;  // the same, from the records
  std::vector<journal::Record> records_;
  std::vector<size_t> events_;  // where in `records_`
  std::string written_;
  int64_t clients_have_until_ms_ = 0;
};

// "ActivityTaskStarted", "OfferMade 5.1" (task and delivery), "DeadlineArmed".
std::string text_of(const journal::Record& record);
// The timed-out, refused or other fault of a refusal; FAULT_UNSPECIFIED and a test failure when the command was accepted.
baton::v1::Fault fault_in(const absl::StatusOr<Commit>& commit);

}  // namespace baton::core
