// The running coordinator without its wire: lanes, matcher, deadlines, registry. api/ translates calls into these functions.
//
// Every `Done` is called exactly once, on a thread of the engine, after what it reports is durable (or after a read has confirmed it);
// it must not block. Refusals carry a Fault (core/fault.h). Thread-safe.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <variant>
#include <vector>

#include "absl/status/statusor.h"
#include "baton/journal/v1/token.pb.h"
#include "baton/v1/registry_service.pb.h"
#include "baton/v1/workflow_service.pb.h"
#include "coordinator/core/command.h"
#include "coordinator/core/context.h"
#include "coordinator/engine/poller.h"
#include "coordinator/store/store.h"

namespace baton::engine {

class HostTime;

template <class T>
using Done = std::function<void(absl::StatusOr<T>)>;
using DoneEmpty = std::function<void(absl::Status)>;

struct EngineOptions {
  int lanes = 2;
  int readers = 2;                     // threads for history, visibility and registry reads
  std::string instance_id;             // of this coordinator process
  std::string address;                 // where peers would reach it
  size_t max_queued_commands = 65536;  // per lane; more is RESOURCE_EXHAUSTED for calls that may be refused
  size_t max_cached_runs = 200000;     // over all lanes
  size_t max_pollers = 20000;
  const HostTime* host_time = nullptr;  // outlives the engine; null: this host's (clock.h)
};

class Engine {
 public:
  // `store`, `authorizer` outlive the engine.
  static std::unique_ptr<Engine> make(store::Store& store, const core::Authorizer& authorizer, core::Limits limits,
                                      EngineOptions options);
  virtual ~Engine() = default;

  // Reads registry, keys and deadlines, starts the threads.
  virtual absl::Status start() = 0;
  // Takes no more commands, drains the lanes, tells pollers, joins the threads. Idempotent.
  virtual void stop() = 0;

  // Takes a token of the domain's rate for an operation. THROTTLING, with the time until there is one: none was taken, and the call should end.
  virtual absl::Status take_token(const std::string& domain, std::string_view operation) = 0;

  // --- executions: validated, authorised, decided, durable before `done` ---
  virtual void start_execution(core::Caller caller, v1::StartWorkflowExecutionRequest request, Done<core::RunId> done) = 0;
  virtual void signal_execution(core::Caller caller, v1::SignalWorkflowExecutionRequest request, DoneEmpty done) = 0;
  virtual void request_cancel_execution(core::Caller caller, v1::RequestCancelWorkflowExecutionRequest request, DoneEmpty done) = 0;
  virtual void terminate_execution(core::Caller caller, v1::TerminateWorkflowExecutionRequest request, DoneEmpty done) = 0;
  virtual void pause_execution(core::Caller caller, v1::PauseWorkflowExecutionRequest request, DoneEmpty done) = 0;
  virtual void resume_execution(core::Caller caller, v1::ResumeWorkflowExecutionRequest request, DoneEmpty done) = 0;
  // The new run.
  virtual void reset_execution(core::Caller caller, v1::ResetWorkflowExecutionRequest request, Done<core::RunId> done) = 0;
  // The answer, or none so far: `wait_ms` are over.
  virtual void update_execution(core::Caller caller, v1::UpdateWorkflowExecutionRequest request, int64_t wait_ms,
                                Done<v1::UpdateWorkflowExecutionResponse> done) = 0;
  // The run that has the signal: the open one, or the one that was started for it.
  virtual void signal_with_start(core::Caller caller, v1::SignalWithStartWorkflowExecutionRequest request, Done<core::RunId> done) = 0;

  // --- answers under a verified token ---
  virtual void respond_decision(core::Caller caller, const journal::v1::TaskToken& token,
                                v1::RespondDecisionTaskCompletedRequest request, PollerId poller, DoneEmpty done) = 0;
  virtual void respond_decision_failed(core::Caller caller, const journal::v1::TaskToken& token,
                                       v1::RespondDecisionTaskFailedRequest request, PollerId poller, DoneEmpty done) = 0;
  virtual void respond_activity(core::Caller caller, const journal::v1::TaskToken& token, v1::ActivityTaskAnswer answer,
                                PollerId poller, DoneEmpty done) = 0;
  // The reply is whether a cancel was requested.
  virtual void heartbeat(core::Caller caller, const journal::v1::TaskToken& token, v1::ActivityTaskHeartbeat heartbeat,
                         PollerId poller, Done<bool> done) = 0;

  // --- pollers: see poller.h ---
  // Fails with UNKNOWN_RESOURCE (the registry's picture has no such domain; nothing is read), LIMIT_EXCEEDED. `sink` is kept until remove_poller's last callback has returned.
  virtual absl::StatusOr<PollerId> add_poller(PollerSpec spec, std::shared_ptr<PollerSink> sink) = 0;
  // The client is gone: unacknowledged offers go to others after the grace of design §5; acknowledged tasks stay the client's.
  // For a unary poll that ended: gives its place up at once. Idempotent.
  virtual void remove_poller(PollerId poller) = 0;
  // No more tasks to this poller; what it holds stays. An offer that is being committed still comes. `when_idle` is called, once and with no
  // lock held, as soon as nothing is out to the poller and nothing can come any more: at once if that is so now, never if it is removed
  // before. Every commit in progress ends within the store's own bounds.
  virtual void drain_poller(PollerId poller, std::function<void()> when_idle = {}) = 0;
  // Kept in memory, recorded with the run's next commit, within one second at the latest.
  virtual void acknowledge(PollerId poller, const journal::v1::TaskToken& token) = 0;
  // A token held from an earlier stream: acknowledged at once, takes a slot; closed or superseded ones are reported to the sink.
  virtual void hold(core::Caller caller, PollerId poller, const journal::v1::TaskToken& token) = 0;
  // Gives an unacknowledged offer back, or says that a task reported as closed is dropped: frees its slot.
  virtual void give_back(PollerId poller, const journal::v1::TaskToken& token) = 0;
  // The decider instance no longer caches this run.
  virtual void forget_cached_run(PollerId poller, const v1::WorkflowExecution& execution) = 0;

  // --- queries ---
  virtual void query_execution(core::Caller caller, v1::QueryWorkflowExecutionRequest request, int64_t wait_ms,
                               Done<v1::QueryWorkflowExecutionResponse> done) = 0;
  // VALIDATION when the reply is not within its bounds: the query stays open. UNKNOWN_RESOURCE when nobody waits for it.
  virtual absl::Status answer_query(const std::string& domain, const v1::QueryAnswer& answer) = 0;
  // The coordinator stops: calls that wait for an answer are told to go elsewhere, and so are those that come. Idempotent.
  virtual void end_waiting() = 0;

  // --- reads ---
  virtual void describe_execution(core::Caller caller, v1::DescribeWorkflowExecutionRequest request,
                                  Done<v1::DescribeWorkflowExecutionResponse> done) = 0;
  struct HistoryRead {
    std::string domain;
    v1::WorkflowExecution execution;  // run_id may be empty
    int64_t from_event_id = 0;        // 0: the first (or, reversed, the last)
    int64_t until_event_id = 0;       // inclusive bound; 0: none
    bool reverse = false;
    int32_t limit = 0;                // events; at most limits.page_size
  };
  struct HistoryResult {
    core::RunId run_id;
    std::vector<v1::HistoryEvent> events;  // at most 1 MiB in all, at least one if any
    int64_t next_event_id = 0;             // where the next page begins; 0: no more
  };
  virtual void read_history(core::Caller caller, HistoryRead read, Done<HistoryResult> done) = 0;
  // Visibility is asked of the store on a reader thread.
  virtual void list_executions(store::ExecutionQuery query, Done<std::vector<store::ExecutionRecord>> done) = 0;
  virtual void count_executions(store::ExecutionQuery query, int64_t at_most, Done<int64_t> done) = 0;
  virtual void count_pending(store::Store::ListKey list, int64_t at_most, Done<int64_t> done) = 0;

  // --- schedules: validated; durable before `done`; the caller may do what they will do ---
  using ScheduleCall = std::variant<v1::CreateScheduleRequest, v1::UpdateScheduleRequest, v1::DeleteScheduleRequest, v1::PauseScheduleRequest,
                                    v1::ResumeScheduleRequest, v1::BackfillScheduleRequest, v1::TriggerScheduleRequest>;
  virtual void change_schedule(ScheduleCall call, DoneEmpty done) = 0;
  virtual void describe_schedule(v1::DescribeScheduleRequest request, Done<v1::DescribeScheduleResponse> done) = 0;
  // Of a domain by id, after this one.
  virtual void list_schedules(std::string domain, std::string after, int32_t limit, Done<std::vector<v1::ScheduleInfo>> done) = 0;

  // --- registry ---
  virtual std::shared_ptr<const core::RegistryView> registry() = 0;
  virtual std::shared_ptr<const store::RegistryDump> registry_dump() = 0;
  // Reads the registry, lets `change` say what to write (or refuse), writes it by compare-and-set, again when another writer was first;
  // on a reader thread. With a request id a repeat returns the first outcome.
  using RegistryEdit = std::function<absl::StatusOr<store::Store::RegistryChange>(const store::RegistryDump&)>;
  virtual void edit_registry(std::string domain, std::string operation, std::string request_id, RegistryEdit edit, DoneEmpty done) = 0;

  virtual int64_t now_ms() = 0;  // the database's clock, without asking it
  virtual int shard_count() const = 0;
  // Healthy: the database answered a heartbeat in the last seconds.
  virtual bool healthy() = 0;
};

}  // namespace baton::engine
