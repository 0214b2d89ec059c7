#include "known_types.h"

namespace baton::testing::detail {
namespace {

std::optional<int64_t> milliseconds(Timeout timeout) {
  if (timeout.is_default()) return std::nullopt;
  return timeout.is_none() ? core::kNoTimeoutMs : timeout.after().count();
}

core::ActivityTypeRecord record_of(const ActivityTypeOptions& options) {
  core::ActivityTypeRecord record;
  record.default_task_start_to_close_ms = milliseconds(options.start_to_close);
  record.default_task_heartbeat_ms = milliseconds(options.heartbeat);
  record.default_task_schedule_to_start_ms = milliseconds(options.schedule_to_start);
  record.default_task_schedule_to_close_ms = milliseconds(options.schedule_to_close);
  record.default_task_list = options.task_list.empty() ? kTaskList : options.task_list;
  record.default_task_priority = options.task_priority;
  return record;
}

}  // namespace

void KnownTypes::add_workflow(const TypeName& type) {
  const WorkflowTypeOptions options;
  core::WorkflowTypeRecord& record = workflows_[type];
  record.default_task_start_to_close_ms = milliseconds(options.task_start_to_close);
  record.default_execution_start_to_close_ms = milliseconds(options.execution_start_to_close);
  record.default_task_list = kTaskList;
  record.default_child_policy = static_cast<int32_t>(options.child_policy);
}

void KnownTypes::add_activity(const TypeName& type, const ActivityTypeOptions& options) {
  activities_[type] = record_of(options);
}

const core::DomainRecord* KnownTypes::find_domain(std::string_view domain) const {
  return domain == kDomain ? &domain_ : nullptr;
}

const core::WorkflowTypeRecord* KnownTypes::find_workflow_type(std::string_view, std::string_view name,
                                                               std::string_view version) const {
  const auto found = workflows_.find({std::string(name), std::string(version)});
  return found == workflows_.end() ? nullptr : &found->second;
}

const core::ActivityTypeRecord* KnownTypes::find_activity_type(std::string_view, std::string_view name,
                                                               std::string_view version) const {
  const TypeName type{std::string(name), std::string(version)};
  return &activities_.try_emplace(type, record_of({})).first->second;
}

}  // namespace baton::testing::detail
