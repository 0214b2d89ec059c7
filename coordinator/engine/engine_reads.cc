// The engine's reads, and the registry's edits: on reader threads, from the store; describe from the lane that owns the run.
#include <algorithm>

#include "coordinator/core/fault.h"
#include "coordinator/engine/running_engine.h"
#include "coordinator/engine/verdict.h"
#include "coordinator/log/log.h"

namespace baton::engine {
namespace {

constexpr int kHistoryReadTries = 3;

absl::Status no_such_execution(const std::string& domain, const v1::WorkflowExecution& execution) {
  std::string what = "workflow execution " + execution.workflow_id();
  if (!execution.run_id().empty()) what += " run " + execution.run_id();
  return core::fault(v1::UNKNOWN_RESOURCE, what, what + " does not exist in domain " + domain);
}

}  // namespace

int64_t RunningEngine::kept_after_ms(const std::string& domain) {
  const auto picture = registry_.picture();
  const core::DomainRecord* found = picture->find_domain(domain);
  return found == nullptr ? 0 : clock_.now_ms() - found->retention_ms;
}

absl::StatusOr<store::RunKey> RunningEngine::resolve(const std::string& domain, const v1::WorkflowExecution& execution) {
  const store::WorkflowKey workflow = workflow_key(domain, execution.workflow_id());
  absl::StatusOr<std::optional<store::ExecutionRecord>> found = std::optional<store::ExecutionRecord>{};
  if (execution.run_id().empty()) {
    found = store_.find_latest(workflow);
  } else if (const auto run_id = core::RunId::from_text(execution.run_id())) {
    found = store_.find_execution({workflow.shard, *run_id});
  }
  if (!found.ok()) return found.status();
  const auto& record = *found;
  if (!record || record->domain != domain || record->workflow_id != execution.workflow_id()) return no_such_execution(domain, execution);
  if (record->close_status != 0 && record->close_ms <= kept_after_ms(domain)) return no_such_execution(domain, execution);
  return record->run;
}

void RunningEngine::describe_execution(core::Caller caller, v1::DescribeWorkflowExecutionRequest request,
                                       Done<v1::DescribeWorkflowExecutionResponse> done) {
  read_later<store::RunKey>(
      [this, caller, request, done](absl::StatusOr<store::RunKey> run) {
        if (!run.ok()) return done(run.status());
        LaneRequest lane_request;
        lane_request.work = LaneWork::kDescribe;
        lane_request.command.caller = caller;
        lane_request.run = *run;
        lane_request.workflow = workflow_key(request.domain(), request.execution().workflow_id());
        lane_request.done = [done](absl::StatusOr<LaneReply> reply) {
          if (!reply.ok()) return done(reply.status());
          done(std::move(*reply->description));
        };
        if (!lane_of(run->shard).push(std::move(lane_request), true)) done(readers_busy());
      },
      [this, request] { return resolve(request.domain(), request.execution()); });
}

void RunningEngine::read_history(core::Caller, HistoryRead read, Done<HistoryResult> done) {
  read_later<HistoryResult>(std::move(done), [this, read = std::move(read)]() -> absl::StatusOr<HistoryResult> {
    const auto run = resolve(read.domain, read.execution);
    if (!run.ok()) return run.status();
    EventRange range;
    range.reverse = read.reverse;
    range.limit = read.limit > 0 ? read.limit : core::kMaxPageSize;
    if (read.reverse) {
      range.last = read.from_event_id;
      range.first = std::max<int64_t>(1, read.until_event_id);
    } else {
      range.first = std::max<int64_t>(1, read.from_event_id);
      range.last = read.until_event_id;
    }
    auto page = read_events(store_, *run, range);
    if (!page.ok()) return page.status();
    return HistoryResult{run->run_id, std::move(page->events), page->next_event_id};
  });
}

// A decision task whose history is not in memory. The offer is durable: if the read fails, its deadline withdraws it and it is offered
// again.
void RunningEngine::offer_with_history(std::shared_ptr<TaskPoller> poller, OfferedTask offered, store::RunKey run) {
  auto shared = std::make_shared<OfferedTask>(std::move(offered));
  const bool queued = readers_.push([this, poller, shared, run] {
    v1::DecisionTask& task = *std::get<v1::DecisionTask*>(shared->task);
    const PollerSpec& spec = poller->spec();
    EventRange range;
    range.first = spec.start_at_previous_started_event ? std::max<int64_t>(1, task.previous_started_event_id()) : 1;
    range.last = task.started_event_id();
    range.reverse = spec.reverse_order;
    range.limit = spec.maximum_page_size > 0 ? spec.maximum_page_size : core::kMaxPageSize;
    absl::StatusOr<EventPage> page = absl::UnavailableError("not read");
    for (int tries = 0; tries < kHistoryReadTries && !page.ok(); ++tries) page = read_events(store_, run, range);
    if (!page.ok()) {
      log_event(LogLevel::kError, "history_unread",
                {{"run_id", run.run_id.to_text()}, {"message", "a decision task was not delivered: " + std::string(page.status().message())}});
      return never_given(poller, shared->token);
    }
    for (v1::HistoryEvent& event : page->events) *task.add_events() = std::move(event);
    shared->next_event_id = page->next_event_id;
    if (!poller->offer({shared.get(), 1})) take_back(poller, shared->token);
  });
  if (queued) return;
  log_event(LogLevel::kWarning, "history_unread", {{"run_id", run.run_id.to_text()}, {"message", "too many reads are queued"}});
  never_given(poller, shared->token);
}

void RunningEngine::list_executions(store::ExecutionQuery query, Done<std::vector<store::ExecutionRecord>> done) {
  query.closed_after_ms = kept_after_ms(query.domain);
  read_later<std::vector<store::ExecutionRecord>>(std::move(done), [this, query = std::move(query)] { return store_.list_executions(query); });
}

void RunningEngine::count_executions(store::ExecutionQuery query, int64_t at_most, Done<int64_t> done) {
  query.closed_after_ms = kept_after_ms(query.domain);
  read_later<int64_t>(std::move(done), [this, query = std::move(query), at_most] { return store_.count_executions(query, at_most); });
}

void RunningEngine::count_pending(store::Store::ListKey list, int64_t at_most, Done<int64_t> done) {
  read_later<int64_t>(std::move(done), [this, list = std::move(list), at_most] { return store_.count_backlog(list, at_most); });
}

std::shared_ptr<const store::RegistryDump> RunningEngine::registry_dump() {
  const auto picture = registry_.picture();
  return {picture, &picture->dump()};
}

std::optional<absl::Status> RunningEngine::recorded(const store::ReceivedKey& key) {
  if (key.id.empty()) return std::nullopt;
  const auto verdict = store_.find_received(key);
  if (!verdict.ok()) return store_error(verdict.status());
  if (!*verdict) return std::nullopt;
  return from_verdict(**verdict).status();
}

void RunningEngine::edit_registry(std::string domain, std::string operation, std::string request_id, RegistryEdit edit, DoneEmpty done) {
  const store::ReceivedKey key{workflow_key(domain, ""), std::move(operation), std::move(request_id)};
  const bool queued = readers_.push([this, key, edit = std::move(edit), done] {
    if (const auto before = recorded(key)) return done(*before);
    const absl::Status edited = registry_.edit([&](const store::RegistryDump& dump) {
      auto change = edit(dump);
      if (change.ok() && !key.id.empty()) change->received = store::ReceivedRow{key, to_verdict(LaneReply{}), clock_.now_ms()};
      return change;
    });
    // The same request twice at once: what the second copy is refused for may be what the first one has done.
    if (!edited.ok()) {
      if (const auto meanwhile = recorded(key)) return done(*meanwhile);
    }
    done(store_error(edited));
  });
  if (!queued) done(readers_busy());
}

}  // namespace baton::engine
