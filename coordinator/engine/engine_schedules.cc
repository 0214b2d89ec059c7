// The engine's calls about schedules: on reader threads, kept by compare and set.
#include "coordinator/core/decide.h"
#include "coordinator/core/fault.h"
#include "coordinator/engine/running_engine.h"
#include "coordinator/engine/verdict.h"
#include "coordinator/schedule/edits.h"
#include "coordinator/schedule/show.h"

namespace baton::engine {
namespace {

constexpr int kMaxTries = 20;
// Of a schedule that is new: later than every version that one of the same name had before.
constexpr int64_t kVersionsPerMs = 1'000'000;

template <class Request>
constexpr bool kDefines = std::is_same_v<Request, v1::CreateScheduleRequest> || std::is_same_v<Request, v1::UpdateScheduleRequest>;

const char* operation_of(const Engine::ScheduleCall& call) {
  constexpr const char* kNames[] = {"CreateSchedule", "UpdateSchedule",   "DeleteSchedule", "PauseSchedule",
                                    "ResumeSchedule", "BackfillSchedule", "TriggerSchedule"};
  static_assert(std::size(kNames) == std::variant_size_v<Engine::ScheduleCall>);
  return kNames[call.index()];
}

absl::Status unknown_domain(const std::string& domain) {
  return core::fault(v1::UNKNOWN_RESOURCE, "domain " + domain, "domain " + domain + " does not exist: register it first (RegisterDomain)");
}

absl::Status too_many_schedules(const std::string& domain, int64_t limit) {
  return core::fault(v1::LIMIT_EXCEEDED, "domain " + domain,
                     "domain " + domain + " has " + std::to_string(limit) + " schedules, which is its limit: delete some that are not needed");
}

// What there is; one that this release cannot read may still be deleted.
template <class Request>
absl::StatusOr<schedule::Current> current_of(const std::optional<store::ScheduleRow>& row) {
  if (!row) return schedule::Current();
  auto contents = schedule::read_contents(row->definition, row->state);
  if (contents.ok()) return schedule::Current(*std::move(contents));
  if constexpr (std::is_same_v<Request, v1::DeleteScheduleRequest>) return schedule::Current(schedule::Contents{});
  return core::fault(v1::NOT_IMPLEMENTED, "schedule " + row->key.schedule_id, std::string(contents.status().message()));
}

store::Store::ScheduleChange change_of(const store::ScheduleKey& key, const std::optional<store::ScheduleRow>& row,
                                       const std::optional<schedule::Contents>& contents, int64_t now_ms) {
  store::Store::ScheduleChange change;
  change.is_new = !row;
  change.deletes = !contents;
  change.row.key = key;
  change.row.version = row ? row->version + 1 : now_ms * kVersionsPerMs;
  if (!contents) return change;
  change.row.next_ms = schedule::next_ms(*contents, now_ms);
  change.row.definition = contents->schedule.SerializeAsString();
  change.row.state = contents->state.SerializeAsString();
  return change;
}

}  // namespace

Schedules::Calls RunningEngine::schedule_calls() {
  const core::Caller baton{"baton", ""};
  return {[this, baton](v1::StartWorkflowExecutionRequest request, Done<core::RunId> done) {
            start_execution(baton, std::move(request), std::move(done));
          },
          [this, baton](v1::RequestCancelWorkflowExecutionRequest request, DoneEmpty done) {
            request_cancel_execution(baton, std::move(request), std::move(done));
          },
          [this, baton](v1::TerminateWorkflowExecutionRequest request, DoneEmpty done) {
            terminate_execution(baton, std::move(request), std::move(done));
          }};
}

absl::Status RunningEngine::check_start(v1::StartWorkflowExecutionRequest request, const RegistryPicture& picture) {
  google::protobuf::Arena arena;
  const core::Limits& limits = picture.find_domain(request.domain())->limits;
  const core::Context context{clock_.now_ms(), picture, limits, authorizer_, arena};
  const core::Command command{{"baton", ""}, core::StartWorkflowExecution{std::move(request), new_run_id()}};
  return core::decide(core::ExecutionState{}, command, context).status();
}

template <class Request>
absl::Status RunningEngine::apply_to_schedule(const Request& request, const store::ReceivedKey& received) {
  for (int tries = 0; tries < kMaxTries; ++tries) {
    if (const auto before = recorded(received)) return *before;
    const absl::Status tried = try_on_schedule(request, received);
    if (absl::IsFailedPrecondition(tried) && core::fault_of(tried) == v1::FAULT_UNSPECIFIED) continue;  // it has moved on
    // The same request twice at once: what the second copy is refused for may be what the first one has done.
    if (!tried.ok()) return recorded(received).value_or(tried);
    schedules_.look();
    return tried;
  }
  return core::with_retry_after(
      core::fault(v1::THROTTLING, "schedule " + request.schedule_id(), "too many others change the schedule at once: try again"), 100);
}

template <class Request>
absl::Status RunningEngine::try_on_schedule(const Request& request, const store::ReceivedKey& received) {
  if (const auto refreshed = registry_.refresh(); !refreshed.ok()) return refreshed.status();
  const auto picture = registry_.picture();
  const core::DomainRecord* domain = picture->find_domain(request.domain());
  if (domain == nullptr) return unknown_domain(request.domain());
  const store::ScheduleKey key{received.workflow.shard, request.domain(), request.schedule_id()};
  const auto row = store_.find_schedule(key);
  if (!row.ok()) return row.status();
  const auto current = current_of<Request>(*row);
  if (!current.ok()) return current.status();
  const int64_t now_ms = clock_.now_ms();
  const auto edited = schedule::edit(*current, request, {now_ms, domain->limits});
  if (!edited.ok()) return edited.status();
  if constexpr (kDefines<Request>) {
    schedule::ScheduledTime time;
    time.set_nominal_ms(now_ms);
    const auto start = schedule::start_request({key.domain, key.schedule_id}, **edited, time);
    if (absl::Status possible = check_start(start, *picture); !possible.ok()) return possible;
  }
  if (!*row) {
    const auto count = store_.count_schedules(key.domain, domain->limits.schedules);
    if (!count.ok()) return count.status();
    if (*count >= domain->limits.schedules) return too_many_schedules(key.domain, *count);
  }
  store::Store::ScheduleChange change = change_of(key, *row, *edited, now_ms);
  if (!received.id.empty()) change.received = store::ReceivedRow{received, to_verdict(LaneReply{}), now_ms};
  return store_.change_schedule(change);
}

void RunningEngine::change_schedule(ScheduleCall call, DoneEmpty done) {
  const bool queued = readers_.push([this, call = std::move(call), done] {
    const absl::Status changed = std::visit(
        [&](const auto& request) {
          return apply_to_schedule(request, {workflow_key(request.domain(), request.schedule_id()), operation_of(call), request.request_id()});
        },
        call);
    done(store_error(changed));
  });
  if (!queued) done(readers_busy());
}

void RunningEngine::describe_schedule(v1::DescribeScheduleRequest request, Done<v1::DescribeScheduleResponse> done) {
  using Response = v1::DescribeScheduleResponse;
  read_later<Response>(std::move(done), [this, request = std::move(request)]() -> absl::StatusOr<Response> {
    const store::WorkflowKey place = workflow_key(request.domain(), request.schedule_id());
    const auto row = store_.find_schedule({place.shard, request.domain(), request.schedule_id()});
    if (!row.ok()) return row.status();
    const auto current = current_of<v1::DescribeScheduleRequest>(*row);
    if (!current.ok()) return current.status();
    if (!*current) return schedule::unknown_schedule(request.domain(), request.schedule_id());
    Response response;
    schedule::show({request.domain(), request.schedule_id()}, **current, clock_.now_ms(), &response);
    return response;
  });
}

void RunningEngine::list_schedules(std::string domain, std::string after, int32_t limit, Done<std::vector<v1::ScheduleInfo>> done) {
  using Infos = std::vector<v1::ScheduleInfo>;
  read_later<Infos>(std::move(done), [this, domain = std::move(domain), after = std::move(after), limit]() -> absl::StatusOr<Infos> {
    const auto rows = store_.list_schedules(domain, after, limit);
    if (!rows.ok()) return rows.status();
    Infos infos;
    for (const store::ScheduleRow& row : *rows) {
      v1::ScheduleInfo& info = infos.emplace_back();
      const auto contents = schedule::read_contents(row.definition, row.state);
      // One that this release cannot read is there nevertheless.
      info.set_schedule_id(row.key.schedule_id);
      if (contents.ok()) schedule::show({domain, row.key.schedule_id}, *contents, clock_.now_ms(), &info);
    }
    return infos;
  });
}

}  // namespace baton::engine
