// One coordinator without its wire, on data in memory that it may share with others: the engine, its store with scripted faults, and calls
// that wait for their answer. Calls are made by the domain "orders" in which everything is registered.
#pragma once

#include <functional>
#include <future>
#include <memory>
#include <string>
#include <vector>

#include "coordinator/engine/engine.h"
#include "coordinator/store/memory/memory_store.h"
#include "tests/engine/manual_time.h"
#include "tests/engine/scripted_faults.h"
#include "tests/engine/scripted_poller.h"

namespace baton::testing {

inline constexpr char kDomain[] = "orders";
inline constexpr char kDecisions[] = "decisions";  // default task lists
inline constexpr char kActivities[] = "activities";

class AllowAll final : public core::Authorizer {
 public:
  bool allows(const core::Caller&, const core::Action&) const override { return true; }
};

struct CoordinatorOptions {
  engine::EngineOptions engine = {.lanes = 1, .readers = 1, .instance_id = "test"};
  core::Limits limits;
  std::function<void(ScriptedFaults&)> before_start = {};  // what goes wrong from the beginning
};

// What to poll for; the rest is as usual.
struct Poll {
  int32_t slots = 1;
  std::string instance = "instance";
  std::string list;  // empty: the default
  bool unary = false;
  bool answers_queries = false;
  std::vector<TaskToken> held;
  std::string domain = kDomain;
};

class TestCoordinator {
 public:
  // A coordinator of its own on the data of `data`. Both outlive it.
  TestCoordinator(store::MemoryStore& data, const engine::HostTime& time, CoordinatorOptions options = {});
  ~TestCoordinator() { stop(); }

  engine::Engine& engine() { return *engine_; }
  ScriptedFaults& faults() { return faults_; }
  void stop() { engine_->stop(); }

  // --- calls of clients: the outcome, once it is there ---
  absl::StatusOr<core::RunId> start(const std::string& workflow_id, const std::string& request_id = "");
  absl::StatusOr<core::RunId> start(v1::StartWorkflowExecutionRequest request);
  absl::Status signal(const std::string& workflow_id, const std::string& name = "signal", const std::string& request_id = "");
  absl::Status request_cancel(const std::string& workflow_id, const std::string& request_id = "");
  absl::Status terminate(const std::string& workflow_id, const std::string& request_id = "");
  absl::StatusOr<core::RunId> reset(const std::string& workflow_id, int64_t to_event_id, const std::string& request_id = "");
  absl::StatusOr<v1::DescribeWorkflowExecutionResponse> describe(const std::string& workflow_id, const std::string& run_id = "");
  absl::StatusOr<engine::Engine::HistoryResult> history(engine::Engine::HistoryRead read);
  // The same without waiting.
  std::future<absl::StatusOr<core::RunId>> start_later(v1::StartWorkflowExecutionRequest request);
  std::future<absl::Status> signal_later(const std::string& workflow_id, const std::string& name = "signal",
                                         const std::string& request_id = "");
  std::future<absl::Status> terminate_later(const std::string& workflow_id, const std::string& request_id = "");

  // --- pollers ---
  std::shared_ptr<ScriptedPoller> decider(const Poll& poll = {});
  std::shared_ptr<ScriptedPoller> worker(const Poll& poll = {});
  absl::StatusOr<std::shared_ptr<ScriptedPoller>> try_poll(core::TaskKind kind, const Poll& poll);

  // --- answers; `poller` may be null: over a unary call ---
  absl::Status decide(const ScriptedPoller* poller, const TaskToken& token, std::vector<v1::Decision> decisions, bool run_cached = false);
  // That nothing can be decided.
  absl::Status give_up(const ScriptedPoller* poller, const TaskToken& token, const std::string& reason = "EXCEPTION");
  absl::Status complete(const ScriptedPoller* poller, const TaskToken& token, const std::string& result = "done");
  std::future<absl::Status> complete_later(const ScriptedPoller* poller, const TaskToken& token, const std::string& result = "done");
  std::future<absl::Status> answer_later(const ScriptedPoller* poller, const TaskToken& token, v1::ActivityTaskAnswer answer);
  std::future<absl::Status> decide_later(const ScriptedPoller* poller, const TaskToken& token,
                                         v1::RespondDecisionTaskCompletedRequest request);
  absl::StatusOr<bool> heartbeat(const ScriptedPoller* poller, const TaskToken& token);
  void acknowledge(const ScriptedPoller& poller, const TaskToken& token) { engine_->acknowledge(poller.id, token); }
  void remove(const ScriptedPoller& poller) { engine_->remove_poller(poller.id); }

  // Until its lanes have done what is due by now.
  void settle();

 private:
  AllowAll authorizer_;
  ScriptedFaults faults_;
  std::unique_ptr<store::MemoryStore> store_;
  const int lanes_;
  std::unique_ptr<engine::Engine> engine_;
};

// What `future` brings; a test failure and DEADLINE_EXCEEDED when nothing does.
absl::Status outcome_of(std::future<absl::Status> future);
absl::StatusOr<core::RunId> outcome_of(std::future<absl::StatusOr<core::RunId>> future);
// Nothing has come yet.
template <class T>
bool is_pending(const std::future<T>& future) {
  return future.wait_for(std::chrono::seconds(0)) != std::future_status::ready;
}

v1::StartWorkflowExecutionRequest start_request(const std::string& workflow_id, const std::string& request_id = "");
// Timeouts: none but what is given, in milliseconds.
struct ActivityTimes {
  int64_t schedule_to_start_ms = -1, start_to_close_ms = -1, heartbeat_ms = -1;
};
v1::Decision schedule_activity(const std::string& activity_id, const ActivityTimes& times = {});
v1::Decision start_timer(const std::string& timer_id, int64_t ms);
v1::Decision cancel_activity(const std::string& activity_id);
v1::Decision complete_execution();
v1::ActivityTaskAnswer completed_with(const std::string& result);
const v1::DecisionTask& decision_in(const engine::OfferedTask& offered);
const v1::ActivityTask& activity_in(const engine::OfferedTask& offered);

}  // namespace baton::testing
