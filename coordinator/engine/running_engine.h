// The engine behind engine.h: lanes, matcher, housekeeping and readers, put together.
#pragma once

#include <atomic>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "coordinator/engine/engine.h"
#include "coordinator/engine/history_reader.h"
#include "coordinator/engine/housekeeping.h"
#include "coordinator/engine/lane.h"
#include "coordinator/engine/queries.h"
#include "coordinator/engine/reader_pool.h"
#include "coordinator/engine/schedules.h"
#include "coordinator/engine/unavailable.h"

namespace baton::engine {

class RunningEngine final : public Engine {
 public:
  RunningEngine(store::Store& store, const core::Authorizer& authorizer, core::Limits limits, EngineOptions options);
  ~RunningEngine() override { stop(); }

  absl::Status start() override;
  void stop() override;

  // --- engine_commands.cc ---
  absl::Status take_token(const std::string& domain, std::string_view operation) override;
  void start_execution(core::Caller caller, v1::StartWorkflowExecutionRequest request, Done<core::RunId> done) override;
  void signal_execution(core::Caller caller, v1::SignalWorkflowExecutionRequest request, DoneEmpty done) override;
  void request_cancel_execution(core::Caller caller, v1::RequestCancelWorkflowExecutionRequest request, DoneEmpty done) override;
  void terminate_execution(core::Caller caller, v1::TerminateWorkflowExecutionRequest request, DoneEmpty done) override;
  void pause_execution(core::Caller caller, v1::PauseWorkflowExecutionRequest request, DoneEmpty done) override;
  void resume_execution(core::Caller caller, v1::ResumeWorkflowExecutionRequest request, DoneEmpty done) override;
  void signal_with_start(core::Caller caller, v1::SignalWithStartWorkflowExecutionRequest request, Done<core::RunId> done) override;
  void respond_decision(core::Caller caller, const journal::v1::TaskToken& token, v1::RespondDecisionTaskCompletedRequest request,
                        PollerId poller, DoneEmpty done) override;
  void respond_decision_failed(core::Caller caller, const journal::v1::TaskToken& token, v1::RespondDecisionTaskFailedRequest request,
                               PollerId poller, DoneEmpty done) override;
  void respond_activity(core::Caller caller, const journal::v1::TaskToken& token, v1::ActivityTaskAnswer answer, PollerId poller,
                        DoneEmpty done) override;
  void heartbeat(core::Caller caller, const journal::v1::TaskToken& token, v1::ActivityTaskHeartbeat heartbeat, PollerId poller,
                 Done<bool> done) override;

  // --- engine_ask.cc ---
  void update_execution(core::Caller caller, v1::UpdateWorkflowExecutionRequest request, int64_t wait_ms,
                        Done<v1::UpdateWorkflowExecutionResponse> done) override;
  void query_execution(core::Caller caller, v1::QueryWorkflowExecutionRequest request, int64_t wait_ms,
                       Done<v1::QueryWorkflowExecutionResponse> done) override;
  absl::Status answer_query(const std::string& domain, const v1::QueryAnswer& answer) override;
  void end_waiting() override;

  // --- engine_reset.cc ---
  void reset_execution(core::Caller caller, v1::ResetWorkflowExecutionRequest request, Done<core::RunId> done) override;

  // --- engine_pollers.cc ---
  absl::StatusOr<PollerId> add_poller(PollerSpec spec, std::shared_ptr<PollerSink> sink) override;
  void remove_poller(PollerId poller) override;
  void drain_poller(PollerId poller, std::function<void()> when_idle) override;
  void acknowledge(PollerId poller, const journal::v1::TaskToken& token) override;
  void hold(core::Caller caller, PollerId poller, const journal::v1::TaskToken& token) override;
  void give_back(PollerId poller, const journal::v1::TaskToken& token) override;
  void forget_cached_run(PollerId poller, const v1::WorkflowExecution& execution) override;

  // --- engine_reads.cc ---
  void describe_execution(core::Caller caller, v1::DescribeWorkflowExecutionRequest request,
                          Done<v1::DescribeWorkflowExecutionResponse> done) override;
  void read_history(core::Caller caller, HistoryRead read, Done<HistoryResult> done) override;
  void list_executions(store::ExecutionQuery query, Done<std::vector<store::ExecutionRecord>> done) override;
  void count_executions(store::ExecutionQuery query, int64_t at_most, Done<int64_t> done) override;
  void count_pending(store::Store::ListKey list, int64_t at_most, Done<int64_t> done) override;
  void edit_registry(std::string domain, std::string operation, std::string request_id, RegistryEdit edit, DoneEmpty done) override;
  std::shared_ptr<const core::RegistryView> registry() override { return registry_.picture(); }
  std::shared_ptr<const store::RegistryDump> registry_dump() override;

  // --- engine_schedules.cc ---
  void change_schedule(ScheduleCall call, DoneEmpty done) override;
  void describe_schedule(v1::DescribeScheduleRequest request, Done<v1::DescribeScheduleResponse> done) override;
  void list_schedules(std::string domain, std::string after, int32_t limit, Done<std::vector<v1::ScheduleInfo>> done) override;

  int64_t now_ms() override { return clock_.now_ms(); }
  int shard_count() const override { return store_.shard_count(); }
  bool healthy() override { return housekeeping_.healthy(); }

 private:
  Lane& lane_of(int16_t shard) { return *lanes_[static_cast<size_t>(shard) % lanes_.size()]; }
  store::WorkflowKey workflow_key(const std::string& domain, const std::string& workflow_id) const;
  core::RunId new_run_id();
  // Fills the request with whom it is about. False: the run id cannot be one; the caller has been told.
  template <class Request>
  bool address(LaneRequest& lane_request, const Request& request, const DoneEmpty& done);
  bool address(LaneRequest& lane_request, const std::string& domain, const std::string& workflow_id, const std::string& run_id,
               const DoneEmpty& done);
  void await_reply(const store::WorkflowKey& workflow, const core::StartReply& update, const std::string& update_id, int64_t until_ms,
                   Done<v1::UpdateWorkflowExecutionResponse> done);
  void read_reply(const store::WorkflowKey& workflow, const core::StartReply& update, const std::string& update_id,
                  Done<v1::UpdateWorkflowExecutionResponse> done);
  void start(core::Caller caller, core::StartWorkflowExecution command, const char* operation, Done<core::RunId> done);
  struct Reset;
  void queue_reset(std::shared_ptr<Reset> reset);
  void try_reset(const std::shared_ptr<Reset>& reset);
  absl::StatusOr<LaneRequest> reset_request(Reset& reset);
  template <class Body, class Request>
  void command_on_run(core::Caller caller, Request request, const char* operation, DoneEmpty done);
  // Runs `read` on a reader; tells `done` when there is no room.
  template <class T>
  void read_later(Done<T> done, std::function<absl::StatusOr<T>()> read);
  // What came of a call with this request id; nothing when none is remembered.
  std::optional<absl::Status> recorded(const store::ReceivedKey& key);
  absl::Status check_token(const journal::v1::TaskToken& token) const;
  // The client gives the delivery's slot back.
  void withdraw(const journal::v1::TaskToken& token, journal::v1::OfferWithdrawn::Reason reason);
  void free_slot(TaskPoller& poller, const journal::v1::TaskToken& token);
  // An answer under a verified token; of a stream (`poller`, else null) it gives its slot back.
  void answer(core::Command command, const journal::v1::TaskToken& token, const std::shared_ptr<TaskPoller>& poller, DoneEmpty done);
  // The stream of an offer is over before the client knew of it: the task goes to someone else at once.
  void take_back(const std::shared_ptr<TaskPoller>& poller, const journal::v1::TaskToken& token);
  // An offer did not reach its client, who cannot be blamed for its lapse.
  void never_given(const std::shared_ptr<TaskPoller>& poller, const journal::v1::TaskToken& token);
  // Runs of the domain that closed at or before this are past their retention: they are shown to nobody.
  int64_t kept_after_ms(const std::string& domain);
  absl::StatusOr<store::RunKey> resolve(const std::string& domain, const v1::WorkflowExecution& execution);
  Schedules::Calls schedule_calls();
  // On a reader.
  template <class Request>
  absl::Status apply_to_schedule(const Request& request, const store::ReceivedKey& received);
  template <class Request>
  absl::Status try_on_schedule(const Request& request, const store::ReceivedKey& received);
  // Why an execution could not be started so, but for one that is open.
  absl::Status check_start(v1::StartWorkflowExecutionRequest request, const RegistryPicture& picture);
  void offer_with_history(std::shared_ptr<TaskPoller> poller, OfferedTask offered, store::RunKey run);

  store::Store& store_;
  const core::Authorizer& authorizer_;
  const EngineOptions options_;
  DatabaseClock clock_;
  Registry registry_;
  RateBuckets rates_;
  Matcher matcher_;
  Queries queries_;
  OpenExecutions open_executions_;
  ReaderPool readers_;
  LaneEnvironment environment_;
  std::vector<std::unique_ptr<Lane>> lanes_;
  Outbox outbox_;
  Housekeeping housekeeping_;
  Schedules schedules_;
  std::atomic<int> resets_{0};  // that are under way
  bool running_ = false;
};

template <class T>
void RunningEngine::read_later(Done<T> done, std::function<absl::StatusOr<T>()> read) {
  const bool queued = readers_.push([done, read = std::move(read)] {
    auto result = read();
    if (result.ok()) return done(std::move(result));
    done(store_error(result.status()));
  });
  if (!queued) done(readers_busy());
}

}  // namespace baton::engine
