#include "coordinator/core/journal_values.h"
#include "tests/engine/test_coordinator.h"

namespace baton::testing {

v1::StartWorkflowExecutionRequest start_request(const std::string& workflow_id, const std::string& request_id) {
  v1::StartWorkflowExecutionRequest request;
  request.set_domain(kDomain);
  request.set_workflow_id(workflow_id);
  request.mutable_workflow_type()->set_name("process");
  request.mutable_workflow_type()->set_version("1");
  request.set_request_id(request_id);
  return request;
}

v1::Decision schedule_activity(const std::string& activity_id, const ActivityTimes& times) {
  v1::Decision decision;
  auto& schedule = *decision.mutable_schedule_activity_task();
  schedule.set_activity_id(activity_id);
  schedule.mutable_activity_type()->set_name("charge");
  schedule.mutable_activity_type()->set_version("1");
  core::set_timeout(times.schedule_to_start_ms, schedule.mutable_schedule_to_start_timeout());
  core::set_timeout(times.start_to_close_ms, schedule.mutable_start_to_close_timeout());
  core::set_timeout(times.heartbeat_ms, schedule.mutable_heartbeat_timeout());
  core::set_timeout(-1, schedule.mutable_schedule_to_close_timeout());
  return decision;
}

v1::Decision start_timer(const std::string& timer_id, int64_t ms) {
  v1::Decision decision;
  decision.mutable_start_timer()->set_timer_id(timer_id);
  core::set_duration(ms, decision.mutable_start_timer()->mutable_start_to_fire_timeout());
  return decision;
}

v1::Decision cancel_activity(const std::string& activity_id) {
  v1::Decision decision;
  decision.mutable_request_cancel_activity_task()->set_activity_id(activity_id);
  return decision;
}

v1::Decision complete_execution() {
  v1::Decision decision;
  decision.mutable_complete_workflow_execution();
  return decision;
}

v1::ActivityTaskAnswer completed_with(const std::string& result) {
  v1::ActivityTaskAnswer answer;
  answer.mutable_completed()->mutable_result()->set_data(result);
  return answer;
}

const v1::DecisionTask& decision_in(const engine::OfferedTask& offered) { return *std::get<v1::DecisionTask*>(offered.task); }
const v1::ActivityTask& activity_in(const engine::OfferedTask& offered) { return *std::get<v1::ActivityTask*>(offered.task); }

}  // namespace baton::testing
