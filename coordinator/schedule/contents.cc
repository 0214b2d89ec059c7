#include "coordinator/schedule/contents.h"

#include "coordinator/core/journal_values.h"
#include "coordinator/schedule/bounds.h"

namespace baton::schedule {
namespace {

// FNV-1a, 64 bits, in 16 digits: a request id has no room for a long name.
std::string digest(const std::string& text) {
  uint64_t hash = 0xcbf29ce484222325;
  for (const char c : text) hash = (hash ^ static_cast<uint8_t>(c)) * 0x100000001b3;
  std::string digits;
  for (int shift = 60; shift >= 0; shift -= 4) digits += "0123456789abcdef"[hash >> shift & 15];
  return digits;
}

}  // namespace

absl::StatusOr<Contents> read_contents(const std::string& definition, const std::string& state) {
  Contents contents;
  if (!contents.schedule.ParseFromString(definition) || !contents.state.ParseFromString(state)) {
    return absl::DataLossError("the schedule cannot be read by this release");
  }
  auto times = ScheduleTimes::make("spec.", contents.schedule.spec());
  if (!times.ok()) return absl::DataLossError(times.status().message());
  contents.times = *std::move(times);
  return contents;
}

v1::OverlapPolicy policy_of(const v1::Schedule& schedule) {
  return schedule.overlap_policy() == v1::OVERLAP_POLICY_UNSPECIFIED ? v1::OVERLAP_POLICY_SKIP : schedule.overlap_policy();
}

int64_t catch_up_ms(const v1::Schedule& schedule) {
  return schedule.has_catch_up_window() ? core::duration_ms(schedule.catch_up_window()) : kDefaultCatchUpMs;
}

std::string workflow_id_of(const Name& name, const v1::Schedule& schedule, int64_t nominal_ms) {
  const v1::ScheduledStart& start = schedule.start();
  const std::string& id = start.workflow_id().empty() ? name.id : start.workflow_id();
  return start.fixed_workflow_id() ? id : id + "/" + to_iso(nominal_ms);
}

std::string workflow_id_of(const Name& name, const v1::Schedule& schedule, const ScheduledTime& time) {
  return time.workflow_id().empty() ? workflow_id_of(name, schedule, time.nominal_ms()) : time.workflow_id();
}

std::string request_id_of(const Name& name, const State& state, const ScheduledTime& time) {
  return "schedule/" + digest(name.id) + "/" + std::to_string(state.created_ms()) + "/" + std::to_string(time.nominal_ms() / 1000) + "/" +
         std::to_string(time.serial());
}

std::string ending_id_of(const Name& name, const State& state, const ScheduledTime& time, const journal::v1::ExecutionRef& other) {
  return "schedule/" + digest(request_id_of(name, state, time) + "/" + other.run_id());
}

v1::StartWorkflowExecutionRequest start_request(const Name& name, const Contents& contents, const ScheduledTime& time) {
  const v1::ScheduledStart& start = contents.schedule.start();
  v1::StartWorkflowExecutionRequest request;
  request.set_domain(name.domain);
  request.set_workflow_id(workflow_id_of(name, contents.schedule, time));
  *request.mutable_workflow_type() = start.workflow_type();
  if (start.has_task_list()) *request.mutable_task_list() = start.task_list();
  if (start.has_task_priority()) request.set_task_priority(start.task_priority());
  if (start.has_input()) *request.mutable_input() = start.input();
  if (start.has_execution_start_to_close_timeout()) {
    *request.mutable_execution_start_to_close_timeout() = start.execution_start_to_close_timeout();
  }
  if (start.has_task_start_to_close_timeout()) *request.mutable_task_start_to_close_timeout() = start.task_start_to_close_timeout();
  request.set_child_policy(start.child_policy());
  *request.mutable_tag_list() = start.tag_list();
  if (start.has_lambda_role()) request.set_lambda_role(start.lambda_role());
  *request.mutable_headers() = start.headers();
  *request.mutable_search_attributes() = start.search_attributes();
  request.set_history_limit_warning(start.history_limit_warning());
  request.set_request_id(request_id_of(name, contents.state, time));
  return request;
}

}  // namespace baton::schedule
