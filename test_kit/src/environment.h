// What TestEnvironment hides.
#pragma once

#include <list>
#include <map>
#include <memory>
#include <set>
#include <string>

#include "attempt_state.h"
#include "baton/testing.h"
#include "deciding.h"
#include "perform.h"
#include "simulated_coordinator.h"

namespace baton::testing::detail {

namespace sdk = baton::detail;

class Environment final : public sdk::HeartbeatSink {
 public:
  Environment();

  // --- what is under test ---
  void add(const TypeName& type, sdk::Workflows::Function function);
  void add_answers(const TypeName& type, sdk::AnswerFunction function) { workflows_.add_answers(type, std::move(function)); }
  void add(const TypeName& activity, Handler handler, const Conduct& conduct);
  int attempts(const TypeName& activity) const;

  // --- outside ---
  Execution start(const StartRequest& request);
  template <class Command, class Request>
  core::Reply tell(const Execution& execution, Request request);
  Reply query(const Execution& execution, std::string_view name, const std::optional<Payload>& input);

  // --- time ---
  TimePoint now() const { return TimePoint(Duration(coordinator_.now_ms)); }
  void after(Duration delay, std::function<void()> action);
  // Until nothing more happens by itself, or, if given, until it is so late.
  void run(std::optional<int64_t> until_ms);

  // --- faults ---
  void inject(Fault fault, int decision) { faults_.emplace(decision, fault); }
  int decisions() const { return decisions_; }

  const SimulatedCoordinator::Run& find(const Execution& execution) const;

 private:
  // An attempt that a handler works on, or that is lost.
  struct Work {
    core::RunId run;
    core::TaskRef task;
    bool lost = false;
    std::shared_ptr<google::protobuf::Arena> arena;
    std::unique_ptr<sdk::AttemptState> state;
  };
  using Works = std::list<Work>;
  // Things of the test's own that happen at a moment, in the order in which they were given.
  using Agenda = std::multimap<int64_t, std::function<void()>>;

  bool step();
  void pass_time(int64_t to_ms);
  std::optional<int64_t> next_ms(bool with_execution_timeouts) const;
  bool has_fault(Fault fault) const;

  void decide(const SimulatedCoordinator::Waiting& waiting);
  std::optional<engine::OfferedTask> offer(const SimulatedCoordinator::Waiting& waiting);
  void add_history(const SimulatedCoordinator::Run& run, bool from_start, v1::DecisionTask* task) const;
  void check_from_start(const SimulatedCoordinator::Run& run, v1::DecisionTask task, const v1::RespondDecisionTaskCompletedRequest& answer) const;
  void respond(const SimulatedCoordinator::Waiting& waiting, const core::TaskRef& task, const v1::RespondDecisionTaskCompletedRequest& answer);
  void crash();

  void begin(const SimulatedCoordinator::Waiting& waiting);
  void finish(Works::iterator work);
  bool is_open(const Work& work) const;
  std::map<core::RunId, std::vector<core::HeldHeartbeat>> heartbeats() const;
  void beat(const std::string& token, const Payload& details) override;

  sdk::ReadHistory read_history() const;
  [[noreturn]] void miss(const std::string& what) const;

  KnownTypes types_;
  SimulatedCoordinator coordinator_{types_};
  sdk::Workflows workflows_;
  std::unique_ptr<sdk::Deciding> deciding_;
  int decider_ = 1;  // which one it is, after crashes
  sdk::Handlers handlers_;
  std::map<TypeName, Conduct> conducts_;
  std::map<TypeName, int> attempts_;
  Works works_;
  Agenda agenda_;
  std::set<std::pair<int, Fault>> faults_;
  int decisions_ = 0;
};

}  // namespace baton::testing::detail
